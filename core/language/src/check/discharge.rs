//! Duties that nothing can discharge (K608).

use crate::ast::{ActUse, Evidence, FactRef, Opening, Proof, Sentence, Task, Trigger, WhoKind};
use crate::diagnostic::Diagnostic;

use super::set::{Place, Set};

pub(super) fn check(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    for (place, task) in set.tasks() {
        let found = who(set, place, task)
            .or_else(|| by_its_own_opening(set, place, task))
            .or_else(|| evidence(set, place, task));
        says.extend(found);
    }
}

fn nothing(place: Place<'_>, range: crate::ast::TextRange) -> Diagnostic {
    Diagnostic::new(
        "K608",
        place.document,
        range,
        "a duty that nothing can discharge",
    )
}

/// The client owes what only staff may do: the vocabulary names no doer, and then staff is meant.
fn who(set: &Set<'_>, place: Place<'_>, task: &Task) -> Option<Diagnostic> {
    let client = matches!(task.who.kind, WhoKind::Client);
    (client && set.register[task.act.act].by.is_empty()).then(|| {
        nothing(place, task.who.range)
            .because("By the vocabulary this is done by staff, not by the client.")
            .suggest("Name a role, or let the client do the act in the vocabulary.")
    })
}

/// What a case begins or ends with happens once: as the opening it does not count, and it does not come again.
fn by_its_own_opening(set: &Set<'_>, place: Place<'_>, task: &Task) -> Option<Diagnostic> {
    let Sentence::Duty(duty) = place.sentence else {
        return None;
    };
    let Opening::When { triggers, .. } = &duty.opening else {
        return None;
    };
    let act = &task.act;
    let noun = &set.register[set.register[act.act].case];
    let once =
        noun.begins.contains(&act.act) || noun.ends.contains(&act.act) && noun.reopens.is_empty();
    let same = |trigger: &Trigger| matches!(trigger, Trigger::Act(ActUse { act: opening, path, .. }) if *opening == act.act && *path == act.path);
    (once && !triggers.is_empty() && triggers.iter().all(same)).then(|| {
        nothing(place, act.range)
            .because("The event that opens the duty is the one that it asks for; it comes only once and does not count.")
            .suggest("Ask for another act, or begin with another event.")
    })
}

/// A proof of which each part can never be shown.
fn evidence(set: &Set<'_>, place: Place<'_>, task: &Task) -> Option<Diagnostic> {
    let shown = |proof: &Proof| match proof {
        Proof::Fact(fact) => is_carried(set, fact),
        Proof::Records(_, noun) => set
            .register
            .acts()
            .any(|(_, act)| act.case == *noun && !act.built_in),
        Proof::Kind(_) => true,
    };
    let missing =
        |evidence: &&Evidence| !evidence.any.is_empty() && !evidence.any.iter().any(shown);
    task.evidence.iter().find(missing).map(|evidence| {
        nothing(place, evidence.range)
            .because("No event of the vocabulary carries this, so that it can never be shown.")
            .suggest("Ask for another proof, or add it to an act in the vocabulary.")
    })
}

/// Whether an event can carry a fact: an act that lists it, or the recording of facts that its noun has.
fn is_carried(set: &Set<'_>, fact: &FactRef) -> bool {
    let entry = &set.register[fact.fact];
    let note = format!("note-{}", set.register[entry.noun].id);
    set.register.act(&note).is_some()
        || set
            .register
            .acts()
            .any(|(_, act)| act.facts.contains(&fact.fact))
}
