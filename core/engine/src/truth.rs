//! Three values: true, false, and unknown with what is missing (Kleene).

use std::borrow::Cow;
use std::cmp::Ordering;

use kept_kernel::Instant;
use kept_language::ast::{Comparison, Value};

use crate::machine::Core;
use crate::program::{Ask, Cond, FactUse, Hop, MarkUse, StateUse, TestInfo};
use crate::record::{Mark, Missing, RecordIx};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Truth {
    False,
    True,
    Unknown(Missing),
}

impl Truth {
    pub(crate) fn of(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }

    pub(crate) fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::True => Self::False,
            unknown @ Self::Unknown(_) => unknown,
        }
    }

    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (unknown @ Self::Unknown(_), _) | (_, unknown @ Self::Unknown(_)) => unknown,
            _ => Self::True,
        }
    }

    pub(crate) fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    fn bits(self) -> u64 {
        match self {
            Self::False => 0,
            Self::True => 1,
            Self::Unknown(_) => 2,
        }
    }
}

/// How two values of one type lie; none where they cannot be compared.
pub(crate) fn compare(one: Value, other: Value) -> Option<Ordering> {
    match (one, other) {
        (Value::YesNo(a), Value::YesNo(b)) => Some(a.cmp(&b)),
        (Value::Choice(a), Value::Choice(b)) => Some(a.cmp(&b)),
        (Value::Number(a), Value::Number(b)) => Some(a.cmp(&b)),
        (Value::Duration(a), Value::Duration(b)) => Some(a.rough_micros().cmp(&b.rough_micros())),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(&b)),
        (Value::Instant(a), Value::Instant(b)) => Some(a.cmp(&b)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(&b)),
        _ => None,
    }
}

pub(crate) fn holds(value: Value, how: Comparison, bound: Value) -> bool {
    compare(value, bound).is_some_and(|order| match how {
        Comparison::AtLeast => order.is_ge(),
        Comparison::AtMost => order.is_le(),
        Comparison::Above => order.is_gt(),
        Comparison::Below => order.is_lt(),
    })
}

/// Tests that are judged once: two bits each.
pub(crate) fn fixed_bits(fixed: u64, place: usize, truth: Truth) -> u64 {
    let shift = (place * 2) as u32;
    let mask = 3_u64.checked_shl(shift).unwrap_or(0);
    let bits = truth.bits().checked_shl(shift).unwrap_or(0);
    (fixed & !mask) | bits
}

impl<'p> Core<'p> {
    /// Whether a condition holds for a case. With `fixed`, tests that are judged once keep the answer kept there.
    pub(crate) fn judge(
        &self,
        record: RecordIx,
        condition: &Cond,
        at: Instant,
        fixed: Option<u64>,
    ) -> Truth {
        let mut all = Truth::of(condition.all);
        for test in &condition.tests {
            let truth = self.test(record, test, at, fixed);
            all = if condition.all {
                all.and(truth)
            } else {
                all.or(truth)
            };
        }
        all
    }

    fn test(&self, record: RecordIx, test: &TestInfo, at: Instant, fixed: Option<u64>) -> Truth {
        if let (Some(bits), Some(place)) = (fixed, test.fixed) {
            match (bits >> (place * 2)) & 3 {
                0 => return Truth::False,
                1 => return Truth::True,
                _ => {}
            }
        }
        let truth = self.ask(record, &test.kind, at);
        if test.negated { truth.not() } else { truth }
    }

    /// Answers the tests of a condition that are judged once and have no answer yet.
    pub(crate) fn fix(&self, record: RecordIx, condition: &Cond, at: Instant, fixed: u64) -> u64 {
        let mut bits = fixed;
        for test in &condition.tests {
            if let Some(place) = test.fixed {
                let open = (bits >> (place * 2)) & 3 >= 2;
                if open {
                    bits = fixed_bits(bits, place, self.test(record, test, at, None));
                }
            }
        }
        bits
    }

    fn ask(&self, record: RecordIx, ask: &Ask, at: Instant) -> Truth {
        match ask {
            Ask::Is(fact, values) => self.facts(record, fact, |value| {
                values
                    .iter()
                    .any(|one| compare(value, *one) == Some(Ordering::Equal))
            }),
            Ask::Compare(fact, how, bound) => {
                self.facts(record, fact, |value| holds(value, *how, *bound))
            }
            Ask::Between(fact, from, to) => self.facts(record, fact, |value| {
                holds(value, Comparison::AtLeast, *from) && holds(value, Comparison::AtMost, *to)
            }),
            Ask::Known(facts) => Truth::of(
                facts
                    .iter()
                    .all(|fact| self.facts(record, fact, |_| true) == Truth::True),
            ),
            Ask::State(state) => self.state(record, state),
            Ask::Event(mark, window) => {
                let last = self.marks(record, mark).last;
                let since = window.map_or(Instant::MIN, |window| {
                    self.program.company_calendar().subtract(at, window)
                });
                Truth::of(last <= at && last >= since)
            }
        }
    }

    /// Whether a fact passes; of many records, whether that of one does.
    fn facts(&self, record: RecordIx, fact: &FactUse, pass: impl Fn(Value) -> bool) -> Truth {
        let missing = Truth::Unknown(Missing::Fact(fact.fact));
        self.walk(record, &fact.hops, missing, |found| {
            match self.records[found].fact(fact.slot) {
                Some(value) => Truth::of(pass(value)),
                None => missing,
            }
        })
    }

    pub(crate) fn state(&self, record: RecordIx, state: &StateUse) -> Truth {
        let missing = Truth::Unknown(Missing::Record(self.records[record].group));
        self.walk(record, &state.hops, missing, |found| {
            let found = &self.records[found];
            let bit = 1_u64 << state.bit;
            if found.doubtful_states & bit != 0 {
                let states = &self.program.groups[found.group].states;
                return match states.get(state.bit) {
                    Some(state) => Truth::Unknown(Missing::State(*state)),
                    None => missing,
                };
            }
            Truth::of(found.states & bit != 0)
        })
    }

    /// Asks the record at the end of the way; of many, one that says yes is enough.
    fn walk(
        &self,
        record: RecordIx,
        hops: &[Hop],
        missing: Truth,
        ask: impl Fn(RecordIx) -> Truth,
    ) -> Truth {
        // Most ways are short and have no forks.
        match hops {
            [] => ask(record),
            [Hop::Link(link)] => self.records[record].link(*link).map_or(missing, ask),
            _ => self.walk_on(record, hops, missing, &ask),
        }
    }

    fn walk_on(
        &self,
        record: RecordIx,
        hops: &[Hop],
        missing: Truth,
        ask: &dyn Fn(RecordIx) -> Truth,
    ) -> Truth {
        match hops.split_first() {
            None => ask(record),
            Some((Hop::Link(link), rest)) => match self.records[record].link(*link) {
                Some(next) => self.walk_on(next, rest, missing, ask),
                None => missing,
            },
            Some((Hop::Many(group, noun), rest)) => {
                let mut all = Truth::False;
                for member in &self.records[record].members {
                    let found = &self.records[*member];
                    let same =
                        found.group == *group && (found.noun == noun.0 || !self.has_kinds(*group));
                    if same {
                        all = all.or(self.walk_on(*member, rest, missing, ask));
                    }
                }
                all
            }
        }
    }

    /// Whether several nouns share this kind of record.
    fn has_kinds(&self, group: crate::program::GroupIx) -> bool {
        self.program
            .group_of
            .iter()
            .filter(|other| **other == group)
            .count()
            > 1
    }

    /// The record at the end of a way that has no forks.
    pub(crate) fn end_of(&self, record: RecordIx, hops: &[Hop]) -> Option<RecordIx> {
        hops.iter().try_fold(record, |at, hop| match hop {
            Hop::Link(link) => self.records[at].link(*link),
            Hop::Many(..) => None,
        })
    }

    pub(crate) fn marks(&self, record: RecordIx, mark: &MarkUse) -> Mark {
        self.end_of(record, &mark.hops)
            .map(|found| self.records[found].mark(mark.slot))
            .unwrap_or_default()
    }

    pub(crate) fn value(&self, record: RecordIx, fact: &FactUse) -> Option<Value> {
        self.end_of(record, &fact.hops)
            .and_then(|found| self.records[found].fact(fact.slot))
    }

    /// When a condition that looks back over a window may turn by time alone, after an instant.
    pub(crate) fn horizon(&self, record: RecordIx, condition: &Cond, at: Instant) -> Instant {
        let calendar = self.program.company_calendar();
        let ends = condition.tests.iter().filter_map(|test| match &test.kind {
            Ask::Event(mark, Some(window)) => {
                let last = self.marks(record, mark).last;
                (last <= at).then(|| calendar.add(last, *window).plus_micros(1))
            }
            _ => None,
        });
        ends.filter(|end| *end > at)
            .min()
            .unwrap_or(crate::clock::NEVER)
    }

    /// When what a condition asks for happened last: it may lie ahead.
    pub(crate) fn latest(
        &self,
        record: RecordIx,
        condition: &Cond,
    ) -> impl Iterator<Item = Instant> {
        condition
            .tests
            .iter()
            .filter_map(move |test| match &test.kind {
                Ask::Event(mark, _) => Some(self.marks(record, mark).last),
                _ => None,
            })
    }

    /// What is missing, in words.
    pub(crate) fn missing_words(&self, missing: Missing) -> Cow<'p, str> {
        let program = self.program;
        let register = &program.register;
        match missing {
            Missing::Fact(fact) => Cow::Borrowed(&register[fact].name),
            Missing::State(state) => Cow::Owned(register.with_the_noun(&register[state].says)),
            Missing::Record(group) => {
                let mut nouns = register.nouns();
                let found = nouns.find(|(id, _)| program.group(*id) == Some(group));
                Cow::Borrowed(found.map_or("a record", |(_, noun)| &noun.says))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kept_language::FactId;

    #[test]
    fn false_wins_in_and_and_true_wins_in_or() {
        let unknown = Truth::Unknown(Missing::Fact(FactId(0)));
        assert_eq!(unknown.and(Truth::False), Truth::False);
        assert_eq!(unknown.and(Truth::True), unknown);
        assert_eq!(unknown.or(Truth::True), Truth::True);
        assert_eq!(unknown.or(Truth::False), unknown);
        assert_eq!(unknown.not(), unknown);
    }

    #[test]
    fn a_test_that_was_answered_keeps_its_answer() {
        let bits = fixed_bits(u64::MAX, 3, Truth::True);
        assert_eq!((bits >> 6) & 3, 1);
        assert_eq!((fixed_bits(bits, 3, Truth::False) >> 6) & 3, 0);
        assert_eq!((bits >> 8) & 3, 3);
    }
}
