//! What is kept of a log that was sent.

use kept_journal::audit::{self, Author, AuthorError, Entry, Who};
use kept_kernel::{Id, Instant};
use kept_store::{FromRow, Read, Row, Store, StoreError, Value, Write, params, statements};
use kept_world::World;

use crate::reading::Reading;

macro_rules! logs {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, bytes, mapping_name, mapping, reading, taken_at, import, undo_begun_at, removed_at
             FROM history_logs ",
            $rest
        )
    };
}

statements! {
    ADD_LOG = "INSERT INTO history_logs (id, name, bytes, mapping_name, mapping, reading, taken_at, taken_by)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    READ_ANEW = "UPDATE history_logs SET mapping_name = $2, mapping = $3, reading = $4
                 WHERE id = $1 AND removed_at IS NULL";
    LINK_IMPORT = "UPDATE history_logs SET import = $2, undo_begun_at = NULL WHERE id = $1";
    BEGIN_UNDO = "UPDATE history_logs SET undo_begun_at = $2 WHERE import = $1 AND undo_begun_at IS NULL";
    REMOVE_LOG = "UPDATE history_logs SET removed_at = $2 WHERE id = $1 AND removed_at IS NULL";
    LOGS = logs!("ORDER BY id DESC LIMIT 200");
    LOG = logs!("WHERE id = $1");
    LOG_OF_IMPORT = logs!("WHERE import = $1 ORDER BY id DESC LIMIT 1");
    STANDING_LOGS = "SELECT id FROM history_logs WHERE removed_at IS NULL ORDER BY id";
}

/// A log that was sent.
#[derive(Clone, Debug)]
pub struct LogRow {
    /// Its identity, also the name of its file.
    pub id: Id,
    /// The file's name, as the sender had it.
    pub name: String,
    /// How large it is.
    pub bytes: u64,
    /// What the mapping is called.
    pub mapping_name: String,
    /// The mapping itself.
    pub mapping: String,
    /// What its beginning gives through the mapping.
    pub reading: Reading,
    /// When it came.
    pub taken_at: Instant,
    /// The latest import of it.
    pub import: Option<Id>,
    /// Since when that one is being undone.
    pub undo_begun_at: Option<Instant>,
    /// When its files were thrown away.
    pub removed_at: Option<Instant>,
}

impl FromRow for LogRow {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let reading: &str = row.get(5)?;
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            bytes: row.get(2)?,
            mapping_name: row.get(3)?,
            mapping: row.get(4)?,
            reading: serde_json::from_str(reading).unwrap_or_default(),
            taken_at: row.get(6)?,
            import: row.get(7)?,
            undo_begun_at: row.get(8)?,
            removed_at: row.get(9)?,
        })
    }
}

/// The latest logs, the newest first.
pub fn logs(read: &Read<'_>) -> Result<Vec<LogRow>, StoreError> {
    read.all(LOGS, &[])
}

/// One log; none: there is no such.
pub fn log(read: &Read<'_>, id: Id) -> Result<Option<LogRow>, StoreError> {
    read.maybe(LOG, &params![id])
}

/// The log that an import was made of; none: it came by the command line.
pub fn log_of_import(read: &Read<'_>, import: Id) -> Result<Option<LogRow>, StoreError> {
    read.maybe(LOG_OF_IMPORT, &params![import])
}

/// The logs whose files are wanted.
pub fn standing(store: &Store) -> Result<Vec<Id>, StoreError> {
    let rows: Vec<(Id,)> = store.read(|read| read.all(STANDING_LOGS, &[])).wait()?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Writes down a log that has arrived.
pub fn add(store: &Store, world: &World, log: &LogRow, author: Author) -> Result<(), AuthorError> {
    let (entry, log) = (world.id(), log.clone());
    store
        .write(move |tx| {
            author.confirm(tx)?;
            let who = author.who();
            let reading = serde_json::to_string(&log.reading).unwrap_or_default();
            let by = who.text();
            let row = params![
                log.id,
                &log.name,
                log.bytes as i64,
                &log.mapping_name,
                &log.mapping,
                Value::Json(&reading),
                log.taken_at,
                &by,
            ];
            tx.execute(ADD_LOG, &row)?;
            let entry = (entry, log.taken_at, who);
            Ok::<_, AuthorError>(recorded(tx, entry, "LogTaken", log.id)?)
        })
        .wait()
}

/// Keeps another mapping of a log, and what it gives.
pub fn read_anew(
    store: &Store,
    world: &World,
    log: &LogRow,
    author: Author,
) -> Result<(), AuthorError> {
    let (entry, now, log) = (world.id(), world.now(), log.clone());
    store
        .write(move |tx| {
            author.confirm(tx)?;
            let reading = serde_json::to_string(&log.reading).unwrap_or_default();
            let row = params![
                log.id,
                &log.mapping_name,
                &log.mapping,
                Value::Json(&reading)
            ];
            tx.execute(READ_ANEW, &row)?;
            let entry = (entry, now, author.who());
            Ok::<_, AuthorError>(recorded(tx, entry, "LogMapped", log.id)?)
        })
        .wait()
}

/// Says which import was made of a log.
pub fn link(store: &Store, log: Id, import: Id) -> Result<(), StoreError> {
    store
        .write(move |tx| tx.execute(LINK_IMPORT, &params![log, import]).map(drop))
        .wait()
}

/// Says that an import is being undone.
pub fn begin_undo(
    store: &Store,
    import: Id,
    now: Instant,
    author: Author,
) -> Result<(), AuthorError> {
    store
        .write(move |tx| {
            author.confirm(tx)?;
            tx.execute(BEGIN_UNDO, &params![import, now])?;
            Ok::<_, AuthorError>(())
        })
        .wait()
}

/// Says that the files of a log are thrown away.
pub fn remove(store: &Store, world: &World, log: Id, author: Author) -> Result<(), AuthorError> {
    let (entry, now) = (world.id(), world.now());
    store
        .write(move |tx| {
            author.confirm(tx)?;
            tx.execute(REMOVE_LOG, &params![log, now])?;
            let entry = (entry, now, author.who());
            Ok::<_, AuthorError>(recorded(tx, entry, "LogRemoved", log)?)
        })
        .wait()
}

fn recorded(
    tx: &Write<'_>,
    (id, at, who): (Id, Instant, Who),
    act: &str,
    log: Id,
) -> Result<(), StoreError> {
    let object_id = log.to_string();
    let entry = Entry {
        id,
        at,
        who,
        act,
        object: "log",
        object_id: &object_id,
        detail: "{}",
    };
    audit::write(tx, &entry)
}
