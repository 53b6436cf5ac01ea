//! Posting.

use kept_accounts::access::Scope;
use kept_store::{Write, params};

use super::{PostAnnouncementError, Step, add_version, begun, check_audience, may_address};
use crate::model::{AnnouncementId, Draft};
use crate::{queries, search};

/// Posts an announcement. It is shown from its beginning on. `scope` is that of posting.
///
/// # Errors
///
/// [`PostAnnouncementError`]
pub fn post_announcement(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    id: AnnouncementId,
    draft: &Draft,
) -> Result<(), PostAnnouncementError> {
    let author = scope.person().ok_or(PostAnnouncementError::NoAuthor)?;
    may_address(tx, scope, draft.audience)?;
    let faults = check_audience(tx, draft)?;
    if !faults.is_empty() {
        return Err(PostAnnouncementError::Faults(faults));
    }
    let at = step.act.at;
    tx.execute(
        queries::ADD,
        &params![
            id,
            author,
            draft.audience.name(),
            draft.audience.team(),
            draft.audience.department(),
            draft.from_at,
            draft.until_at,
            draft.must_confirm,
            at,
            begun(draft, at),
        ],
    )?;
    add_version(tx, &step.act, scope, (id, 1), draft)?;
    search::follow(tx, id, at)?;
    let detail = serde_json::json!({ "audience": draft.audience.to_string() });
    Ok(step.record(tx, "AnnouncementPosted", id, &detail)?)
}
