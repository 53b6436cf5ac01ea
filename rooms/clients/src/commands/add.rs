//! Adding a client, and taking in somebody who has come by themselves.

use kept_accounts::model::{PersonId, TeamId};
use kept_store::{StoreError, Write, params};

use super::{Step, recognise, standing};
use crate::model::{
    ClientId, ClientKind, ContactId, KNOWN, Keys, LANGUAGE, LONGEST_NAME, TO_CHECK, folded,
    folded_email,
};
use crate::telling::{More, Told};
use crate::{queries, read, search};

/// A client to be added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewClient {
    /// A company or a person.
    pub kind: ClientKind,
    /// Its name.
    pub name: String,
    /// The account manager.
    pub owner: Option<PersonId>,
    /// The team that it belongs to.
    pub team: Option<TeamId>,
}

/// Adds a client. Whoever calls has looked whether they may.
///
/// # Errors
///
/// As the database says.
pub fn add_client(tx: &Write<'_>, step: &Step, new: &NewClient) -> Result<ClientId, StoreError> {
    let [client, entry, event, ..] = step.ids;
    let client = ClientId(client);
    put(tx, step, (client, KNOWN), new)?;
    let mut keys = Keys::default();
    keys.name(&new.name);
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
    step: &Step,
    (client, state): (ClientId, &str),
    new: &NewClient,
) -> Result<(), StoreError> {
    tx.execute(
        queries::ADD_CLIENT,
        &params![
            client,
            new.kind.name(),
            &new.name,
            &folded(&new.name),
            state,
            "",
            LANGUAGE,
            new.owner,
            new.team,
            step.at,
        ],
    )?;
    Ok(())
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
    let name = called(name, email);
    let new = NewClient {
        kind: ClientKind::Person,
        name: name.clone(),
        ..NewClient::default()
    };
    put(tx, step, (client, TO_CHECK), &new)?;
    let address = email.trim();
    tx.execute(
        queries::ADD_CONTACT,
        &params![
            contact,
            client,
            &name,
            &folded(&name),
            "",
            (!address.is_empty()).then_some(address),
            &folded_email(email),
            None::<&str>,
            None::<&str>,
            None::<&str>,
            None::<&str>,
            LANGUAGE,
            "",
            step.at,
        ],
    )?;
    let mut keys = Keys::default();
    keys.name(&name);
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
