//! `kept clock`: working time, asked of a calendar.

mod batch;

use kept_calendar::{Account, Calendar};
use kept_kernel::{Duration, Instant};
use serde::Serialize;

use crate::ask::{AddAsked, BetweenAsked};
use crate::files;
use crate::tell::{Failure, Outcome, answer, answer_json};

pub use batch::batch;

#[derive(Serialize)]
struct AddAnswer {
    from: String,
    duration: String,
    zone: String,
    result: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    steps: Vec<StepAnswer>,
}

#[derive(Serialize)]
struct BetweenAnswer {
    from: String,
    to: String,
    zone: String,
    seconds: serde_json::Number,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    steps: Vec<StepAnswer>,
}

#[derive(Serialize)]
struct StepAnswer {
    from: String,
    to: String,
    seconds: serde_json::Number,
    text: String,
}

/// When is it up?
pub fn add(asked: &AddAsked) -> Result<Outcome, Failure> {
    let calendar = files::calendar(&asked.calendar.calendar)?;
    let from = instant(&calendar, &asked.from)?;
    let duration: Duration = asked.duration.parse().map_err(said)?;
    let result = calendar.add(from, duration);
    let account = asked.explain.then(|| calendar.explain_add(from, duration));
    if asked.json {
        answer_json(&AddAnswer {
            from: calendar.format_instant(from),
            duration: duration.to_string(),
            zone: calendar.zone().to_owned(),
            result: calendar.format_instant(result),
            steps: steps(&calendar, account.as_ref())?,
        })?;
    } else {
        answer(&format!(
            "{}{}\n",
            told(account.as_ref()),
            calendar.format_instant(result)
        ))?;
    }
    Ok(Outcome::Fine)
}

/// How much working time lies between?
pub fn between(asked: &BetweenAsked) -> Result<Outcome, Failure> {
    let calendar = files::calendar(&asked.calendar.calendar)?;
    let from = instant(&calendar, &asked.from)?;
    let to = instant(&calendar, &asked.to)?;
    let micros = calendar.between(from, to);
    let account = asked.explain.then(|| calendar.explain_between(from, to));
    if asked.json {
        answer_json(&BetweenAnswer {
            from: calendar.format_instant(from),
            to: calendar.format_instant(to),
            zone: calendar.zone().to_owned(),
            seconds: number(micros)?,
            steps: steps(&calendar, account.as_ref())?,
        })?;
    } else {
        answer(&format!("{}{}\n", told(account.as_ref()), seconds(micros)))?;
    }
    Ok(Outcome::Fine)
}

/// The steps for a person, before the result.
fn told(account: Option<&Account>) -> String {
    account.map_or(String::new(), |account| format!("{account}\n"))
}

fn steps(calendar: &Calendar, account: Option<&Account>) -> Result<Vec<StepAnswer>, Failure> {
    let steps = account.map_or(&[][..], |account| &account.steps).iter();
    steps
        .map(|step| {
            Ok(StepAnswer {
                from: calendar.format_instant(step.from),
                to: calendar.format_instant(step.to),
                seconds: number(step.worked)?,
                text: step.text.clone(),
            })
        })
        .collect()
}

fn number(micros: i64) -> Result<serde_json::Number, Failure> {
    seconds(micros).parse().map_err(said)
}

fn instant(calendar: &Calendar, text: &str) -> Result<Instant, Failure> {
    calendar.parse_instant(text).map_err(said)
}

fn said(error: impl std::fmt::Display) -> Failure {
    Failure::new(error.to_string())
}

/// Microseconds as seconds: whole, or with the fraction where there is one.
fn seconds(micros: i64) -> String {
    let (whole, part) = (micros / 1_000_000, micros % 1_000_000);
    if part == 0 {
        whole.to_string()
    } else {
        let fraction = format!("{part:06}");
        format!("{whole}.{}", fraction.trim_end_matches('0'))
    }
}
