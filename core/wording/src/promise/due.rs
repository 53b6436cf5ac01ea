//! When a time is, seen from now.

use jiff::Span;
use jiff::civil::{Date, Weekday};
use kept_calendar::Period;
use kept_kernel::{Instant, Unit};

use super::clock::Clock;
use super::day::Day;
use super::expression::{Expression, Lead, When};
use crate::about::About;

const MINUTE: i64 = 60_000_000;
/// A date without a year that lies no further back than this is meant as it stands, and has passed.
const JUST_PASSED: i32 = 90;

/// What is wrong with a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// The day of the week is not that of the date.
    Weekday,
    /// It has passed.
    Past,
}

/// When it is due; none: there is no such day.
pub(super) fn of(expression: &Expression, about: &About<'_>) -> Option<(Instant, Option<Wrong>)> {
    match expression.when {
        When::After(span) if span.unit() == Unit::BusinessDays => {
            let days = span.amount().as_whole()?;
            Some((about.calendar.add_working_days(about.now, days), None))
        }
        When::After(span) => Some((about.calendar.add(about.now, span), None)),
        When::EndOf(period, ahead) => Some((end_of(period, ahead, about), None)),
        When::EndOfMonth(month, year) => {
            let due = end_of_month(month, year, about)?;
            Some((due, (due <= about.now).then_some(Wrong::Past)))
        }
        When::At(None, Some(clock)) => Some((next_time(clock, about)?, None)),
        When::At(None, None) => None,
        When::At(Some(day), clock) => {
            let (date, wrong) = date_of(day, clock, about)?;
            let due = match (expression.lead, clock) {
                (Lead::Before, None) => before(date, about)?,
                (_, clock) => at(date, clock, about)?,
            };
            let due = match clock {
                // Today after closing: what is left of the day.
                None if due <= about.now && date == today(about) => last_minute(date, about)?,
                _ => due,
            };
            let past = due <= about.now;
            Some((due, if past { Some(Wrong::Past) } else { wrong }))
        }
    }
}

fn today(about: &About<'_>) -> Date {
    let now = about.now.timestamp().to_zoned(about.zone.clone());
    now.date()
}

fn on(date: Date, (hour, minute): (i8, i8), about: &About<'_>) -> Option<Instant> {
    let local = jiff::civil::Time::new(hour, minute, 0, 0).ok()?;
    let there = date.to_datetime(local).to_zoned(about.zone.clone()).ok()?;
    Some(Instant::from_timestamp(there.timestamp()))
}

fn last_minute(date: Date, about: &About<'_>) -> Option<Instant> {
    on(date, (23, 59), about)
}

fn at(date: Date, clock: Option<Clock>, about: &About<'_>) -> Option<Instant> {
    match clock {
        Some(Clock::At(hour, minute)) => on(date, (hour, minute), about),
        Some(Clock::Midnight) => last_minute(date, about),
        Some(Clock::Closing) | None => closing(date, about),
    }
}

/// The closing of a day; of one on which nobody works its last minute.
fn closing(date: Date, about: &About<'_>) -> Option<Instant> {
    let noon = on(date, (12, 0), about)?;
    let closing = about.calendar.closing_of_day(noon);
    if closing == about.calendar.end_of(Period::Day, noon) {
        return last_minute(date, about);
    }
    Some(closing)
}

/// The last working moment before a day; where that has passed, the last minute before it.
fn before(date: Date, about: &About<'_>) -> Option<Instant> {
    let midnight = on(date, (0, 0), about)?;
    let closing = about.calendar.last_closing(midnight);
    Some(if closing > about.now {
        closing
    } else {
        midnight.plus_micros(-MINUTE)
    })
}

fn end_of(period: Period, ahead: u8, about: &About<'_>) -> Instant {
    let end = (0..=ahead).fold(about.now, |from, _| about.calendar.end_of(period, from));
    let closing = about.calendar.last_closing(end);
    if closing > about.now {
        closing
    } else {
        end.plus_micros(-MINUTE)
    }
}

/// The last working moment of a month that has not passed, of the next year where needed.
fn end_of_month(month: i8, year: Option<i16>, about: &About<'_>) -> Option<Instant> {
    let today = today(about);
    let this = Date::new(year.unwrap_or(today.year()), month, 1).ok()?;
    let last = this.last_of_month();
    let last = if year.is_none() && last < today {
        Date::new(this.year() + 1, month, 1).ok()?.last_of_month()
    } else {
        last
    };
    let end = on(days_after(last, 1)?, (0, 0), about)?;
    let closing = about.calendar.last_closing(end);
    Some(if closing > about.now {
        closing
    } else {
        end.plus_micros(-MINUTE)
    })
}

/// A time without a day: today, or tomorrow where that has passed.
fn next_time(clock: Clock, about: &About<'_>) -> Option<Instant> {
    let today = today(about);
    let due = at(today, Some(clock), about)?;
    if due > about.now {
        return Some(due);
    }
    at(days_after(today, 1)?, Some(clock), about)
}

fn days_after(date: Date, days: i64) -> Option<Date> {
    date.checked_add(Span::new().try_days(days).ok()?).ok()
}

fn date_of(day: Day, clock: Option<Clock>, about: &About<'_>) -> Option<(Date, Option<Wrong>)> {
    let today = today(about);
    match day {
        Day::Ahead(days) => Some((days_after(today, days.into())?, None)),
        Day::Of(weekday, next) => Some((weekday_of(weekday, next, (today, clock), about)?, None)),
        Day::Date {
            day,
            month,
            year,
            weekday,
        } => {
            let date = date_from(today, (day, month, year))?;
            let wrong = weekday.filter(|weekday| *weekday != date.weekday());
            Some((date, wrong.map(|_| Wrong::Weekday)))
        }
    }
}

/// The next such day of the week: today while its time is ahead. With `next` that of the week after this one.
fn weekday_of(
    weekday: Weekday,
    next: bool,
    (today, clock): (Date, Option<Clock>),
    about: &About<'_>,
) -> Option<Date> {
    let from_monday = |weekday: Weekday| i64::from(weekday.to_monday_zero_offset());
    let ahead = from_monday(weekday) - from_monday(today.weekday());
    if next {
        return days_after(today, ahead + 7);
    }
    if ahead == 0 {
        let due = at(today, clock, about)?;
        return days_after(today, if due > about.now { 0 } else { 7 });
    }
    days_after(today, ahead.rem_euclid(7))
}

/// The date of a day with or without its month and year: the next one, unless it has just passed.
fn date_from(today: Date, named: (i8, Option<i8>, Option<i16>)) -> Option<Date> {
    match named {
        (day, Some(month), Some(year)) => Date::new(year, month, day).ok(),
        (day, Some(month), None) => {
            let this_year = Date::new(today.year(), month, day).ok();
            let days_ago = |date: Date| (today - date).get_days();
            match this_year {
                Some(date) if days_ago(date) <= JUST_PASSED => Some(date),
                _ => Date::new(today.year() + 1, month, day).ok(),
            }
        }
        (day, None, _) => (0..12).find_map(|ahead| {
            let month = today.first_of_month();
            let month = month
                .checked_add(Span::new().try_months(ahead).ok()?)
                .ok()?;
            let date = Date::new(month.year(), month.month(), day).ok()?;
            (date >= today).then_some(date)
        }),
    }
}
