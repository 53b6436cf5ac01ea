//! Foreign history: events of another system, written in slices and marked with their import, so that they can be told
//! from what happened here, and taken out again.
//!
//! A slice is one transaction, which counts its events with them. While the database writes one, the caller makes the next.
//! So an import that was broken off, by a full disk or a killed server, says how many events it has, and can be gone on with
//! from the same log, or undone.

use std::mem;
use std::ops::ControlFlow;
use std::sync::Arc;

use kept_engine::{Actor, Event};
use kept_kernel::{Id, Instant};
use kept_store::{Answer, Dialect, FromRow, Row, Store, StoreError, params, statements};
use kept_world::World;

use crate::audit::{self, Entry, Who};
use crate::codec::Codec;
use crate::events::{self, NewEvent};
use crate::numbers::{Fresh, Known};
use crate::rules::Directory;

/// How many events go in at once: enough that the pages of the indexes are written once for many, few enough that other
/// writers wait a tenth of a second at most.
const SLICE: usize = 4_096;

statements! {
    BEGIN_IMPORT = "INSERT INTO imports (id, name, started_at, events, bad_lines) VALUES ($1, $2, $3, 0, 0) RETURNING number";
    END_IMPORT = "UPDATE imports SET ended_at = $2, bad_lines = $3 WHERE number = $1";
    COUNT_IMPORTED = "UPDATE imports SET events = events + $2 WHERE number = $1";
    IMPORTS = "SELECT number, id, name, started_at, ended_at, undone_at, events, bad_lines FROM imports ORDER BY number DESC LIMIT 200";
    IMPORT = "SELECT number, id, name, started_at, ended_at, undone_at, events, bad_lines FROM imports WHERE id = $1";
    /// By the key of each database: the place is SQLite's, the id is PostgreSQL's.
    TAKE_OUT_PLACES = "DELETE FROM events WHERE place IN (SELECT place FROM events WHERE import = $1 LIMIT 4096)";
    TAKE_OUT_IDS = "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE import = $1 LIMIT 4096)";
    COUNT_TAKEN = "UPDATE imports SET events = events - $2 WHERE number = $1";
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
    directory: Directory,
    number: i64,
    id: Id,
    next: Id,
    waiting: Vec<NewEvent>,
    /// The slice that the database is writing.
    going: Option<Answer<Fresh, StoreError>>,
    known: Known,
    /// Events of the log that are in the journal already, from the time before it was broken off.
    skipped: u64,
    to_skip: u64,
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
        Ok(Self::at(store, world, codec, (number, id, 0)))
    }

    /// Goes on with an import that was broken off. The same events are pushed again from the first one: those that are in
    /// the journal are passed over.
    pub fn resume(store: &Store, world: &World, codec: Arc<Codec>, import: &Imported) -> Self {
        Self::at(
            store,
            world,
            codec,
            (import.number, import.id, import.events),
        )
    }

    fn at(
        store: &Store,
        world: &World,
        codec: Arc<Codec>,
        (number, id, had): (i64, Id, u64),
    ) -> Self {
        Self {
            store: store.clone(),
            world: world.clone(),
            codec,
            directory: Directory::default(),
            number,
            id,
            next: world.id(),
            waiting: Vec::with_capacity(SLICE),
            going: None,
            known: Known::default(),
            skipped: 0,
            to_skip: had,
            events: had,
        }
    }

    /// Takes the people whom the log calls by their names or addresses for those who work here.
    #[must_use]
    pub fn knowing(mut self, directory: Directory) -> Self {
        self.directory = directory;
        self
    }

    /// Adds an event. They come in the order in which they happened; those of one instant keep their order.
    ///
    /// # Errors
    ///
    /// As the database says; what was written before stays and is marked.
    pub fn push(&mut self, event: &Event<'_>) -> Result<(), StoreError> {
        if self.skipped < self.to_skip {
            self.skipped += 1;
            return Ok(());
        }
        self.next = self.next.next();
        let new = if self.directory.is_empty() {
            NewEvent::of(&self.codec, event, self.next)
        } else {
            self.recognised(event)
        };
        self.waiting.push(new);
        if self.waiting.len() >= SLICE {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn recognised(&self, event: &Event<'_>) -> NewEvent {
        fn known<'n>(directory: &'n Directory, name: &'n str) -> &'n str {
            directory.known_as(name).unwrap_or(name)
        }
        let directory = &self.directory;
        let parts: Vec<_> = event
            .parts
            .iter()
            .map(|(part, name)| (*part, known(directory, name)))
            .collect();
        let holders: Vec<_> = event
            .holders
            .iter()
            .map(|(role, name)| (*role, known(directory, name)))
            .collect();
        let event = Event {
            actor: match event.actor {
                Actor::Person(name) => Actor::Person(known(directory, name)),
                other => other,
            },
            parts: &parts,
            holders: &holders,
            ..*event
        };
        NewEvent::of(&self.codec, &event, self.next)
    }

    /// Events added so far.
    pub fn events(&self) -> u64 {
        self.events + self.waiting.len() as u64
    }

    /// Its number.
    pub fn number(&self) -> i64 {
        self.number
    }

    /// Its identity.
    pub fn id(&self) -> Id {
        self.id
    }

    /// Gives what waits to the database, once it has written what was given before.
    fn flush(&mut self) -> Result<(), StoreError> {
        self.settle()?;
        let slice = mem::replace(&mut self.waiting, Vec::with_capacity(SLICE));
        let needed = self.known.needed(slice.iter().map(NewEvent::records));
        let (number, count) = (self.number, slice.len() as u64);
        self.events += count;
        self.going = Some(self.store.write(move |tx| {
            let numbers = needed.number(tx)?;
            events::add(tx, &slice, Some(number), &numbers)?;
            tx.execute(COUNT_IMPORTED, &params![number, count as i64])?;
            Ok::<_, StoreError>(numbers.fresh())
        }));
        Ok(())
    }

    fn settle(&mut self) -> Result<(), StoreError> {
        if let Some(going) = self.going.take() {
            self.known.learn(going.wait()?);
        }
        Ok(())
    }

    /// Ends the import: it is whole.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn finish(self, bad_lines: u64) -> Result<u64, StoreError> {
        let now = self.world.now();
        self.finish_as_of(bad_lines, now)
    }

    /// The same, as if it had ended then: what time has brought about since is told to people once its cases are looked at.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn finish_as_of(mut self, bad_lines: u64, ended: Instant) -> Result<u64, StoreError> {
        self.flush()?;
        self.settle()?;
        let number = self.number;
        self.store
            .write(move |tx| tx.execute(END_IMPORT, &params![number, ended, bad_lines as i64]))
            .wait()?;
        Ok(self.events)
    }
}

impl Drop for Import {
    /// What was given to the database is written before anybody can go on with the import.
    fn drop(&mut self) {
        // Whoever dropped it has an error already; whether the slice was kept is counted in its transaction.
        let _ = self.settle();
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

/// Takes all events of an import out of the journal, slice by slice; `progress` is told how many are gone, and may break it
/// off. Whoever judges the journal does so again afterwards.
///
/// # Errors
///
/// As the database says; called again, it goes on where it ended.
pub fn undo(
    store: &Store,
    world: &World,
    import: &Imported,
    who: Who,
    mut progress: impl FnMut(u64) -> ControlFlow<()>,
) -> Result<u64, StoreError> {
    let number = import.number;
    let slice = match store.dialect() {
        Dialect::Sqlite => TAKE_OUT_PLACES,
        Dialect::Postgres => TAKE_OUT_IDS,
    };
    let mut gone = 0;
    loop {
        let taken: u64 = store
            .write(move |tx| {
                let taken = tx.execute(slice, &params![number])?;
                tx.execute(COUNT_TAKEN, &params![number, taken as i64])?;
                Ok::<_, StoreError>(taken)
            })
            .wait()?;
        gone += taken;
        if taken == 0 {
            break;
        }
        if progress(gone).is_break() {
            return Ok(gone);
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
