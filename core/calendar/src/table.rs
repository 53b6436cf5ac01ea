//! Working time laid out as intervals of instants with running sums, so that an addition is two searches.
//!
//! The time from year 1 to year 9999 is cut into chunks of 512 days and eras of 32 chunks, all counted in UTC. An era
//! is laid out when it is first asked for, and keeps only the sums of its chunks; a chunk keeps its intervals and,
//! for each of its local days, which windows the day has. So a calendar costs what is used of it, and a result a
//! decade away lies in the same era as its start. Both are computed from the rules alone: whichever thread comes
//! first, the table is the same.

use std::sync::OnceLock;

use jiff::tz::TimeZone;
use kept_kernel::Instant;

use crate::chunk::{CHUNK, CHUNK_DAYS, Chunk, Interval, MARGIN, span};
use crate::days::DAY;
use crate::rules::Rules;
use crate::window::Window;
use crate::zone::Clock;

const ERA_CHUNKS: i32 = 32;
const FIRST_ERA: i32 = -44;
const LAST_ERA: i32 = 179;
/// The chunk that begins in September 2024.
const RECENT: i32 = 39;

/// 32 chunks and the sums at their borders.
#[derive(Debug)]
struct Era {
    /// Working time before each chunk, and before the end.
    before: [i64; ERA_CHUNKS as usize + 1],
    /// Working days before each chunk, and before the end.
    days_before: [u32; ERA_CHUNKS as usize + 1],
    chunks: [OnceLock<Box<Chunk>>; ERA_CHUNKS as usize],
}

/// The working time of a calendar.
#[derive(Debug)]
pub(crate) struct Table {
    zone: TimeZone,
    pub(crate) rules: Rules,
    /// The days on which work can begin, where they are limited, with a margin.
    reach: Option<(i32, i32)>,
    eras: Box<[OnceLock<Box<Era>>]>,
    /// For the few that ask for what does not exist.
    nothing: OnceLock<Box<Chunk>>,
}

/// A place in the running sums: working time since the beginning of an era.
#[derive(Clone, Copy, Debug)]
struct Place {
    era: i32,
    worked: i64,
}

impl Table {
    pub(crate) fn new(zone: TimeZone, rules: Rules) -> Self {
        let reach = rules
            .reach()
            .map(|(first, last)| (first - MARGIN, last + MARGIN));
        Self {
            zone,
            rules,
            reach,
            eras: (FIRST_ERA..=LAST_ERA).map(|_| OnceLock::new()).collect(),
            nothing: OnceLock::new(),
        }
    }

    /// Whether there is any. Where the years that calendars are asked about have some, that is seen from one chunk.
    pub(crate) fn has_working_time(&self) -> bool {
        let is_open = |pattern: &[Window]| !pattern.is_empty();
        self.rules.patterns.iter().any(|windows| is_open(windows))
            && (Chunk::lay_out(&self.zone, &self.rules, RECENT).worked() > 0
                || self.next_open(Instant::MIN.micros()).is_some())
    }

    pub(crate) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The first instant by which so much more has been worked; [`Instant::MAX`] where no time is left for it.
    pub(crate) fn forward(&self, from: i64, amount: i64) -> i64 {
        if amount <= 0 {
            return from;
        }
        // Most end in the chunk of their start.
        let chunk = self.chunk_at(from);
        let near = chunk.worked_before(from).saturating_add(amount);
        if near <= chunk.worked() {
            return chunk.reached_at(near);
        }
        let Place { mut era, worked } = self.place(from);
        let Some(mut target) = worked.checked_add(amount) else {
            return Instant::MAX.micros();
        };
        while let Some(sums) = self.era(era) {
            if target <= sums.total() {
                return self.reached(era, sums, target);
            }
            target -= sums.total();
            era += 1;
        }
        Instant::MAX.micros()
    }

    /// The last instant from which so much is worked until then; [`Instant::MIN`] where there is not as much.
    pub(crate) fn backward(&self, to: i64, amount: i64) -> i64 {
        if amount <= 0 {
            return to;
        }
        let chunk = self.chunk_at(to);
        let near = chunk.worked_before(to).saturating_sub(amount);
        if near >= 0 {
            return chunk.left_at(near);
        }
        let Place { mut era, worked } = self.place(to);
        let Some(mut target) = worked.checked_sub(amount) else {
            return Instant::MIN.micros();
        };
        while target < 0 {
            era -= 1;
            let Some(sums) = self.era(era) else {
                return Instant::MIN.micros();
            };
            target += sums.total();
        }
        let Some(sums) = self.era(era) else {
            return Instant::MIN.micros();
        };
        let place = sums.before.partition_point(|before| *before <= target);
        let (number, before) = sums.chunk_before(place);
        self.chunk(era * ERA_CHUNKS + number)
            .left_at(target - before)
    }

    /// The working time from one instant to another; nought where the second is not after the first.
    pub(crate) fn between(&self, from: i64, to: i64) -> i64 {
        if to <= from {
            return 0;
        }
        if chunk_of(from) == chunk_of(to) {
            let chunk = self.chunk_at(from);
            return chunk.worked_before(to) - chunk.worked_before(from);
        }
        let (start, end) = (self.place(from), self.place(to));
        let mut sum = end.worked - start.worked;
        for era in start.era..end.era {
            sum += self.era(era).map_or(0, Era::total);
        }
        sum
    }

    /// The interval that an instant lies in; one that ends then does not count.
    pub(crate) fn interval_at(&self, instant: i64) -> Option<Interval> {
        self.chunk_at(instant)
            .last_opened(instant)
            .filter(|interval| instant < interval.close)
    }

    /// The instant itself in working time, else when work next begins.
    pub(crate) fn next_open(&self, instant: i64) -> Option<i64> {
        let chunk = self.chunk_at(instant);
        let place = chunk.opened_by(instant);
        let before = place.checked_sub(1).and_then(|p| chunk.intervals.get(p));
        if before.is_some_and(|interval| instant < interval.close) {
            return Some(instant);
        }
        if let Some(next) = chunk.intervals.get(place) {
            return Some(next.open);
        }
        let worked = self.forward(instant, 1);
        (worked < Instant::MAX.micros()).then_some(worked - 1)
    }

    /// The chunk that an instant lies in.
    pub(crate) fn chunk_at(&self, instant: i64) -> &Chunk {
        self.chunk(chunk_of(instant))
    }

    /// The clock of the zone around a local time, a day or an instant.
    pub(crate) fn clock_at(&self, micros: i64) -> &Clock {
        &self.chunk_at(micros).clock
    }

    /// The instant of a local time.
    pub(crate) fn instant_of(&self, local: i64) -> i64 {
        self.clock_at(local).instant_of(local)
    }

    /// The local time of an instant.
    pub(crate) fn local_of(&self, instant: i64) -> i64 {
        self.clock_at(instant).local_of(instant)
    }

    /// The windows that start on a local day; none where the zone skips the whole day.
    pub(crate) fn windows_on(&self, day: i32) -> &[Window] {
        self.day(day).0
    }

    /// The stretches of the windows that start on a local day, as instants, in the order of the windows.
    pub(crate) fn spans_on(&self, day: i32) -> impl Iterator<Item = (i64, i64)> + '_ {
        let (windows, clock) = self.day(day);
        windows
            .iter()
            .map(move |window| span(clock, day, *window))
            .filter(|(open, close)| open < close)
    }

    /// The windows that start on a local day and its offset, where the clocks do not change near it. Most days are
    /// such, and instants and local times follow from each other by one addition.
    pub(crate) fn steady_day(&self, day: i32) -> Option<(&[Window], i64)> {
        let (windows, clock) = self.day(day);
        let offset = clock.steady_offset(i64::from(day) * DAY)?;
        Some((windows, offset))
    }

    fn day(&self, day: i32) -> (&[Window], &Clock) {
        let chunk = self.chunk(day.div_euclid(CHUNK_DAYS));
        let place = day.rem_euclid(CHUNK_DAYS) as usize;
        let pattern = chunk.patterns.get(place).copied().unwrap_or_default();
        (self.rules.windows(pattern), &chunk.clock)
    }

    /// Whether a local day has working time.
    pub(crate) fn is_working_day(&self, day: i32) -> bool {
        self.spans_on(day).next().is_some()
    }

    /// How many working days lie before a local day, counted from the beginning of its era.
    fn days_before(&self, day: i32) -> (i32, i64) {
        let number = day.div_euclid(CHUNK_DAYS);
        let era = number.div_euclid(ERA_CHUNKS);
        let place = number.rem_euclid(ERA_CHUNKS) as usize;
        let before = self
            .era(era)
            .and_then(|sums| sums.days_before.get(place))
            .copied()
            .unwrap_or_default();
        let within = self
            .chunk(number)
            .working
            .get(day.rem_euclid(CHUNK_DAYS) as usize)
            .copied()
            .unwrap_or_default();
        (era, i64::from(before) + i64::from(within))
    }

    /// The n-th working day after a working day, or before it where n is below nought.
    pub(crate) fn working_day_after(&self, day: i32, n: i64) -> Option<i32> {
        let number = day.div_euclid(CHUNK_DAYS);
        let near = self.chunk(number);
        let within = near.working.get(day.rem_euclid(CHUNK_DAYS) as usize);
        let rank = i64::from(within.copied().unwrap_or_default()).checked_add(n)?;
        // Most lie in the chunk of their start.
        if let Some(found) = near.working_day(rank) {
            return Some(found);
        }
        let mut era = number.div_euclid(ERA_CHUNKS);
        let place = number.rem_euclid(ERA_CHUNKS) as usize;
        let before = self.era(era)?.days_before.get(place).copied();
        let mut target = rank.checked_add(i64::from(before.unwrap_or_default()))?;
        while target < 0 {
            era -= 1;
            target += i64::from(self.era(era)?.days());
        }
        loop {
            let sums = self.era(era)?;
            if target < i64::from(sums.days()) {
                let place = sums
                    .days_before
                    .partition_point(|before| i64::from(*before) <= target);
                let number = place.saturating_sub(1);
                let before = sums.days_before.get(number).copied().unwrap_or_default();
                let chunk = self.chunk(era * ERA_CHUNKS + number as i32);
                let rank = target - i64::from(before);
                return chunk.working_day(rank);
            }
            target -= i64::from(sums.days());
            era += 1;
        }
    }

    /// How many working days there are from one local day to another (not in).
    pub(crate) fn working_days_between(&self, from: i32, to: i32) -> i64 {
        let ((era, start), (last, end)) = (self.days_before(from), self.days_before(to));
        (era..last).fold(end - start, |sum, era| {
            sum + self.era(era).map_or(0, |sums| i64::from(sums.days()))
        })
    }

    fn place(&self, instant: i64) -> Place {
        let number = chunk_of(instant);
        let era = number.div_euclid(ERA_CHUNKS);
        let before = self
            .era(era)
            .and_then(|sums| sums.before.get(number.rem_euclid(ERA_CHUNKS) as usize))
            .copied()
            .unwrap_or_default();
        Place {
            era,
            worked: before + self.chunk(number).worked_before(instant),
        }
    }

    fn reached(&self, era: i32, sums: &Era, target: i64) -> i64 {
        let place = sums.before.partition_point(|before| *before < target);
        let (number, before) = sums.chunk_before(place);
        self.chunk(era * ERA_CHUNKS + number)
            .reached_at(target - before)
    }

    fn era(&self, era: i32) -> Option<&Era> {
        let place = usize::try_from(era - FIRST_ERA).ok()?;
        let cell = self.eras.get(place)?;
        Some(cell.get_or_init(|| Box::new(self.lay_out_era(era))))
    }

    fn chunk(&self, number: i32) -> &Chunk {
        let cell = self
            .era(number.div_euclid(ERA_CHUNKS))
            .and_then(|sums| sums.chunks.get(number.rem_euclid(ERA_CHUNKS) as usize));
        cell.unwrap_or(&self.nothing)
            .get_or_init(|| Box::new(Chunk::lay_out(&self.zone, &self.rules, number)))
    }

    fn lay_out_era(&self, era: i32) -> Era {
        let mut sums = Era {
            before: [0; ERA_CHUNKS as usize + 1],
            days_before: [0; ERA_CHUNKS as usize + 1],
            chunks: [const { OnceLock::new() }; ERA_CHUNKS as usize],
        };
        let (mut worked, mut days) = (0, 0);
        for place in 0..ERA_CHUNKS {
            let number = era * ERA_CHUNKS + place;
            if self.can_hold_work(number) {
                let chunk = Chunk::lay_out(&self.zone, &self.rules, number);
                worked += chunk.worked();
                days += u32::from(chunk.working.last().copied().unwrap_or_default());
            }
            let next = place as usize + 1;
            if let Some(slot) = sums.before.get_mut(next) {
                *slot = worked;
            }
            if let Some(slot) = sums.days_before.get_mut(next) {
                *slot = days;
            }
        }
        sums
    }

    fn can_hold_work(&self, number: i32) -> bool {
        let start = number.saturating_mul(CHUNK_DAYS);
        self.reach
            .is_none_or(|(first, last)| start <= last && start + CHUNK_DAYS >= first)
    }
}

/// The number of the chunk that an instant lies in.
const fn chunk_of(instant: i64) -> i32 {
    instant.div_euclid(CHUNK) as i32
}

impl Era {
    fn total(&self) -> i64 {
        self.before.last().copied().unwrap_or_default()
    }

    fn days(&self) -> u32 {
        self.days_before.last().copied().unwrap_or_default()
    }

    /// The chunk before a place in the sums, and the working time before it.
    fn chunk_before(&self, place: usize) -> (i32, i64) {
        let number = place.saturating_sub(1).min(ERA_CHUNKS as usize - 1);
        (
            number as i32,
            self.before.get(number).copied().unwrap_or_default(),
        )
    }
}
