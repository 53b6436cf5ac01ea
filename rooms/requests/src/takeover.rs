//! Requests of another house, taken over as they stand with what was said on them: rows alone. What happened to them comes with
//! an import of their history, under the same ids; so nothing is told to the journal here, and nobody gets a mail.

use kept_accounts::model::PersonId;
use kept_journal::audit::{self, Entry, Who};
use kept_kernel::{Id, Instant};
use kept_store::{Store, StoreError, Write, params};

use crate::model::{Message, NEVER, Request, RequestId, Voice};
use crate::{due, numbers, queries, search};

/// So many deadlines are looked at in one transaction.
const AT_ONCE: u32 = 500;

/// A request as it stands in the other house.
#[derive(Clone, Debug)]
pub struct OldRequest {
    /// The request. Its names, its deadline and its count of messages are not read: they follow from the rows.
    pub request: Request,
    /// What was said, in order. Places follow from the order.
    pub messages: Vec<Message>,
    /// Who has read all of it.
    pub read_by: Vec<PersonId>,
}

/// Writes requests with what was said on them, and one entry of the audit. New requests get the numbers after theirs. The caller
/// makes transactions of a size that others can wait for.
///
/// # Errors
///
/// As the database says: also where one of the ids or numbers is there already.
pub fn take_over(
    tx: &Write<'_>,
    requests: &[OldRequest],
    (entry, who, now): (Id, Who, Instant),
) -> Result<(), StoreError> {
    for old in requests {
        let row = row(old);
        queries::add(tx, &row)?;
        messages(tx, old)?;
        for person in &old.read_by {
            tx.put(queries::SEEN, &params![*person, row.id, row.messages, now])?;
        }
        let said = old.messages.iter();
        let said = said.filter(|said| said.voice != Voice::Machine);
        let said = said.map(|said| said.text.as_str());
        search::begin(tx, &row, said.take(search::MOST_MESSAGES))?;
    }
    if let Some(last) = requests.iter().map(|old| old.request.number).max() {
        numbers::go_on_from(tx, last)?;
    }
    let detail = serde_json::json!({ "requests": requests.len() }).to_string();
    let entry = Entry {
        id: entry,
        at: now,
        who,
        act: "RequestsTakenOver",
        object: "request",
        object_id: "",
        detail: &detail,
    };
    audit::write(tx, &entry)
}

/// The row of a request, with what follows from its messages.
fn row(old: &OldRequest) -> Request {
    let mut spoken = old.messages.iter();
    let last = spoken.rfind(|said| said.voice != Voice::Machine);
    let (last_at, last_voice) = last.map_or((old.request.received_at, Voice::Client), |said| {
        (said.at, said.voice)
    });
    Request {
        due_at: NEVER,
        due_opened_at: None,
        due_rule: None,
        messages: old.messages.len() as u32,
        last_at,
        last_voice,
        merged_into: None,
        revision: 1,
        ..old.request.clone()
    }
}

fn messages(tx: &Write<'_>, old: &OldRequest) -> Result<(), StoreError> {
    let rows: Vec<_> = old
        .messages
        .iter()
        .zip(1_u32..)
        .map(|(said, place)| {
            let contact = old.request.contact.filter(|_| said.voice == Voice::Client);
            params![
                old.request.id,
                place,
                said.id,
                said.voice.name(),
                &said.channel,
                said.author,
                contact,
                &said.text,
                &said.clause,
                said.at,
            ]
        })
        .collect();
    tx.put_each(queries::ADD_MESSAGE, &rows)
}

/// Writes down the next deadline of each open request as the judgement in force has it: after requests were taken over and their
/// history was judged. What is judged later is followed by the room itself.
///
/// # Errors
///
/// As the database says.
pub fn follow_deadlines(store: &Store) -> Result<(), StoreError> {
    let mut after = Id::default();
    loop {
        let last = store
            .write(move |tx| {
                let open: Vec<(Id,)> = tx.all(queries::STILL_OPEN, &params![after, AT_ONCE])?;
                for (id,) in &open {
                    due::refresh(tx, RequestId(*id))?;
                }
                Ok::<_, StoreError>(open.last().map(|(id,)| *id))
            })
            .wait()?;
        match last {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}
