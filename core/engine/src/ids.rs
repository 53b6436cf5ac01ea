//! Ids of records, short ones without memory of their own, and the index that finds records by them.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use crate::record::RecordIx;

/// Ids up to this length are compared in the record itself.
const SHORT: usize = 15;

/// An id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Id {
    length: u8,
    short: [u8; SHORT],
    long: Box<str>,
}

impl Id {
    pub(crate) fn set(&mut self, text: &str) {
        match self.short.get_mut(..text.len()) {
            Some(short) => {
                short.copy_from_slice(text.as_bytes());
                self.length = text.len() as u8;
            }
            None => {
                self.length = u8::MAX;
                self.long = text.into();
            }
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        match self.short.get(..usize::from(self.length)) {
            // To look over a short text again costs less than to fetch one from elsewhere.
            Some(short) => std::str::from_utf8(short).unwrap_or_default(),
            None => &self.long,
        }
    }

    pub(crate) fn is(&self, text: &str) -> bool {
        match self.short.get(..usize::from(self.length)) {
            Some(short) => short == text.as_bytes(),
            None => &*self.long == text,
        }
    }
}

pub(crate) fn hash_of(group: u32, id: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_u32(group);
    hasher.write(id.as_bytes());
    hasher.finish()
}

/// Which records have an id with this hash: open addressing, one look for most.
#[derive(Debug)]
pub(crate) struct Index {
    slots: Vec<Slot>,
    used: usize,
}

/// Only the part of the hash that tells where it belongs: eight slots lie in one line of the cache.
#[derive(Clone, Copy, Debug)]
struct Slot {
    tag: u32,
    record: u32,
}

const EMPTY: Slot = Slot {
    tag: 0,
    record: u32::MAX,
};

/// The lower bits of a hash are the well mixed ones: its hasher turns them there.
fn tag_of(hash: u64) -> u32 {
    hash as u32
}

impl Default for Index {
    fn default() -> Self {
        Self {
            slots: vec![EMPTY; 64],
            used: 0,
        }
    }
}

impl Index {
    fn home(&self, tag: u32) -> usize {
        tag as usize & (self.slots.len() - 1)
    }

    fn slot(&self, place: usize) -> Slot {
        self.slots.get(place).copied().unwrap_or(EMPTY)
    }

    fn next(&self, place: usize) -> usize {
        (place + 1) & (self.slots.len() - 1)
    }

    /// The first record with this hash, or one much like it, that passes.
    pub(crate) fn find(&self, hash: u64, pass: impl Fn(RecordIx) -> bool) -> Option<RecordIx> {
        let tag = tag_of(hash);
        let mut place = self.home(tag);
        loop {
            let slot = self.slot(place);
            if slot.record == u32::MAX {
                return None;
            }
            if slot.tag == tag && pass(RecordIx(slot.record)) {
                return Some(RecordIx(slot.record));
            }
            place = self.next(place);
        }
    }

    pub(crate) fn insert(&mut self, hash: u64, record: RecordIx) {
        if (self.used + 1) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        self.used += 1;
        self.put(Slot {
            tag: tag_of(hash),
            record: record.0,
        });
    }

    fn put(&mut self, new: Slot) {
        let mut place = self.home(new.tag);
        while self.slot(place).record != u32::MAX {
            place = self.next(place);
        }
        if let Some(slot) = self.slots.get_mut(place) {
            *slot = new;
        }
    }

    fn grow(&mut self) {
        let wider = vec![EMPTY; self.slots.len() * 2];
        let old = std::mem::replace(&mut self.slots, wider);
        for slot in old {
            if slot.record != u32::MAX {
                self.put(slot);
            }
        }
    }

    /// Takes a record out; those that had to step aside for it move back.
    pub(crate) fn remove(&mut self, hash: u64, record: RecordIx) {
        let mut hole = self.home(tag_of(hash));
        while self.slot(hole).record != record.0 {
            if self.slot(hole).record == u32::MAX {
                return;
            }
            hole = self.next(hole);
        }
        self.used = self.used.saturating_sub(1);
        let mut place = hole;
        loop {
            place = self.next(place);
            let slot = self.slot(place);
            if slot.record == u32::MAX {
                break;
            }
            let width = self.slots.len() - 1;
            let away = place.wrapping_sub(self.home(slot.tag)) & width;
            let back = place.wrapping_sub(hole) & width;
            if away >= back {
                if let Some(freed) = self.slots.get_mut(hole) {
                    *freed = slot;
                }
                hole = place;
            }
        }
        if let Some(freed) = self.slots.get_mut(hole) {
            *freed = EMPTY;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_ids_are_kept_as_they_are() {
        let mut id = Id::default();
        for text in [
            "",
            "INC0000045",
            "ä",
            "an id that is longer than a record holds itself",
        ] {
            id.set(text);
            assert_eq!(id.as_str(), text);
            assert!(id.is(text) && !id.is("other"));
        }
    }

    #[test]
    fn what_was_inserted_is_found_until_it_is_removed() {
        let mut index = Index::default();
        let hash = |n: u32| hash_of(n % 3, &format!("R{}", n / 3));
        for n in 0..3_000 {
            index.insert(hash(n), RecordIx(n));
        }
        for n in (0..3_000).step_by(2) {
            index.remove(hash(n), RecordIx(n));
        }
        for n in 0..3_000 {
            let found = index.find(hash(n), |record| record.0 == n);
            assert_eq!(found.is_some(), n % 2 == 1, "{n}");
        }
    }

    #[test]
    fn records_with_one_hash_live_side_by_side() {
        let mut index = Index::default();
        for n in 0..20 {
            index.insert(7, RecordIx(n));
        }
        index.remove(7, RecordIx(3));
        assert_eq!(index.find(7, |record| record.0 == 3), None);
        assert_eq!(index.find(7, |record| record.0 == 19), Some(RecordIx(19)));
    }
}
