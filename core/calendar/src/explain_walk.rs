//! The walk from one instant to another that an account tells of.

use kept_kernel::{Duration, Instant};

use crate::Calendar;
use crate::calendar::held;
use crate::days::DAY;
use crate::explain::{Account, Step, StepKind};
use crate::words::{self, Words};
use crate::zone::{Change, Clock};

/// As many days are told one by one; of more, some at the beginning and the end.
const ALL_DAYS: i32 = 14;
const FIRST_DAYS: i32 = 6;
const LAST_DAYS: i32 = 4;
/// As many closed days are named in a fold.
const NAMED: usize = 3;
/// As many changes of the clocks are told one by one.
const CHANGES: usize = 4;
/// Over more years they are not told of.
const YEARS_OF_CHANGES: i64 = 10;

pub(crate) struct Walk<'c> {
    calendar: &'c Calendar,
    from: i64,
    to: i64,
    words: Words,
    steps: Vec<Step>,
    /// Up to where working time has been counted.
    counted: i64,
}

/// Closed days that follow each other and have one reason.
struct Run {
    first: i32,
    last: i32,
    name: Option<String>,
}

impl<'c> Walk<'c> {
    pub(crate) fn of(calendar: &'c Calendar, from: Instant, to: Instant) -> Self {
        Self {
            calendar,
            from: held(from),
            to: held(to).max(held(from)),
            words: Words::default(),
            steps: Vec::new(),
            counted: held(from),
        }
    }

    pub(crate) fn account(self) -> Account {
        let (from, to) = (
            Instant::from_micros(self.from),
            Instant::from_micros(self.to),
        );
        Account {
            from,
            to,
            worked: self.calendar.between(from, to),
            steps: self.steps,
        }
    }

    pub(crate) fn step(&mut self, (from, to): (i64, i64), kind: StepKind, text: String) {
        let (from, to) = (Instant::from_micros(from), Instant::from_micros(to));
        let counts = matches!(kind, StepKind::Worked | StepKind::Folded);
        let worked = if counts {
            self.calendar.between(from, to)
        } else {
            0
        };
        self.steps.push(Step {
            from,
            to,
            worked,
            kind,
            text,
        });
    }

    /// Tells of the working time between the two instants; `plain` where the end is given, not found.
    pub(crate) fn working_time(&mut self, plain: bool) {
        self.outside();
        self.each_day(&mut |walk, day| walk.windows_of(day, plain));
    }

    /// Tells of the working days between the two instants.
    pub(crate) fn working_days(&mut self) {
        let start = self.calendar.next_opening(Instant::from_micros(self.from));
        let moment = self.words.moment(self.local(self.from));
        let opening = self.words.moment(self.local(start.micros()));
        let (kind, text) = if start.micros() == self.from {
            (StepKind::Moved, format!("{moment}: counted from here"))
        } else {
            let text = format!("{moment}: outside working time, counted from {opening}");
            (StepKind::Closed, text)
        };
        self.step((self.from, start.micros()), kind, text);
        let first = self.calendar.working_day_at(start.micros(), false);
        let calendar = self.calendar;
        self.each_day(&mut |walk, day| {
            if first.is_none_or(|first| day <= first) || !calendar.table.is_working_day(day) {
                return;
            }
            let first = first.unwrap_or(day);
            let number = calendar.table.working_days_between(first + 1, day + 1);
            let text = format!(
                "{}: working day {}",
                walk.words.day(day),
                words::thousands(number)
            );
            let start = calendar.table.instant_of(i64::from(day) * DAY);
            walk.step((start, start), StepKind::Moved, text);
        });
        let moment = self.words.moment(self.local(self.to));
        let at_closing = calendar
            .working_day_at(self.to, true)
            .and_then(|day| calendar.closing_of(day))
            == Some(self.to);
        let same_time =
            self.local(self.to).rem_euclid(DAY) == self.local(start.micros()).rem_euclid(DAY);
        let text = if at_closing && !same_time {
            format!("That day closes before the same time: {moment}")
        } else {
            format!("At the same time: {moment}")
        };
        self.step((self.to, self.to), StepKind::Result, text);
    }

    /// Tells of a move by the clock or by days, whatever the working time.
    pub(crate) fn elapsed(&mut self, duration: Duration) {
        let start = self.words.moment(self.local(self.from));
        let end = self.words.moment(self.local(self.to));
        let text = format!("{start} + {duration}: {end}");
        self.step((self.from, self.to), StepKind::Moved, text);
        if self.to - self.from > YEARS_OF_CHANGES * 366 * DAY {
            return;
        }
        let clock = Clock::of(self.calendar.time_zone(), self.from, self.to);
        let changes: Vec<Change> = clock.changes().collect();
        for change in changes.iter().take(CHANGES) {
            self.change(*change);
        }
        if changes.len() > CHANGES {
            let text = format!("and {} more changes of the clocks", changes.len() - CHANGES);
            self.step((self.from, self.to), StepKind::ClockChange, text);
        }
    }

    /// Says that the beginning lies outside working time, where it does.
    fn outside(&mut self) {
        if self.to > self.from && !self.calendar.is_open(Instant::from_micros(self.from)) {
            let opening = self.calendar.next_opening(Instant::from_micros(self.from));
            let moment = self.words.moment(self.local(self.from));
            self.step(
                (self.from, opening.micros().min(self.to)),
                StepKind::Closed,
                format!("{moment}: outside working time"),
            );
        }
    }

    /// Goes through the days, telling of closed ones and of changes of the clocks, and calls for each other day.
    /// Where there are many, those in the middle are told of together.
    fn each_day(&mut self, open: &mut dyn FnMut(&mut Self, i32)) {
        let first = self.calendar.local_day(self.from);
        let last = self.calendar.local_day(self.to);
        // A night may have begun the day before.
        let begin = self
            .calendar
            .working_day_at(self.from, false)
            .map_or(first, |day| day.min(first));
        if last - begin < ALL_DAYS {
            self.days(begin, last, open);
            return;
        }
        let (until, since) = (begin + FIRST_DAYS, last - LAST_DAYS);
        self.days(begin, until - 1, open);
        self.fold(until, since - 1);
        self.days(since, last, open);
    }

    fn days(&mut self, first: i32, last: i32, open: &mut dyn FnMut(&mut Self, i32)) {
        let mut run: Option<Run> = None;
        for day in first..=last {
            let is_over = i64::from(day) * DAY >= self.local(self.to);
            if !self.calendar.table.windows_on(day).is_empty() || is_over {
                self.tell(run.take());
                self.changes_on(day);
                if !is_over {
                    open(self, day);
                }
                continue;
            }
            let name = self
                .calendar
                .table
                .rules
                .special_on(day)
                .and_then(|s| s.name);
            match &mut run {
                Some(known) if known.name == name => known.last = day,
                _ => {
                    self.tell(run.take());
                    run = Some(Run {
                        first: day,
                        last: day,
                        name,
                    });
                }
            }
        }
        self.tell(run.take());
    }

    fn tell(&mut self, run: Option<Run>) {
        let Some(run) = run else { return };
        let days = match run.last - run.first {
            0 => self.words.day(run.first),
            1 => format!(
                "{}, {}",
                self.words.day(run.first),
                self.words.day(run.last)
            ),
            _ => format!(
                "{} to {}",
                self.words.day(run.first),
                self.words.day(run.last)
            ),
        };
        let name = run.name.map_or(String::new(), |name| format!(", {name}"));
        let midnight = |day: i32| self.calendar.table.instant_of(i64::from(day) * DAY);
        let span = (midnight(run.first), midnight(run.last + 1));
        self.step(span, StepKind::Closed, format!("{days}: closed{name}"));
        for day in run.first..=run.last {
            self.changes_on(day);
        }
    }

    /// Tells of many days in one step.
    fn fold(&mut self, first: i32, last: i32) {
        let table = &self.calendar.table;
        let start = table.instant_of(i64::from(first) * DAY).max(self.counted);
        let end = self.first_opening(last + 1).max(start);
        let worked = table.between(start, end);
        let days = table.working_days_between(first, last + 1);
        let closed = table.rules.holidays_between(first, last + 1);
        let mut text = format!(
            "{} to {}: {}, {}",
            self.words.day(first),
            self.words.day(last),
            words::count(days, "working day"),
            words::span(worked),
        );
        if !closed.is_empty() {
            let holidays = words::count(closed.len() as i64, "holiday");
            text = format!("{text}; {holidays}{}", self.names(&closed));
        }
        self.step((start, end), StepKind::Folded, text);
        self.counted = end;
    }

    /// The names of a few closed days, where they have some.
    fn names(&mut self, closed: &[i32]) -> String {
        if closed.len() > NAMED {
            return String::new();
        }
        let named: Vec<String> = closed
            .iter()
            .map(|day| {
                let name = self
                    .calendar
                    .table
                    .rules
                    .special_on(*day)
                    .and_then(|s| s.name);
                let date = self.words.day(*day);
                name.map_or(date.clone(), |name| format!("{date} {name}"))
            })
            .collect();
        format!(" ({})", named.join(", "))
    }

    /// Where the windows that start on a day begin, so that a night before it is not cut.
    fn first_opening(&self, day: i32) -> i64 {
        let midnight = self.calendar.table.instant_of(i64::from(day) * DAY);
        let night = self
            .calendar
            .table
            .spans_on(day - 1)
            .map(|(_, close)| close);
        night.max().map_or(midnight, |close| close.max(midnight))
    }

    fn windows_of(&mut self, day: i32, plain: bool) {
        let mut spans: Vec<(i64, i64)> = self.calendar.table.spans_on(day).collect();
        spans.sort_unstable();
        let name = self
            .calendar
            .table
            .rules
            .special_on(day)
            .and_then(|s| s.name);
        let name = name.map_or(String::new(), |name| format!(" ({name})"));
        let closing = spans.iter().map(|(_, close)| *close).max();
        for (open, close) in spans {
            let (start, end) = (open.max(self.counted), close.min(self.to));
            if start >= end {
                continue;
            }
            let text = self.window(day, (start, end), plain, closing == Some(close));
            self.step((start, end), StepKind::Worked, format!("{text}{name}"));
            self.counted = end;
        }
    }

    fn window(&mut self, day: i32, (start, end): (i64, i64), plain: bool, is_last: bool) -> String {
        let span = words::span(end - start);
        let (from, to) = (self.local(start), self.local(end));
        let own_day = from.div_euclid(DAY) as i32;
        let moment = self.words.moment(from);
        let until = self.words.time_on(to, own_day.max(day));
        match (start == self.from, end == self.to) {
            _ if plain => format!("{moment}–{until}: {span}"),
            (true, true) => format!("{moment} + {span}: {until}"),
            (false, true) => format!("{moment} open; {span} more: {until}"),
            (true, false) if is_last => format!("{moment}: {span} until closing at {until}"),
            (true, false) => format!("{moment}: {span} until the break at {until}"),
            (false, false) => format!("{moment}–{until}: {span}"),
        }
    }

    fn changes_on(&mut self, day: i32) {
        let clock = self.calendar.table.clock_at(i64::from(day) * DAY);
        let midnight = |day: i32| clock.instant_of(i64::from(day) * DAY);
        let from = midnight(day).max(self.from + 1);
        let to = midnight(day + 1).min(self.to + 1);
        for change in clock
            .changes()
            .filter(|change| change.at >= from && change.at < to)
        {
            self.change(change);
        }
    }

    fn change(&mut self, change: Change) {
        let before = self.words.moment(change.at + change.before);
        let by = words::span((change.after - change.before).abs());
        let way = if change.after > change.before {
            "forward"
        } else {
            "back"
        };
        let text = format!("{before}: the clocks go {way} by {by}");
        self.step((change.at, change.at), StepKind::ClockChange, text);
    }

    fn local(&self, instant: i64) -> i64 {
        self.calendar.table.local_of(instant)
    }
}
