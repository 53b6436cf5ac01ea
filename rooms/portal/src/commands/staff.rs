//! What staff do: open and dress the portal, lay documents in it, say who speaks for a client, invite somebody in.

use kept_accounts::access::Scope;
use kept_accounts::commands::Act;
use kept_accounts::model::PersonId;
use kept_clients::{ClientId, ContactId, read};
use kept_kernel::Id;
use kept_store::{StoreError, Write, params};
use kept_vault::Token;

use super::enter::{link_letter, may_write};
use super::{PortalError, Step};
use crate::colours::Colour;
use crate::model::Standing;
use crate::queries;

/// Documents are this large at most.
pub const LARGEST_DOCUMENT: usize = 25 * 1024 * 1024;
const LONGEST_NAME: usize = 80;
const LONGEST_GREETING: usize = 400;
const LONGEST_TITLE: usize = 160;

/// How the portal shall be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewSettings {
    /// The revision that whoever changes it has seen.
    pub revision: u32,
    /// Whether clients come in.
    pub open: bool,
    /// The name over its pages; empty: the company's own.
    pub name: String,
    /// The colour; empty: our own.
    pub colour: String,
    /// What stands over the door, in English.
    pub greeting_en: String,
    /// The same in German.
    pub greeting_de: String,
}

/// Changes how the portal is. `scope` is that of configuring.
///
/// # Errors
///
/// [`PortalError`]
pub fn set_settings(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    new: &NewSettings,
) -> Result<(), PortalError> {
    scope.confirm(tx)?;
    let mut wrong = Vec::new();
    let mut too_long = |field, text: &str, most: usize| {
        if text.chars().count() > most {
            wrong.push((field, format!("Shorten this to {most} letters.")));
        }
    };
    too_long("name", new.name.trim(), LONGEST_NAME);
    too_long("greeting_en", new.greeting_en.trim(), LONGEST_GREETING);
    too_long("greeting_de", new.greeting_de.trim(), LONGEST_GREETING);
    let colour = new.colour.trim();
    let colour = match Colour::parse(colour) {
        _ if colour.is_empty() => String::new(),
        Some(colour) => colour.to_string(),
        None => {
            let words = "Write a colour as six letters and figures, like #0b6e6e, or nothing for the usual one.";
            wrong.push(("colour", words.to_owned()));
            String::new()
        }
    };
    if !wrong.is_empty() {
        return Err(PortalError::Fields(wrong));
    }
    let before = queries::settings(tx)?;
    let opened_at = new
        .open
        .then(|| before.opened_at.unwrap_or_else(|| step.at()));
    let changed = tx.execute(
        queries::SET_SETTINGS,
        &params![
            new.revision,
            opened_at,
            new.name.trim(),
            &colour,
            new.greeting_en.trim(),
            new.greeting_de.trim(),
            step.at(),
            scope.person(),
        ],
    )?;
    if changed == 0 {
        return Err(PortalError::Changed);
    }
    let act = match (before.is_open(), new.open) {
        (false, true) => "PortalOpened",
        (true, false) => "PortalClosed",
        _ => "PortalChanged",
    };
    let object = ("portal", "");
    Ok(step.act.write(tx, act, object, &serde_json::json!({}))?)
}

/// The client, where whoever asks may change it.
fn in_reach(tx: &Write<'_>, scope: &Scope, client: ClientId) -> Result<(), PortalError> {
    scope.confirm(tx)?;
    let card = read::client(tx, scope, client)?;
    let own = card.filter(|card| card.id == client);
    own.map(drop).ok_or(PortalError::Missing)
}

fn contact_of(
    tx: &Write<'_>,
    client: ClientId,
    contact: ContactId,
) -> Result<read::ContactCard, PortalError> {
    let card = read::contact(tx, contact)?;
    let theirs = card.filter(|card| card.client == client && card.removed_at.is_none());
    theirs.ok_or(PortalError::Missing)
}

/// A document to be laid in the portal.
#[derive(Clone, Debug)]
pub struct NewDocument {
    /// Its identity.
    pub id: Id,
    /// For whom alone; none: all contacts of the client.
    pub contact: Option<ContactId>,
    /// What it is, in a few words; empty: the name of the file.
    pub title: String,
    /// The name of the file.
    pub name: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// Lays a document in the portal.
///
/// # Errors
///
/// [`PortalError`]
pub fn add_document(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    client: ClientId,
    new: &NewDocument,
) -> Result<(), PortalError> {
    in_reach(tx, scope, client)?;
    if let Some(contact) = new.contact {
        contact_of(tx, client, contact)?;
    }
    Ok(lay_document(tx, &step.act, (client, scope.person()), new)?)
}

/// Lays a document there that somebody of ours shares, or that a client has sent with a form.
///
/// # Errors
///
/// As the database says.
pub fn lay_document(
    tx: &Write<'_>,
    act: &Act,
    (client, by): (ClientId, Option<PersonId>),
    new: &NewDocument,
) -> Result<(), StoreError> {
    let title = match new.title.trim() {
        "" => new.name.as_str(),
        title => title,
    };
    let title: String = title.chars().take(LONGEST_TITLE).collect();
    let size = i64::try_from(new.content.len()).unwrap_or(i64::MAX);
    let content = new.content.as_slice();
    let row = params![
        new.id,
        client,
        new.contact,
        &title,
        &new.name,
        size,
        content,
        act.at,
        by
    ];
    tx.execute(queries::ADD_DOCUMENT, &row)?;
    let detail = serde_json::json!({ "client": client.to_string(), "size": size });
    let object = ("document", &*new.id.to_string());
    act.write(tx, "DocumentShared", object, &detail)
}

/// Takes a document out of the portal.
///
/// # Errors
///
/// [`PortalError`]
pub fn remove_document(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (client, id): (ClientId, Id),
) -> Result<(), PortalError> {
    in_reach(tx, scope, client)?;
    let row = params![id, client, step.at()];
    if tx.execute(queries::REMOVE_DOCUMENT, &row)? == 0 {
        return Err(PortalError::Missing);
    }
    let detail = serde_json::json!({ "client": client.to_string() });
    Ok(step.audit(tx, "DocumentTakenBack", ("document", id), &detail)?)
}

/// Says whether a contact speaks for its client, and whether it is let in. Whoever is shut out has no session any longer.
///
/// # Errors
///
/// [`PortalError`]
pub fn set_standing(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (client, contact): (ClientId, ContactId),
    (speaks, shut): (bool, bool),
) -> Result<(), PortalError> {
    in_reach(tx, scope, client)?;
    contact_of(tx, client, contact)?;
    let Standing {
        speaks_since,
        shut_at,
    } = queries::standing(tx, contact)?;
    let at = step.at();
    let speaks_since = speaks.then(|| speaks_since.unwrap_or(at));
    let shut_at = shut.then(|| shut_at.unwrap_or(at));
    let row = params![contact, speaks_since, shut_at];
    tx.execute(queries::SET_STANDING, &row)?;
    if shut {
        tx.execute(queries::END_SESSIONS_OF, &params![contact, at])?;
        tx.execute(queries::WITHDRAW_LINKS, &params![contact, at])?;
    }
    let detail = serde_json::json!({ "speaks": speaks, "shut": shut });
    Ok(step.audit(tx, "PortalContactSet", ("contact", contact.0), &detail)?)
}

/// Sends a contact a link into the portal.
///
/// # Errors
///
/// [`PortalError`]
pub fn invite(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (client, contact): (ClientId, ContactId),
    token: &Token,
) -> Result<(), PortalError> {
    in_reach(tx, scope, client)?;
    let card = contact_of(tx, client, contact)?;
    let standing = queries::standing(tx, contact)?;
    if !queries::settings(tx)?.is_open() {
        return Err(PortalError::State(
            "The portal is closed. Open it in the settings first.",
        ));
    }
    if standing.shut_at.is_some() || card.email.is_none() {
        return Err(PortalError::State(
            "This contact is not let in, or has no address.",
        ));
    }
    let [letter_id, parcel, ..] = step.ids;
    if !may_write(tx, (letter_id, contact, "invitation"), step.at())? {
        return Err(PortalError::State(
            "This contact was sent several links already. Wait an hour.",
        ));
    }
    let company = read::company(&step.rules);
    let going = ("/portal", token, company.as_deref());
    let letter = link_letter(tx, step, &card, going, "mail.invitation")?;
    kept_mail::put(tx, parcel, &letter, step.at())?;
    let detail = serde_json::json!({ "client": client.to_string() });
    Ok(step.audit(tx, "PortalInvited", ("contact", contact.0), &detail)?)
}

/// Somebody of ours has looked at what a client changed.
///
/// # Errors
///
/// [`PortalError`]
pub fn mark_seen(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    client: ClientId,
) -> Result<(), PortalError> {
    in_reach(tx, scope, client)?;
    let person: Option<PersonId> = scope.person();
    let row = params![client, step.at(), person];
    if tx.execute(queries::SEE_CHANGES, &row)? == 0 {
        return Ok(());
    }
    let nothing = serde_json::json!({});
    Ok(step.audit(tx, "DetailsSeen", ("client", client.0), &nothing)?)
}
