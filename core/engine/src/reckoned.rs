//! What the calendars were asked of late.
//!
//! Many duties of a case open together with the same span, and end together: the calendar is asked once for all. An
//! answer follows from its question alone, so what is remembered never changes what comes out.

use std::cell::Cell;

use kept_kernel::{Duration, Instant, Unit};

use crate::program::{CalendarIx, Program};

/// How many questions are remembered, each at a place that follows from it.
const PLACES: usize = 256;

/// A question and its answer: from where, how much, of what and by which calendar.
#[derive(Clone, Copy, Debug)]
struct Asked {
    from: i64,
    much: i64,
    what: u64,
    answer: i64,
}

const NOTHING: Asked = Asked {
    from: 0,
    much: 0,
    what: u64::MAX,
    answer: 0,
};

#[derive(Debug)]
pub(crate) struct Reckoned {
    asked: [Cell<Asked>; PLACES],
}

impl Default for Reckoned {
    fn default() -> Self {
        Self {
            asked: [const { Cell::new(NOTHING) }; PLACES],
        }
    }
}

/// Kinds of questions beside the units.
const BETWEEN: u64 = 30;
const OPENING: u64 = 31;

impl Reckoned {
    pub(crate) fn add(
        &self,
        program: &Program,
        calendar: CalendarIx,
        from: Instant,
        span: Duration,
    ) -> Instant {
        if matches!(span.unit(), Unit::Minutes | Unit::Hours) {
            return program.calendar(calendar).add(from, span);
        }
        let key = (from.micros(), span.amount().millionths());
        let what = what(calendar, span.unit() as u64);
        Instant::from_micros(self.once(key, what, || {
            program.calendar(calendar).add(from, span).micros()
        }))
    }

    pub(crate) fn subtract(
        &self,
        program: &Program,
        calendar: CalendarIx,
        from: Instant,
        span: Duration,
    ) -> Instant {
        if matches!(span.unit(), Unit::Minutes | Unit::Hours) {
            return program.calendar(calendar).subtract(from, span);
        }
        let key = (from.micros(), -span.amount().millionths());
        let what = what(calendar, span.unit() as u64);
        Instant::from_micros(self.once(key, what, || {
            program.calendar(calendar).subtract(from, span).micros()
        }))
    }

    pub(crate) fn between(
        &self,
        program: &Program,
        calendar: CalendarIx,
        from: Instant,
        to: Instant,
    ) -> i64 {
        self.once(
            (from.micros(), to.micros()),
            what(calendar, BETWEEN),
            || program.calendar(calendar).between(from, to),
        )
    }

    pub(crate) fn next_opening(
        &self,
        program: &Program,
        calendar: CalendarIx,
        at: Instant,
    ) -> Instant {
        Instant::from_micros(self.once((at.micros(), 0), what(calendar, OPENING), || {
            program.calendar(calendar).next_opening(at).micros()
        }))
    }

    fn once(&self, (from, much): (i64, i64), what: u64, answer: impl FnOnce() -> i64) -> i64 {
        let mixed = (from as u64 ^ (much as u64).rotate_left(17) ^ what)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let Some(cell) = self.asked.get((mixed >> 56) as usize) else {
            return answer();
        };
        let known = cell.get();
        if known.from == from && known.much == much && known.what == what {
            return known.answer;
        }
        let answer = answer();
        cell.set(Asked {
            from,
            much,
            what,
            answer,
        });
        answer
    }
}

fn what(calendar: CalendarIx, kind: u64) -> u64 {
    u64::from(calendar.0) << 5 | kind
}
