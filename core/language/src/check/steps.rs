//! The steps of procedures: what they name (K302), and whether they wait for each other (K305).

use std::collections::BTreeMap;

use crate::ast::{Opening, Procedure, RuleKey, Sentence, Turn};
use crate::diagnostic::Diagnostic;

use super::circles::circles;
use super::set::{Place, Set};

pub(super) fn check(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    for place in &set.rules {
        if let Sentence::Procedure(procedure) = place.sentence {
            named(set, *place, procedure, says);
            waiting(*place, procedure, says);
        }
    }
}

/// Each item is a step, and each step waited for is an item.
fn named(set: &Set<'_>, place: Place<'_>, procedure: &Procedure, says: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<&RuleKey, usize> = BTreeMap::new();
    for (index, item) in procedure.items.iter().enumerate() {
        let is_step = set.sentence(&item.rule.key).is_none_or(|sentence| {
            matches!(sentence, Sentence::Duty(duty) if matches!(duty.opening, Opening::Step))
        });
        let rule = set.named(place.document, &item.rule.key);
        if !is_step {
            says.push(
                Diagnostic::new("K302", place.document, item.rule.range, "no such step")
                    .because(format!(
                        "{rule} has a beginning of its own, so that no procedure can open it."
                    ))
                    .suggest("Let it begin with “As a step, …”."),
            );
        } else if seen.insert(&item.rule.key, index).is_some() {
            says.push(
                Diagnostic::new(
                    "K301",
                    place.document,
                    item.rule.range,
                    "a step is listed twice",
                )
                .because(format!("{rule} stands in this procedure already."))
                .suggest("Take one of the two out, or give the second a rule of its own."),
            );
        }
    }
    for item in &procedure.items {
        let Turn::After(refs) = &item.turn else {
            continue;
        };
        for wanted in refs.iter().filter(|wanted| !seen.contains_key(&wanted.key)) {
            says.push(
                Diagnostic::new("K302", place.document, wanted.range, "no such step")
                    .because(format!(
                        "{} is no step of this procedure.",
                        set.named(place.document, &wanted.key)
                    ))
                    .suggest("“After” names earlier steps of the same list."),
            );
        }
    }
}

/// Steps that wait for each other, so that none of them ever opens.
fn waiting(place: Place<'_>, procedure: &Procedure, says: &mut Vec<Diagnostic>) {
    let positions: BTreeMap<&RuleKey, usize> = procedure
        .items
        .iter()
        .enumerate()
        .map(|(index, item)| (&item.rule.key, index))
        .collect();
    let mut edges: Vec<Vec<usize>> = Vec::new();
    // A group is what stands between two turns; `before` is the group that a next one waits for.
    let (mut before, mut group): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    for (index, item) in procedure.items.iter().enumerate() {
        match &item.turn {
            Turn::SameTime => {
                group.push(index);
                edges.push(before.clone());
            }
            Turn::Next => {
                before = std::mem::replace(&mut group, vec![index]);
                edges.push(before.clone());
            }
            Turn::After(refs) => {
                before = refs
                    .iter()
                    .filter_map(|rule| positions.get(&rule.key).copied())
                    .collect();
                group = vec![index];
                edges.push(before.clone());
            }
        }
    }
    for circle in circles(&edges) {
        let first = circle.iter().find_map(|index| {
            procedure
                .items
                .get(*index)
                .filter(|item| matches!(item.turn, Turn::After(_)))
        });
        if let Some(item) = first {
            says.push(
                Diagnostic::new("K305", place.document, item.rule.range, "steps in a circle")
                    .because(
                        "This step waits for one that waits for it, so that neither ever opens.",
                    )
                    .suggest("“After” names earlier steps only."),
            );
        }
    }
}
