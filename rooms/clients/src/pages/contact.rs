//! Contacts: the form for a new one and for one that is changed, and taking one off.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use kept_accounts::Signed;
use kept_accounts::access::{Action, Scope};
use kept_journal::audit::Who;
use kept_language::Register;
use kept_rooms::Refusal as _;
use kept_store::{Write, params};
use kept_ui::form::Choice;
use kept_ui::parts::{Button, Confirm, Crumb};
use kept_ui::{Failure, Filled, Flash, Form, Frame, page, unprocessable};
use serde::Deserialize;

use super::choices::of_channels;
use super::{back, contact_of, got, here, id_of, missing, refused, to_change, wrong};
use crate::commands::{ClientError, add_contact, change_contact, remove_contact, return_contact};
use crate::model::{
    Client, ClientId, Contact, ContactDraft, ContactId, Fault, TypedContact, phone_lines, phones_of,
};
use crate::queries;
use crate::room::Room;

#[derive(Template)]
#[template(path = "clients/contact.html")]
struct ContactPage {
    frame: Frame,
    crumb: Crumb,
    heading: String,
    action: String,
    button: &'static str,
    problem: &'static str,
    channels: Vec<Choice>,
    remove: Option<Confirm>,
    form: Filled,
}

/// The fields of the form.
#[derive(Deserialize)]
pub struct Fields {
    name: String,
    position: String,
    email: String,
    phone: String,
    /// The further numbers, one a line; none: there are none any more.
    #[serde(default)]
    phones: String,
    channel: String,
    style: String,
    language: String,
    note: String,
    revision: Option<u32>,
}

impl Fields {
    fn understood(
        self,
        register: &Register,
        before: ContactDraft,
    ) -> Result<ContactDraft, Vec<Fault>> {
        let phones = phones_of(&self.phones);
        let draft = self.typed().understood(register, before)?;
        draft.reached_at(&phones).map_err(|fault| vec![fault])
    }

    fn typed(self) -> TypedContact {
        TypedContact {
            name: Some(self.name),
            position: Some(self.position),
            email: Some(self.email),
            phone: Some(self.phone),
            channel: Some(self.channel),
            style: Some(self.style),
            language: Some(self.language),
            note: Some(self.note),
        }
    }
}

fn page_of(
    room: &Room,
    frame: Frame,
    client: &Client,
    (contact, form): (Option<&Contact>, Filled),
) -> ContactPage {
    let (name, path) = (client.card.name.clone(), here(client.card.id));
    let action = match contact {
        Some(contact) => format!("{path}/contacts/{}", contact.card.id),
        None => format!("{path}/contacts"),
    };
    let heading = contact.map_or_else(
        || format!("Add somebody at {name}"),
        |contact| format!("Edit {}", contact.card.name),
    );
    ContactPage {
        crumb: Crumb::new([("Clients", "/clients"), (&*name, &*path)]),
        remove: contact.map(|_| Confirm {
            words: "Remove".to_owned(),
            question: "They are no longer offered or found by their address. What they said stays."
                .to_owned(),
            act: Button::act("Remove them", format!("{action}/removal"), &frame.csrf).danger(),
        }),
        frame: frame.titled(heading.clone()).at("clients"),
        heading,
        action,
        button: if contact.is_some() {
            "Save the changes"
        } else {
            "Add them"
        },
        problem: "Nothing is saved yet.",
        channels: of_channels(&room.rules.now()),
        form,
    }
}

/// The empty form.
pub async fn ask(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let client = to_change(&room, &scope, id_of(&id)?).await?;
    Ok(page(&page_of(
        &room,
        frame,
        &client,
        (None, Filled::empty()),
    )))
}

/// Adds what was written.
pub async fn add(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
    form: Form<Fields>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let id = id_of(&id)?;
    let client = to_change(&room, &scope, id).await?;
    let again = |frame, filled| unprocessable(&page_of(&room, frame, &client, (None, filled)));
    let (fields, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return Ok(again(frame, filled)),
    };
    let step = room.step(Who::Person(signed.person.0));
    let draft = match fields.understood(&step.rules.register, ContactDraft::default()) {
        Ok(draft) => draft,
        Err(faults) => return Ok(again(frame, wrong(faults, filled)?)),
    };
    let added = room
        .store
        .write(move |tx| add_contact(tx, &step, &scope, id, &draft))
        .await;
    if let Err(error) = added {
        return Ok(again(frame, error.refused().onto(filled)?));
    }
    room.changed(id);
    Ok(back(&here(id), Flash::said("The contact is added.")))
}

/// A contact of a client, both of which may be changed.
async fn both(
    room: &Room,
    scope: &Scope,
    (id, contact): (&str, &str),
) -> Result<(Client, Contact), Failure> {
    let client = to_change(room, scope, id_of(id)?).await?;
    let contact: ContactId = contact_of(contact)?;
    let found = room
        .store
        .read(move |read| read.maybe::<Contact>(queries::ONE_CONTACT, &params![contact]));
    let contact = got(found)
        .await?
        .filter(|contact| contact.card.client == client.card.id);
    Ok((client, contact.ok_or_else(missing)?))
}

/// The form with what stands there.
pub async fn edit(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path((id, contact)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let (client, contact) = both(&room, &scope, (&id, &contact)).await?;
    let draft = contact.draft();
    let form = Filled::with([
        ("name", draft.name),
        ("position", draft.position),
        ("email", draft.email),
        ("phone", draft.phone),
        ("phones", phone_lines(&draft.phones)),
        ("channel", draft.channel.unwrap_or_default()),
        ("style", draft.style),
        ("language", draft.language),
        ("note", draft.note),
        ("revision", contact.revision.to_string()),
    ]);
    Ok(page(&page_of(
        &room,
        frame,
        &client,
        (Some(&contact), form),
    )))
}

/// Saves the changes.
pub async fn change(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path((id, contact)): Path<(String, String)>,
    form: Form<Fields>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let (client, contact) = both(&room, &scope, (&id, &contact)).await?;
    let again =
        |frame, filled| unprocessable(&page_of(&room, frame, &client, (Some(&contact), filled)));
    let (fields, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return Ok(again(frame, filled)),
    };
    let at = (contact.card.id, fields.revision.unwrap_or_default());
    let step = room.step(Who::Person(signed.person.0));
    let draft = match fields.understood(&step.rules.register, contact.draft()) {
        Ok(draft) => draft,
        Err(faults) => return Ok(again(frame, wrong(faults, filled)?)),
    };
    let changed = room
        .store
        .write(move |tx| change_contact(tx, &step, &scope, at, &draft))
        .await;
    if let Err(error) = changed {
        return Ok(again(frame, error.refused().onto(filled)?));
    }
    room.changed(client.card.id);
    Ok(back(
        &here(client.card.id),
        Flash::said("The changes are saved."),
    ))
}

/// Takes a contact off its client.
pub async fn remove(
    State(room): State<Room>,
    signed: Signed,
    Path((id, contact)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let (id, contact) = (id_of(&id)?, contact_of(&contact)?);
    let step = room.step(Who::Person(signed.person.0));
    let removed = room
        .store
        .write(move |tx| {
            belongs(tx, id, contact)?;
            remove_contact(tx, &step, &scope, contact)
        })
        .await;
    let of = removed.map_err(refused)?;
    room.changed(of);
    let undo = format!("/clients/{id}/contacts/{contact}/removal/undo");
    Ok(back(
        &here(of),
        Flash::said("The contact is removed.").undo(&undo),
    ))
}

/// Brings a contact back.
pub async fn undo(
    State(room): State<Room>,
    signed: Signed,
    Path((id, contact)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::EditClients)?;
    let (id, contact) = (id_of(&id)?, contact_of(&contact)?);
    let step = room.step(Who::Person(signed.person.0));
    let returned = room
        .store
        .write(move |tx| {
            belongs(tx, id, contact)?;
            return_contact(tx, &step, &scope, contact)
        })
        .await;
    let of = returned.map_err(refused)?;
    room.changed(of);
    Ok(back(&here(of), Flash::said("The contact is back.")))
}

/// A contact of another client is missing under this one.
fn belongs(tx: &Write<'_>, id: ClientId, contact: ContactId) -> Result<(), ClientError> {
    let known: Option<Contact> = tx.maybe(queries::ONE_CONTACT_EVER, &params![contact])?;
    let known = known.filter(|known| known.card.client == id);
    known.map(drop).ok_or(ClientError::Missing)
}
