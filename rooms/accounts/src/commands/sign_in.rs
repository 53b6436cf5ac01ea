//! Signing in and out.
//!
//! The password is checked between two transactions, outside of the database's thread: [`begin_sign_in`] counts the try and
//! gives the hash, [`finish_password`] draws the consequence. What an answer says, and how long it takes, is the same
//! whether or not there is such an account.

use std::fmt::Write as _;

use kept_kernel::{Id, Instant};
use kept_store::{Read, StoreError, Write, params};
use kept_vault::{PasswordHash, PasswordVerdict, TokenHash};

use super::throttle::{self, Against, TooSoon};
use super::{Act, command_error, nothing_more};
use crate::model::{PersonId, SessionId, folded};
use crate::queries;

/// How long a right password waits for its code.
pub const SECOND_STEP_MINUTES: i64 = 10;
/// So many codes can be tried after one right password.
const STEP_TRIES: i64 = 5;
const MINUTE: i64 = 60_000_000;

command_error! {
    /// Why nobody was signed in.
    SignInError {
        /// Wrong password, no such account, not active: told alike.
        #[error("This password does not fit this email. Check both, or get a link by mail to set a new password.")]
        Wrong,
        /// Wrong code.
        #[error("This code is not right, or was used already. Wait for the next one in your app.")]
        WrongCode,
        /// The time for the code has passed, or too many were tried.
        #[error("The code came too late or was wrong too often. Start again with your password.")]
        StepGone,
        /// The passkey is none of ours, or was not shown as it must be: told alike.
        #[error("This passkey does not let you in here. Sign in with your password; your settings list the passkeys that do.")]
        PasskeyWrong,
        /// Its count went back.
        #[error("This passkey was refused: a copy of it may be in other hands. Sign in with your password and remove it in your settings.")]
        PasskeyCopied,
        /// The challenge is too old, was answered before, or belongs to another browser.
        #[error("The passkey came too late. Use it once more.")]
        PasskeyLate,
        /// Too many wrong tries: nothing was looked at.
        #[error("That was wrong too often. Wait {0}, then try again; a link by mail lets you in at once.")]
        TooSoon(TooSoon),
    }
}

/// Who tries, from where.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// As it was typed.
    pub email: String,
    /// The browser's mark from an earlier sign-in.
    pub browser: Option<TokenHash>,
    /// The address of the network, where it is known.
    pub address: Option<String>,
}

/// What a password is held against.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Who it would be.
    pub person: Option<PersonId>,
    /// Their hash.
    pub hash: Option<PasswordHash>,
    /// What the try was counted against.
    counted: (Against, String),
}

/// The session that begins when all is right.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its identity.
    pub id: Id,
    /// Of the cookie's token.
    pub token: TokenHash,
    /// Of the browser's mark.
    pub browser: TokenHash,
    /// Of the token for the second step, where there is one.
    pub step: TokenHash,
    /// The family of the browser.
    pub agent: String,
    /// Where it comes from.
    pub address: Option<String>,
    /// The session that this browser had before.
    pub before: Option<TokenHash>,
}

/// How far a sign-in has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedInAs {
    /// All the way.
    Person(PersonId, SessionId),
    /// The password was right; a code is asked for.
    NeedsCode(PersonId),
    /// Not at all.
    Nobody,
}

/// Counts the try, and finds what the password is held against.
///
/// # Errors
///
/// [`SignInError::TooSoon`], or as the database says.
pub fn begin_sign_in(
    tx: &Write<'_>,
    attempt: &Attempt,
    now: Instant,
) -> Result<Candidate, SignInError> {
    let email = folded(&attempt.email);
    let found: Option<(Id, Option<String>)> = tx.maybe(queries::CANDIDATE, &params![&email])?;
    let counted = match (&found, attempt.browser) {
        (Some((person, _)), Some(browser)) if knows(tx, browser, *person, now)? => {
            (Against::Browser, hex(browser.bytes()))
        }
        _ => (Against::Account, email),
    };
    throttle::take(tx, counted.0, &counted.1, now)?.map_err(SignInError::TooSoon)?;
    if let Some(address) = &attempt.address {
        throttle::take(tx, Against::Address, address, now)?.map_err(SignInError::TooSoon)?;
    }
    let (person, hash) = found.unzip();
    Ok(Candidate {
        person: person.map(PersonId),
        hash: hash
            .flatten()
            .and_then(|text| PasswordHash::parse(&text).ok()),
        counted,
    })
}

fn knows(tx: &Write<'_>, browser: TokenHash, person: Id, now: Instant) -> Result<bool, StoreError> {
    let token: &[u8] = browser.bytes();
    Ok(tx.execute(queries::KNOWN_BROWSER, &params![token, person, now])? > 0)
}

/// Draws the consequence of the check: a session, the second step, or nothing. `rehashed` is the hash to store where the old
/// one was made at another cost.
///
/// # Errors
///
/// As the database says.
pub fn finish_password(
    tx: &Write<'_>,
    act: &Act,
    (attempt, candidate): (&Attempt, &Candidate),
    verdict: PasswordVerdict,
    rehashed: Option<&PasswordHash>,
    session: &NewSession,
) -> Result<SignedInAs, StoreError> {
    let right = verdict != PasswordVerdict::Wrong;
    let Some(person) = candidate.person.filter(|_| right) else {
        return refused(tx, act, candidate.person);
    };
    // Between the two transactions the password may have been changed, or the person disabled.
    let stored: Option<(Option<String>,)> = tx.maybe(queries::PASSWORD_OF, &params![person])?;
    let same = stored
        .and_then(|(text,)| text)
        .zip(candidate.hash.as_ref())
        .is_some_and(|(text, hash)| text == hash.text());
    if !same {
        return refused(tx, act, Some(person));
    }
    throttle::forgive(tx, candidate.counted.0, &candidate.counted.1)?;
    if let Some(address) = &attempt.address {
        throttle::give_back(tx, Against::Address, address)?;
    }
    if let Some(hash) = rehashed {
        tx.execute(queries::SET_PASSWORD, &params![person, hash.text(), act.at])?;
    }
    let act = act.by(person);
    if confirmed_codes(tx, person)?.is_some() {
        let until = act.at.plus_micros(SECOND_STEP_MINUTES * MINUTE);
        let token: &[u8] = session.step.bytes();
        tx.execute(queries::BEGIN_STEP, &params![token, person, act.at, until])?;
        act.on_person(tx, "PasswordAccepted", person, &nothing_more())?;
        return Ok(SignedInAs::NeedsCode(person));
    }
    open_session(tx, &act, person, session, "password")
}

fn refused(tx: &Write<'_>, act: &Act, person: Option<PersonId>) -> Result<SignedInAs, StoreError> {
    let id = person.map_or(String::new(), |person| person.to_string());
    act.write(tx, "SignInRefused", ("person", &id), &nothing_more())?;
    Ok(SignedInAs::Nobody)
}

/// The hash that a signed-in person's password is held against before something that matters. The try counts.
///
/// # Errors
///
/// [`SignInError::TooSoon`], or as the database says.
pub fn begin_own_check(
    tx: &Write<'_>,
    person: PersonId,
    now: Instant,
) -> Result<Option<PasswordHash>, SignInError> {
    throttle::take(tx, Against::Own, &person.to_string(), now)?.map_err(SignInError::TooSoon)?;
    let stored: Option<(Option<String>,)> = tx.maybe(queries::PASSWORD_OF, &params![person])?;
    let text = stored.and_then(|(text,)| text);
    Ok(text.and_then(|text| PasswordHash::parse(&text).ok()))
}

/// It was their password.
///
/// # Errors
///
/// As the database says.
pub fn own_check_was_right(tx: &Write<'_>, person: PersonId) -> Result<(), StoreError> {
    throttle::forgive(tx, Against::Own, &person.to_string())
}

/// What was shown as the second step.
#[derive(Clone, Copy, Debug)]
pub enum Proof {
    /// A code of the app that is right for this step of time; none: it is not right.
    Step(Option<i64>),
    /// The hash of a recovery code.
    Recovery([u8; 32]),
}

/// A person's sealed secret and the last step that counted, when their codes are confirmed.
pub(crate) fn confirmed_codes(
    read: &Read<'_>,
    person: PersonId,
) -> Result<Option<(Vec<u8>, i64)>, StoreError> {
    let row: Option<(Vec<u8>, Option<Instant>, i64)> =
        read.maybe(queries::CODES, &params![person])?;
    Ok(row.and_then(|(sealed, confirmed, last)| confirmed.map(|_| (sealed, last))))
}

/// Finishes the second step. `judge` opens the sealed secret and says what was shown; it only computes.
///
/// # Errors
///
/// [`SignInError::TooSoon`], or as the database says. What is inside stays counted.
pub fn finish_second_step(
    tx: &Write<'_>,
    act: &Act,
    step: TokenHash,
    judge: impl Fn(PersonId, &[u8]) -> Proof,
    session: &NewSession,
) -> Result<Result<(PersonId, SessionId), StepRefused>, SignInError> {
    let token: &[u8] = step.bytes();
    let tried: Option<(Id,)> = tx.maybe(queries::TRY_STEP, &params![token, act.at, STEP_TRIES])?;
    let Some((person,)) = tried else {
        return Ok(Err(StepRefused::Gone));
    };
    let person = PersonId(person);
    let about = person.to_string();
    throttle::take(tx, Against::Code, &about, act.at)?.map_err(SignInError::TooSoon)?;
    let active: Option<(Option<String>,)> = tx.maybe(queries::PASSWORD_OF, &params![person])?;
    let Some((sealed, _)) = confirmed_codes(tx, person)?.filter(|_| active.is_some()) else {
        return Ok(Err(StepRefused::Gone));
    };
    let used = match judge(person, &sealed) {
        Proof::Step(None) => 0,
        Proof::Step(Some(step)) => tx.execute(queries::USE_CODE, &params![person, step])?,
        Proof::Recovery(hash) => {
            tx.execute(queries::USE_RECOVERY_CODE, &params![person, &hash, act.at])?
        }
    };
    if used == 0 {
        act.on_person(tx, "CodeRefused", person, &nothing_more())?;
        return Ok(Err(StepRefused::WrongCode));
    }
    throttle::forgive(tx, Against::Code, &about)?;
    tx.execute(queries::DROP_STEP, &params![token])?;
    match open_session(tx, &act.by(person), person, session, "password and code")? {
        SignedInAs::Person(person, session) => Ok(Ok((person, session))),
        _ => Ok(Err(StepRefused::Gone)),
    }
}

/// Why the second step was not the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepRefused {
    /// The code is not right, or was used.
    WrongCode,
    /// Start again with the password.
    Gone,
}

pub(super) fn open_session(
    tx: &Write<'_>,
    act: &Act,
    person: PersonId,
    session: &NewSession,
    how: &str,
) -> Result<SignedInAs, StoreError> {
    if let Some(before) = session.before {
        let token: &[u8] = before.bytes();
        tx.execute(
            queries::END_SESSION_BY_TOKEN,
            &params![token, act.at, "signed in again"],
        )?;
    }
    let (token, browser): (&[u8], &[u8]) = (session.token.bytes(), session.browser.bytes());
    let address = session.address.as_deref().unwrap_or_default();
    tx.execute(
        queries::OPEN_SESSION,
        &params![session.id, token, person, act.at, &session.agent, address],
    )?;
    tx.execute(queries::REMEMBER_BROWSER, &params![browser, person, act.at])?;
    let detail = serde_json::json!({ "session": session.id.to_string(), "by": how });
    act.on_person(tx, "SignedIn", person, &detail)?;
    Ok(SignedInAs::Person(person, SessionId(session.id)))
}

/// Ends the session of a cookie.
///
/// # Errors
///
/// As the database says.
pub fn sign_out(
    tx: &Write<'_>,
    act: &Act,
    person: PersonId,
    session: SessionId,
) -> Result<(), StoreError> {
    end_one(tx, act, person, session, ("signed out", "SignedOut")).map(drop)
}

/// Ends one of a person's sessions, from another. Whether there was one.
///
/// # Errors
///
/// As the database says.
pub fn end_session(
    tx: &Write<'_>,
    act: &Act,
    person: PersonId,
    session: SessionId,
) -> Result<bool, StoreError> {
    end_one(
        tx,
        act,
        person,
        session,
        ("ended by its person", "SessionEnded"),
    )
}

fn end_one(
    tx: &Write<'_>,
    act: &Act,
    person: PersonId,
    session: SessionId,
    (because, entry): (&str, &str),
) -> Result<bool, StoreError> {
    let ended = tx.execute(
        queries::END_SESSION,
        &params![session, person, act.at, because],
    )?;
    if ended > 0 {
        let detail = serde_json::json!({ "session": session.to_string() });
        act.on_person(tx, entry, person, &detail)?;
    }
    Ok(ended > 0)
}

/// Ends all of a person's sessions but this one.
///
/// # Errors
///
/// As the database says.
pub fn end_other_sessions(
    tx: &Write<'_>,
    act: &Act,
    person: PersonId,
    session: SessionId,
) -> Result<(), StoreError> {
    tx.execute(
        queries::END_OTHER_SESSIONS,
        &params![person, session, act.at, "ended by its person"],
    )?;
    act.on_person(tx, "OtherSessionsEnded", person, &nothing_more())
}

/// Ends all sessions, half sign-ins and marks of browsers of a person: after it, only a new sign-in leads in.
pub(super) fn shut_out(
    tx: &Write<'_>,
    person: PersonId,
    now: Instant,
    because: &str,
) -> Result<(), StoreError> {
    tx.execute(queries::END_SESSIONS, &params![person, now, because])?;
    tx.execute(queries::DROP_STEPS, &params![person])?;
    Ok(())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
