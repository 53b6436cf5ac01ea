//! What can be done in the room. Each command runs in the caller's transaction: it looks whether it may, then writes the rows,
//! the document of the search, the event and the entry of the audit, all of which are kept together or not at all.
//!
//! Ids and instants come ready-made, since a transaction may run again.

mod add;
mod change;
mod contact;
mod error;
mod fields;
mod figures;
mod merge;
mod note;
mod own;
mod team;

use std::fmt;
use std::sync::Arc;

use kept_accounts::access::{Scope, Subject};
use kept_accounts::commands::Act;
use kept_accounts::model::PersonId;
use kept_journal::audit::Who;
use kept_journal::events::NewEvent;
use kept_journal::{InForce, Rules, live};
use kept_kernel::{Id, Instant};
use kept_store::{StoreError, Write, params};
use kept_world::World;

pub(crate) use add::put_contact;
pub use add::{add_client, take_in_contact};
pub use change::{archive_client, bring_back_client, change_client};
pub use contact::{add_contact, change_contact, remove_contact, return_contact};
pub use error::ClientError;
pub(crate) use fields::set_values;
pub use fields::{NewField, add_field, client_fills_in, retire_field, set_value};
pub use figures::{
    NewRevenue, TierByHand, add_revenue, drop_tier_by_hand, refigure, remove_revenue,
    set_tier_by_hand,
};
pub use merge::{
    STATEMENTS, Taken, merge_clients, merge_clients_taking, put_pair_aside, unmerge_clients,
};
pub use note::{pin_note, remove_note, return_note, write_note};
pub use own::{Changed, Own, Whose, contact_says};
pub(crate) use team::MANAGER;
pub use team::{join_team, leave_team};

use crate::model::{Client, ClientCard, ClientId, Keys};
use crate::queries::asked;
use crate::telling::{More, Told, told};
use crate::{queries, read};

/// So many ids a command needs at most.
const IDS: usize = 10;

/// An act by somebody, now, with ids for all that it may make. Made outside the transaction.
#[derive(Clone)]
pub struct Step {
    /// By whom.
    pub who: Who,
    /// When.
    pub at: Instant,
    /// The rules by which it is judged.
    pub rules: Arc<InForce>,
    /// Where the facts come from that it writes.
    pub(crate) source: &'static str,
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
            source: add::TYPED,
            ids: std::array::from_fn(|_| world.id()),
        }
    }

    /// The same, with facts that come from elsewhere than somebody of ours.
    #[must_use]
    pub fn from_source(self, source: &'static str) -> Self {
        Self { source, ..self }
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

/// The card of a client that must be there.
fn standing(tx: &Write<'_>, id: ClientId) -> Result<ClientCard, StoreError> {
    read::any_client(tx, id)?.ok_or(StoreError::Missing("ANY_CARD"))
}

/// The client as it stands, for whoever may change it; held until the transaction ends.
fn held(tx: &Write<'_>, scope: &Scope, id: ClientId) -> Result<Client, ClientError> {
    scope.confirm(tx)?;
    tx.execute(queries::HOLD, &params![id])?;
    let client: Option<Client> = tx.maybe(queries::ONE, &asked(scope, params![id]))?;
    let client = client.ok_or(ClientError::Missing)?;
    if client.card.merged_into.is_some() {
        return Err(ClientError::Conflict(
            "This client was merged into another. Change that one.",
        ));
    }
    Ok(client)
}

/// Whether a client that would belong to these people is within the reach of whoever adds it.
fn reaches(
    scope: &Scope,
    owner: Option<PersonId>,
    team: Option<kept_accounts::model::TeamId>,
) -> bool {
    scope.allows(&Subject {
        id: Id::default(),
        owner,
        team,
        assigned: &[],
    })
}

/// Whether somebody works here.
fn is_active(tx: &Write<'_>, person: PersonId) -> Result<bool, StoreError> {
    let found = kept_accounts::queries::person(tx, person)?;
    Ok(found.is_some_and(|found| found.state == kept_accounts::model::PersonState::Active))
}

/// Remembers what a client is recognised by, and who else is.
pub(crate) fn recognise(
    tx: &Write<'_>,
    id: ClientId,
    keys: &Keys,
    at: Instant,
) -> Result<(), StoreError> {
    let rows: Vec<_> = keys
        .0
        .iter()
        .map(|(kind, word)| params![id, *kind, word])
        .collect();
    tx.execute_each(queries::ADD_KEY, &rows)?;
    for (kind, word) in &keys.0 {
        pair(tx, id, (kind, word), at)?;
    }
    Ok(())
}

/// Puts a client beside those who are recognised by the same word.
pub(crate) fn pair(
    tx: &Write<'_>,
    id: ClientId,
    (kind, word): (&str, &str),
    at: Instant,
) -> Result<(), StoreError> {
    let same: Vec<(Id,)> = tx.all(queries::SAME_KEY, &params![kind, word, id])?;
    for (other,) in same {
        let (one, other) = (id.0.min(other), id.0.max(other));
        tx.execute(queries::ADD_PAIR, &params![one, other, kind, at])?;
    }
    Ok(())
}

/// The same anew, after a change of the client or of its contacts.
pub(crate) fn recognise_again(tx: &Write<'_>, id: ClientId, at: Instant) -> Result<(), StoreError> {
    let client: Client = tx.one(queries::ANY, &params![id])?;
    let mut keys = Keys::default();
    keys.name(&client.card.name);
    keys.website(&client.website);
    keys.phone(&client.phone);
    for contact in read::contacts_of(tx, id)? {
        keys.email(contact.email.as_deref().unwrap_or_default());
        keys.phone(contact.phone.as_deref().unwrap_or_default());
        for other in &contact.phones {
            keys.phone(&other.phone);
        }
    }
    for sql in [
        queries::DROP_KEYS,
        queries::DROP_PAIRS,
        queries::DROP_PAIRS_OF_OTHER,
    ] {
        tx.execute(sql, &params![id])?;
    }
    recognise(tx, id, &keys, at)
}
