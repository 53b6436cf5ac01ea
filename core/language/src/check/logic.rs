//! Conditions that cannot hold, and rules that can apply at once although only one should.
//!
//! K607 never holds · K601 exceptions without order · K603 variants that one event starts both · K105 and K302 for an
//! exception or a permission to a rule that has none.

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::{Change, Condition, Exception, Permission, Procedure, RuleKey, Sentence};
use crate::diagnostic::Diagnostic;

use super::conditions::{self, applies_if, case_of, conditions_of, parents, range_of};
use super::set::{Place, Set, task_of};
use super::solver::{Part, Solver};

/// Pairs that are compared; more than any company writes.
const MOST_PAIRS: usize = 50_000;

pub(super) fn check(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    for place in &set.rules {
        if !never(set, *place, says) {
            never_with_parent(set, *place, says);
        }
        attached(set, *place, says);
    }
    exceptions(set, says);
    variants(set, says);
}

/// Says which condition of a rule can never hold. Whether one was found.
fn never(set: &Set<'_>, place: Place<'_>, says: &mut Vec<Diagnostic>) -> bool {
    let before = says.len();
    for stated in conditions_of(set, place.sentence) {
        let solver = Solver::new(set.register, stated.case);
        let impossible = if solver.can_hold(&[Part::Holds(stated.condition)]) {
            let mut tests = conditions::tests(stated.condition).iter();
            tests
                .find(|test| !solver.can_hold(&[Part::Test(test)]))
                .map(|test| test.range)
        } else {
            range_of(stated.condition)
        };
        if let Some(range) = impossible {
            let message = Diagnostic::new(
                "K607",
                place.document,
                range,
                "a condition that can never hold",
            );
            says.push(
                message
                    .because("Its tests exclude each other, or a range holds no value.")
                    .suggest("Correct a value, or join the tests with “or”."),
            );
        }
    }
    if says.len() == before
        && let (Some(condition), Some(unless)) = (
            applies_if(place.sentence),
            task_of(place.sentence).and_then(|task| task.unless.as_ref()),
        )
    {
        let solver = Solver::new(set.register, case_of(set, place.sentence));
        if !solver.can_hold(&[Part::Holds(condition), Part::Fails(unless)]) {
            let range = range_of(unless).unwrap_or(place.rule.range);
            says.push(
                Diagnostic::new(
                    "K607",
                    place.document,
                    range,
                    "a condition that can never hold",
                )
                .because(
                    "Wherever the rule applies, this holds too, so that there is never a duty.",
                )
                .suggest("Correct the condition, or what follows “unless”."),
            );
        }
    }
    says.len() > before
}

/// An exception that can never apply: where its parent applies, it does not, or its day has passed.
fn never_with_parent(set: &Set<'_>, place: Place<'_>, says: &mut Vec<Diagnostic>) {
    let Sentence::Exception(exception) = place.sentence else {
        return;
    };
    let effective = set
        .document(place.document)
        .and_then(|document| document.header.effective);
    if let (Some(until), Some(effective)) = (exception.until, effective)
        && until < effective
    {
        says.push(
            Diagnostic::new(
                "K607",
                place.document,
                exception.parent.range,
                "an exception that never applies",
            )
            .because(format!(
                "It ends on {until}, before the document takes effect on {effective}."
            ))
            .suggest("Name a later day, or take the exception out."),
        );
        return;
    }
    let Some(own) = &exception.condition else {
        return;
    };
    let below = parents(set, &exception.parent.key);
    let mut parts = vec![Part::Holds(own)];
    parts.extend(
        below
            .iter()
            .filter_map(|sentence| applies_if(sentence))
            .map(Part::Holds),
    );
    let unless = below
        .iter()
        .filter_map(|sentence| task_of(sentence)?.unless.as_ref());
    parts.extend(unless.map(Part::Fails));
    let solver = Solver::new(set.register, case_of(set, place.sentence));
    if !solver.can_hold(&parts) {
        let parent = set.named(place.document, &exception.parent.key);
        let range = range_of(own).unwrap_or(place.rule.range);
        says.push(
            Diagnostic::new(
                "K607",
                place.document,
                range,
                "an exception that never applies",
            )
            .because(format!(
                "Where {parent} applies, this condition cannot hold."
            ))
            .suggest("Correct the condition, or write a rule of its own."),
        );
    }
}

/// Whether what an exception or a permission hangs on can carry it.
fn attached(set: &Set<'_>, place: Place<'_>, says: &mut Vec<Diagnostic>) {
    match place.sentence {
        Sentence::Exception(exception) => {
            let parent = set.sentence(&exception.parent.key);
            let root = parents(set, &exception.parent.key).last().copied();
            let gate = matches!(root, Some(Sentence::Gate(_)));
            let named = set.named(place.document, &exception.parent.key);
            let range = exception.parent.range;
            if parent.is_some_and(|parent| {
                task_of(parent).is_none()
                    && !matches!(parent, Sentence::Gate(_) | Sentence::Exception(_))
            }) {
                says.push(
                    Diagnostic::new("K302", place.document, range, "no rule that has exceptions")
                        .because(format!(
                            "{named} is neither a duty, a step, a rhythm, a gate nor an exception."
                        ))
                        .suggest("Name the rule whose slots are replaced."),
                );
            } else if gate
                && exception
                    .changes
                    .iter()
                    .any(|change| !matches!(change, Change::DoesNotApply))
            {
                says.push(
                    Diagnostic::new("K105", place.document, range, "slot not of this kind")
                        .because(format!(
                            "{named} is a gate: it has no owner, deadline or evidence to replace."
                        ))
                        .suggest("Write “it does not apply”, or a gate of its own."),
                );
            }
        }
        Sentence::Permission(Permission::Despite { gate, .. })
            if set
                .sentence(&gate.key)
                .is_some_and(|sentence| !matches!(sentence, Sentence::Gate(_))) =>
        {
            says.push(
                Diagnostic::new("K302", place.document, gate.range, "no such gate")
                    .because(format!(
                        "{} bars nothing, so nobody needs to pass it.",
                        set.named(place.document, &gate.key)
                    ))
                    .suggest("Name a rule with “must not be”."),
            );
        }
        _ => {}
    }
}

fn exceptions(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    let mut by_parent: BTreeMap<&RuleKey, Vec<(Place<'_>, &Exception)>> = BTreeMap::new();
    for (place, exception) in set.exceptions() {
        by_parent
            .entry(&exception.parent.key)
            .or_default()
            .push((place, exception));
    }
    let mut pairs = 0;
    for (parent, siblings) in by_parent {
        let below: Vec<&Condition> = parents(set, parent)
            .into_iter()
            .filter_map(applies_if)
            .collect();
        let stronger = order(&siblings);
        for (index, (place, exception)) in siblings.iter().enumerate() {
            let rival = siblings.iter().take(index).find(|(other_place, other)| {
                pairs += 1;
                let (own, theirs) = (&place.rule.key, &other_place.rule.key);
                let ordered =
                    stronger.contains(&(own, theirs)) || stronger.contains(&(theirs, own));
                let conditions = below
                    .iter()
                    .copied()
                    .chain(&exception.condition)
                    .chain(&other.condition);
                let parts: Vec<Part<'_>> = conditions.map(Part::Holds).collect();
                pairs <= MOST_PAIRS
                    && !ordered
                    && Solver::new(set.register, case_of(set, place.sentence)).can_hold(&parts)
            });
            if let Some((other, _)) = rival {
                let named = set.named(place.document, &other.rule.key);
                says.push(
                    Diagnostic::new("K601", place.document, exception.parent.range, "exceptions that can both apply")
                        .because(format!("This one and {named} can hold at once, and nothing says which one wins."))
                        .suggest(format!("Write “, over {named}” where this one wins, or let the conditions exclude each other.")),
                );
            }
        }
    }
}

/// Which exception beats which, by `over`, also through others.
fn order<'c>(siblings: &[(Place<'c>, &'c Exception)]) -> BTreeSet<(&'c RuleKey, &'c RuleKey)> {
    let over: BTreeMap<&RuleKey, &Exception> = siblings
        .iter()
        .map(|(place, exception)| (&place.rule.key, *exception))
        .collect();
    let mut all = BTreeSet::new();
    for (place, exception) in siblings {
        let mut next: Vec<&RuleKey> = exception.over.iter().map(|over| &over.key).collect();
        while let Some(weaker) = next.pop() {
            if all.len() < MOST_PAIRS && all.insert((&place.rule.key, weaker)) {
                let more = over
                    .get(weaker)
                    .into_iter()
                    .flat_map(|exception| &exception.over);
                next.extend(more.map(|over| &over.key));
            }
        }
    }
    all
}

/// Procedures of one document, or with a step in common, are variants: an event may start only one of them.
fn variants(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    let procedures: Vec<(Place<'_>, &Procedure)> = set
        .rules
        .iter()
        .filter_map(|place| match place.sentence {
            Sentence::Procedure(procedure) => Some((*place, procedure)),
            _ => None,
        })
        .collect();
    let mut pairs = 0;
    for (index, (place, procedure)) in procedures.iter().enumerate() {
        for (other_place, other) in procedures.iter().take(index) {
            pairs += 1;
            if pairs > MOST_PAIRS {
                return;
            }
            let Some(start) = both_start(set, procedure, other) else {
                continue;
            };
            let related = place.document == other_place.document || shares_step(procedure, other);
            let solver = Solver::new(set.register, Some(procedure.case));
            if related
                && procedure.case == other.case
                && solver.can_both(procedure.condition.as_ref(), other.condition.as_ref())
            {
                says.push(
                    Diagnostic::new(
                        "K603",
                        place.document,
                        start,
                        "variants that can both start",
                    )
                    .because(format!("This event can start “{}” too.", other.name))
                    .suggest("Give both an “if”, so that only one of the two can hold."),
                );
                break;
            }
        }
    }
}

/// The words of an event that starts both.
fn both_start(set: &Set<'_>, one: &Procedure, other: &Procedure) -> Option<crate::ast::TextRange> {
    let start = one.starts.iter().find(|start| {
        other
            .starts
            .iter()
            .any(|event| set.is_also(start.act, event.act) || set.is_also(event.act, start.act))
    });
    start.map(|start| start.range)
}

fn shares_step(one: &Procedure, other: &Procedure) -> bool {
    let steps: BTreeSet<&RuleKey> = one.items.iter().map(|item| &item.rule.key).collect();
    other
        .items
        .iter()
        .any(|item| steps.contains(&item.rule.key))
}
