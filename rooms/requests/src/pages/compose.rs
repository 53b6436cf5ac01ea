//! Writing to a client first. To and Cc are written out; it opens a request of its own, so that everything has one place. What is
//! begun is kept.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_clients::ContactId;
use kept_clients::read::{self, ClientCard, ContactCard};
use kept_mail::Address;
use kept_rooms::{Refusal as _, Refused};
use kept_store::StoreError;
use kept_ui::form::Choice;
use kept_ui::parts::Crumb;
use kept_ui::{Failure, Filled, Flash, Form, Frame, page, see_other, unprocessable};
use serde::Deserialize;

use super::act::Fields;
use super::one::checking::{Checked, is_frame, looked_at, prefers};
use super::one::composing::{Composing, begun_with, joined, offered};
use super::{civil, got, missing};
use crate::commands::{Leaves, open_first, write_first};
use crate::drafts::{self, Draft as Begun};
use crate::model::{Asker, Draft, Expected, Fault, instant_of};
use crate::room::{Room, by};
use crate::texts::{Known, Text, filled};
use crate::wording;

/// Where its draft lies.
const PLACE: &str = "new";
/// So many are offered.
const OFFERED: u32 = 8;
/// So many read it too.
const MOST_CC: usize = 20;

/// To whom: words to look for, or a contact.
#[derive(Deserialize, Default)]
pub struct Wanted {
    #[serde(default)]
    who: String,
    contact: Option<String>,
}

#[derive(Template)]
#[template(path = "requests/compose.html")]
struct ComposePage {
    frame: Frame,
    crumb: Crumb,
    form: Filled,
    who: String,
    found: Vec<(ContactCard, String)>,
    to: Option<To>,
    prefers: Option<String>,
    opened: i64,
    /// The mailboxes that it may leave from, the first one unless another is chosen.
    boxes: Vec<Choice>,
    composing: Composing,
}

/// Whom it goes to.
#[derive(Clone)]
struct To {
    contact: ContactCard,
    client: ClientCard,
}

/// Everything that is read for the page.
struct Whole {
    found: Vec<(ContactCard, String)>,
    to: Option<To>,
    texts: Vec<Text>,
    draft: Option<Begun>,
    /// The mailboxes in use.
    boxes: Vec<Address>,
}

/// The page.
pub async fn compose(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let whole = gathered(&room, &signed, &wanted).await?;
    let draft = whole.draft.iter().flatten();
    let form = Filled::with(draft.map(|(name, value)| (name.as_str(), value.clone())));
    let wanted = match (&wanted.contact, form.value("contact")) {
        // What was begun was begun to somebody.
        (None, id) if wanted.who.is_empty() && !id.is_empty() => Wanted {
            who: String::new(),
            contact: Some(id.to_owned()),
        },
        _ => {
            return Ok(page(&drawn(
                &room,
                (&signed, frame),
                (whole, form, wanted.who),
                None,
            )));
        }
    };
    let whole = gathered(&room, &signed, &wanted).await?;
    Ok(page(&drawn(
        &room,
        (&signed, frame),
        (whole, form, wanted.who),
        None,
    )))
}

async fn gathered(room: &Room, signed: &Signed, wanted: &Wanted) -> Result<Whole, Failure> {
    signed.require(Action::HandleRequests)?;
    let clients = signed.scope(Action::ReadClients);
    let contact = wanted.contact.as_deref().map(str::parse::<ContactId>);
    let contact = contact.transpose().map_err(|_| missing())?;
    let (who, me) = (wanted.who.trim().to_owned(), signed.person);
    let texts = std::sync::Arc::clone(&room.texts);
    let boxes = std::sync::Arc::clone(&room.mailboxes);
    let read = room.store.read(move |read| {
        let mut found = Vec::new();
        if !who.is_empty() && !clients.is_nothing() {
            for client in read::pick(read, &clients, &who, OFFERED)? {
                let contacts = read::contacts_of(read, client.id)?.into_iter();
                found.extend(
                    contacts
                        .take(OFFERED as usize)
                        .map(|one| (one, client.name.clone())),
                );
            }
        }
        let contact = match contact {
            Some(id) => read::contact(read, id)?.filter(|one| one.removed_at.is_none()),
            None => None,
        };
        let to = match contact {
            Some(contact) => {
                read::client(read, &clients, contact.client)?.map(|client| To { contact, client })
            }
            None => None,
        };
        Ok::<_, StoreError>(Whole {
            found,
            to,
            texts: texts.offered(read)?,
            draft: drafts::begun(read, me, PLACE)?,
            boxes: boxes.in_use(read)?,
        })
    });
    got(read).await
}

fn drawn(
    room: &Room,
    (_signed, frame): (&Signed, Frame),
    (whole, form, who): (Whole, Filled, String),
    checked: Option<Checked>,
) -> ComposePage {
    let contact = whole.to.as_ref().map(|to| &to.contact);
    let language = contact.map_or("en", |one| one.language.as_str());
    let checked = checked.unwrap_or_else(|| Checked::before(contact, &form));
    ComposePage {
        crumb: Crumb::new([("Messages", "/messages")]),
        prefers: contact.and_then(prefers),
        opened: room.world.now().micros(),
        boxes: whole.boxes.iter().map(box_shown).collect(),
        composing: Composing {
            offered: offered(&whole.texts, language),
            begun_with: begun_with(&whole.texts, form.value("from")),
            ways: false,
            way: "/messages".to_owned(),
            form: form.clone(),
            checked: checked.at("/messages".to_owned()),
        },
        frame: frame.titled("Write a message").at("messages"),
        found: whole.found,
        to: whole.to,
        form,
        who,
    }
}

/// What a form of the page says, and what is known of whom it goes to.
struct Read {
    fields: Fields,
    form: Filled,
    whole: Whole,
    around: wording::Around,
}

/// Reads the form and keeps it as a draft. None: the page again, since it could not be read.
async fn read_form(
    room: &Room,
    signed: &Signed,
    form: Form<Fields>,
) -> Result<Result<Read, Filled>, Failure> {
    signed.require(Action::HandleRequests)?;
    let (mut fields, form) = match form.read() {
        Ok(read) => read,
        Err(filled) => return Ok(Err(filled)),
    };
    fields.house = room.own_addresses().await?;
    let wanted = Wanted {
        who: String::new(),
        contact: fields.contact().map(str::to_owned),
    };
    let whole = gathered(room, signed, &wanted).await?;
    let contact = whole.to.as_ref().map(|to| to.contact.clone());
    let around = room
        .store
        .read(move |read| wording::towards(read, contact.clone()));
    let around = got(around).await?;
    Ok(Ok(Read {
        fields,
        form,
        whole,
        around,
    }))
}

async fn keep(room: &Room, signed: &Signed, read: &Read) -> Result<(), Failure> {
    let Some(opened) = read.fields.opened() else {
        return Ok(());
    };
    let named = [
        "contact",
        "email",
        "cc_to",
        "mailbox",
        "subject",
        "text",
        "update_at",
        "from",
    ];
    let draft = named.map(|name| (name.to_owned(), read.form.value(name).to_owned()));
    let (draft, me, now) = (Begun::from(draft), signed.person, room.world.now());
    let kept = room
        .store
        .write(move |tx| drafts::keep(tx, (me, PLACE), &draft, (opened, now)));
    got(kept).await
}

/// Looks at what is written.
pub async fn check(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    headers: HeaderMap,
    form: Form<Fields>,
) -> Result<Response, Failure> {
    let read = match read_form(&room, &signed, form).await? {
        Ok(read) => read,
        Err(filled) => return again(&room, (&signed, frame), filled).await,
    };
    keep(&room, &signed, &read).await?;
    let checked = looked_at(&room, &read.around, &read.fields, room.world.now());
    let checked = checked.at("/messages".to_owned());
    if is_frame(&headers) {
        return Ok(page(&checked));
    }
    let form = read.form.replaced("update_at", &checked.update);
    let shown = (read.whole, form, String::new());
    Ok(page(&drawn(&room, (&signed, frame), shown, Some(checked))))
}

/// Looks for whom it goes to, or takes who was found. All that was written stays.
pub async fn whom(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    form: Form<Fields>,
) -> Result<Response, Failure> {
    let read = match read_form(&room, &signed, form).await? {
        Ok(read) => read,
        Err(filled) => return again(&room, (&signed, frame), filled).await,
    };
    let value = |name| read.form.value(name).trim().to_owned();
    let (who, chosen) = (value("who"), value("whom"));
    let form = read.form.replaced("contact", &chosen);
    let wanted = Wanted {
        who: if chosen.is_empty() {
            who
        } else {
            String::new()
        },
        contact: Some(chosen).filter(|id| !id.is_empty()),
    };
    let whole = gathered(&room, &signed, &wanted).await?;
    let read = Read {
        form,
        whole,
        ..read
    };
    keep(&room, &signed, &read).await?;
    let shown = (read.whole, read.form, wanted.who);
    // The page again, as of a form that is not sent yet.
    Ok(unprocessable(&drawn(&room, (&signed, frame), shown, None)))
}

/// Puts a template in.
pub async fn put_in(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    form: Form<Fields>,
) -> Result<Response, Failure> {
    let read = match read_form(&room, &signed, form).await? {
        Ok(read) => read,
        Err(filled) => return again(&room, (&signed, frame), filled).await,
    };
    let (rules, zone, now) = (room.rules.now(), room.zone(), room.world.now());
    let text = read.fields.pick();
    let text = text.and_then(|id| read.whole.texts.iter().find(|one| one.id == id).cloned());
    let mut form = read.form;
    if let Some(text) = &text {
        let typed = read
            .fields
            .update()
            .and_then(|update| instant_of(update, &zone));
        let due = typed.unwrap_or_else(|| read.around.next_word(&rules, now));
        let to = read.whole.to.as_ref();
        let known = Known {
            contact: to.map(|to| &to.contact),
            client: to.map(|to| &to.client),
            me: Some(&signed.name),
            due: Some(due),
            ..Known::default()
        };
        let fill = |words: &str| filled(words, &text.language, &known, (&rules, now)).text;
        let words = joined(form.value("text"), fill(&text.body).trim());
        if form.value("subject").trim().is_empty() {
            form = form.replaced("subject", &fill(&text.subject));
        }
        if text.body.contains("{{due}}") {
            form = form.replaced("update_at", &civil(due, &zone));
        }
        form = form
            .replaced("text", &words)
            .replaced("from", &format!("{} {}", text.id, text.version));
    }
    let update = form.value("update_at").to_owned();
    let fields = read
        .fields
        .with_words(form.value("text").to_owned(), update);
    let checked = looked_at(&room, &read.around, &fields, now);
    // The subject stands outside of the composer's frame, so the whole page is shown again.
    let shown = (read.whole, form, String::new());
    Ok(unprocessable(&drawn(
        &room,
        (&signed, frame),
        shown,
        Some(checked),
    )))
}

async fn again(
    room: &Room,
    (signed, frame): (&Signed, Frame),
    filled: Filled,
) -> Result<Response, Failure> {
    let wanted = Wanted {
        who: String::new(),
        contact: Some(filled.value("contact").to_owned()).filter(|id| !id.is_empty()),
    };
    let whole = gathered(room, signed, &wanted).await?;
    let shown = (whole, filled, String::new());
    Ok(unprocessable(&drawn(room, (signed, frame), shown, None)))
}

/// Sends it.
pub async fn send(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    form: Form<Fields>,
) -> Result<Response, Failure> {
    let read = match read_form(&room, &signed, form).await? {
        Ok(read) => read,
        Err(filled) => return again(&room, (&signed, frame), filled).await,
    };
    let now = room.world.now();
    let (draft, cc) = match to_whom(&read, now) {
        Ok(both) => both,
        Err(faults) => {
            let filled = wrong(read.form, faults)?;
            return again(&room, (&signed, frame), filled).await;
        }
    };
    let next_at = read
        .fields
        .update()
        .and_then(|update| instant_of(update, &room.zone()));
    let looked = read
        .around
        .look(&room.rules.now(), (read.fields.words(), next_at), now);
    let answer = read.fields.answer(&room, wording::counted(&looked));
    let leaves = read.fields.leaves(&room);
    let (answer, leaves) = match (answer, leaves) {
        (Ok(answer), Ok(leaves)) => (answer, leaves),
        (answer, leaves) => {
            let faults = [answer.err(), leaves.err()].into_iter().flatten();
            let faults = faults.flatten().collect();
            let filled = wrong(read.form, faults)?;
            return again(&room, (&signed, frame), filled).await;
        }
    };
    let (id, by, me) = (room.new_id(), by(&signed), signed.person);
    let steps = (room.step_of(&signed), room.step_of(&signed));
    let waits = leaves.map(|leaves| (leaves, room.world.id()));
    let mailbox = read.fields.mailbox().map(str::to_owned);
    let written = room.store.write(move |tx| {
        let steps = (&steps.0, &steps.1);
        let way = (&*cc, mailbox.as_deref());
        write_first(tx, steps, &by, (id, &draft), (&answer, way, waits))?;
        drafts::drop_draft(tx, me, PLACE).map_err(crate::commands::OpenRequestError::from)
    });
    let said = match leaves {
        Some(Leaves::At(_) | Leaves::NextMorning) => {
            "It has a request of its own, is kept, and leaves by itself."
        }
        Some(Leaves::After(_)) => "It has a request of its own, and leaves in ten seconds.",
        None => "It is on its way, and has a request of its own.",
    };
    match written.await {
        Ok(()) => {
            room.changed(Some(id), None);
            Ok(see_other(&format!("/requests/{id}"))
                .with(Flash::said(said))
                .into_response())
        }
        Err(error) => {
            let filled = error.refused().onto(read.form)?;
            again(&room, (&signed, frame), filled).await
        }
    }
}

/// Opens the request that the message will stand on, and goes on there with what was written: files lie on a request.
pub async fn open(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    form: Form<Fields>,
) -> Result<Response, Failure> {
    let read = match read_form(&room, &signed, form).await? {
        Ok(read) => read,
        Err(filled) => return again(&room, (&signed, frame), filled).await,
    };
    let now = room.world.now();
    let (draft, cc) = match to_whom(&read, now) {
        Ok(both) => both,
        Err(faults) => {
            let filled = wrong(read.form, faults)?;
            return again(&room, (&signed, frame), filled).await;
        }
    };
    let (id, by, me) = (room.new_id(), by(&signed), signed.person);
    let step = room.step_of(&signed);
    let named = ["text", "update_at", "from"];
    let begun = named.map(|name| (name.to_owned(), read.form.value(name).to_owned()));
    let begun = Begun::from(begun);
    let mailbox = read.fields.mailbox().map(str::to_owned);
    let opened = room.store.write(move |tx| {
        open_first(tx, &step, &by, (id, &draft), (&cc, mailbox.as_deref()))?;
        drafts::keep(tx, (me, &drafts::on(id)), &begun, (now, now))?;
        drafts::drop_draft(tx, me, PLACE).map_err(crate::commands::OpenRequestError::from)
    });
    match opened.await {
        Ok(()) => {
            room.changed(Some(id), None);
            let said = "It has a request of its own now. Attach the files, then send it.";
            Ok(see_other(&format!("/requests/{id}"))
                .with(Flash::said(said))
                .into_response())
        }
        Err(error) => {
            let filled = error.refused().onto(read.form)?;
            again(&room, (&signed, frame), filled).await
        }
    }
}

/// The form with what is wrong in it.
fn wrong(form: Filled, faults: Vec<Fault>) -> Result<Filled, Failure> {
    Refused::Fields(faults.into_iter().map(Into::into).collect()).onto(form)
}

/// What is opened, and who reads it too; else all that is wrong with either.
fn to_whom(read: &Read, now: kept_kernel::Instant) -> Result<(Draft, Vec<Address>), Vec<Fault>> {
    let chosen = read.fields.mailbox();
    let is_there = chosen.is_none_or(|one| read.whole.boxes.iter().any(|own| own.email == one));
    match (draft(read, now), read.fields.copied()) {
        (Ok(draft), Ok(cc)) if is_there => Ok((draft, cc)),
        (draft, cc) => {
            let mut faults = draft.err().unwrap_or_default();
            faults.extend(cc.err().unwrap_or_default());
            faults.extend((!is_there).then_some(Fault::UnknownMailbox));
            Err(faults)
        }
    }
}

/// `Service desk <desk@house.example>`
fn box_shown(own: &Address) -> Choice {
    let shown = match own.name.as_str() {
        "" => own.email.clone(),
        name => format!("{name} <{}>", own.email),
    };
    Choice::new(own.email.clone(), shown)
}

/// What is opened: of a contact that was chosen, or of whoever has the address that is written.
fn draft(read: &Read, now: kept_kernel::Instant) -> Result<Draft, Vec<Fault>> {
    let mut faults = Vec::new();
    let subject = read.form.value("subject").trim();
    faults.extend(subject.is_empty().then_some(Fault::NoSubject));
    let asker = match &read.whole.to {
        Some(to) => Asker::Known(to.client.id, Some(to.contact.id)),
        None => {
            let one = address(read.form.value("email"));
            faults.extend(one.is_none().then_some(Fault::NoAddress));
            let one = one.unwrap_or_else(|| Address {
                name: String::new(),
                email: String::new(),
            });
            Asker::Stranger {
                name: one.name,
                email: one.email,
            }
        }
    };
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Draft {
        asker,
        channel: "email".to_owned(),
        subject: subject
            .chars()
            .take(crate::model::draft::LONGEST_SUBJECT)
            .collect(),
        body: String::new(),
        category: None,
        urgency: None,
        impact: None,
        contacted_at: now,
        read_back: false,
        expected: Expected::default(),
    })
}

/// `Ruth Brennan <ruth@brennan.example>`, or the address alone.
fn address(text: &str) -> Option<Address> {
    let text = text.trim();
    let (name, email) = match text.rsplit_once('<') {
        Some((name, rest)) => (name.trim(), rest.strip_suffix('>')?.trim()),
        None => ("", text),
    };
    let one_line = !text.chars().any(char::is_control);
    (one_line && kept_mail::is_address(email)).then(|| Address {
        name: name.trim_matches('"').to_owned(),
        email: email.to_owned(),
    })
}

/// Several, with commas or semicolons between them. None: one of them is no address, or there are too many.
pub(super) fn addresses(text: &str) -> Option<Vec<Address>> {
    let all = text
        .split([',', ';'])
        .map(str::trim)
        .filter(|one| !one.is_empty());
    let all: Option<Vec<Address>> = all.map(address).collect();
    all.filter(|all| all.len() <= MOST_CC)
}
