//! The numbers of records, as long writes ask for them: what is known is remembered, what is not is asked for once a slice.

use std::collections::HashMap;

use kept_store::{StoreError, Value, Write, params, statements};

statements! {
    /// A record, unless it is known.
    NAME_RECORD = "INSERT INTO records (noun, id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    NUMBER = "SELECT number FROM records WHERE noun = $1 AND id = $2";
    /// Of this kind with these ids.
    NUMBERS = "SELECT number, id FROM records WHERE noun = $1 AND id IN LIST($2)";
}

/// So few records are asked for one by one, in one journey.
const FEW: usize = 16;
/// How many records' numbers are remembered from one slice to the next.
const REMEMBERED: usize = 200_000;

/// A record by its kind and id.
pub(crate) type Name<'a> = (&'a str, &'a str);

/// What a row refers to: its record, and the client whom it concerns.
pub(crate) type Pair<T> = (Option<T>, Option<T>);

/// The numbers of records, remembered between the slices of a long write.
#[derive(Default)]
pub(crate) struct Known {
    numbers: HashMap<String, HashMap<String, i64>>,
    count: usize,
}

/// Where a record's number is found: here, or at a place of the names that are asked for.
#[derive(Clone, Copy)]
enum Found {
    Here(i64),
    Asked(usize),
}

/// The records of one slice: those whose number is remembered, and those to be asked for.
pub(crate) struct Needed {
    rows: Vec<Pair<Found>>,
    /// In order, so that two who write at once do not wait for each other in a circle.
    asked: Vec<(String, String)>,
}

/// The numbers of all records of one slice, row by row.
pub(crate) struct Numbered<'n> {
    needed: &'n Needed,
    numbers: Vec<Option<i64>>,
}

/// What a slice has found out, for [`Known::learn`].
pub(crate) struct Fresh(Vec<((String, String), i64)>);

impl Known {
    /// The records of a slice, row by row.
    pub(crate) fn needed<'a>(&mut self, rows: impl Iterator<Item = Pair<Name<'a>>>) -> Needed {
        if self.count > REMEMBERED {
            *self = Self::default();
        }
        let mut places: HashMap<Name<'a>, usize> = HashMap::new();
        let mut found = |name: Name<'a>| match self.of(name) {
            Some(number) => Found::Here(number),
            None => {
                let next = places.len();
                Found::Asked(*places.entry(name).or_insert(next))
            }
        };
        let mut rows: Vec<Pair<Found>> = rows
            .map(|(record, client)| (record.map(&mut found), client.map(&mut found)))
            .collect();
        let mut names: Vec<(Name<'a>, usize)> = places.into_iter().collect();
        names.sort_unstable();
        let mut sorted = vec![0; names.len()];
        for (place, (_, before)) in names.iter().enumerate() {
            if let Some(slot) = sorted.get_mut(*before) {
                *slot = place;
            }
        }
        let moved = |found: &mut Option<Found>| {
            if let Some(Found::Asked(place)) = found {
                *place = sorted.get(*place).copied().unwrap_or_default();
            }
        };
        for (record, client) in &mut rows {
            moved(record);
            moved(client);
        }
        let owned = |((noun, id), _): (Name<'a>, usize)| (noun.to_owned(), id.to_owned());
        Needed {
            rows,
            asked: names.into_iter().map(owned).collect(),
        }
    }

    fn of(&self, (noun, id): Name<'_>) -> Option<i64> {
        self.numbers.get(noun)?.get(id).copied()
    }

    /// Remembers what a slice that is committed has found out.
    pub(crate) fn learn(&mut self, fresh: Fresh) {
        self.count += fresh.0.len();
        for ((noun, id), number) in fresh.0 {
            self.numbers.entry(noun).or_default().insert(id, number);
        }
    }
}

impl Needed {
    /// Makes sure that each has a number.
    pub(crate) fn number(&self, tx: &Write<'_>) -> Result<Numbered<'_>, StoreError> {
        let rows: Vec<[Value<'_>; 2]> = self
            .asked
            .iter()
            .map(|(noun, id)| params![noun, id])
            .collect();
        tx.put_each(NAME_RECORD, &rows)?;
        let numbers = if rows.len() <= FEW {
            let asked: Vec<&[Value<'_>]> = rows.iter().map(|row| &row[..]).collect();
            let found: Vec<Option<(i64,)>> = tx.maybe_each(NUMBER, &asked)?;
            found.into_iter().map(|row| row.map(|row| row.0)).collect()
        } else {
            self.numbers_of_many(tx)?
        };
        Ok(Numbered {
            needed: self,
            numbers,
        })
    }
}

impl Needed {
    fn numbers_of_many(&self, tx: &Write<'_>) -> Result<Vec<Option<i64>>, StoreError> {
        let mut numbers = Vec::with_capacity(self.asked.len());
        for names in self.asked.chunk_by(|(one, _), (other, _)| one == other) {
            let noun = names.first().map_or("", |(noun, _)| noun.as_str());
            let ids: Vec<&str> = names.iter().map(|(_, id)| id.as_str()).collect();
            let found: Vec<(i64, String)> = tx.all(NUMBERS, &params![noun, &ids[..]])?;
            let found: HashMap<String, i64> =
                found.into_iter().map(|(number, id)| (id, number)).collect();
            numbers.extend(names.iter().map(|(_, id)| found.get(id).copied()));
        }
        Ok(numbers)
    }
}

impl Numbered<'_> {
    /// The numbers that a row refers to.
    pub(crate) fn of(&self, row: usize) -> Pair<i64> {
        let number = |found: Found| match found {
            Found::Here(number) => Some(number),
            Found::Asked(place) => self.numbers.get(place).copied().flatten(),
        };
        let (record, client) = self.needed.rows.get(row).copied().unwrap_or_default();
        (record.and_then(number), client.and_then(number))
    }

    /// What was found out.
    pub(crate) fn fresh(self) -> Fresh {
        let asked = self.needed.asked.iter().cloned().zip(self.numbers);
        Fresh(
            asked
                .filter_map(|(name, number)| Some((name, number?)))
                .collect(),
        )
    }
}
