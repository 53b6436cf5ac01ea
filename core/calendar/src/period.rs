//! Days, weeks, months, quarters and years by the local calendar, and the ends of working days.

use jiff::Span;
use jiff::civil::Date;
use kept_kernel::Instant;

use crate::Calendar;
use crate::calendar::held;
use crate::days::{DAY, date_of, day_of, weekday_of};

/// A stretch of the local calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Period {
    /// From midnight to midnight.
    Day,
    /// From Monday to Sunday.
    Week,
    /// A month of the year.
    Month,
    /// Three months, from January, April, July or October.
    Quarter,
    /// From 1 January to 31 December.
    Year,
}

impl Calendar {
    /// The first instant of the local period that an instant lies in.
    pub fn start_of(&self, period: Period, instant: Instant) -> Instant {
        self.at_local(i64::from(self.first_day(period, instant)) * DAY)
    }

    /// The end of the local period that an instant lies in: the first instant of the next one.
    pub fn end_of(&self, period: Period, instant: Instant) -> Instant {
        let first = self.first_day(period, instant);
        let next = match period {
            Period::Day => Some(first + 1),
            Period::Week => Some(first + 7),
            Period::Month => months_after(first, 1),
            Period::Quarter => months_after(first, 3),
            Period::Year => months_after(first, 12),
        };
        next.map_or(Instant::MAX, |day| self.at_local(i64::from(day) * DAY))
    }

    fn first_day(&self, period: Period, instant: Instant) -> i32 {
        let day = self.local_day(held(instant));
        let first_of = |month: &dyn Fn(i8) -> i8| {
            date_of(day)
                .and_then(|date| Date::new(date.year(), month(date.month()), 1).ok())
                .map_or(day, day_of)
        };
        match period {
            Period::Day => day,
            Period::Week => day - weekday_of(day) as i32,
            Period::Month => first_of(&|month| month),
            Period::Quarter => first_of(&|month| (month - 1) / 3 * 3 + 1),
            Period::Year => first_of(&|_| 1),
        }
    }

    /// The closing of the local day that an instant lies in: the end of the last window that starts on it, which a
    /// night may carry into the next day. A closed day has none: then the midnight at its end.
    pub fn closing_of_day(&self, instant: Instant) -> Instant {
        let closing = self.closing_of(self.local_day(held(instant)));
        closing.map_or_else(
            || self.end_of(Period::Day, instant),
            |close| Instant::from_micros(close.min(Instant::MAX.micros())),
        )
    }

    /// The closing of the working day that is on at an instant, or of the next one outside working time.
    pub fn next_working_day_closing(&self, instant: Instant) -> Instant {
        let opening = self.next_opening(instant);
        self.working_day_at(opening.micros(), false)
            .and_then(|day| self.closing_of(day))
            .map_or(Instant::MAX, |close| {
                Instant::from_micros(close.min(Instant::MAX.micros()))
            })
    }

    /// A deadline that is to be met in working time: kept where it lies in working time or exactly at its end, else
    /// moved to the closing of the next working day (of the same day before its opening or in a break).
    pub fn or_next_working_day(&self, deadline: Instant) -> Instant {
        if self.is_open(deadline) || self.last_closing(deadline) == deadline {
            deadline
        } else {
            self.next_working_day_closing(deadline)
        }
    }
}

fn months_after(day: i32, months: i64) -> Option<i32> {
    let span = Span::new().try_months(months).ok()?;
    date_of(day)?.checked_add(span).ok().map(day_of)
}
