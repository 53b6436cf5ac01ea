//! Rules that another of the set repeats (K704).
//!
//! Two duties are the same where their openings, acts and evidence are; two gates where they bar the same act under the
//! same conditions. Owners, deadlines and ladders may differ: then all the more only one of them can be meant.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::ast::{
    ActUse, Beat, Condition, Duty, Evidence, FactRef, Gate, Opening, Opens, Passage, Path, Proof,
    Rhythm, Sentence, SpanKind, Test, TestKind, Trigger,
};
use crate::diagnostic::Diagnostic;

use super::set::{Place, Set};

pub(super) fn check(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<String, Place<'_>> = BTreeMap::new();
    for place in &set.rules {
        let Some(meaning) = meaning(place.sentence) else {
            continue;
        };
        if let Some(before) = first.get(&meaning) {
            says.push(
                Diagnostic::new(
                    "K704",
                    place.document,
                    place.rule.range,
                    "a rule that repeats another",
                )
                .because(format!(
                    "{} has the same beginning, act and evidence.",
                    set.where_is(*before)
                ))
                .suggest("Keep one of the two, and name it where the other stood."),
            );
        } else {
            first.insert(meaning, *place);
        }
    }
}

/// What a rule asks for, written so that two rules that ask for the same are written alike.
fn meaning(sentence: &Sentence) -> Option<String> {
    match sentence {
        Sentence::Duty(duty) => of_duty(duty),
        Sentence::Rhythm(rhythm) => Some(of_rhythm(rhythm)),
        Sentence::Gate(gate) => Some(of_gate(gate)),
        _ => None,
    }
}

fn of_duty(duty: &Duty) -> Option<String> {
    // A step is opened by its procedures: two steps alike may stand in two of them.
    let Opening::When {
        triggers,
        condition,
    } = &duty.opening
    else {
        return None;
    };
    let task = &duty.task;
    Some(format!(
        "duty {:?} [{}] {} {} {} {}",
        duty.case,
        sorted(triggers.iter().map(trigger)),
        optional(condition.as_ref()),
        act(&task.act),
        optional(task.unless.as_ref()),
        evidence(&task.evidence)
    ))
}

fn of_rhythm(rhythm: &Rhythm) -> String {
    let beat = match &rhythm.beat {
        Beat::Calendar(period) => format!("{period:?}"),
        Beat::Since {
            span,
            anchor,
            condition,
        } => {
            let span = match &span.kind {
                SpanKind::Fixed(duration) => duration.to_string(),
                SpanKind::FixedOr(duration, other) => format!("{duration} or {}", fact(other)),
                SpanKind::Table { table, column, .. } => format!("{:?} {column}", table.key),
            };
            format!("{span} {} {}", act(anchor), optional(condition.as_ref()))
        }
    };
    let task = &rhythm.task;
    format!(
        "rhythm {:?} {beat} {} {}",
        rhythm.case,
        act(&task.act),
        evidence(&task.evidence)
    )
}

fn of_gate(gate: &Gate) -> String {
    let opens = match &gate.opens {
        Opens::Until(passages) => format!("until {}", sorted(passages.iter().map(passage))),
        Opens::Unless(unless) => format!("unless {}", condition(unless)),
        Opens::While(shut) => format!("while {}", condition(shut)),
    };
    format!(
        "gate {} {} {opens}",
        act(&gate.act),
        optional(gate.condition.as_ref())
    )
}

fn passage(passage: &Passage) -> String {
    match passage {
        Passage::Event(event) => act(event),
        Passage::State(state) => format!("{:?} {:?}", state.path, state.state),
        Passage::Silence {
            span,
            anchor,
            without,
        } => {
            let without = without.as_ref().map(act).unwrap_or_default();
            format!("{span} {} {} {without}", act(&anchor.event), anchor.first)
        }
    }
}

fn sorted(parts: impl Iterator<Item = String>) -> String {
    let mut parts: Vec<String> = parts.collect();
    parts.sort();
    parts.dedup();
    parts.join(" | ")
}

fn trigger(trigger: &Trigger) -> String {
    match trigger {
        Trigger::Act(event) => act(event),
        Trigger::Done(rule) => format!("done {:?}", rule.key),
        Trigger::Overdue(rule) => format!("overdue {:?}", rule.key),
        Trigger::Progress(of, share) => format!("progress {} {share}", fact(of)),
        Trigger::Becomes(of, how, value) => format!("becomes {} {how:?} {value:?}", fact(of)),
        Trigger::Changes(of) => format!("changes {}", fact(of)),
    }
}

fn act(act: &ActUse) -> String {
    format!("{} {:?} {:?}", path(&act.path), act.act, act.fact)
}

fn fact(fact: &FactRef) -> String {
    format!("{} {:?} {}", path(&fact.path), fact.fact, fact.was)
}

fn path(path: &Path) -> String {
    path.iter().fold(String::new(), |mut text, noun| {
        let _ = write!(text, "{}.", noun.0);
        text
    })
}

fn optional(of: Option<&Condition>) -> String {
    of.map(condition).unwrap_or_default()
}

fn condition(condition: &Condition) -> String {
    match condition {
        Condition::All(tests) => format!("all {}", sorted(tests.iter().map(test))),
        Condition::Any(tests) => format!("any {}", sorted(tests.iter().map(test))),
    }
}

fn test(test: &Test) -> String {
    let asked = match &test.kind {
        TestKind::Is(of, values) => {
            format!(
                "{} is {}",
                fact(of),
                sorted(values.iter().map(|value| format!("{value:?}")))
            )
        }
        TestKind::Compare(of, how, value) => format!("{} {how:?} {value:?}", fact(of)),
        TestKind::Between(of, low, high) => format!("{} {low:?} {high:?}", fact(of)),
        TestKind::Known(facts) => format!("known {}", sorted(facts.iter().map(fact))),
        TestKind::State(state) => format!("{} {:?}", path(&state.path), state.state),
        TestKind::Event(event, window) => format!("{} {window:?}", act(event)),
    };
    format!("{} {asked}", test.negated)
}

fn evidence(evidence: &[Evidence]) -> String {
    let proof = |proof: &Proof| match proof {
        Proof::Fact(of) => fact(of),
        Proof::Records(count, noun) => format!("{count} {noun:?}"),
        Proof::Kind(kind) => format!("{kind:?}"),
    };
    sorted(
        evidence
            .iter()
            .map(|item| sorted(item.any.iter().map(proof))),
    )
}
