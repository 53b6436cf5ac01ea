//! The forms of one client: which were sent and filled in, and sending one.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_clients::read::{self, ClientCard, ContactCard};
use kept_clients::{ClientId, ContactId};
use kept_journal::audit::Who;
use kept_kernel::{Id, Instant};
use kept_rooms::Refusal as _;
use kept_store::{StoreError, params};
use kept_ui::parts::Crumb;
use kept_ui::{Failure, Flash, Form, Frame, Tongue, page, see_other};
use serde::Deserialize;

use super::{got, only};
use crate::Room;
use crate::commands::{FormError, send_link};
use crate::model::{Answer, Design, FormId, FormRow};
use crate::queries::{self, asked};
use crate::room::TOPIC;

#[derive(Template)]
#[template(path = "forms/send.html")]
struct SendPage {
    frame: Frame,
    crumb: Crumb,
    client: ClientCard,
    contacts: Vec<ContactCard>,
    forms: Vec<FormRow>,
    sent: Vec<SentLine>,
    answers: Vec<(Answer, String)>,
    may_send: bool,
}

struct SentLine {
    title: String,
    name: String,
    when: String,
    stands: &'static str,
}

fn missing() -> Failure {
    Failure::not_found("There is no such client").way_on("/clients", "All clients")
}

type LinkRow = (Id, String, String, Instant, Option<Instant>, Instant);

/// The forms of a client.
pub(super) async fn show(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::ReadClients)?;
    let id: ClientId = id.parse().map_err(|_| missing())?;
    let found = room.store.read(move |read| {
        let card = read::client(read, &scope, id)?;
        let Some(client) = card.filter(|card| card.id == id) else {
            return Ok(None);
        };
        let contacts = read::contacts_of(read, id)?;
        let forms: Vec<FormRow> = read.all(queries::FORMS, &[])?;
        let sent: Vec<LinkRow> = read.all(queries::LINKS_OF_CLIENT, &params![id])?;
        let answers: Vec<Answer> =
            read.all(queries::ANSWERS_OF_CLIENT, &asked(&scope, params![id]))?;
        Ok::<_, StoreError>(Some((client, contacts, forms, sent, answers)))
    });
    let (client, contacts, forms, sent, answers) = got(found).await?.ok_or_else(missing)?;
    let (zone, now) = (room.zone(), room.world.now());
    let when = |at: Instant| Tongue::En.moment(&at.timestamp().to_zoned(zone.clone()));
    let line = |(_, design, name, made_at, used_at, expires_at): LinkRow| SentLine {
        title: Design::read(&design).title,
        name,
        when: when(made_at),
        stands: match used_at {
            Some(_) => "filled in",
            None if expires_at <= now => "no longer good",
            None => "waits",
        },
    };
    let href = format!("/clients/{id}");
    Ok(page(&SendPage {
        frame: frame
            .titled(format!("Forms of {}", client.name))
            .at("clients")
            .showing(TOPIC),
        crumb: Crumb::new([
            ("Clients", "/clients"),
            (client.name.as_str(), href.as_str()),
        ]),
        contacts,
        forms: forms.into_iter().filter(|form| form.version > 0).collect(),
        sent: sent.into_iter().map(line).collect(),
        answers: answers
            .into_iter()
            .map(|one| {
                let at = when(one.given_at);
                (one, at)
            })
            .collect(),
        may_send: signed.may(Action::EditClients),
        client,
    }))
}

#[derive(Deserialize)]
pub(super) struct Sent {
    form: String,
    contact: String,
}

/// Sends a contact a form to fill in.
pub(super) async fn send(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
    form: Form<Sent>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let id: ClientId = id.parse().map_err(|_| missing())?;
    let (reach, back) = (scope.clone(), format!("/clients/{id}/forms"));
    let found = room.store.read(move |read| read::client(read, &reach, id));
    got(found)
        .await?
        .filter(|card| card.id == id)
        .ok_or_else(missing)?;
    let typed = only(form)?;
    let of: Option<FormId> = typed.form.parse().ok();
    let contact: Option<ContactId> = typed.contact.parse().ok();
    let (Some(of), Some(contact)) = (of, contact) else {
        let said = Flash::said("Nothing was sent: choose a form and a contact.");
        return Ok(see_other(&back).with(said).into_response());
    };
    let sending = room.sending().map_err(Failure::internal)?;
    let step = room.step(Who::Person(signed.person.0));
    let sent = room
        .store
        .write(move |tx| send_link(tx, &step, &scope, (of, id, contact), &sending));
    let said = match sent.await {
        Ok(()) => "The form is on its way to them.",
        Err(FormError::State(words)) => words,
        Err(FormError::Missing) => "Nothing was sent: choose a form and a contact.",
        Err(error) => return Err(error.refused().failure()),
    };
    room.changed(Some(id));
    Ok(see_other(&back).with(Flash::said(said)).into_response())
}
