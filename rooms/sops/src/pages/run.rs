//! Run mode: what each clause owes now.

use std::fmt::Write as _;

use askama::Template;
use axum::response::Response;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use kept_journal::obligations::{Owed, owed_under};
use kept_journal::{Directory, InForce};
use kept_kernel::Instant;
use kept_language::{Document, Rule, explain_short};
use kept_store::{Read, StoreError};
use kept_ui::parts::{ClauseMark, Clock, Crumb, Duty, Empty, Views};
use kept_ui::{Failure, Frame, page};

use super::{got, modes, number};
use crate::room::Room;

/// So many duties of a clause are shown.
const MOST: u32 = 8;

#[derive(Template)]
#[template(path = "sops/run.html")]
struct RunPage {
    frame: Frame,
    crumb: Crumb,
    code: String,
    title: String,
    modes: Views,
    clauses: Vec<Clause>,
    none: Option<Empty>,
}

/// What a clause owes.
struct Clause {
    mark: ClauseMark,
    name: String,
    duties: Vec<Duty>,
    /// Where all of them are, and in which words.
    more: Option<(String, String)>,
}

/// The page.
pub async fn run(
    room: &Room,
    in_force: &InForce,
    document: &Document,
    frame: Frame,
) -> Result<Response, Failure> {
    let code = document.header.code.clone();
    let ids: Vec<String> = document
        .rules
        .iter()
        .map(|rule| rule.key.id.clone())
        .collect();
    let of = code.clone();
    let owed = got(room.store.read(move |read| owed(read, &of, &ids))).await?;
    let margins = room.margins(vec![code.clone()]).await?;
    let margin = margins.into_iter().next().unwrap_or_default();
    let open = margin.values().map(|figure| figure.open).sum();
    let zone = in_force.program.company_calendar().time_zone().clone();
    let now = room.world.now();
    let mut first = true;
    let clauses = document
        .rules
        .iter()
        .zip(&owed)
        .filter(|(_, owed)| !owed.is_empty());
    let clauses: Vec<_> = clauses
        .map(|(rule, owed)| {
            let open = margin.get(&rule.key.id).map_or(0, |figure| figure.open);
            let drawn = clause(in_force, (document, rule), owed, (now, &zone), open, first);
            first = false;
            drawn
        })
        .collect();
    Ok(page(&RunPage {
        crumb: Crumb::new([("SOPs", "/sops")]),
        title: document.header.title.clone(),
        modes: modes(room, &code, "run", open),
        none: clauses.is_empty().then(|| {
            Empty::new(
                format!("Nothing is owed under {code}"),
                "A duty appears here as soon as something happens that opens it.",
            )
        }),
        clauses,
        frame: frame.showing("adherence"),
        code,
    }))
}

fn owed(read: &Read<'_>, code: &str, rules: &[String]) -> Result<Vec<Vec<Owed>>, StoreError> {
    let each = rules.iter();
    each.map(|rule| owed_under(read, (code, rule), MOST + 1))
        .collect()
}

fn clause(
    in_force: &InForce,
    (document, rule): (&Document, &Rule),
    owed: &[Owed],
    (now, zone): (Instant, &TimeZone),
    open: u64,
    first: bool,
) -> Clause {
    let (code, id) = (&rule.key.code, &rule.key.id);
    let mark = ClauseMark::new(document.clause_of(rule), format!("/sops/{code}#{id}"))
        .card(format!("/sops/clause/{code}/{id}"));
    let shown = owed.iter().take(MOST as usize).enumerate();
    let duties = shown.map(|(place, duty)| Duty {
        mark: mark.clone(),
        verb: capital(&duty.noun),
        subject: duty.subject.clone(),
        href: format!(
            "/adherence/cases/{}/{}",
            segment(&duty.noun),
            segment(&duty.subject)
        ),
        client: None,
        tier: None,
        with: Some(with(&in_force.directory, duty)),
        line: None,
        clock: clock(duty, now, zone),
        act: None,
        current: first && place == 0,
    });
    let duties: Vec<_> = duties.collect();
    let more = (owed.len() > MOST as usize).then(|| {
        let words = if open > u64::from(MOST) {
            format!("All {} overdue ones", number(open))
        } else {
            "All cases of this clause".to_owned()
        };
        (
            format!("/adherence/{code}/{id}?verdict=overdue#cases"),
            words,
        )
    });
    Clause {
        mark,
        name: explain_short(&in_force.register, &in_force.library, rule),
        duties,
        more,
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next();
    first.map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

/// The client, and who owes it.
fn with(directory: &Directory, duty: &Owed) -> String {
    let owner = match &duty.owner {
        Some(owner) => directory.name(owner),
        None => &duty.owner_role,
    };
    let owed = if duty.level > 0 {
        format!("escalated to {owner}")
    } else {
        format!("with {owner}")
    };
    match &duty.client {
        Some(client) => format!("{client}, {owed}"),
        None => owed,
    }
}

fn clock(duty: &Owed, now: Instant, zone: &TimeZone) -> Clock {
    let Some(due) = duty.due_at else {
        return Clock::on_time_until("without a date", 1.0);
    };
    let span = |from: Instant, to: Instant| SignedDuration::from_micros(to.micros_since(from));
    let at = |instant: Instant| instant.timestamp().to_zoned(zone.clone());
    let share = due.micros_since(now) as f64 / due.micros_since(duty.opened_at).max(1) as f64;
    let clock = if duty.verdict == "paused" {
        Clock::paused(span(now, due))
    } else if due < now {
        Clock::overdue(span(due, now))
    } else if at(due).date() == at(now).date() {
        Clock::due_today(&at(due).strftime("%H:%M").to_string(), share)
    } else {
        Clock::on_time_until(&at(due).strftime("%a %-d %b %H:%M").to_string(), share)
    };
    clock.exactly(at(due).strftime("due %A %-d %B %Y %H:%M, %Q").to_string())
}

/// A part of a path: whatever a foreign system calls its records.
fn segment(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // INVARIANT: writing into a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
