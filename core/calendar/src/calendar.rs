//! The calendar itself: when work is done, and what a duration comes to.

use std::fmt;

use jiff::Span;
use jiff::tz::TimeZone;
use kept_kernel::{Duration, Instant, Unit};

use crate::days::{DAY, MINUTE, date_of, day_of};
use crate::problem::Problem;
use crate::rules::Rules;
use crate::table::Table;

/// A calendar: a zone, the windows in which work is done, and the days that differ.
///
/// All functions are total. Instants outside [`Instant::MIN`] to [`Instant::MAX`] are held at those ends; where no
/// working time is left before the year 9999, the answer is [`Instant::MAX`], and [`Instant::MIN`] going back.
/// Windows are half-open: their first instant is working time, their last is not; yet time that is used up exactly
/// at closing is up at closing, not at the next opening.
///
/// The layout of working time is worked out as it is needed and kept; it follows from the file alone, so the same
/// question has the same answer in any order and on any thread.
pub struct Calendar {
    pub(crate) name: Option<String>,
    pub(crate) zone_name: String,
    pub(crate) remarks: Vec<Problem>,
    pub(crate) table: Table,
}

impl Calendar {
    pub(crate) fn of(
        name: Option<String>,
        (zone_name, zone): (String, TimeZone),
        rules: Rules,
        remarks: Vec<Problem>,
    ) -> Self {
        Self {
            name,
            zone_name,
            remarks,
            table: Table::new(zone, rules),
        }
    }

    /// The name that its file gives it.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The name of its zone, as in `Europe/Berlin`.
    pub fn zone(&self) -> &str {
        &self.zone_name
    }

    /// Its zone, as the time library has it.
    pub fn time_zone(&self) -> &TimeZone {
        self.table.zone()
    }

    /// What is odd in its files but no mistake, such as an entry to skip that the feed does not have.
    pub fn remarks(&self) -> &[Problem] {
        &self.remarks
    }

    /// The instant that lies a duration after another.
    ///
    /// Minutes and hours run around the clock. Days, weeks, months and years lead to the same local time of a later
    /// day: one that the clocks skip moves forward by the gap, of one that they show twice the first counts, and the
    /// 31st becomes the last of a shorter month. Business minutes and hours count working time. For business days
    /// see [`Calendar::add_working_days`].
    pub fn add(&self, from: Instant, duration: Duration) -> Instant {
        self.moved(from, duration, 1)
    }

    /// The instant that lies a duration before another: for warnings ahead of a deadline. It mirrors
    /// [`Calendar::add`], so that adding the duration again leads back, where that can be.
    pub fn subtract(&self, from: Instant, duration: Duration) -> Instant {
        self.moved(from, duration, -1)
    }

    fn moved(&self, from: Instant, duration: Duration, sign: i64) -> Instant {
        let count = duration.count().saturating_mul(sign);
        match duration.unit() {
            Unit::Minutes | Unit::Hours => {
                let micros = duration.fixed_micros().unwrap_or(i64::MAX);
                from.plus_micros(micros.saturating_mul(sign))
            }
            Unit::BusinessMinutes | Unit::BusinessHours => {
                let micros = duration.fixed_micros().unwrap_or(i64::MAX);
                self.add_working(from, micros.saturating_mul(sign))
            }
            Unit::Days => self.same_time_after_days(from, count),
            Unit::Weeks => self.same_time_after_days(from, count.saturating_mul(7)),
            Unit::Months => self.same_time_after_months(from, count),
            Unit::Years => self.same_time_after_months(from, count.saturating_mul(12)),
            Unit::BusinessDays if sign > 0 => self.add_working_days(from, count),
            Unit::BusinessDays => self.subtract_working_days(from, count.saturating_neg()),
        }
    }

    /// The first instant by which so many more microseconds have been worked; for a negative number the last instant
    /// from which so many are worked until then. Nought changes nothing, also outside working time.
    pub fn add_working(&self, from: Instant, micros: i64) -> Instant {
        let from = held(from);
        Instant::from_micros(if micros < 0 {
            self.table.backward(from, micros.saturating_neg())
        } else {
            self.table.forward(from, micros)
        })
    }

    /// The working time between two instants in microseconds; nought where the second is not after the first.
    pub fn between(&self, from: Instant, to: Instant) -> i64 {
        self.table.between(held(from), held(to))
    }

    /// Whether an instant lies in working time.
    pub fn is_open(&self, instant: Instant) -> bool {
        self.table.interval_at(held(instant)).is_some()
    }

    /// The instant itself in working time, else the next one that is.
    pub fn next_opening(&self, instant: Instant) -> Instant {
        let found = self.table.next_open(held(instant));
        found.map_or(Instant::MAX, Instant::from_micros)
    }

    /// The instant itself in working time or at the end of it, else the last closing before.
    pub fn last_closing(&self, instant: Instant) -> Instant {
        let found = self.table.backward(held(instant), 1);
        Instant::from_micros(found).plus_micros(i64::from(found != FIRST))
    }

    /// The same local time on the n-th working day after. A start outside working time is first moved to the next
    /// opening; a result past that day's closing moves to the closing. A day counts as the one on which its windows
    /// start: three in the morning of a night that began on Friday is Friday's, and one working day later is three
    /// in the morning after Monday. Of a day that opens later than that the time before its opening is kept.
    pub fn add_working_days(&self, from: Instant, days: i64) -> Instant {
        if days <= 0 {
            return from;
        }
        let start = self.next_opening(from);
        let Some(day) = self.working_day_at(start.micros(), false) else {
            return Instant::MAX;
        };
        self.same_time_on(start.micros(), day, days)
            .unwrap_or(Instant::MAX)
    }

    /// The same local time on the n-th working day before; the mirror of [`Calendar::add_working_days`]. A start
    /// outside working time is first moved back to the last closing.
    pub fn subtract_working_days(&self, from: Instant, days: i64) -> Instant {
        if days <= 0 {
            return from;
        }
        let start = if self.is_open(from) {
            held(from)
        } else {
            self.last_closing(from).micros()
        };
        let Some(day) = self.working_day_at(start, true) else {
            return Instant::MIN;
        };
        self.same_time_on(start, day, days.saturating_neg())
            .unwrap_or(Instant::MIN)
    }

    fn same_time_on(&self, start: i64, day: i32, days: i64) -> Option<Instant> {
        let clock_time = self.table.local_of(start) - i64::from(day) * DAY;
        let target = self.table.working_day_after(day, days)?;
        let midnight = i64::from(target) * DAY;
        if let Some((windows, offset)) = self.table.steady_day(target)
            && let Some(last) = windows.last()
        {
            let closing = i64::from(last.end) * MINUTE;
            let found = Instant::from_micros(midnight + clock_time.min(closing) - offset);
            return Some(Instant::from_micros(held(found)));
        }
        let same = self.table.instant_of(midnight + clock_time);
        let closing = self.closing_of(target).unwrap_or(same);
        Some(Instant::from_micros(held(Instant::from_micros(
            same.min(closing),
        ))))
    }

    /// The local day whose windows hold an instant; with `closing` also the one that ends then.
    pub(crate) fn working_day_at(&self, instant: i64, closing: bool) -> Option<i32> {
        let local = self.table.local_of(instant);
        let day = local.div_euclid(DAY) as i32;
        if let Some((windows, _)) = self.table.steady_day(day) {
            let minute = (local.rem_euclid(DAY) / MINUTE) as u16;
            if windows.iter().any(|w| w.start <= minute && minute < w.end) {
                return Some(day);
            }
        }
        let holds = |day: &i32, at_end: bool| {
            self.table.spans_on(*day).any(|(open, close)| {
                open <= instant && (instant < close || (at_end && instant == close))
            })
        };
        let days = [day, day - 1, day + 1, day - 2];
        days.into_iter()
            .find(|day| holds(day, false))
            .or_else(|| days.into_iter().find(|day| closing && holds(day, true)))
    }

    /// The end of the last window that starts on a local day.
    pub(crate) fn closing_of(&self, day: i32) -> Option<i64> {
        self.table.spans_on(day).map(|(_, close)| close).max()
    }

    /// The local day of an instant.
    pub(crate) fn local_day(&self, instant: i64) -> i32 {
        self.table.local_of(instant).div_euclid(DAY) as i32
    }

    fn same_time_after_days(&self, from: Instant, days: i64) -> Instant {
        let local = self.table.local_of(held(from));
        let Some(later) = days
            .checked_mul(DAY)
            .and_then(|span| local.checked_add(span))
        else {
            return if days < 0 { Instant::MIN } else { Instant::MAX };
        };
        self.at_local(later)
    }

    fn same_time_after_months(&self, from: Instant, months: i64) -> Instant {
        let local = self.table.local_of(held(from));
        let (day, time) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        let later = date_of(day as i32).and_then(|date| {
            let span = Span::new().try_months(months).ok()?;
            date.checked_add(span).ok()
        });
        match later {
            Some(date) => self.at_local(i64::from(day_of(date)) * DAY + time),
            None if months < 0 => Instant::MIN,
            None => Instant::MAX,
        }
    }

    /// The instant of a local time, held inside what the calendars reach.
    pub(crate) fn at_local(&self, local: i64) -> Instant {
        // A day beyond the ends, so that offsets cannot matter.
        if local <= FIRST - DAY {
            return Instant::MIN;
        }
        if local >= LAST + DAY {
            return Instant::MAX;
        }
        Instant::from_micros(held(Instant::from_micros(self.table.instant_of(local))))
    }
}

impl Default for Calendar {
    /// Monday to Friday 09:00–17:00 in UTC.
    fn default() -> Self {
        let mut rules = Rules::default();
        let open = rules.pattern_of(&[crate::window::Window {
            start: 540,
            end: 1_020,
        }]);
        rules.week = [open, open, open, open, open, 0, 0];
        Self::of(None, ("UTC".to_owned(), TimeZone::UTC), rules, Vec::new())
    }
}

impl fmt::Debug for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calendar")
            .field("name", &self.name)
            .field("zone", &self.zone_name)
            .finish_non_exhaustive()
    }
}

const FIRST: i64 = Instant::MIN.micros();
const LAST: i64 = Instant::MAX.micros();

/// An instant in microseconds, held inside what the calendars reach.
pub(crate) fn held(instant: Instant) -> i64 {
    instant.micros().clamp(FIRST, LAST)
}
