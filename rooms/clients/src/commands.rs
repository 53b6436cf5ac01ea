//! What can be done in the room. Each command runs in the caller's transaction: it looks whether it may, then writes the rows,
//! the document of the search, the event and the entry of the audit, all of which are kept together or not at all.
//!
//! Ids and instants come ready-made, since a transaction may run again.

mod add;

use std::fmt;
use std::sync::Arc;

use kept_accounts::commands::Act;
use kept_journal::audit::Who;
use kept_journal::events::NewEvent;
use kept_journal::{InForce, Rules, live};
use kept_kernel::{Id, Instant};
use kept_store::{StoreError, Write, params};
use kept_world::World;

pub use add::{NewClient, add_client, take_in_contact};

use crate::model::{ClientCard, ClientId, Keys};
use crate::telling::{More, Told, told};
use crate::{queries, read};

/// So many ids a command needs at most.
const IDS: usize = 8;

/// An act by somebody, now, with ids for all that it may make. Made outside the transaction.
#[derive(Clone)]
pub struct Step {
    /// By whom.
    pub who: Who,
    /// When.
    pub at: Instant,
    /// The rules by which it is judged.
    pub rules: Arc<InForce>,
    pub(crate) ids: [Id; IDS],
}

impl fmt::Debug for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Step({:?}, {})", self.who, self.at)
    }
}

impl Step {
    /// An act by somebody, now.
    pub fn new(world: &World, rules: &Rules, who: Who) -> Self {
        Self {
            who,
            at: world.now(),
            rules: rules.now(),
            ids: std::array::from_fn(|_| world.id()),
        }
    }

    /// Writes events with what they bring about under the SOPs in force.
    pub(crate) fn record(
        &self,
        tx: &Write<'_>,
        events: impl IntoIterator<Item = Option<NewEvent>>,
    ) -> Result<(), StoreError> {
        let events: Vec<NewEvent> = events.into_iter().flatten().collect();
        if !events.is_empty() {
            live::record(tx, &self.rules, &events, self.at)?;
        }
        Ok(())
    }

    /// The event about a client as it stands now.
    pub(crate) fn event(
        &self,
        id: Id,
        what: (Told<'_>, &More<'_>),
        client: &ClientCard,
    ) -> Option<NewEvent> {
        told(&self.rules, what, client, (id, self.who, self.at))
    }

    /// Writes an entry of the audit.
    pub(crate) fn audit(
        &self,
        tx: &Write<'_>,
        (entry, act): (Id, &str),
        (object, id): (&str, Id),
        detail: &serde_json::Value,
    ) -> Result<(), StoreError> {
        let act_of = Act {
            who: self.who,
            at: self.at,
            entry,
        };
        act_of.write(tx, act, (object, &id.to_string()), detail)
    }
}

/// What the room calls a client that must be there.
fn standing(tx: &Write<'_>, id: ClientId) -> Result<ClientCard, StoreError> {
    read::any_client(tx, id)?.ok_or(StoreError::Missing("ANY_CARD"))
}

/// Remembers what a client is recognised by, and who else is.
fn recognise(tx: &Write<'_>, id: ClientId, keys: &Keys, at: Instant) -> Result<(), StoreError> {
    let rows: Vec<_> = keys
        .0
        .iter()
        .map(|(kind, word)| params![id, *kind, word])
        .collect();
    tx.execute_each(queries::ADD_KEY, &rows)?;
    for (kind, word) in &keys.0 {
        let same: Vec<(Id,)> = tx.all(queries::SAME_KEY, &params![*kind, word, id])?;
        for (other,) in same {
            let (one, other) = (id.0.min(other), id.0.max(other));
            tx.execute(queries::ADD_PAIR, &params![one, other, *kind, at])?;
        }
    }
    Ok(())
}
