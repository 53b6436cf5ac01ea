//! What a page is made of, read at once.

use kept_journal::alerts::{self, Alert, Hearer};
use kept_journal::obligations::{self, DueKey, FIRST, Owed, Whose};
use kept_kernel::Instant;
use kept_rooms::RecordNames as Names;
use kept_store::{Read, StoreError};

use crate::room::Room;

/// So many duties are on a page.
pub(crate) const ON_A_PAGE: usize = 50;
/// So many rungs of ladders, and so many alerts.
const FEW: u32 = 10;

/// A list of duties with the names in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Duties {
    /// Rungs of ladders: others did not do it in time.
    pub(crate) climbed: Vec<Owed>,
    /// By deadline.
    pub(crate) rows: Vec<Owed>,
    /// Where the list goes on.
    pub(crate) next: Option<DueKey>,
    pub(crate) names: Names,
}

/// Reads a page of duties after a key.
pub(crate) fn duties(
    read: &Read<'_>,
    room: &Room,
    whose: &[Whose],
    after: DueKey,
) -> Result<Duties, StoreError> {
    let keys = obligations::keys_of(read, whose, (after, None), ON_A_PAGE as u32 + 1)?;
    let next = keys
        .get(ON_A_PAGE)
        .and_then(|_| keys.get(ON_A_PAGE - 1))
        .copied();
    let climbed = if after == FIRST {
        obligations::climbed(read, whose, FEW)?
    } else {
        Vec::new()
    };
    let number = |keys: &[DueKey]| keys.iter().map(|(_, number)| *number).collect::<Vec<_>>();
    let shown = keys.get(..ON_A_PAGE).unwrap_or(&keys);
    let mut rows = obligations::these(read, &number(shown))?;
    // Rungs without a deadline are at the end of the same index; they stand at the top.
    rows.retain(|row| row.level == 0);
    let mut climbed = obligations::these(read, &number(&climbed))?;
    climbed.sort_by_key(|row| (row.opened_at, row.number));
    let names = {
        let both = || rows.iter().chain(&climbed);
        let records = both().map(|row| (row.noun.as_str(), row.subject.as_str()));
        let clients = both().filter_map(|row| Some(("client", row.client.as_deref()?)));
        room.pages.names(read, records.chain(clients))?
    };
    Ok(Duties {
        climbed,
        rows,
        next,
        names,
    })
}

/// How a person's duties of a stretch of time ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) met: u64,
    pub(crate) of: u64,
}

pub(crate) fn kept(
    read: &Read<'_>,
    person: &str,
    (from, until): (Instant, Instant),
) -> Result<Kept, StoreError> {
    let mut kept = Kept::default();
    for (verdict, count) in obligations::settled(read, person, (from, until))? {
        match verdict.as_str() {
            "met" => {
                kept.met += count;
                kept.of += count;
            }
            "met-late" | "missed" => kept.of += count,
            _ => {}
        }
    }
    Ok(kept)
}

/// Alerts with the names in them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    pub(crate) alerts: Vec<Alert>,
    pub(crate) names: Names,
}

/// What somebody was told and nobody has seen, or what they have seen.
pub(crate) fn told(
    read: &Read<'_>,
    room: &Room,
    hearer: &Hearer,
    (seen, limit): (bool, u32),
) -> Result<Told, StoreError> {
    let alerts = if seen {
        alerts::seen_by(read, &hearer.person, limit)?
    } else {
        alerts::open(read, hearer, limit)?
    };
    let records = alerts
        .iter()
        .map(|alert| (alert.noun.as_str(), alert.subject.as_str()));
    let names = room.pages.names(read, records)?;
    Ok(Told { alerts, names })
}
