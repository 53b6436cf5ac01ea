//! Adding a client, and taking in somebody who has come by themselves.

use kept_accounts::access::Scope;
use kept_kernel::Instant;
use kept_store::{StoreError, Write, params};

use super::team::follow_owner;
use super::{ClientError, Step, is_active, reaches, recognise, standing};
use crate::model::{
    ClientId, ClientKind, ContactDraft, ContactId, Draft, KNOWN, Keys, LONGEST_NAME, TO_CHECK,
    folded, folded_email, folded_phone, phone_lines,
};
use crate::telling::{More, Told};
use crate::{queries, read, search};

/// Where a fact comes from that somebody has typed.
pub(super) const TYPED: &str = "entered";

/// Adds a client. Who reaches only their own clients becomes its account manager where none is named.
///
/// # Errors
///
/// [`ClientError::Faults`] for an account manager who does not work here, [`ClientError::NotAllowed`] where the new client would
/// be out of reach.
pub fn add_client(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    draft: &Draft,
) -> Result<ClientId, ClientError> {
    scope.confirm(tx)?;
    let mut draft = draft.clone();
    if !reaches(scope, draft.owner, draft.team) && draft.owner.is_none() {
        draft.owner = scope.person();
    }
    if !reaches(scope, draft.owner, draft.team) {
        return Err(ClientError::NotAllowed);
    }
    if let Some(owner) = draft.owner
        && !is_active(tx, owner)?
    {
        return Err(ClientError::fault(
            "owner",
            "Choose somebody who works here.",
        ));
    }
    let [client, entry, event, ..] = step.ids;
    let client = ClientId(client);
    put(tx, step.at, (client, KNOWN), &draft)?;
    sources(tx, step, client, (&Draft::default(), &draft))?;
    let mut keys = Keys::default();
    keys.name(&draft.name);
    keys.website(&draft.website);
    keys.phone(&draft.phone);
    recognise(tx, client, &keys, step.at)?;
    search::follow(tx, client)?;
    let card = standing(tx, client)?;
    let told = (Told::Client("add-client"), &More::default());
    step.record(tx, [step.event(event, told, &card)])?;
    let detail = serde_json::json!({});
    step.audit(tx, (entry, "ClientAdded"), ("client", client.0), &detail)?;
    Ok(client)
}

fn put(
    tx: &Write<'_>,
    at: Instant,
    (client, state): (ClientId, &str),
    draft: &Draft,
) -> Result<(), StoreError> {
    tx.execute(
        queries::ADD_CLIENT,
        &params![
            client,
            draft.kind.name(),
            &draft.name,
            &folded(&draft.name),
            state,
            &draft.website,
            &draft.phone,
            &draft.address,
            &draft.country,
            &draft.industry,
            &draft.zone,
            draft.language(),
            &draft.channel,
            &draft.style,
            draft.rhythm_days,
            &draft.alert,
            draft.owner,
            draft.team,
            at,
        ],
    )?;
    follow_owner(tx, at, client, (None, draft.owner))
}

/// Writes down where the facts come from that are new or other than before.
pub(super) fn sources(
    tx: &Write<'_>,
    step: &Step,
    client: ClientId,
    (before, now): (&Draft, &Draft),
) -> Result<(), StoreError> {
    let person = match step.who {
        kept_journal::audit::Who::Person(person) => Some(person),
        _ => None,
    };
    let facts = before.facts().into_iter().zip(now.facts());
    for ((name, old), (_, new)) in facts {
        if old != new {
            tx.execute(
                queries::SET_SOURCE,
                &params![client, name, step.source, step.at, person],
            )?;
        }
    }
    Ok(())
}

/// Writes the row of a new contact.
pub(crate) fn put_contact(
    tx: &Write<'_>,
    at: Instant,
    (contact, client): (ContactId, ClientId),
    draft: &ContactDraft,
) -> Result<(), StoreError> {
    let some = |text: &String| (!text.is_empty()).then(|| text.clone());
    let language = if draft.language.is_empty() {
        crate::model::LANGUAGE
    } else {
        &draft.language
    };
    tx.put(
        queries::ADD_CONTACT,
        &params![
            contact,
            client,
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
            at,
            &phone_lines(&draft.phones),
        ],
    )
}

/// The contact with this address, and its client. Where there is none, a new client with that contact, to be checked by
/// somebody: for a public form, a mail from a stranger, a request of a program that gives name and address. An address that is
/// none is remembered as it came and found by nobody.
///
/// # Errors
///
/// As the database says.
pub fn take_in_contact(
    tx: &Write<'_>,
    step: &Step,
    name: &str,
    email: &str,
) -> Result<(ClientId, ContactId), StoreError> {
    if let Some((contact, client)) = read::contact_by_email(tx, email)? {
        return Ok((client.id, contact.id));
    }
    let [
        client,
        client_entry,
        client_event,
        contact,
        contact_entry,
        contact_event,
        ..,
    ] = step.ids;
    let (client, contact) = (ClientId(client), ContactId(contact));
    let draft = Draft {
        kind: ClientKind::Person,
        ..Draft::named(called(name, email))
    };
    put(tx, step.at, (client, TO_CHECK), &draft)?;
    let of_contact = ContactDraft {
        name: draft.name.clone(),
        email: email.trim().to_owned(),
        ..ContactDraft::default()
    };
    put_contact(tx, step.at, (contact, client), &of_contact)?;
    let mut keys = Keys::default();
    keys.name(&draft.name);
    keys.email(email);
    recognise(tx, client, &keys, step.at)?;
    search::follow(tx, client)?;
    let card = standing(tx, client)?;
    let more = More::default();
    let client_told = (Told::Client("add-client"), &more);
    let contact_told = (Told::Contact(contact, "add-contact"), &more);
    step.record(
        tx,
        [
            step.event(client_event, client_told, &card),
            step.event(contact_event, contact_told, &card),
        ],
    )?;
    let detail = serde_json::json!({ "state": TO_CHECK });
    step.audit(
        tx,
        (client_entry, "ClientAdded"),
        ("client", client.0),
        &detail,
    )?;
    let detail = serde_json::json!({ "client": client.to_string() });
    step.audit(
        tx,
        (contact_entry, "ContactAdded"),
        ("contact", contact.0),
        &detail,
    )?;
    Ok((client, contact))
}

/// What somebody is called who may have said nothing.
fn called(name: &str, email: &str) -> String {
    let name = name.trim();
    let name = if name.is_empty() { email.trim() } else { name };
    let name: String = name.chars().take(LONGEST_NAME).collect();
    if name.is_empty() {
        "Nameless".to_owned()
    } else {
        name
    }
}
