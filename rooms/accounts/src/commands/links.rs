//! Links that are good for one thing, once: the first administrator, invitations, new passwords.
//!
//! Looking at a link uses nothing up: a mail scanner may open it. Only the hash of its token is stored.

use kept_kernel::{Id, Instant};
use kept_store::{Read, StoreError, Write, params};
use kept_vault::{PasswordHash, TokenHash};

use super::people::{NewPerson, insert, may_manage};
use super::sign_in::shut_out;
use super::throttle::{self, Against, TooSoon};
use super::{Act, AddPersonError, ChangePersonError, command_error, nothing_more};
use crate::access::Scope;
use crate::model::{ADMINISTRATOR, LinkPurpose, Person, PersonId, PersonState, Roles};
use crate::queries;

/// How many days the link for the first administrator is good.
pub const FIRST_LINK_DAYS: i64 = 3;
/// How many days an invitation is good.
pub const INVITATION_DAYS: i64 = 7;
/// How many minutes a link for a new password is good.
pub const RESET_MINUTES: i64 = 60;
const MINUTE: i64 = 60_000_000;
/// A person gets one link for a new password in so many minutes, whoever asks.
const BETWEEN_RESETS: i64 = 5;

command_error! {
    /// Why an invitation was not accepted.
    AcceptInvitationError {
        /// Used, withdrawn, too old, or no such link.
        #[error("This link is no longer good. Ask for a new one.")]
        LinkGone,
        /// What is wrong with the person.
        #[error("{0}")]
        Person(AddPersonError),
    }
}

command_error! {
    /// Why a password was not reset.
    ResetPasswordError {
        /// Used, withdrawn, too old, or no such link.
        #[error("This link is no longer good. Ask for a new one.")]
        LinkGone,
        /// Asked for too often.
        #[error("Too many links were asked for. Wait {0}, then try again.")]
        TooSoon(TooSoon),
    }
}

/// What a good link is for: a person, or nobody yet for the first administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkFor<T> {
    /// Who.
    pub person: Option<T>,
}

pub(super) fn make(
    tx: &Write<'_>,
    act: &Act,
    (purpose, person): (LinkPurpose, Option<PersonId>),
    link: TokenHash,
    minutes: i64,
) -> Result<(), StoreError> {
    if let Some(person) = person {
        tx.execute(
            queries::WITHDRAW_LINKS,
            &params![person, purpose.name(), act.at],
        )?;
    }
    let token: &[u8] = link.bytes();
    let expires_at = act.at.plus_micros(minutes * MINUTE);
    tx.execute(
        queries::MAKE_LINK,
        &params![token, purpose.name(), person, act.at, expires_at],
    )?;
    Ok(())
}

/// Makes the link for the first administrator, while nobody works here yet; earlier ones are withdrawn. Whether it was made.
///
/// # Errors
///
/// As the database says.
pub fn make_first_link(tx: &Write<'_>, act: &Act, link: TokenHash) -> Result<bool, StoreError> {
    let anybody: Option<(Id,)> = tx.maybe(queries::ANYBODY, &[])?;
    if anybody.is_some() {
        return Ok(false);
    }
    tx.execute(queries::WITHDRAW_FIRST_LINKS, &params![act.at])?;
    make(
        tx,
        act,
        (LinkPurpose::First, None),
        link,
        FIRST_LINK_DAYS * 24 * 60,
    )?;
    act.write(tx, "FirstLinkMade", ("link", ""), &nothing_more())?;
    Ok(true)
}

/// Whether a link is good at this moment, and for whom. Uses nothing up.
///
/// # Errors
///
/// As the database says.
pub fn link_stands(
    read: &Read<'_>,
    purpose: LinkPurpose,
    link: TokenHash,
    now: Instant,
) -> Result<Option<LinkFor<Person>>, StoreError> {
    let token: &[u8] = link.bytes();
    let found: Option<(Option<Id>,)> =
        read.maybe(queries::LINK, &params![token, purpose.name(), now])?;
    let Some((person,)) = found else {
        return Ok(None);
    };
    let person = match person {
        Some(person) => queries::person(read, PersonId(person))?,
        None => None,
    };
    Ok(Some(LinkFor { person }))
}

fn used(
    tx: &Write<'_>,
    purpose: LinkPurpose,
    link: TokenHash,
    now: Instant,
) -> Result<Option<LinkFor<PersonId>>, StoreError> {
    let token: &[u8] = link.bytes();
    let found: Option<(Option<Id>,)> =
        tx.maybe(queries::USE_LINK, &params![token, purpose.name(), now])?;
    Ok(found.map(|(person,)| LinkFor {
        person: person.map(PersonId),
    }))
}

/// Makes the first administrator, by the link that the program printed.
///
/// # Errors
///
/// [`AcceptInvitationError`]; the link stays good.
pub fn accept_first(
    tx: &Write<'_>,
    act: &Act,
    link: TokenHash,
    (person, roles): (&NewPerson, &Roles),
    password: &PasswordHash,
) -> Result<PersonId, AcceptInvitationError> {
    used(tx, LinkPurpose::First, link, act.at)?.ok_or(AcceptInvitationError::LinkGone)?;
    let anybody: Option<(Id,)> = tx.maybe(queries::ANYBODY, &[])?;
    if anybody.is_some() {
        return Err(AcceptInvitationError::LinkGone);
    }
    let person = NewPerson {
        roles: vec![ADMINISTRATOR.to_owned()],
        ..person.clone()
    };
    let id = insert(
        tx,
        act,
        (&person, roles),
        (PersonState::Active, Some(password)),
    )
    .map_err(|error| match error {
        AddPersonError::Store(error) => AcceptInvitationError::Store(error),
        other => AcceptInvitationError::Person(other),
    })?;
    act.by(id)
        .on_person(tx, "FirstAdministratorMade", id, &nothing_more())?;
    Ok(id)
}

/// Accepts an invitation with a password.
///
/// # Errors
///
/// [`AcceptInvitationError`]
pub fn accept_invitation(
    tx: &Write<'_>,
    act: &Act,
    link: TokenHash,
    password: &PasswordHash,
) -> Result<PersonId, AcceptInvitationError> {
    let person = used(tx, LinkPurpose::Invitation, link, act.at)?
        .and_then(|link| link.person)
        .ok_or(AcceptInvitationError::LinkGone)?;
    let by = kept_journal::audit::Who::Person(person.0).text();
    let (from, to) = (PersonState::Invited.name(), PersonState::Active.name());
    let accepted = tx.execute(queries::SET_STATE, &params![person, to, act.at, &by, from])?;
    if accepted == 0 {
        return Err(AcceptInvitationError::LinkGone);
    }
    tx.execute(
        queries::SET_PASSWORD,
        &params![person, password.text(), act.at],
    )?;
    act.by(person)
        .on_person(tx, "InvitationAccepted", person, &nothing_more())?;
    Ok(person)
}

/// Makes a link for a new password where the address has an account, and says to whom it goes. Whoever asks hears the same
/// either way.
///
/// # Errors
///
/// [`ResetPasswordError::TooSoon`] when the network's address asks too often.
pub fn ask_for_reset(
    tx: &Write<'_>,
    act: &Act,
    email: &str,
    address: Option<&str>,
    link: TokenHash,
) -> Result<Option<Person>, ResetPasswordError> {
    if let Some(address) = address {
        throttle::take(tx, Against::Reset, address, act.at)?
            .map_err(ResetPasswordError::TooSoon)?;
    }
    let found = queries::person_by_email(tx, email)?;
    let Some(person) = found.filter(|person| person.state == PersonState::Active) else {
        act.write(tx, "ResetAskedFor", ("person", ""), &nothing_more())?;
        return Ok(None);
    };
    let since = act.at.plus_micros(-BETWEEN_RESETS * MINUTE);
    let recent: Option<(Id,)> = tx.maybe(
        queries::RECENT_LINK,
        &params![person.id, LinkPurpose::Reset.name(), since],
    )?;
    if recent.is_some() {
        return Ok(None);
    }
    make(
        tx,
        act,
        (LinkPurpose::Reset, Some(person.id)),
        link,
        RESET_MINUTES,
    )?;
    act.on_person(tx, "ResetAskedFor", person.id, &nothing_more())?;
    Ok(Some(person))
}

/// Makes a link for a person who cannot get one by mail, to be handed over by an administrator: an invitation for whoever
/// has not come in yet, else one for a new password.
///
/// # Errors
///
/// [`ChangePersonError`]
pub fn make_reset_link(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    person: PersonId,
    link: TokenHash,
) -> Result<(LinkPurpose, Person), ChangePersonError> {
    may_manage(tx, scope)?;
    let person = queries::person(tx, person)?.ok_or(ChangePersonError::Gone)?;
    let (purpose, minutes) = match person.state {
        PersonState::Invited => (LinkPurpose::Invitation, INVITATION_DAYS * 24 * 60),
        PersonState::Active => (LinkPurpose::Reset, RESET_MINUTES),
        PersonState::Disabled => return Err(ChangePersonError::Gone),
    };
    make(tx, act, (purpose, Some(person.id)), link, minutes)?;
    act.on_person(
        tx,
        "LinkMade",
        person.id,
        &serde_json::json!({ "purpose": purpose.name() }),
    )?;
    Ok((purpose, person))
}

/// Sets a new password by a link. All sessions end, and so do the delays that guessing has brought about.
///
/// # Errors
///
/// [`ResetPasswordError`]
pub fn reset_password(
    tx: &Write<'_>,
    act: &Act,
    link: TokenHash,
    password: &PasswordHash,
) -> Result<PersonId, ResetPasswordError> {
    let person = used(tx, LinkPurpose::Reset, link, act.at)?
        .and_then(|link| link.person)
        .ok_or(ResetPasswordError::LinkGone)?;
    let person = queries::person(tx, person)?
        .filter(|person| person.state == PersonState::Active)
        .ok_or(ResetPasswordError::LinkGone)?;
    tx.execute(
        queries::SET_PASSWORD,
        &params![person.id, password.text(), act.at],
    )?;
    shut_out(tx, person.id, act.at, "password reset")?;
    tx.execute(queries::FORGET_BROWSERS, &params![person.id])?;
    throttle::forgive(tx, Against::Account, &crate::model::folded(&person.email))?;
    act.by(person.id)
        .on_person(tx, "PasswordReset", person.id, &nothing_more())?;
    Ok(person.id)
}
