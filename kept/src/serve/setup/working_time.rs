//! The working time: a form for what most companies have. A calendar with more in it is shown, and changed as a file.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_sops::Text;
use kept_ui::parts::{Notice, Views};
use kept_ui::{Failure, Filled, Flash, Form, Frame, page, see_other, unprocessable};
use serde::Deserialize;

use super::{Setup, tabs};
use crate::serve::author::author;

const DAYS: [(&str, &str); 7] = [
    ("monday", "Monday"),
    ("tuesday", "Tuesday"),
    ("wednesday", "Wednesday"),
    ("thursday", "Thursday"),
    ("friday", "Friday"),
    ("saturday", "Saturday"),
    ("sunday", "Sunday"),
];

/// What the form gives.
#[derive(Deserialize)]
pub struct WorkingTime {
    zone: String,
    monday: String,
    tuesday: String,
    wednesday: String,
    thursday: String,
    friday: String,
    saturday: String,
    sunday: String,
    holidays: String,
}

#[derive(Template)]
#[template(path = "working-time.html")]
struct WorkingTimePage {
    frame: Frame,
    tabs: Views,
    form: Filled,
    days: [(&'static str, &'static str); 7],
    by_hand: bool,
    notice: Notice,
}

/// Shows the hours in force.
pub async fn show(
    State(setup): State<Setup>,
    signed: Signed,
    frame: Frame,
) -> Result<Response, Failure> {
    signed.require(Action::Configure)?;
    let (store, shipped) = (setup.store.clone(), setup.shipped.clone());
    let texts = tokio::task::spawn_blocking(move || kept_sops::in_force(&store, &shipped)).await;
    let texts = texts
        .map_err(Failure::internal)?
        .map_err(Failure::internal)?;
    let (form, by_hand) = read(&texts.calendar.0.text);
    Ok(page(&drawn((frame, &signed), form, by_hand)))
}

/// Puts other hours in force.
pub async fn save(
    State(setup): State<Setup>,
    signed: Signed,
    frame: Frame,
    form: Form<WorkingTime>,
) -> Result<Response, Failure> {
    let author = author(&signed, Action::Configure)?;
    let (time, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return Ok(unprocessable(&drawn((frame, &signed), filled, false))),
    };
    let text = match written(&time) {
        Ok(text) => text,
        Err((field, message)) => {
            return Ok(unprocessable(&drawn(
                (frame, &signed),
                filled.wrong(field, message),
                false,
            )));
        }
    };
    let file = Text {
        name: "calendar.toml".to_owned(),
        text,
    };
    let done = setup
        .change(move |setup| {
            kept_sops::put_calendar((&setup.store, &setup.world), file, &[], author)
        })
        .await?;
    match done {
        Ok(()) => Ok(see_other("/settings/blanks")
            .with(Flash::said("The working time is in force."))
            .into_response()),
        Err(problem) => Ok(unprocessable(&drawn(
            (frame, &signed),
            filled.refused(problem),
            false,
        ))),
    }
}

fn drawn((frame, signed): (Frame, &Signed), form: Filled, by_hand: bool) -> WorkingTimePage {
    WorkingTimePage {
        frame: frame.titled("Working time").at("settings"),
        tabs: tabs(signed, "/settings/working-time"),
        form,
        days: DAYS,
        by_hand,
        notice: Notice::caution(
            "The calendar in force has more in it than this form shows",
            "It has seasons, feeds or exceptions. Saving this form leaves them out; to keep them, change the file and run \
             kept import calendar.",
        ),
    }
}

/// The form of a calendar, and whether there is more in it.
fn read(text: &str) -> (Filled, bool) {
    let Ok(table) = text.parse::<toml::Table>() else {
        return (Filled::empty(), true);
    };
    let word = |name: &str| {
        table
            .get(name)
            .and_then(toml::Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let mut values = vec![("zone", word("zone"))];
    let hours = table.get("hours").and_then(toml::Value::as_table);
    for (day, _) in DAYS {
        let windows = hours
            .and_then(|hours| hours.get(day))
            .and_then(toml::Value::as_array);
        let windows = windows
            .into_iter()
            .flatten()
            .filter_map(toml::Value::as_str);
        values.push((day, windows.collect::<Vec<_>>().join(", ")));
    }
    let holidays = table.get("holidays").and_then(toml::Value::as_array);
    let lines: Vec<Option<String>> = holidays
        .into_iter()
        .flatten()
        .map(|holiday| holiday_line(holiday.as_table()?))
        .collect();
    let known = ["name", "zone", "hours", "holidays"];
    let more = table.keys().any(|key| !known.contains(&key.as_str()))
        || lines.iter().any(Option::is_none)
        || hours.is_some_and(|hours| {
            hours
                .keys()
                .any(|day| DAYS.iter().all(|(known, _)| known != day))
        });
    values.push((
        "holidays",
        lines.into_iter().flatten().collect::<Vec<_>>().join("\n"),
    ));
    (Filled::with(values), more)
}

fn holiday_line(holiday: &toml::Table) -> Option<String> {
    let text = |name: &str| match holiday.get(name)? {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Datetime(date) => Some(date.to_string()),
        _ => None,
    };
    let day = text("date").or_else(|| text("yearly"))?;
    let plain = holiday
        .keys()
        .all(|key| ["date", "yearly", "name"].contains(&key.as_str()));
    plain.then(|| {
        format!("{day} {}", text("name").unwrap_or_default())
            .trim_end()
            .to_owned()
    })
}

/// The calendar's file, or the field at fault and why.
fn written(time: &WorkingTime) -> Result<String, (&'static str, String)> {
    let quoted = |text: &str| serde_json::to_string(text.trim()).unwrap_or_default();
    let mut text = format!("zone = {}\n\n[hours]\n", quoted(&time.zone));
    let days = [
        &time.monday,
        &time.tuesday,
        &time.wednesday,
        &time.thursday,
        &time.friday,
        &time.saturday,
        &time.sunday,
    ];
    for ((day, _), windows) in DAYS.iter().zip(days) {
        let windows: Vec<String> = windows
            .split(',')
            .filter(|window| !window.trim().is_empty())
            .map(quoted)
            .collect();
        if !windows.is_empty() {
            text.extend([day, " = [", &windows.join(", "), "]\n"]);
        }
    }
    for line in time
        .holidays
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        let (day, name) = line.split_once(' ').unwrap_or((line, ""));
        let kind = match day.len() {
            10 => "date",
            5 => "yearly",
            _ => {
                let message =
                    format!("“{line}” does not begin with a day such as 2026-12-24 or 12-25.");
                return Err(("holidays", message));
            }
        };
        text.extend(["\n[[holidays]]\n", kind, " = ", &quoted(day), "\n"]);
        if !name.trim().is_empty() {
            text.extend(["name = ", &quoted(name), "\n"]);
        }
    }
    Ok(text)
}
