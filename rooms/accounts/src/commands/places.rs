//! Teams, departments, working hours, absences.

use jiff::civil::Date;
use kept_kernel::Id;
use kept_store::{Write, params};

use super::people::may_manage;
use super::{Act, command_error, nothing_more};
use crate::access::Scope;
use crate::model::{AbsenceId, DepartmentId, PersonId, Span, TeamId, folded};
use crate::queries;

command_error! {
    /// Why a team or department was not added.
    AddUnitError {
        /// No name.
        #[error("Write a name.")]
        NoName,
        /// The name is taken.
        #[error("There is one of this name already.")]
        NameTaken,
    }
}

command_error! {
    /// Why an absence was not noted.
    AddAbsenceError {
        /// The days are no days, or the wrong way round.
        #[error("Write the first and the last day; the last is not before the first.")]
        Days,
        /// It overlaps with another.
        #[error("There is an absence on some of these days already. Cancel it first.")]
        Overlaps,
        /// The deputy cannot stand in.
        #[error("Choose an active colleague who stands in.")]
        Deputy,
    }
}

command_error! {
    /// Why working hours were not set.
    SetHoursError {
        /// A span ends before it begins, or two overlap.
        #[error("Each span begins before it ends, and no two of a day overlap.")]
        Spans,
    }
}

/// Adds a team.
///
/// # Errors
///
/// [`AddUnitError`]
pub fn add_team(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    name: &str,
) -> Result<TeamId, AddUnitError> {
    add_unit(
        tx,
        act,
        scope,
        name,
        (queries::ADD_TEAM, "TeamAdded", "team"),
    )
    .map(TeamId)
}

/// Adds a department.
///
/// # Errors
///
/// [`AddUnitError`]
pub fn add_department(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    name: &str,
) -> Result<DepartmentId, AddUnitError> {
    let kind = (queries::ADD_DEPARTMENT, "DepartmentAdded", "department");
    add_unit(tx, act, scope, name, kind).map(DepartmentId)
}

fn add_unit(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    name: &str,
    (sql, entry, object): (kept_store::Sql, &str, &str),
) -> Result<Id, AddUnitError> {
    may_manage(tx, scope)?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(AddUnitError::NoName);
    }
    if tx.execute(sql, &params![act.entry, name, &folded(name), act.at])? == 0 {
        return Err(AddUnitError::NameTaken);
    }
    act.write(tx, entry, (object, &act.entry.to_string()), &nothing_more())?;
    Ok(act.entry)
}

/// Notes that a person is away, the last day included.
///
/// # Errors
///
/// [`AddAbsenceError`]
pub fn add_absence(
    tx: &Write<'_>,
    act: &Act,
    person: PersonId,
    (from_on, until_on): (&str, &str),
    deputy: Option<PersonId>,
) -> Result<AbsenceId, AddAbsenceError> {
    let day = |text: &str| text.parse::<Date>().map_err(|_| AddAbsenceError::Days);
    let (first, last) = (day(from_on)?, day(until_on)?);
    if last < first {
        return Err(AddAbsenceError::Days);
    }
    if let Some(deputy) = deputy {
        let found = queries::person(tx, deputy)?;
        let active = found.is_some_and(|found| found.state == crate::model::PersonState::Active);
        if !active || deputy == person {
            return Err(AddAbsenceError::Deputy);
        }
    }
    let (first, last) = (first.to_string(), last.to_string());
    let other: Option<(Id,)> =
        tx.maybe(queries::ABSENCE_OVERLAPS, &params![person, &first, &last])?;
    if other.is_some() {
        return Err(AddAbsenceError::Overlaps);
    }
    tx.execute(
        queries::ADD_ABSENCE,
        &params![act.entry, person, &first, &last, deputy, act.at],
    )?;
    let detail = serde_json::json!({ "absence": act.entry.to_string() });
    act.on_person(tx, "AbsenceAdded", person, &detail)?;
    Ok(AbsenceId(act.entry))
}

/// Cancels an absence of a person. Whether there was one.
///
/// # Errors
///
/// As the database says.
pub fn cancel_absence(
    tx: &Write<'_>,
    act: &Act,
    person: PersonId,
    absence: AbsenceId,
) -> Result<bool, kept_store::StoreError> {
    if tx.execute(queries::CANCEL_ABSENCE, &params![absence, person, act.at])? == 0 {
        return Ok(false);
    }
    let detail = serde_json::json!({ "absence": absence.to_string() });
    act.on_person(tx, "AbsenceCancelled", person, &detail)?;
    Ok(true)
}

/// Sets the working hours of a person; none: those of the company.
///
/// # Errors
///
/// [`SetHoursError`]
pub fn set_hours(
    tx: &Write<'_>,
    act: &Act,
    person: PersonId,
    spans: &[Span],
) -> Result<(), SetHoursError> {
    let mut spans = spans.to_vec();
    spans.sort_by_key(|span| (span.weekday, span.starts));
    let sound = |span: &Span| {
        (1..=7).contains(&span.weekday) && span.starts < span.ends && span.ends <= 24 * 60
    };
    let overlap = spans.windows(2).any(
        |pair| matches!(pair, [one, two] if one.weekday == two.weekday && two.starts < one.ends),
    );
    if !spans.iter().all(sound) || overlap {
        return Err(SetHoursError::Spans);
    }
    tx.execute(queries::DROP_HOURS, &params![person])?;
    for span in &spans {
        tx.execute(
            queries::ADD_HOURS,
            &params![person, span.weekday, span.starts, span.ends],
        )?;
    }
    Ok(act.on_person(tx, "WorkingHoursSet", person, &nothing_more())?)
}
