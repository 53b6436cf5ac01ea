//! One request: its clocks, what was said, what is owed, what is missing before it can be closed, and the forms to act.

pub(super) mod checking;
pub(super) mod composing;
pub(super) mod outgoing;
mod parts;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::tz::TimeZone;
use kept_accounts::Signed;
use kept_accounts::access::{Action, Scope, log_read};
use kept_accounts::commands::Act;
use kept_accounts::model::PersonId;
use kept_accounts::queries::teams;
use kept_clients::read::{self, ClientCard, ContactCard};
use kept_engine::GateAnswer;
use kept_journal::InForce;
use kept_journal::audit::Who;
use kept_journal::live::Gates;
use kept_journal::obligations::Owed;
use kept_journal::outbox::{self, Fate};
use kept_kernel::{Id, Instant};
use kept_store::{Read, StoreError, params};
use kept_ui::form::Choice;
use kept_ui::parts::{Button, Crumb, Gate, Notice, Tier};
use kept_ui::{Failure, Filled, Frame, Html, page, prose};
use serde::Deserialize;

use super::clocks::{self, ClockRow, OweRow};
use super::{civil, exact, got, id_of, missing, reading, short, tier};
use crate::commands::{Leaving, STEPS, is_picture, leaving_of};
use crate::drafts::{self, Draft};
use crate::due;
use crate::model::{FileRow, Message, Request, RequestId, State as Stand, Voice, choices};
use crate::queries::{self, Linked, Macro, MailOf, Participant, PromiseRow, TaskRow, WrittenRow};
use crate::room::{Doing, Looker, Room, by, topic_of};
use crate::texts::{Text, Texts};
use checking::Checked;
pub use checking::check;
use composing::Composing;
pub use composing::put_in;
use outgoing::{LeavingShown, Stopped};
use parts::{Around, Movable, Piece, TaskLine, movable, pieces, tasks};

/// A page that is fetched again within ten minutes is one reading.
const ONE_READING: i64 = 600_000_000;
/// So many of the newest messages are shown at first, after the very first one.
const NEWEST: u32 = 20;
/// So many more are shown at each asking, and so many at most.
const MORE: u32 = 200;
const MOST_MESSAGES: u32 = 5_000;

/// What a form of the page has left behind, when something in it needs another look.
#[derive(Default)]
pub(super) struct Shown {
    filled: Option<Filled>,
    /// The kept answer to begin with.
    answer: Option<String>,
    /// What was found in an answer that is being written.
    checked: Option<Checked>,
    /// So many of the newest messages are asked for.
    newest: Option<u32>,
}

/// A kept answer may be asked for, and more of what was said.
#[derive(Deserialize, Default)]
pub struct Wanted {
    answer: Option<String>,
    newest: Option<u32>,
}

impl Shown {
    /// With the form as it came.
    pub(super) fn with(filled: Filled) -> Self {
        Self {
            filled: Some(filled),
            ..Self::default()
        }
    }
}

/// The page.
#[derive(Template)]
#[template(path = "requests/one.html")]
pub(super) struct OnePage {
    frame: Frame,
    crumb: Crumb,
    form: Filled,
    of: Request,
    tier: Option<Tier>,
    stand: String,
    problem: Notice,
    notice: Option<Notice>,
    others: Vec<String>,
    clocks: Vec<ClockRow>,
    owe: Vec<OweRow>,
    gate: Option<Gate>,
    pieces: Vec<Piece>,
    /// What is folded between the first message and the newest.
    folded: Option<Folded>,
    may_act: bool,
    may_give: bool,
    over: bool,
    may_pass: bool,
    client: Option<ClientCard>,
    contact: Option<ContactCard>,
    links: Vec<Linked>,
    also: Vec<Linked>,
    tags: Vec<String>,
    tasks: Vec<TaskLine>,
    /// What the client said, to be split off: the place, the time and the words, and whether it is chosen.
    movable: Vec<Movable>,
    /// Those of the client who may be the one who asks.
    contacts: Vec<ContactCard>,
    macros: Vec<Macro>,
    people: Vec<Choice>,
    teams: Vec<Choice>,
    categories: Vec<Choice>,
    urgencies: Vec<Choice>,
    impacts: Vec<Choice>,
    departments: Vec<Choice>,
    steps: [(&'static str, &'static str, &'static str); 10],
    expected: String,
    received: (String, String),
    why: Option<Button>,
    leaving: Vec<LeavingShown>,
    /// How much was said, with what is about to leave.
    said: usize,
    /// Words of one's own that did not leave, and why.
    stopped: Option<Stopped>,
    /// Whoever takes part beside the contact, and whether they read the answer.
    readers: Vec<(Participant, bool)>,
    asked_for: Vec<Participant>,
    /// Files that go with the answer: by which name, and how a picture is shown in the text.
    enclosed: Vec<(Id, String, Option<String>)>,
    opens_client: bool,
    /// A mail of the client waits for an answer.
    mail_waits: bool,
    morning: String,
    composing: Composing,
    /// The way and the style that the contact prefers.
    prefers: Option<String>,
    promises: Vec<PromiseLine>,
    opened: i64,
}

/// Messages that are not shown: how many, how many come next, and where.
struct Folded {
    count: u32,
    next: u32,
    href: String,
}

/// A promise that was made on it.
struct PromiseLine {
    id: Id,
    words: String,
    name: String,
    when: String,
    exact: String,
    /// How it stands: words, and the state of a clock.
    stands: (&'static str, &'static str),
    reason: Option<String>,
    open: bool,
}

/// Everything that is read for it.
struct Whole {
    request: Request,
    first: Vec<Message>,
    messages: Vec<Message>,
    /// So many lie between them.
    between: u32,
    files: Vec<FileRow>,
    /// Whether whoever looks may open the page of the client.
    opens_client: bool,
    mails: Vec<MailOf>,
    fates: Vec<(Id, Fate)>,
    leaving: Vec<Leaving>,
    participants: Vec<Participant>,
    owed: Vec<Owed>,
    gate: GateAnswer,
    client: Option<ClientCard>,
    contact: Option<ContactCard>,
    links: Vec<Linked>,
    also: Vec<Linked>,
    tags: Vec<String>,
    tasks: Vec<TaskRow>,
    contacts: Vec<ContactCard>,
    macros: Vec<Macro>,
    people: Vec<(Id, String)>,
    teams: Vec<(Id, String)>,
    promises: Vec<PromiseRow>,
    draft: Option<Draft>,
    texts: Vec<Text>,
    written: Vec<WrittenRow>,
}

/// Shows it.
pub async fn one(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    reading(&signed)?;
    let id = id_of(&id)?;
    let shown = Shown {
        answer: wanted.answer,
        newest: wanted.newest,
        ..Shown::default()
    };
    let shown = shown_page(&room, &signed, frame, id, shown).await?;
    log(&room, &signed, &shown.of).await?;
    Ok(page(&shown))
}

/// Notes who has read it, and how far.
async fn log(room: &Room, signed: &Signed, of: &Request) -> Result<(), Failure> {
    let (person, id, messages) = (signed.person, of.id, of.messages);
    let act = Act {
        who: Who::Person(person.0),
        at: room.world.now(),
        entry: room.world.id(),
    };
    let before = room
        .store
        .read(move |read| read.maybe(queries::SEEN_BEFORE, &params![person, id]));
    let before: Option<(u32, Instant)> = got(before).await?;
    let again = before.is_some_and(|(_, seen)| act.at.micros_since(seen) < ONE_READING);
    if !again || before.is_some_and(|(read, _)| read != messages) {
        let logged = room.store.write(move |tx| {
            tx.execute(queries::SEEN, &params![person, id, messages, act.at])?;
            if again {
                return Ok(());
            }
            log_read(tx, &act, person, ("request", id.0))
        });
        got(logged).await?;
    }
    if room
        .looking
        .seen(id, (person, &signed.name, Doing::Looks), act.at)
    {
        room.looked(id);
    }
    Ok(())
}

/// The page as it stands, with what a form has left behind.
pub(super) async fn shown_page(
    room: &Room,
    signed: &Signed,
    frame: Frame,
    id: RequestId,
    shown: Shown,
) -> Result<OnePage, Failure> {
    let scopes = (reading(signed)?, signed.scope(Action::ReadClients));
    let (rules, now) = (room.rules.now(), room.world.now());
    let (read_by, me) = (Arc::clone(&rules), signed.person);
    let texts = Arc::clone(&room.texts);
    let newest = shown.newest.unwrap_or(NEWEST).clamp(1, MOST_MESSAGES);
    let gates = room.gates.clone();
    let whole = room.store.read(move |read| {
        let (rules, gates) = (&*read_by, &gates);
        gather(
            read,
            (&scopes.0, &scopes.1),
            (rules, gates),
            (id, me, now),
            (newest, &*texts),
        )
    });
    let whole = got(whole).await?.ok_or_else(missing)?;
    let others = room.looking.others(id, signed.person, now);
    Ok(drawn(
        (&rules, &room.zone(), now),
        (signed, frame, &others),
        whole,
        shown,
    ))
}

fn gather(
    read: &Read<'_>,
    (scope, clients): (&Scope, &Scope),
    (rules, gates): (&InForce, &Gates),
    (id, me, now): (RequestId, PersonId, Instant),
    (newest, texts): (u32, &dyn Texts),
) -> Result<Option<Whole>, StoreError> {
    let Some(request) = queries::one(read, scope, id)? else {
        return Ok(None);
    };
    let case = ("request", &*id.to_string());
    let contact = match request.contact {
        Some(contact) => read::contact(read, contact)?,
        None => None,
    };
    let units = teams(read)?.into_iter().map(|unit| (unit.id, unit.name));
    // Nothing bars what is over; the gate runs the rules over all that has happened to the client.
    let gate = match request.closed_at {
        Some(_) => GateAnswer::default(),
        None => gates.may(read, rules, case, "close-request", now)?,
    };
    // Of what lies between the first message and the newest nothing is read: a conversation may last for years.
    let after = request.messages.saturating_sub(newest);
    let (first, after) = if after > 1 {
        (queries::messages(read, id, 0, 1)?, after)
    } else {
        (Vec::new(), 0)
    };
    let messages = queries::messages(read, id, after, newest.saturating_add(1))?;
    let all = first.iter().chain(&messages);
    let ours = all.filter(|one| one.voice == Voice::Us);
    let ours: Vec<Id> = ours.map(|one| one.id).collect();
    Ok(Some(Whole {
        fates: outbox::fates(read, &ours)?,
        leaving: leaving_of(read, id)?,
        participants: queries::people(read, id, request.email.as_deref())?,
        first,
        messages,
        between: after.saturating_sub(1),
        files: queries::files(read, id, after)?,
        mails: queries::mails(read, id, after)?,
        owed: due::owed(read, id)?,
        gate,
        client: read::client(read, scope, request.client)?,
        opens_client: clients.is_everything()
            || !clients.is_nothing() && read::client(read, clients, request.client)?.is_some(),
        contact,
        links: queries::links(read, scope, id)?,
        also: queries::also_open(read, scope, (request.client, id))?,
        tags: queries::tags(read, id)?,
        tasks: queries::tasks(read, id)?,
        contacts: read::contacts_of(read, request.client)?,
        macros: queries::macros(read)?,
        promises: queries::promises(read, id)?,
        draft: drafts::begun(read, me, &drafts::on(id))?,
        texts: texts.offered(read)?,
        written: queries::written(read, id)?,
        people: queries::colleagues(read)?,
        teams: units.collect(),
        request,
    }))
}

fn drawn(
    (rules, zone, now): (&InForce, &TimeZone, Instant),
    (signed, frame, others): (&Signed, Frame, &[Looker]),
    whole: Whole,
    shown: Shown,
) -> OnePage {
    let reach = by(signed);
    let of = whole.request;
    let words = |name: &str| -> Vec<Choice> {
        let words = choices(&rules.register, name).iter();
        words.map(|word| Choice::new(word, word)).collect()
    };
    let failed = shown.filled.is_some() && shown.checked.is_none();
    let (leaving, stopped) = outgoing::leaving(whole.leaving, (signed.person, now, zone));
    let answer = shown.answer.as_deref();
    let begun = || {
        begun(
            &whole.macros,
            answer,
            (stopped.as_ref(), &whole.participants),
            whole.draft.as_ref(),
        )
    };
    let form = shown.filled.unwrap_or_else(begun);
    let contact = whole.contact.as_ref();
    let checked = shown.checked;
    let checked = checked.unwrap_or_else(|| Checked::before(contact, &form));
    let checked = checked.at(format!("/requests/{}", of.id));
    // A deadline that has passed is nothing to expect.
    let expected = clocks_due(&whole.owed, "resolve").filter(|at| *at > now);
    let expected = expected.map(|at| civil(at, zone));
    let over = of.closed_at.is_some();
    let (readers, asked_for) = readers(whole.participants, &form);
    let theirs = whole.client.as_ref().map_or("", |client| &client.zone);
    let theirs = TimeZone::get(theirs).unwrap_or_else(|_| zone.clone());
    let enclosed = whole.files.iter().filter(|file| file.place == 0);
    let around = Around {
        files: &whole.files,
        mails: &whole.mails,
        fates: &whole.fates,
        written: &whole.written,
    };
    let movable = movable(whole.first.iter().chain(&whole.messages), &form, zone);
    let thread = |messages: &[Message]| pieces(rules, messages, &around, (of.id, zone));
    let thread = [thread(&whole.first), thread(&whole.messages)];
    OnePage {
        folded: folded(&of, whole.between),
        pieces: thread.into_iter().flatten().collect(),
        said: of.messages as usize + leaving.len(),
        leaving,
        stopped,
        readers,
        asked_for,
        enclosed: enclosed.map(enclosed_shown).collect(),
        opens_client: whole.opens_client,
        mail_waits: whole.mails.iter().any(|mail| mail.needs_answer),
        morning: outgoing::morning(now, &theirs),
        prefers: contact.and_then(checking::prefers),
        promises: promises(whole.promises, now, zone),
        opened: now.micros(),
        composing: composer(&whole.texts, contact, &form, checked),
        crumb: Crumb::new([("Requests", "/requests")]),
        problem: form.problem("That was not done."),
        notice: (!failed).then(|| notice(&of, zone)).flatten(),
        tier: of.tier.as_deref().map(|name| tier(rules, name)),
        stand: stand(&of),
        others: others.iter().map(other).collect(),
        clocks: clocks::rows(rules, &whole.owed, now, zone),
        owe: clocks::owe(rules, &whole.owed, now, zone),
        gate: (!over).then(|| parts::gate(rules, &of, &whole.gate)),
        may_act: !reach.handle.is_nothing(),
        may_give: !reach.handle.is_nothing() || !reach.assign.is_nothing(),
        may_pass: parts::may_pass(rules, signed, &whole.gate),
        over,
        client: whole.client,
        contact: whole.contact,
        links: whole.links,
        also: whole.also,
        tags: whole.tags,
        tasks: tasks(whole.tasks, now, zone),
        movable,
        contacts: whole.contacts,
        macros: whole.macros,
        people: chosen_among(whole.people),
        teams: chosen_among(whole.teams),
        categories: words("category"),
        urgencies: words("urgency"),
        impacts: words("impact"),
        departments: words("department"),
        steps: STEPS,
        expected: expected.unwrap_or_default(),
        received: (short(of.contacted_at, zone), exact(of.contacted_at, zone)),
        why: signed.may(Action::ReadAdherence).then(|| {
            Button::link("Why then?", format!("/adherence/cases/request/{}", of.id)).quiet()
        }),
        frame: frame
            .titled(format!("{} {}", of.mark(), of.subject))
            .at("requests")
            .showing(topic_of(of.id))
            .showing("owed"),
        form,
        of,
    }
}

/// The composer, where it is looked at: `checked` knows the way.
fn composer(
    texts: &[Text],
    contact: Option<&ContactCard>,
    form: &Filled,
    checked: Checked,
) -> Composing {
    let language = contact.map_or("en", |one| one.language.as_str());
    Composing {
        offered: composing::offered(texts, language),
        begun_with: composing::begun_with(texts, form.value("from")),
        ways: true,
        way: checked.way.clone(),
        form: form.clone(),
        checked,
    }
}

/// What the composer begins with: a macro's words, those that did not leave, or a draft.
fn begun(
    macros: &[Macro],
    answer: Option<&str>,
    (stopped, people): (Option<&Stopped>, &[Participant]),
    draft: Option<&Draft>,
) -> Filled {
    let chosen = macros
        .iter()
        .find(|one| answer == Some(one.id.to_string().as_str()));
    let stopped = stopped.filter(|one| !one.text.is_empty());
    match (chosen, stopped, draft) {
        (Some(chosen), ..) => Filled::with([("text", chosen.text.clone())]),
        (None, Some(stopped), _) => {
            let fields = [
                ("text", stopped.text.clone()),
                ("cc_to", stopped.admits.clone()),
            ];
            let read = |one: &&Participant| {
                let mut cc = stopped.cc.iter().flatten();
                stopped.cc.is_none() || cc.any(|email| *email == one.email)
            };
            let left_out = people.iter().filter(|one| !read(one));
            let left_out = left_out.map(|one| (composing::LEFT_OUT, one.email.clone()));
            Filled::with(fields.into_iter().chain(left_out))
        }
        (None, None, Some(draft)) => {
            let fields = draft.iter();
            Filled::with(fields.map(|(name, value)| (name.as_str(), value.clone())))
        }
        (None, None, None) => Filled::default(),
    }
}

/// Those who take part, and whether each reads the answer as the form has it; and those who are asked for before they take part.
fn readers(
    people: Vec<Participant>,
    form: &Filled,
) -> (Vec<(Participant, bool)>, Vec<Participant>) {
    let (readers, asked_for): (Vec<_>, _) = people.into_iter().partition(|one| one.admitted);
    let readers = readers.into_iter().map(|one| {
        let reads = !composing::is_left_out(form, &one.email);
        (one, reads)
    });
    (readers.collect(), asked_for)
}

fn chosen_among(all: Vec<(Id, String)>) -> Vec<Choice> {
    let all = all.into_iter();
    all.map(|(id, name)| Choice::new(id.to_string(), name))
        .collect()
}

/// What is said of the messages that are not shown.
fn folded(of: &Request, count: u32) -> Option<Folded> {
    (count > 0).then(|| {
        let shown = of.messages.saturating_sub(count);
        Folded {
            count,
            next: count.min(MORE),
            href: format!("/requests/{}?newest={}", of.id, shown.saturating_add(MORE)),
        }
    })
}

fn clocks_due(owed: &[Owed], rule: &str) -> Option<Instant> {
    let open = owed
        .iter()
        .filter(|duty| duty.settled_at.is_none() && duty.level == 0);
    open.filter(|duty| duty.rule == rule)
        .find_map(|duty| duty.due_at)
}

fn promises(rows: Vec<PromiseRow>, now: Instant, zone: &TimeZone) -> Vec<PromiseLine> {
    let rows = rows.into_iter();
    rows.map(|one| promise(one, now, zone)).collect()
}

fn promise(one: PromiseRow, now: Instant, zone: &TimeZone) -> PromiseLine {
    let stands = match (one.kept_at, one.withdrawn_at) {
        (Some(kept), _) if kept > one.due_at => ("kept late", "late"),
        (Some(_), _) => ("kept", "met"),
        (None, Some(_)) => ("withdrawn", "excused"),
        (None, None) if one.due_at < now => ("overdue", "overdue"),
        (None, None) => ("due", "ontime"),
    };
    PromiseLine {
        id: one.id,
        open: one.kept_at.is_none() && one.withdrawn_at.is_none(),
        words: one.words,
        name: one.name.unwrap_or_else(|| "A former colleague".to_owned()),
        when: short(one.due_at, zone),
        exact: exact(one.due_at, zone),
        stands,
        reason: one.reason,
    }
}

/// `In progress, with Tomás Rivera`
fn stand(of: &Request) -> String {
    let state = of.state().name();
    let mut letters = state.chars();
    let state: String = letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default();
    match (&of.assignee_name, of.state()) {
        (_, Stand::Closed) => match &of.ending {
            Some(ending) => format!("{state}: {ending}"),
            None => state,
        },
        (Some(name), _) => format!("{state}, with {name}"),
        (None, _) => format!("{state}, with nobody"),
    }
}

fn notice(of: &Request, zone: &TimeZone) -> Option<Notice> {
    if let Some(into) = of.merged_into {
        let act = Button::link("Go there", format!("/requests/{into}"));
        return Some(
            Notice::info("This has become part of another request", "Go on there.").act(act),
        );
    }
    if of.confirmed_at.is_some() && of.closed_at.is_none() {
        return Some(Notice::done(
            "The client has confirmed the resolution",
            "It can be closed.",
        ));
    }
    let zero = Instant::from_micros(0);
    (of.snoozed_until > zero && of.closed_at.is_none()).then(|| {
        let until = exact(of.snoozed_until, zone);
        Notice::info("Set aside", format!("It comes back on {until}."))
    })
}

fn other(looker: &Looker) -> String {
    match looker.doing {
        Doing::Looks => format!("{} looks at this too", looker.name),
        Doing::Writes => format!("{} is writing", looker.name),
    }
}

/// What people wrote, as a piece of a page.
fn written(text: &str) -> Html {
    prose::prose(text)
}

/// A voice in words, for readers.
const fn voice_words(voice: Voice) -> &'static str {
    match voice {
        Voice::Client => "the client",
        Voice::Us => "us",
        Voice::Note => "a note",
        Voice::Machine => "the procedure",
    }
}

/// A file that goes with the answer.
fn enclosed_shown(file: &FileRow) -> (Id, String, Option<String>) {
    let name = &file.name;
    let shown = is_picture(name).then(|| format!("![{name}](<{name}>)"));
    (file.id, name.clone(), shown)
}
