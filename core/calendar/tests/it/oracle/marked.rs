//! Some weeks minute by minute, and what is counted in them.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::Dice;

pub const MINUTE: i64 = 60_000_000;

/// Some weeks of a model, minute by minute.
pub struct Marked {
    /// The instant of the first minute.
    pub start: i64,
    pub open: Vec<bool>,
    /// The windows of each local date as instants.
    pub spans: BTreeMap<Date, Vec<(i64, i64)>>,
}

impl Marked {
    fn end(&self) -> i64 {
        self.start + self.open.len() as i64 * MINUTE
    }

    /// Some instant in the middle of the weeks; often a whole minute, or one that a window begins or ends at.
    pub fn instant(&self, dice: &mut Dice) -> i64 {
        let minutes = self.open.len() as i64;
        let minute = minutes / 8 + dice.below(minutes * 3 / 4);
        let at = self.start + minute * MINUTE;
        match dice.below(4) {
            0 => at,
            1 => {
                let days = self.spans.values().flatten();
                let edges: Vec<i64> = days.flat_map(|(from, to)| [*from, *to]).collect();
                let near = edges
                    .iter()
                    .find(|edge| **edge >= at && **edge < self.end());
                near.map_or(at, |edge| edge + dice.below(3) - 1)
            }
            _ => at + dice.below(MINUTE),
        }
    }

    fn is_open(&self, at: i64) -> Option<bool> {
        let minute = usize::try_from((at - self.start).div_euclid(MINUTE)).ok()?;
        self.open.get(minute).copied()
    }

    pub fn forward(&self, from: i64, mut amount: i64) -> Option<i64> {
        let mut at = from;
        loop {
            let next = (at.div_euclid(MINUTE) + 1) * MINUTE;
            if self.is_open(at)? {
                if amount <= next - at {
                    return Some(at + amount);
                }
                amount -= next - at;
            }
            at = next;
        }
    }

    pub fn backward(&self, to: i64, mut amount: i64) -> Option<i64> {
        let mut at = to;
        loop {
            let minute = (at - 1).div_euclid(MINUTE) * MINUTE;
            if self.is_open(minute)? {
                // Exactly used up: the last instant is this one, unless it is a closing.
                if amount <= at - minute {
                    return self.latest(at - amount);
                }
                amount -= at - minute;
            }
            at = minute;
        }
    }

    /// The last instant from which there is no more to work than from this one.
    fn latest(&self, at: i64) -> Option<i64> {
        let mut at = at;
        while !self.is_open(at)? {
            at = (at.div_euclid(MINUTE) + 1) * MINUTE;
        }
        Some(at)
    }

    pub fn between(&self, from: i64, to: i64) -> i64 {
        let mut at = from;
        let mut sum = 0;
        while at < to {
            let next = ((at.div_euclid(MINUTE) + 1) * MINUTE).min(to);
            if self.is_open(at) == Some(true) {
                sum += next - at;
            }
            at = next;
        }
        sum
    }

    pub fn next_opening(&self, from: i64) -> Option<i64> {
        self.latest(from)
    }

    pub fn working_days_later(&self, zone: &TimeZone, from: i64, days: i64) -> Option<i64> {
        let start = self.next_opening(from)?;
        let holds = |spans: &Vec<(i64, i64)>| {
            let mut spans = spans.iter();
            spans.any(|(from, to)| *from <= start && start < *to)
        };
        let local = zone.to_datetime(Timestamp::from_microsecond(start).ok()?);
        let own = local.date();
        let others = [own, own - 1.day(), own + 1.day(), own - 2.days()];
        let day = others
            .into_iter()
            .find(|day| self.spans.get(day).is_some_and(holds))?;
        let past = local.duration_since(day.at(0, 0, 0, 0));
        let mut left = days;
        let mut target = day;
        while left > 0 {
            target = target.tomorrow().ok()?;
            if !self.spans.get(&target)?.is_empty() {
                left -= 1;
            }
        }
        let same = target.at(0, 0, 0, 0).checked_add(past).ok()?;
        let closing = self.spans.get(&target)?.iter().map(|(_, to)| *to).max()?;
        Some(instant(zone, same).min(closing))
    }

    pub fn closing_of_day(&self, zone: &TimeZone, at: i64) -> Option<i64> {
        let day = zone
            .to_datetime(Timestamp::from_microsecond(at).ok()?)
            .date();
        let closing = self.spans.get(&day)?.iter().map(|(_, to)| *to).max();
        Some(closing.unwrap_or_else(|| instant(zone, (day + 1.day()).at(0, 0, 0, 0))))
    }
}

pub fn instant(zone: &TimeZone, local: DateTime) -> i64 {
    zone.to_timestamp(local).unwrap().as_microsecond()
}
