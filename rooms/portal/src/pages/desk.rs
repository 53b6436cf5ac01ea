//! A client's portal as staff see it: who is let in and speaks for it, what lies there, what it allowed and changed.

use askama::Template;
use axum::extract::{Path, Request as HttpRequest, State};
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::access::{Action, Scope};
use kept_clients::read::{self, ClientCard, ContactCard};
use kept_clients::{ClientId, ContactId};
use kept_journal::audit::Who;
use kept_kernel::Id;
use kept_rooms::Refusal as _;
use kept_store::{StoreError, params};
use kept_ui::parts::Crumb;
use kept_ui::{Failure, Flash, Form, Frame, Tongue, download, page, see_other};
use serde::Deserialize;

use super::files::sent_form;
use super::{done, got, local, size};
use crate::commands::{
    NewDocument, add_document, invite as invite_by, mark_seen, remove_document, set_standing,
};
use crate::model::{Change, Consent, Document, Standing};
use crate::{Room, queries};

#[derive(Template)]
#[template(path = "portal/desk.html")]
struct DeskPage {
    frame: Frame,
    crumb: Crumb,
    client: ClientCard,
    may_edit: bool,
    is_open: bool,
    contacts: Vec<ContactLine>,
    documents: Vec<DocumentLine>,
    consents: Vec<ConsentLine>,
    changes: Vec<ChangeLine>,
    unseen: bool,
}

struct ContactLine {
    of: ContactCard,
    standing: Standing,
    /// Whether it speaks for the client because there is nobody else.
    alone: bool,
}

struct DocumentLine {
    of: Document,
    when: String,
    size: String,
}

struct ConsentLine {
    of: Consent,
    given: String,
    withdrawn: Option<String>,
}

struct ChangeLine {
    of: Change,
    when: String,
}

fn missing() -> Failure {
    Failure::not_found("There is no such client").way_on("/clients", "All clients")
}

fn id_of(text: &str) -> Result<ClientId, Failure> {
    text.parse().map_err(|_| missing())
}

struct Found {
    client: ClientCard,
    is_open: bool,
    contacts: Vec<(ContactCard, Standing)>,
    documents: Vec<Document>,
    consents: Vec<Consent>,
    changes: Vec<Change>,
}

async fn found(room: &Room, scope: Scope, id: ClientId) -> Result<Found, Failure> {
    let read = room.store.read(move |read| {
        let card = read::client(read, &scope, id)?;
        let Some(client) = card.filter(|card| card.id == id) else {
            return Ok(None);
        };
        let contacts = read::contacts_of(read, id)?
            .into_iter()
            .map(|contact| Ok((contact.clone(), queries::standing(read, contact.id)?)))
            .collect::<Result<_, StoreError>>()?;
        Ok::<_, StoreError>(Some(Found {
            client,
            is_open: queries::settings(read)?.is_open(),
            contacts,
            documents: queries::documents_of(read, id)?,
            consents: queries::consents_of(read, id)?,
            changes: queries::changes(read, id)?,
        }))
    });
    got(read).await?.ok_or_else(missing)
}

/// How the portal of a client stands.
pub(super) async fn show(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::ReadClients)?;
    let found = found(&room, scope, id_of(&id)?).await?;
    let zone = room.zone();
    let when = |at| Tongue::En.moment(&local(at, &zone));
    let client = found.client;
    let alone = found.contacts.len() == 1;
    let unseen = found.changes.iter().any(|one| one.seen_at.is_none());
    let href = format!("/clients/{}", client.id);
    Ok(page(&DeskPage {
        frame: frame
            .titled(format!("Portal of {}", client.name))
            .at("clients")
            .showing(format!("client:{}", client.id)),
        crumb: Crumb::new([
            ("Clients", "/clients"),
            (client.name.as_str(), href.as_str()),
        ]),
        may_edit: signed.may(Action::EditClients),
        is_open: found.is_open,
        contacts: found
            .contacts
            .into_iter()
            .map(|(of, standing)| ContactLine {
                of,
                standing,
                alone,
            })
            .collect(),
        documents: found
            .documents
            .into_iter()
            .map(|of| DocumentLine {
                when: when(of.added_at),
                size: size(of.size),
                of,
            })
            .collect(),
        consents: found
            .consents
            .into_iter()
            .map(|of| ConsentLine {
                given: when(of.given_at),
                withdrawn: of.withdrawn_at.map(when),
                of,
            })
            .collect(),
        changes: found
            .changes
            .into_iter()
            .map(|of| ChangeLine {
                when: when(of.at),
                of,
            })
            .collect(),
        unseen,
        client,
    }))
}

fn back(id: ClientId, said: &str) -> Response {
    let way = format!("/clients/{id}/portal");
    see_other(&way).with(Flash::said(said)).into_response()
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

fn only<T>(form: Form<T>) -> Result<T, Failure> {
    let read = form.read();
    read.map(|(typed, _)| typed).map_err(|_| {
        Failure::conflict(
            "That was not done",
            "Load the page again and send it once more.",
        )
    })
}

/// Somebody has looked at what the client changed.
pub(super) async fn seen(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
    form: Form<Nothing>,
) -> Result<Response, Failure> {
    let (scope, id) = (signed.require(Action::EditClients)?, id_of(&id)?);
    only(form)?;
    let step = room.step(Who::Person(signed.person.0));
    done(room.store.write(move |tx| mark_seen(tx, &step, &scope, id))).await?;
    room.changed(id);
    Ok(back(id, "Marked as seen."))
}

/// Lays a document in the portal.
pub(super) async fn share(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
    request: HttpRequest,
) -> Result<Response, Failure> {
    let (scope, id) = (signed.require(Action::EditClients)?, id_of(&id)?);
    let (reach, asked) = (scope.clone(), room.clone());
    found(&asked, reach, id).await?;
    let form = sent_form(&room, request, (&["title", "contact"], "file")).await?;
    let contact = match form.field("contact") {
        "" => None,
        text => Some(text.parse::<ContactId>().map_err(|_| missing())?),
    };
    let title = form.field("title").to_owned();
    let Some(file) = form.files.into_iter().next() else {
        return Ok(back(id, "Nothing was shared: choose a file first."));
    };
    let new = NewDocument {
        id: file.id,
        contact,
        title,
        name: file.name,
        content: file.content,
    };
    let step = room.step(Who::Person(signed.person.0));
    let added = room
        .store
        .write(move |tx| add_document(tx, &step, &scope, id, &new));
    done(added).await?;
    room.changed(id);
    Ok(back(id, "The document lies in the portal."))
}

/// Hands a document out to staff.
pub(super) async fn document(
    State(room): State<Room>,
    signed: Signed,
    Path((id, document)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (scope, id) = (signed.require(Action::ReadClients)?, id_of(&id)?);
    let document: Id = document.parse().map_err(|_| missing())?;
    let read = room.store.read(move |read| {
        let card = read::client(read, &scope, id)?.filter(|card| card.id == id);
        let bytes: Option<queries::Bytes> =
            read.maybe(queries::DOCUMENT_OF, &params![document, id])?;
        Ok::<_, StoreError>(card.and(bytes))
    });
    let (name, content) = got(read).await?.ok_or_else(missing)?;
    Ok(download(&name, content))
}

/// Takes a document out of the portal.
pub(super) async fn take_back(
    State(room): State<Room>,
    signed: Signed,
    Path((id, document)): Path<(String, String)>,
    form: Form<Nothing>,
) -> Result<Response, Failure> {
    let (scope, id) = (signed.require(Action::EditClients)?, id_of(&id)?);
    let document: Id = document.parse().map_err(|_| missing())?;
    only(form)?;
    let step = room.step(Who::Person(signed.person.0));
    let removed = room
        .store
        .write(move |tx| remove_document(tx, &step, &scope, (id, document)));
    done(removed).await?;
    room.changed(id);
    Ok(back(id, "The document is no longer in the portal."))
}

#[derive(Deserialize)]
pub(super) struct Stands {
    speaks: bool,
    shut: bool,
}

/// Says whether a contact speaks for the client, and is let in.
pub(super) async fn stand(
    State(room): State<Room>,
    signed: Signed,
    Path((id, contact)): Path<(String, String)>,
    form: Form<Stands>,
) -> Result<Response, Failure> {
    let (scope, id) = (signed.require(Action::EditClients)?, id_of(&id)?);
    let contact: ContactId = contact.parse().map_err(|_| missing())?;
    let stands = only(form)?;
    let step = room.step(Who::Person(signed.person.0));
    let set = room.store.write(move |tx| {
        let says = (stands.speaks, stands.shut);
        set_standing(tx, &step, &scope, (id, contact), says)
    });
    done(set).await?;
    room.changed(id);
    Ok(back(id, "It is written down."))
}

/// Sends a contact a link into the portal.
pub(super) async fn invite(
    State(room): State<Room>,
    signed: Signed,
    Path((id, contact)): Path<(String, String)>,
    form: Form<Nothing>,
) -> Result<Response, Failure> {
    let (scope, id) = (signed.require(Action::EditClients)?, id_of(&id)?);
    let contact: ContactId = contact.parse().map_err(|_| missing())?;
    only(form)?;
    let token = room.token().map_err(Failure::internal)?;
    let step = room.step(Who::Person(signed.person.0));
    let invited = room
        .store
        .write(move |tx| invite_by(tx, &step, &scope, (id, contact), &token));
    match invited.await {
        Ok(()) => Ok(back(id, "A link is on its way to them.")),
        Err(crate::commands::PortalError::State(words)) => Ok(back(id, words)),
        Err(error) => Err(error.refused().failure()),
    }
}
