//! Where a client stands: what we promised, what it asked for, what we need from it, and what lies here for it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::tz::TimeZone;
use kept_clients::read as clients;
use kept_kernel::Instant;
use kept_requests::model::State as Stand;
use kept_requests::model::Waiting as Waits;
use kept_requests::read::{self as requests, Request};
use kept_store::{Read, StoreError};
use kept_ui::{Failure, Frame, Icon, Words, page};

use super::promised::{Item, Shown, items};
use super::{Shell, got, local};
use crate::model::ForWhat;
use crate::room::Waiting;
use crate::session::Client;
use crate::{Room, queries, review};

/// So many requests stand on the first page.
const SHOWN: u32 = 12;
/// And so many on the page of all.
const MOST: u32 = 200;

#[derive(Template)]
#[template(path = "portal/home.html")]
struct HomePage {
    frame: Frame,
    shell: Shell,
    greeting: String,
    summary: String,
    promised: Vec<Shown>,
    requests: Vec<Line>,
    more: bool,
    yours: Vec<Yours>,
    documents: Vec<DocumentLine>,
    allowed: String,
}

/// A request as a line.
pub(super) struct Line {
    href: String,
    subject: String,
    words: String,
    icon: Icon,
    class: &'static str,
}

/// Something that we need from the client.
struct Yours {
    href: String,
    title: String,
    why: String,
    icon: Icon,
}

/// A document as a line.
struct DocumentLine {
    href: String,
    title: String,
    when: String,
}

/// How a request stands, in the client's words.
pub(super) fn stand(words: Words, of: &Request) -> &'static str {
    words.say(match of.state() {
        Stand::New => "state.new",
        Stand::Acknowledged => "state.acknowledged",
        Stand::InProgress => "state.in_progress",
        Stand::Waiting(Waits::Client) => "state.waits_for_you",
        Stand::Waiting(Waits::ThirdParty) => "state.waits_for_others",
        Stand::Resolved if of.confirmed_at.is_some() => "state.settled",
        Stand::Resolved => "state.resolved",
        Stand::Closed => "state.closed",
    })
}

/// Whether the client has to do something on it.
fn is_theirs(of: &Request) -> bool {
    let to_confirm = of.state() == Stand::Resolved && of.confirmed_at.is_none();
    to_confirm || of.state() == Stand::Waiting(Waits::Client)
}

/// Whether nothing is left to do on it for anybody: it is closed, or will be, since the client has said that it is settled.
fn is_done(of: &Request) -> bool {
    let settled = of.state() == Stand::Resolved && of.confirmed_at.is_some();
    settled || of.closed_at.is_some()
}

fn line(words: Words, of: &Request, zone: &TimeZone) -> Line {
    let when = match of.closed_at {
        Some(at) => words.tongue().date(&local(at, zone)),
        None => stand(words, of).to_owned(),
    };
    let (icon, class) = if is_done(of) {
        (Icon::CHECK, "is-done")
    } else if is_theirs(of) {
        (Icon::CIRCLE, "is-yours")
    } else {
        (Icon::CIRCLE, "")
    };
    let closed = match of.closed_at {
        Some(_) => words.with("requests.closed_on", &[("when", &when)]),
        None => when,
    };
    Line {
        href: format!("/portal/requests/{}", of.id),
        subject: of.subject.clone(),
        words: format!("{}, {closed}", of.mark()),
        icon,
        class,
    }
}

struct Found {
    /// The newest, open or not.
    requests: Vec<Request>,
    /// The open ones, however old.
    open: Vec<Request>,
    /// How many are open, and on how many of them it is the client's turn.
    counts: (usize, usize),
    promised: Vec<Item>,
    documents: Vec<crate::model::Document>,
    allowed: usize,
    verified_at: Option<Instant>,
    waiting: Vec<Waiting>,
}

fn found(read: &Read<'_>, room: &Room, client: &Client) -> Result<Found, StoreError> {
    let (contact, of) = (client.contact(), client.visitor.client.id);
    let requests = requests::of_contact(read, contact, requests::FIRST, SHOWN)?;
    let open = requests::open_of_contact(read, contact, MOST)?;
    let promised = items(read, &open, &requests::promised(read, contact)?)?;
    let consents = queries::consents(read, contact)?;
    let stands = |what: &ForWhat| {
        let of = consents.iter().filter(|one| one.purpose == what.name());
        of.clone().any(|one| one.withdrawn_at.is_none())
    };
    let told = clients::verified_at(read, of)?;
    let here = queries::last_verified(read, of)?;
    let tongue = client.words().tongue();
    Ok(Found {
        promised,
        requests,
        open,
        counts: requests::count_open_of_contact(read, contact)?,
        documents: queries::documents_for(read, (of, contact))?,
        allowed: ForWhat::ALL.iter().filter(|what| stands(what)).count(),
        verified_at: told.max(here),
        waiting: room.beside.waiting(read, (of, contact), tongue)?,
    })
}

/// The first page of a client who came in.
pub(super) async fn home(room: &Room, client: Client, frame: Frame) -> Result<Response, Failure> {
    let (asked, by) = (room.clone(), client.clone());
    let read = room.store.read(move |read| found(read, &asked, &by));
    let found = got(read).await?;
    let (words, now, zone) = (client.words(), client.guest.now, room.zone());
    let yours = yours(room, &client, &found);
    let (open, theirs) = found.counts;
    // The list is cut where somebody has hundreds; what is counted is not.
    let listed = found.open.iter().filter(|of| is_theirs(of)).count();
    let asked = (yours.len() + theirs).saturating_sub(listed);
    let summary = [
        match open {
            0 => words.say("summary.no_open").to_owned(),
            some => words.counted("summary.open", some),
        },
        match asked {
            0 => words.say("summary.nothing_from_you").to_owned(),
            some => words.counted("summary.yours", some),
        },
    ];
    let first = client.visitor.contact.name.split_whitespace().next();
    let greeting = match local(now, &room.zone()).hour() {
        0..12 => "home.morning",
        12..18 => "home.afternoon",
        _ => "home.evening",
    };
    let greeting = words.with(greeting, &[("name", first.unwrap_or_default())]);
    let document = |one: &crate::model::Document| DocumentLine {
        href: format!("/portal/documents/{}", one.id),
        title: one.title.clone(),
        when: words.tongue().date(&local(one.added_at, &zone)),
    };
    let shown = HomePage {
        frame: frame.titled(words.say("home.title")),
        shell: client.guest.shell(),
        greeting,
        summary: summary.join(" "),
        promised: found
            .promised
            .iter()
            .map(|item| item.shown(words, (now, &zone)))
            .collect(),
        requests: found
            .requests
            .iter()
            .map(|of| line(words, of, &zone))
            .collect(),
        more: found.requests.len() == SHOWN as usize,
        yours,
        documents: found.documents.iter().take(5).map(document).collect(),
        allowed: words.with(
            "consents.count",
            &[
                ("count", &found.allowed.to_string()),
                ("of", &ForWhat::ALL.len().to_string()),
            ],
        ),
    };
    Ok(page(&shown))
}

fn yours(room: &Room, client: &Client, found: &Found) -> Vec<Yours> {
    let words = client.words();
    let mut yours: Vec<Yours> = found
        .open
        .iter()
        .filter(|of| is_theirs(of))
        .map(|of| Yours {
            href: format!("/portal/requests/{}", of.id),
            title: of.subject.clone(),
            why: words
                .say(if of.state() == Stand::Resolved {
                    "yours.confirm"
                } else {
                    "yours.answer"
                })
                .to_owned(),
            icon: Icon::EDIT,
        })
        .collect();
    yours.extend(found.waiting.iter().map(|one| Yours {
        href: one.href.clone(),
        title: one.title.clone(),
        why: match one.done {
            None => words.say("yours.form").to_owned(),
            Some((done, of)) => words.with(
                "yours.form_begun",
                &[("done", &done.to_string()), ("of", &of.to_string())],
            ),
        },
        icon: Icon::FORM,
    }));
    let old = || review::is_due(&room.rules.now(), found.verified_at, client.guest.now);
    if client.visitor.speaks && old() {
        yours.push(Yours {
            href: "/portal/details".to_owned(),
            title: words.say("yours.details").to_owned(),
            why: words.say("yours.details_why").to_owned(),
            icon: Icon::EDIT,
        });
    }
    yours
}

#[derive(Template)]
#[template(path = "portal/requests.html")]
struct AllPage {
    frame: Frame,
    shell: Shell,
    requests: Vec<Line>,
}

/// All requests of a client.
pub(super) async fn all(
    State(room): State<Room>,
    client: Client,
    frame: Frame,
) -> Result<Response, Failure> {
    let contact = client.contact();
    let read = room
        .store
        .read(move |read| requests::of_contact(read, contact, requests::FIRST, MOST));
    let (found, zone, words) = (got(read).await?, room.zone(), client.words());
    Ok(page(&AllPage {
        frame: frame.titled(words.say("requests.title")),
        shell: client.guest.shell(),
        requests: found.iter().map(|of| line(words, of, &zone)).collect(),
    }))
}
