//! `kept clock`: working time, asked of a calendar.

mod batch;

use kept_calendar::Calendar;
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
}

#[derive(Serialize)]
struct BetweenAnswer {
    from: String,
    to: String,
    zone: String,
    seconds: serde_json::Number,
}

/// When is it up?
pub fn add(asked: &AddAsked) -> Result<Outcome, Failure> {
    let calendar = files::calendar(&asked.calendar.calendar)?;
    let from = instant(&calendar, &asked.from)?;
    let duration: Duration = asked.duration.parse().map_err(said)?;
    let result = calendar.add(from, duration);
    if asked.json {
        answer_json(&AddAnswer {
            from: calendar.format_instant(from),
            duration: duration.to_string(),
            zone: calendar.zone().to_owned(),
            result: calendar.format_instant(result),
        })?;
    } else {
        answer(&format!("{}\n", calendar.format_instant(result)))?;
    }
    Ok(Outcome::Fine)
}

/// How much working time lies between?
pub fn between(asked: &BetweenAsked) -> Result<Outcome, Failure> {
    let calendar = files::calendar(&asked.calendar.calendar)?;
    let from = instant(&calendar, &asked.from)?;
    let to = instant(&calendar, &asked.to)?;
    let micros = calendar.between(from, to);
    if asked.json {
        let seconds = seconds(micros);
        answer_json(&BetweenAnswer {
            from: calendar.format_instant(from),
            to: calendar.format_instant(to),
            zone: calendar.zone().to_owned(),
            seconds: seconds.parse().map_err(said)?,
        })?;
    } else {
        answer(&format!("{}\n", seconds(micros)))?;
    }
    Ok(Outcome::Fine)
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
