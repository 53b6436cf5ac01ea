//! People come, change, and leave.

use kept_kernel::Id;
use kept_store::{StoreError, Write, params};
use kept_vault::{PasswordHash, TokenHash};

use super::links::INVITATION_DAYS;
use super::sign_in::shut_out;
use super::{Act, WeakPassword, command_error, nothing_more};
use crate::access::{Action, Scope};
use crate::model::{
    ADMINISTRATOR, DepartmentId, LinkPurpose, Person, PersonId, PersonState, Roles, TeamId, folded,
};
use crate::{queries, search};

command_error! {
    /// Why a person was not added.
    AddPersonError {
        /// No name.
        #[error("Write the person's name.")]
        NoName,
        /// No address of mail.
        #[error("Write a work email, like maya@company.example.")]
        NoEmail,
        /// Somebody has this address.
        #[error("Somebody has this email already. Look them up under People; they may have been disabled.")]
        EmailTaken,
        /// There is no such role.
        #[error("Choose roles of the list.")]
        UnknownRole,
        /// There is no such zone.
        #[error("Write a time zone like Europe/Berlin.")]
        UnknownZone,
        /// The password is not taken.
        #[error("{0}")]
        Weak(WeakPassword),
    }
}

command_error! {
    /// Why a person was not changed.
    ChangePersonError {
        /// No such person, or not in the state that the change needs.
        #[error("This person has been changed in the meantime. Load the page again.")]
        Gone,
        /// Nobody else could manage accounts.
        #[error("This is the only administrator. Make somebody else an administrator first.")]
        LastAdministrator,
        /// There is no such role.
        #[error("Choose roles of the list.")]
        UnknownRole,
        /// No name.
        #[error("Write a name.")]
        NoName,
        /// There is no such zone.
        #[error("Write a time zone like Europe/Berlin.")]
        UnknownZone,
        /// The team or department is gone.
        #[error("Choose a team and a department of the lists.")]
        UnknownUnit,
    }
}

/// A person to add.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// Their identity.
    pub id: Id,
    /// `Maya Okonkwo`.
    pub name: String,
    /// Their work address.
    pub email: String,
    /// Ids of their roles.
    pub roles: Vec<String>,
    /// Their zone.
    pub zone: String,
}

/// Adds a person who can sign in at once, with a password hashed before: for the command line of the server, whose scope is
/// [`for_kept`](crate::access::for_kept).
///
/// # Errors
///
/// [`AddPersonError`]
pub fn add_person(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    (person, roles): (&NewPerson, &Roles),
    password: &PasswordHash,
) -> Result<PersonId, AddPersonError> {
    may_manage(tx, scope)?;
    let id = insert(
        tx,
        act,
        (person, roles),
        (PersonState::Active, Some(password)),
    )?;
    act.on_person(tx, "PersonAdded", id, &as_roles(&person.roles))?;
    Ok(id)
}

/// Invites a person: they choose a password behind a link that is good for [`INVITATION_DAYS`].
///
/// # Errors
///
/// [`AddPersonError`]
pub fn invite_person(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    (person, roles): (&NewPerson, &Roles),
    link: TokenHash,
) -> Result<PersonId, AddPersonError> {
    may_manage(tx, scope)?;
    let id = insert(tx, act, (person, roles), (PersonState::Invited, None))?;
    super::links::make(
        tx,
        act,
        (LinkPurpose::Invitation, Some(id)),
        link,
        INVITATION_DAYS * 24 * 60,
    )?;
    act.on_person(tx, "PersonInvited", id, &as_roles(&person.roles))?;
    Ok(id)
}

pub(super) fn may_manage(tx: &Write<'_>, scope: &Scope) -> Result<(), crate::access::Denied> {
    if scope.action() != Action::ManageAccounts {
        return Err(crate::access::Denied::NotAllowed);
    }
    scope.confirm(tx)
}

fn as_roles(roles: &[String]) -> serde_json::Value {
    serde_json::json!({ "roles": roles })
}

pub(super) fn insert(
    tx: &Write<'_>,
    act: &Act,
    (person, roles): (&NewPerson, &Roles),
    (state, password): (PersonState, Option<&PasswordHash>),
) -> Result<PersonId, AddPersonError> {
    let name = person.name.trim();
    let email = person.email.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(AddPersonError::NoName);
    }
    if !looks_like_mail(email) {
        return Err(AddPersonError::NoEmail);
    }
    if !person.roles.iter().all(|role| roles.has(role)) {
        return Err(AddPersonError::UnknownRole);
    }
    if !is_zone(&person.zone) {
        return Err(AddPersonError::UnknownZone);
    }
    let id = PersonId(person.id);
    let added = tx.execute(
        queries::ADD_PERSON,
        &params![
            id,
            name,
            &folded(name),
            email,
            &folded(email),
            state.name(),
            act.at,
            &act.who.text(),
            password.map(PasswordHash::text),
            password.map(|_| act.at),
            &person.zone,
            "en",
        ],
    )?;
    if added == 0 {
        return Err(AddPersonError::EmailTaken);
    }
    write_roles(tx, id, &person.roles)?;
    search::follow(tx, id, act.at)?;
    Ok(id)
}

fn write_roles(tx: &Write<'_>, person: PersonId, roles: &[String]) -> Result<(), StoreError> {
    tx.execute(queries::DROP_ROLES, &params![person])?;
    let mut roles = roles.to_vec();
    roles.sort();
    roles.dedup();
    for role in &roles {
        tx.execute(queries::ADD_ROLE, &params![person, role])?;
    }
    Ok(())
}

/// One @ with something on both sides, no spaces or control characters: the mail itself proves the rest.
fn looks_like_mail(text: &str) -> bool {
    let plain = text.len() <= 254
        && text
            .chars()
            .all(|c| !c.is_control() && !c.is_whitespace() && !"<>,;\"".contains(c));
    let parts = text.split_once('@');
    plain
        && parts
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
}

/// Whether the zone database knows this name.
pub(super) fn is_zone(name: &str) -> bool {
    jiff::tz::TimeZone::get(name).is_ok()
}

/// Gives a person these roles and no others; their sessions end, since a role is part of who they are.
///
/// # Errors
///
/// [`ChangePersonError`]
pub fn assign_roles(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    person: PersonId,
    (ids, roles): (&[String], &Roles),
) -> Result<(), ChangePersonError> {
    may_manage(tx, scope)?;
    if !ids.iter().all(|role| roles.has(role)) {
        return Err(ChangePersonError::UnknownRole);
    }
    let before = found(tx, person)?;
    if before.roles == sorted(ids) {
        return Ok(());
    }
    if !ids.iter().any(|role| role == ADMINISTRATOR) {
        keep_an_administrator(tx, &before)?;
    }
    write_roles(tx, person, ids)?;
    shut_out(tx, person, act.at, "roles changed")?;
    let detail = serde_json::json!({ "before": before.roles, "roles": sorted(ids) });
    Ok(act.on_person(tx, "RolesAssigned", person, &detail)?)
}

fn sorted(ids: &[String]) -> Vec<String> {
    let mut ids = ids.to_vec();
    ids.sort();
    ids.dedup();
    ids
}

fn found(tx: &Write<'_>, person: PersonId) -> Result<Person, ChangePersonError> {
    queries::person(tx, person)?.ok_or(ChangePersonError::Gone)
}

fn keep_an_administrator(tx: &Write<'_>, person: &Person) -> Result<(), ChangePersonError> {
    let counts = person.state == PersonState::Active
        && person.roles.iter().any(|role| role == ADMINISTRATOR);
    if !counts {
        return Ok(());
    }
    tx.execute(queries::HOLD_ADMINISTRATORS, &[])?;
    let other: Option<(Id,)> = tx.maybe(queries::OTHER_ADMINISTRATOR, &params![person.id])?;
    other.map(drop).ok_or(ChangePersonError::LastAdministrator)
}

/// Puts a person into a team and a department; their sessions end, since both decide what they may see.
///
/// # Errors
///
/// [`ChangePersonError`]
pub fn place_person(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    person: PersonId,
    (team, department): (Option<TeamId>, Option<DepartmentId>),
) -> Result<(), ChangePersonError> {
    may_manage(tx, scope)?;
    let before = found(tx, person)?;
    if (before.team, before.department) == (team, department) {
        return Ok(());
    }
    let known = |id: Option<Id>, units: Vec<crate::model::Unit>| {
        id.is_none_or(|id| units.iter().any(|unit| unit.id == id))
    };
    if !known(team.map(|team| team.0), queries::teams(tx)?)
        || !known(
            department.map(|department| department.0),
            queries::departments(tx)?,
        )
    {
        return Err(ChangePersonError::UnknownUnit);
    }
    tx.execute(queries::PLACE, &params![person, team, department])?;
    shut_out(tx, person, act.at, "team changed")?;
    let detail = serde_json::json!({
        "team": team.map(|team| team.to_string()),
        "department": department.map(|department| department.to_string()),
    });
    Ok(act.on_person(tx, "PersonPlaced", person, &detail)?)
}

/// Shuts a person out at once: sessions, tokens and links end with it.
///
/// # Errors
///
/// [`ChangePersonError`]
pub fn disable_person(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    person: PersonId,
) -> Result<(), ChangePersonError> {
    may_manage(tx, scope)?;
    let before = found(tx, person)?;
    keep_an_administrator(tx, &before)?;
    if before.state == PersonState::Disabled {
        return Err(ChangePersonError::Gone);
    }
    set_state(tx, act, person, (before.state, PersonState::Disabled))?;
    shut_out(tx, person, act.at, "disabled")?;
    tx.execute(queries::FORGET_BROWSERS, &params![person])?;
    tx.execute(queries::REVOKE_TOKENS, &params![person, act.at])?;
    for purpose in [LinkPurpose::Invitation, LinkPurpose::Reset] {
        tx.execute(
            queries::WITHDRAW_LINKS,
            &params![person, purpose.name(), act.at],
        )?;
    }
    Ok(act.on_person(tx, "PersonDisabled", person, &nothing_more())?)
}

/// Lets a disabled person in again, with the password they had; who has none gets a new link from an administrator.
///
/// # Errors
///
/// [`ChangePersonError`]
pub fn enable_person(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    person: PersonId,
) -> Result<(), ChangePersonError> {
    may_manage(tx, scope)?;
    set_state(
        tx,
        act,
        person,
        (PersonState::Disabled, PersonState::Active),
    )?;
    Ok(act.on_person(tx, "PersonEnabled", person, &nothing_more())?)
}

fn set_state(
    tx: &Write<'_>,
    act: &Act,
    person: PersonId,
    (from, to): (PersonState, PersonState),
) -> Result<(), ChangePersonError> {
    let changed = tx.execute(
        queries::SET_STATE,
        &params![person, to.name(), act.at, &act.who.text(), from.name()],
    )?;
    if changed == 0 {
        return Err(ChangePersonError::Gone);
    }
    Ok(())
}

/// Changes the name, zone and language of a person, by themselves.
///
/// # Errors
///
/// [`ChangePersonError`]
pub fn rename_person(
    tx: &Write<'_>,
    act: &Act,
    person: PersonId,
    name: &str,
    (zone, language): (&str, &str),
) -> Result<(), ChangePersonError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(ChangePersonError::NoName);
    }
    if !is_zone(zone) {
        return Err(ChangePersonError::UnknownZone);
    }
    tx.execute(
        queries::RENAME,
        &params![person, name, &folded(name), zone, language],
    )?;
    search::follow(tx, person, act.at)?;
    Ok(act.on_person(tx, "PersonRenamed", person, &nothing_more())?)
}
