//! Judges the whole journal under the SOPs in force, and puts the outcome in the place of the one before.
//!
//! It takes minutes for millions of events and belongs on a thread of its own. Everything is written beside what the pages
//! show, and takes its place in one transaction at the end: a reader sees the old judgement or the new one.

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::sync::Arc;

use kept_calendar::Calendar;
use kept_engine::{Engine, Obligation};
use kept_journal::obligations::{Rewriting, SLICE};
use kept_journal::{Directory, InForce, events, live};
use kept_kernel::Instant;
use kept_logs::Summary;
use kept_store::{Store, StoreError};
use kept_world::World;

use crate::card::cards;
use crate::figures::SopLine;
use crate::gather::{Frame, Gather};
use crate::queries::Writing;
use crate::tally::Tally;

/// What is judged.
#[derive(Clone, Copy, Debug)]
pub struct Judging {
    /// Up to when; none: up to now in a house where something has happened, up to the last event where there is only
    /// imported history.
    pub until: Option<Instant>,
    /// The share that is aimed at, 0 to 1.
    pub target: f64,
    /// The number from which samples for quality control are drawn.
    pub seed: u64,
    /// So many duties are written at once.
    pub slice: usize,
}

impl Default for Judging {
    fn default() -> Self {
        Self {
            until: None,
            target: 0.95,
            seed: live::SEED,
            slice: SLICE,
        }
    }
}

/// A judgement that is in force.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Judged {
    /// Events that were read.
    pub events: u64,
    /// Duties that they opened.
    pub obligations: u64,
    /// Events that the vocabulary no longer understands, or the engine did not take.
    pub left_out: u64,
}

/// Why a judgement ended early. What was in force before still is.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The one who asked for it called it off.
    #[error("the judgement was called off; the one before is still shown")]
    CalledOff,
    /// A later one was quicker.
    #[error("a later judgement is in force already")]
    Overtaken,
}

/// Judges the journal. `progress` is told how many events have been read, and may call it off.
///
/// # Errors
///
/// [`JudgeError`]
pub fn judge(
    store: &Store,
    world: &World,
    rules: &Arc<InForce>,
    asked: Judging,
    mut progress: impl FnMut(u64) -> ControlFlow<()>,
) -> Result<Judged, JudgeError> {
    let calendar = rules.program.company_calendar();
    let end = Cell::new(Instant::MAX);
    let lived = live::lived(store, rules)?;
    // What the company told its people since does not make an old history go on.
    let served = if lived {
        None
    } else {
        live::served_until(store, rules)?
    };
    let rewriting = Rewriting::begin(store, rules.codec.clone(), world.now())?;
    let rewriting = rewriting.in_slices(asked.slice);
    let takes = RefCell::new(Takes {
        directory: &rules.directory,
        gather: Gather::new(cards(&rules.register, &rules.library), calendar),
        tally: Tally::new(calendar.time_zone().clone()),
        rewriting,
        failed: None,
    });
    let mut engine = Engine::new(&rules.program, asked.seed, |duty| {
        takes.borrow_mut().take(duty, end.get(), calendar);
    });
    engine.with_entries(false);
    let mut run = Run::default();
    let mut strange = 0;
    events::for_each(
        store,
        &rules.codec,
        |event| {
            if asked.until.is_some_and(|until| event.at > until) {
                run.after += 1;
                return Ok(());
            }
            if served.is_some_and(|served| event.at > served) {
                return Ok(());
            }
            run.first.get_or_insert(event.at);
            run.last = event.at;
            run.events += 1;
            run.refused += u64::from(event.lend(|event| engine.push(event)).is_err());
            if run.events.is_multiple_of(1024) && progress(run.events).is_break() {
                return Err(JudgeError::CalledOff);
            }
            takes.borrow_mut().check()
        },
        |_| strange += 1,
    )?;
    let now = lived.then(|| world.now());
    let until = asked.until.or(now).unwrap_or(run.last);
    end.set(until);
    let wakes = if lived {
        engine.wakes(until)
    } else {
        Vec::new()
    };
    engine.finish(until);
    let mut takes = takes.into_inner();
    takes.check()?;
    let frame = Frame {
        sops: sop_lines(rules),
        target: asked.target,
        first: run.first,
        until,
        assumptions: assumptions(&run, strange),
    };
    let figures = takes.gather.finish(frame, calendar, read(&run));
    let duties = takes.rewriting.finish()?;
    let writing = Writing::begin(store, world.now())?;
    writing.figures(&figures, until)?;
    writing.counts(takes.tally.rows())?;
    live::set_wakes(store, &rules.codec, &wakes)?;
    duties.catch_up(store, world, rules)?;
    if !writing.put_in_force(duties, rules, world.now())? {
        return Err(JudgeError::Overtaken);
    }
    duties.sweep(store)?;
    writing.sweep()?;
    Ok(Judged {
        events: run.events,
        obligations: duties.written,
        left_out: run.refused + strange,
    })
}

/// What a run came across.
struct Run {
    first: Option<Instant>,
    last: Instant,
    events: u64,
    after: u64,
    refused: u64,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            first: None,
            last: Instant::MIN,
            events: 0,
            after: 0,
            refused: 0,
        }
    }
}

/// Everything that takes obligations as they leave the engine.
struct Takes<'r> {
    directory: &'r Directory,
    gather: Gather,
    tally: Tally,
    rewriting: Rewriting,
    failed: Option<StoreError>,
}

impl Takes<'_> {
    /// After a failure nothing more is taken: the engine cannot be stopped from inside, its caller stops at the next event.
    fn take(&mut self, duty: &Obligation, end: Instant, calendar: &Calendar) {
        if self.failed.is_some() {
            return;
        }
        self.gather.add(duty, end, calendar);
        self.tally.add(duty, self.directory);
        self.failed = self.rewriting.push(duty).err();
    }

    fn check(&mut self) -> Result<(), JudgeError> {
        match self.failed.take() {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }
}

fn sop_lines(rules: &InForce) -> Vec<SopLine> {
    let documents = rules.library.documents.iter();
    documents
        .map(|document| SopLine {
            code: document.header.code.clone(),
            title: document.header.title.clone(),
            version: document.header.version.clone(),
        })
        .collect()
}

/// A journal has no lines that could not be read: the import has named them already.
fn read(run: &Run) -> Summary {
    let mut read = Summary::default();
    read.rows = run.events;
    read.events = run.events;
    read
}

fn assumptions(run: &Run, strange: u64) -> Vec<String> {
    let mut all = vec!["A duty counts in the period in which it was opened.".to_owned()];
    for (number, what) in [
        (run.after, "happened after the end"),
        (run.refused, "could not be taken"),
        (strange, "are not in the vocabulary any more"),
    ] {
        if number > 0 {
            all.push(format!("{number} events {what} and were left out."));
        }
    }
    all
}
