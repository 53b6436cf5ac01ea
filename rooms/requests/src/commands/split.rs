//! Making two requests of one: what the client asked beside the first matter gets a request of its own, with the words in which
//! they asked it. Nothing is put into anybody's mouth, and the clocks run from when the words came: also that of a mail which waits
//! for an answer, which is owed there from then on, and no longer here.

use kept_clients::ContactId;
use kept_kernel::{Id, Instant};
use kept_store::{StoreError, Write, params};

use super::close::NO_ANSWER;
use super::work::NewMessage;
use super::{By, RequestError, Step, Work, held, not_over};
use crate::model::draft::LONGEST_SUBJECT;
use crate::model::{Fault, Request, RequestId, Voice};
use crate::telling::Told;
use crate::{numbers, queries};

/// So many messages go over at once.
pub const MOST_MOVED: usize = 50;
/// With so many files.
const MOST_FILES: usize = 100;
/// So many ids it takes at most: for each message that goes over, for what becomes of it as a mail here and there, for the files.
pub const IDS_OF_SPLIT: usize = 3 * MOST_MOVED + 1 + MOST_FILES;

/// What is split off.
#[derive(Clone, Debug, Default)]
pub struct Splitting {
    /// What the new request is about.
    pub subject: String,
    /// The messages of the client that stand in it too, by their places; none: nothing was said about it yet.
    pub moved: Vec<u32>,
    /// [`IDS_OF_SPLIT`] of them, for what stands there: made beforehand, as all ids.
    pub ids: Vec<Id>,
}

/// Something that the client said.
struct Moved {
    place: u32,
    channel: String,
    contact: Option<ContactId>,
    text: String,
    at: Instant,
}

/// Splits another request off this one. The chosen messages stand in it as they came, and stay where they were. Its clocks run from
/// when the first of them came, as if the two had been kept apart from the beginning; with none of them from now.
///
/// # Errors
///
/// [`RequestError`]
pub fn split_request(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    (id, new): (RequestId, RequestId),
    splitting: &Splitting,
) -> Result<Request, RequestError> {
    let request = held(tx, by, (id, None))?;
    not_over(&request)?;
    let subject = subject_of(&splitting.subject)?;
    let moved = chosen(tx, id, &splitting.moved)?;
    let places: Vec<u32> = moved.iter().map(|one| one.place).collect();
    let waiting = waiting(tx, id, &places)?;
    let made = split_off(tx, step, (&request, new), (subject, &moved))?;
    let mut ids = splitting.ids.iter().copied();
    let mut work = Work::making(tx, step, made);
    for one in &moved {
        let id = next(&mut ids)?;
        let message = NewMessage {
            voice: Voice::Client,
            channel: &one.channel,
            author: None,
            contact: one.contact,
            text: &one.text,
            clause: None,
        };
        work.message_then((id, one.at), message);
    }
    tell(&mut work, id)?;
    for at in &waiting {
        let (said, id) = (work.said(), next(&mut ids)?);
        work.tell_mail_then("receive-email", &said, (id, *at));
    }
    work.machine(&format!("Split off {}", request.mark()), "log")?;
    let detail = serde_json::json!({ "from": id.to_string(), "messages": places });
    let made = work.finish("RequestSplit", &detail)?;
    let mut told: Vec<Id> = Vec::new();
    for _ in 0..=waiting.len() {
        told.push(next(&mut ids)?);
    }
    for (place, from) in (1..).zip(&places) {
        along(tx, (id, *from), (new, place), &mut ids)?;
    }
    tx.put(queries::ADD_LINK, &params![new, id, "split", step.act.at])?;
    let ended = elsewhere(tx, (&request, &places), (&waiting, step.act.at))?;
    let ended: Vec<(Id, Instant)> = told.into_iter().zip(ended).collect();
    gave_off(tx, step, request, (&made.mark(), &ended))?;
    Ok(made)
}

fn next(ids: &mut impl Iterator<Item = Id>) -> Result<Id, StoreError> {
    ids.next().ok_or(StoreError::Missing("ids of a split"))
}

/// When those of them came that are mails and wait for an answer, in their order.
fn waiting(tx: &Write<'_>, id: RequestId, places: &[u32]) -> Result<Vec<Instant>, StoreError> {
    let places: Vec<i64> = places.iter().copied().map(i64::from).collect();
    let rows: Vec<(u32, Instant)> = tx.all(queries::WAITING_AT, &params![id, &places[..]])?;
    Ok(rows.into_iter().map(|(_, at)| at).collect())
}

/// They wait there, and no longer here. When that is told of the conversation here: as each of them came, as if it had never waited
/// here, so that a mail which stays runs from when it came itself. What came after one that stays changed nothing, since the clock ran.
fn elsewhere(
    tx: &Write<'_>,
    (from, places): (&Request, &[u32]),
    (waiting, now): (&[Instant], Instant),
) -> Result<Vec<Instant>, StoreError> {
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<i64> = places.iter().copied().map(i64::from).collect();
    tx.execute(queries::WAIT_ELSEWHERE, &params![from.id, &places[..]])?;
    let (stays,): (Option<Instant>,) = tx.one(queries::MAIL_WAITS_SINCE, &params![from.id])?;
    // What came back with a request that was opened again has waited since then, and not since it came.
    let again = (stays.is_none() && from.reopened_at.is_some()).then_some(now);
    let before = waiting.iter().copied();
    let before = before.filter(|at| stays.is_none_or(|stays| *at < stays));
    Ok(before.chain(again).collect())
}

/// A subject as it may stand.
pub(super) fn subject_of(typed: &str) -> Result<&str, Fault> {
    let subject = typed.trim();
    if subject.is_empty() {
        return Err(Fault::NoSubject);
    }
    if subject.chars().count() > LONGEST_SUBJECT {
        return Err(Fault::LongSubject);
    }
    Ok(subject)
}

/// The messages of the client at these places, in their order.
fn chosen(tx: &Write<'_>, id: RequestId, places: &[u32]) -> Result<Vec<Moved>, RequestError> {
    if places.len() > MOST_MOVED {
        return Err(RequestError::State(
            "Choose fifty messages at most. Nothing was split off.",
        ));
    }
    let places: Vec<i64> = places.iter().copied().map(i64::from).collect();
    let rows: Vec<(u32, String, Option<Id>, String, Instant)> =
        tx.all(queries::SAID_AT, &params![id, &places[..]])?;
    let rows = rows.into_iter();
    let moved = rows.map(|(place, channel, contact, text, at)| Moved {
        place,
        channel,
        contact: contact.map(ContactId),
        text,
        at,
    });
    Ok(moved.collect())
}

/// The new request as it begins: of the same client and with the same people.
fn split_off(
    tx: &Write<'_>,
    step: &Step,
    (from, new): (&Request, RequestId),
    (subject, moved): (&str, &[Moved]),
) -> Result<Request, RequestError> {
    let number = numbers::next(tx)?;
    let first = moved.first();
    // What opened the first request was said when they spoke, which may be before somebody typed it.
    let (contacted_at, received_at) = match first {
        Some(first) if first.place == 1 => (from.contacted_at, from.received_at),
        Some(first) => (first.at, first.at),
        None => (step.act.at, step.act.at),
    };
    let client = (from.client, from.client_name.clone(), from.tier.clone());
    let channel = first.map_or(&from.channel, |first| &first.channel);
    Ok(Request {
        contact: from.contact,
        contact_name: from.contact_name.clone(),
        email: from.email.clone(),
        channel: channel.clone(),
        subject: subject.to_owned(),
        category: from.category.clone(),
        urgency: from.urgency.clone(),
        impact: from.impact.clone(),
        priority: from.priority.clone(),
        department: from.department.clone(),
        assignee: from.assignee,
        assignee_name: from.assignee_name.clone(),
        team: from.team,
        team_name: from.team_name.clone(),
        contacted_at,
        ..Request::received((new, number as u64), client, received_at)
    })
}

/// It began when the words came; whoever has it got it, and wrote it down, only now.
fn tell(work: &mut Work<'_, '_>, from: RequestId) -> Result<(), StoreError> {
    let (channel, subject) = (work.request.channel.clone(), work.request.subject.clone());
    let contacted_at = work.request.contacted_at;
    let said = work
        .said()
        .choice("channel", Some(&channel))
        .instant("time of contact", Some(contacted_at))
        .text("nature", Some(&subject));
    work.tell_of(Told::Split(from), &said, contacted_at)?;
    let said = work
        .said()
        .text("nature", Some(&subject))
        .instant("time of contact", Some(contacted_at));
    work.tell("log-request", &said)?;
    if let Some(assignee) = work.request.assignee {
        let said = work.said().assignee(Some(assignee));
        work.tell("assign-request", &said)?;
    }
    Ok(())
}

/// What hangs on a message goes along: what it was as a mail, who came with it, its files.
fn along(
    tx: &Write<'_>,
    (from, from_place): (RequestId, u32),
    (new, place): (RequestId, u32),
    ids: &mut impl Iterator<Item = Id>,
) -> Result<(), RequestError> {
    let row = params![from, from_place, new, place];
    tx.execute(queries::COPY_MAIL, &row)?;
    tx.execute(queries::COPY_PEOPLE, &params![from, from_place, new])?;
    let files: Vec<(Id,)> = tx.all(queries::FILES_AT, &params![from, from_place])?;
    for (file,) in files {
        let id = ids.next().ok_or(RequestError::State(
            "So many files hang on these messages that they do not go over together. Choose fewer of them.",
        ))?;
        tx.execute(queries::COPY_FILE, &params![file, id, new, place])?;
    }
    Ok(())
}

/// The first says so in its thread. Its ids are the last of the step.
fn gave_off(
    tx: &Write<'_>,
    step: &Step,
    from: Request,
    (mark, ended): (&str, &[(Id, Instant)]),
) -> Result<(), RequestError> {
    let mut work = Work::on(tx, step, from);
    work.skip_to_second_half();
    for (id, at) in ended {
        let said = work.said();
        work.tell_mail_then(NO_ANSWER, &said, (*id, *at));
    }
    work.machine(&format!("Split into {mark}"), "log")?;
    work.finish_quietly()
}
