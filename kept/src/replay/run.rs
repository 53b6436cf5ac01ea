//! Events through the engine.

use std::cell::Cell;

use kept_calendar::Calendar;
use kept_engine::{Calendars, Engine, People, Program};
use kept_kernel::Instant;
use kept_language::Register;
use kept_logs::{SortedEvents, Summary};
use kept_sops::Set;

use crate::tell::{Failure, Progress, count, remark};

/// Makes a set ready to run: each document from the day that its header names, else from the beginning.
pub fn program(register: &Register, set: &Set, calendar: Calendar) -> Result<Program, Failure> {
    Ok(set.compile(register, Calendars::company(calendar), People::default())?)
}

/// How a run went.
pub struct Ran {
    /// What was read.
    pub log: Summary,
    /// The first event.
    pub first: Option<Instant>,
    /// Up to when duties were judged.
    pub until: Instant,
    /// Events that happened after that, and were left out.
    pub after: u64,
    /// Events that the engine did not take.
    pub refused: u64,
}

/// Runs events through one engine or several, each with its own sink; what is still owed at the end is handed out
/// as it stands then. The end is known to the sinks before that.
pub fn run(
    mut engines: Vec<Engine<'_>>,
    events: SortedEvents,
    until: Option<Instant>,
    end: &Cell<Instant>,
) -> Result<Ran, Failure> {
    // The pages and the table count what became of duties, never the entries of their lives.
    for engine in &mut engines {
        engine.with_entries(false);
    }
    let mut progress = Progress::begin();
    let total = events.summary().events;
    let (mut first, mut last) = (None, Instant::MIN);
    let (mut after, mut refused) = (0, 0);
    let log = events.for_each(|event| {
        if until.is_some_and(|until| event.at > until) {
            after += 1;
            return Ok::<_, Failure>(());
        }
        first.get_or_insert(event.at);
        last = event.at;
        for engine in &mut engines {
            if let Err(problem) = engine.push(event) {
                refused += 1;
                if refused == 1 {
                    remark(&format!(
                        "an event of {} was left out: {problem}",
                        event.case.id
                    ));
                }
            }
        }
        if event.place.is_multiple_of(8192) {
            progress.at(|| format!("running: {} of {} events", count(event.place), count(total)));
        }
        Ok(())
    })?;
    progress.end();
    let until = until.unwrap_or(last);
    end.set(until);
    for engine in engines {
        engine.finish(until);
    }
    Ok(Ran {
        log,
        first,
        until,
        after,
        refused,
    })
}
