//! Days away and working hours.

use axum::extract::{Path, State};
use axum::response::Response;
use kept_ui::parts::Button;
use kept_ui::{Failure, Filled, Form, Frame};
use serde::Deserialize;

use super::{AbsenceRow, Forms, act, again, done};
use crate::accounts::Accounts;
use crate::commands::{AddAbsenceError, SetHoursError, add_absence, cancel_absence, set_hours};
use crate::model::{Absence, AbsenceId, PersonId, Span};
use crate::pages::{failed, or_failed};
use crate::session::Signed;

pub(super) fn rows(absences: &[Absence], frame: &Frame) -> Vec<AbsenceRow> {
    let row = |absence: &Absence| AbsenceRow {
        days: if absence.from_on == absence.until_on {
            absence.from_on.clone()
        } else {
            format!("{} to {}", absence.from_on, absence.until_on)
        },
        deputy: absence.deputy_name.clone().unwrap_or_default(),
        cancel: Button::act(
            "Cancel",
            format!("/me/absences/{}/cancellation", absence.id),
            &frame.csrf,
        )
        .quiet(),
    };
    absences.iter().map(row).collect()
}

#[derive(Deserialize)]
pub(super) struct Away {
    from: String,
    until: String,
    deputy: Option<String>,
}

pub(super) async fn add(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
    form: Form<Away>,
) -> Result<Response, Failure> {
    let wrong = |filled| Forms {
        absence: Some(filled),
        ..Forms::default()
    };
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return again(&accounts, &signed, frame, wrong(filled)).await,
    };
    let deputy = typed.deputy.as_deref().map(str::parse::<PersonId>);
    let Ok(deputy) = deputy.transpose() else {
        let filled = filled.wrong("deputy", AddAbsenceError::Deputy.to_string());
        return again(&accounts, &signed, frame, wrong(filled)).await;
    };
    let (act, person) = (act(&accounts, &signed), signed.person);
    let added = accounts
        .write(move |tx| add_absence(tx, &act, person, (&typed.from, &typed.until), deputy))
        .await;
    let Err(error) = added else {
        return Ok(done("Your days away are noted."));
    };
    let error = or_failed!(error, AddAbsenceError);
    let field = match error {
        AddAbsenceError::Deputy => "deputy",
        _ => "from",
    };
    let filled = filled.wrong(field, error.to_string());
    again(&accounts, &signed, frame, wrong(filled)).await
}

pub(super) async fn cancel(
    State(accounts): State<Accounts>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let gone = || Failure::not_found("There is no such absence");
    let id: AbsenceId = id.parse().map_err(|_| gone())?;
    let (act, person) = (act(&accounts, &signed), signed.person);
    let cancelled = accounts
        .write(move |tx| cancel_absence(tx, &act, person, id))
        .await
        .map_err(failed)?;
    if cancelled {
        Ok(done("These days are cancelled."))
    } else {
        Err(gone())
    }
}

/// The names of the fields, Monday first.
const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// The form of the hours that are stored: `9:00-12:00, 13:00-17:00` a day.
pub(super) fn hours_form(spans: &[Span]) -> Filled {
    let of = |weekday: u8| {
        let spans = spans.iter().filter(|span| span.weekday == weekday);
        let texts: Vec<_> = spans
            .map(|span| format!("{}-{}", clock(span.starts), clock(span.ends)))
            .collect();
        texts.join(", ")
    };
    Filled::with(DAYS.into_iter().zip((1..=7).map(of)))
}

fn clock(minutes: u16) -> String {
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

#[derive(Deserialize)]
pub(super) struct Week {
    monday: Option<String>,
    tuesday: Option<String>,
    wednesday: Option<String>,
    thursday: Option<String>,
    friday: Option<String>,
    saturday: Option<String>,
    sunday: Option<String>,
}

pub(super) async fn set(
    State(accounts): State<Accounts>,
    signed: Signed,
    frame: Frame,
    form: Form<Week>,
) -> Result<Response, Failure> {
    let wrong = |filled| Forms {
        hours: Some(filled),
        ..Forms::default()
    };
    let (week, mut filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return again(&accounts, &signed, frame, wrong(filled)).await,
    };
    let typed = [
        week.monday,
        week.tuesday,
        week.wednesday,
        week.thursday,
        week.friday,
        week.saturday,
        week.sunday,
    ];
    let mut spans = Vec::new();
    for ((day, weekday), text) in DAYS.into_iter().zip(1..=7).zip(typed) {
        match read_spans(weekday, text.as_deref().unwrap_or_default()) {
            Some(read) => spans.extend(read),
            None => {
                filled = filled.wrong(day, "Write hours like 9:00-12:30, 13:15-17:00, or nothing.");
            }
        }
    }
    if filled.is_wrong() {
        return again(&accounts, &signed, frame, wrong(filled)).await;
    }
    let (act, person) = (act(&accounts, &signed), signed.person);
    if let Err(error) = accounts
        .write(move |tx| set_hours(tx, &act, person, &spans))
        .await
    {
        let told = or_failed!(error, SetHoursError).to_string();
        return again(&accounts, &signed, frame, wrong(filled.refused(told))).await;
    }
    Ok(done("Your working hours are saved."))
}

fn read_spans(weekday: u8, text: &str) -> Option<Vec<Span>> {
    let span = |text: &str| {
        let (starts, ends) = text.split_once(['-', '–'])?;
        Some(Span {
            weekday,
            starts: minutes(starts)?,
            ends: minutes(ends)?,
        })
    };
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(span)
        .collect()
}

fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once(':').unwrap_or((text.trim(), "0"));
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 24 && minutes < 60).then_some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::{hours_form, read_spans};

    #[test]
    fn hours_read_back_as_they_are_shown() {
        let spans = read_spans(1, "9-12:30,13:15 – 17:00").unwrap();
        assert_eq!(
            hours_form(&spans).value("monday"),
            "9:00-12:30, 13:15-17:00"
        );
        assert_eq!(read_spans(1, ""), Some(Vec::new()));
        for text in ["9", "9:60-10", "x-y", "9-25:00"] {
            assert_eq!(read_spans(1, text), None, "{text}");
        }
    }
}
