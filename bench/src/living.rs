//! What it costs that the SOPs run while people work: a request recorded and judged under all five of them, durable; and
//! from deadline to escalation, with many clocks open.

use std::sync::Arc;
use std::time::Instant as Stopwatch;

use kept_calendar::Calendar;
use kept_engine::{Calendars, Engine, Program, Version};
use kept_journal::audit::Who;
use kept_journal::codec::Codec;
use kept_journal::events::NewEvent;
use kept_journal::imports::Import;
use kept_journal::obligations::Rewriting;
use kept_journal::{Directory, InForce, alerts, live, timers};
use kept_kernel::{Id, Instant};
use kept_language::{Register, Source, read};
use kept_store::{Key, Place, Settings, Store, StoreError};
use kept_world::World;

use crate::place;
use crate::storing::{line, measure};

/// Monday, 2026-02-02 09:00 UTC.
const NINE: Instant = Instant::from_seconds(1_770_022_800);
const MINUTE: i64 = 60_000_000;
/// So many deadlines fall on one instant.
const AT_ONCE: u64 = 10_000;

const HOURS: &str = "zone = \"UTC\"\n[hours]\nmonday = [\"09:00-17:00\"]\ntuesday = [\"09:00-17:00\"]\n\
    wednesday = [\"09:00-17:00\"]\nthursday = [\"09:00-17:00\"]\nfriday = [\"09:00-17:00\"]\n";

/// Measures both databases where both are there; `clocks` requests are open on SQLite while timers fire.
pub fn living(register: Register, clocks: u64) -> Result<(), String> {
    let rules = Arc::new(rules(register)?);
    let folder = std::env::temp_dir().join(format!("kept-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let file = |name: &str| Place::File {
        path: folder.join(name),
        key: Key::new([3; 32]),
    };
    let mut table = String::from(
        "| store | writers | /s | p50 ms | p99 ms | writes a commit |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    writes(&mut table, "SQLite, encrypted", &file("writes.db"), &rules)?;
    match std::env::var("KEPT_BENCH_POSTGRES") {
        Ok(url) => writes(&mut table, "PostgreSQL", &Place::Server { url }, &rules)?,
        Err(_) => {
            eprintln!("PostgreSQL is left out: name an empty database in KEPT_BENCH_POSTGRES");
        }
    }
    println!(
        "A request received, judged under the five SOPs, with its obligations and timer:\n\n{table}"
    );
    escalations(&file("clocks.db"), &rules, clocks)?;
    std::fs::remove_dir_all(&folder).map_err(|error| error.to_string())
}

fn rules(register: Register) -> Result<InForce, String> {
    let texts = place::with_ending("sops", ".sop.md")?;
    let sources: Vec<Source<'_>> = texts
        .iter()
        .map(|(path, text)| Source { path, text })
        .collect();
    let library = read(&register, &sources);
    let calendar = Calendar::parse(HOURS, &mut |_| Err("no feeds here".to_owned()))
        .map_err(|problems| format!("the calendar: {problems:?}"))?;
    let version = Version {
        documents: &library.documents,
        from: Instant::MIN,
    };
    let calendars = Calendars::company(calendar);
    let program = Program::compile(
        &register,
        &[version],
        calendars,
        kept_engine::People::default(),
    )
    .map_err(|problems| format!("{problems:?}"))?;
    Ok(InForce {
        codec: Arc::new(Codec::new(&register)),
        directory: Directory::default(),
        library,
        program,
        register,
    })
}

fn opened(place: &Place) -> Result<Store, String> {
    let store = Store::open(place, Settings::default()).map_err(|error| error.to_string())?;
    store
        .migrate(&[kept_journal::SCHEMA], NINE)
        .map_err(|error| error.to_string())?;
    Ok(store)
}

fn received(number: u64, id: Id, at: Instant) -> NewEvent {
    NewEvent {
        id,
        at,
        recorded_at: at,
        noun: "request".to_owned(),
        subject: format!("R-{number}"),
        client: Some(format!("C-{number}")),
        what: "receive-request".to_owned(),
        body: format!("{{\"by\":\"client\",\"links\":[[\"client\",\"C-{number}\"]]}}"),
    }
}

fn writes(
    table: &mut String,
    name: &str,
    place: &Place,
    rules: &Arc<InForce>,
) -> Result<(), String> {
    let store = opened(place)?;
    let world = World::system();
    for writers in [1, 8, 32] {
        let world = world.clone();
        let measured = measure(&store, writers, |store, number| {
            let (rules, now) = (Arc::clone(rules), world.now());
            let number = number + writers * 1_000_000_000;
            let event = received(number, world.id(), now);
            store
                .write(move |tx| live::record(tx, &rules, std::slice::from_ref(&event), now))
                .wait()
                .map(drop)
        })?;
        line(table, name, writers, &measured);
    }
    Ok(())
}

/// Many open clocks, ten thousand of them due at one instant, and one at another.
fn escalations(place: &Place, rules: &Arc<InForce>, clocks: u64) -> Result<(), String> {
    let told = |error: &StoreError| error.to_string();
    let store = opened(place)?;
    let (store, rules) = (&store, rules);
    open_clocks(store, rules, clocks).map_err(|error| told(&error))?;
    println!("{clocks} requests are open, each with its clocks.\n");
    println!(
        "| due at one instant | seconds until all are judged and told | alerts |\n| --- | --- | --- |"
    );
    for (label, upto) in [("1", 0), ("10,000", MINUTE)] {
        let before = count(store).map_err(|error| told(&error))?;
        let due = first_due(store, NINE.plus_micros(upto)).map_err(|error| told(&error))?;
        let begun = Stopwatch::now();
        rounds(store, rules, due).map_err(|error| told(&error))?;
        let took = begun.elapsed();
        let after = count(store).map_err(|error| told(&error))?;
        println!(
            "| {label} | {:.3} | {} |",
            took.as_secs_f64(),
            after - before
        );
    }
    println!(
        "\nresident memory at the end: {:.0} MB",
        place::resident_megabytes()
    );
    Ok(())
}

/// The next timer at or after an instant.
fn first_due(store: &Store, from: Instant) -> Result<Instant, StoreError> {
    let next = store.read(timers::next).wait()?;
    Ok(next.unwrap_or(from).max(from))
}

fn rounds(store: &Store, rules: &Arc<InForce>, now: Instant) -> Result<(), StoreError> {
    loop {
        let rules = Arc::clone(rules);
        let next = store.read(timers::next).wait()?;
        if next.is_none_or(|next| next > now) {
            return Ok(());
        }
        store
            .write(move |tx| live::round(tx, &rules, now, 200))
            .wait()?;
    }
}

fn count(store: &Store) -> Result<usize, StoreError> {
    store
        .read(|read| Ok(alerts::latest(read, 1_000_000)?.len()))
        .wait()
}

/// Requests that came in at three times: one, ten thousand a minute later, and all others through the next day.
fn open_clocks(store: &Store, rules: &Arc<InForce>, clocks: u64) -> Result<(), StoreError> {
    let world = World::still(NINE, 3);
    let at = |number: u64| match number {
        0 => NINE,
        1..=AT_ONCE => NINE.plus_micros(MINUTE),
        number => NINE.plus_micros(60 * MINUTE + number as i64 * 1_000),
    };
    let mut import = Import::begin(store, &world, rules.codec.clone(), "clocks", Who::Kept)?;
    let mut rewriting = Rewriting::begin(store, rules.codec.clone(), NINE)?;
    let mut failed = None;
    let until = at(clocks);
    let wakes = {
        let mut engine = Engine::new(&rules.program, live::SEED, |duty| {
            failed = rewriting.push(duty).err().or(failed.take());
        });
        engine.with_cases_only();
        for number in 0..clocks {
            let row = received(number, Id::default(), at(number));
            let event = rules.codec.read(&kept_journal::codec::EventRow {
                place: number + 1,
                at: row.at,
                recorded_at: row.recorded_at,
                noun: &row.noun,
                id: &row.subject,
                what: &row.what,
                body: &row.body,
            });
            if let Ok(event) = event {
                event.lend(|event| import.push(event))?;
                let _ = event.lend(|event| engine.push(event));
            }
        }
        let wakes = engine.wakes(NINE.plus_micros(MINUTE + 1));
        engine.finish(NINE.plus_micros(MINUTE + 1));
        wakes
    };
    if let Some(error) = failed {
        return Err(error);
    }
    import.finish(0)?;
    live::set_wakes(store, &rules.codec, &wakes)?;
    let finished = rewriting.finish()?;
    let rules = Arc::clone(rules);
    store
        .write(move |tx| finished.put_in_force(tx, &rules, until))
        .wait()?;
    store.analyze()
}
