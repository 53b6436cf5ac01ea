//! The details of a client, looked through by itself: its own, and those of its company where it speaks for it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use kept_clients::commands::Own;
use kept_clients::model::{Typed, TypedContact, channels};
use kept_clients::read::{self, Client as WholeClient, Contact};
use kept_journal::audit::Who;
use kept_kernel::Instant;
use kept_rooms::{Refusal as _, Refused};
use kept_store::StoreError;
use kept_ui::form::Choice;
use kept_ui::{Failure, Filled, Flash, Form, Frame, Tongue, page, see_other};
use serde::Deserialize;

use super::{Shell, code, got, local, page_with};
use crate::commands::{Details, PortalError, say_details};
use crate::session::Client;
use crate::{Room, queries};

/// Where the facts come from that a client has looked through.
const SOURCE: &str = "portal";

#[derive(Template)]
#[template(path = "portal/details.html")]
struct DetailsPage {
    frame: Frame,
    shell: Shell,
    acts: bool,
    speaks: bool,
    company: String,
    email: String,
    verified: Option<String>,
    form: Filled,
    channels: Vec<Choice>,
    tongues: Vec<Choice>,
    problem: String,
    asks_code: bool,
}

#[derive(Deserialize)]
pub(super) struct Sent {
    name: String,
    position: String,
    phone: String,
    channel: String,
    style: String,
    language: String,
    #[serde(default)]
    website: Option<String>,
    #[serde(default)]
    company_phone: Option<String>,
    #[serde(default)]
    address: Option<String>,
    #[serde(default)]
    country: Option<String>,
    code: Option<String>,
}

type Whole = (Contact, WholeClient, Option<Instant>);

async fn whole(room: &Room, client: &Client) -> Result<Whole, Failure> {
    let contact = client.contact();
    let read = room.store.read(move |read| {
        let Some((contact, client)) = read::own(read, contact)? else {
            return Ok(None);
        };
        let told = read::verified_at(read, client.card.id)?;
        let here = queries::last_verified(read, client.card.id)?;
        Ok::<_, StoreError>(Some((contact, client, told.max(here))))
    });
    got(read)
        .await?
        .ok_or_else(|| super::missing(client.words()))
}

fn filled((contact, client, _): &Whole) -> Filled {
    let (own, of) = (contact.draft(), client.draft());
    Filled::with([
        ("name", own.name),
        ("position", own.position),
        ("phone", own.phone),
        ("channel", own.channel.unwrap_or_default()),
        ("style", own.style),
        ("language", own.language),
        ("website", of.website),
        ("company_phone", of.phone),
        ("address", of.address),
        ("country", of.country),
    ])
}

fn details_page(
    room: &Room,
    client: &Client,
    frame: Frame,
    (whole, form): (&Whole, Filled),
) -> DetailsPage {
    let words = client.words();
    let rules = room.rules.now();
    let named = |one: String| {
        let own = words.say(&format!("channel.{}", one.replace(' ', "_")));
        let label = if own.is_empty() {
            one.clone()
        } else {
            own.to_owned()
        };
        Choice::new(one, label)
    };
    let none = Choice::new("", words.say("details.any_channel"));
    let mut tongues: Vec<Choice> = Tongue::ALL
        .into_iter()
        .map(|one| Choice::new(one.code(), one.name()))
        .collect();
    let own = &whole.0.card.language;
    if Tongue::ALL.iter().all(|one| one.code() != own) {
        tongues.push(Choice::new(own.clone(), own.clone()));
    }
    DetailsPage {
        frame: frame.titled(words.say("details.title")),
        shell: client.guest.shell(),
        acts: client.may_act(),
        speaks: client.visitor.speaks,
        company: client.visitor.client.name.clone(),
        email: whole.0.card.email.clone().unwrap_or_default(),
        verified: whole
            .2
            .map(|at| words.tongue().date(&local(at, &room.zone()))),
        form,
        channels: [none]
            .into_iter()
            .chain(channels(&rules.register).into_iter().map(named))
            .collect(),
        tongues,
        problem: String::new(),
        asks_code: false,
    }
}

/// What is known, to be looked through.
pub(super) async fn show(
    State(room): State<Room>,
    client: Client,
    frame: Frame,
) -> Result<Response, Failure> {
    let whole = whole(&room, &client).await?;
    let form = filled(&whole);
    Ok(page(&details_page(&room, &client, frame, (&whole, form))))
}

/// What was typed, as far as it can stand; else what is wrong, at the fields of the form.
fn understood(
    room: &Room,
    client: &Client,
    (whole, sent): (&Whole, &Sent),
) -> Result<Own, Vec<&'static str>> {
    let rules = room.rules.now();
    let some = |text: &String| Some(text.clone());
    let contact = TypedContact {
        name: some(&sent.name),
        position: some(&sent.position),
        phone: some(&sent.phone),
        channel: some(&sent.channel),
        style: some(&sent.style),
        language: some(&sent.language),
        ..TypedContact::default()
    };
    let contact = contact.understood(&rules.register, whole.0.draft());
    let of_client = Typed {
        name: Some(whole.1.card.name.clone()),
        website: sent.website.clone(),
        phone: sent.company_phone.clone(),
        address: sent.address.clone(),
        country: sent.country.clone(),
        ..Typed::default()
    };
    let of_client = of_client.understood(&rules.register, whole.1.draft());
    match (contact, of_client) {
        (Ok(contact), Ok(draft)) => Ok(Own {
            contact,
            client: client.visitor.speaks.then_some(draft),
            verified: client.visitor.speaks,
        }),
        (contact, of_client) => {
            let wrong = contact.err().unwrap_or_default();
            let mut fields: Vec<&'static str> = wrong.into_iter().map(|fault| fault.0).collect();
            let wrong = of_client.err().unwrap_or_default();
            fields.extend(wrong.into_iter().map(|fault| match fault.0 {
                "phone" => "company_phone",
                other => other,
            }));
            Err(fields)
        }
    }
}

/// The client says what is right.
pub(super) async fn say(
    State(room): State<Room>,
    client: Client,
    frame: Frame,
    form: Form<Sent>,
) -> Result<Response, Failure> {
    let whole = whole(&room, &client).await?;
    let words = client.words();
    let (sent, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => {
            let mut shown = details_page(&room, &client, frame, (&whole, filled));
            words.say("details.not_yet").clone_into(&mut shown.problem);
            return Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown));
        }
    };
    let own = match understood(&room, &client, (&whole, &sent)) {
        Ok(own) => own,
        Err(fields) => {
            let wrong = |filled: Filled, field: &'static str| {
                filled.wrong(field, words.say("details.wrong"))
            };
            let filled = fields.into_iter().fold(filled, wrong);
            let mut shown = details_page(&room, &client, frame, (&whole, filled));
            words.say("details.not_yet").clone_into(&mut shown.problem);
            return Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown));
        }
    };
    let typed = sent.code.as_deref().unwrap_or_default();
    let wrong_code = if client.may_act() || typed.is_empty() {
        None
    } else {
        code::tried(&room, &client, typed).await?.err()
    };
    let who = Who::Contact(client.contact().0);
    let step = kept_clients::commands::Step::new(&room.world, &room.rules, who).from_source(SOURCE);
    let details = Details {
        own,
        id: room.world.id(),
    };
    let session = client.visitor.session;
    let said = room
        .store
        .write(move |tx| say_details(tx, &step, session, &details));
    match said.await {
        Ok(changed) => {
            room.changed(client.visitor.client.id);
            let key = if changed.is_empty() {
                "details.confirmed"
            } else {
                "details.changed"
            };
            let said = Flash::said(words.say(key));
            Ok(see_other("/portal/details").with(said).into_response())
        }
        Err(PortalError::Locked) => {
            let filled = match wrong_code {
                Some(wrong) => filled.wrong("code", wrong),
                None => {
                    code::letter(&room, &client).await?;
                    filled
                }
            };
            let mut shown = details_page(&room, &client, frame, (&whole, filled));
            shown.asks_code = true;
            words.say("code.again").clone_into(&mut shown.problem);
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown))
        }
        Err(error) => match error.refused() {
            Refused::Missing(_) => Err(super::missing(words)),
            other => Err(other.failure()),
        },
    }
}
