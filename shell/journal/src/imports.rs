//! Foreign history: events of another system, written in slices and marked with their import, so that they can be told
//! from what happened here, and taken out again.

use std::mem;
use std::sync::Arc;

use kept_engine::Event;
use kept_kernel::{Id, Instant};
use kept_store::{FromRow, Row, Store, StoreError, params, statements};
use kept_world::World;

use crate::audit::{self, Entry, Who};
use crate::codec::Codec;
use crate::events::{self, Known, NewEvent};

/// How many events go in at once.
const SLICE: usize = 2_000;

statements! {
    BEGIN_IMPORT = "INSERT INTO imports (id, name, started_at, events, bad_lines) VALUES ($1, $2, $3, 0, 0) RETURNING number";
    END_IMPORT = "UPDATE imports SET ended_at = $2, bad_lines = $3 WHERE number = $1";
    COUNT_IMPORTED = "UPDATE imports SET events = events + $2 WHERE number = $1";
    IMPORTS = "SELECT number, id, name, started_at, ended_at, undone_at, events, bad_lines FROM imports ORDER BY number DESC LIMIT 200";
    IMPORT = "SELECT number, id, name, started_at, ended_at, undone_at, events, bad_lines FROM imports WHERE id = $1";
    TAKE_OUT_EVENTS = "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE import = $1 LIMIT 2000)";
    UNDONE = "UPDATE imports SET undone_at = $2, events = 0 WHERE number = $1";
}

/// An import as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Its number.
    pub number: i64,
    /// Its identity.
    pub id: Id,
    /// What was imported: the file's name.
    pub name: String,
    /// When it began.
    pub started_at: Instant,
    /// When it was whole; none: it is running, or was broken off.
    pub ended_at: Option<Instant>,
    /// When it was taken out again.
    pub undone_at: Option<Instant>,
    /// Events in the journal.
    pub events: u64,
    /// Lines that could not be used.
    pub bad_lines: u64,
}

/// A running import.
pub struct Import {
    store: Store,
    world: World,
    codec: Arc<Codec>,
    number: i64,
    next: Id,
    waiting: Vec<NewEvent>,
    known: Known,
    events: u64,
}

impl Import {
    /// Begins an import under a name.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn begin(
        store: &Store,
        world: &World,
        codec: Arc<Codec>,
        name: &str,
        who: Who,
    ) -> Result<Self, StoreError> {
        let (id, entry, now, name) = (world.id(), world.id(), world.now(), name.to_owned());
        let number = store
            .write(move |tx| {
                let (number,): (i64,) = tx.one(BEGIN_IMPORT, &params![id, &name, now])?;
                let object_id = id.to_string();
                let entry = Entry {
                    id: entry,
                    at: now,
                    who,
                    act: "ImportBegun",
                    object: "import",
                    object_id: &object_id,
                    detail: "{}",
                };
                audit::write(tx, &entry)?;
                Ok::<_, StoreError>(number)
            })
            .wait()?;
        Ok(Self {
            store: store.clone(),
            world: world.clone(),
            codec,
            number,
            next: world.id(),
            waiting: Vec::with_capacity(SLICE),
            known: Known::default(),
            events: 0,
        })
    }

    /// Adds an event. They come in the order in which they happened; those of one instant keep their order.
    ///
    /// # Errors
    ///
    /// As the database says; what was written before stays and is marked.
    pub fn push(&mut self, event: &Event<'_>) -> Result<(), StoreError> {
        self.next = self.next.next();
        self.waiting
            .push(NewEvent::of(&self.codec, event, self.next));
        if self.waiting.len() >= SLICE {
            self.flush()
        } else {
            Ok(())
        }
    }

    /// Events added so far.
    pub fn events(&self) -> u64 {
        self.events + self.waiting.len() as u64
    }

    /// Its number.
    pub fn number(&self) -> i64 {
        self.number
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        let slice = mem::take(&mut self.waiting);
        let needed = self.known.needed(slice.iter().flat_map(NewEvent::records));
        let (number, count) = (self.number, slice.len() as u64);
        let fresh = self
            .store
            .write(move |tx| {
                let numbers = needed.number(tx)?;
                events::add(tx, &slice, Some(number), &numbers)?;
                tx.execute(COUNT_IMPORTED, &params![number, count as i64])?;
                Ok::<_, StoreError>(numbers.fresh())
            })
            .wait()?;
        self.known.learn(fresh);
        self.events += count;
        Ok(())
    }

    /// Ends the import: it is whole.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn finish(mut self, bad_lines: u64) -> Result<u64, StoreError> {
        self.flush()?;
        let (number, now) = (self.number, self.world.now());
        self.store
            .write(move |tx| tx.execute(END_IMPORT, &params![number, now, bad_lines as i64]))
            .wait()?;
        Ok(self.events)
    }
}

/// The latest imports, the newest first.
///
/// # Errors
///
/// As the database says.
pub fn list(store: &Store) -> Result<Vec<Imported>, StoreError> {
    store.read(|read| read.all(IMPORTS, &[])).wait()
}

/// One import; none: there is no such.
///
/// # Errors
///
/// As the database says.
pub fn by_id(store: &Store, id: Id) -> Result<Option<Imported>, StoreError> {
    store
        .read(move |read| read.maybe(IMPORT, &params![id]))
        .wait()
}

/// Takes all events of an import out of the journal, slice by slice; `progress` is told how many are gone. Whoever judges
/// the journal does so again afterwards.
///
/// # Errors
///
/// As the database says; called again, it goes on where it ended.
pub fn undo(
    store: &Store,
    world: &World,
    import: &Imported,
    who: Who,
    mut progress: impl FnMut(u64),
) -> Result<u64, StoreError> {
    let number = import.number;
    let mut gone = 0;
    loop {
        let taken: u64 = store
            .write(move |tx| tx.execute(TAKE_OUT_EVENTS, &params![number]))
            .wait()?;
        gone += taken;
        progress(gone);
        if taken == 0 {
            break;
        }
    }
    let (entry, now, id) = (world.id(), world.now(), import.id);
    store
        .write(move |tx| {
            tx.execute(UNDONE, &params![number, now])?;
            let object_id = id.to_string();
            audit::write(
                tx,
                &Entry {
                    id: entry,
                    at: now,
                    who,
                    act: "ImportUndone",
                    object: "import",
                    object_id: &object_id,
                    detail: "{}",
                },
            )
        })
        .wait()?;
    Ok(gone)
}

impl FromRow for Imported {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            number: row.get(0)?,
            id: row.get(1)?,
            name: row.get(2)?,
            started_at: row.get(3)?,
            ended_at: row.get(4)?,
            undone_at: row.get(5)?,
            events: row.get(6)?,
            bad_lines: row.get(7)?,
        })
    }
}
