//! What somebody has begun to write and not sent. It is kept while they type, and gone when it was sent.

use std::collections::BTreeMap;

use kept_accounts::model::PersonId;
use kept_kernel::Instant;
use kept_store::{Read, StoreError, Write, params};

use crate::model::RequestId;
use crate::queries;

/// A draft is this long at most, in bytes of JSON.
const LONGEST: usize = 200_000;

/// The fields of a draft by their names.
pub(crate) type Draft = BTreeMap<String, String>;

/// The place of a draft on a request.
pub(crate) fn on(request: RequestId) -> String {
    request.to_string()
}

/// What somebody has begun there.
pub(crate) fn begun(
    read: &Read<'_>,
    me: PersonId,
    place: &str,
) -> Result<Option<Draft>, StoreError> {
    let found: Option<(String,)> = read.maybe(queries::DRAFT, &params![me, place])?;
    Ok(found.and_then(|(draft,)| serde_json::from_str(&draft).ok()))
}

/// Keeps what was begun on a page that was opened then. What was sent since is not brought back by a look that came late; an empty
/// draft is none.
pub(crate) fn keep(
    tx: &Write<'_>,
    (me, place): (PersonId, &str),
    draft: &Draft,
    (opened, now): (Instant, Instant),
) -> Result<(), StoreError> {
    let since = params![me, opened];
    let sent: Option<(Instant,)> = tx.maybe(queries::WROTE_SINCE, &since)?;
    let leaves: Option<(Instant,)> = tx.maybe(queries::LEAVES_SINCE, &since)?;
    if sent.is_some() || leaves.is_some() {
        return Ok(());
    }
    if draft.get("text").is_none_or(|text| text.trim().is_empty()) {
        return drop_draft(tx, me, place);
    }
    let text = serde_json::to_string(draft).unwrap_or_default();
    if text.len() > LONGEST {
        return Ok(());
    }
    tx.execute(queries::PUT_DRAFT, &params![me, place, &text, now])?;
    Ok(())
}

/// It was sent, or is not wanted any more.
pub(crate) fn drop_draft(tx: &Write<'_>, me: PersonId, place: &str) -> Result<(), StoreError> {
    tx.execute(queries::DROP_DRAFT, &params![me, place])?;
    Ok(())
}
