//! A time as it stands in a sentence: a deadline's word, a day, a time of the day, a length, the end of a week.

use kept_calendar::Period;
use kept_kernel::Duration;

use super::clock::{self, Clock};
use super::cursor::Cursor;
use super::day::{self, Day};
use super::span;

/// A time as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Expression {
    pub(super) lead: Lead,
    pub(super) when: When,
}

/// The word before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lead {
    /// `by`, `no later than`.
    By,
    /// `before`: of a day alone, not that day any longer.
    Before,
    /// `within`.
    Within,
    /// `in`.
    In,
    /// `until`, which also says how long something lasts.
    Until,
    /// `on`, `at`, or none.
    None,
}

/// The time itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// So long from now.
    After(Duration),
    /// A day, a time, or both.
    At(Option<Day>, Option<Clock>),
    /// The last working moment of this period, or of the one so many later.
    EndOf(Period, u8),
    /// The last working moment of a month, of this year or of one that is said.
    EndOfMonth(i8, Option<i16>),
}

impl Expression {
    /// Whether it is a deadline by its own word.
    pub(super) const fn is_deadline(&self) -> bool {
        matches!(self.lead, Lead::By | Lead::Before | Lead::Within)
    }

    /// Whether it counts days or more.
    pub(super) fn is_by_day(&self) -> bool {
        matches!(self.when, When::After(span) if !span.unit().is_divisible())
    }

    /// With the day of the time before it in the sentence, where it has none: “tomorrow before noon, and in the afternoon …”.
    pub(super) const fn after(self, before: Option<&Self>) -> Self {
        let day = match before {
            Some(Self {
                when: When::At(day, _),
                ..
            }) => *day,
            _ => None,
        };
        match self.when {
            When::At(None, clock) => Self {
                when: When::At(day, clock),
                ..self
            },
            _ => self,
        }
    }
}

/// The time that begins here.
pub(super) fn read(cursor: &mut Cursor<'_, '_>) -> Option<Expression> {
    cursor.tries(|cursor| {
        let lead = lead(cursor);
        let when = match lead {
            Lead::Within | Lead::In => after(cursor, lead),
            _ => stretch(cursor, lead).or_else(|| at(cursor, lead)),
        }?;
        Some(Expression { lead, when })
    })
}

fn lead(cursor: &mut Cursor<'_, '_>) -> Lead {
    const BY: [&str; 6] = [
        "no later than",
        "not later than",
        "at the latest by",
        "at the latest on",
        "latest by",
        "by",
    ];
    const WITHIN: [&str; 7] = [
        "in no more than",
        "in not more than",
        "in less than",
        "in under",
        "in the course of",
        "within",
        "inside",
    ];
    if BY.iter().any(|words| cursor.takes_all(words)) {
        return Lead::By;
    }
    if WITHIN.iter().any(|words| cursor.takes_all(words)) {
        return Lead::Within;
    }
    match cursor.next() {
        "before" => take(cursor, Lead::Before),
        "until" | "till" => take(cursor, Lead::Until),
        "in" => take(cursor, Lead::In),
        _ => Lead::None,
    }
}

fn take(cursor: &mut Cursor<'_, '_>, lead: Lead) -> Lead {
    cursor.step();
    lead
}

/// What follows `within` and `in`.
fn after(cursor: &mut Cursor<'_, '_>, lead: Lead) -> Option<When> {
    if lead == Lead::Within && cursor.takes_all("the hour") {
        return span_of("1 hour");
    }
    if lead == Lead::In && cursor.takes(&["the"]) {
        let part = clock::part(cursor).map(|part| When::At(None, Some(part)));
        return part.or_else(|| {
            cursor.takes(&["next"]);
            span::read(cursor).map(When::After)
        });
    }
    let long = cursor.tries(|cursor| {
        if !cursor.takes_all("the next") {
            cursor.takes(&["the"]);
        }
        span::read(cursor).map(When::After)
    });
    let day = |cursor: &mut Cursor<'_, '_>| {
        let ends = cursor.takes_all("the day") || cursor.takes_all("the business day");
        ends.then_some(When::At(Some(Day::Ahead(0)), Some(Clock::Closing)))
    };
    match lead {
        Lead::Within => long
            .or_else(|| stretch(cursor, lead))
            .or_else(|| day(cursor)),
        _ => long,
    }
}

fn span_of(text: &str) -> Option<When> {
    text.parse().ok().map(When::After)
}

/// `the end of next week`, `this month`, `close of business on Friday`, `EOD`; after `within` also `the week`.
fn stretch(cursor: &mut Cursor<'_, '_>, lead: Lead) -> Option<When> {
    cursor.tries(|cursor| {
        if cursor.takes_all("close of business")
            || cursor.takes_all("the close of business")
            || cursor.takes(&["eod", "cob", "eob"])
        {
            return Some(closing(cursor));
        }
        match cursor.next() {
            "eow" => return Some(take_end(cursor, Period::Week)),
            "eom" => return Some(take_end(cursor, Period::Month)),
            _ => {}
        }
        let end = cursor.takes_all("the end of") || cursor.takes_all("end of");
        let the = (end || lead == Lead::Within) && cursor.takes(&["the"]);
        let next = cursor.takes(&["next"]);
        let this = !next && cursor.takes(&["this"]);
        if end && !next {
            cursor.takes(&["business", "working"]);
            if cursor.takes(&["day", "business"]) {
                return Some(closing(cursor));
            }
            if let Some(day) = day::read(cursor) {
                return Some(When::At(Some(day), Some(Clock::Closing)));
            }
        }
        if let Some(month) = day::month(cursor.next()).filter(|_| end) {
            cursor.step();
            return Some(When::EndOfMonth(month, day::year(cursor)));
        }
        let period = match cursor.next() {
            "week" => Period::Week,
            "month" => Period::Month,
            "quarter" => Period::Quarter,
            "year" => Period::Year,
            _ => return None,
        };
        if !(end || the || next || this) {
            return None;
        }
        cursor.step();
        Some(When::EndOf(period, u8::from(next)))
    })
}

fn take_end(cursor: &mut Cursor<'_, '_>, period: Period) -> When {
    cursor.step();
    When::EndOf(period, 0)
}

fn closing(cursor: &mut Cursor<'_, '_>) -> When {
    let day = day::read(cursor).unwrap_or(Day::Ahead(0));
    When::At(Some(day), Some(Clock::Closing))
}

/// A day with or without a time, a time with or without a day.
fn at(cursor: &mut Cursor<'_, '_>, lead: Lead) -> Option<When> {
    if cursor.takes(&["tonight"]) {
        return Some(When::At(Some(Day::Ahead(0)), Some(Clock::Midnight)));
    }
    if let Some(part) = cursor.tries(|cursor| {
        cursor.takes(&["this"]).then_some(())?;
        clock::part(cursor)
    }) {
        return Some(When::At(Some(Day::Ahead(0)), Some(part)));
    }
    if let Some(day) = day::read(cursor) {
        let time = clock::part(cursor).or_else(|| clock::of_day(cursor));
        return Some(When::At(Some(day), time));
    }
    let time = match clock::read(cursor) {
        Some(time) => time,
        None if lead == Lead::None => return None,
        None => {
            cursor.takes(&["the"]);
            clock::part(cursor)?
        }
    };
    Some(When::At(day::read(cursor), Some(time)))
}
