//! Coming in by a link in a mail. Asking says the same whoever asks; looking at a link uses nothing up.

use kept_clients::{ContactId, read};
use kept_journal::audit::Who;
use kept_kernel::{Id, Instant};
use kept_mail::{Address, Letter, Voice};
use kept_store::{Read, StoreError, Write, params};
use kept_ui::Tongue;
use kept_vault::{Token, TokenHash};

use super::{MINUTE, Step};
use crate::{queries, texts};

/// A link is good for so many minutes.
pub const LINK_MINUTES: i64 = 60;
/// So many letters go to a contact in an hour, and in a day.
const MOST_IN_AN_HOUR: u64 = 6;
const MOST_IN_A_DAY: u64 = 20;

/// Whether one more letter may go to a contact, and that it goes.
pub(super) fn may_write(
    tx: &Write<'_>,
    (id, contact, kind): (Id, ContactId, &str),
    at: Instant,
) -> Result<bool, StoreError> {
    let hour = queries::letters_since(tx, contact, at.plus_micros(-60 * MINUTE))?;
    let day = queries::letters_since(tx, contact, at.plus_micros(-24 * 60 * MINUTE))?;
    if hour >= MOST_IN_AN_HOUR || day >= MOST_IN_A_DAY {
        return Ok(false);
    }
    tx.execute(queries::ADD_LETTER, &params![id, contact, kind, at])?;
    Ok(true)
}

/// Sends a link to whoever has this address here and is let in; to others nothing, and nobody is told which.
///
/// # Errors
///
/// As the database says.
pub fn ask_for_link(
    tx: &Write<'_>,
    step: &Step,
    email: &str,
    (next, token): (&str, &Token),
) -> Result<(), StoreError> {
    let nobody = Id::default();
    let found = read::contact_by_email(tx, email)?;
    let known = match found {
        Some((contact, client)) => {
            let standing = queries::standing(tx, contact.id)?;
            let open = queries::settings(tx)?.is_open();
            (open && standing.shut_at.is_none()).then_some((contact, client))
        }
        None => None,
    };
    let Some((contact, client)) = known else {
        return step.audit(
            tx,
            "PortalLinkAsked",
            ("contact", nobody),
            &serde_json::json!({ "known": false }),
        );
    };
    let [letter_id, parcel, ..] = step.ids;
    if !may_write(tx, (letter_id, contact.id, "link"), step.at())? {
        return Ok(());
    }
    let name = read::company(&step.rules);
    let letter = link_letter(
        tx,
        step,
        &contact,
        (next, token, name.as_deref()),
        "mail.link",
    )?;
    kept_mail::put(tx, parcel, &letter, step.at())?;
    let detail = serde_json::json!({ "known": true, "client": client.id.to_string() });
    step.audit(tx, "PortalLinkAsked", ("contact", contact.id.0), &detail)
}

/// Makes a link for a contact, and the letter that brings it.
pub(super) fn link_letter(
    tx: &Write<'_>,
    step: &Step,
    contact: &read::ContactCard,
    (next, token, company): (&str, &Token, Option<&str>),
    kind: &str,
) -> Result<Letter, StoreError> {
    let expires_at = step.at().plus_micros(LINK_MINUTES * MINUTE);
    let hash = token.hash();
    let row = params![hash.bytes(), contact.id, next, step.at(), expires_at];
    tx.execute(queries::ADD_LINK, &row)?;
    let settings = queries::settings(tx)?;
    let words = texts::words(Tongue::of(&contact.language).unwrap_or_default());
    let company = match settings.name.as_str() {
        "" => company.unwrap_or(words.say("us")).to_owned(),
        name => name.to_owned(),
    };
    let filled = [
        ("name", contact.name.as_str()),
        ("company", company.as_str()),
    ];
    let to = Address {
        name: contact.name.clone(),
        email: contact.email.clone().unwrap_or_default(),
    };
    let subject = words.with(&format!("{kind}.subject"), &filled);
    let text = words.with(&format!("{kind}.text"), &filled);
    let letter = Letter::to_address(to, Voice::Machine, subject, text);
    let path = format!("/portal/enter/{}", token.text());
    Ok(letter.link(words.say("mail.open"), path).until(expires_at))
}

/// Whether a link is good at this moment, and for whom. Uses nothing up.
///
/// # Errors
///
/// As the database says.
pub fn link_stands(
    read: &Read<'_>,
    token: TokenHash,
    now: Instant,
) -> Result<Option<(ContactId, String)>, StoreError> {
    let found: Option<(Id, String)> = read.maybe(queries::LINK, &params![token.bytes(), now])?;
    Ok(found.map(|(contact, next)| (ContactId(contact), next)))
}

/// A session that begins: its id, and the hash of its secret.
#[derive(Clone, Copy, Debug)]
pub struct Entering {
    /// The link that was in the mail.
    pub link: TokenHash,
    /// The session's identity.
    pub session: Id,
    /// The hash of what the cookie holds.
    pub secret: TokenHash,
}

/// Uses a link up and begins a session that reads. Returns where it goes on; none: the link is no longer good.
///
/// # Errors
///
/// As the database says.
pub fn enter(
    tx: &Write<'_>,
    step: &Step,
    entering: Entering,
) -> Result<Option<String>, StoreError> {
    let at = step.at();
    let found: Option<(Id, String)> =
        tx.maybe(queries::USE_LINK, &params![entering.link.bytes(), at])?;
    let Some((contact, next)) = found else {
        return Ok(None);
    };
    let contact = ContactId(contact);
    let standing = queries::standing(tx, contact)?;
    let removed = read::contact(tx, contact)?.is_none_or(|found| found.removed_at.is_some());
    if removed || standing.shut_at.is_some() || !queries::settings(tx)?.is_open() {
        return Ok(None);
    }
    let secret = entering.secret.bytes();
    let row = params![entering.session, secret, contact, at];
    tx.execute(queries::ADD_SESSION, &row)?;
    let act = kept_accounts::commands::Act {
        who: Who::Contact(contact.0),
        ..step.act
    };
    let session = entering.session.to_string();
    let detail = serde_json::json!({ "session": session });
    let object = contact.to_string();
    act.write(tx, "PortalEntered", ("contact", &object), &detail)?;
    Ok(Some(next))
}

/// Ends a session.
///
/// # Errors
///
/// As the database says.
pub fn leave(
    tx: &Write<'_>,
    step: &Step,
    (session, contact): (Id, ContactId),
) -> Result<(), StoreError> {
    tx.execute(queries::END_SESSION, &params![session, step.at()])?;
    let detail = serde_json::json!({ "session": session.to_string() });
    step.audit(tx, "PortalLeft", ("contact", contact.0), &detail)
}
