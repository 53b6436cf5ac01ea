//! Contacts: the people we know at a client.

use kept_accounts::access::Scope;
use kept_store::{Sql, Write, params};

use super::add::put_contact;
use super::{ClientError, Step, held, recognise_again, standing};
use crate::model::{
    ClientId, Contact, ContactDraft, ContactId, LANGUAGE, folded, folded_email, folded_phone,
    phone_lines,
};
use crate::telling::{More, Told};
use crate::{queries, search};

/// Adds a contact to a client.
///
/// # Errors
///
/// [`ClientError`]
pub fn add_contact(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    client: ClientId,
    draft: &ContactDraft,
) -> Result<ContactId, ClientError> {
    held(tx, scope, client)?;
    let [contact, ..] = step.ids;
    let contact = ContactId(contact);
    put_contact(tx, step.at, (contact, client), draft)?;
    tell(
        tx,
        step,
        (client, contact),
        ("ContactAdded", Some("add-contact")),
    )?;
    Ok(contact)
}

/// Changes the contact that has this revision to what the draft says. Returns the new revision.
///
/// # Errors
///
/// [`ClientError`]
pub fn change_contact(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (id, revision): (ContactId, u32),
    draft: &ContactDraft,
) -> Result<u32, ClientError> {
    let contact = held_contact(tx, scope, (id, queries::ONE_CONTACT))?;
    if contact.revision != revision {
        return Err(ClientError::Changed);
    }
    let some = |text: &String| (!text.is_empty()).then(|| text.clone());
    let language = if draft.language.is_empty() {
        LANGUAGE
    } else {
        &draft.language
    };
    tx.execute(
        queries::CHANGE_CONTACT,
        &params![
            id,
            revision,
            &draft.name,
            &folded(&draft.name),
            &draft.position,
            &some(&draft.email),
            &folded_email(&draft.email),
            &some(&draft.phone),
            &folded_phone(&draft.phone),
            &draft.channel,
            &some(&draft.style),
            language,
            &draft.note,
            step.at,
            &phone_lines(&draft.phones),
        ],
    )?;
    tell(
        tx,
        step,
        (contact.card.client, id),
        ("ContactChanged", None),
    )?;
    Ok(revision + 1)
}

/// Takes a contact off its client: it is no longer offered, written to or found by its address. What it said stays.
///
/// # Errors
///
/// [`ClientError`]
pub fn remove_contact(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    id: ContactId,
) -> Result<ClientId, ClientError> {
    let contact = held_contact(tx, scope, (id, queries::ONE_CONTACT))?;
    tx.execute(queries::REMOVE_CONTACT, &params![id, step.at])?;
    let of = contact.card.client;
    tell(
        tx,
        step,
        (of, id),
        ("ContactRemoved", Some("remove-contact")),
    )?;
    Ok(of)
}

/// Undoes a removal.
///
/// # Errors
///
/// [`ClientError`]
pub fn return_contact(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    id: ContactId,
) -> Result<ClientId, ClientError> {
    let contact = held_contact(tx, scope, (id, queries::ONE_CONTACT_EVER))?;
    if tx.execute(queries::RETURN_CONTACT, &params![id])? == 0 {
        return Err(ClientError::Conflict("This contact is there already."));
    }
    let of = contact.card.client;
    tell(tx, step, (of, id), ("ContactReturned", Some("add-contact")))?;
    Ok(of)
}

/// A contact of a client within reach, which is held.
fn held_contact(
    tx: &Write<'_>,
    scope: &Scope,
    (id, sql): (ContactId, Sql),
) -> Result<Contact, ClientError> {
    let contact: Option<Contact> = tx.maybe(sql, &params![id])?;
    let contact = contact.ok_or(ClientError::Missing)?;
    held(tx, scope, contact.card.client)?;
    // What was read before the client was held may have changed.
    let contact: Option<Contact> = tx.maybe(sql, &params![id])?;
    contact.ok_or(ClientError::Missing)
}

fn tell(
    tx: &Write<'_>,
    step: &Step,
    (client, contact): (ClientId, ContactId),
    (entry_of, act): (&str, Option<&str>),
) -> Result<(), ClientError> {
    recognise_again(tx, client, step.at)?;
    search::follow(tx, client)?;
    let card = standing(tx, client)?;
    let [_, entry, event, ..] = step.ids;
    if let Some(act) = act {
        let told = (Told::Contact(contact, act), &More::default());
        step.record(tx, [step.event(event, told, &card)])?;
    }
    let detail = serde_json::json!({ "client": client.to_string() });
    Ok(step.audit(tx, (entry, entry_of), ("contact", contact.0), &detail)?)
}
