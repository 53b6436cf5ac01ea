//! Dates that cannot be meant so: another day of the week, a day that has passed, a time at which nobody works.

use kept_calendar::Period;
use kept_kernel::Instant;

use crate::about::About;
use crate::promise::{Dated, Wrong};
use crate::remark::{Kind, Remark};

/// The remarks on the times of promises.
pub(crate) fn remarks(promises: &[Dated], about: &About<'_>) -> Vec<Remark> {
    promises
        .iter()
        .filter_map(|dated| remark(dated, about))
        .collect()
}

fn remark(dated: &Dated, about: &About<'_>) -> Option<Remark> {
    let due = dated.promise.due;
    let range = dated.promise.range.clone();
    let new = |why| Remark::new(Kind::Date, range, why);
    match dated.wrong {
        Some(Wrong::Weekday) => Some(
            new(format!("This date is a {}.", said(due, "%A", about))).instead([said(
                due,
                "%A %-d %B",
                about,
            )]),
        ),
        Some(Wrong::Past) => {
            let passed = said(due, "%A %-d %B %Y, %H:%M,", about);
            Some(new(format!("{passed} has passed.")))
        }
        None if works(due, about) || dated.by_day && has_work(due, about) => None,
        None => {
            let better = about.calendar.or_next_working_day(due);
            let when = said(due, "%A %-d %B, %H:%M,", about);
            let why = format!("{when} is outside of our working time. Can it be kept?");
            Some(new(why).instead([format!("by {}", day_and_time(better, about))]))
        }
    }
}

/// Whether an instant lies in working time, or at its end.
fn works(due: Instant, about: &About<'_>) -> bool {
    about.calendar.or_next_working_day(due) == due
}

/// Whether somebody works on the day of an instant.
fn has_work(due: Instant, about: &About<'_>) -> bool {
    about.calendar.closing_of_day(due) != about.calendar.end_of(Period::Day, due)
}

/// `Friday 27 November, 17:00`
pub(crate) fn day_and_time(at: Instant, about: &About<'_>) -> String {
    said(at, "%A %-d %B, %H:%M", about)
}

fn said(at: Instant, form: &str, about: &About<'_>) -> String {
    let at = at.timestamp().to_zoned(about.zone.clone());
    at.strftime(form).to_string()
}
