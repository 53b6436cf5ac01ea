//! One-time codes of an app as the second step, and the recovery codes beside them.

use aws_lc_rs::digest;
use kept_store::{Write, params};

use super::throttle::{self, Against};
use super::{Act, TooSoon, command_error, nothing_more};
use crate::model::PersonId;
use crate::queries;

/// How many recovery codes a person gets.
pub const RECOVERY_CODES: usize = 10;

command_error! {
    /// Why codes were not switched on or off.
    ChangeCodesError {
        /// They are on already.
        #[error("Codes are on already.")]
        AlreadyOn,
        /// Nothing was prepared.
        #[error("Start again: this set-up is no longer open.")]
        Gone,
        /// The code is wrong.
        #[error("This code is not right. Check the clock of your phone, and write the code that it shows now.")]
        WrongCode,
        /// The password is wrong.
        #[error("This is not your password.")]
        WrongPassword,
        /// Too many tries.
        #[error("That was wrong too often. Wait {0}, then try again.")]
        TooSoon(TooSoon),
    }
}

/// Keeps a sealed secret until its first code was right. An unconfirmed one before it is forgotten.
///
/// # Errors
///
/// [`ChangeCodesError::AlreadyOn`]
pub fn prepare_codes(
    tx: &Write<'_>,
    act: &Act,
    person: PersonId,
    sealed: &[u8],
) -> Result<(), ChangeCodesError> {
    if tx.execute(queries::SET_CODES, &params![person, sealed, act.at])? == 0 {
        return Err(ChangeCodesError::AlreadyOn);
    }
    Ok(act.on_person(tx, "CodesPrepared", person, &nothing_more())?)
}

/// Switches codes on, with the step of the right first code, and stores the hashes of the recovery codes. `judge` says which
/// step the shown code is right for.
///
/// # Errors
///
/// [`ChangeCodesError`]
pub fn confirm_codes(
    tx: &Write<'_>,
    act: &Act,
    person: PersonId,
    judge: impl Fn(&[u8]) -> Option<i64>,
    recovery: &[[u8; 32]],
) -> Result<(), ChangeCodesError> {
    throttle::take(tx, Against::Code, &person.to_string(), act.at)?
        .map_err(ChangeCodesError::TooSoon)?;
    let row: Option<(Vec<u8>,)> = tx.maybe(queries::CODES, &params![person])?;
    let (sealed,) = row.ok_or(ChangeCodesError::Gone)?;
    let step = judge(&sealed).ok_or(ChangeCodesError::WrongCode)?;
    if tx.execute(queries::CONFIRM_CODES, &params![person, act.at, step])? == 0 {
        return Err(ChangeCodesError::Gone);
    }
    tx.execute(queries::DROP_RECOVERY_CODES, &params![person])?;
    for hash in recovery {
        tx.execute(queries::ADD_RECOVERY_CODE, &params![person, hash])?;
    }
    throttle::forgive(tx, Against::Code, &person.to_string())?;
    Ok(act.on_person(tx, "CodesSwitchedOn", person, &nothing_more())?)
}

/// Switches codes off, after the password was checked.
///
/// # Errors
///
/// [`ChangeCodesError`]
pub fn drop_codes(tx: &Write<'_>, act: &Act, person: PersonId) -> Result<(), ChangeCodesError> {
    tx.execute(queries::DROP_RECOVERY_CODES, &params![person])?;
    if tx.execute(queries::DROP_CODES, &params![person])? == 0 {
        return Err(ChangeCodesError::Gone);
    }
    Ok(act.on_person(tx, "CodesSwitchedOff", person, &nothing_more())?)
}

/// What is stored of a recovery code, however its groups were typed. Eighty random bits need no slow hash.
pub fn recovery_code_hash(code: &str) -> [u8; 32] {
    let plain: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, plain.as_bytes()).as_ref());
    hash
}
