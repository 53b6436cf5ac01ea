//! Confirming to have read.

use kept_accounts::access::Scope;
use kept_store::{Write, params};

use super::{ConfirmReadingError, Step};
use crate::model::{AnnouncementId, AnnouncementState};
use crate::queries;

/// Confirms that a person has read this version of an announcement. Doing it again changes nothing. `scope` is that of
/// reading.
///
/// # Errors
///
/// [`ConfirmReadingError`]
pub fn confirm_reading(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (id, version): (AnnouncementId, u32),
) -> Result<(), ConfirmReadingError> {
    let person = scope.person().ok_or(ConfirmReadingError::NoPerson)?;
    scope.confirm(tx)?;
    let at = step.act.at;
    let found = queries::one_to_read(tx, scope, id, at)?;
    let found = found.ok_or(ConfirmReadingError::Missing)?;
    if found.version != version {
        return Err(ConfirmReadingError::Changed);
    }
    if !found.must_confirm || !found.is_for_me || found.state(at) != AnnouncementState::Current {
        return Err(ConfirmReadingError::NotAsked);
    }
    let added = tx.execute(queries::CONFIRM, &params![id, version, person, at])?;
    if added == 0 {
        return Ok(());
    }
    let detail = serde_json::json!({ "version": version });
    Ok(step.record(tx, "AnnouncementRead", id, &detail)?)
}
