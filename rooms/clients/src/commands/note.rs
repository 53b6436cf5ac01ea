//! Notes about a client, for the next person.

use kept_accounts::access::Scope;
use kept_kernel::Id;
use kept_store::{Sql, Write, params};

use super::{ClientError, Step, held};
use crate::model::{ClientId, LONGEST_LINES};
use crate::queries;

/// Writes a note. It has the person of the scope as its author.
///
/// # Errors
///
/// [`ClientError`]
pub fn write_note(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    client: ClientId,
    text: &str,
) -> Result<Id, ClientError> {
    held(tx, scope, client)?;
    let text = text.trim();
    if text.is_empty() {
        return Err(ClientError::fault(
            "text",
            "Write what the next person should know.",
        ));
    }
    if text.chars().count() > LONGEST_LINES {
        return Err(ClientError::fault(
            "text",
            "Shorten the note to 2,000 letters.",
        ));
    }
    let [note, entry, ..] = step.ids;
    let row = params![note, client, text, step.at, scope.person()];
    tx.execute(queries::ADD_NOTE, &row)?;
    entered(tx, step, (entry, "NoteWritten"), (client, note))?;
    Ok(note)
}

/// Takes a note away.
///
/// # Errors
///
/// [`ClientError`]
pub fn remove_note(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    at: (ClientId, Id),
) -> Result<(), ClientError> {
    turn(
        tx,
        step,
        (scope, at),
        (queries::REMOVE_NOTE, true, "NoteRemoved"),
    )
}

/// Undoes that.
///
/// # Errors
///
/// [`ClientError`]
pub fn return_note(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    at: (ClientId, Id),
) -> Result<(), ClientError> {
    turn(
        tx,
        step,
        (scope, at),
        (queries::RETURN_NOTE, false, "NoteReturned"),
    )
}

/// Keeps a note above the timeline, or no longer.
///
/// # Errors
///
/// [`ClientError`]
pub fn pin_note(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (client, note): (ClientId, Id),
    pinned: bool,
) -> Result<(), ClientError> {
    held(tx, scope, client)?;
    let at = pinned.then_some(step.at);
    if tx.execute(queries::PIN_NOTE, &params![note, client, at])? == 0 {
        return Err(ClientError::Missing);
    }
    let [entry, ..] = step.ids;
    let act = if pinned { "NotePinned" } else { "NoteUnpinned" };
    entered(tx, step, (entry, act), (client, note))
}

fn turn(
    tx: &Write<'_>,
    step: &Step,
    (scope, (client, note)): (&Scope, (ClientId, Id)),
    (sql, with_time, act): (Sql, bool, &str),
) -> Result<(), ClientError> {
    held(tx, scope, client)?;
    let done = if with_time {
        tx.execute(sql, &params![note, client, step.at])?
    } else {
        tx.execute(sql, &params![note, client])?
    };
    if done == 0 {
        return Err(ClientError::Missing);
    }
    let [entry, ..] = step.ids;
    entered(tx, step, (entry, act), (client, note))
}

fn entered(
    tx: &Write<'_>,
    step: &Step,
    entry: (Id, &str),
    (client, note): (ClientId, Id),
) -> Result<(), ClientError> {
    let detail = serde_json::json!({ "note": note.to_string() });
    Ok(step.audit(tx, entry, ("client", client.0), &detail)?)
}
