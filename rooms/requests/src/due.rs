//! The next deadline of a request, kept beside it so that lists can be cut by it.
//!
//! What is owed stands in the journal, and follows not only from what is done here: time opens duties, and so does what
//! happens to the client. So each command looks when it is done, and a round looks at those whose family was judged since.

use kept_journal::obligations::{self, Owed};
use kept_kernel::Instant;
use kept_store::{Read, StoreError, Write, params};

use crate::model::{NEVER, RequestId};
use crate::queries;

/// All that is or was owed on a request.
pub(crate) fn owed(read: &Read<'_>, id: RequestId) -> Result<Vec<Owed>, StoreError> {
    obligations::of_record(read, ("request", &id.to_string()))
}

/// The duty that is due next: of those that run, by their deadline. Rungs of ladders are duties of others.
pub(crate) fn next(owed: &[Owed]) -> Option<&Owed> {
    let running = owed.iter().filter(|duty| {
        duty.level == 0
            && duty.settled_at.is_none()
            && matches!(duty.verdict.as_str(), "pending" | "overdue")
            && duty.due_at.is_some()
    });
    running.min_by_key(|duty| (duty.due_at, duty.number))
}

/// What is due next: until when, since when, and by which rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) at: Instant,
    pub(crate) opened_at: Option<Instant>,
    pub(crate) rule: Option<String>,
}

/// Writes down what is due next. Says what it is, and whether that is news.
pub(crate) fn refresh(tx: &Write<'_>, id: RequestId) -> Result<(Due, bool), StoreError> {
    let owed = owed(tx, id)?;
    let next = next(&owed);
    let due = Due {
        at: next.and_then(|duty| duty.due_at).unwrap_or(NEVER),
        opened_at: next.map(|duty| duty.opened_at),
        rule: next.map(|duty| format!("{}/{}", duty.code, duty.rule)),
    };
    let row = params![id, due.at, due.opened_at, &due.rule];
    let touched = tx.execute(queries::SET_DUE, &row)?;
    Ok((due, touched > 0))
}
