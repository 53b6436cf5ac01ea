//! The phone note: typed while somebody speaks, with the greeting, and read back to them at the end. Who it is may be looked up at any
//! moment of the call: the look is a button of the same form, so that nothing that was written is lost by it.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::access::{Action, Scope};
use kept_clients::ClientId;
use kept_clients::read::{self, ClientCard, ContactCard};
use kept_rooms::{Refusal as _, Refused};
use kept_store::{Read, StoreError};
use kept_ui::form::Choice;
use kept_ui::parts::Crumb;
use kept_ui::{Failure, Filled, Flash, Form, Frame, Html, page, prose, see_other, unprocessable};
use serde::Deserialize;

use super::one::composing::for_reader;
use super::{civil, got};
use crate::commands::open_request;
use crate::model::{Expected, Fault, NewRequest, choices, instant_of};
use crate::room::{Room, by};
use crate::texts::{Known, filled};

/// So many clients are offered.
const OFFERED: u32 = 12;

/// So many of a client's people are offered beside it.
const OFFERED_OF_EACH: usize = 4;
/// What is chosen when the one who was chosen is not it.
const NOBODY: &str = "nobody";

/// Whom the note is for: words to look for, or a client.
#[derive(Deserialize, Default)]
pub struct Wanted {
    who: Option<String>,
    client: Option<String>,
}

/// A client that was found, and those of its people who were looked for.
type Offered = (ClientCard, Vec<ContactCard>);

#[derive(Template)]
#[template(path = "requests/new.html")]
struct NewPage {
    frame: Frame,
    crumb: Crumb,
    form: Filled,
    /// Whether somebody was looked for.
    looked: bool,
    greeting: String,
    /// What is said in calls that we make: by which name, and the words for whoever it is.
    scripts: Vec<(String, Html)>,
    offered: Vec<Offered>,
    client: Option<ClientCard>,
    contacts: Vec<Choice>,
    channels: Vec<Choice>,
    categories: Vec<Choice>,
    levels: Vec<Choice>,
}

/// The fields of the form. A look comes with whatever is written so far, so that none of them must be there.
#[derive(Deserialize)]
pub struct Fields {
    who: Option<String>,
    /// Who was chosen of those who were found: a client, or a client and a contact.
    chosen: Option<String>,
    client: Option<String>,
    contact: Option<String>,
    name: Option<String>,
    email: Option<String>,
    channel: Option<String>,
    subject: Option<String>,
    body: Option<String>,
    category: Option<String>,
    urgency: Option<String>,
    impact: Option<String>,
    contacted_at: Option<String>,
    read_back: bool,
    expected_at: Option<String>,
    update_at: Option<String>,
    why_not: Option<String>,
}

/// The empty form.
pub async fn ask(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    signed.require(Action::HandleRequests)?;
    let zone = room.zone();
    let form = Filled::with([
        ("channel", "phone".to_owned()),
        ("contacted_at", civil(room.world.now(), &zone)),
        ("client", wanted.client.unwrap_or_default()),
        ("who", wanted.who.clone().unwrap_or_default()),
    ]);
    let shown = new_page(&room, &signed, frame, wanted.who, form);
    Ok(page(&shown.await?))
}

/// Looks for whoever speaks, or takes one of those who were found, and shows the page again with all that was written.
pub async fn look(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    form: Form<Fields>,
) -> Result<Response, Failure> {
    signed.require(Action::HandleRequests)?;
    let (fields, mut form) = match form.read() {
        Ok(read) => read,
        Err(filled) => return again(&room, &signed, frame, filled).await,
    };
    let who = match fields.chosen.as_deref() {
        None => Some(fields.who.unwrap_or_default()),
        Some(chosen) => {
            let (client, contact) = chosen.split_once(' ').unwrap_or((chosen, ""));
            let client = if client == NOBODY { "" } else { client };
            form = form.replaced("client", client).replaced("contact", contact);
            None
        }
    };
    let shown = new_page(&room, &signed, frame, who, form).await?;
    // Nothing is done yet: a script takes the page that comes back with this for the same one, a step further.
    Ok(unprocessable(&shown))
}

async fn new_page(
    room: &Room,
    signed: &Signed,
    frame: Frame,
    who: Option<String>,
    form: Filled,
) -> Result<NewPage, Failure> {
    let scope = signed.scope(Action::HandleRequests);
    let client = form.value("client").parse::<ClientId>().ok();
    let words = who.clone().unwrap_or_default();
    let texts = std::sync::Arc::clone(&room.texts);
    let found = room.store.read(move |read| {
        let offered = offered(read, &scope, &words)?;
        let client = match client {
            Some(client) => read::client(read, &scope, client)?,
            None => None,
        };
        let contacts = contacts(read, client.as_ref())?;
        let scripts = texts.scripts(read)?;
        Ok::<_, StoreError>((offered, client, contacts, scripts))
    });
    let (offered, client, contacts, scripts) = got(found).await?;
    let (rules, now) = (room.rules.now(), room.world.now());
    let contact = contacts
        .iter()
        .find(|one| one.id.to_string() == form.value("contact"));
    let known = Known {
        contact: contact.or(contacts.first()),
        client: client.as_ref(),
        me: Some(&signed.name),
        ..Known::default()
    };
    let language = known.contact.map_or("en", |one| &one.language);
    let scripts = for_reader(&scripts, language).map(|script| {
        let said = filled(&script.body, &script.language, &known, (&rules, now));
        (script.name.clone(), prose::prose(&said.text))
    });
    let scripts = scripts.collect();
    let words = |name: &str, first: Option<&str>| -> Vec<Choice> {
        let first = first.map(|first| Choice::new("", first));
        let words = choices(&rules.register, name).iter();
        first
            .into_iter()
            .chain(words.map(|word| Choice::new(word, word)))
            .collect()
    };
    let house = read::company(&rules).map_or_else(String::new, |name| format!(" at {name}"));
    Ok(NewPage {
        crumb: Crumb::new([("Requests", "/requests")]),
        greeting: format!("Good day, this is {}{house}. How can I help?", signed.name),
        looked: who.is_some_and(|who| !who.trim().is_empty()),
        offered,
        scripts,
        contacts: contacts
            .iter()
            .map(|one| Choice::new(one.id.to_string(), one.name.clone()))
            .collect(),
        client,
        channels: words("channel", None),
        categories: words("category", Some("Not yet clear")),
        levels: words("urgency", Some("Not yet clear")),
        frame: frame.titled("New request").at("requests"),
        form,
    })
}

/// The clients that are found by these words, each with those of its people who are.
fn offered(read: &Read<'_>, scope: &Scope, words: &str) -> Result<Vec<Offered>, StoreError> {
    let words = words.trim().to_lowercase();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let mut offered = Vec::new();
    for client in read::pick(read, scope, &words, OFFERED)? {
        let mut people = read::contacts_of(read, client.id)?;
        people.retain(|one| {
            let email = one.email.as_deref().unwrap_or_default();
            let all = [one.name.as_str(), email].map(str::to_lowercase);
            all.iter().any(|text| text.contains(&words))
        });
        people.truncate(OFFERED_OF_EACH);
        offered.push((client, people));
    }
    Ok(offered)
}

fn contacts(read: &Read<'_>, client: Option<&ClientCard>) -> Result<Vec<ContactCard>, StoreError> {
    match client {
        Some(client) => read::contacts_of(read, client.id),
        None => Ok(Vec::new()),
    }
}

/// Opens what was written.
pub async fn open(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    form: Form<Fields>,
) -> Result<Response, Failure> {
    signed.require(Action::HandleRequests)?;
    let (fields, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return again(&room, &signed, frame, filled).await,
    };
    let (id, step, by) = (room.new_id(), room.step_of(&signed), by(&signed));
    let zone = room.zone();
    let expected = fields.expected(&zone);
    let read_back = fields.read_back;
    let typed = fields.typed();
    let draft = typed.understood(&step.rules, step.act.at);
    let draft = match (draft, expected) {
        (Ok(mut draft), Ok(expected)) => {
            draft.read_back = read_back;
            draft.expected = expected;
            draft
        }
        (draft, expected) => {
            let faults = [
                draft.err().unwrap_or_default(),
                expected.err().unwrap_or_default(),
            ];
            let faults = faults.concat().into_iter().map(Into::into).collect();
            let filled = Refused::Fields(faults).onto(filled)?;
            return again(&room, &signed, frame, filled).await;
        }
    };
    let step = room.looked_ahead(step, &draft.asker).await;
    let opened = room
        .store
        .write(move |tx| open_request(tx, &step, Some(&by), id, &draft))
        .await;
    match opened {
        Ok(request) => {
            room.changed(Some(id), None);
            let said = format!("{} is open.", request.mark());
            let place = format!("/requests/{id}");
            Ok(see_other(&place).with(Flash::said(said)).into_response())
        }
        Err(error) => {
            let filled = error.refused().onto(filled)?;
            again(&room, &signed, frame, filled).await
        }
    }
}

async fn again(
    room: &Room,
    signed: &Signed,
    frame: Frame,
    filled: Filled,
) -> Result<Response, Failure> {
    Ok(unprocessable(
        &new_page(room, signed, frame, None, filled).await?,
    ))
}

impl Fields {
    fn expected(&self, zone: &jiff::tz::TimeZone) -> Result<Expected, Vec<Fault>> {
        let time = |text: &Option<String>, wrong| match text.as_deref() {
            None => Ok(None),
            Some(text) => instant_of(text, zone).map(Some).ok_or_else(|| vec![wrong]),
        };
        Ok(Expected {
            done_at: time(&self.expected_at, Fault::NoExpectedTime)?,
            update_at: time(&self.update_at, Fault::NoUpdateTime)?,
            reason: self.why_not.clone(),
        })
    }

    fn typed(self) -> NewRequest {
        NewRequest {
            client: self.client,
            contact: self.contact,
            name: self.name,
            email: self.email,
            // What is left out would be an ask by a program; of a form it is a field that went astray.
            channel: Some(self.channel.unwrap_or_else(|| NOBODY.to_owned())),
            subject: self.subject.unwrap_or_default(),
            body: self.body.unwrap_or_default(),
            category: self.category,
            urgency: self.urgency,
            impact: self.impact,
            contacted_at: self.contacted_at,
        }
    }
}
