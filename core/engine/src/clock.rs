//! Deadlines: where a span leads, and how pauses move it.

use jiff::civil::Date;
use kept_calendar::{Calendar, Period as Stretch};
use kept_kernel::{Duration, Instant};
use kept_language::ast::{DayOrPeriod, Period};

/// An instant that does not come.
pub(crate) const NEVER: Instant = Instant::from_micros(i64::MAX);

/// What moves a deadline while its clock stands still.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Shift {
    /// Paused working time.
    Business,
    /// Paused time around the clock.
    Elapsed,
    /// Nothing: a date, or set by hand.
    #[default]
    None,
}

impl Shift {
    pub(crate) fn of(span: Duration) -> Self {
        if span.is_business() {
            Self::Business
        } else {
            Self::Elapsed
        }
    }
}

/// A deadline before pauses, and what pauses do to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Due {
    pub(crate) base: Instant,
    pub(crate) shift: Shift,
    /// Its length, where it has one.
    pub(crate) span: Option<Duration>,
    pub(crate) next_day: bool,
}

impl Due {
    /// So long after some instant, which leads to `base`.
    pub(crate) fn after(base: Instant, span: Duration, next_day: bool) -> Self {
        Self {
            base,
            shift: Shift::of(span),
            span: Some(span),
            next_day,
        }
    }

    /// At a date.
    pub(crate) const fn at(base: Instant, next_day: bool) -> Self {
        Self {
            base,
            shift: Shift::None,
            span: None,
            next_day,
        }
    }

    /// The deadline after so much paused time, working and around the clock.
    pub(crate) fn moved(self, calendar: &Calendar, business: i64, elapsed: i64) -> Instant {
        let moved = match self.shift {
            Shift::Business if business > 0 => calendar.add_working(self.base, business),
            Shift::Elapsed if elapsed > 0 => self.base.plus_micros(elapsed),
            _ => self.base,
        };
        if self.next_day {
            calendar.or_next_working_day(moved)
        } else {
            moved
        }
    }
}

/// The first instant of a day in a calendar's zone.
pub(crate) fn start_of_date(calendar: &Calendar, day: Date) -> Instant {
    day.to_zoned(calendar.time_zone().clone())
        .map_or(Instant::MAX, |zoned| {
            Instant::from_timestamp(zoned.timestamp())
        })
}

/// The first instant after a day in a calendar's zone.
pub(crate) fn end_of_date(calendar: &Calendar, day: Date) -> Instant {
    calendar.end_of(Stretch::Day, start_of_date(calendar, day))
}

/// The closing of the working day of a date; midnight at its end where it is closed.
pub(crate) fn closing_of_date(calendar: &Calendar, day: Date) -> Instant {
    calendar.closing_of_day(start_of_date(calendar, day))
}

/// The same stretch in the calendar's words.
pub(crate) const fn stretch(period: Period) -> Stretch {
    match period {
        Period::Day => Stretch::Day,
        Period::Week => Stretch::Week,
        Period::Month => Stretch::Month,
        Period::Quarter => Stretch::Quarter,
        Period::Year => Stretch::Year,
    }
}

/// The end of the day or period that an instant lies in.
pub(crate) fn end_of(calendar: &Calendar, period: DayOrPeriod, from: Instant) -> Instant {
    match period {
        DayOrPeriod::Day => calendar.end_of(Stretch::Day, from),
        DayOrPeriod::WorkingDay => calendar.next_working_day_closing(from),
        DayOrPeriod::Period(period) => calendar.end_of(stretch(period), from),
    }
}
