//! Changing.

use kept_accounts::access::Scope;
use kept_store::{Write, params};

use super::{ChangeAnnouncementError, Step, add_version, begun, check_audience, held, may_address};
use crate::model::{Announcement, AnnouncementId, Draft};
use crate::{queries, search};

/// Changes an announcement that has this revision. Another title, text or clause is another version, which is to be
/// confirmed again; another audience or other dates are not. Returns the new revision.
///
/// # Errors
///
/// [`ChangeAnnouncementError`]
pub fn change_announcement(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (id, revision): (AnnouncementId, u32),
    draft: &Draft,
) -> Result<u32, ChangeAnnouncementError> {
    let before = held(tx, &step.act, scope, id)?.ok_or(ChangeAnnouncementError::Missing)?;
    if before.withdrawn_at.is_some() {
        return Err(ChangeAnnouncementError::Withdrawn);
    }
    if before.revision != revision {
        return Err(ChangeAnnouncementError::Changed);
    }
    if draft.audience != before.audience {
        may_address(tx, scope, draft.audience)?;
    }
    let faults = check_audience(tx, draft)?;
    if !faults.is_empty() {
        return Err(ChangeAnnouncementError::Faults(faults));
    }
    let version = before.version + u32::from(says_something_else(&before, draft));
    let at = step.act.at;
    tx.execute(
        queries::CHANGE,
        &params![
            id,
            revision,
            draft.audience.name(),
            draft.audience.team(),
            draft.audience.department(),
            draft.from_at,
            draft.until_at,
            draft.must_confirm,
            version,
            begun(draft, at),
        ],
    )?;
    if version != before.version {
        add_version(tx, &step.act, scope, (id, version), draft)?;
    }
    search::follow(tx, id, at)?;
    let detail = serde_json::json!({ "version": version, "audience": draft.audience.to_string() });
    step.record(tx, "AnnouncementChanged", id, &detail)?;
    Ok(revision + 1)
}

fn says_something_else(before: &Announcement, draft: &Draft) -> bool {
    (&before.title, &before.text, &before.clause) != (&draft.title, &draft.text, &draft.clause)
}
