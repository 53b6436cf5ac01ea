//! Access in an emergency: to one record, for an hour, with a reason, and in sight of those who watch over access.

use kept_kernel::{Id, Instant};
use kept_store::{FromRow, Read, Row, StoreError, Write, params};

use super::{Denied, Scope};
use crate::commands::{Act, command_error};
use crate::model::{EmergencyId, PersonId};
use crate::queries;

/// How long it lasts.
pub const EMERGENCY_MINUTES: i64 = 60;
const MINUTE: i64 = 60_000_000;
const SHORTEST_REASON: usize = 10;

command_error! {
    /// Why a record was not opened.
    OpenEmergencyError {
        /// The reason says too little.
        #[error("Say in a sentence why you need this record now.")]
        NoReason,
    }
}

/// Access that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emergency {
    /// Its identity.
    pub id: EmergencyId,
    /// Who took it.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// The kind of the record.
    pub object: String,
    /// The record.
    pub record: Id,
    /// Why.
    pub reason: String,
    /// When.
    pub opened_at: Instant,
    /// Until when at the latest.
    pub until: Instant,
    /// When it was ended before that.
    pub ended_at: Option<Instant>,
}

impl FromRow for Emergency {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: EmergencyId(row.get(0)?),
            person: PersonId(row.get(1)?),
            name: row.get(2)?,
            object: row.get(3)?,
            record: row.get(4)?,
            reason: row.get(5)?,
            opened_at: row.get(6)?,
            until: row.get(7)?,
            ended_at: row.get(8)?,
        })
    }
}

/// Opens one record for the person of the scope, which must be one of
/// [`OpenInEmergency`](super::Action::OpenInEmergency). The audit has an alarm entry with the reason.
///
/// # Errors
///
/// [`OpenEmergencyError`]
pub fn open_emergency(
    tx: &Write<'_>,
    act: &Act,
    scope: &Scope,
    (object, record): (&str, Id),
    reason: &str,
) -> Result<Emergency, OpenEmergencyError> {
    scope.confirm(tx)?;
    let person = scope.person.ok_or(OpenEmergencyError::NotAllowed)?;
    if scope.action != super::Action::OpenInEmergency {
        return Err(OpenEmergencyError::NotAllowed);
    }
    let reason = reason.trim();
    if reason.chars().count() < SHORTEST_REASON {
        return Err(OpenEmergencyError::NoReason);
    }
    let until = act.at.plus_micros(EMERGENCY_MINUTES * MINUTE);
    tx.execute(
        queries::OPEN_EMERGENCY,
        &params![act.entry, person, object, record, reason, act.at, until],
    )?;
    let detail =
        serde_json::json!({ "emergency": act.entry.to_string(), "until": until.to_string() });
    act.write(
        tx,
        "AlarmEmergencyAccessOpened",
        (object, &record.to_string()),
        &detail,
    )?;
    Ok(tx.one(queries::EMERGENCY, &params![act.entry])?)
}

/// Ends it before its time. Whether it was still open.
///
/// # Errors
///
/// As the database says.
pub fn end_emergency(
    tx: &Write<'_>,
    act: &Act,
    person: PersonId,
    id: EmergencyId,
) -> Result<bool, StoreError> {
    let ended = tx.execute(queries::END_EMERGENCY, &params![id, person, act.at])? > 0;
    if ended {
        act.write(
            tx,
            "EmergencyAccessEnded",
            ("emergency", &id.to_string()),
            &serde_json::json!({}),
        )?;
    }
    Ok(ended)
}

/// All that was taken, the last first, for those who may audit.
///
/// # Errors
///
/// [`Denied`]
pub fn emergencies(read: &Read<'_>, scope: &Scope, limit: u32) -> Result<Vec<Emergency>, Denied> {
    if scope.action != super::Action::AuditRecords || scope.is_nothing() {
        return Err(Denied::NotAllowed);
    }
    Ok(read.all(queries::EMERGENCIES, &params![limit])?)
}
