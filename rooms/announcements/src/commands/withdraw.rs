//! Withdrawing, and taking that back.

use kept_accounts::access::Scope;
use kept_store::{Sql, Value, Write, params};

use super::{Step, WithdrawAnnouncementError, held};
use crate::model::AnnouncementId;
use crate::{queries, search};

/// Takes an announcement back: readers no longer see it. Its rows stay.
///
/// # Errors
///
/// [`WithdrawAnnouncementError`]
pub fn withdraw_announcement(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    id: AnnouncementId,
) -> Result<(), WithdrawAnnouncementError> {
    let by = scope.person();
    let change = (queries::WITHDRAW, &params![id, step.act.at, by][..]);
    turn(tx, step, scope, (id, "AnnouncementWithdrawn"), change)
}

/// Undoes a withdrawal.
///
/// # Errors
///
/// [`WithdrawAnnouncementError`]
pub fn return_announcement(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    id: AnnouncementId,
) -> Result<(), WithdrawAnnouncementError> {
    let change = (queries::RETURN, &params![id][..]);
    turn(tx, step, scope, (id, "AnnouncementReturned"), change)
}

fn turn(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (id, act): (AnnouncementId, &str),
    (sql, values): (Sql, &[Value<'_>]),
) -> Result<(), WithdrawAnnouncementError> {
    held(tx, &step.act, scope, id)?.ok_or(WithdrawAnnouncementError::Missing)?;
    if tx.execute(sql, values)? == 0 {
        return Err(WithdrawAnnouncementError::Already);
    }
    search::follow(tx, id, step.act.at)?;
    Ok(step.record(tx, act, id, &serde_json::json!({}))?)
}
