//! The clock of a zone over a stretch of time, as the offsets that hold in it.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use kept_kernel::Instant;

use crate::days::{DAY, SECOND};

/// A stretch of time with one offset. It lasts until the next one starts.
#[derive(Clone, Copy, Debug)]
struct Piece {
    start: i64,
    offset: i64,
}

/// What the clocks of a zone show between two instants, and the other way round. Everything is in microseconds; a
/// local time is counted as if the zone were UTC. Outside its stretch the nearest offset is taken.
#[derive(Debug)]
pub(crate) struct Clock {
    first: i64,
    changes: Box<[Piece]>,
}

/// A change of the clocks: when, and the offsets before and after it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(crate) at: i64,
    pub(crate) before: i64,
    pub(crate) after: i64,
}

impl Clock {
    /// The clock of a zone from one instant to another.
    pub(crate) fn of(zone: &TimeZone, from: i64, to: i64) -> Self {
        let start = timestamp(from);
        let first = offset_of(zone, start);
        let mut changes = Vec::new();
        let mut offset = first;
        let end = timestamp(to);
        for transition in zone
            .following(start)
            .take_while(|found| found.timestamp() <= end)
        {
            let after = i64::from(transition.offset().seconds()) * SECOND;
            if after != offset {
                changes.push(Piece {
                    start: transition.timestamp().as_microsecond(),
                    offset: after,
                });
                offset = after;
            }
        }
        Self {
            first,
            changes: changes.into(),
        }
    }

    /// The offset from UTC at an instant.
    pub(crate) fn offset_at(&self, instant: i64) -> i64 {
        self.changes
            .iter()
            .rev()
            .find(|piece| piece.start <= instant)
            .map_or(self.first, |piece| piece.offset)
    }

    /// The local time at an instant.
    pub(crate) fn local_of(&self, instant: i64) -> i64 {
        instant + self.offset_at(instant)
    }

    /// The instant of a local time. One that the clocks skip moves forward by the gap; of one that they show twice,
    /// the first counts.
    pub(crate) fn instant_of(&self, local: i64) -> i64 {
        let mut offset = self.first;
        for change in &self.changes {
            if local - offset < change.start {
                return local - offset;
            }
            if local - change.offset < change.start {
                // Skipped: the clock before the change is read on, which lands the gap's length later.
                return local - offset;
            }
            offset = change.offset;
        }
        local - offset
    }

    /// The offset around a local day, where the clocks do not change within four days of it.
    pub(crate) fn steady_offset(&self, midnight: i64) -> Option<i64> {
        let mut offset = self.first;
        for change in &self.changes {
            let distance = change.start - midnight;
            if distance.abs() < 4 * DAY {
                return None;
            }
            if distance < 0 {
                offset = change.offset;
            }
        }
        Some(offset)
    }

    /// The changes of the clocks, in order.
    pub(crate) fn changes(&self) -> impl Iterator<Item = Change> + '_ {
        let befores = std::iter::once(self.first).chain(self.changes.iter().map(|c| c.offset));
        self.changes
            .iter()
            .zip(befores)
            .map(|(change, before)| Change {
                at: change.start,
                before,
                after: change.offset,
            })
    }
}

fn offset_of(zone: &TimeZone, at: Timestamp) -> i64 {
    i64::from(zone.to_offset(at).seconds()) * SECOND
}

/// The time library's instant; those outside its range are held at its ends.
fn timestamp(micros: i64) -> Timestamp {
    Instant::from_micros(micros).timestamp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_times_are_read_as_the_time_library_reads_them() {
        for name in [
            "Europe/Berlin",
            "Asia/Kathmandu",
            "Australia/Lord_Howe",
            "America/St_Johns",
            "Pacific/Apia",
            "Africa/Casablanca",
            "America/Sao_Paulo",
            "UTC",
        ] {
            let zone = TimeZone::get(name).unwrap();
            let from = Instant::from_seconds(1_293_840_000).micros();
            let clock = Clock::of(&zone, from, from + 800 * DAY);
            for step in 0..(790 * 96) {
                let local = from + 5 * DAY + step * 900 * SECOND + 60 * SECOND;
                let civil = jiff::tz::Offset::UTC.to_datetime(timestamp(local));
                let expected = zone.to_timestamp(civil).unwrap().as_microsecond();
                assert_eq!(clock.instant_of(local), expected, "{name} {civil}");
                let back = zone.to_datetime(timestamp(local));
                let shown = jiff::tz::Offset::UTC.to_timestamp(back).unwrap();
                assert_eq!(
                    clock.local_of(local),
                    shown.as_microsecond(),
                    "{name} {civil}"
                );
            }
        }
    }
}
