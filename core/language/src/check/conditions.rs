//! The conditions of a rule, the noun on which they are judged, and what they speak of.

use crate::ast::{
    Beat, Condition, Definition, Opening, Opens, Permission, RuleKey, Sentence, Test, TestKind,
    TextRange,
};
use crate::register::{FactId, NounId, StateId};

use super::set::{Set, task_of};

/// Exceptions on exceptions deeper than this are not followed.
const DEEPEST: usize = 16;

/// A condition and the noun from which its paths lead.
#[derive(Clone, Copy)]
pub(super) struct Stated<'c> {
    pub condition: &'c Condition,
    pub case: Option<NounId>,
}

pub(super) fn tests(condition: &Condition) -> &[Test] {
    match condition {
        Condition::All(tests) | Condition::Any(tests) => tests,
    }
}

/// The words of a condition.
pub(super) fn range_of(condition: &Condition) -> Option<TextRange> {
    let tests = tests(condition);
    Some(TextRange {
        start: tests.first()?.range.start,
        end: tests.last()?.range.end,
    })
}

/// The condition under which a duty, rhythm, gate or procedure applies at all.
pub(super) fn applies_if(sentence: &Sentence) -> Option<&Condition> {
    match sentence {
        Sentence::Duty(duty) => match &duty.opening {
            Opening::When { condition, .. } => condition.as_ref(),
            Opening::Step => None,
        },
        Sentence::Rhythm(rhythm) => match &rhythm.beat {
            Beat::Since { condition, .. } => condition.as_ref(),
            Beat::Calendar(_) => None,
        },
        Sentence::Gate(gate) => gate.condition.as_ref(),
        Sentence::Procedure(procedure) => procedure.condition.as_ref(),
        Sentence::Exception(exception) => exception.condition.as_ref(),
        _ => None,
    }
}

/// The noun on which a rule is judged: for an exception that of the rule below it all.
pub(super) fn case_of(set: &Set<'_>, sentence: &Sentence) -> Option<NounId> {
    match sentence {
        Sentence::Duty(duty) => Some(duty.case),
        Sentence::Rhythm(rhythm) => Some(rhythm.case),
        Sentence::Gate(gate) => Some(gate.case),
        Sentence::Procedure(procedure) => Some(procedure.case),
        Sentence::Definition(
            Definition::Table { noun, .. }
            | Definition::State { noun, .. }
            | Definition::YesNo { noun, .. },
        ) => Some(*noun),
        Sentence::Permission(Permission::Despite { gate, .. }) => parents(set, &gate.key)
            .last()
            .and_then(|gate| case_of_root(gate)),
        Sentence::Exception(exception) => parents(set, &exception.parent.key)
            .last()
            .and_then(|root| case_of_root(root)),
        _ => None,
    }
}

fn case_of_root(sentence: &Sentence) -> Option<NounId> {
    match sentence {
        Sentence::Duty(duty) => Some(duty.case),
        Sentence::Rhythm(rhythm) => Some(rhythm.case),
        Sentence::Gate(gate) => Some(gate.case),
        _ => None,
    }
}

/// The rule of this name, the rule to which it is an exception, and so on down to one that is none.
pub(super) fn parents<'c>(set: &Set<'c>, key: &RuleKey) -> Vec<&'c Sentence> {
    let mut chain = Vec::new();
    let mut next = set.sentence(key);
    while let Some(sentence) = next {
        chain.push(sentence);
        next = match sentence {
            Sentence::Exception(exception) if chain.len() < DEEPEST => {
                set.sentence(&exception.parent.key)
            }
            _ => None,
        };
    }
    chain
}

/// Every condition of a sentence, with the noun on which it is judged.
pub(super) fn conditions_of<'c>(set: &Set<'c>, sentence: &'c Sentence) -> Vec<Stated<'c>> {
    let case = case_of(set, sentence);
    let mut all: Vec<(&Condition, Option<NounId>)> = Vec::new();
    let own = applies_if(sentence).into_iter();
    let unless = task_of(sentence).and_then(|task| task.unless.as_ref());
    all.extend(own.chain(unless).map(|condition| (condition, case)));
    match sentence {
        Sentence::Gate(gate) => {
            if let Opens::Unless(condition) | Opens::While(condition) = &gate.opens {
                all.push((condition, case));
            }
        }
        Sentence::Permission(Permission::Despite { condition, .. }) => {
            all.extend(condition.iter().map(|condition| (condition, case)));
        }
        Sentence::Definition(
            Definition::State { condition, .. } | Definition::YesNo { condition, .. },
        ) => all.push((condition, case)),
        Sentence::Procedure(procedure) => {
            let record = procedure.record.last().copied().unwrap_or(procedure.case);
            let items = procedure
                .items
                .iter()
                .filter_map(|item| item.condition.as_ref());
            all.extend(items.map(|condition| (condition, Some(record))));
        }
        Sentence::Target(target) => {
            all.extend(
                target
                    .population
                    .as_ref()
                    .map(|(noun, condition)| (condition, Some(*noun))),
            );
        }
        _ => {}
    }
    all.into_iter()
        .map(|(condition, case)| Stated { condition, case })
        .collect()
}

/// The facts and states that a condition asks about.
pub(super) fn inputs(condition: &Condition) -> (Vec<FactId>, Vec<StateId>) {
    let (mut facts, mut states) = (Vec::new(), Vec::new());
    for test in tests(condition) {
        match &test.kind {
            TestKind::Is(fact, _)
            | TestKind::Compare(fact, _, _)
            | TestKind::Between(fact, _, _) => facts.push(fact.fact),
            TestKind::Known(known) => facts.extend(known.iter().map(|fact| fact.fact)),
            TestKind::State(state) => states.push(state.state),
            TestKind::Event(_, _) => {}
        }
    }
    (facts, states)
}
