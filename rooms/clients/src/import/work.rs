//! Lists under way: a piece at a time, from where the last one ended.

use std::sync::Arc;

use kept_accounts::access::{Action, Scope, for_kept};
use kept_journal::audit::Who;
use kept_kernel::{Id, Instant};
use kept_store::{StoreError, Write, params};

use super::fill::{Filled, unfill};
use super::lines::{Outcome, Steps, done, said, tried};
use super::{Import, ListLine};
use crate::commands::{ClientError, archive_client, remove_contact};
use crate::model::{Client, ClientId, ContactId};
use crate::queries;
use crate::room::Room;

/// So many lines at once: others can write in between.
const AT_ONCE: u32 = 25;
/// Where the facts come from that a list brings.
const SOURCE: &str = "imported";
/// The lines of a list are kept so long.
const KEPT: i64 = 30 * 86_400_000_000;

/// A round of the job: all that is under way to its end, and old lines thrown away.
pub(crate) fn round(room: &Room) -> Result<(), StoreError> {
    let under_way: Vec<(Id,)> = room
        .store
        .read(|read| read.all(super::UNDER_WAY, &[]))
        .wait()?;
    for (id,) in under_way {
        while piece(room, id)? {
            room.any_changed();
        }
        room.any_changed();
    }
    let before = room.world.now().plus_micros(-KEPT);
    let swept = room.store.write(move |tx| sweep(tx, before));
    swept.wait()
}

fn sweep(tx: &Write<'_>, before: Instant) -> Result<(), StoreError> {
    let over: Vec<(Id,)> = tx.all(super::OVER, &params![before])?;
    for (id,) in over {
        tx.execute(super::DROP_LINES, &params![id])?;
        tx.execute(super::EMPTY, &params![id])?;
    }
    Ok(())
}

/// The next lines of a list; whether there are more.
fn piece(room: &Room, id: Id) -> Result<bool, StoreError> {
    let by = room
        .store
        .read(move |read| read.one::<Import>(super::IMPORT, &params![id]))
        .wait()?;
    let who = by
        .taken_by
        .map_or(Who::Kept, |(person, _)| Who::Person(person));
    let steps: Arc<Vec<Steps>> = Arc::new(
        (0..AT_ONCE)
            .map(|_| std::array::from_fn(|_| room.step(who).from_source(SOURCE)))
            .collect(),
    );
    let written = room.store.write(move |tx| {
        lines(tx, &steps, id).map_err(|error| match error {
            ClientError::Store(error) => error,
            // What a line cannot do stands with the line.
            _ => StoreError::Missing("IMPORT"),
        })
    });
    written.wait()
}

fn lines(tx: &Write<'_>, steps: &[Steps], id: Id) -> Result<bool, ClientError> {
    tx.execute(super::HOLD_IMPORT, &params![id])?;
    let import: Import = tx.one(super::IMPORT, &params![id])?;
    let scope = for_kept(Action::EditClients);
    let next: Vec<ListLine> = tx.all(super::LINES, &params![id, import.at_line, AT_ONCE])?;
    let Some(last) = next.last() else {
        let end = match import.state.as_str() {
            "checking" => "checked",
            "running" => "done",
            "undoing" => "undone",
            // Somebody else has brought it to its end.
            _ => return Ok(false),
        };
        tx.execute(super::GO_ON, &params![id, end, import.at_line])?;
        return Ok(false);
    };
    for (line, steps) in next.iter().zip(steps) {
        let outcome = one(tx, (steps, &scope), &import, line)?;
        let Some(outcome) = outcome else {
            return Ok(false);
        };
        tx.execute(
            super::SET_LINE,
            &params![
                id,
                line.line,
                outcome.what,
                &outcome.words,
                &outcome.word,
                &outcome.mail,
                outcome.client,
                outcome.contact,
                &outcome.remark,
                &outcome.filled.text(),
                outcome.changes,
            ],
        )?;
    }
    tx.execute(super::GO_ON, &params![id, &import.state, last.line])?;
    Ok(true)
}

fn one(
    tx: &Write<'_>,
    (steps, scope): (&Steps, &Scope),
    import: &Import,
    line: &ListLine,
) -> Result<Option<Outcome>, ClientError> {
    let [first, ..] = steps;
    let own = super::fields(tx)?;
    let words = (&first.rules.register, &own[..]);
    Ok(match import.state.as_str() {
        "checking" => {
            let is_earlier = |sql, word: &str| {
                let found: Option<(i64,)> = tx.maybe(sql, &params![import.id, word, line.line])?;
                Ok(found.is_some())
            };
            let said = said(
                words,
                (&import.system, &import.columns, &import.uses),
                &line.cells,
            );
            Some(tried(tx, &import.system, said, is_earlier)?)
        }
        "running" => {
            let said = said(
                words,
                (&import.system, &import.columns, &import.uses),
                &line.cells,
            );
            Some(done(tx, steps, scope, (import, said))?)
        }
        "undoing" => Some(undone(tx, steps, scope, (import.id, line))?),
        _ => None,
    })
}

/// Takes a line back: the contact is removed, what was filled in is emptied, the key is forgotten, and the client archived, where
/// this line brought them and nobody has touched them since.
fn undone(
    tx: &Write<'_>,
    [first, second, third, fourth, ..]: &Steps,
    scope: &Scope,
    (import, line): (Id, &ListLine),
) -> Result<Outcome, ClientError> {
    let brought_client = matches!(line.outcome.as_str(), "client" | "both");
    let brought_contact = matches!(line.outcome.as_str(), "contact" | "both");
    let brought = brought_client || brought_contact || line.outcome == "filled";
    let mut outcome = Outcome {
        what: if brought { "undone" } else { "known" },
        words: line.words.clone(),
        client: line.client,
        contact: line.contact,
        changes: line.changes,
        ..Outcome::default()
    };
    if let Some(contact) = line.contact.filter(|_| brought_contact) {
        match remove_contact(tx, first, scope, ContactId(contact)) {
            Ok(_) | Err(ClientError::Missing | ClientError::Conflict(_)) => {}
            Err(other) => return Err(other),
        }
    }
    let Some(client) = line.client.filter(|_| brought) else {
        return Ok(outcome);
    };
    if brought_client {
        if is_touched(tx, import, client)? {
            outcome.what = "kept";
            "Somebody has worked on this client since. It stays.".clone_into(&mut outcome.remark);
        } else {
            archive_client(tx, second, scope, ClientId(client))?;
        }
    } else {
        let filled = Filled::of(&line.filled);
        outcome.changes += unfill(tx, [third, fourth], scope, (ClientId(client), &filled))?;
    }
    if outcome.what != "kept" {
        tx.execute(queries::TAKE_OUTER_KEYS, &params![client, import])?;
    }
    Ok(outcome)
}

/// Whether somebody has worked on a client since a list brought it, or another list has said more of it.
fn is_touched(tx: &Write<'_>, import: Id, client: Id) -> Result<bool, StoreError> {
    let found: Client = tx.one(queries::ANY, &params![client])?;
    let (by_lists,): (i64,) = tx.one(super::CHANGES_BY_LISTS, &params![client])?;
    let by_others = i64::from(found.revision) > 1 + by_lists;
    let other: Option<(Id,)> = tx.maybe(super::OTHER_LIST, &params![client, import])?;
    Ok(by_others || found.card.merged_into.is_some() || other.is_some())
}
