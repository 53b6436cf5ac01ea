//! One thing done to many requests, and taken back for all of them.

use kept_accounts::model::PersonId;
use kept_kernel::{Id, Instant};
use kept_store::{Write, params};
use serde::{Deserialize, Serialize};

use super::{
    By, RequestError, Step, add_tag, assign_request, drop_tag, held_to_give, snooze_request,
};
use crate::model::RequestId;
use crate::queries;

/// So many at once: others write in between.
pub const MOST: usize = 100;

/// What is done to all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bulk {
    /// They are given to somebody, or put back.
    Assign(Option<PersonId>),
    /// They are set aside.
    Snooze(Instant),
    /// They get a tag.
    Tag(String),
}

impl Bulk {
    const fn name(&self) -> &'static str {
        match self {
            Self::Assign(_) => "assign",
            Self::Snooze(_) => "snooze",
            Self::Tag(_) => "tag",
        }
    }
}

/// How one of them stood.
#[derive(Serialize, Deserialize)]
enum Before {
    Assignee(Option<String>),
    Snoozed(i64),
    Untagged(String),
    Tagged,
}

/// Does it to each of these that is in reach and stands so that it can be; returns how many. There is a step for each.
///
/// # Errors
///
/// [`RequestError`] of the database, or when the right is gone.
pub fn bulk_change(
    tx: &Write<'_>,
    steps: &[Step],
    by: &By,
    (bulk, ids): (Id, &[RequestId]),
    change: &Bulk,
) -> Result<u64, RequestError> {
    let person = by.person().ok_or(RequestError::NotAllowed)?;
    let Some(first) = steps.first() else {
        return Ok(0);
    };
    let at = first.act.at;
    tx.execute(queries::ADD_BULK, &params![bulk, person, change.name(), at])?;
    let mut done = 0;
    for (id, step) in ids.iter().zip(steps) {
        match change_one(tx, step, by, *id, change) {
            Ok(before) => {
                let before = serde_json::to_string(&before).unwrap_or_default();
                tx.execute(queries::ADD_BULK_ROW, &params![bulk, *id, &before])?;
                done += 1;
            }
            Err(RequestError::Missing | RequestError::State(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(done)
}

fn change_one(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    id: RequestId,
    change: &Bulk,
) -> Result<Before, RequestError> {
    let stands = held_to_give(tx, by, (id, None))?;
    match change {
        Bulk::Assign(to) => {
            assign_request(tx, step, by, (id, None), *to)?;
            Ok(Before::Assignee(stands.assignee.map(|one| one.to_string())))
        }
        Bulk::Snooze(until) => {
            snooze_request(tx, step, by, (id, None), *until)?;
            Ok(Before::Snoozed(stands.snoozed_until.micros()))
        }
        Bulk::Tag(tag) => {
            let had = queries::tags(tx, id)?.contains(&tag.trim().to_lowercase());
            add_tag(tx, step, by, id, tag)?;
            Ok(if had {
                Before::Tagged
            } else {
                Before::Untagged(tag.trim().to_lowercase())
            })
        }
    }
}

/// Takes back what was done to many, as far as it can be; returns how many. There are [`MOST`] steps.
///
/// # Errors
///
/// [`RequestError`]
pub fn undo_bulk(tx: &Write<'_>, steps: &[Step], by: &By, bulk: Id) -> Result<u64, RequestError> {
    let person = by.person().ok_or(RequestError::NotAllowed)?;
    let rows: Vec<(Id, String)> = tx.all(queries::BULK_ROWS, &params![bulk, person])?;
    let Some(at) = steps.first().map(|step| step.act.at) else {
        return Ok(0);
    };
    let undone = tx.execute(queries::BULK_UNDONE, &params![bulk, person, at])?;
    if undone == 0 {
        let known: Option<(Id,)> = tx.maybe(queries::BULK_OF, &params![bulk, person])?;
        return Err(match known {
            Some(_) => RequestError::State("That has been taken back already."),
            None => RequestError::Missing,
        });
    }
    let mut done = 0;
    for ((id, before), step) in rows.iter().zip(steps) {
        let Ok(before) = serde_json::from_str(before) else {
            continue;
        };
        match undo_one(tx, step, by, RequestId(*id), before) {
            Ok(()) => done += 1,
            Err(RequestError::Missing | RequestError::State(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(done)
}

fn undo_one(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    id: RequestId,
    before: Before,
) -> Result<(), RequestError> {
    match before {
        Before::Assignee(to) => {
            let to = to.and_then(|to| to.parse().ok());
            assign_request(tx, step, by, (id, None), to)?;
        }
        Before::Snoozed(until) => {
            snooze_request(tx, step, by, (id, None), Instant::from_micros(until))?;
        }
        Before::Untagged(tag) => {
            drop_tag(tx, step, by, id, &tag)?;
        }
        Before::Tagged => {}
    }
    Ok(())
}
