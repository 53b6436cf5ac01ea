//! Gates that can never open (K609), and duties that a gate forbids while they run (K606).

use std::collections::{BTreeMap, BTreeSet};

use kept_kernel::Duration;

use crate::ast::{
    ActUse, Change, Duty, Gate, Opening, Opens, Passage, Permission, RuleKey, Sentence, Trigger,
    WhoKind,
};
use crate::diagnostic::Diagnostic;
use crate::register::ActId;

use super::durations::{not_longer, of_deadline};
use super::set::{Place, Set};
use super::solver::{Part, Solver};

/// Gates on one act that are compared with each duty; more than any company writes.
const MOST_GATES: usize = 100;

pub(super) fn check(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    let possible = possible(set);
    let mut by_act: BTreeMap<ActId, Vec<(Place<'_>, &Gate)>> = BTreeMap::new();
    for (place, gate) in gates(set) {
        never_opens(set, &possible, place, gate, says);
        by_act.entry(gate.act.act).or_default().push((place, gate));
    }
    for place in &set.rules {
        if let Sentence::Duty(duty) = place.sentence {
            let on_act = by_act
                .get(&duty.task.act.act)
                .map_or(&[][..], Vec::as_slice);
            let shut = on_act
                .iter()
                .take(MOST_GATES)
                .find(|(gate_place, gate)| forbids(set, *place, duty, &gate_place.rule.key, gate));
            if let Some((gate_place, _)) = shut {
                let gate = set.named(place.document, &gate_place.rule.key);
                says.push(
                    Diagnostic::new("K606", place.document, duty.task.act.range, "demanded here, forbidden elsewhere")
                        .because(format!("{gate} bars this act, and nobody must open it in the time that this duty has."))
                        .suggest("Write a duty for what opens the gate, give more time, or begin with the event that opens it."),
                );
            }
        }
    }
}

fn gates<'s, 'c>(set: &'s Set<'c>) -> impl Iterator<Item = (Place<'c>, &'c Gate)> + 's {
    set.rules.iter().filter_map(|place| match place.sentence {
        Sentence::Gate(gate) => Some((*place, gate)),
        _ => None,
    })
}

/// The acts that can happen at all: those behind no gate, and those behind gates whose passages can.
pub(super) fn possible(set: &Set<'_>) -> BTreeSet<ActId> {
    let strict: Vec<(&Gate, &[Passage])> = gates(set)
        .filter(|(place, gate)| gate.condition.is_none() && !set.is_passed(&place.rule.key))
        .filter_map(|(_, gate)| match &gate.opens {
            Opens::Until(passages) => Some((gate, passages.as_slice())),
            _ => None,
        })
        .collect();
    let barred: BTreeSet<ActId> = strict.iter().map(|(gate, _)| gate.act.act).collect();
    let all = set.register.acts().map(|(act, _)| act);
    let mut possible: BTreeSet<ActId> = all.filter(|act| !barred.contains(act)).collect();
    // Each round opens at least one more act, or is the last.
    loop {
        let shut: BTreeSet<ActId> = strict
            .iter()
            .filter(|(gate, passages)| {
                !passages
                    .iter()
                    .any(|passage| can_come(set, &possible, gate, passage))
            })
            .map(|(gate, _)| gate.act.act)
            .collect();
        let before = possible.len();
        possible.extend(barred.difference(&shut));
        if possible.len() == before {
            return possible;
        }
    }
}

/// Whether a passage can ever open its gate.
pub(super) fn can_come(
    set: &Set<'_>,
    possible: &BTreeSet<ActId>,
    gate: &Gate,
    passage: &Passage,
) -> bool {
    let happens = |act: ActId| {
        act != gate.act.act
            && set
                .counted_by(act)
                .iter()
                .any(|done| *done != gate.act.act && possible.contains(done))
    };
    match passage {
        Passage::Event(event) => happens(event.act),
        Passage::State(state) => {
            let entry = &set.register[state.state];
            set.defines_state(state.state)
                || entry.from.is_empty() && entry.to.is_empty()
                || entry.from.iter().any(|act| happens(*act))
        }
        Passage::Silence {
            anchor, without, ..
        } => {
            happens(anchor.event.act)
                && without
                    .as_ref()
                    .is_none_or(|without| without.act != anchor.event.act)
        }
    }
}

fn never_opens(
    set: &Set<'_>,
    possible: &BTreeSet<ActId>,
    place: Place<'_>,
    gate: &Gate,
    says: &mut Vec<Diagnostic>,
) {
    let shut = match &gate.opens {
        Opens::Until(passages) => {
            !passages.is_empty()
                && !passages
                    .iter()
                    .any(|passage| can_come(set, possible, gate, passage))
        }
        // That what follows “unless” can never hold is said as K607.
        Opens::Unless(_) => false,
        Opens::While(condition) => {
            let solver = Solver::new(set.register, Some(gate.case));
            solver.can_hold(&[Part::Holds(condition)])
                && !solver.can_hold(&[Part::Fails(condition)])
        }
    };
    if shut {
        says.push(
            Diagnostic::new(
                "K609",
                place.document,
                gate.act.range,
                "a gate that can never open",
            )
            .because("Nothing that would open it can happen before the act that it bars.")
            .suggest("Open it by an event that can come before."),
        );
    }
}

/// Whether a gate bars the act of a duty for longer than the duty runs.
fn forbids(set: &Set<'_>, place: Place<'_>, duty: &Duty, key: &RuleKey, gate: &Gate) -> bool {
    if gate.act.act != duty.task.act.act
        || gate.case != duty.case && set.record(&gate.act) != set.record(&duty.task.act)
    {
        return false;
    }
    let same_case = gate.case == duty.case;
    let solver = Solver::new(set.register, Some(duty.case));
    let own = match &duty.opening {
        Opening::When { condition, .. } => condition.as_ref(),
        Opening::Step => None,
    };
    let apart = same_case && !solver.can_both(own, gate.condition.as_ref());
    if apart || may_pass(set, duty, key) {
        return false;
    }
    let with_own = |part: Part<'_>| {
        let parts: Vec<Part<'_>> = own.map(Part::Holds).into_iter().chain([part]).collect();
        !same_case || solver.can_hold(&parts)
    };
    match &gate.opens {
        Opens::Until(passages) => {
            !passages.is_empty() && !opened_in_time(set, place, duty, passages)
        }
        Opens::Unless(condition) => {
            own.is_some()
                && !with_own(Part::Holds(condition))
                && solver.can_hold(&[Part::Holds(condition)])
        }
        Opens::While(condition) => {
            own.is_some()
                && !with_own(Part::Fails(condition))
                && solver.can_hold(&[Part::Fails(condition)])
        }
    }
}

/// Whether the owner may pass the gate, or an exception takes it away.
fn may_pass(set: &Set<'_>, duty: &Duty, gate: &RuleKey) -> bool {
    set.is_passed(gate)
        && set.rules.iter().any(|place| match place.sentence {
            Sentence::Permission(Permission::Despite {
                who, gate: passed, ..
            }) => {
                passed.key == *gate
                    && match (&who.kind, &duty.task.who.kind) {
                        (WhoKind::Everyone { .. }, _) => true,
                        (WhoKind::OneOf(may), WhoKind::OneOf(must)) => {
                            must.iter().any(|party| may.contains(party))
                        }
                        _ => false,
                    }
            }
            Sentence::Exception(exception) => {
                exception.parent.key == *gate
                    && exception.condition.is_none()
                    && exception
                        .changes
                        .iter()
                        .any(|change| matches!(change, Change::DoesNotApply))
            }
            _ => false,
        })
}

/// Whether, however the duty opens, a passage has come or is somebody's duty before it is due.
fn opened_in_time(set: &Set<'_>, place: Place<'_>, duty: &Duty, passages: &[Passage]) -> bool {
    let time = duty
        .task
        .deadline
        .as_ref()
        .map(|deadline| of_deadline(set, deadline))
        .unwrap_or_default();
    let come = |opening: Option<&ActUse>| {
        passages.iter().any(|passage| match passage {
            Passage::Event(event) => comes_in_time(set, place, opening, event.act, &time),
            Passage::State(state) => {
                let entry = &set.register[state.state];
                entry.from.is_empty()
                    || entry
                        .from
                        .iter()
                        .any(|act| comes_in_time(set, place, opening, *act, &time))
            }
            Passage::Silence { span, anchor, .. } => {
                comes_in_time(set, place, opening, anchor.event.act, &time)
                    && !time
                        .iter()
                        .any(|time| *time != *span && not_longer(*time, *span))
            }
        })
    };
    match &duty.opening {
        Opening::When { triggers, .. } => triggers.iter().all(|trigger| match trigger {
            Trigger::Act(act) => come(Some(act)),
            // What has come before another rule is done, or a fact changes, is not known here.
            Trigger::Done(_)
            | Trigger::Overdue(_)
            | Trigger::Progress(..)
            | Trigger::Becomes(..)
            | Trigger::Changes(_) => come(None),
        }),
        Opening::Step => come(None),
    }
}

/// Whether an event has come when the duty opens, or somebody must bring it about before the duty is due.
fn comes_in_time(
    set: &Set<'_>,
    place: Place<'_>,
    opening: Option<&ActUse>,
    act: ActId,
    time: &[Duration],
) -> bool {
    let noun = &set.register[set.register[act].case];
    if opening.is_some_and(|opening| set.is_also(opening.act, act)) || noun.begins.contains(&act) {
        return true;
    }
    set.asked(act).iter().any(|(other, task)| {
        let theirs = task
            .deadline
            .as_ref()
            .map(|deadline| of_deadline(set, deadline))
            .unwrap_or_default();
        let later = theirs.iter().all(|theirs| {
            time.iter()
                .all(|time| theirs != time && not_longer(*time, *theirs))
        });
        other.rule.key != place.rule.key && (theirs.is_empty() || time.is_empty() || !later)
    })
}
