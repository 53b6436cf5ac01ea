//! What a client does: writes, asks, says whether it is settled, looks through its details. The session must be let act.

use kept_clients::commands::{Changed, Own, contact_says};
use kept_clients::{ClientId, ContactId, read};
use kept_kernel::{Id, Instant};
use kept_requests::commands::{
    self as requests, NewAsk, Sent, contact_asks, contact_confirms, contact_rejects,
    contact_replies,
};
use kept_requests::model::{Request, RequestId};
use kept_store::{Read, StoreError, Write, params};

use super::{PortalError, acting};
use crate::model::Turned;
use crate::queries;

/// The client writes on a request.
///
/// # Errors
///
/// [`PortalError`]
pub fn reply(
    tx: &Write<'_>,
    step: &requests::Step,
    session: Id,
    id: RequestId,
    said: (&str, &[Sent]),
) -> Result<Request, PortalError> {
    let contact = acting(tx, session, step.act.at)?;
    contact_replies(tx, step, (id, contact), said).map_err(PortalError::Request)
}

/// The client says that it is settled.
///
/// # Errors
///
/// [`PortalError`]
pub fn confirm(
    tx: &Write<'_>,
    step: &requests::Step,
    session: Id,
    id: RequestId,
) -> Result<Request, PortalError> {
    let contact = acting(tx, session, step.act.at)?;
    contact_confirms(tx, step, (id, contact)).map_err(PortalError::Request)
}

/// The client says that it is not settled, and why.
///
/// # Errors
///
/// [`PortalError`]
pub fn reject(
    tx: &Write<'_>,
    step: &requests::Step,
    session: Id,
    (id, why): (RequestId, &str),
) -> Result<Request, PortalError> {
    let contact = acting(tx, session, step.act.at)?;
    contact_rejects(tx, step, (id, contact), why).map_err(PortalError::Request)
}

/// The client asks for something.
///
/// # Errors
///
/// [`PortalError`]
pub fn ask(
    tx: &Write<'_>,
    step: &requests::Step,
    session: Id,
    (id, ask): (RequestId, &NewAsk),
    files: &[Sent],
) -> Result<Request, PortalError> {
    let contact = acting(tx, session, step.act.at)?;
    let card = read::contact(tx, contact)?.ok_or(PortalError::Missing)?;
    contact_asks(tx, step, (id, card.client, contact), ask, files).map_err(PortalError::Open)
}

/// What a client says of its details, and the id of the row that keeps it.
#[derive(Clone, Debug)]
pub struct Details {
    /// What it says.
    pub own: Own,
    /// The row's identity.
    pub id: Id,
}

/// The client says what its details are. Nobody of ours need type them again, and what changed is shown to us.
///
/// # Errors
///
/// [`PortalError`]
pub fn say_details(
    tx: &Write<'_>,
    step: &kept_clients::commands::Step,
    session: Id,
    details: &Details,
) -> Result<Vec<Changed>, PortalError> {
    let contact = acting(tx, session, step.at)?;
    let card = read::contact(tx, contact)?.ok_or(PortalError::Missing)?;
    let mut own = details.own.clone();
    // By its address a contact is known here: it is changed with a code that goes to the new one.
    own.contact.email = card.email.clone().unwrap_or_default();
    if !speaks(tx, &card)? {
        own.client = None;
    }
    let changed = contact_says(tx, step, contact, &own).map_err(PortalError::Client)?;
    let verified = own.verified && own.client.is_some();
    if verified || !changed.is_empty() {
        let of = (card.client, contact);
        keep_change(tx, details.id, of, (step.at, verified), &changed)?;
    }
    Ok(changed)
}

/// Keeps what a contact has changed of its client's details and its own, to be looked at by us.
pub(crate) fn keep_change(
    tx: &Write<'_>,
    id: Id,
    (client, contact): (ClientId, ContactId),
    (at, verified): (Instant, bool),
    changed: &[Changed],
) -> Result<(), StoreError> {
    let turned = changed.iter().map(|one| Turned {
        of: one.of.name().to_owned(),
        field: one.field.to_owned(),
        before: one.before.clone(),
        after: one.after.clone(),
    });
    let turned: Vec<Turned> = turned.collect();
    let text = serde_json::to_string(&turned).unwrap_or_else(|_| "[]".to_owned());
    let row = params![id, client, contact, at, verified, &text];
    tx.execute(queries::ADD_CHANGE, &row)?;
    Ok(())
}

/// Whether a contact speaks for its client: it was said so by staff, or there is nobody else.
pub(crate) fn speaks(tx: &Read<'_>, card: &read::ContactCard) -> Result<bool, StoreError> {
    let standing = queries::standing(tx, card.id)?;
    Ok(standing.speaks_since.is_some() || read::has_one_contact(tx, card.client)?)
}
