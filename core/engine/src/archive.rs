//! Records that are over, kept small.
//!
//! A case may be reopened years later, and a rule may be triggered on it after its end. What that needs is little:
//! its facts, states and times, and per rule how often it was owed. So a record that nothing waits for is written into
//! one list of bytes, where it takes about a hundred, and is made whole again when an event names it.

mod codec;
mod duties;
mod records;
mod shapes;

use rustc_hash::FxHashMap;

use crate::ids::Index;
use crate::record::{Rare, RecordIx};

pub(crate) use codec::{Reader, Writer};
pub(crate) use shapes::Shapes;

/// Positions count in these, so that 32 bits reach far.
const UNIT: usize = 8;
/// Before each record: its size in units, and its state.
const HEAD: usize = 3;
const FREE: u8 = 0;
const QUIET: u8 = 1;
/// Something is owed, or time alone will change something.
const WAITS: u8 = 2;
/// The largest record that is taken: its size in units is written in two bytes.
const MOST: usize = u16::MAX as usize * UNIT;

/// The records that are over, found by their ids. A place here is written as a [`RecordIx`] of its own kind.
#[derive(Debug, Default)]
pub(crate) struct Archive {
    index: Index,
    bytes: Vec<u8>,
    /// Places that were given back, by their size in units.
    free: Vec<Vec<u32>>,
    rare: FxHashMap<u32, Box<Rare>>,
    shapes: Shapes,
    count: usize,
}

impl Archive {
    pub(crate) fn shapes(&self) -> &Shapes {
        &self.shapes
    }

    pub(crate) fn shapes_mut(&mut self) -> &mut Shapes {
        &mut self.shapes
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Takes what was written of a record; tells where, if it had room.
    pub(crate) fn put(
        &mut self,
        hash: u64,
        (writing, waits): (&mut Writer, bool),
        rare: Option<Box<Rare>>,
    ) -> Option<RecordIx> {
        let size = writing.bytes.len().div_ceil(UNIT);
        if writing.bytes.len() > MOST || self.bytes.len() / UNIT + size > u32::MAX as usize {
            return None;
        }
        let [low, high] = (size as u16).to_le_bytes();
        let head = [low, high, if waits { WAITS } else { QUIET }];
        for (kept, byte) in writing.bytes.iter_mut().zip(head) {
            *kept = byte;
        }
        writing.bytes.resize(size * UNIT, 0);
        let place = match self.free.get_mut(size).and_then(Vec::pop) {
            Some(place) => {
                let start = place as usize * UNIT;
                if let Some(kept) = self.bytes.get_mut(start..start + size * UNIT) {
                    kept.copy_from_slice(&writing.bytes);
                }
                place
            }
            None => {
                let place = (self.bytes.len() / UNIT) as u32;
                self.bytes.extend_from_slice(&writing.bytes);
                place
            }
        };
        if let Some(rare) = rare {
            self.rare.insert(place, rare);
        }
        self.index.insert(hash, RecordIx(place));
        self.count += 1;
        Some(RecordIx(place))
    }

    /// Where the record of this id is kept, which begins with its group and its id.
    pub(crate) fn find(&self, hash: u64, group: u32, id: &str) -> Option<RecordIx> {
        self.index.find(hash, |place| {
            let mut reading = self.read(place);
            reading.number() == u64::from(group)
                && reading.text() == id.as_bytes()
                && self.holds(place, false)
        })
    }

    /// What is kept at a place.
    pub(crate) fn read(&self, place: RecordIx) -> Reader<'_> {
        let rest = self.bytes.get(place.0 as usize * UNIT + HEAD..);
        Reader::of(rest.unwrap_or_default())
    }

    /// The size in units at a start, and whether something is kept there.
    fn head(&self, start: usize) -> (usize, u8) {
        match self.bytes.get(start..start + HEAD) {
            Some([low, high, state]) => (usize::from(u16::from_le_bytes([*low, *high])), *state),
            _ => (0, FREE),
        }
    }

    /// Whether a record is kept at a place; with `waiting` only one for which something still happens.
    pub(crate) fn holds(&self, place: RecordIx, waiting: bool) -> bool {
        let (_, state) = self.head(place.0 as usize * UNIT);
        state == WAITS || (state == QUIET && !waiting)
    }

    /// The first record from a place on for which time or an end of the run still does something.
    pub(crate) fn next_waiting(&self, from: RecordIx) -> Option<RecordIx> {
        let mut place = from.0 as usize;
        while place * UNIT < self.bytes.len() {
            let (size, state) = self.head(place * UNIT);
            if state == WAITS {
                return Some(RecordIx(place as u32));
            }
            place += size.max(1);
        }
        None
    }

    /// Gives a place back.
    pub(crate) fn remove(&mut self, hash: u64, place: RecordIx) -> Option<Box<Rare>> {
        self.index.remove(hash, place);
        let (size, _) = self.head(place.0 as usize * UNIT);
        if self.free.len() <= size {
            self.free.resize_with(size + 1, Vec::new);
        }
        if let Some(free) = self.free.get_mut(size) {
            free.push(place.0);
        }
        self.empty(place)
    }

    /// Empties a place that is not to be used again: the run is at its end.
    pub(crate) fn empty(&mut self, place: RecordIx) -> Option<Box<Rare>> {
        self.count = self.count.saturating_sub(1);
        if let Some(state) = self.bytes.get_mut(place.0 as usize * UNIT + 2) {
            *state = FREE;
        }
        self.rare.remove(&place.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_was_given_back_is_used_again() {
        let mut archive = Archive::default();
        let mut writing = Writer::default();
        let mut put = |archive: &mut Archive, id: &str| {
            writing.begin();
            writing.number(1);
            writing.text(id);
            assert!(archive.put(7, (&mut writing, id == "two"), None).is_some());
        };
        put(&mut archive, "one");
        put(&mut archive, "two");
        let one = archive.find(7, 1, "one").unwrap();
        let two = archive.find(7, 1, "two").unwrap();
        assert_eq!(archive.next_waiting(one), Some(two));
        assert_eq!(archive.next_waiting(RecordIx(two.0 + 1)), None);
        archive.remove(7, one);
        assert_eq!(archive.find(7, 1, "one"), None);
        put(&mut archive, "six");
        assert_eq!(archive.find(7, 1, "six"), Some(one));
        assert!(archive.find(7, 1, "two").is_some());
        assert_eq!(archive.find(7, 2, "two"), None);
    }
}
