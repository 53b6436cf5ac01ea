//! Working time the slow and plain way: every minute of some weeks is marked open or not, by the time library and
//! the windows alone, and counted one by one. Nothing here is shared with the crate under test.

mod marked;
mod model;

use jiff::{Span, Timestamp, ToSpan as _};
use kept_calendar::{Calendar, Problems};
use kept_kernel::{Duration, Instant, Number, Unit};

use marked::{MINUTE, Marked};
use model::Model;

/// Random numbers that are the same on every machine (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: i64) -> i64 {
        (self.next() % limit as u64) as i64
    }

    fn one_in(&mut self, chances: i64) -> bool {
        self.below(chances) == 0
    }
}

/// What a comparison came to.
#[derive(Default)]
pub struct Outcome {
    pub cases: u64,
    pub differences: Vec<String>,
}

/// Compares the calendar with the oracle on random cases until there are so many.
pub fn compare(seed: u64, cases: u64, progress: &mut dyn FnMut(u64)) -> Outcome {
    let mut dice = Dice(seed);
    let mut outcome = Outcome::default();
    while outcome.cases < cases && outcome.differences.len() < 20 {
        let model = Model::random(&mut dice);
        let feed = model.feed_text();
        let calendar = match Calendar::parse(&model.text(), &mut |_| Ok(feed.clone())) {
            Ok(calendar) => calendar,
            Err(problems) => {
                outcome.refused(&problems, &model);
                continue;
            }
        };
        let marked = model.marked();
        for _ in 0..400 {
            if outcome.cases < cases {
                outcome.one(&mut dice, &calendar, &model, &marked);
            }
        }
        progress(outcome.cases);
    }
    outcome
}

impl Outcome {
    /// Windows may happen to overlap, or all days to be closed; nothing else is wrong with a random calendar.
    fn refused(&mut self, problems: &Problems, model: &Model) {
        let expected = ["overlaps", "no working time"];
        for problem in &problems.0 {
            if !expected.iter().any(|words| problem.wrong.contains(words)) {
                self.differences
                    .push(format!("{problem}\n{}", model.text()));
            }
        }
    }

    fn one(&mut self, dice: &mut Dice, calendar: &Calendar, model: &Model, marked: &Marked) {
        let from = marked.instant(dice);
        let at = Instant::from_micros(from);
        let amount = dice.below(40 * 60 * MINUTE) + 1;
        let (asked, found, expected) = match dice.below(8) {
            0 | 1 => {
                let expected = marked.forward(from, amount);
                let found = calendar.add_working(at, amount).micros();
                (format!("+ {amount} µs of work"), found, expected)
            }
            2 => {
                let expected = marked.backward(from, amount);
                let found = calendar.add_working(at, -amount).micros();
                (format!("- {amount} µs of work"), found, expected)
            }
            3 => {
                let to = marked.instant(dice);
                let found = calendar.between(at, Instant::from_micros(to));
                (format!("until {to}"), found, Some(marked.between(from, to)))
            }
            4 => {
                let days = dice.below(5) + 1;
                let span = duration(days, Unit::BusinessDays);
                let expected = marked.working_days_later(&model.zone, from, days);
                let found = calendar.add(at, span).micros();
                (span.to_string(), found, expected)
            }
            5 => {
                let expected = marked.next_opening(from);
                let found = calendar.next_opening(at).micros();
                ("next opening".to_owned(), found, expected)
            }
            6 => {
                let (unit, span) = elapsed(dice);
                let later = Timestamp::from_microsecond(from)
                    .map(|at| at.to_zoned(model.zone.clone()))
                    .and_then(|at| at.checked_add(span));
                let expected = later.ok().map(|at| at.timestamp().as_microsecond());
                (unit.to_string(), calendar.add(at, unit).micros(), expected)
            }
            _ => {
                let expected = marked.closing_of_day(&model.zone, from);
                let found = calendar.closing_of_day(at).micros();
                ("closing of the day".to_owned(), found, expected)
            }
        };
        // A result outside the marked weeks says nothing.
        let Some(expected) = expected else { return };
        self.cases += 1;
        if found != expected {
            self.differences.push(format!(
                "{} {at} {asked}: found {} expected {}\n{}",
                model.zone_name,
                Instant::from_micros(found),
                Instant::from_micros(expected),
                model.text()
            ));
        }
    }
}

fn duration(count: i64, unit: Unit) -> Duration {
    Duration::new(Number::whole(count), unit).unwrap()
}

fn elapsed(dice: &mut Dice) -> (Duration, Span) {
    let count = dice.below(20) + 1;
    match dice.below(5) {
        0 => (duration(count, Unit::Hours), count.hours()),
        1 => (duration(count, Unit::Days), count.days()),
        2 => (duration(count, Unit::Weeks), (count * 7).days()),
        3 => (duration(count, Unit::Months), count.months()),
        _ => (duration(count, Unit::Years), count.years()),
    }
}
