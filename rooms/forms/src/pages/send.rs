//! The forms of one client: which were sent and filled in, and sending one.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_clients::read::{self, ClientCard, ContactCard};
use kept_clients::{ClientId, ContactId};
use kept_journal::audit::Who;
use kept_kernel::Instant;
use kept_rooms::Refusal as _;
use kept_store::{FromRow, Row, StoreError, params};
use kept_ui::parts::Crumb;
use kept_ui::{Failure, Flash, Form, Frame, Tongue, page, see_other};
use serde::Deserialize;

use super::{got, only};
use crate::Room;
use crate::commands::{FormError, send_link};
use crate::model::{Answer, Design, FormId, FormRow};
use crate::queries::{self, asked, pairs};
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
    stands: String,
}

fn missing() -> Failure {
    Failure::not_found("There is no such client").way_on("/clients", "All clients")
}

/// A link that was sent.
struct LinkRow {
    design: Design,
    name: String,
    made_at: Instant,
    used_at: Option<Instant>,
    expires_at: Instant,
    reminded: u32,
    look_at: Option<Instant>,
    told_at: Option<Instant>,
    /// What was put aside, and when.
    begun: Option<(String, Instant)>,
}

impl FromRow for LinkRow {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let (filled, saved_at): (Option<String>, Option<Instant>) = (row.get(9)?, row.get(10)?);
        Ok(Self {
            design: Design::read(row.get(1)?),
            name: row.get(2)?,
            made_at: row.get(3)?,
            used_at: row.get(4)?,
            expires_at: row.get(5)?,
            reminded: row.get(6)?,
            look_at: row.get(7)?,
            told_at: row.get(8)?,
            begun: filled.zip(saved_at),
        })
    }
}

impl LinkRow {
    /// How it stands, in words.
    fn stands(&self, now: Instant, when: impl Fn(Instant) -> String) -> String {
        if self.used_at.is_some() {
            return "filled in".to_owned();
        }
        let gone = self.expires_at <= now;
        let mut all = vec![if gone { "no longer good" } else { "waits" }.to_owned()];
        if let Some((filled, saved_at)) = &self.begun {
            let (done, whole) = self.design.progress(&pairs(filled));
            let saved = when(*saved_at);
            all.push(format!("begun: {done} of {whole} filled in, last {saved}"));
        }
        match self.reminded {
            0 => {}
            1 => all.push("asked for again once".to_owned()),
            times => all.push(format!("asked for again {times} times")),
        }
        match (self.told_at, self.look_at) {
            (Some(_), _) => all.push("it did not come back".to_owned()),
            (None, Some(at)) if at > now => {
                all.push(format!("looked at again on {}", when(at)));
            }
            _ => {}
        }
        all.join(", ")
    }
}

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
    let line = |link: LinkRow| SentLine {
        when: when(link.made_at),
        stands: link.stands(now, when),
        title: link.design.title,
        name: link.name,
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
