//! The company's time: days, working hours, and how long people take until something is done.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use kept_calendar::Calendar;
use kept_kernel::Instant;

use crate::people::Member;
use crate::random::{Random, exp};

pub(crate) const MINUTE: i64 = 60_000_000;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// The calendar and the stretch of time that the sample covers.
pub(crate) struct Clock {
    pub(crate) calendar: Calendar,
    pub(crate) first: Date,
    /// The first day after it.
    pub(crate) last: Date,
    pub(crate) from: Instant,
    pub(crate) until: Instant,
}

/// How much time a duty leaves.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Within {
    /// Around the clock, in minutes.
    Minutes(i64),
    /// In working time, in minutes.
    WorkMinutes(i64),
    /// In working days.
    WorkDays(i64),
    /// Until then.
    By(Instant),
}

/// How one duty is usually kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) within: Within,
    /// In how many of a hundred cases an average person on an average day is in time.
    pub(crate) usual: f64,
}

/// How far the company is above the shares that stand beside its duties, in standard deviations: a proud one, that
/// keeps nearly everything. What is hard for it stays hard.
const PRIDE: f64 = 1.75;

/// Duties that are kept more seldom than this are the hard ones.
const HARD: f64 = 79.0;

/// A pace: so much time, usually kept in so many of a hundred cases.
pub(crate) fn pace(within: Within, usual: f64) -> Pace {
    Pace { within, usual }
}

impl Clock {
    pub(crate) fn new(calendar: Calendar, first: Date, months: u32) -> Self {
        let last = first.saturating_add(i64::from(months).months());
        let mut clock = Self {
            calendar,
            first,
            last,
            from: Instant::default(),
            until: Instant::default(),
        };
        clock.from = clock.at(first, 0);
        clock.until = clock.at(last, 0);
        clock
    }

    /// The instant of a day at so many minutes after midnight.
    pub(crate) fn at(&self, date: Date, minutes: i64) -> Instant {
        let midnight = date.to_zoned(self.calendar.time_zone().clone());
        let midnight = midnight.map_or(Instant::MIN, |zoned| {
            Instant::from_timestamp(zoned.timestamp())
        });
        midnight.plus_micros(minutes.saturating_mul(MINUTE))
    }

    pub(crate) fn date(&self, at: Instant) -> Date {
        at.timestamp()
            .to_zoned(self.calendar.time_zone().clone())
            .date()
    }

    /// All days of the sample.
    pub(crate) fn days(&self) -> impl Iterator<Item = Date> {
        let last = self.last;
        self.first
            .series(1.day())
            .take_while(move |day| *day < last)
    }

    /// The first day of each month of the sample that begins in it.
    pub(crate) fn months(&self) -> impl Iterator<Item = Date> {
        self.days().filter(|day| day.day() == 1)
    }

    pub(crate) fn mondays(&self) -> impl Iterator<Item = Date> {
        self.days().filter(|day| day.weekday() == Weekday::Monday)
    }

    /// Whether any working time begins on that day.
    pub(crate) fn is_working_day(&self, day: Date) -> bool {
        self.calendar
            .between(self.at(day, 0), self.at(day, 24 * 60))
            > 0
    }

    /// When that time is over.
    pub(crate) fn due(&self, start: Instant, within: Within) -> Instant {
        match within {
            Within::Minutes(minutes) => start.plus_micros(minutes.saturating_mul(MINUTE)),
            Within::WorkMinutes(minutes) => self
                .calendar
                .add_working(start, minutes.saturating_mul(MINUTE)),
            Within::WorkDays(days) => self.calendar.add_working_days(start, days),
            Within::By(due) => due.max(start),
        }
    }

    /// A moment in working time, some minutes into the next opening where the instant lies outside.
    pub(crate) fn in_hours(&self, at: Instant, random: &mut Random) -> Instant {
        if self.calendar.is_open(at) {
            return at;
        }
        let opening = self.calendar.next_opening(at);
        opening.plus_micros(random.between(2 * 60, 50 * 60).saturating_mul(1_000_000))
    }

    /// A moment of working time, drawn from a day.
    pub(crate) fn during(&self, day: Date, random: &mut Random) -> Instant {
        let start = self.at(day, 0);
        let whole = self.calendar.between(start, self.at(day, 24 * 60));
        if whole == 0 {
            return self.in_hours(start, random);
        }
        let micros = (random.unit() * whole as f64) as i64;
        to_the_second(self.calendar.add_working(start, micros.max(MINUTE)))
    }

    /// When a person is done with it. `shift` is how much better than usual things go, in standard deviations.
    pub(crate) fn done(
        &self,
        random: &mut Random,
        who: &Member,
        start: Instant,
        pace: Pace,
        shift: f64,
    ) -> Instant {
        let pride = if pace.usual < HARD { 0.0 } else { PRIDE };
        let better = deviation(pace.usual) + pride + who.skill + shift;
        let share = exp(0.65 * (random.normal() - better)).max(0.01);
        let due = self.due(start, pace.within);
        let work = self.calendar.between(start, due);
        let around_the_clock = matches!(pace.within, Within::Minutes(_));
        let at = if around_the_clock || work == 0 {
            let span = due.micros_since(start).max(MINUTE);
            let at = start.plus_micros((span as f64 * share) as i64);
            self.pulled_into_hours(random, who, (start, due), at)
        } else {
            self.calendar
                .add_working(start, ((work as f64 * share) as i64).max(1_000_000))
        };
        to_the_second(at).max(start.plus_micros(1_000_000))
    }

    /// Work that would fall into the night is done before closing or in the morning, where that is still in time;
    /// else it keeps some people up, and others come late.
    fn pulled_into_hours(
        &self,
        random: &mut Random,
        who: &Member,
        (start, due): (Instant, Instant),
        at: Instant,
    ) -> Instant {
        if self.calendar.is_open(at) {
            return at;
        }
        let opening = self.in_hours(at, random);
        let closing = self.calendar.last_closing(at);
        if opening <= due || at > due {
            return opening;
        }
        if closing > start {
            let left = closing.micros_since(start).clamp(1, 40 * MINUTE);
            return closing.plus_micros(-random.between(1, left));
        }
        if random.chance(who.evenings) {
            at
        } else {
            opening
        }
    }
}

/// Events are kept to the second, as a person would read them off a clock.
pub(crate) fn to_the_second(at: Instant) -> Instant {
    Instant::from_seconds(at.micros().div_euclid(1_000_000))
}

/// Of how many standard deviations so many percent of the normal distribution lie below.
fn deviation(percent: f64) -> f64 {
    const KNOWN: [(f64, f64); 11] = [
        (40.0, -0.253),
        (50.0, 0.0),
        (60.0, 0.253),
        (70.0, 0.524),
        (80.0, 0.842),
        (85.0, 1.036),
        (90.0, 1.282),
        (95.0, 1.645),
        (97.0, 1.881),
        (99.0, 2.326),
        (99.9, 3.09),
    ];
    let mut before = (40.0, -0.253);
    for (share, deviation) in KNOWN {
        if percent <= share {
            let step = if share > before.0 {
                (percent - before.0) / (share - before.0)
            } else {
                0.0
            };
            return before.1 + step.max(0.0) * (deviation - before.1);
        }
        before = (share, deviation);
    }
    before.1
}
