//! What importing costs: the real log through its mapping, or copies of it, into both databases, beside a floor.
//!
//! The floor is the same rows by bare rusqlite, with the same key, pragmas, tables and indexes, in transactions of the same
//! size; the time to make the rows is left out of it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use kept_engine::Event;
use kept_journal::audit::Who;
use kept_journal::codec::Codec;
use kept_journal::events::NewEvent;
use kept_journal::imports::{self, Import};
use kept_kernel::Id;
use kept_language::Register;
use kept_logs::{BadLine, Mapping, ReadOptions, Watch, read};
use kept_store::{Key, Place, Settings, Store, statements};
use kept_world::World;
use rusqlite::{Connection, params};

use crate::copies::Copies;
use crate::place;

statements! {
    SERVER_SIZE = "SELECT pg_database_size(current_database())";
}

const KEY: [u8; 32] = [3; 32];
const SLICE: usize = 4_096;

/// Where the events come from.
enum From {
    /// The log once, read through the mapping each time.
    Log,
    /// So many events of copies.
    Copies(Copies, u64),
}

/// Imports the log once, or so many events of its copies.
pub fn importing(register: &Register, events: Option<u64>) -> Result<(), String> {
    let from = match events {
        None => From::Log,
        Some(events) => From::Copies(Copies::read(register)?, events),
    };
    let codec = Arc::new(Codec::new(register));
    let folder = std::env::temp_dir().join(format!("kept-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    println!("| what | events | seconds | events/s | on a processor, s | size, MB | memory, MB |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let done = all(&from, register, &codec, &folder);
    fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    done
}

fn all(from: &From, register: &Register, codec: &Arc<Codec>, folder: &Path) -> Result<(), String> {
    let alone = Measure::begin();
    let count = from.each(register, |event| {
        std::hint::black_box(codec.write(event));
        Ok(())
    })?;
    alone.line("reading and writing out alone", count, None);
    let file = folder.join("kept.db");
    let place = Place::File {
        path: file.clone(),
        key: Key::new(KEY),
    };
    one(from, register, codec, ("SQLite, encrypted", &place))?;
    floor(from, register, codec, &folder.join("floor.db"))?;
    match std::env::var("KEPT_BENCH_POSTGRES") {
        Ok(url) => one(
            from,
            register,
            codec,
            ("PostgreSQL", &Place::Server { url }),
        ),
        Err(_) => {
            eprintln!("PostgreSQL is left out: name an empty database in KEPT_BENCH_POSTGRES");
            Ok(())
        }
    }
}

/// Imports and undoes.
fn one(
    from: &From,
    register: &Register,
    codec: &Arc<Codec>,
    (name, place): (&str, &Place),
) -> Result<(), String> {
    let told = |error: &dyn std::fmt::Display| error.to_string();
    let store = Store::open(place, Settings::default()).map_err(|error| told(&error))?;
    let world = World::system();
    store
        .migrate(&[kept_journal::SCHEMA], world.now())
        .map_err(|error| told(&error))?;
    let measure = Measure::begin();
    let begun = Import::begin(&store, &world, Arc::clone(codec), "log", Who::Console);
    let mut import = begun.map_err(|error| told(&error))?;
    from.each(register, |event| {
        import.push(event).map_err(|error| error.to_string())
    })?;
    let written = import.finish(0).map_err(|error| told(&error))?;
    measure.line(name, written, size(place, &store));
    let measure = Measure::begin();
    let list = imports::list(&store).map_err(|error| told(&error))?;
    let Some(import) = list.first() else {
        return Err("there is no import".to_owned());
    };
    let gone = imports::undo(&store, &world, import, Who::Console, |_| {
        std::ops::ControlFlow::Continue(())
    })
    .map_err(|error| told(&error))?;
    measure.line(&format!("{name}, undone"), gone, None);
    Ok(())
}

fn size(place: &Place, store: &Store) -> Option<u64> {
    match place {
        Place::File { path, .. } => fs::metadata(path).ok().map(|data| data.len()),
        Place::Server { .. } => {
            let size = store.read(|read| read.one::<(u64,)>(SERVER_SIZE, &[]));
            size.wait().ok().map(|(bytes,)| bytes)
        }
    }
}

/// The same rows by bare rusqlite.
fn floor(from: &From, register: &Register, codec: &Codec, path: &Path) -> Result<(), String> {
    let told = |error: &dyn std::fmt::Display| error.to_string();
    let place = Place::File {
        path: path.to_owned(),
        key: Key::new(KEY),
    };
    // The tables and indexes are those of the product.
    let store = Store::open(&place, Settings::default()).map_err(|error| told(&error))?;
    let world = World::system();
    store
        .migrate(&[kept_journal::SCHEMA], world.now())
        .map_err(|error| told(&error))?;
    drop(store);
    let mut bare = Bare::open(path).map_err(|error| told(&error))?;
    let mut next = world.id();
    let mut slice = Vec::with_capacity(SLICE);
    let count = from.each(register, |event| {
        next = next.next();
        slice.push(NewEvent::of(codec, event, next));
        if slice.len() == SLICE {
            bare.write(&slice).map_err(|error| error.to_string())?;
            slice.clear();
        }
        Ok(())
    })?;
    bare.write(&slice).map_err(|error| told(&error))?;
    let seconds = bare.spent.as_secs_f64();
    println!(
        "| floor: the same rows by bare rusqlite | {count} | {seconds:.2} | {:.0} | {:.2} | {:.0} | |",
        count as f64 / seconds,
        bare.processor,
        fs::metadata(path).map_or(0, |data| data.len()) as f64 / 1e6,
    );
    Ok(())
}

struct Bare {
    connection: Connection,
    numbers: HashMap<(String, String), i64>,
    spent: Duration,
    processor: f64,
}

impl Bare {
    fn open(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        let key = KEY.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        connection.execute_batch(&format!(
            "PRAGMA key = \"x'{key}'\"; PRAGMA cipher_hmac_algorithm = HMAC_SHA256; PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;
             PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA cache_size = -16384;
             PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = 67108864;"
        ))?;
        connection.execute_batch(
            "INSERT INTO imports (number, id, name, started_at, events, bad_lines) VALUES (1, x'00', 'floor', 0, 0, 0)",
        )?;
        Ok(Self {
            connection,
            numbers: HashMap::new(),
            spent: Duration::ZERO,
            processor: 0.0,
        })
    }

    fn write(&mut self, slice: &[NewEvent]) -> rusqlite::Result<()> {
        let (watch, before) = (Stopwatch::now(), place::processor_seconds());
        let tx = self.connection.transaction()?;
        {
            let mut name =
                tx.prepare_cached("INSERT INTO records (number, noun, id) VALUES (?, ?, ?)")?;
            let mut add = tx.prepare_cached(
                "INSERT INTO events (id, at, recorded_at, record, client, what, body, import) VALUES (?, ?, ?, ?, ?, ?, ?, 1)",
            )?;
            let numbers = &mut self.numbers;
            let mut number = |noun: &str, id: &str| -> rusqlite::Result<i64> {
                let key = (noun.to_owned(), id.to_owned());
                if let Some(number) = numbers.get(&key) {
                    return Ok(*number);
                }
                let number = numbers.len() as i64 + 1;
                name.execute(params![number, noun, id])?;
                numbers.insert(key, number);
                Ok(number)
            };
            for event in slice {
                let client = event.client.as_deref();
                let client = client.map(|client| number("client", client)).transpose()?;
                let record = number(&event.noun, &event.subject)?;
                let id: Id = event.id;
                add.execute(params![
                    &id.bytes()[..],
                    event.at.micros(),
                    event.recorded_at.micros(),
                    record,
                    client,
                    &event.what,
                    &event.body
                ])?;
            }
        }
        tx.commit()?;
        self.spent += watch.elapsed();
        let processor = place::processor_seconds().zip(before);
        self.processor += processor.map_or(0.0, |(after, before)| after - before);
        Ok(())
    }
}

struct Silent;

impl Watch for Silent {
    fn bad(&mut self, _: &BadLine) {}
    fn rows(&mut self, _: u64) {}
}

/// An error on its way through the reader of logs.
struct Said(String);

impl std::convert::From<std::io::Error> for Said {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

impl From {
    /// Hands out every event; says how many there were.
    fn each(
        &self,
        register: &Register,
        mut take: impl FnMut(&Event<'_>) -> Result<(), String>,
    ) -> Result<u64, String> {
        match self {
            Self::Log => {
                let mapping = place::text("examples/servicenow/mapping.toml")?;
                let mapping = Mapping::parse(&mapping, register)
                    .map_err(|problems| format!("{problems:?}"))?;
                let path = place::shared().join("data/requests/itsm_servicenow_events.csv.gz");
                let file =
                    File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
                let options = ReadOptions::default();
                let events = read(Box::new(file), &mapping, register, &options, &mut Silent)
                    .map_err(|error| error.to_string())?;
                let count = events.summary().events;
                events
                    .for_each(|event| take(event).map_err(Said))
                    .map_err(|Said(problem)| problem)?;
                Ok(count)
            }
            Self::Copies(copies, events) => {
                let mut problem = None;
                copies.for_each(*events, |event| {
                    if problem.is_none() {
                        problem = take(event).err();
                    }
                });
                problem.map_or(Ok(*events), Err)
            }
        }
    }
}

/// A stopwatch for wall clock and processor.
struct Measure {
    watch: Stopwatch,
    processor: Option<f64>,
}

impl Measure {
    fn begin() -> Self {
        Self {
            watch: Stopwatch::now(),
            processor: place::all_processor_seconds(),
        }
    }

    fn line(&self, name: &str, events: u64, bytes: Option<u64>) {
        let seconds = self.watch.elapsed().as_secs_f64();
        let processor = place::all_processor_seconds().zip(self.processor);
        let processor = processor.map_or(0.0, |(after, before)| after - before);
        let size = bytes.map_or(String::new(), |bytes| format!("{:.0}", bytes as f64 / 1e6));
        println!(
            "| {name} | {events} | {seconds:.2} | {:.0} | {processor:.2} | {size} | {:.0} |",
            events as f64 / seconds,
            place::resident_megabytes()
        );
    }
}
