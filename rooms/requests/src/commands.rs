//! What can be done in the room. Each command runs in the caller's transaction: it looks whether it may, then writes the rows,
//! the document of the search, the events and the entry of the audit, all of which are kept together or not at all.
//!
//! Ids and instants come ready-made, since a transaction may run again.

mod bulk;
mod change;
mod close;
mod correct;
mod error;
mod hands;
mod hang;
mod leaving;
mod mail;
mod open;
mod portal;
mod priority;
mod promises;
mod resolve;
mod settings;
mod split;
mod steps;
mod talk;
mod texts;
mod visitor;
mod work;
mod write;

use std::fmt;
use std::sync::{Arc, Mutex};

use kept_accounts::access::{Denied, Scope};
use kept_accounts::commands::Act;
use kept_accounts::model::PersonId;
use kept_journal::{InForce, live};
use kept_kernel::{Id, Instant};
use kept_store::{Write, params};

pub use bulk::{
    AT_ONCE, LeftOut, MOST as MOST_SELECTED, Progress, Steps, begin_bulk, go_on_with_bulk,
    left_out_of, progress, undo_bulk,
};
pub use change::Change;
pub(crate) use close::gates_in_words;
pub use close::{Closing, End, close_request, end_request, reopen_request};
pub use correct::{Correction, correct_request};
pub use error::{OpenRequestError, RequestError};
pub use hands::{Rerouting, assign_request, reroute_request};
pub use hang::{
    LARGEST_FILE, LinkKind, NewTask, add_file, add_tag, add_task, drop_link, drop_tag,
    enclose_file, link_requests, merge_request, snooze_request, survivor_of, take_file_off,
    turn_task,
};
pub use leaving::{Leaves, Outgoing, hasten_answer, keep_outgoing, recall_answer};
pub(crate) use leaving::{Leaving, leave, leaving_of, next_morning, stop, writer_of};
pub use mail::{mail_adds, mail_opens, mail_tells};
pub use open::open_request;
pub(crate) use portal::MOST_FILES;
pub use portal::{NewAsk, Sent, contact_asks, contact_confirms, contact_rejects, contact_replies};
pub use priority::{Judged, prioritise_request};
pub use promises::{Promised, keep_promise, withdraw_promise};
pub use resolve::{
    CLOSING_NOTICE, RESOLUTION, Resolving, confirm_resolution, resolve_request, send_notice,
};
pub use settings::{
    NewRoute, WAYS, add_house_word, add_macro, add_route, drop_view, keep_view, retire_house_word,
    retire_macro, retire_route,
};
pub use split::{IDS_OF_SPLIT, MOST_MOVED, Splitting, split_request};
pub use steps::{STEPS, StepDone, do_step};
pub use talk::{
    Answer, acknowledge_request, admit_person, client_writes, end_waiting, needs_no_answer,
    note_request, reply_to_request, wait_for,
};
pub use visitor::{allow_sites, visitor_asks};
pub(crate) use work::{Work, is_picture};
pub use write::{open_first, write_first};

use crate::client_pages::ClientPages;
use crate::model::{Request, RequestId};
use crate::queries;
use crate::telling::Doer;
use crate::texts::Texts;

/// So many ids a command needs at most.
const IDS: usize = 24;

/// An act by somebody, now, with ids for all that it may make. Made outside the transaction, by
/// [`Room::step`](crate::Room::step).
#[derive(Clone)]
pub struct Step {
    /// Who, when, and the entry of the audit.
    pub act: Act,
    /// Who did it, as the rules see it.
    pub doer: Doer,
    /// The rules by which it is judged.
    pub rules: Arc<InForce>,
    /// Whoever keeps texts.
    pub(crate) texts: Arc<dyn Texts>,
    /// Where clients look by themselves.
    pub(crate) client_pages: Arc<dyn ClientPages>,
    pub(crate) ids: [Id; IDS],
    /// For a client that is new.
    pub(crate) clients: kept_clients::commands::Step,
    /// What was found of the client before the turn to write; whoever takes it first has it.
    pub(crate) ahead: Arc<Mutex<Option<live::Ahead>>>,
}

impl fmt::Debug for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Step({:?})", self.act)
    }
}

/// How far whoever acts reaches: with the right to work on requests, and with the right to give work to others.
#[derive(Clone, Debug)]
pub struct By {
    /// For taking, answering and closing.
    pub handle: Scope,
    /// For giving to others, and for what management may.
    pub assign: Scope,
}

impl By {
    /// Who it is; none: a program without a person.
    pub fn person(&self) -> Option<PersonId> {
        self.handle.person().or_else(|| self.assign.person())
    }
}

/// The request as it stands, for whoever may work on it, when it is as they saw it; held until the transaction ends.
pub(crate) fn held(
    tx: &Write<'_>,
    by: &By,
    (id, revision): (RequestId, Option<u32>),
) -> Result<Request, RequestError> {
    let request = held_by(tx, &by.handle, id)?;
    as_seen(request.ok_or(RequestError::Missing)?, revision)
}

/// The same, for whoever may work on it or give it to others.
pub(crate) fn held_to_give(
    tx: &Write<'_>,
    by: &By,
    (id, revision): (RequestId, Option<u32>),
) -> Result<Request, RequestError> {
    let request = match held_by(tx, &by.handle, id)? {
        Some(request) => Some(request),
        None => held_by(tx, &by.assign, id)?,
    };
    as_seen(request.ok_or(RequestError::Missing)?, revision)
}

fn held_by(tx: &Write<'_>, scope: &Scope, id: RequestId) -> Result<Option<Request>, Denied> {
    if scope.is_nothing() {
        return Ok(None);
    }
    scope.confirm(tx)?;
    tx.execute(queries::HOLD, &params![id])?;
    Ok(queries::one(tx, scope, id)?)
}

fn as_seen(request: Request, revision: Option<u32>) -> Result<Request, RequestError> {
    match revision {
        Some(seen) if seen != request.revision => Err(RequestError::Changed),
        _ => Ok(request),
    }
}

/// The same for what is over: nothing is done on it but reopening.
fn not_over(request: &Request) -> Result<(), RequestError> {
    if request.merged_into.is_some() {
        return Err(RequestError::State(
            "This request has become part of another one. Go on there.",
        ));
    }
    if request.closed_at.is_some() {
        return Err(RequestError::State(
            "This request is closed. Reopen it first.",
        ));
    }
    Ok(())
}

/// An instant at which something was said to happen: never after now.
fn past(at: Instant, now: Instant) -> Instant {
    at.min(now)
}
