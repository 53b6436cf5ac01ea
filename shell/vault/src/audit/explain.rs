//! What happened to the entries that do not fit their places.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::Finding;
use super::compare::Loose;
use crate::merkle::Hash;

/// Names what was done, from the entries that fit no leaf at their place, the leaves that no entry fits, and the
/// number of all leaves.
pub(super) fn explain(
    mut entries: Vec<Loose>,
    leaves: BTreeMap<u64, Hash>,
    last_leaf: u64,
) -> Vec<Finding> {
    entries.sort_by_key(|entry| entry.place);
    let mut open = Open::new(leaves);
    // Where an entry was written, by where it stands.
    let mut origins = BTreeMap::new();
    let mut findings = Vec::new();
    entries.retain(|entry| match open.take_by_hash(entry.hash, entry.place) {
        Some(origin) => {
            origins.insert(entry.place, origin);
            if entry.stored != entry.hash {
                findings.push(Finding::HashChanged { place: entry.place });
            }
            false
        }
        None => true,
    });
    findings.extend(moves(&origins));
    entries.retain(|entry| match open.take_by_hash(entry.stored, entry.place) {
        Some(place) => {
            findings.push(Finding::Changed {
                place,
                at: entry.place,
            });
            origins.entry(entry.place).or_insert(place);
            false
        }
        None => true,
    });
    let mut late = Vec::new();
    for entry in entries {
        let at = entry.place;
        match open.take_by_neighbours(at, &origins) {
            Some(place) => {
                findings.push(Finding::Changed { place, at });
                origins.entry(at).or_insert(place);
            }
            None if at > last_leaf => late.push(at),
            None => findings.push(Finding::Inserted { at }),
        }
    }
    findings.extend(unwitnessed(&late));
    findings.extend(
        open.leaves
            .into_keys()
            .map(|place| Finding::Removed { place }),
    );
    findings
}

/// Leaves that no entry fits yet.
struct Open {
    leaves: BTreeMap<u64, Hash>,
    by_hash: HashMap<Hash, VecDeque<u64>>,
}

impl Open {
    fn new(leaves: BTreeMap<u64, Hash>) -> Self {
        let mut by_hash: HashMap<_, VecDeque<_>> = HashMap::new();
        for (place, hash) in &leaves {
            by_hash.entry(*hash).or_default().push_back(*place);
        }
        Self { leaves, by_hash }
    }

    /// Takes a leaf with this hash: the one at `at` if there is one, else the first.
    fn take_by_hash(&mut self, hash: Hash, at: u64) -> Option<u64> {
        let places = self.by_hash.get_mut(&hash)?;
        places.retain(|place| self.leaves.contains_key(place));
        let index = places.iter().position(|place| *place == at).unwrap_or(0);
        let place = places.remove(index)?;
        self.leaves.remove(&place);
        Some(place)
    }

    /// Takes the leaf that belongs here if the entry stands where it did between its neighbours.
    fn take_by_neighbours(&mut self, at: u64, origins: &BTreeMap<u64, u64>) -> Option<u64> {
        let before = at.checked_sub(1).map_or(at, |near| {
            origins.get(&near).map_or(at, |origin| origin + 1)
        });
        let after = origins
            .get(&at.saturating_add(1))
            .map_or(at, |origin| origin.saturating_sub(1));
        [before, after, at]
            .into_iter()
            .find(|place| self.leaves.remove(place).is_some())
    }
}

/// Entries that stand elsewhere, neighbours that moved equally far together.
fn moves(origins: &BTreeMap<u64, u64>) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for (&at, &origin) in origins.iter().filter(|(at, origin)| at != origin) {
        let distance = distance(origin, at);
        match found.last_mut() {
            Some(Finding::Moved { last, by, .. }) if *by == distance && *last + 1 == origin => {
                *last = origin;
            }
            _ => found.push(Finding::Moved {
                first: origin,
                last: origin,
                by: distance,
            }),
        }
    }
    found
}

/// How much later `at` is than `origin`; negative when it is earlier.
fn distance(origin: u64, at: u64) -> i64 {
    let far = i64::try_from(at.abs_diff(origin)).unwrap_or(i64::MAX);
    if at < origin { -far } else { far }
}

fn unwitnessed(places: &[u64]) -> Vec<Finding> {
    places
        .chunk_by(|one, two| two.saturating_sub(*one) <= 1)
        .filter_map(|run| {
            Some(Finding::Unwitnessed {
                first: *run.first()?,
                last: *run.last()?,
            })
        })
        .collect()
}
