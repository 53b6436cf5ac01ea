//! Contacts of a client, for programs.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use kept_accounts::Token;
use kept_accounts::access::Action;
use kept_api::{Answer, IfMatch, PageOf, Problem, Sent};
use kept_language::Register;
use kept_rooms::Refusal as _;
use kept_store::{Read, StoreError, params};
use serde::Deserialize;

use super::body::{ContactBody, contact_body};
use super::{id_of, may, missing, within, wrong};
use crate::commands::{ClientError, add_contact, change_contact, remove_contact};
use crate::model::{Contact, ContactDraft, ContactId, Fault, OtherPhone, TypedContact};
use crate::queries;
use crate::room::Room;

/// List the contacts of a client
///
/// By name, at most 200.
#[utoipa::path(
    get, path = "/api/v1/clients/{id}/contacts", tag = "Clients", operation_id = "listContacts",
    params(("id" = String, Path, description = "Which client")),
    responses(
        (status = 200, description = "Its contacts", body = PageOf<ContactBody>),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["read-clients"]))
)]
pub(super) async fn list(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
) -> Result<Answer, Problem> {
    let scope = may(&token, Action::ReadClients)?;
    let id = id_of(&id)?;
    let found = room.store.read(move |read| {
        let Some(client) = within(read, &scope, id)? else {
            return Ok::<_, StoreError>(None);
        };
        let contacts: Vec<Contact> = read.all(queries::CONTACTS_OF, &params![client.card.id])?;
        Ok(Some((client.card.id, contacts)))
    });
    let (id, found) = found.await?.ok_or_else(missing)?;
    super::log(&room, &token, id).await?;
    let items: Vec<_> = found.iter().map(contact_body).collect();
    Ok(Answer::json(StatusCode::OK, &PageOf { items, next: None }))
}

/// A contact as a program sends it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewContact)]
pub(super) struct SentContact {
    /// Its name.
    #[schema(example = "Sanna Aalto")]
    name: Option<String>,
    /// What it does there.
    #[schema(example = "Quality manager")]
    position: Option<String>,
    /// Its address.
    #[schema(example = "sanna@aalto.example")]
    email: Option<String>,
    /// The number that is called first.
    #[schema(example = "+358 3 123 4567")]
    phone: Option<String>,
    /// Its further numbers, at most 5, in the place of those that it had; one that is there already is left out.
    phones: Option<Vec<OtherPhone>>,
    /// How it wants to be reached: a word of the vocabulary.
    #[schema(example = "phone")]
    channel: Option<String>,
    /// How it wants to be spoken to.
    #[schema(example = "The number first, then the reason")]
    style: Option<String>,
    /// Its language: two or three letters.
    #[schema(example = "fi")]
    language: Option<String>,
    /// What else is good to know.
    #[schema(example = "Runs the night crew")]
    note: Option<String>,
}

impl SentContact {
    /// What it means for a contact that stands so far like this.
    fn understood(
        &self,
        register: &Register,
        before: ContactDraft,
    ) -> Result<ContactDraft, Vec<Fault>> {
        let typed = TypedContact {
            name: self.name.clone(),
            position: self.position.clone(),
            email: self.email.clone(),
            phone: self.phone.clone(),
            channel: self.channel.clone(),
            style: self.style.clone(),
            language: self.language.clone(),
            note: self.note.clone(),
        };
        let draft = typed.understood(register, before)?;
        match &self.phones {
            Some(phones) => draft.reached_at(phones).map_err(|fault| vec![fault]),
            None => Ok(draft),
        }
    }
}

/// Add a contact to a client
///
/// Send an `Idempotency-Key` to be able to send it again.
#[utoipa::path(
    post, path = "/api/v1/clients/{id}/contacts", tag = "Clients", operation_id = "addContact",
    params(
        ("id" = String, Path, description = "Which client"),
        ("Idempotency-Key" = Option<String>, Header, description = "A text of your own; the same gives the same answer for 24 hours"),
    ),
    request_body = SentContact,
    responses(
        (status = 201, description = "It is added", body = ContactBody, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["edit-clients"]))
)]
pub(super) async fn add(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    sent: Sent<SentContact>,
) -> Result<Answer, Problem> {
    let scope = may(&token, Action::EditClients)?;
    let id = id_of(&id)?;
    let step = room.step(token.who());
    let once = sent.once(token.id.0, step.at)?;
    let draft = sent
        .body
        .understood(&step.rules.register, ContactDraft::default())
        .map_err(wrong)?;
    let added = room.store.write(move |tx| {
        once.run(tx, || {
            let contact = add_contact(tx, &step, &scope, id, &draft)?;
            Ok::<_, ClientError>(answer(StatusCode::CREATED, &made(tx, contact)?))
        })
    });
    let added = added.await?;
    room.changed(id);
    Ok(added)
}

/// Change a contact
///
/// What is left out stays; an empty text takes it away.
#[utoipa::path(
    patch, path = "/api/v1/clients/{id}/contacts/{contact}", tag = "Clients", operation_id = "changeContact",
    params(
        ("id" = String, Path, description = "Which client"),
        ("contact" = String, Path, description = "Which contact"),
        ("If-Match" = String, Header, description = "The ETag, or the revision in quotes"),
    ),
    request_body = SentContact,
    responses(
        (status = 200, description = "It is changed", body = ContactBody, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["edit-clients"]))
)]
pub(super) async fn change(
    State(room): State<Room>,
    token: Token,
    Path((id, contact)): Path<(String, String)>,
    revision: Result<IfMatch, Problem>,
    sent: Sent<SentContact>,
) -> Result<Answer, Problem> {
    let scope = may(&token, Action::EditClients)?;
    let (id, contact) = (id_of(&id)?, contact_of(&contact)?);
    let revision = super::revision_of(&room, (&scope, id), revision).await?;
    let step = room.step(token.who());
    let typed = sent.body;
    let changed = room.store.write(move |tx| {
        let before: Option<Contact> = tx.maybe(queries::ONE_CONTACT, &params![contact])?;
        let before = before.filter(|contact| contact.card.client == id);
        let before = before.ok_or(ClientError::Missing)?;
        let draft = typed
            .understood(&step.rules.register, before.draft())
            .map_err(ClientError::Faults)?;
        change_contact(tx, &step, &scope, (contact, revision), &draft)?;
        Ok::<_, ClientError>(answer(StatusCode::OK, &made(tx, contact)?))
    });
    let changed = changed
        .await
        .map_err(|error| Problem::from(error.refused()))?;
    room.changed(id);
    Ok(changed)
}

/// A body without fields.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// Take a contact off its client
///
/// It is no longer offered or found by its address. What it said stays.
#[utoipa::path(
    post, path = "/api/v1/clients/{id}/contacts/{contact}/removal", tag = "Clients", operation_id = "removeContact",
    params(
        ("id" = String, Path, description = "Which client"),
        ("contact" = String, Path, description = "Which contact"),
        ("Idempotency-Key" = Option<String>, Header, description = "A text of your own; the same gives the same answer for 24 hours"),
    ),
    responses(
        (status = 200, description = "It is removed", body = ContactBody, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["edit-clients"]))
)]
pub(super) async fn remove(
    State(room): State<Room>,
    token: Token,
    Path((id, contact)): Path<(String, String)>,
    sent: Sent<Nothing>,
) -> Result<Answer, Problem> {
    let scope = may(&token, Action::EditClients)?;
    let (id, contact) = (id_of(&id)?, contact_of(&contact)?);
    let step = room.step(token.who());
    let once = sent.once(token.id.0, step.at)?;
    let removed = room.store.write(move |tx| {
        once.run(tx, || {
            let before: Option<Contact> = tx.maybe(queries::ONE_CONTACT, &params![contact])?;
            before
                .filter(|contact| contact.card.client == id)
                .ok_or(ClientError::Missing)?;
            remove_contact(tx, &step, &scope, contact)?;
            Ok::<_, ClientError>(answer(StatusCode::OK, &made(tx, contact)?))
        })
    });
    let removed = removed.await?;
    room.changed(id);
    Ok(removed)
}

fn contact_of(text: &str) -> Result<ContactId, Problem> {
    text.parse().map_err(|_| missing())
}

/// The contact as the command has left it.
fn made(read: &Read<'_>, id: ContactId) -> Result<Contact, StoreError> {
    read.one(queries::ONE_CONTACT_EVER, &params![id])
}

fn answer(status: StatusCode, contact: &Contact) -> Answer {
    Answer::json(status, &contact_body(contact)).revision(contact.revision)
}
