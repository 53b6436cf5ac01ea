//! A contact's own address becomes another one: a code goes to the new one, and the old one is told and can take it back for a while.
//! An address that another contact has is refused as one that nobody reads: no code ever comes.

use kept_clients::commands::{Own, contact_says};
use kept_clients::read::{self, ContactCard};
use kept_clients::{ContactId, commands as clients};
use kept_kernel::{Id, Instant};
use kept_mail::{Address, Letter, Voice};
use kept_store::{Read, StoreError, Write, params};
use kept_ui::Tongue;
use kept_vault::{Token, TokenHash};

use super::acts::keep_change;
use super::enter::may_write;
use super::{CODE_MINUTES, MINUTE, MOST_TRIES, PortalError, Step, acting};
use crate::{queries, texts};

/// The old address can take it back for so many days.
pub const UNDO_DAYS: i64 = 7;

/// An address that somebody asks for, with the code that goes there.
#[derive(Clone, Debug)]
pub struct NewAddress {
    /// The row's identity.
    pub id: Id,
    /// The address.
    pub email: String,
    /// The code.
    pub code: String,
    /// The same, sealed.
    pub sealed: Vec<u8>,
}

/// What became of the code that went to a new address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressTried {
    /// It was right: the address is changed.
    Changed,
    /// It was wrong.
    Wrong,
    /// There is none, or it was tried too often, or is too old.
    Gone,
}

/// Whether an address is that of another contact.
fn is_anothers(read: &Read<'_>, email: &str, contact: ContactId) -> Result<bool, StoreError> {
    let found = read::contact_by_email(read, email)?;
    Ok(found.is_some_and(|(other, _)| other.id != contact))
}

fn is_own(card: &ContactCard, email: &str) -> bool {
    let own = card.email.as_deref().unwrap_or_default();
    own.trim().to_lowercase() == email.trim().to_lowercase()
}

/// Sends a code to an address that is to be the contact's. Whoever asks hears the same whether it belongs to somebody else.
///
/// # Errors
///
/// [`PortalError::Locked`]; [`PortalError::State`] where it is theirs already, or too many letters went out.
pub fn ask_for_address(
    tx: &Write<'_>,
    step: &Step,
    session: Id,
    new: &NewAddress,
) -> Result<(), PortalError> {
    let at = step.at();
    let contact = acting(tx, session, at)?;
    let card = read::contact(tx, contact)?.ok_or(PortalError::Missing)?;
    if is_own(&card, &new.email) {
        return Err(PortalError::State("address.same"));
    }
    let [letter_id, parcel, ..] = step.ids;
    if !may_write(tx, (letter_id, contact, "address"), at)? {
        return Err(PortalError::State("code.too_many"));
    }
    let expires_at = at.plus_micros(CODE_MINUTES * MINUTE);
    tx.execute(queries::DROP_ASKED, &params![contact])?;
    let row = params![
        new.id,
        contact,
        session,
        &new.email,
        &new.sealed,
        at,
        expires_at
    ];
    tx.execute(queries::ADD_ADDRESS, &row)?;
    let free = !is_anothers(tx, &new.email, contact)?;
    if free {
        let words = texts::words(Tongue::of(&card.language).unwrap_or_default());
        let minutes = CODE_MINUTES.to_string();
        let filled = [
            ("name", card.name.as_str()),
            ("code", new.code.as_str()),
            ("minutes", &minutes),
        ];
        let to = Address {
            name: card.name.clone(),
            email: new.email.clone(),
        };
        let subject = words.say("mail.address.subject");
        let text = words.with("mail.address.text", &filled);
        let letter = Letter::to_address(to, Voice::Machine, subject, text);
        kept_mail::put(tx, parcel, &letter.until(expires_at), at)?;
    }
    let detail = serde_json::json!({ "session": session.to_string(), "free": free });
    Ok(step.audit(tx, "PortalAddressAsked", ("contact", contact.0), &detail)?)
}

/// The address that a session has asked for and that waits for its code.
///
/// # Errors
///
/// As the database says.
pub fn asked_address(
    read: &Read<'_>,
    session: Id,
    now: Instant,
) -> Result<Option<String>, StoreError> {
    let asked = params![session, now, MOST_TRIES];
    let found: Option<(String,)> = read.maybe(queries::ASKED_ADDRESS, &asked)?;
    Ok(found.map(|(email,)| email))
}

/// Tries the code that went to the new address; where it is right, the address is changed and the old one told. `judge` opens what was
/// sealed and says whether it is the one that was typed; `undo` takes it back.
///
/// # Errors
///
/// [`PortalError`]. A wrong try is no error: it is counted, and kept.
pub fn try_address(
    tx: &Write<'_>,
    (step, of_clients): (&Step, &clients::Step),
    session: Id,
    (change, undo): (Id, &Token),
    judge: impl Fn(&[u8]) -> bool,
) -> Result<AddressTried, PortalError> {
    let at = step.at();
    let contact = acting(tx, session, at)?;
    let asked = params![session, at, MOST_TRIES];
    let found: Option<(Id, String, Vec<u8>)> = tx.maybe(queries::TRY_ADDRESS, &asked)?;
    let Some((id, email, sealed)) = found else {
        return Ok(AddressTried::Gone);
    };
    if !judge(&sealed) {
        let detail = serde_json::json!({ "session": session.to_string() });
        step.audit(tx, "PortalCodeWrong", ("contact", contact.0), &detail)?;
        return Ok(AddressTried::Wrong);
    }
    // Somebody may have come by it while the code was on its way.
    if is_anothers(tx, &email, contact)? {
        return Ok(AddressTried::Gone);
    }
    let card = read::contact(tx, contact)?.ok_or(PortalError::Missing)?;
    let before = card.email.clone().unwrap_or_default();
    let until = at.plus_micros(UNDO_DAYS * 24 * 60 * MINUTE);
    let hash = undo.hash();
    let row = params![id, &before, at, hash.bytes(), until];
    tx.execute(queries::SET_ADDRESS, &row)?;
    move_to(tx, of_clients, (contact, change), &email)?;
    let [parcel, ..] = step.ids;
    let letter = told(step, &card, (&before, undo, until));
    kept_mail::put(tx, parcel, &letter, at)?;
    let detail = serde_json::json!({ "client": card.client.to_string() });
    step.audit(tx, "PortalAddressChanged", ("contact", contact.0), &detail)?;
    Ok(AddressTried::Changed)
}

/// The letter to the old address, with the link that takes it back. The new address does not stand in it: who reads the old one may be
/// somebody else by now.
fn told(step: &Step, card: &ContactCard, (before, undo, until): (&str, &Token, Instant)) -> Letter {
    let tongue = Tongue::of(&card.language).unwrap_or_default();
    let words = texts::words(tongue);
    let zone = step.rules.program.company_calendar().time_zone();
    let day = tongue.date(&until.timestamp().to_zoned(zone.clone()));
    let filled = [("name", card.name.as_str()), ("until", day.as_str())];
    let to = Address {
        name: card.name.clone(),
        email: before.to_owned(),
    };
    let subject = words.say("mail.moved.subject");
    let text = words.with("mail.moved.text", &filled);
    let path = format!("/portal/address/back/{}", undo.text());
    let letter = Letter::to_address(to, Voice::Machine, subject, text);
    letter.link(words.say("mail.moved.link"), path).until(until)
}

/// Writes the address into the record, and what changed for staff to see.
fn move_to(
    tx: &Write<'_>,
    of_clients: &clients::Step,
    (contact, change): (ContactId, Id),
    email: &str,
) -> Result<(), PortalError> {
    let (card, whole) = read::own(tx, contact)?.ok_or(PortalError::Missing)?;
    let mut draft = card.draft();
    email.clone_into(&mut draft.email);
    let own = Own {
        contact: draft,
        client: None,
        verified: false,
    };
    let changed = contact_says(tx, of_clients, contact, &own).map_err(PortalError::Client)?;
    let of = (whole.card.id, contact);
    keep_change(tx, change, of, (of_clients.at, false), &changed)?;
    Ok(())
}

/// The contact, the address before and when it was changed, for a link that takes it back and is good; none: it is not, or the address has
/// come by another way since, or has become somebody else's.
///
/// # Errors
///
/// As the database says.
pub fn address_back_stands(
    read: &Read<'_>,
    link: TokenHash,
    now: Instant,
) -> Result<Option<(ContactId, String, Instant)>, StoreError> {
    let found: Option<(Id, String, Instant)> =
        read.maybe(queries::ADDRESS_BACK, &params![link.bytes(), now])?;
    let Some((contact, before, changed_at)) = found else {
        return Ok(None);
    };
    let contact = ContactId(contact);
    let card = read::contact(read, contact)?.filter(|card| card.removed_at.is_none());
    let last: Option<(String,)> = read.maybe(queries::LAST_ADDRESS, &params![contact])?;
    let stands = card
        .zip(last)
        .is_some_and(|(card, (last,))| is_own(&card, &last));
    let free = !is_anothers(read, &before, contact)?;
    Ok((stands && free).then_some((contact, before, changed_at)))
}

/// Takes a change of the address back, from the old one. Every session and link of the contact ends: whoever changed it is out. False: the
/// link is no longer good.
///
/// # Errors
///
/// [`PortalError`]
pub fn take_back_address(
    tx: &Write<'_>,
    (step, of_clients): (&Step, &clients::Step),
    (link, change): (TokenHash, Id),
) -> Result<bool, PortalError> {
    let at = step.at();
    let Some((contact, before, changed_at)) = address_back_stands(tx, link, at)? else {
        return Ok(false);
    };
    let taken = params![contact, changed_at, at];
    if tx.execute(queries::TAKE_BACK, &taken)? == 0 {
        return Ok(false);
    }
    move_to(tx, of_clients, (contact, change), &before)?;
    tx.execute(queries::DROP_ASKED, &params![contact])?;
    tx.execute(queries::END_SESSIONS_OF, &params![contact, at])?;
    tx.execute(queries::WITHDRAW_LINKS, &params![contact, at])?;
    let nothing = serde_json::json!({});
    step.audit(
        tx,
        "PortalAddressTakenBack",
        ("contact", contact.0),
        &nothing,
    )?;
    Ok(true)
}
