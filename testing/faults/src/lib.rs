//! What the writer and the tests share: how an event is written, and what must hold afterwards.

use std::collections::BTreeSet;
use std::path::Path;

use kept_journal::audit::{self, Entry, Sealing, SealingProblem, Who};
use kept_kernel::{Id, Instant};
use kept_store::{Answer, Key, Place, Settings, Store, StoreError, Value, params, statements};
use kept_vault::checkpoint::Signer;
use kept_vault::{Purpose, Roots};
use kept_world::World;

statements! {
    ADD_RECORD = "INSERT INTO records (noun, id) VALUES ('request', $1) ON CONFLICT DO NOTHING";
    RECORD = "SELECT number FROM records WHERE noun = 'request' AND id = $1";
    ADD_EVENT = "INSERT INTO events (id, at, recorded_at, record, what, body) VALUES ($1, $2, $2, $3, $4, $5)";
    EVENTS = "SELECT place, what FROM events WHERE place > $1 ORDER BY place LIMIT 5000";
    ENTRIES = "SELECT place, object_id FROM audit WHERE place > $1 ORDER BY place LIMIT 5000";
}

/// The key of the databases in these tests.
pub const KEY: [u8; 32] = [7; 32];

/// The place that a text names: a URL or a file.
pub fn place(text: &str) -> Place {
    if text.starts_with("postgres") {
        return Place::Server { url: text.into() };
    }
    Place::File {
        path: text.into(),
        key: Key::new(KEY),
    }
}

/// The text of a place.
pub fn text(place: &Place) -> String {
    match place {
        Place::File { path, .. } => path.display().to_string(),
        Place::Server { url } => url.clone(),
    }
}

/// Opens the store with the tables of the journal.
///
/// # Errors
///
/// Why it cannot be opened, in words.
pub fn open(place: &Place, settings: Settings) -> Result<Store, String> {
    let store = Store::open(place, settings).map_err(|error| error.to_string())?;
    store
        .migrate(&[kept_journal::SCHEMA], World::system().now())
        .map_err(|error| error.to_string())?;
    Ok(store)
}

/// Appends an event and its audit entry, both named by `number`, in one transaction.
pub fn append(store: &Store, world: &World, number: u64) -> Answer<(), StoreError> {
    let (event, entry, at): (Id, Id, Instant) = (world.id(), world.id(), world.now());
    store.write(move |tx| {
        let name = number.to_string();
        let subject = format!("SR-{}", number % 50);
        tx.execute(ADD_RECORD, &params![&subject])?;
        let (record,): (i64,) = tx.one(RECORD, &params![&subject])?;
        let row = params![event, at, record, &name, Value::Json("{\"filled\": true}")];
        tx.execute(ADD_EVENT, &row)?;
        audit::write(
            tx,
            &Entry {
                id: entry,
                at,
                who: Who::Kept,
                act: "EventRecorded",
                object: "event",
                object_id: &name,
                detail: "{}",
            },
        )
    })
}

/// What signs the audit in these tests.
///
/// # Errors
///
/// Never, in these tests.
pub fn signer() -> Result<Signer, String> {
    let roots = Roots::new(&mut |bytes: &mut [u8]| bytes.fill(5));
    let roots = roots.map_err(|error| error.to_string())?;
    Signer::new("faults", &roots.derive(Purpose::Checkpoints)).map_err(|error| error.to_string())
}

/// Seals into a folder.
///
/// # Errors
///
/// As [`Sealing::open`].
pub fn sealing(store: &Store, world: &World, folder: &Path) -> Result<Sealing, SealingProblem> {
    let signer = signer().map_err(|text| SealingProblem::File {
        path: folder.into(),
        source: std::io::Error::other(text),
    })?;
    Sealing::open(store.clone(), world.clone(), signer, folder)
}

/// What a database holds after a fault.
#[derive(Debug)]
pub struct Held {
    /// The numbers of all events.
    pub events: BTreeSet<u64>,
}

/// Holds a database against what must be true of it whatever happened: each event is there once and has its audit
/// entry, each entry has its event, places have no gaps, and the audit is sound once it has been sealed.
///
/// # Errors
///
/// What does not hold, in words.
pub fn inspect(store: &Store, folder: &Path) -> Result<Held, String> {
    let told = |error: &dyn std::fmt::Display| error.to_string();
    kept_journal::place(store).map_err(|error| told(&error))?;
    let events = numbers(store, EVENTS)?;
    let entries = numbers(store, ENTRIES)?;
    if events != entries {
        let one = events.symmetric_difference(&entries).next();
        return Err(format!("an event without entry or the reverse: {one:?}"));
    }
    let world = World::system();
    let mut sealing = sealing(store, &world, folder).map_err(|error| told(&error))?;
    sealing.sign().map_err(|error| told(&error))?;
    drop(sealing);
    let report = audit::inspect(store, folder, &[signer()?.verifier()]);
    let report = report.map_err(|error| told(&error))?;
    if !report.is_sound() || report.vouched != events.len() as u64 {
        return Err(format!("the audit is not sound: {report:?}"));
    }
    Ok(Held { events })
}

fn numbers(store: &Store, sql: kept_store::Sql) -> Result<BTreeSet<u64>, String> {
    let mut found = BTreeSet::new();
    let mut last = 0;
    loop {
        let slice: Vec<(i64, String)> = store
            .read(move |read| read.all::<(i64, String)>(sql, &params![last]))
            .wait()
            .map_err(|error| error.to_string())?;
        if slice.is_empty() {
            return Ok(found);
        }
        for (place, name) in slice {
            if place != last + 1 {
                return Err(format!("after place {last} comes {place}"));
            }
            last = place;
            let number = name.parse().map_err(|_| format!("no number: {name}"))?;
            if !found.insert(number) {
                return Err(format!("{number} is there twice"));
            }
        }
    }
}
