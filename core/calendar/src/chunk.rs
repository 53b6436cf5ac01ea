//! A chunk of the table: 512 days laid out as intervals of instants.

use jiff::tz::TimeZone;
use kept_kernel::Instant;

use crate::days::{DAY, MINUTE};
use crate::rules::{CLOSED, Pattern, Rules};
use crate::window::Window;
use crate::zone::Clock;

/// How many days a chunk has.
pub(crate) const CHUNK_DAYS: i32 = 512;
/// Microseconds in a chunk.
pub(crate) const CHUNK: i64 = CHUNK_DAYS as i64 * DAY;
/// How many days beside a chunk can reach into it: offsets, a night, and a skipped day.
pub(crate) const MARGIN: i32 = 4;
/// The working time, as a power of two of microseconds (about 4.8 hours), by which intervals are looked up.
const BUCKET: u32 = 34;

/// An unbroken stretch of working time, and how much lies before it in its chunk. In microseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interval {
    pub(crate) open: i64,
    pub(crate) close: i64,
    before: i64,
}

/// 512 days: their intervals by instant, and their windows by local day.
#[derive(Debug)]
pub(crate) struct Chunk {
    start: i64,
    pub(crate) intervals: Box<[Interval]>,
    /// For each UTC day, and the one after the last: how many intervals open before it.
    opened: Box<[u16]>,
    /// For each [`BUCKET`] of working time: how many intervals end before it.
    worked_up: Box<[u16]>,
    pub(crate) first_day: i32,
    pub(crate) patterns: Box<[Pattern]>,
    /// For each local day, and the one after the last: how many days before it in the chunk have working time.
    pub(crate) working: Box<[u16]>,
    /// The days that have working time, by their places in the chunk.
    worked_days: Box<[u16]>,
    pub(crate) clock: Clock,
}

impl Interval {
    const fn worked_by_end(self) -> i64 {
        self.before + self.close - self.open
    }
}

impl Chunk {
    /// Lays out the chunk of this number, counted from 1970.
    pub(crate) fn lay_out(zone: &TimeZone, rules: &Rules, number: i32) -> Self {
        let first_day = number.saturating_mul(CHUNK_DAYS);
        let start = i64::from(first_day) * DAY;
        let reach = i64::from(MARGIN + 2) * DAY;
        let clock = Clock::of(zone, start - reach, start + CHUNK + reach);
        let around = first_day - MARGIN;
        let mut plan = rules.patterns_from(around, CHUNK_DAYS + 2 * MARGIN);
        let has_changes = clock.changes().next().is_some();
        for (day, pattern) in (around..).zip(&mut plan).filter(|_| has_changes) {
            if is_skipped(&clock, day) {
                *pattern = CLOSED;
            }
        }
        let mut spans = Vec::new();
        let mut works = Vec::with_capacity(plan.len());
        for (day, pattern) in (around..).zip(&plan) {
            let earlier = spans.len();
            let windows = rules.windows(*pattern).iter();
            let found = windows.map(|window| span(&clock, day, *window));
            spans.extend(found.filter(|(open, close)| open < close));
            works.push(spans.len() > earlier);
        }
        let own = MARGIN as usize..(MARGIN + CHUNK_DAYS) as usize;
        let mut sum = 0;
        let own_works = works.get(own.clone()).unwrap_or_default();
        let worked_days = (0..)
            .zip(own_works)
            .filter_map(|(day, works)| works.then_some(day));
        let worked_days = worked_days.collect();
        let working = std::iter::once(0)
            .chain(own_works.iter().map(|works| {
                sum += u16::from(*works);
                sum
            }))
            .collect();
        let intervals = joined(spans, start, start + CHUNK);
        Self {
            start,
            opened: opened(&intervals, start),
            worked_up: worked_up(&intervals),
            intervals,
            first_day,
            patterns: plan.get(own).unwrap_or_default().into(),
            working,
            worked_days,
            clock,
        }
    }

    /// The local day that has so many working days of the chunk before it, and is one.
    pub(crate) fn working_day(&self, rank: i64) -> Option<i32> {
        let place = self.worked_days.get(usize::try_from(rank).ok()?)?;
        Some(self.first_day + i32::from(*place))
    }

    pub(crate) fn worked(&self) -> i64 {
        self.intervals.last().map_or(0, |last| last.worked_by_end())
    }

    /// How many intervals open no later than an instant of this chunk.
    pub(crate) fn opened_by(&self, instant: i64) -> usize {
        let day = ((instant - self.start) / DAY) as usize;
        let mut place = usize::from(self.opened.get(day + 1).copied().unwrap_or_default());
        while place > 0
            && self
                .intervals
                .get(place - 1)
                .is_some_and(|interval| interval.open > instant)
        {
            place -= 1;
        }
        place
    }

    /// The last interval that opens no later than an instant of this chunk.
    pub(crate) fn last_opened(&self, instant: i64) -> Option<Interval> {
        let place = self.opened_by(instant).checked_sub(1)?;
        self.intervals.get(place).copied()
    }

    pub(crate) fn worked_before(&self, instant: i64) -> i64 {
        self.last_opened(instant).map_or(0, |interval| {
            interval.before + instant.min(interval.close) - interval.open
        })
    }

    /// The first instant by which so much has been worked, above nought.
    pub(crate) fn reached_at(&self, worked: i64) -> i64 {
        self.intervals
            .iter()
            .skip(self.bucket(worked))
            .find(|interval| interval.worked_by_end() >= worked)
            .map_or(self.start, |i| i.open + worked - i.before)
    }

    /// The first interval that may reach so much working time.
    fn bucket(&self, worked: i64) -> usize {
        let place = self.worked_up.get((worked >> BUCKET) as usize);
        place.map_or(0, |place| usize::from(*place))
    }

    /// The last instant by which only so much has been worked.
    pub(crate) fn left_at(&self, worked: i64) -> i64 {
        self.intervals
            .iter()
            .skip(self.bucket(worked))
            .find(|interval| interval.worked_by_end() > worked)
            .map_or(self.start + CHUNK, |i| i.open + worked - i.before)
    }
}

/// A window of a local day as instants.
pub(crate) fn span(clock: &Clock, day: i32, window: Window) -> (i64, i64) {
    let midnight = i64::from(day) * DAY;
    (
        clock.instant_of(midnight + i64::from(window.start) * MINUTE),
        clock.instant_of(midnight + i64::from(window.end) * MINUTE),
    )
}

/// Whether the zone leaves out a whole local day, as Pacific/Apia did 30 December 2011. Such a day has no windows.
fn is_skipped(clock: &Clock, day: i32) -> bool {
    let midnight = i64::from(day) * DAY;
    clock.instant_of(midnight) >= clock.instant_of(midnight + DAY)
}

/// Stretches put in order, joined where they touch or overlap, and cut at the borders.
fn joined(mut spans: Vec<(i64, i64)>, start: i64, end: i64) -> Box<[Interval]> {
    let start = start.max(Instant::MIN.micros());
    let end = end.min(Instant::MAX.micros());
    spans.sort_unstable();
    let mut intervals: Vec<Interval> = Vec::new();
    let mut worked = 0;
    for (open, close) in spans {
        let (open, close) = (open.max(start), close.min(end));
        if let Some(last) = intervals.last_mut()
            && open <= last.close
        {
            worked += (close - last.close).max(0);
            last.close = last.close.max(close);
        } else if open < close {
            intervals.push(Interval {
                open,
                close,
                before: worked,
            });
            worked += close - open;
        }
    }
    intervals.into()
}

fn opened(intervals: &[Interval], start: i64) -> Box<[u16]> {
    let borders = (0..=i64::from(CHUNK_DAYS)).map(|day| start + day * DAY);
    counts(intervals, borders, |interval, border| {
        interval.open < border
    })
}

fn worked_up(intervals: &[Interval]) -> Box<[u16]> {
    let worked = intervals.last().map_or(0, |last| last.worked_by_end());
    let borders = (0..=worked >> BUCKET).map(|bucket| bucket << BUCKET);
    counts(intervals, borders, |interval, border| {
        interval.worked_by_end() < border
    })
}

/// For each of the rising borders, how many intervals lie before it.
fn counts(
    intervals: &[Interval],
    borders: impl Iterator<Item = i64>,
    is_before: impl Fn(&Interval, i64) -> bool,
) -> Box<[u16]> {
    let mut rest = intervals.iter().peekable();
    let mut count = 0;
    borders
        .map(|border| {
            while rest
                .next_if(|interval| is_before(interval, border))
                .is_some()
            {
                count += 1;
            }
            count
        })
        .collect()
}
