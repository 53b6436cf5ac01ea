//! Passkeys: keys of a person's own devices, which sign instead of a password and a code.

use aws_lc_rs::digest;
use kept_kernel::{Id, Instant};
use kept_store::{StoreError, Write, params};

use super::sign_in::{NewSession, SignInError, SignedInAs, hex, open_session};
use super::throttle::{self, Against};
use super::{Act, command_error};
use crate::model::{PasskeyId, PersonId, SessionId};
use crate::queries;

/// So many a person can have.
pub const PASSKEYS_MOST: usize = 20;

command_error! {
    /// Why a passkey was not added.
    AddPasskeyError {
        /// No name, or a very long one.
        #[error("Write a name by which you will know it again, in at most 200 characters.")]
        NoName,
        /// There are enough.
        #[error("You have 20 passkeys, which is the most. Remove one that you no longer use.")]
        TooMany,
        /// The password is wrong.
        #[error("This is not your password.")]
        WrongPassword,
        /// Too long ago, answered before, or of another session.
        #[error("That took too long. Start again.")]
        Late,
        /// The browser's answer is not what it must be.
        #[error("Your device did not make a passkey that can be used here. Try again, or use another device.")]
        NotTaken,
        /// It is here already.
        #[error("This passkey is here already.")]
        Known,
    }
}

/// A challenge that was answered.
#[derive(Clone, Copy, Debug)]
pub struct Challenge {
    /// Of its bytes.
    pub hash: [u8; 32],
    /// Until when it could have been answered.
    pub expires_at: Instant,
}

impl Challenge {
    /// Marks it as answered. Whether it was not before.
    fn answer(&self, tx: &Write<'_>) -> Result<bool, StoreError> {
        let hash: &[u8] = &self.hash;
        Ok(tx.execute(queries::USE_CHALLENGE, &params![hash, self.expires_at])? > 0)
    }
}

/// A passkey to add, verified.
#[derive(Clone, Debug)]
pub struct NewPasskey {
    /// Its identity.
    pub id: Id,
    /// As its person calls it.
    pub name: String,
    /// By what the authenticator finds it again.
    pub credential: Vec<u8>,
    /// The public key as a `COSE_Key`.
    pub key: Vec<u8>,
    /// How often it has signed.
    pub sign_count: u32,
    /// The ways to the authenticator, apart by spaces.
    pub transports: String,
    /// Whether copies of it lie on the person's other devices.
    pub synced: bool,
}

/// Whether a name may be given to a passkey.
///
/// # Errors
///
/// [`AddPasskeyError::NoName`]
pub fn judge_name(name: &str) -> Result<&str, AddPasskeyError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(AddPasskeyError::NoName);
    }
    Ok(name)
}

/// Adds a passkey of the person who is signed in.
///
/// # Errors
///
/// [`AddPasskeyError`]
pub fn add_passkey(
    tx: &Write<'_>,
    act: &Act,
    (person, session): (PersonId, SessionId),
    challenge: &Challenge,
    passkey: &NewPasskey,
) -> Result<PasskeyId, AddPasskeyError> {
    let name = judge_name(&passkey.name)?;
    let stands: Option<(Id,)> = tx.maybe(queries::SESSION_STANDS, &params![session])?;
    if stands.is_none() {
        return Err(AddPasskeyError::NotAllowed);
    }
    if !challenge.answer(tx)? {
        return Err(AddPasskeyError::Late);
    }
    if queries::passkeys(tx, person)?.len() >= PASSKEYS_MOST {
        return Err(AddPasskeyError::TooMany);
    }
    let (credential, key): (&[u8], &[u8]) = (&passkey.credential, &passkey.key);
    let added = tx.execute(
        queries::ADD_PASSKEY,
        &params![
            passkey.id,
            person,
            credential,
            key,
            i64::from(passkey.sign_count),
            &passkey.transports,
            passkey.synced,
            name,
            act.at,
        ],
    )?;
    if added == 0 {
        return Err(AddPasskeyError::Known);
    }
    let detail = serde_json::json!({ "passkey": passkey.id.to_string(), "name": name });
    act.on_person(tx, "PasskeyAdded", person, &detail)?;
    Ok(PasskeyId(passkey.id))
}

/// Removes a passkey, after the password was checked. The person's other sessions end, since one of them may have begun with
/// it. Whether there was one.
///
/// # Errors
///
/// As the database says.
pub fn remove_passkey(
    tx: &Write<'_>,
    act: &Act,
    (person, session): (PersonId, SessionId),
    passkey: PasskeyId,
) -> Result<bool, StoreError> {
    let removed: Option<(String,)> =
        tx.maybe(queries::REMOVE_PASSKEY, &params![passkey, person])?;
    let Some((name,)) = removed else {
        return Ok(false);
    };
    tx.execute(
        queries::END_OTHER_SESSIONS,
        &params![person, session, act.at, "passkey removed"],
    )?;
    let detail = serde_json::json!({ "passkey": passkey.to_string(), "name": name });
    act.on_person(tx, "PasskeyRemoved", person, &detail)?;
    Ok(true)
}

/// A passkey that somebody shows.
#[derive(Clone, Debug)]
pub struct PasskeyTry {
    /// Which one it would be.
    pub credential: Vec<u8>,
    /// Whose it would be, as the authenticator remembers.
    pub handle: Vec<u8>,
    /// The challenge that it answers; none: none that this browser was asked.
    pub challenge: Option<Challenge>,
    /// The address of the network, where it is known.
    pub address: Option<String>,
}

/// A passkey that is right, as its authenticator says.
#[derive(Clone, Copy, Debug)]
pub struct PasskeyUse {
    /// How often it has signed.
    pub sign_count: u32,
    /// Whether copies of it lie on the person's other devices.
    pub synced: bool,
}

/// Whether it is right for the stored key, or why not, for the audit.
pub type PasskeyVerdict = Result<PasskeyUse, String>;

/// Signs somebody in by the passkey they show. `judge` holds it against the stored key; it only computes.
///
/// # Errors
///
/// [`SignInError::TooSoon`], or as the database says. What is inside stays counted and written down.
pub fn finish_passkey(
    tx: &Write<'_>,
    act: &Act,
    shown: &PasskeyTry,
    judge: impl Fn(&[u8]) -> PasskeyVerdict,
    session: &NewSession,
) -> Result<Result<(PersonId, SessionId), SignInError>, SignInError> {
    let about = hex(digest::digest(&digest::SHA256, &shown.credential).as_ref());
    throttle::take(tx, Against::Passkey, &about, act.at)?.map_err(SignInError::TooSoon)?;
    if let Some(address) = &shown.address {
        throttle::take(tx, Against::Address, address, act.at)?.map_err(SignInError::TooSoon)?;
    }
    let fresh = match &shown.challenge {
        Some(challenge) => challenge.answer(tx)?,
        None => false,
    };
    if !fresh {
        return Ok(Err(SignInError::PasskeyLate));
    }
    let credential: &[u8] = &shown.credential;
    let known: Option<(Id, Id, Vec<u8>)> =
        tx.maybe(queries::PASSKEY_SHOWN, &params![credential])?;
    let known = known.filter(|(_, person, _)| person.bytes().as_slice() == shown.handle);
    let Some((passkey, person, key)) = known else {
        refused(tx, act, None, "unknown passkey")?;
        return Ok(Err(SignInError::PasskeyWrong));
    };
    let person = PersonId(person);
    let used = match judge(&key) {
        Ok(used) => used,
        Err(because) => {
            refused(tx, act, Some(person), &because)?;
            return Ok(Err(SignInError::PasskeyWrong));
        }
    };
    let counted = tx.execute(
        queries::USE_PASSKEY,
        &params![passkey, i64::from(used.sign_count), used.synced, act.at],
    )?;
    if counted == 0 {
        tx.execute(queries::WARN_OF_PASSKEY, &params![passkey, act.at])?;
        let detail =
            serde_json::json!({ "passkey": passkey.to_string(), "count": used.sign_count });
        act.on_person(tx, "PasskeyCopySuspected", person, &detail)?;
        return Ok(Err(SignInError::PasskeyCopied));
    }
    throttle::forgive(tx, Against::Passkey, &about)?;
    if let Some(address) = &shown.address {
        throttle::give_back(tx, Against::Address, address)?;
    }
    match open_session(tx, &act.by(person), person, session, "passkey")? {
        SignedInAs::Person(person, session) => Ok(Ok((person, session))),
        _ => Ok(Err(SignInError::PasskeyWrong)),
    }
}

fn refused(
    tx: &Write<'_>,
    act: &Act,
    person: Option<PersonId>,
    because: &str,
) -> Result<(), StoreError> {
    let id = person.map_or(String::new(), |person| person.to_string());
    let detail = serde_json::json!({ "by": "passkey", "because": because });
    act.write(tx, "SignInRefused", ("person", &id), &detail)
}
