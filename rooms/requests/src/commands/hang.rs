//! What hangs on a request: files, tags, tasks, links; setting it aside; making one of two.

use jiff::civil::Date;
use kept_accounts::model::PersonId;
use kept_kernel::{Id, Instant};
use kept_store::{Read, StoreError, Write, params};

use super::close::NO_ANSWER;
use super::hands::active;
use super::{By, RequestError, Step, Work, held, not_over};
use crate::model::{Fault, Request, RequestId};
use crate::queries;
use crate::telling::{Doer, Told};

/// Files of a message are this large at most.
pub const LARGEST_FILE: usize = 25 * 1024 * 1024;
const LONGEST_TAG: usize = 40;
const LONGEST_TITLE: usize = 200;

fn person_of(step: &Step) -> Option<PersonId> {
    match step.doer {
        Doer::Person(person) => Some(person),
        _ => None,
    }
}

/// Adds a file to the last message of a request. Whoever calls has looked how large it is.
///
/// # Errors
///
/// [`RequestError`]
pub fn add_file(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    id: RequestId,
    (name, content): (&str, &[u8]),
) -> Result<Request, RequestError> {
    let request = held(tx, by, (id, None))?;
    let mut work = Work::on(tx, step, request);
    let file = work.id()?;
    let size = i64::try_from(content.len()).unwrap_or(i64::MAX);
    work.tx.execute(
        queries::ADD_FILE,
        &params![
            file,
            id,
            work.request.messages,
            name,
            size,
            content,
            step.act.at,
            person_of(step),
        ],
    )?;
    work.finish(
        "RequestFileAdded",
        &serde_json::json!({ "file": file.to_string(), "size": size }),
    )
}

/// Lays a file beside the answer that is being written: it goes with it, to the client.
///
/// # Errors
///
/// [`RequestError`]
pub fn enclose_file(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    id: RequestId,
    (name, content): (&str, &[u8]),
) -> Result<Request, RequestError> {
    let request = held(tx, by, (id, None))?;
    not_over(&request)?;
    let mut work = Work::on(tx, step, request);
    let file = work.id()?;
    let size = i64::try_from(content.len()).unwrap_or(i64::MAX);
    let row = params![
        file,
        id,
        0,
        name,
        size,
        content,
        step.act.at,
        person_of(step),
    ];
    tx.execute(queries::ADD_FILE, &row)?;
    let detail = serde_json::json!({ "file": file.to_string(), "size": size });
    work.finish("RequestFileEnclosed", &detail)
}

/// Takes a file away from the answer that is being written.
///
/// # Errors
///
/// [`RequestError`]
pub fn take_file_off(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    (id, file): (RequestId, Id),
) -> Result<Request, RequestError> {
    let request = held(tx, by, (id, None))?;
    let row = params![file, id, person_of(step)];
    if tx.execute(queries::TAKE_OFF, &row)? == 0 {
        return Err(RequestError::State("The file has left with the answer."));
    }
    let detail = serde_json::json!({ "file": file.to_string() });
    Work::on(tx, step, request).finish("RequestFileTakenOff", &detail)
}

/// Puts a tag on a request.
///
/// # Errors
///
/// [`RequestError`]
pub fn add_tag(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    id: RequestId,
    tag: &str,
) -> Result<Request, RequestError> {
    let request = held(tx, by, (id, None))?;
    let tag = tag.trim().to_lowercase();
    let whole = !tag.is_empty() && tag.chars().count() <= LONGEST_TAG && !tag.contains(',');
    if !whole {
        return Err(Fault::BadTag.into());
    }
    tx.execute(queries::ADD_TAG, &params![id, &tag])?;
    Work::on(tx, step, request).finish("RequestTagged", &serde_json::json!({}))
}

/// Takes a tag off a request.
///
/// # Errors
///
/// [`RequestError`]
pub fn drop_tag(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    id: RequestId,
    tag: &str,
) -> Result<Request, RequestError> {
    let request = held(tx, by, (id, None))?;
    tx.execute(queries::DROP_TAG, &params![id, tag])?;
    Work::on(tx, step, request).finish("RequestUntagged", &serde_json::json!({}))
}

/// Something to do.
#[derive(Clone, Debug, Default)]
pub struct NewTask {
    /// What.
    pub title: String,
    /// Who is to do it.
    pub assignee: Option<PersonId>,
    /// Until the end of which day.
    pub due_on: Option<Date>,
}

/// Adds something to do.
///
/// # Errors
///
/// [`RequestError`]
pub fn add_task(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    id: RequestId,
    task: &NewTask,
) -> Result<Request, RequestError> {
    let request = held(tx, by, (id, None))?;
    let title: String = task.title.trim().chars().take(LONGEST_TITLE).collect();
    if title.is_empty() {
        return Err(Fault::NoText.into());
    }
    if let Some(assignee) = task.assignee {
        active(tx, assignee)?;
    }
    let due_on = task.due_on.map(|day| day.to_string());
    let mut work = Work::on(tx, step, request);
    let row = params![
        work.id()?,
        id,
        &title,
        step.act.at,
        person_of(step),
        task.assignee,
        &due_on,
    ];
    tx.execute(queries::ADD_TASK, &row)?;
    work.finish("RequestTaskAdded", &serde_json::json!({}))
}

/// Says that something to do is done, or is not.
///
/// # Errors
///
/// [`RequestError`]
pub fn turn_task(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    id: RequestId,
    (task, done): (Id, bool),
) -> Result<Request, RequestError> {
    let request = held(tx, by, (id, None))?;
    let at = done.then_some(step.act.at);
    let who = person_of(step).filter(|_| done);
    if tx.execute(queries::TURN_TASK, &params![task, id, at, who])? == 0 {
        return Err(RequestError::Missing);
    }
    Work::on(tx, step, request).finish("RequestTaskTurned", &serde_json::json!({ "done": done }))
}

/// Sets a request aside until then; brings it back with an instant that has been.
///
/// # Errors
///
/// [`RequestError`]
pub fn snooze_request(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    at: (RequestId, Option<u32>),
    until: Instant,
) -> Result<Request, RequestError> {
    let request = held(tx, by, at)?;
    not_over(&request)?;
    let mut work = Work::on(tx, step, request);
    work.request.snoozed_until = if until > step.act.at {
        until
    } else {
        Instant::from_micros(0)
    };
    work.finish("RequestSnoozed", &serde_json::json!({}))
}

/// What one request is of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// The same matter.
    Duplicate,
    /// It came of the other.
    FollowUp,
    /// They have to do with each other.
    Related,
}

impl LinkKind {
    /// From its word.
    pub fn named(word: &str) -> Option<Self> {
        let all = [Self::Duplicate, Self::FollowUp, Self::Related];
        all.into_iter().find(|kind| kind.name() == word)
    }

    /// As it is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::FollowUp => "follow-up",
            Self::Related => "related",
        }
    }
}

/// The other request, by the number that people call it by.
fn other(tx: &Write<'_>, by: &By, id: RequestId, number: &str) -> Result<Request, RequestError> {
    let found = numbered(tx, by, number)?;
    let found = found.filter(|found| found.id != id);
    Ok(found.ok_or(Fault::UnknownRequest)?)
}

fn numbered(read: &Read<'_>, by: &By, number: &str) -> Result<Option<Request>, StoreError> {
    let number = number
        .trim()
        .trim_start_matches(['R', 'r'])
        .trim_start_matches('-');
    let Ok(number) = number.parse::<i64>() else {
        return Ok(None);
    };
    let asked = queries::asked(&by.handle, params![number]);
    read.maybe(queries::NUMBERED, &asked)
}

/// The request that several become part of: the one with the number that is named, else the oldest of them that is not over.
///
/// # Errors
///
/// As the database says.
pub fn survivor_of(
    read: &Read<'_>,
    by: &By,
    ids: &[RequestId],
    named: Option<&str>,
) -> Result<Option<Request>, StoreError> {
    if let Some(number) = named {
        let found = numbered(read, by, number)?;
        return Ok(found.filter(|found| not_over(found).is_ok()));
    }
    let mut oldest: Option<Request> = None;
    for id in ids {
        let Some(found) = queries::one(read, &by.handle, *id)? else {
            continue;
        };
        let is_older = oldest.as_ref().is_none_or(|before| {
            (found.received_at, found.number) < (before.received_at, before.number)
        });
        if is_older && not_over(&found).is_ok() {
            oldest = Some(found);
        }
    }
    Ok(oldest)
}

/// Says what a request is of another.
///
/// # Errors
///
/// [`RequestError`]
pub fn link_requests(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    id: RequestId,
    (kind, number): (LinkKind, &str),
) -> Result<Request, RequestError> {
    let request = held(tx, by, (id, None))?;
    let other = other(tx, by, id, number)?;
    let row = params![id, other.id, kind.name(), step.act.at];
    tx.execute(queries::ADD_LINK, &row)?;
    let detail = serde_json::json!({ "to": other.id.to_string(), "kind": kind.name() });
    Work::on(tx, step, request).finish("RequestLinked", &detail)
}

/// Takes back what a request is of another.
///
/// # Errors
///
/// [`RequestError`]
pub fn drop_link(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    (id, other): (RequestId, RequestId),
) -> Result<Request, RequestError> {
    let request = held(tx, by, (id, None))?;
    tx.execute(queries::DROP_LINK, &params![id, other])?;
    tx.execute(queries::DROP_LINK, &params![other, id])?;
    Work::on(tx, step, request).finish("RequestUnlinked", &serde_json::json!({}))
}

/// Makes a request part of another of the same client, which lives on: the earliest promise is kept there, and the clocks of
/// this one end. Its words stay where they are.
///
/// # Errors
///
/// [`RequestError`]
pub fn merge_request(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    at: (RequestId, Option<u32>),
    number: &str,
) -> Result<Request, RequestError> {
    let request = held(tx, by, at)?;
    not_over(&request)?;
    let into = other(tx, by, request.id, number)?;
    not_over(&into)?;
    if into.client != request.client {
        return Err(RequestError::State(
            "The other request is of another client. Link the two instead.",
        ));
    }
    let (id, mark) = (request.id, request.mark());
    let mut work = Work::on(tx, step, request);
    work.request.merged_into = Some(into.id);
    work.request.closed_at = Some(step.act.at);
    work.no_longer_waits();
    let said = work.said();
    let now = work.at();
    work.tell_of(Told::Merged(into.id), &said, now)?;
    // A mail that waits goes on waiting there, since then.
    let (waits,): (Option<Instant>,) = tx.one(queries::MAIL_WAITS_SINCE, &params![id])?;
    if waits.is_some() {
        work.mail_ended(NO_ANSWER)?;
    }
    work.machine(&format!("Became part of {}", into.mark()), "close")?;
    tx.execute(queries::ADD_LINK, &params![id, into.id, "merged", now])?;
    tx.execute(queries::MOVE_TAGS, &params![id, into.id])?;
    let detail = serde_json::json!({ "into": into.id.to_string() });
    let gone = work.finish("RequestMerged", &detail)?;
    took_in(tx, step, into, (&mark, waits))?;
    Ok(gone)
}

/// The survivor says so in its thread. Its ids are the last of the step: the first are used by the one that is gone.
fn took_in(
    tx: &Write<'_>,
    step: &Step,
    into: Request,
    (mark, waits): (&str, Option<Instant>),
) -> Result<(), RequestError> {
    let mut work = Work::on(tx, step, into);
    work.skip_to_second_half();
    if let Some(since) = waits {
        let said = work.said();
        work.mail_came(&said, since)?;
    }
    work.machine(&format!("Took in {mark}"), "close")?;
    work.finish_quietly()
}
