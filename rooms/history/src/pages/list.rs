//! All imports, the newest first.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::tz::TimeZone;
use kept_journal::imports::{self, Imported};
use kept_ui::parts::{Button, Empty};
use kept_ui::{Failure, Frame, page};

use super::said::{count, time};
use super::{aside, failed, got};
use crate::queries::{self, LogRow};
use crate::room::{Room, Task};

#[derive(Template)]
#[template(path = "history/list.html")]
struct ListPage {
    frame: Frame,
    add: Button,
    none: Empty,
    rows: Vec<Row>,
}

/// A log or an import.
struct Row {
    name: String,
    href: String,
    at: String,
    events: String,
    bad: String,
    state: String,
}

/// The page.
pub async fn list(State(room): State<Room>, frame: Frame) -> Result<Response, Failure> {
    let logs = got(room.store().read(queries::logs)).await?;
    let store = room.store().clone();
    let imports = aside(move || imports::list(&store))
        .await?
        .map_err(failed)?;
    let rules = room.rules().now();
    let zone = rules.program.company_calendar().time_zone();
    let task = room.task();
    let mut rows: Vec<(kept_kernel::Instant, Row)> = logs
        .iter()
        .filter_map(|log| of_log(log, &imports, task.as_deref(), zone))
        .collect();
    rows.extend(
        imports
            .iter()
            .filter(|import| logs.iter().all(|log| log.import != Some(import.id)))
            .map(|import| of_import(import, task.as_deref(), zone)),
    );
    rows.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let add = Button::link("Import a log", "/history/new").primary();
    Ok(page(&ListPage {
        frame: frame.titled("Imports").at("history").showing("history"),
        none: Empty::new(
            "Nothing is imported yet",
            "Export what your present tool knows of past requests, as CSV or JSON lines. Kept shows what it understands before \
             anything is written, and an import can be undone.",
        ),
        add,
        rows: rows.into_iter().map(|(_, row)| row).collect(),
    }))
}

fn of_log(
    log: &LogRow,
    imports: &[Imported],
    task: Option<&Task>,
    zone: &TimeZone,
) -> Option<(kept_kernel::Instant, Row)> {
    let import = imports.iter().find(|import| Some(import.id) == log.import);
    if import.is_none() && log.removed_at.is_some() {
        return None;
    }
    let running = task.filter(|task| task.about == log.id || Some(task.about) == log.import);
    let state = match (running, import) {
        (Some(task), _) => format!("{} now", task.step().what),
        (None, Some(_)) if log.undo_begun_at.is_some() => {
            import.map_or_else(String::new, |import| undoing(import, zone))
        }
        (None, Some(import)) => state(import, zone),
        (None, None) if log.reading.problems.is_empty() => "Looked at, not imported".to_owned(),
        (None, None) => "The mapping does not fit yet".to_owned(),
    };
    let row = Row {
        name: log.name.clone(),
        href: format!("/history/logs/{}", log.id),
        at: time(log.taken_at, zone),
        events: import.map_or_else(String::new, |import| count(import.events)),
        bad: import.map_or_else(String::new, |import| count(import.bad_lines)),
        state,
    };
    Some((log.taken_at, row))
}

fn of_import(
    import: &Imported,
    task: Option<&Task>,
    zone: &TimeZone,
) -> (kept_kernel::Instant, Row) {
    let running = task.filter(|task| task.about == import.id);
    let row = Row {
        name: import.name.clone(),
        href: format!("/history/imports/{}", import.id),
        at: time(import.started_at, zone),
        events: count(import.events),
        bad: count(import.bad_lines),
        state: running.map_or_else(
            || state(import, zone),
            |task| format!("{} now", task.step().what),
        ),
    };
    (import.started_at, row)
}

fn undoing(import: &Imported, zone: &TimeZone) -> String {
    match import.undone_at {
        Some(_) => state(import, zone),
        None => "Undoing was broken off".to_owned(),
    }
}

/// How an import stands, in words.
pub fn state(import: &Imported, zone: &TimeZone) -> String {
    match (import.undone_at, import.ended_at) {
        (Some(at), _) => format!("Undone {}", time(at, zone)),
        (None, Some(_)) => "Imported".to_owned(),
        (None, None) => "Broken off".to_owned(),
    }
}
