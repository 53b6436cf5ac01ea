//! Why an addition leads where it leads, step by step.

use std::fmt;

use kept_kernel::{Duration, Instant, Unit};

use crate::Calendar;
use crate::calendar::held;
use crate::explain_walk::Walk;
use crate::words;

/// How an instant or a span of working time comes about, in steps that a person can check.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    /// Where it begins.
    pub from: Instant,
    /// Where it ends.
    pub to: Instant,
    /// The working time between the two, in microseconds.
    pub worked: i64,
    /// What happens in between, in order.
    pub steps: Vec<Step>,
}

/// One step of an account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// Where it begins.
    pub from: Instant,
    /// Where it ends.
    pub to: Instant,
    /// The working time that it counts, in microseconds.
    pub worked: i64,
    /// What it is about.
    pub kind: StepKind,
    /// The same in words, in the calendar's local time.
    pub text: String,
}

/// What a step is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum StepKind {
    /// Working time that is counted.
    Worked,
    /// Time that is not.
    Closed,
    /// The clocks change.
    ClockChange,
    /// Many days taken together.
    Folded,
    /// A move by the clock or by days.
    Moved,
    /// What it comes to.
    Result,
}

impl Calendar {
    /// How [`Calendar::add`] comes to its result.
    pub fn explain_add(&self, from: Instant, duration: Duration) -> Account {
        let to = self.add(from, duration);
        let mut walk = Walk::of(self, from, to);
        if to >= Instant::MAX {
            walk.step(
                (from.micros(), to.micros()),
                StepKind::Result,
                format!("No working time is left for {duration} before the year 9999."),
            );
            return walk.account();
        }
        match duration.unit() {
            Unit::BusinessMinutes | Unit::BusinessHours => walk.working_time(false),
            Unit::BusinessDays => walk.working_days(),
            _ => walk.elapsed(duration),
        }
        walk.account()
    }

    /// How [`Calendar::between`] comes to its result.
    pub fn explain_between(&self, from: Instant, to: Instant) -> Account {
        let mut walk = Walk::of(self, from, to);
        walk.working_time(true);
        let worked = self.between(from, to);
        walk.step(
            (held(to), held(to)),
            StepKind::Result,
            format!("Together {} of working time.", words::span(worked)),
        );
        walk.account()
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.steps.iter().enumerate() {
            if place > 0 {
                writeln!(f)?;
            }
            write!(f, "{}", step.text)?;
        }
        Ok(())
    }
}
