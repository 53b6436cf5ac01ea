//! What a list knows of a client that was known already under its key: what was empty is filled in, and taken back with the list.
//! What stands there is never replaced, but for the name that a client has while only its key is known.

use jiff::ToSpan as _;
use kept_accounts::access::Scope;
use kept_store::{StoreError, Write, params};
use serde::{Deserialize, Serialize};

use super::lines::{Said, Steps, nameless};
use crate::commands::{
    ClientError, Step, TierByHand, change_client, drop_tier_by_hand, set_tier_by_hand,
};
use crate::model::{Client, ClientId, Draft};
use crate::queries;

/// The tier stands beside the facts of a client.
const TIER: &str = "tier";

/// What was filled in: each fact, what stood there, and what stands there now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Filled(pub(super) Vec<(String, String, String)>);

impl Filled {
    /// From a line; nothing where nothing was.
    pub(super) fn of(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// As a line keeps it.
    pub(super) fn text(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether a fact of the client itself was.
    pub(super) fn has_facts(&self) -> bool {
        self.0.iter().any(|(fact, ..)| fact != TIER)
    }

    /// The tier that was set.
    pub(super) fn tier(&self) -> Option<&str> {
        let tier = self.0.iter().find(|(fact, ..)| fact == TIER);
        tier.map(|(_, _, now)| now.as_str())
    }
}

/// What a line fills in of a client: the client as it shall be, and what is other than before.
pub(super) fn filling(
    tx: &Write<'_>,
    client: ClientId,
    said: &Said,
    system: &str,
) -> Result<(Draft, Filled), StoreError> {
    let client: Client = tx.one(queries::ANY, &params![client])?;
    let (before, mut filled) = (client.draft(), Filled::default());
    let mut draft = before.clone();
    let nameless = nameless(system, &said.key);
    for name in Draft::SAID {
        let (was, now) = (before.says(name), said.client.says(name));
        let is_open = match name {
            "name" => was == nameless,
            // A language is always known: at least as that of the house.
            "language" => false,
            _ => was.is_empty(),
        };
        if is_open && !now.is_empty() && was != now {
            draft.put(name, &now);
            filled.0.push((name.to_owned(), was, now));
        }
    }
    if let Some(tier) = said.tier.as_ref().filter(|_| client.card.tier.is_none()) {
        filled
            .0
            .push((TIER.to_owned(), String::new(), tier.clone()));
    }
    Ok((draft, filled))
}

/// Sets the tier that a list gives: by hand, since nothing was sold here yet that would give it, and for a year.
pub(super) fn set_tier(
    tx: &Write<'_>,
    [_, _, _, _, _, step, ..]: &Steps,
    scope: &Scope,
    (client, tier, list): (ClientId, &str, &str),
) -> Result<(), ClientError> {
    let zone = step.rules.program.company_calendar().time_zone().clone();
    let today = step.at.timestamp().to_zoned(zone).date();
    let until = today.checked_add(364.days()).unwrap_or(today);
    let list: String = list.chars().take(120).collect();
    let by_hand = TierByHand {
        tier: tier.to_owned(),
        reason: format!("So it stood in the list {list} that was imported."),
        until_on: until.to_string(),
    };
    set_tier_by_hand(tx, step, scope, client, &by_hand)
}

/// Takes back what a line has filled in, as far as nobody has written something else there since. How often that has changed the
/// client.
pub(super) fn unfill(
    tx: &Write<'_>,
    [first, second]: [&Step; 2],
    scope: &Scope,
    (client, filled): (ClientId, &Filled),
) -> Result<u32, ClientError> {
    let standing: Client = tx.one(queries::ANY, &params![client])?;
    if standing.archived_at.is_some() || standing.card.merged_into.is_some() {
        return Ok(0);
    }
    let by_hand = standing.tier_until.is_some_and(|until| until > first.at);
    if by_hand && filled.tier().is_some() && filled.tier() == standing.card.tier.as_deref() {
        drop_tier_by_hand(tx, first, scope, client)?;
    }
    let before = standing.draft();
    let mut draft = before.clone();
    for (name, was, now) in &filled.0 {
        if before.says(name) == *now {
            draft.put(name, was);
        }
    }
    if draft == before {
        return Ok(0);
    }
    change_client(tx, second, scope, (client, standing.revision), &draft)?;
    Ok(1)
}
