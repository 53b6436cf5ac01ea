//! What takes its time: importing a log, and taking an import out again.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kept_journal::audit::{Author, AuthorError};
use kept_journal::imports::{self, Import, Imported};
use kept_kernel::Id;
use kept_logs::{BadLine, CsvText, LogError, ReadOptions, Watch};
use kept_store::StoreError;

use crate::queries::{self, LogRow};
use crate::reading::{mapping_of, said};
use crate::room::{Room, Task};
use crate::shelf::{Coming, Kind};

/// Why work ended early. What was written until then stays, and is marked.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file.
    #[error("a file could not be read or written: {0}")]
    File(#[from] io::Error),
    /// The log or its mapping.
    #[error("{0}")]
    Log(String),
    /// Whoever began it may not any longer.
    #[error(transparent)]
    Lapsed(AuthorError),
    /// The program ends.
    #[error("Kept was stopped meanwhile")]
    Stopped,
}

impl From<AuthorError> for WorkError {
    fn from(error: AuthorError) -> Self {
        match error {
            AuthorError::Store(error) => Self::Store(error),
            lapsed @ AuthorError::Lapsed => Self::Lapsed(lapsed),
        }
    }
}

/// Imports a log, or goes on with an import of it that was broken off.
pub fn import(room: &Room, task: &Task, log: &LogRow, author: &Author) -> Result<(), WorkError> {
    let asked = author.clone();
    // Once it runs, it goes on also when whoever began it signs out.
    room.store().read(move |read| asked.confirm(read)).wait()?;
    let rules = room.rules().now();
    let mapping = mapping_of(&log.mapping, &rules.register)
        .map_err(|problems| WorkError::Log(problems.join("\n")))?;
    task.begin(room, "Reading the log", log.bytes);
    let done = Arc::new(AtomicU64::new(0));
    let raw = Counted {
        raw: room.shelf().read(log.id, Kind::Log)?,
        done: Arc::clone(&done),
        room: room.clone(),
    };
    let mut watch = Watching {
        room,
        task,
        done,
        bad: BadLines::begin(room.shelf().write(log.id, Kind::BadLines)?),
    };
    let options = ReadOptions::default();
    let events = kept_logs::read(
        Box::new(raw),
        &mapping,
        &rules.register,
        &options,
        &mut watch,
    )
    .map_err(|error| match error {
        _ if room.is_stopping() => WorkError::Stopped,
        LogError::Io(error) => WorkError::File(error),
        other => WorkError::Log(said(&other).join("\n")),
    })?;
    let bad_lines = watch.bad.finish()?;
    let total = events.summary().events;
    if total == 0 {
        let problem = "The mapping finds no event in the log, so nothing was imported.";
        return Err(WorkError::Log(problem.to_owned()));
    }
    let (store, world) = (room.store(), room.world());
    let codec = Arc::clone(&rules.codec);
    let mut import = match broken_off(room, log)? {
        Some(import) => Import::resume(store, world, codec, &import),
        None => {
            let import = Import::begin(store, world, codec, &log.name, author.who())?;
            queries::link(store, log.id, import.id())?;
            import
        }
    }
    .knowing(rules.directory.clone());
    task.begin(room, "Writing the events", total);
    let mut place = 0_u64;
    events.for_each(|event| {
        import.push(event)?;
        place += 1;
        if place.is_multiple_of(1_024) {
            task.at(room, place);
            if room.is_stopping() {
                return Err(WorkError::Stopped);
            }
        }
        Ok(())
    })?;
    import.finish(bad_lines)?;
    store.analyze()?;
    room.judge(task);
    Ok(())
}

/// The import of a log that began and did not end.
fn broken_off(room: &Room, log: &LogRow) -> Result<Option<Imported>, WorkError> {
    let Some(id) = log.import.filter(|_| log.undo_begun_at.is_none()) else {
        return Ok(None);
    };
    let import = imports::by_id(room.store(), id)?;
    Ok(import.filter(|import| import.ended_at.is_none() && import.undone_at.is_none()))
}

/// Takes an import out again.
pub fn undo(room: &Room, task: &Task, import: Id, author: &Author) -> Result<(), WorkError> {
    let (store, world) = (room.store(), room.world());
    let Some(import) = imports::by_id(store, import)? else {
        return Err(WorkError::Log("There is no such import.".to_owned()));
    };
    queries::begin_undo(store, import.id, world.now(), author.clone())?;
    task.begin(room, "Taking the events out", import.events);
    imports::undo(store, world, &import, author.who(), |gone| {
        task.at(room, gone);
        if room.is_stopping() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    if room.is_stopping() {
        return Err(WorkError::Stopped);
    }
    room.judge(task);
    Ok(())
}

/// Counts the bytes that were read, and ends the reading when the program ends.
struct Counted<R> {
    raw: R,
    done: Arc<AtomicU64>,
    room: Room,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.room.is_stopping() {
            return Err(io::Error::other("stopped"));
        }
        let count = self.raw.read(into)?;
        self.done.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

struct Watching<'r> {
    room: &'r Room,
    task: &'r Task,
    done: Arc<AtomicU64>,
    bad: BadLines,
}

impl Watch for Watching<'_> {
    fn bad(&mut self, line: &BadLine) {
        self.bad.add(line);
    }

    fn rows(&mut self, _: u64) {
        self.task.at(self.room, self.done.load(Ordering::Relaxed));
    }
}

/// The lines that could not be used, as CSV. A failure to write is kept until the end.
struct BadLines {
    file: Coming,
    text: CsvText,
    count: u64,
    failed: Option<io::Error>,
}

impl BadLines {
    fn begin(file: Coming) -> Self {
        let mut text = CsvText::new();
        text.field("line").field("reason").field("text").end_row();
        Self {
            file,
            text,
            count: 0,
            failed: None,
        }
    }

    fn add(&mut self, line: &BadLine) {
        self.count += 1;
        self.text.plain(line.line);
        safe(&mut self.text, &line.reason.to_string());
        safe(&mut self.text, &line.text);
        self.text.end_row();
        if self.text.len() > 1 << 15 {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if let Err(error) = self.file.add(self.text.take().as_bytes()) {
            self.failed.get_or_insert(error);
        }
    }

    fn finish(mut self) -> io::Result<u64> {
        self.flush();
        match self.failed {
            Some(error) => Err(error),
            None => {
                self.file.keep()?;
                Ok(self.count)
            }
        }
    }
}

/// A cell that a spreadsheet shows and never runs: what begins as a formula gets an apostrophe before it.
fn safe(text: &mut CsvText, value: &str) {
    let begins = value.trim_start_matches([' ', '\u{a0}']);
    if begins.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        text.field(&format!("'{value}"));
    } else {
        text.field(value);
    }
}
