//! Deadlines, pauses, levels and warnings.
//!
//! K402 elapsed and business hours mixed · K404 pause that nothing ends · K405 duty without deadline · K407 anchor
//! that nothing brings about · K408 level or warning out of order.

use kept_kernel::{Duration, Unit};

use crate::ast::{
    ActUse, CellKind, Change, DeadlineKind, Escalation, Opening, Opens, Passage, Sentence,
    StateRef, Task, TextRange, Trigger, Value, Warning,
};
use crate::diagnostic::Diagnostic;
use crate::read::tables_of;

use super::durations::{not_longer, of_deadline, of_period, of_span, said};
use super::gates::{can_come, possible};
use super::set::{Place, Set, task_of};

pub(super) fn check(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    mixed(set, says);
    for place in &set.rules {
        pauses(set, *place, says);
        without_deadline(*place, says);
        levels(*place, says);
        warnings(set, *place, says);
    }
    anchors(set, says);
}

fn is_hours(duration: Duration) -> bool {
    matches!(
        duration.unit(),
        Unit::Minutes | Unit::Hours | Unit::BusinessMinutes | Unit::BusinessHours
    )
}

/// Says once for a document that it counts some hours around the clock and others in working time.
fn mixed(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    let mut first: Vec<[Option<(Duration, TextRange)>; 2]> =
        vec![[None, None]; set.library.documents.len()];
    let mut counts = vec![[0_usize; 2]; set.library.documents.len()];
    for place in &set.rules {
        let mut all = said(place.sentence);
        for key in tables_of(place.sentence) {
            if let Some((document, table)) = set.table(&key)
                && document == place.document
            {
                let cells = table.rows.iter().flat_map(|row| &row.cells);
                all.extend(cells.filter_map(|cell| match cell.kind {
                    CellKind::Answer(Value::Duration(duration)) => Some((duration, cell.range)),
                    _ => None,
                }));
            }
        }
        for (duration, range) in all.into_iter().filter(|(duration, _)| is_hours(*duration)) {
            let kind = usize::from(duration.is_business());
            if let Some(count) = counts
                .get_mut(place.document)
                .and_then(|counts| counts.get_mut(kind))
            {
                *count += 1;
            }
            if let Some(seen) = first
                .get_mut(place.document)
                .and_then(|seen| seen.get_mut(kind))
            {
                seen.get_or_insert((duration, range));
            }
        }
    }
    for (document, seen) in first.iter().enumerate() {
        let [Some(elapsed), Some(business)] = seen else {
            continue;
        };
        // The rarer kind is the one to look at.
        let [around, working] = counts.get(document).copied().unwrap_or_default();
        let ((duration, range), (other, _)) = if working <= around {
            (business, elapsed)
        } else {
            (elapsed, business)
        };
        says.push(
            Diagnostic::new("K402", document, *range, "hours of two kinds in one document")
                .because(format!("“{duration}” and “{other}” are counted differently: hours run around the clock, business hours in working time."))
                .suggest("Make sure that each is meant; readers take them for the same."),
        );
    }
}

fn pauses(set: &Set<'_>, place: Place<'_>, says: &mut Vec<Diagnostic>) {
    let own = task_of(place.sentence).map_or(&[][..], |task| &task.pausing);
    let changed: Vec<&StateRef> = match place.sentence {
        Sentence::Exception(exception) => exception
            .changes
            .iter()
            .filter_map(|change| match change {
                Change::Pausing(states) => Some(states),
                _ => None,
            })
            .flatten()
            .collect(),
        _ => Vec::new(),
    };
    for pause in own.iter().chain(changed) {
        let state = &set.register[pause.state];
        // What a rule defines, or the product judges, ends as it began.
        let judged = state.from.is_empty() && state.to.is_empty();
        if judged || set.defines_state(pause.state) {
            continue;
        }
        let (what, reason) = if state.to.is_empty() {
            (
                "a pause that nothing ends",
                "No act of the vocabulary ends this state, so that the clock would never go on.",
            )
        } else if state.from.is_empty() {
            (
                "a pause that never begins",
                "No act of the vocabulary begins this state.",
            )
        } else {
            continue;
        };
        says.push(
            Diagnostic::new("K404", place.document, pause.range, what)
                .because(reason)
                .suggest("Pause in another state, or add the act to the state in the vocabulary."),
        );
    }
}

fn without_deadline(place: Place<'_>, says: &mut Vec<Diagnostic>) {
    if let Sentence::Duty(duty) = place.sentence
        && duty.task.deadline.is_none()
    {
        says.push(
            Diagnostic::new(
                "K405",
                place.document,
                duty.task.act.range,
                "a duty without deadline",
            )
            .because("It is never late, warns nobody and escalates to nobody.")
            .suggest("Write “within …” or “by …” after what must be done."),
        );
    }
}

fn levels(place: Place<'_>, says: &mut Vec<Diagnostic>) {
    for escalation in escalations(place.sentence) {
        let mut before: Option<Duration> = None;
        for level in &escalation.levels {
            if let (Some(before), Some(after)) = (before, level.after)
                && not_longer(after, before)
            {
                says.push(
                    Diagnostic::new("K408", place.document, level.range, "a level out of order")
                        .because(format!(
                            "Levels count from the deadline: {after} is not after {before}."
                        ))
                        .suggest("Let each level come later than the one before."),
                );
                break;
            }
            before = level.after.or(before);
        }
    }
}

/// The ladders that a rule writes.
pub(super) fn escalations(sentence: &Sentence) -> Vec<&Escalation> {
    match sentence {
        Sentence::Exception(exception) => exception
            .changes
            .iter()
            .filter_map(|change| match change {
                Change::Escalation(escalation) => Some(escalation),
                _ => None,
            })
            .collect(),
        _ => task_of(sentence)
            .and_then(|task| task.escalation.as_ref())
            .into_iter()
            .collect(),
    }
}

/// Warnings that come no later than the duty opens. In a table, the longest answer must leave room for them.
fn warnings(set: &Set<'_>, place: Place<'_>, says: &mut Vec<Diagnostic>) {
    if let Sentence::Course(course) = place.sentence {
        if let Some(before) = course
            .warnings
            .iter()
            .find(|before| not_longer(course.renewed_every, **before))
        {
            says.push(too_early(
                place.document,
                place.rule.range,
                *before,
                course.renewed_every,
            ));
        }
        return;
    }
    let Some(task) = task_of(place.sentence) else {
        return;
    };
    let spans = times(set, place.sentence, task);
    for Warning { before, range, .. } in &task.warnings {
        if let Some(span) = spans
            .first()
            .filter(|_| spans.iter().all(|span| not_longer(*span, *before)))
        {
            says.push(too_early(place.document, *range, *before, *span));
        }
    }
}

/// How long a task may take.
fn times(set: &Set<'_>, sentence: &Sentence, task: &Task) -> Vec<Duration> {
    if let Some(deadline) = &task.deadline {
        return of_deadline(set, deadline);
    }
    match sentence {
        Sentence::Rhythm(rhythm) => match &rhythm.beat {
            crate::ast::Beat::Since { span, .. } => of_span(set, span),
            crate::ast::Beat::Calendar(period) => of_period(*period).into_iter().collect(),
        },
        _ => Vec::new(),
    }
}

fn too_early(document: usize, range: TextRange, before: Duration, span: Duration) -> Diagnostic {
    Diagnostic::new("K408", document, range, "a warning before the duty begins")
        .because(format!(
            "{before} before the deadline is not inside the {span} that the duty has."
        ))
        .suggest("Warn later, or give more time.")
}

/// Anchors that no rule asks for and that nothing else brings about: what is counted from them never begins.
fn anchors(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    let possible = possible(set);
    for place in &set.rules {
        match place.sentence {
            Sentence::Gate(gate) => {
                // A gate that can never open is said so as a whole.
                if let Opens::Until(passages) = &gate.opens
                    && passages
                        .iter()
                        .any(|passage| can_come(set, &possible, gate, passage))
                {
                    let silences = passages.iter().filter_map(|passage| match passage {
                        Passage::Silence { anchor, .. } => Some(&anchor.event),
                        _ => None,
                    });
                    silences.for_each(|event| anchor(set, *place, event, says));
                }
            }
            Sentence::Retention(retention) => {
                retention
                    .after
                    .iter()
                    .for_each(|event| anchor(set, *place, event, says));
            }
            sentence => {
                let own = task_of(sentence).and_then(|task| task.deadline.as_ref());
                let changed: Vec<_> = match sentence {
                    Sentence::Exception(exception) => exception
                        .changes
                        .iter()
                        .filter_map(|change| match change {
                            Change::Deadline(deadline) => Some(deadline),
                            _ => None,
                        })
                        .collect(),
                    _ => Vec::new(),
                };
                for deadline in own.into_iter().chain(changed) {
                    if let DeadlineKind::Within(_, Some(from)) = &deadline.kind {
                        anchor(set, *place, &from.event, says);
                    }
                }
            }
        }
    }
}

fn anchor(set: &Set<'_>, place: Place<'_>, event: &ActUse, says: &mut Vec<Diagnostic>) {
    if comes_about(set, event) || opens_with(set, place.sentence, event) {
        return;
    }
    says.push(
        Diagnostic::new("K407", place.document, event.range, "an anchor that nothing brings about")
            .because("No rule of the set asks for it, and neither the client nor the system does it: time counted from it may never begin.")
            .suggest("Write a duty for it, or count from another event."),
    );
}

/// Whether an event is asked for by a rule, done by the client or the system, or part of the life of its record.
pub(super) fn comes_about(set: &Set<'_>, event: &ActUse) -> bool {
    let act = &set.register[event.act];
    let noun = &set.register[act.case];
    let life = [&noun.begins, &noun.ends, &noun.voids, &noun.reopens];
    let by_itself = act.automatic
        || act.by.iter().any(|doer| {
            use crate::register::Doer;
            matches!(doer, Doer::Client | Doer::System | Doer::Anyone)
        });
    by_itself
        || life.iter().any(|acts| acts.contains(&event.act))
        || !set.asked(event.act).is_empty()
}

/// Whether the event is one that opens the rule itself.
fn opens_with(set: &Set<'_>, sentence: &Sentence, event: &ActUse) -> bool {
    match sentence {
        Sentence::Duty(duty) => match &duty.opening {
            Opening::When { triggers, .. } => triggers.iter().any(
                |trigger| matches!(trigger, Trigger::Act(act) if set.is_also(act.act, event.act)),
            ),
            Opening::Step => set.rules.iter().any(|place| match place.sentence {
                Sentence::Procedure(procedure) => procedure
                    .starts
                    .iter()
                    .any(|start| set.is_also(start.act, event.act)),
                _ => false,
            }),
        },
        _ => false,
    }
}
