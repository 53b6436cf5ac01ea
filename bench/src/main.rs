//! What Kept costs, measured: `cargo run --release -p kept-bench -- replay [EVENTS] [SOP]`, `read`, `store`, `import`,
//! `pages`, `desk`, `mail`, `flood`.
//!
//! Replay: the log is the ServiceNow log of the folder of real data, one copy after the other: copy *k* has `-k` after each
//! incident number and lies *k* times 357 days later, as in `bench/compare/repeat.py`. Copies are made while the
//! engine runs, so that memory is the engine's own; the time to make them is measured apart and told. On a machine that
//! others use too, what counts is the time on a processor: it leaves out waiting for one, and the making of the events.

mod copies;
mod desk;
mod flooding;
mod importing;
mod living;
mod mail_house;
mod mailing;
mod paging;
mod place;
mod reading;
mod serving;
mod storing;

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::process::ExitCode;
use std::time::Instant as Stopwatch;

use kept_calendar::Calendar;
use kept_engine::{Calendars, Engine, People, Program, Verdict, Version};
use kept_kernel::Instant;
use kept_language::{Library, Register, RegisterFile, Source, read};

use copies::Copies;

const USAGE: &str = "\
usage: kept-bench replay [EVENTS] [SOP]   the ServiceNow log repeated to that many events (10,000,000 unless given),
                                          under this SOP (under those of the table in docs/performance.md unless given)
       kept-bench digest [EVENTS]         a number for all that is handed out, to compare two builds
       kept-bench read                    the SOPs that ship, and longer and longer documents
       kept-bench store                   writes to a new database at 1, 8 and 32 writers
       kept-bench import [EVENTS]         the ServiceNow log through its mapping, once, or copies of it to that many events,
                                          into a new database, beside the same rows by bare rusqlite
       kept-bench pages KEPT FOLDER       the pages of the house in that folder, served by that program
       kept-bench desk make FOLDER CLIENTS    a house of so many clients with what they asked; its key is made beside it
       kept-bench desk ask KEPT FOLDER        its pages, its API and its forms, served by that program
       kept-bench desk floor FOLDER           the same rows by bare rusqlite
       kept-bench mail KEPT FOLDER [RATE] [SECONDS]
                                          so many mails a second (50 unless given) for so long (30 s) into the door of a new house,
                                          served by that program; --database-url or KEPT_BENCH_POSTGRES names a server for it
       kept-bench flood KEPT FOLDER [EACH]
                                          so many public forms and as many mails (1,000 unless given) in the name of one who asked for
                                          nothing, into a new house as for mail: what is recorded, and what the victim gets
       kept-bench live [CLOCKS]           requests judged as they are recorded, and deadlines that fall with so many open
                                          (1,000,000 unless given)

KEPT_SHARED names the folder of real data, where it is not beside the repository.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (task, events, sops) = match words.as_slice() {
        [task] => (*task, Some(10_000_000), SOPS.as_slice()),
        [task, events] => (*task, number(events), SOPS.as_slice()),
        [task, events, sops @ ..] => (*task, number(events), sops),
        [] => ("", None, SOPS.as_slice()),
    };
    let done = match (task, events) {
        ("replay", Some(events)) => replay(events, sops),
        ("digest", Some(events)) => digest(events, sops),
        ("store", Some(_)) => storing::storing(),
        ("import", Some(_)) => register()
            .and_then(|register| importing::importing(&register, words.get(1).and(events))),
        ("desk", _) => desk::desk(words.get(1..).unwrap_or_default()),
        ("mail", _) => mailing::mailing(words.get(1..).unwrap_or_default()),
        ("flood", _) => flooding::flooding(words.get(1..).unwrap_or_default()),
        ("empty", _) => desk::empty(),
        ("pages", _) => match sops {
            [folder] => paging::paging(words.get(1).copied().unwrap_or_default(), folder),
            _ => Err("name the program and the folder of the house".to_owned()),
        },
        ("live", Some(clocks)) => {
            register().and_then(|register| living::living(register, clocks.min(1_000_000)))
        }
        ("read", Some(_)) => register().and_then(|register| reading::reading(&register)),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("kept-bench: {problem}");
            ExitCode::from(2)
        }
    }
}

/// The rules of the example, and the SOP for service requests.
const SOPS: [&str; 2] = ["examples/servicenow/servicenow.sop.md", "sops/sr.sop.md"];

fn number(text: &str) -> Option<u64> {
    text.replace(['_', ','], "").parse().ok()
}

/// Replays the log under these SOPs, one after the other.
fn replay(events: u64, sops: &[&str]) -> Result<(), String> {
    let register = register()?;
    let copies = Copies::read(&register)?;
    println!(
        "one copy: {} lines of the log, {} events, {} incidents",
        copies.lines(),
        copies.len(),
        copies.incidents()
    );
    let seconds = making(&copies, events);
    let each = seconds / events.max(1) as f64;
    println!("making {events} events without running them: {seconds:.2} s\n");
    println!("| rules | events | seconds | events/s | on a processor | duties | memory, MB |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for sop in sops {
        let program = program(&register, sop)?;
        for part in [events / 10, events / 2, events] {
            run(&program, &copies, sop, part, each)?;
        }
    }
    Ok(())
}

/// Says one number for all obligations with all their entries, in order, and one for them without.
fn digest(events: u64, sops: &[&str]) -> Result<(), String> {
    let register = register()?;
    let copies = Copies::read(&register)?;
    for sop in sops {
        let program = program(&register, sop)?;
        let with = digest_of(&program, &copies, events, true);
        let without = digest_of(&program, &copies, events, false);
        println!("{sop} {with:016x} {without:016x}");
    }
    Ok(())
}

fn digest_of(program: &Program, copies: &Copies, events: u64, entries: bool) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut text = String::new();
    let mut last = Instant::MIN;
    let mut engine = Engine::new(program, 1, |duty| {
        text.clear();
        let _ = write!(text, "{duty:?}");
        text.hash(&mut hasher);
    });
    engine.with_entries(entries);
    copies.for_each(events, |event| {
        last = event.at;
        let _ = engine.push(event);
    });
    engine.finish(last);
    hasher.finish()
}

fn register() -> Result<Register, String> {
    let files = place::with_ending("sops/vocabulary", ".toml")?;
    let files: Vec<RegisterFile<'_>> = files
        .iter()
        .map(|(path, text)| RegisterFile { path, text })
        .collect();
    Register::load(&files).map_err(|problems| format!("the vocabulary: {problems:?}"))
}

/// How long it takes to make so many events and let them go.
fn making(copies: &Copies, events: u64) -> f64 {
    let (watch, before) = (Stopwatch::now(), place::processor_seconds());
    let mut seen = 0_i64;
    copies.for_each(events, |event| {
        seen ^= event.at.micros() ^ event.case.id.len() as i64;
    });
    std::hint::black_box(seen);
    let processor = place::processor_seconds().zip(before);
    processor.map_or(watch.elapsed().as_secs_f64(), |(after, before)| {
        after - before
    })
}

fn program(register: &Register, name: &str) -> Result<Program, String> {
    let texts = place::with_ending(name, "")?;
    let sources: Vec<Source<'_>> = texts
        .iter()
        .map(|(path, text)| Source { path, text })
        .collect();
    let library: Library = read(register, &sources);
    let calendar = Calendar::parse(
        &place::text("examples/servicenow/calendar.toml")?,
        &mut |_| Err("no feeds here".to_owned()),
    )
    .map_err(|problems| format!("the calendar: {problems:?}"))?;
    let version = Version {
        documents: &library.documents,
        from: Instant::MIN,
    };
    Program::compile(
        register,
        &[version],
        Calendars::company(calendar),
        People::default(),
    )
    .map_err(|problems| format!("{name}: {problems:?}"))
}

fn run(
    program: &Program,
    copies: &Copies,
    name: &str,
    events: u64,
    // Seconds to make one event.
    making: f64,
) -> Result<(), String> {
    let mut duties = 0_u64;
    let mut met = 0_u64;
    let (watch, before) = (Stopwatch::now(), place::processor_seconds());
    let mut last = Instant::MIN;
    let mut refused = 0_u64;
    {
        let mut engine = Engine::new(program, 1, |duty| {
            duties += 1;
            met += u64::from(duty.verdict == Verdict::Met);
        });
        // What is counted here needs no entries.
        engine.with_entries(false);
        copies.for_each(events, |event| {
            last = event.at;
            refused += u64::from(engine.push(event).is_err());
        });
        engine.finish(last);
    }
    let seconds = watch.elapsed().as_secs_f64();
    let processor = place::processor_seconds().zip(before);
    let processor = processor.map_or(seconds, |(after, before)| after - before);
    let own = (processor - making * events as f64).max(1e-9);
    println!(
        "| {} | {events} | {seconds:.2} | {:.0} | {:.0} | {duties} | {:.0} |",
        name.rsplit('/').next().unwrap_or(name),
        events as f64 / seconds,
        events as f64 / own,
        place::resident_megabytes(),
    );
    if refused > 0 {
        return Err(format!("{refused} events were refused"));
    }
    Ok(())
}
