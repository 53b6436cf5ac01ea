//! What writing costs: an event with its obligation's timer, a parcel in the outbox and an audit entry, durable.

use std::fmt::Write as _;
use std::time::{Duration, Instant as Stopwatch};

use kept_journal::audit::{self, Entry, Who};
use kept_journal::events::{self, NewEvent};
use kept_journal::{outbox, timers};
use kept_store::{Key, Place, Settings, Store, StoreError, params, statements};
use kept_world::World;

statements! {
    PLAIN = "CREATE TABLE IF NOT EXISTS floor (n INTEGER)";
    FLOOR = "INSERT INTO floor (n) VALUES ($1)";
}

/// How long each row of the table is measured.
const SPAN: Duration = Duration::from_secs(4);

/// Measures both databases where both are there, at 1, 8 and 32 writers.
pub fn storing() -> Result<(), String> {
    let folder = std::env::temp_dir().join(format!("kept-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let file = Place::File {
        path: folder.join("kept.db"),
        key: Key::new([3; 32]),
    };
    let mut table = String::from(
        "| store | writers | /s | p50 ms | p99 ms | writes a commit |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    rows(&mut table, "SQLite, encrypted", &file)?;
    match std::env::var("KEPT_BENCH_POSTGRES") {
        Ok(url) => rows(&mut table, "PostgreSQL", &Place::Server { url })?,
        Err(_) => {
            eprintln!("PostgreSQL is left out: name an empty database in KEPT_BENCH_POSTGRES");
        }
    }
    println!("{table}");
    std::fs::remove_dir_all(&folder).map_err(|error| error.to_string())
}

fn rows(table: &mut String, name: &str, place: &Place) -> Result<(), String> {
    let store = Store::open(place, Settings::default()).map_err(|error| error.to_string())?;
    let world = World::system();
    store
        .migrate(&[kept_journal::SCHEMA], world.now())
        .map_err(|error| error.to_string())?;
    store
        .write(|tx| tx.execute(PLAIN, &[]))
        .wait()
        .map_err(|error: StoreError| error.to_string())?;
    for writers in [1, 8, 32] {
        let floor = measure(&store, writers, |store, _| {
            store
                .write(|tx| tx.execute(FLOOR, &params![1_i64]))
                .wait()
                .map(drop)
        })?;
        line(table, &format!("{name}, one row"), writers, &floor);
        let world = world.clone();
        let whole = measure(&store, writers, move |store, number| {
            write(store, &world, number)
        })?;
        line(table, &format!("{name}, an event whole"), writers, &whole);
    }
    Ok(())
}

/// How long each piece of work took.
pub struct Measured {
    times: Vec<Duration>,
    took: Duration,
    per_commit: f64,
}

/// Has so many writers work for a while.
pub fn measure(
    store: &Store,
    writers: u64,
    work: impl Fn(&Store, u64) -> Result<(), StoreError> + Sync,
) -> Result<Measured, String> {
    let (groups, writes) = (store.counters().groups(), store.counters().writes());
    let begun = Stopwatch::now();
    let results: Vec<Result<Vec<Duration>, StoreError>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..writers)
            .map(|writer| {
                let work = &work;
                scope.spawn(move || {
                    let mut times = Vec::new();
                    while begun.elapsed() < SPAN {
                        let one = Stopwatch::now();
                        work(store, writer * 1_000_000 + times.len() as u64)?;
                        times.push(one.elapsed());
                    }
                    Ok(times)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or(Err(StoreError::Panicked)))
            .collect()
    });
    let took = begun.elapsed();
    let mut times = Vec::new();
    for result in results {
        times.extend(result.map_err(|error| error.to_string())?);
    }
    times.sort_unstable();
    let groups = store.counters().groups() - groups;
    let per_commit = (store.counters().writes() - writes) as f64 / groups.max(1) as f64;
    Ok(Measured {
        times,
        took,
        per_commit,
    })
}

/// Writes a row of the table.
pub fn line(table: &mut String, name: &str, writers: u64, measured: &Measured) {
    let at = |share: f64| {
        let place = (measured.times.len() as f64 * share) as usize;
        measured
            .times
            .get(place)
            .map_or(0.0, |time| time.as_secs_f64() * 1000.0)
    };
    let rate = measured.times.len() as f64 / measured.took.as_secs_f64();
    let (half, most, group) = (at(0.5), at(0.99), measured.per_commit);
    let _ = writeln!(
        table,
        "| {name} | {writers} | {rate:.0} | {half:.2} | {most:.2} | {group:.1} |"
    );
}

fn write(store: &Store, world: &World, number: u64) -> Result<(), StoreError> {
    let now = world.now();
    let event = NewEvent {
        id: world.id(),
        at: now,
        recorded_at: now,
        noun: "request".to_owned(),
        subject: number.to_string(),
        client: Some((number % 10_000).to_string()),
        what: "receive-request".to_owned(),
        body: format!(
            "{{\"by\":\"client\",\"links\":[[\"client\",\"{}\"]]}}",
            number % 10_000
        ),
    };
    let (entry, parcel) = (world.id(), world.id());
    store
        .write(move |tx| {
            let record = events::record(tx, &event)?;
            timers::set(tx, record, Some(now.plus_micros(3_600_000_000)))?;
            outbox::put(
                tx,
                parcel,
                ("mail", "{\"template\":\"acknowledgement\"}"),
                (now, now),
            )?;
            let entry = Entry {
                id: entry,
                at: now,
                who: Who::Kept,
                act: "RequestOpened",
                object: "request",
                object_id: &event.subject,
                detail: "{}",
            };
            audit::write(tx, &entry)
        })
        .wait()
}
