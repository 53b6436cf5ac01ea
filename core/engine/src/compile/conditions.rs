//! Conditions: what each test reads, and whether it is judged once or as often as that changes.

use kept_language::FactId;
use kept_language::ast::{Condition, FactRef, Test, TestKind};

use super::Compiled;
use super::builder::Builder;
use crate::program::{Ask, Cond, FactUse, GroupIx, TestInfo};

/// As many tests of one rule can be judged once.
const MOST_FIXED: usize = 32;

impl Builder<'_> {
    /// A condition on a case of this kind. With `fixed`, tests of what is not live are judged once and numbered;
    /// without it all are judged whenever asked.
    pub(crate) fn condition(
        &mut self,
        group: GroupIx,
        condition: &Condition,
        mut fixed: Option<&mut usize>,
    ) -> Compiled<Cond> {
        let (all, tests) = match condition {
            Condition::All(tests) => (true, tests),
            Condition::Any(tests) => (false, tests),
        };
        let mut made = Vec::new();
        for test in tests {
            made.push(self.test(group, test, fixed.as_deref_mut())?);
        }
        Ok(Cond {
            all,
            tests: made.into(),
        })
    }

    fn test(
        &mut self,
        group: GroupIx,
        test: &Test,
        fixed: Option<&mut usize>,
    ) -> Compiled<TestInfo> {
        let kind = match &test.kind {
            TestKind::Is(fact, values) => {
                Ask::Is(self.condition_fact(group, fact)?, values.clone().into())
            }
            TestKind::Compare(fact, how, value) => {
                Ask::Compare(self.condition_fact(group, fact)?, *how, *value)
            }
            TestKind::Between(fact, from, to) => {
                Ask::Between(self.condition_fact(group, fact)?, *from, *to)
            }
            TestKind::Known(facts) => {
                let uses: Compiled<Vec<FactUse>> = facts
                    .iter()
                    .map(|fact| self.condition_fact(group, fact))
                    .collect();
                Ask::Known(uses?.into())
            }
            TestKind::State(state) => {
                Ask::State(self.state_use(group, &state.path, state.state)?)
            }
            TestKind::Event(act, window) => {
                self.asks_events = true;
                Ask::Event(self.mark_use(group, act)?, *window)
            }
        };
        let fixed = match fixed {
            Some(count) if self.is_judged_once(&test.kind) => {
                if *count >= MOST_FIXED {
                    return Err(format!(
                        "More than {MOST_FIXED} of its tests are judged once; split it."
                    ));
                }
                *count += 1;
                Some(*count - 1)
            }
            _ => None,
        };
        Ok(TestInfo {
            negated: test.negated,
            kind,
            fixed,
        })
    }

    fn condition_fact(&mut self, group: GroupIx, fact: &FactRef) -> Compiled<FactUse> {
        self.fact_use(group, &fact.path, fact.fact)
    }

    fn is_judged_once(&self, kind: &TestKind) -> bool {
        match kind {
            TestKind::Is(fact, _) | TestKind::Compare(fact, ..) | TestKind::Between(fact, ..) => {
                fact.was || !self.is_live(fact.fact)
            }
            TestKind::Known(facts) => facts
                .iter()
                .any(|fact| fact.was || !self.is_live(fact.fact)),
            TestKind::State(_) => false,
            TestKind::Event(..) => true,
        }
    }

    /// A fact that the register calls live, or that a definition gives.
    fn is_live(&self, fact: FactId) -> bool {
        self.register[fact].live
            || self
                .facts
                .get(fact.index())
                .is_some_and(|info| info.defined)
    }
}
