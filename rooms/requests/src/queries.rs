//! All SQL of the room, and its questions that only read. No list and no single record is asked for without a scope.

mod lists;
mod mailed;
mod more;
mod wording;

use kept_accounts::access::Scope;
use kept_accounts::model::PersonId;
use kept_accounts::within_scope;
use kept_kernel::{Id, Instant};
use kept_store::{Read, StoreError, Value, Write, params, statements};

pub(crate) use lists::{Asked, Filter, Line, Listed, MOST_COUNTED, Numbers, counts, list, whole};
pub(crate) use mailed::*;
pub(crate) use more::*;
pub(crate) use wording::*;

use crate::model::{FileRow, Message, Request, RequestId};

/// The requests in reach: of whom they are with, of the team, and of the account team of the client.
macro_rules! in_reach {
    () => {
        within_scope!(
            id: "q.id", owner: "q.assignee", team: "q.team",
            assigned: "client_team a WHERE a.client = q.client AND a.person",
            params: 1, 2, 3, 4, 5
        )
    };
}
pub(crate) use in_reach;

/// What a [`Request`] is read from; `q` is the request.
macro_rules! columns {
    () => {
        "q.id, q.number, q.client, c.name, c.tier, q.contact, k.name, k.email, q.channel, q.subject, q.category,
            q.urgency, q.impact, q.priority, q.department, q.state, q.ending, q.resolution, q.reason, q.assignee, p.name,
            q.team, t.name, q.expected_at, q.update_at, q.contacted_at, q.received_at, q.acknowledged_at, q.answered_at,
            q.prioritised_at, q.escalated_at, q.agreed_at, q.waiting_since, q.resolved_at, q.notice_at, q.confirmed_at,
            q.closed_at, q.reopened_at, q.complex_at, q.snoozed_until, q.due_at, q.due_opened_at, q.due_rule, q.messages,
            q.last_at, q.last_voice, q.merged_into, q.revision"
    };
}
pub(crate) use columns;

/// The tables of [`columns!`].
macro_rules! tables {
    () => {
        " FROM requests q
         JOIN clients c ON c.id = q.client
         LEFT JOIN contacts k ON k.id = q.contact
         LEFT JOIN people p ON p.id = q.assignee
         LEFT JOIN teams t ON t.id = q.team "
    };
}
pub(crate) use tables;

macro_rules! request {
    ($($rest:expr),+) => {
        concat!("SELECT ", crate::queries::columns!(), crate::queries::tables!(), $($rest),+)
    };
}

statements! {
    NAMES = "SELECT id, number, subject FROM requests WHERE id IN LIST($1)";
    ONE = request!("WHERE q.id = $6 AND ", in_reach!());
    NUMBERED = request!("WHERE q.number = $6 AND ", in_reach!());
    /// Without a scope: for the room's own work.
    ANY = request!("WHERE q.id IN LIST($1) ORDER BY q.id");
    AFTER = request!("WHERE q.id > $1 AND q.merged_into IS NULL ORDER BY q.id LIMIT $2");
    /// Held until the transaction ends, on PostgreSQL too.
    HOLD = "UPDATE requests SET revision = revision WHERE id = $1";
    /// The row whole, once: what changes it afterwards writes each index again that has one of its columns.
    ADD = "INSERT INTO requests (id, number, client, contact, channel, subject, category, urgency, impact, priority, department,
               state, ending, resolution, reason, assignee, team, expected_at, update_at, contacted_at, received_at, acknowledged_at,
               answered_at, prioritised_at, escalated_at, agreed_at, waiting_since, resolved_at, notice_at, confirmed_at, closed_at,
               reopened_at, complex_at, snoozed_until, due_at, due_opened_at, due_rule, messages, last_at, last_voice, revision)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
               $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41)";
    /// What people and teams are called, where a request is made.
    CALLED = "SELECT (SELECT name FROM people WHERE id = $1), (SELECT name FROM teams WHERE id = $2),
                  (SELECT name FROM contacts WHERE id = $3), (SELECT email FROM contacts WHERE id = $3)";
    STILL_OPEN = "SELECT id FROM requests WHERE closed_at IS NULL AND id > $1 ORDER BY id LIMIT $2";
    SAVE = "UPDATE requests SET contact = $3, subject = $4, category = $5, urgency = $6, impact = $7, priority = $8,
               department = $9, state = $10, ending = $11, resolution = $12, reason = $13, assignee = $14, team = $15,
               expected_at = $16, update_at = $17, acknowledged_at = $18, answered_at = $19, prioritised_at = $20,
               escalated_at = $21, agreed_at = $22, waiting_since = $23, resolved_at = $24, notice_at = $25,
               confirmed_at = $26, closed_at = $27, reopened_at = $28, complex_at = $29, snoozed_until = $30, messages = $31,
               last_at = $32, last_voice = $33, merged_into = $34, due_at = $35, due_opened_at = $36, due_rule = $37,
               revision = $2 + 1
            WHERE id = $1 AND revision = $2";
    SET_DUE = "UPDATE requests SET due_at = $2, due_opened_at = $3, due_rule = $4
               WHERE id = $1 AND (due_at <> $2 OR coalesce(due_rule, '') <> coalesce($4, ''))";
    ADD_MESSAGE = "INSERT INTO request_messages (request, place, id, voice, channel, author, contact, text, clause, at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    MESSAGES = "SELECT m.place, m.id, m.voice, m.channel, m.author, coalesce(p.name, k.name), m.text, m.clause, m.at
                FROM request_messages m LEFT JOIN people p ON p.id = m.author LEFT JOIN contacts k ON k.id = m.contact
                WHERE m.request = $1 AND m.place > $2 ORDER BY m.place LIMIT $3";
    MESSAGE = "SELECT m.place, m.id, m.voice, m.channel, m.author, coalesce(p.name, k.name), m.text, m.clause, m.at
                FROM request_messages m LEFT JOIN people p ON p.id = m.author LEFT JOIN contacts k ON k.id = m.contact
                WHERE m.id = $1";
    SAID_AT = "SELECT place, channel, contact, text, at FROM request_messages
               WHERE request = $1 AND place IN LIST($2) AND voice = 'client' ORDER BY place LIMIT 50";
    WORDS = "SELECT text FROM request_messages WHERE request = $1 AND voice <> 'machine' ORDER BY place LIMIT $2";
    // Those that lie ready for an answer, those of the first message, and those of the messages after a place.
    FILES = "SELECT id, place, name, size FROM request_files WHERE request = $1 AND (place <= 1 OR place > $2)
             ORDER BY place, id LIMIT 2000";
    FILE = "SELECT name, content FROM request_files WHERE id = $1 AND request = $2";
    /// One that may be shown on a page: a stranger's, of whom nothing is known but what they wrote in the web form, never is.
    PICTURE = "SELECT f.name, f.content FROM request_files f WHERE f.id = $1 AND f.request = $2
               AND NOT EXISTS (SELECT 1 FROM request_messages m WHERE m.request = f.request AND m.place = f.place
                               AND m.voice = 'client' AND m.channel = 'web form')";
    ADD_FILE = "INSERT INTO request_files (id, request, place, name, size, content, added_at, added_by)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
}

/// Every statement of the room, for the checks.
pub fn statements() -> Vec<kept_store::Sql> {
    [
        STATEMENTS,
        lists::STATEMENTS,
        mailed::STATEMENTS,
        more::STATEMENTS,
        wording::STATEMENTS,
        crate::said::STATEMENTS,
        crate::read::STATEMENTS,
    ]
    .concat()
}

/// A request within reach.
pub(crate) fn one(
    read: &Read<'_>,
    scope: &Scope,
    id: RequestId,
) -> Result<Option<Request>, StoreError> {
    read.maybe(ONE, &asked(scope, params![id]))
}

/// The parameters of a statement within a scope: those of the scope, and the rest.
pub(crate) fn asked<'a, const N: usize>(scope: &'a Scope, rest: [Value<'a>; N]) -> Vec<Value<'a>> {
    let [all, own, team, assigned, opened] = scope.params();
    let mut params = vec![all, own, team, assigned, opened];
    params.extend(rest);
    params
}

/// Writes the row of a new request.
pub(crate) fn add(tx: &Write<'_>, one: &Request) -> Result<(), StoreError> {
    tx.put(
        ADD,
        &params![
            one.id,
            one.number as i64,
            one.client,
            one.contact,
            &one.channel,
            &one.subject,
            &one.category,
            &one.urgency,
            &one.impact,
            &one.priority,
            &one.department,
            one.state().name(),
            &one.ending,
            &one.resolution,
            &one.reason,
            one.assignee,
            one.team,
            one.expected_at,
            one.update_at,
            one.contacted_at,
            one.received_at,
            one.acknowledged_at,
            one.answered_at,
            one.prioritised_at,
            one.escalated_at,
            one.agreed_at,
            one.waiting_since,
            one.resolved_at,
            one.notice_at,
            one.confirmed_at,
            one.closed_at,
            one.reopened_at,
            one.complex_at,
            one.snoozed_until,
            one.due_at,
            one.due_opened_at,
            &one.due_rule,
            one.messages,
            one.last_at,
            one.last_voice.name(),
            one.revision,
        ],
    )
}

/// A request for the room itself.
pub(crate) fn any(read: &Read<'_>, id: RequestId) -> Result<Option<Request>, StoreError> {
    read.maybe(ANY, &params![&[id.0][..]])
}

/// What was said on a request, after a place.
pub(crate) fn messages(
    read: &Read<'_>,
    id: RequestId,
    after: u32,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    read.all(MESSAGES, &params![id, after, limit])
}

/// The files of a request's first message and of those after a place, and those that lie ready for an answer.
pub(crate) fn files(
    read: &Read<'_>,
    id: RequestId,
    after: u32,
) -> Result<Vec<FileRow>, StoreError> {
    read.all(FILES, &params![id, after])
}

/// How many requests of a person are overdue; 100 stands for more.
///
/// # Errors
///
/// As the database says.
pub fn count_overdue(read: &Read<'_>, person: PersonId, now: Instant) -> Result<u64, StoreError> {
    let (count,) = read.one(COUNT_OVERDUE, &params![person, now, 100])?;
    Ok(count)
}

/// The start of a list that is cut by an instant and an id.
pub(crate) const START: (Instant, Id) = (Instant::from_micros(i64::MIN), Id::from_bytes([0; 16]));
