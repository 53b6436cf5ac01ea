//! Ladders that lead to the same person twice (K602).

use crate::ast::{Change, Escalation, Exception, Party, Sentence, TextRange, Who, WhoKind, Whom};
use crate::diagnostic::Diagnostic;

use super::conditions::parents;
use super::set::{Place, Set, task_of};
use super::time::escalations;

pub(super) fn check(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    for place in &set.rules {
        if escalations(place.sentence)
            .iter()
            .any(|escalation| circle(*place, escalation, says))
        {
            continue;
        }
        match place.sentence {
            Sentence::Exception(exception) => changed(set, *place, exception, says),
            sentence => {
                if let Some(task) = task_of(sentence)
                    && let Some(escalation) = &task.escalation
                {
                    let at = |range: TextRange| range;
                    to_owner(*place, &task.who, escalation, &at, says);
                }
            }
        }
    }
}

/// The same one on two levels. Whether one was found.
fn circle(place: Place<'_>, escalation: &Escalation, says: &mut Vec<Diagnostic>) -> bool {
    for (index, level) in escalation.levels.iter().enumerate() {
        if escalation
            .levels
            .iter()
            .take(index)
            .any(|before| before.to == level.to)
        {
            says.push(
                Diagnostic::new(
                    "K602",
                    place.document,
                    level.range,
                    "escalation in a circle",
                )
                .because("A level before went to the same one already.")
                .suggest("Name someone else, or leave this level out."),
            );
            return true;
        }
    }
    false
}

/// A level that goes to one who owes the duty anyway. `at` gives the words to underline.
fn to_owner(
    place: Place<'_>,
    who: &Who,
    escalation: &Escalation,
    at: &dyn Fn(TextRange) -> TextRange,
    says: &mut Vec<Diagnostic>,
) {
    if let Some(level) = escalation.levels.iter().find(|level| owes(who, &level.to)) {
        says.push(
            Diagnostic::new(
                "K602",
                place.document,
                at(level.range),
                "escalation to the owner",
            )
            .because("The one to whom it goes is the one who owes the duty, and is passed over.")
            .suggest("Name someone else."),
        );
    }
}

fn owes(who: &Who, whom: &Whom) -> bool {
    match (whom, &who.kind) {
        (Whom::Owner, _) => true,
        (Whom::Party(party), WhoKind::OneOf(parties)) => parties.contains(party),
        (Whom::Party(Party::Role(role)), WhoKind::Each(each)) => role == each,
        _ => false,
    }
}

/// An exception that changes the owner, the ladder or both: what it leaves comes from below.
fn changed(set: &Set<'_>, place: Place<'_>, exception: &Exception, says: &mut Vec<Diagnostic>) {
    let own_who = who_of(exception);
    let own_ladder = ladder_of(exception);
    if own_who.is_none() && own_ladder.is_none() {
        return;
    }
    let (mut who, mut ladder) = (own_who, own_ladder);
    for sentence in parents(set, &exception.parent.key) {
        let (below_who, below_ladder) = match sentence {
            Sentence::Exception(below) => (who_of(below), ladder_of(below)),
            other => {
                let task = task_of(other);
                (
                    task.map(|task| &task.who),
                    task.and_then(|task| task.escalation.as_ref()),
                )
            }
        };
        who = who.or(below_who);
        ladder = ladder.or(below_ladder);
    }
    if let (Some(who), Some(ladder)) = (who, ladder) {
        // A ladder from below stands elsewhere: the new owner is underlined then.
        let new_owner = own_who.map(|who| who.range);
        let at = |range: TextRange| {
            if own_ladder.is_some() {
                range
            } else {
                new_owner.unwrap_or(range)
            }
        };
        to_owner(place, who, ladder, &at, says);
    }
}

fn who_of(exception: &Exception) -> Option<&Who> {
    exception.changes.iter().find_map(|change| match change {
        Change::Who(who) => Some(who),
        _ => None,
    })
}

fn ladder_of(exception: &Exception) -> Option<&Escalation> {
    exception.changes.iter().find_map(|change| match change {
        Change::Escalation(escalation) => Some(escalation),
        _ => None,
    })
}
