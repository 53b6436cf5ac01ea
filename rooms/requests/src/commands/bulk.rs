//! The same done to many requests, in slices, and taken back for all of them.
//!
//! Which requests they are is written down before the first is touched. So what is begun can be gone on with after the program was
//! stopped, and nothing is done twice.

use kept_kernel::{Id, Instant};
use kept_store::{FromRow, Read, Row, StoreError, Write, params};

use super::change::{Before, change, change_back};
use super::{By, Change, RequestError, Step};
use crate::model::RequestId;
use crate::queries;

/// So many requests in one transaction: others write in between.
pub const AT_ONCE: usize = 100;
/// So many requests are selected at most.
pub const MOST: usize = 10_000;

/// How far it has got with them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What is done to them, in words.
    pub what: String,
    /// Those that it was, or is to be, done to.
    pub of: u64,
    /// Those that were seen to.
    pub done: u64,
    /// Those of them that did not take it, being closed, out of reach or gone, or from which it was taken back.
    pub left_out: u64,
    /// Of how many it is known why they did not take it, or keep it although it was taken back.
    pub told: u64,
    /// When it was taken back.
    pub undone_at: Option<Instant>,
    /// Whether it stays as it is: what has become one is not taken apart again.
    pub stays: bool,
}

/// A request that did not take what was done to many, or keeps it although it was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Which one.
    pub id: RequestId,
    /// Why, as a sentence.
    pub why: String,
}

impl Progress {
    /// To how many of them it was done, and still is.
    pub const fn took(&self) -> u64 {
        self.done - self.left_out
    }

    /// Whether some are still to be seen to.
    pub const fn is_under_way(&self) -> bool {
        match self.undone_at {
            Some(_) => self.took() > 0,
            None => self.done < self.of,
        }
    }
}

impl FromRow for Progress {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let changes: Vec<Change> = serde_json::from_str(&row.get::<String>(5)?).unwrap_or_default();
        Ok(Self {
            what: row.get(0)?,
            undone_at: row.get(1)?,
            of: row.get(2)?,
            done: row.get(3)?,
            left_out: row.get(4)?,
            told: row.get(6)?,
            stays: changes.iter().any(|one| matches!(one, Change::Merge(_))),
        })
    }
}

/// Steps for a slice: two for each change of each request.
pub type Steps = Vec<[Step; 2]>;

/// What a row says of a request that is still to be seen to.
const WAITS: &str = "";
/// What it says of one that did not take it, or from which it was taken back.
const OVER: &str = "-";
/// Nothing is to be said about it.
const NOTHING: &str = "";

/// Writes down which requests something is done to, and what.
///
/// # Errors
///
/// [`RequestError`] of the database, or when there is no person.
pub fn begin_bulk(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    (bulk, ids): (Id, &[RequestId]),
    (what, changes): (&str, &[Change]),
) -> Result<(), RequestError> {
    let person = by.person().ok_or(RequestError::NotAllowed)?;
    let changes = serde_json::to_string(changes).unwrap_or_default();
    let row = params![bulk, person, what, &changes, step.act.at];
    tx.execute(queries::ADD_BULK, &row)?;
    let rows: Vec<_> = ids.iter().map(|id| params![bulk, *id, WAITS]).collect();
    tx.execute_each(queries::ADD_BULK_ROW, &rows)?;
    Ok(())
}

/// Does it to the next requests, as many as there are steps for, or takes it back from the next where that was asked for; how many they
/// were. 0: nothing waits any longer. A change that a request does not take leaves it as it is.
///
/// # Errors
///
/// [`RequestError`] of the database, or when the right is gone.
pub fn go_on_with_bulk(
    tx: &Write<'_>,
    steps: &[[Step; 2]],
    by: &By,
    bulk: Id,
) -> Result<usize, RequestError> {
    let person = by.person().ok_or(RequestError::NotAllowed)?;
    let begun: Option<(String, Option<Instant>)> =
        tx.maybe(queries::BULK_CHANGES, &params![bulk, person])?;
    let (changes, undone) = begun.ok_or(RequestError::Missing)?;
    let changes: Vec<Change> = serde_json::from_str(&changes).unwrap_or_default();
    let each = changes.len().max(1);
    let most = (steps.len() / each).min(AT_ONCE) as u32;
    if undone.is_some() {
        return take_back(tx, (steps, each), by, (bulk, most));
    }
    let next: Vec<(Id,)> = tx.all(queries::NEXT_OF_BULK, &params![bulk, WAITS, most])?;
    for ((id,), steps) in next.iter().zip(steps.chunks(each)) {
        let (done, why) = change_one(tx, steps, by, RequestId(*id), &changes)?;
        let (stands, why) = if done.is_empty() {
            (OVER.to_owned(), why)
        } else {
            (serde_json::to_string(&done).unwrap_or_default(), None)
        };
        let why = why.as_deref().unwrap_or(NOTHING);
        tx.execute(queries::SET_BULK_ROW, &params![bulk, *id, &stands, why])?;
    }
    Ok(next.len())
}

/// Why a request does not take a change, where that is no fault of the change itself.
fn left_out(error: RequestError) -> Result<String, RequestError> {
    match error {
        RequestError::Missing => Ok("It is gone, or out of your reach.".to_owned()),
        RequestError::State(_) | RequestError::Gate(_) => Ok(error.to_string()),
        other => Err(other),
    }
}

/// All changes on one request; nothing where it does not take them, and why.
fn change_one(
    tx: &Write<'_>,
    steps: &[[Step; 2]],
    by: &By,
    id: RequestId,
    changes: &[Change],
) -> Result<(Vec<Before>, Option<String>), RequestError> {
    let (mut done, mut why) = (Vec::new(), None);
    for (one, [step, _]) in changes.iter().zip(steps) {
        match change(tx, step, by, id, one) {
            Ok(before) => done.push(before),
            Err(error) => why = Some(left_out(error)?),
        }
    }
    Ok((done, why))
}

/// Has what was done to many taken back: what was not done yet will not be, and [`go_on_with_bulk`] takes back the rest.
///
/// # Errors
///
/// [`RequestError`]; a conflict when it was asked for already, or when it stays as it is.
pub fn undo_bulk(tx: &Write<'_>, at: Instant, by: &By, bulk: Id) -> Result<(), RequestError> {
    let person = by.person().ok_or(RequestError::NotAllowed)?;
    if progress(tx, by, bulk)?.is_some_and(|one| one.stays) {
        return Err(RequestError::State(
            "Requests that have become one are not taken apart again. Split off what does not belong there.",
        ));
    }
    if tx.execute(queries::BULK_UNDONE, &params![bulk, person, at])? == 0 {
        let known: Option<(String, Option<Instant>)> =
            tx.maybe(queries::BULK_CHANGES, &params![bulk, person])?;
        return Err(match known {
            Some(_) => RequestError::State("That has been taken back already."),
            None => RequestError::Missing,
        });
    }
    tx.execute(queries::END_BULK_ROWS, &params![bulk, WAITS, OVER])?;
    Ok(())
}

fn take_back(
    tx: &Write<'_>,
    (steps, each): (&[[Step; 2]], usize),
    by: &By,
    (bulk, most): (Id, u32),
) -> Result<usize, RequestError> {
    let next: Vec<(Id, String)> =
        tx.all(queries::DONE_OF_BULK, &params![bulk, WAITS, OVER, most])?;
    for ((id, before), steps) in next.iter().zip(steps.chunks(each)) {
        let before: Vec<Before> = serde_json::from_str(before).unwrap_or_default();
        let mut why = None;
        // The last change first.
        for (before, steps) in before.into_iter().rev().zip(steps) {
            if let Err(error) = change_back(tx, steps, by, RequestId(*id), before) {
                why = Some(left_out(error)?);
            }
        }
        let why = why.as_deref().unwrap_or(NOTHING);
        tx.execute(queries::SET_BULK_ROW, &params![bulk, *id, OVER, why])?;
    }
    Ok(next.len())
}

/// How far it has got; none: there is none of this person's.
///
/// # Errors
///
/// As the database says.
pub fn progress(read: &Read<'_>, by: &By, bulk: Id) -> Result<Option<Progress>, StoreError> {
    match by.person() {
        Some(person) => read.maybe(queries::BULK_PROGRESS, &params![bulk, person, WAITS, OVER]),
        None => Ok(None),
    }
}

/// Those that did not take it, or keep it although it was taken back, with the reason; the first hundred.
///
/// # Errors
///
/// As the database says.
pub fn left_out_of(read: &Read<'_>, by: &By, bulk: Id) -> Result<Vec<LeftOut>, StoreError> {
    let Some(person) = by.person() else {
        return Ok(Vec::new());
    };
    let rows: Vec<(Id, String)> =
        read.all(queries::LEFT_OUT_OF_BULK, &params![bulk, person, NOTHING])?;
    let left_out = |(id, why)| LeftOut {
        id: RequestId(id),
        why,
    };
    Ok(rows.into_iter().map(left_out).collect())
}
