//! What was promised to a client in an answer: recorded with its time, kept or withdrawn. Who made it owes it, by the SOPs in force.

use kept_kernel::{Id, Instant};
use kept_store::{Write, params};

use super::{By, RequestError, Step, Work, held};
use crate::model::{Fault, Request, RequestId};
use crate::queries;
use crate::telling::Doer;

/// So many promises are recorded with one answer.
pub const MOST: usize = 5;
/// So much of the words of a promise is kept.
const LONGEST: usize = 200;

/// Words that promise something, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promised {
    /// `by Tuesday noon`
    pub words: String,
    /// Until when.
    pub due: Instant,
}

/// Records what an answer promises. What nobody of us said, and what is over already, binds nobody.
pub(super) fn make(
    work: &mut Work<'_, '_>,
    message: Id,
    promised: &[Promised],
) -> Result<(), RequestError> {
    let Doer::Person(me) = work.step.doer else {
        return Ok(());
    };
    let now = work.at();
    let still = promised.iter().filter(|one| one.due > now);
    for one in still.take(MOST) {
        let id = work.id()?;
        let words: String = one.words.trim().chars().take(LONGEST).collect();
        let row = params![id, work.request.id, message, me, &words, one.due, now];
        work.tx.put(queries::ADD_PROMISE, &row)?;
        work.tell_promise("make-promise", id, Some((&words, one.due)))?;
    }
    Ok(())
}

/// A promise is kept.
///
/// # Errors
///
/// [`RequestError`]
pub fn keep_promise(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    (id, promise): (RequestId, Id),
) -> Result<Request, RequestError> {
    let request = held(tx, by, (id, None))?;
    let row = params![promise, id, step.act.at];
    if tx.execute(queries::KEEP_PROMISE, &row)? == 0 {
        return Err(RequestError::State("It is kept or withdrawn already."));
    }
    let mut work = Work::on(tx, step, request);
    work.tell_promise("keep-promise", promise, None)?;
    work.finish("PromiseKept", &detail(promise))
}

/// A promise is withdrawn: the client was told that it will not be kept, and why.
///
/// # Errors
///
/// [`RequestError`]
pub fn withdraw_promise(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    (id, promise): (RequestId, Id),
    reason: &str,
) -> Result<Request, RequestError> {
    let request = held(tx, by, (id, None))?;
    let reason: String = reason.trim().chars().take(LONGEST).collect();
    if reason.is_empty() {
        return Err(Fault::NoReason.into());
    }
    let row = params![promise, id, step.act.at, &reason];
    if tx.execute(queries::WITHDRAW_PROMISE, &row)? == 0 {
        return Err(RequestError::State("It is kept or withdrawn already."));
    }
    let mut work = Work::on(tx, step, request);
    work.tell_promise("withdraw-promise", promise, None)?;
    work.finish("PromiseWithdrawn", &detail(promise))
}

fn detail(promise: Id) -> serde_json::Value {
    serde_json::json!({ "promise": promise.to_string() })
}
