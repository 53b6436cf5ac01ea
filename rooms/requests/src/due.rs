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
    let id = id.to_string();
    let mut owed = obligations::of_record(read, ("request", &id))?;
    owed.extend(obligations::of_record(read, ("email", &id))?);
    owed.sort_by_key(|duty| (duty.opened_at, duty.number));
    Ok(owed)
}

/// As what a request is known to the rules: as itself, and as the conversation by mail that stands on it.
const NOUNS: [&str; 2] = ["request", "email"];

/// What is due next: until when, since when, and by which rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) at: Instant,
    pub(crate) opened_at: Option<Instant>,
    pub(crate) rule: Option<String>,
}

/// What is due next: of what runs, by its deadline. Rungs of ladders are duties of others.
pub(crate) fn next(read: &Read<'_>, id: RequestId) -> Result<Due, StoreError> {
    let next = obligations::next_due(read, (&NOUNS, &id.to_string()))?;
    Ok(Due {
        at: next.as_ref().map_or(NEVER, |duty| duty.due_at),
        opened_at: next.as_ref().map(|duty| duty.opened_at),
        rule: next.map(|duty| format!("{}/{}", duty.code, duty.rule)),
    })
}

/// Writes down what is due next; whether that is news.
pub(crate) fn refresh(tx: &Write<'_>, id: RequestId) -> Result<bool, StoreError> {
    let due = next(tx, id)?;
    let row = params![id, due.at, due.opened_at, &due.rule];
    Ok(tx.execute(queries::SET_DUE, &row)? > 0)
}
