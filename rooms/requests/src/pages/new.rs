//! The phone note: typed while somebody speaks, with the greeting, and read back to them at the end.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::access::Action;
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

/// Whom the note is for: words to look for, or a client.
#[derive(Deserialize, Default)]
pub struct Wanted {
    who: Option<String>,
    client: Option<String>,
}

#[derive(Template)]
#[template(path = "requests/new.html")]
struct NewPage {
    frame: Frame,
    crumb: Crumb,
    form: Filled,
    who: String,
    greeting: String,
    /// What is said in calls that we make: by which name, and the words for whoever it is.
    scripts: Vec<(String, Html)>,
    offered: Vec<ClientCard>,
    client: Option<ClientCard>,
    contacts: Vec<Choice>,
    channels: Vec<Choice>,
    categories: Vec<Choice>,
    levels: Vec<Choice>,
}

/// The fields of the form.
#[derive(Deserialize)]
pub struct Fields {
    client: Option<String>,
    contact: Option<String>,
    name: Option<String>,
    email: Option<String>,
    channel: String,
    subject: String,
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
        ("client", wanted.client.clone().unwrap_or_default()),
    ]);
    Ok(page(&new_page(&room, &signed, frame, wanted, form).await?))
}

async fn new_page(
    room: &Room,
    signed: &Signed,
    frame: Frame,
    wanted: Wanted,
    form: Filled,
) -> Result<NewPage, Failure> {
    let scope = signed.scope(Action::HandleRequests);
    let who = wanted.who.unwrap_or_default();
    let client = wanted
        .client
        .as_deref()
        .and_then(|id| id.parse::<ClientId>().ok());
    let words = who.clone();
    let texts = std::sync::Arc::clone(&room.texts);
    let found = room.store.read(move |read| {
        let offered = if words.trim().is_empty() {
            Vec::new()
        } else {
            read::pick(read, &scope, &words, OFFERED)?
        };
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
        who,
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
    let client = filled.value("client").to_owned();
    let wanted = Wanted {
        who: None,
        client: (!client.is_empty()).then_some(client),
    };
    Ok(unprocessable(
        &new_page(room, signed, frame, wanted, filled).await?,
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
            channel: Some(self.channel),
            subject: self.subject,
            body: self.body.unwrap_or_default(),
            category: self.category,
            urgency: self.urgency,
            impact: self.impact,
            contacted_at: self.contacted_at,
        }
    }
}
