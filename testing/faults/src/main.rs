//! Appends events as fast as it can, and prints what became of each on a line of its own, after the commit:
//! `kept N`, `refused N: why`, `unknown N`. Tests kill it, cut it off, fill its disk.
//!
//! `writer PLACE FOLDER FIRST COUNT IN_FLIGHT [STOP AFTER]`: where the database is, where the audit is sealed (`-`: not at
//! all), the first number, how many, how many are on their way at once; STOP is `before` or `after` the commit number
//! AFTER, where the process ends as a crash would.

use std::collections::VecDeque;
use std::io::{BufRead as _, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kept_faults::{append, open, place, sealing};
use kept_store::{Answer, Point, Points, Settings, StoreError};
use kept_world::World;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("{text}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    let [at, folder, first, count, in_flight, stop @ ..] = arguments else {
        return Err("writer PLACE FOLDER FIRST COUNT IN_FLIGHT [before|after AFTER]".into());
    };
    let number = |text: &String| {
        text.parse::<u64>()
            .map_err(|_| format!("no number: {text}"))
    };
    let (first, count, in_flight) = (number(first)?, number(count)?, number(in_flight)?);
    let points = match stop {
        [word, after] => stopping(word == "before", number(after)?),
        _ => Points::default(),
    };
    let settings = Settings {
        write_time: Duration::from_secs(3),
        points,
        ..Settings::default()
    };
    let store = open(&place(at), settings)?;
    let world = World::system();
    if folder != "-" {
        // Another node may be sealing: then that one does it.
        if let Ok(mut sealing) = sealing(&store, &world, Path::new(folder)) {
            std::thread::spawn(move || {
                while sealing.sign().is_ok() {
                    std::thread::sleep(Duration::from_millis(5));
                }
            });
        }
    }
    let mut waiting: VecDeque<(u64, Answer<(), StoreError>)> = VecDeque::new();
    for number in first..first + count {
        if waiting.len() as u64 >= in_flight {
            tell(waiting.pop_front());
        }
        waiting.push_back((number, append(&store, &world, number)));
    }
    while let Some(next) = waiting.pop_front() {
        tell(Some(next));
    }
    Ok(())
}

fn tell(next: Option<(u64, Answer<(), StoreError>)>) {
    let Some((number, answer)) = next else { return };
    let answer = answer.wait();
    let mut out = std::io::stdout().lock();
    let full = matches!(answer, Err(StoreError::Full));
    // When nobody reads any longer the test is over.
    let _ = match answer {
        Ok(()) => writeln!(out, "kept {number}"),
        Err(StoreError::Unknown) => writeln!(out, "unknown {number}"),
        Err(error) => writeln!(out, "refused {number}: {error}"),
    }
    .and_then(|()| out.flush());
    if full {
        // The test makes room, then says so.
        let _ = std::io::stdin().lock().read_line(&mut String::new());
    }
}

fn stopping(before: bool, after: u64) -> Points {
    let wanted = if before {
        Point::BeforeCommit
    } else {
        Point::AfterCommit
    };
    let reached = AtomicU64::new(0);
    Points::new(move |point| {
        if point == wanted && reached.fetch_add(1, Ordering::Relaxed) + 1 == after {
            std::process::abort();
        }
    })
}
