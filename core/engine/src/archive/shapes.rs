//! Which duties records have had, in what order: alike for most records of a kind, so each such list is kept once.

use rustc_hash::FxHashMap;

use super::{Reader, Writer};

/// As many lists are kept; rarer ones stand in their records.
const MOST: usize = 1 << 14;

/// Lists of numbers, found by what they say.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    lists: Vec<Box<[u64]>>,
    places: FxHashMap<Box<[u64]>, usize>,
    writing: Vec<u64>,
}

impl Shapes {
    /// Writes a list, or where it is kept.
    pub(super) fn write(&mut self, list: impl Iterator<Item = u64>, writing: &mut Writer) {
        self.writing.clear();
        self.writing.extend(list);
        if let Some(place) = self.places.get(self.writing.as_slice()) {
            return writing.number(*place as u64 + 1);
        }
        if self.lists.len() < MOST {
            let list: Box<[u64]> = self.writing.as_slice().into();
            self.lists.push(list.clone());
            self.places.insert(list, self.lists.len() - 1);
            return writing.number(self.lists.len() as u64);
        }
        writing.number(0);
        writing.number(self.writing.len() as u64);
        for number in &self.writing {
            writing.number(*number);
        }
    }

    /// Reads a list, calling `each` with every number and what follows the list.
    pub(super) fn read<'a>(
        &self,
        reading: &mut Reader<'a>,
        mut each: impl FnMut(u64, &mut Reader<'a>),
    ) {
        match (reading.number() as usize).checked_sub(1) {
            Some(place) => {
                let list = self.lists.get(place).map(AsRef::as_ref);
                for number in list.unwrap_or_default() {
                    each(*number, reading);
                }
            }
            None => {
                let list: Vec<u64> = (0..reading.number()).map(|_| reading.number()).collect();
                for number in list {
                    each(number, reading);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_as_it_was_written_whether_kept_or_not() {
        let mut shapes = Shapes::default();
        for first in 0..MOST as u64 + 3 {
            let mut writing = Writer::default();
            shapes.write([first, 7].into_iter(), &mut writing);
            writing.number(9);
            let mut reading = Reader::of(&writing.bytes);
            let mut seen = Vec::new();
            shapes.read(&mut reading, |number, _| seen.push(number));
            assert_eq!(seen, [first, 7]);
            assert_eq!(reading.number(), 9);
        }
        assert_eq!(shapes.lists.len(), MOST);
    }
}
