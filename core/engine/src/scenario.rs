//! Scenarios: a few lines of events in plain words, run over SOPs, and a listing of what comes of them.
//!
//! The engine's tests and the language book are written so. A script has one event a line:
//!
//! ```text
//! documents are reviewed
//! person Maria: account manager; away 2026-01-12 to 2026-01-19; deputy Tom
//! 2026-01-12 13:00 request R1 is received; client C1; tier = Gold; assignee: Maria; by Tom; with message to the client
//! 2026-01-12 13:30 request R1: priority = high
//! 2026-01-12 14:00 request R2 is merged into R1
//! 2026-01-12 14:00 request R2 is split from R1
//! 2026-01-12 15:00 `SR/resolve` of request R1 is waived; until 2026-02-01
//! 2026-01-12 15:00 `SR/resolve` of request R1 has 4 hours
//! 2026-01-12 15:00 `SR/resolve` of request R1 is due 2026-01-13 12:00
//! 2026-01-12 15:00 `SR/resolve` of request R1 is given up
//! 2026-01-12 16:00 client C1 is contacted; request R1; recorded 2026-01-13 09:00
//! 2026-01-12 16:30 line 2 is undone
//! until 2026-01-16 17:00
//! ```
//!
//! `documents are reviewed` lets each document owe the review that its header names. Times are in the calendar's zone. `;` separates what an event carries: a record that the case belongs to, a fact
//! (`unknown` takes it back), a person for a part or a role, the actor (`by Maria`, `by the client`, `by the
//! system`), a proof, when it was recorded. Lines are counted from 1, empty ones and those with `#` too.

mod listing;
mod script;
mod words;

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use kept_calendar::Calendar;
use kept_kernel::Instant;
use kept_language::{Register, Source};

use crate::engine::Engine;
use crate::obligation::Obligation;
use crate::program::{Calendars, Program, Version};

pub use listing::{Detail, listing};
pub(crate) use listing::{time, verdict_words};
pub use script::Script;

/// The calendar of scenarios that name none: Monday to Friday 09:00–17:00 in UTC.
pub const OFFICE_HOURS: &str = "zone = \"UTC\"\n[hours]\nmonday = [\"09:00-17:00\"]\ntuesday = [\"09:00-17:00\"]\n\
    wednesday = [\"09:00-17:00\"]\nthursday = [\"09:00-17:00\"]\nfriday = [\"09:00-17:00\"]\n";

/// SOPs, a calendar and a script.
#[derive(Clone, Copy, Debug)]
pub struct Scenario<'a> {
    /// The vocabulary.
    pub register: &'a Register,
    /// The SOPs that were always in force.
    pub sops: &'a [Source<'a>],
    /// Later versions: when each takes effect (in the calendar's zone), and its SOPs.
    pub later: &'a [(&'a str, &'a [Source<'a>])],
    /// A calendar file; none: [`OFFICE_HOURS`].
    pub calendar: Option<&'a str>,
    /// The events.
    pub script: &'a str,
}

/// Why a scenario did not run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScenarioProblem {
    /// The line of the script, where it lies in one.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for ScenarioProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.what),
            None => write!(f, "{}", self.what),
        }
    }
}

impl std::error::Error for ScenarioProblem {}

/// What a scenario came to.
#[derive(Debug)]
pub struct Outcome {
    /// The obligations, by opening, rule, subject, person, cycle and level.
    pub obligations: Vec<Obligation>,
    /// The calendar that they were judged by.
    pub calendar: Calendar,
}

impl Scenario<'_> {
    /// Runs the script.
    ///
    /// # Errors
    /// The first thing in the calendar, the SOPs or the script that cannot be read or run.
    pub fn run(&self) -> Result<Outcome, ScenarioProblem> {
        let calendar = self.read_calendar()?;
        let script = Script::parse(self.register, &calendar, self.script)?;
        let first = kept_language::read(self.register, self.sops);
        let mut libraries = vec![(Instant::MIN, first)];
        for (from, sources) in self.later {
            let from = calendar
                .parse_instant(from)
                .map_err(|problem| whole(&problem))?;
            libraries.push((from, kept_language::read(self.register, sources)));
        }
        let problems = libraries
            .iter()
            .flat_map(|(_, library)| &library.diagnostics);
        let mut errors = problems.filter(|found| found.severity == kept_language::Severity::Error);
        if let Some(problem) = errors.next() {
            return Err(whole(&format!("{problem:?}")));
        }
        let versions: Vec<Version<'_>> = libraries
            .iter()
            .map(|(from, library)| Version {
                documents: &library.documents,
                from: *from,
            })
            .collect();
        let calendars = Calendars::company(self.read_calendar()?);
        let program = Program::compile(self.register, &versions, calendars, script.people.clone())
            .map_err(|problems| {
                let words: Vec<String> = problems.iter().map(ToString::to_string).collect();
                whole(&words.join("\n"))
            })?
            .with_reviews(script.reviews);
        let mut obligations = run(&program, &script)?;
        obligations.sort_by(|one, other| order(one).cmp(&order(other)));
        Ok(Outcome {
            obligations,
            calendar,
        })
    }

    fn read_calendar(&self) -> Result<Calendar, ScenarioProblem> {
        let text = self.calendar.unwrap_or(OFFICE_HOURS);
        Calendar::parse(text, &mut |name| {
            Err(format!("There is no feed {name} here."))
        })
        .map_err(|problems| whole(&format!("{problems:?}")))
    }
}

type Order<'o> = (Instant, &'o str, &'o str, &'o str, Option<&'o str>, u32, u8);

fn order(obligation: &Obligation) -> Order<'_> {
    (
        obligation.opened_at,
        &obligation.rule.code,
        &obligation.rule.id,
        &obligation.subject,
        obligation.learner.as_deref(),
        obligation.cycle,
        obligation.level,
    )
}

fn whole(what: &impl ToString) -> ScenarioProblem {
    ScenarioProblem {
        line: None,
        what: what.to_string(),
    }
}

fn run(program: &Program, script: &Script) -> Result<Vec<Obligation>, ScenarioProblem> {
    let out = Rc::new(RefCell::new(Vec::new()));
    let sink = Rc::clone(&out);
    let mut engine = Engine::new(program, 1, move |obligation: &Obligation| {
        sink.borrow_mut().push(obligation.clone());
    });
    engine.with_history(script.has_late_news());
    for event in &script.events {
        let line = event.place as usize;
        event
            .lend(|event| engine.push(event))
            .map_err(|problem| ScenarioProblem {
                line: Some(line),
                what: problem.to_string(),
            })?;
    }
    engine.finish(script.until);
    let obligations = out.take();
    Ok(obligations)
}
