//! The code by mail, without which a session only reads.

use kept_clients::{ContactId, read};
use kept_kernel::Id;
use kept_mail::{Address, Letter, Voice};
use kept_store::{StoreError, Write, params};
use kept_ui::Tongue;

use super::enter::may_write;
use super::{ACTS_MINUTES, MINUTE, PortalError, Step};
use crate::{queries, texts};

/// A code is good for so many minutes.
pub const CODE_MINUTES: i64 = 10;
/// And for so many tries.
pub const MOST_TRIES: i64 = 5;
/// Whoever asks again within so many minutes is not sent another one.
const BETWEEN: i64 = 1;

/// What became of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeTried {
    /// It was right: the session may act.
    Right,
    /// It was wrong.
    Wrong,
    /// There is none, or it was tried too often, or is too old.
    Gone,
}

/// Sends a code to the contact of a session, unless one has just left. Says whether one is on its way.
///
/// # Errors
///
/// [`PortalError::Missing`] where the contact has no address any longer.
pub fn send_code(
    tx: &Write<'_>,
    step: &Step,
    (session, contact): (Id, ContactId),
    (code, sealed): (&str, &[u8]),
) -> Result<bool, PortalError> {
    let at = step.at();
    let asked = params![session, at, MOST_TRIES];
    let last: Option<(kept_kernel::Instant,)> = tx.maybe(queries::CODE_SENT, &asked)?;
    if last.is_some_and(|(made_at,)| at.micros_since(made_at) < BETWEEN * MINUTE) {
        return Ok(true);
    }
    let contact = read::contact(tx, contact)?.ok_or(PortalError::Missing)?;
    let email = contact.email.clone().ok_or(PortalError::Missing)?;
    let [letter_id, parcel, ..] = step.ids;
    if !may_write(tx, (letter_id, contact.id, "code"), at)? {
        return Ok(false);
    }
    let expires_at = at.plus_micros(CODE_MINUTES * MINUTE);
    tx.execute(queries::PUT_CODE, &params![session, sealed, at, expires_at])?;
    let words = texts::words(Tongue::of(&contact.language).unwrap_or_default());
    let minutes = CODE_MINUTES.to_string();
    let filled = [
        ("name", contact.name.as_str()),
        ("code", code),
        ("minutes", &minutes),
    ];
    let to = Address {
        name: contact.name.clone(),
        email,
    };
    // The code stands in the text alone: subjects are shown on locked screens.
    let letter = Letter::to_address(
        to,
        Voice::Machine,
        words.say("mail.code.subject"),
        words.with("mail.code.text", &filled),
    );
    kept_mail::put(tx, parcel, &letter.until(expires_at), at)?;
    let detail = serde_json::json!({ "session": session.to_string() });
    step.audit(tx, "PortalCodeSent", ("contact", contact.id.0), &detail)?;
    Ok(true)
}

/// Tries a code. `judge` opens what was sealed and says whether it is the one that was typed.
///
/// # Errors
///
/// As the database says. A wrong try is no error: it is counted, and kept.
pub fn try_code(
    tx: &Write<'_>,
    step: &Step,
    (session, contact): (Id, ContactId),
    judge: impl Fn(&[u8]) -> bool,
) -> Result<CodeTried, StoreError> {
    let at = step.at();
    let asked = params![session, at, MOST_TRIES];
    let found: Option<(Vec<u8>,)> = tx.maybe(queries::TRY_CODE, &asked)?;
    let tried = match found {
        None => return Ok(CodeTried::Gone),
        Some((sealed,)) if judge(&sealed) => CodeTried::Right,
        Some(_) => CodeTried::Wrong,
    };
    let act = if tried == CodeTried::Right {
        let until = at.plus_micros(ACTS_MINUTES * MINUTE);
        tx.execute(queries::LET_ACT, &params![session, until])?;
        tx.execute(queries::DROP_CODE, &params![session])?;
        "PortalCodeRight"
    } else {
        "PortalCodeWrong"
    };
    let detail = serde_json::json!({ "session": session.to_string() });
    step.audit(tx, act, ("contact", contact.0), &detail)?;
    Ok(tried)
}
