//! Which duties records have had, in what order: alike for most records of a kind, so each such list is kept once.

use rustc_hash::FxHashMap;

use super::{Reader, Writer};

/// As many lists are kept; rarer ones stand in their records.
const MOST: usize = 1 << 14;

#[derive(Debug)]
struct List {
    all: Box<[u64]>,
    /// Those after which the record says more.
    told: Box<[u64]>,
}

/// Lists of numbers, found by what they say.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    lists: Vec<List>,
    places: FxHashMap<Box<[u64]>, usize>,
    writing: Vec<u64>,
}

impl Shapes {
    /// Writes a list, or where it is kept. `told` says after which numbers the record says more.
    pub(super) fn write(
        &mut self,
        list: impl Iterator<Item = u64>,
        writing: &mut Writer,
        told: impl Fn(u64) -> bool,
    ) {
        self.writing.clear();
        self.writing.extend(list);
        if let Some(place) = self.places.get(self.writing.as_slice()) {
            return writing.number(*place as u64 + 1);
        }
        if self.lists.len() < MOST {
            let all: Box<[u64]> = self.writing.as_slice().into();
            let numbers = all.iter().copied();
            self.lists.push(List {
                all: all.clone(),
                told: numbers.filter(|number| told(*number)).collect(),
            });
            self.places.insert(all, self.lists.len() - 1);
            return writing.number(self.lists.len() as u64);
        }
        writing.number(0);
        writing.number(self.writing.len() as u64);
        for number in &self.writing {
            writing.number(*number);
        }
    }

    /// Reads a list, calling `each` with every number and what follows the list; with `only_told` those after which
    /// nothing is said may be left out.
    pub(super) fn read<'a>(
        &self,
        reading: &mut Reader<'a>,
        only_told: bool,
        mut each: impl FnMut(u64, &mut Reader<'a>),
    ) {
        match (reading.number() as usize).checked_sub(1) {
            Some(place) => {
                let list = self.lists.get(place);
                let list = list.map(|list| if only_told { &list.told } else { &list.all });
                for number in list.into_iter().flatten() {
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
            shapes.write([first, 7].into_iter(), &mut writing, |number| number == 7);
            writing.number(9);
            let mut reading = Reader::of(&writing.bytes);
            let mut seen = Vec::new();
            let mut again = reading;
            shapes.read(&mut reading, false, |number, _| seen.push(number));
            assert_eq!(seen, [first, 7]);
            seen.clear();
            shapes.read(&mut again, true, |number, _| seen.push(number));
            assert_eq!(seen.last(), Some(&7));
            assert_eq!(reading.number(), 9);
        }
        assert_eq!(shapes.lists.len(), MOST);
    }
}
