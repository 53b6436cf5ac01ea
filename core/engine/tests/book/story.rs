//! Running what happens in an example: the engine's scripts, and questions between their lines.
//!
//! A time may have its weekday before it, which then must fit. A line that ends with a question mark asks the engine
//! at that time: `may request R1 be closed?`, ``why is `resolve` not owed for request R1?``, ``why is
//! `resolve` due then for request R1?``

use std::cell::RefCell;

use jiff::civil::Date;
use kept_calendar::Calendar;
use kept_engine::scenario::Script;
use kept_engine::{Calendars, Engine, GateAnswer, Obligation, OwnedWhat, Program, Record, Version};
use kept_kernel::Instant;
use kept_language::NounId;
use kept_language::ast::RuleKey;

use crate::desk::Desk;

/// What a script led to.
pub struct Told {
    /// Every duty, by opening, case and rule.
    pub duties: Vec<Obligation>,
    /// The answers to its questions.
    pub answers: Vec<String>,
}

/// A question, and when it is asked.
struct Question {
    at: Instant,
    /// The words after the time.
    words: String,
    asks: Asks,
    case: (NounId, String),
}

enum Asks {
    May(kept_language::ActId),
    WhyNot(RuleKey),
    Why(RuleKey),
}

/// Runs a script.
///
/// # Errors
/// What is not understood, or cannot be run.
pub fn tell(desk: &Desk, text: &str) -> Result<Told, String> {
    let plain: Result<Vec<String>, String> = text.lines().map(without_weekday).collect();
    let plain = plain?;
    // A question leaves an empty line, so that the lines of the others keep their numbers.
    let is_question = |line: &String| line.ends_with('?');
    let events: Vec<&str> = plain
        .iter()
        .map(|line| if is_question(line) { "" } else { line })
        .collect();
    let script = parse(desk, &events.join("\n"))?;
    let questions: Result<Vec<Question>, String> = plain
        .iter()
        .filter(|line| is_question(line))
        .map(|line| question(desk, line))
        .collect();
    run(desk, &script, questions?)
}

fn run(desk: &Desk, script: &Script, questions: Vec<Question>) -> Result<Told, String> {
    let program = compile(desk, script)?;
    let found = RefCell::new(Vec::new());
    let mut engine = Engine::new(&program, 7, |duty| found.borrow_mut().push(duty.clone()));
    engine.with_history(script.has_late_news());
    let mut answers = Vec::new();
    let mut questions = questions.into_iter().peekable();
    for event in &script.events {
        while let Some(question) = questions.next_if(|question| question.at < event.at) {
            answers.push(answer(&mut engine, &question));
        }
        event
            .lend(|event| engine.push(event))
            .map_err(|problem| format!("line {} of the events: {problem}", event.place))?;
    }
    let last = questions.map(|question| {
        answers.push(answer(&mut engine, &question));
        question.at
    });
    let until = last
        .max()
        .map_or(script.until, |last| last.max(script.until));
    engine.finish(until);
    let mut duties = found.into_inner();
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

/// A line without the weekdays before its dates, which must fit.
fn without_weekday(line: &str) -> Result<String, String> {
    let mut words: Vec<&str> = line.split_whitespace().collect();
    let mut at = 0;
    while at + 1 < words.len() {
        let shown = words[at + 1]
            .parse::<Date>()
            .map(|date| date.strftime("%a").to_string());
        let weekday = words[at].len() == 3 && words[at].starts_with(char::is_uppercase);
        match shown {
            Ok(shown) if weekday && shown == words[at] => {
                words.remove(at);
            }
            Ok(shown) if weekday => {
                return Err(format!(
                    "{} is no {} but a {shown}: “{line}”",
                    words[at + 1],
                    words[at]
                ));
            }
            _ => {}
        }
        at += 1;
    }
    Ok(words.join(" "))
}

fn parse(desk: &Desk, text: &str) -> Result<Script, String> {
    Script::parse(&desk.register, &desk.calendar, text)
        .map_err(|problem| format!("events: {problem}"))
}

fn question(desk: &Desk, line: &str) -> Result<Question, String> {
    let wrong = || format!("events: “{line}” is no question that the engine answers");
    let (time, words) = line.get(..16).zip(line.get(16..)).ok_or_else(wrong)?;
    let words = words.trim();
    let asked = words.trim_end_matches('?');
    let (said, rule) = if let Some(act) = asked.strip_prefix("may ") {
        (act.replacen(" be ", " is ", 1), None)
    } else {
        let asked = asked.strip_prefix("why is `").ok_or_else(wrong)?;
        let (rule, case) = asked
            .split_once("` not owed for ")
            .or_else(|| asked.split_once("` due then for "))
            .ok_or_else(wrong)?;
        let key = RuleKey {
            code: desk.code().to_owned(),
            id: rule.to_owned(),
        };
        (format!("{case}:"), Some(key))
    };
    // A case alone is read as a change of a fact, an act as its event.
    let said = if rule.is_some() {
        format!("{said} summary = unknown")
    } else {
        said
    };
    let script = parse(desk, &format!("{time} {said}"))?;
    let event = script.events.into_iter().next().ok_or_else(wrong)?;
    let asks = match (rule, event.what) {
        (Some(rule), _) if words.contains("` due then for ") => Asks::Why(rule),
        (Some(rule), _) => Asks::WhyNot(rule),
        (None, OwnedWhat::Act(act)) => Asks::May(act),
        _ => return Err(wrong()),
    };
    Ok(Question {
        at: event.at,
        words: words.to_owned(),
        asks,
        case: event.case,
    })
}

fn answer(engine: &mut Engine<'_>, question: &Question) -> String {
    let case = Record {
        noun: question.case.0,
        id: &question.case.1,
    };
    let said = match &question.asks {
        Asks::May(act) => may(&engine.may(*act, case, question.at)),
        Asks::WhyNot(rule) => engine.why_not(rule, case, question.at),
        Asks::Why(rule) => engine.why(rule, case, question.at).join("\n  "),
    };
    format!("{}\n  {said}", question.words)
}

fn compile(desk: &Desk, script: &Script) -> Result<Program, String> {
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
    let calendars = Calendars::company(desk.calendar_again()?);
    Program::compile(&desk.register, &versions, calendars, script.people.clone()).map_err(
        |problems| {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            lines.join("\n")
        },
    )
}

fn midnight(date: Date, calendar: &Calendar) -> Instant {
    let start = date.to_zoned(calendar.time_zone().clone()).unwrap();
    Instant::from_timestamp(start.timestamp())
}

fn may(answer: &GateAnswer) -> String {
    if answer.is_open() {
        return "Yes.".to_owned();
    }
    let shut = answer.shut.iter().map(|gate| {
        let pass: Vec<String> = gate
            .may_pass
            .iter()
            .map(|(who, rule)| format!("{who} (`{}`)", rule.id))
            .collect();
        let passing = if pass.is_empty() {
            String::new()
        } else {
            format!(" May pass: {}.", pass.join(", "))
        };
        format!(
            "No, {} `{}`. Missing: {}.{passing}",
            gate.clause,
            gate.rule.id,
            gate.missing.join(", or ")
        )
    });
    shut.collect::<Vec<_>>().join("\n  ")
}
