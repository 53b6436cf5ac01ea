//! Running a script under the documents of an example.

use std::sync::Mutex;

use jiff::civil::Date;
use kept_calendar::Calendar;
use kept_engine::{
    Actor, Calendars, Engine, Event, GateAnswer, Handling, Obligation, Program, Record, Version,
    What,
};
use kept_kernel::Instant;
use kept_language::ast::RuleKey;

use crate::desk::Desk;
use crate::owed::Shower;
use crate::script::{Doing, Happened, Happening, Line, Named, Reader};

/// What a script led to.
pub struct Told {
    /// Every duty, by opening, case and rule.
    pub duties: Vec<Obligation>,
    /// The answers to its questions.
    pub answers: Vec<String>,
}

/// Runs a script.
///
/// # Errors
/// What is not understood, or cannot be run.
pub fn tell(desk: &Desk, script: &str) -> Result<Told, String> {
    let zone = desk.calendar.time_zone().clone();
    let reader = Reader {
        register: &desk.register,
        zone: &zone,
        code: desk.code(),
    };
    let lines = reader.script(script)?;
    let program = compile(desk)?;
    let found = Mutex::new(Vec::new());
    let mut answers = Vec::new();
    let mut engine = Engine::new(&program, 7, |duty| found.lock().unwrap().push(duty.clone()));
    let mut until = Instant::MIN;
    for (index, line) in lines.iter().enumerate() {
        match line {
            Line::Happens(event) => {
                until = until.max(event.recorded_at);
                push(&mut engine, index + 1, event)?;
            }
            Line::May(at, act, case, words) => {
                until = until.max(*at);
                answers.push(format!(
                    "{words} {}",
                    may(&engine.may(*act, record(case), *at))
                ));
            }
            Line::Why(at, rule, case, words) => {
                until = until.max(*at);
                answers.push(format!(
                    "{words} {}",
                    engine.why_not(rule, record(case), *at)
                ));
            }
            Line::Now(at) => until = *at,
        }
    }
    engine.finish(until);
    let mut duties = found.into_inner().unwrap();
    duties.sort_by_key(|duty| {
        (
            duty.opened_at,
            duty.subject.clone(),
            duty.rule.clone(),
            duty.cycle,
            duty.level,
            duty.learner.clone(),
        )
    });
    Ok(Told { duties, answers })
}

/// How the duties of a desk are shown.
pub fn shower(desk: &Desk) -> Shower<'_> {
    Shower {
        register: &desk.register,
        zone: desk.calendar.time_zone(),
        code: desk.code(),
    }
}

fn compile(desk: &Desk) -> Result<Program, String> {
    let versions: Vec<Version<'_>> = desk
        .libraries
        .iter()
        .map(|library| Version {
            documents: &library.documents,
            from: library
                .documents
                .iter()
                .filter_map(|document| document.header.effective)
                .max()
                .map_or(Instant::MIN, |date| midnight(date, &desk.calendar)),
        })
        .collect();
    let calendar = desk.calendar_again()?;
    Program::compile(
        &desk.register,
        &versions,
        Calendars::company(calendar),
        desk.people.clone(),
    )
    .map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        lines.join("\n")
    })
}

fn midnight(date: Date, calendar: &Calendar) -> Instant {
    let start = date.to_zoned(calendar.time_zone().clone()).unwrap();
    Instant::from_timestamp(start.timestamp())
}

fn record(named: &Named) -> Record<'_> {
    Record {
        noun: named.noun,
        id: &named.id,
    }
}

fn push(engine: &mut Engine<'_>, place: usize, event: &Happening) -> Result<(), String> {
    let links: Vec<Record<'_>> = event.links.iter().map(record).collect();
    let parts: Vec<(&str, &str)> = event
        .parts
        .iter()
        .map(|(part, name)| (part.as_str(), name.as_str()))
        .collect();
    let holders: Vec<_> = event
        .holders
        .iter()
        .map(|(role, name)| (*role, name.as_str()))
        .collect();
    let given = Event {
        place: place as u64,
        at: event.at,
        recorded_at: event.recorded_at,
        what: what(&event.what),
        case: record(&event.case),
        links: &links,
        actor: match &event.actor {
            Doing::Unknown => Actor::Unknown,
            Doing::Person(name) => Actor::Person(name),
            Doing::Client => Actor::Client,
            Doing::System => Actor::System,
        },
        facts: &event.facts,
        parts: &parts,
        holders: &holders,
        proofs: &event.proofs,
    };
    engine
        .push(&given)
        .map_err(|problem| format!("events, line {place}: {problem}"))
}

fn what(happened: &Happened) -> What<'_> {
    match happened {
        Happened::Act(act) => What::Act(*act),
        Happened::Facts => What::Facts,
        Happened::Merged(into) => What::Merged { into },
        Happened::Split(from) => What::Split { from },
        Happened::Granted(rule, within, expires) => What::Granted {
            rule,
            handling: within.map_or(Handling::Waived, Handling::Within),
            expires: *expires,
        },
        Happened::GivenUp(rule) => What::GivenUp { rule },
        Happened::DeadlineSet(rule, due_at) => What::DeadlineSet {
            rule,
            due_at: *due_at,
        },
        Happened::Undone(place) => What::Undone {
            place: *place as u64,
        },
    }
}

fn may(answer: &GateAnswer) -> String {
    if answer.is_open() {
        return "Yes.".to_owned();
    }
    let name = |rule: &RuleKey| format!("`{}`", rule.id);
    let shut = answer.shut.iter().map(|gate| {
        let pass: Vec<String> = gate
            .may_pass
            .iter()
            .map(|(who, rule)| format!("{who} by {}", name(rule)))
            .collect();
        let passing = if pass.is_empty() {
            String::new()
        } else {
            format!(" May pass: {}.", pass.join(", "))
        };
        format!(
            "No, {} {}: {}.{passing}",
            gate.clause,
            name(&gate.rule),
            gate.missing.join("; or ")
        )
    });
    shut.collect::<Vec<_>>().join(" ")
}
