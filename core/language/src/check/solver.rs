//! Whether conditions can hold at once.
//!
//! Each test confines one variable (a fact, a state, the time since an event) to a set of values; a way to make all
//! conditions true is searched for, one alternative of each at a time. What cannot be compared confines nothing, so
//! that "cannot hold" is always proved and "can hold" may only be a lack of proof.

use std::collections::BTreeMap;

use kept_kernel::Duration;

use crate::ast::{Condition, FactRef, Path, Test, TestKind};
use crate::register::{ActId, FactId, FactKind, NounId, Register, StateId};

use super::space::{self, Spot, Values};

/// Steps after which a search gives up and takes it that the conditions can hold.
const MOST_STEPS: usize = 20_000;
/// More demands than any sentence makes; with more the search is not begun.
const MOST_DEMANDS: usize = 200;
/// The age of an event that has never happened.
const NEVER: Spot = 1 << 80;

/// A condition and what is asked of it.
#[derive(Clone, Copy)]
pub(super) enum Part<'c> {
    /// It is true.
    Holds(&'c Condition),
    /// It is false or unknown.
    Fails(&'c Condition),
    /// This one test is true.
    Test(&'c Test),
}

/// Decides about conditions on one noun.
#[derive(Clone, Copy)]
pub(super) struct Solver<'r> {
    pub register: &'r Register,
    /// The noun from which the paths lead.
    pub case: Option<NounId>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Variable {
    /// A fact now, or as the trigger carried it.
    Fact(Path, FactId, bool),
    State(Path, StateId),
    /// How long ago the event last happened, in working time or around the clock.
    Age(Path, ActId, Option<FactId>, bool),
}

/// What one test allows one variable to be.
type Literal = (Variable, Values);
/// Ways to satisfy one demand; each is a list of literals that must all hold.
type Ways = Vec<Vec<Literal>>;

impl<'r> Solver<'r> {
    pub fn new(register: &'r Register, case: Option<NounId>) -> Self {
        Self { register, case }
    }

    /// Whether all of these can be so at once.
    pub fn can_hold(self, parts: &[Part<'_>]) -> bool {
        let mut demands: Vec<Ways> = parts
            .iter()
            .flat_map(|part| self.demands_of(*part))
            .collect();
        // Demands with one way confine the most and cost the least.
        demands.sort_by_key(Vec::len);
        let mut steps = 0;
        demands.len() > MOST_DEMANDS || search(&demands, &BTreeMap::new(), &mut steps)
    }

    /// Whether two conditions can both be true; one that is missing is always true.
    pub fn can_both(self, one: Option<&Condition>, other: Option<&Condition>) -> bool {
        let parts: Vec<Part<'_>> = one.into_iter().chain(other).map(Part::Holds).collect();
        self.can_hold(&parts)
    }

    fn demands_of(self, part: Part<'_>) -> Vec<Ways> {
        let true_ways = |test: &Test| self.ways(test, true);
        let other_ways = |test: &Test| self.ways(test, false);
        match part {
            // A condition of which no test could be read says nothing.
            Part::Holds(Condition::All(tests) | Condition::Any(tests)) if tests.is_empty() => {
                Vec::new()
            }
            Part::Fails(Condition::All(tests) | Condition::Any(tests)) if tests.is_empty() => {
                Vec::new()
            }
            Part::Holds(Condition::All(tests)) => tests.iter().map(true_ways).collect(),
            Part::Holds(Condition::Any(tests)) => vec![tests.iter().flat_map(true_ways).collect()],
            Part::Fails(Condition::All(tests)) => {
                vec![tests.iter().flat_map(other_ways).collect()]
            }
            Part::Fails(Condition::Any(tests)) => tests.iter().map(other_ways).collect(),
            Part::Test(test) => vec![true_ways(test)],
        }
    }

    /// The ways in which a test is true, or is not.
    fn ways(self, test: &Test, holds: bool) -> Ways {
        match &test.kind {
            TestKind::Known(facts) => self.known_ways(facts, holds != test.negated),
            TestKind::State(state) => {
                let variable = Variable::State(state.path.clone(), state.state);
                vec![vec![(variable, truth(!test.negated, holds))]]
            }
            TestKind::Event(event, window) => {
                let variable = Variable::Age(
                    event.path.clone(),
                    event.act,
                    event.fact,
                    window.is_some_and(Duration::is_business),
                );
                let longest = window.map_or(NEVER - 1, |window| Spot::from(window.rough_micros()));
                let values = if holds == test.negated {
                    Values::range(longest + 1, NEVER)
                } else {
                    Values::range(0, longest)
                };
                // Without a window the age may be taken in either time: it then confines both.
                let mut literals = vec![(variable, values.clone())];
                if window.is_none() {
                    let other = Variable::Age(event.path.clone(), event.act, event.fact, true);
                    literals.push((other, values));
                }
                vec![literals]
            }
            TestKind::Is(fact, _)
            | TestKind::Compare(fact, _, _)
            | TestKind::Between(fact, _, _) => {
                vec![self.fact_literal(fact, test, holds).into_iter().collect()]
            }
        }
    }

    fn known_ways(self, facts: &[FactRef], known: bool) -> Ways {
        let literal = |fact: &FactRef| {
            let values = if known {
                let (low, high) = space::line(&self.register[fact.fact]);
                Values::range(low, high)
            } else {
                Values::only_unknown()
            };
            self.variable(fact).map(|variable| (variable, values))
        };
        if known {
            vec![facts.iter().filter_map(literal).collect()]
        } else {
            facts
                .iter()
                .map(|fact| literal(fact).into_iter().collect())
                .collect()
        }
    }

    fn fact_literal(self, fact: &FactRef, test: &Test, holds: bool) -> Option<Literal> {
        let variable = self.variable(fact)?;
        let entry = &self.register[fact.fact];
        let line = space::line(entry);
        let mut values = values_of(self.register, &test.kind)?;
        if test.negated {
            values = values.other_known(line);
        }
        if !holds {
            values = values.other_known(line);
            values.unknown = true;
        }
        Some((variable, values))
    }

    /// The variable of a fact; none where the case has many such records, each with a value of its own.
    fn variable(self, fact: &FactRef) -> Option<Variable> {
        let mut before = self.case;
        for noun in &fact.path {
            if !self.register[before?].reaches.contains(noun) {
                return None;
            }
            before = Some(*noun);
        }
        Some(Variable::Fact(fact.path.clone(), fact.fact, fact.was))
    }
}

/// The values for which a test without `not` is true; none where they cannot be told.
fn values_of(register: &Register, kind: &TestKind) -> Option<Values> {
    match kind {
        TestKind::Is(_, values) => {
            let spots: Option<Vec<Spot>> = values.iter().map(|value| space::spot(*value)).collect();
            spots.filter(|spots| !spots.is_empty()).map(Values::spots)
        }
        TestKind::Compare(fact, comparison, value) => {
            let entry = &register[fact.fact];
            (entry.kind != FactKind::Choice || entry.ordered)
                .then(|| space::compared(entry, *comparison, *value))
                .flatten()
        }
        TestKind::Between(_, low, high) => {
            Some(Values::range(space::spot(*low)?, space::spot(*high)?))
        }
        _ => None,
    }
}

/// The values of a state: no, yes, or unknown where its definition is.
fn truth(positive: bool, holds: bool) -> Values {
    let wanted = Spot::from(positive);
    if holds {
        Values::range(wanted, wanted)
    } else {
        let mut other = Values::range(1 - wanted, 1 - wanted);
        other.unknown = true;
        other
    }
}

fn search(demands: &[Ways], known: &BTreeMap<Variable, Values>, steps: &mut usize) -> bool {
    let Some((first, rest)) = demands.split_first() else {
        return true;
    };
    for way in first {
        *steps += 1;
        if *steps > MOST_STEPS {
            return true;
        }
        let mut narrowed = known.clone();
        let fits = way.iter().all(|(variable, values)| {
            let left = match narrowed.get(variable) {
                Some(before) => before.and(values),
                None => values.clone(),
            };
            let possible = !left.is_empty();
            narrowed.insert(variable.clone(), left);
            possible
        });
        if fits && search(rest, &narrowed, steps) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use crate::ast::{Condition, Definition, Sentence};
    use crate::read::{Source, read};
    use crate::register::{Register, RegisterFile};

    use super::{Part, Solver};

    const WORDS: &str = r#"
[roles.agent]
[nouns.order]
has = ["parcel"]
[nouns.parcel]
reaches = ["order"]
[acts.call-order]
do = "call {order}"
happens = ["{order} is called"]
[states.order-late]
says = "{order} is late"
[states.order-open]
says = "{order} is open"
[facts."order.size"]
type = "number"
[facts."order.colour"]
type = "choice"
values = ["red", "green", "blue"]
[facts."order.due"]
type = "date"
[facts."parcel.weight"]
type = "number"
"#;

    /// Whether an order can be late under both of two conditions.
    fn can_both(one: &str, other: &str) -> bool {
        let files = [RegisterFile {
            path: "words.toml",
            text: WORDS,
        }];
        let register = Register::load(&files).unwrap();
        let condition = |text: &str| -> Condition {
            let text = format!(
                "+++\ncode = \"X\"\ntitle = \"T\"\nowner = \"agent\"\nreview = \"every year\"\ndistribution = \"everyone\"\n+++\n```sop a\nAn order is late if {text}.\n```\n"
            );
            let library = read(
                &register,
                &[Source {
                    path: "x",
                    text: &text,
                }],
            );
            assert!(library.diagnostics.is_empty(), "{:?}", library.diagnostics);
            match library.documents[0].rules[0].sentence.clone() {
                Some(Sentence::Definition(Definition::State { condition, .. })) => condition,
                other => panic!("{other:?}"),
            }
        };
        let (one, other) = (condition(one), condition(other));
        let solver = Solver::new(&register, register.noun("order"));
        solver.can_hold(&[Part::Holds(&one), Part::Holds(&other)])
    }

    #[test]
    fn conditions_that_share_no_value_exclude_each_other() {
        for (one, other) in [
            ("its colour is red", "its colour is green or blue"),
            ("its colour is not red", "its colour is red"),
            ("its colour is known", "its colour is not known"),
            ("its size is above 5", "its size is at most 5"),
            ("its size is between 1 and 5", "its size is below 1"),
            ("its due is above 2026-01-01", "its due is below 2026-01-02"),
            (
                "it is open and its size is 1",
                "its size is 2 or it is not open",
            ),
            (
                "it has been called in the last 7 days",
                "it has not been called",
            ),
            (
                "it has been called in the last 7 days",
                "it has not been called in the last 2 weeks",
            ),
            (
                "it has been called in the last 3 business days",
                "it has not been called",
            ),
        ] {
            assert!(!can_both(one, other), "{one} / {other}");
            assert!(!can_both(other, one), "{other} / {one}");
        }
    }

    #[test]
    fn conditions_that_share_a_value_or_cannot_be_compared_do_not() {
        for (one, other) in [
            ("its colour is red or green", "its colour is green or blue"),
            ("its size is above 5", "its size is below 5.000002"),
            ("its size is at least 5", "its size is at most 5"),
            ("its colour was red", "its colour is green"),
            ("it is open or its size is 1", "its size is 2"),
            (
                "it has been called in the last 2 weeks",
                "it has not been called in the last 7 days",
            ),
            (
                "it has been called in the last 3 business days",
                "it has not been called in the last 7 days",
            ),
            ("the parcel's weight is 1", "the parcel's weight is 2"),
        ] {
            assert!(can_both(one, other), "{one} / {other}");
        }
    }

    #[test]
    fn a_search_without_end_is_given_up() {
        let any: Vec<String> = (0..40).map(|size| format!("its size is {size}")).collect();
        let any = any.join(" or ");
        assert!(can_both(&any, &any));
    }
}
