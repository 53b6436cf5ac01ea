//! TEMPORARY: stands in for the engine.
use super::Set;
use crate::tell::Failure;
use kept_calendar::Calendar;
use kept_engine::{Marks, Obligation, Verdict, What};
use kept_kernel::{Duration, Instant};
use kept_language::Register;
use kept_language::ast::{DeadlineKind, Opening, Sentence, SpanKind, Trigger};
use kept_logs::{SortedEvents, Summary};
use std::collections::BTreeMap;

pub fn run(
    set: &Set,
    register: &Register,
    calendar: &Calendar,
    events: SortedEvents,
    mut sink: impl FnMut(&Obligation) -> Result<(), Failure>,
) -> Result<Summary, Failure> {
    let mut rules = Vec::new();
    for document in &set.library.documents {
        for rule in &document.rules {
            if let Some(Sentence::Duty(duty)) = &rule.sentence
                && let Opening::When { triggers, .. } = &duty.opening
                && let Some(Trigger::Act(trigger)) = triggers.first()
                && let Some(deadline) = &duty.task.deadline
                && let DeadlineKind::Within(span, None) = &deadline.kind
                && let SpanKind::Fixed(duration) = span.kind
            {
                let _: Duration = duration;
                rules.push((
                    rule.key.clone(),
                    trigger.act,
                    duty.task.act.act,
                    duration,
                    duty.case,
                ));
            }
        }
    }
    let mut open: BTreeMap<(usize, String), Obligation> = BTreeMap::new();
    let _ = register;
    let summary = events.for_each(|event| {
        let What::Act(act) = event.what else {
            return Ok(());
        };
        for (place, (key, opens, closes, duration, noun)) in rules.iter().enumerate() {
            let id = (place, event.case.id.to_owned());
            if act == *opens && !open.contains_key(&id) {
                open.insert(
                    id.clone(),
                    Obligation {
                        rule: key.clone(),
                        version: "1.0".into(),
                        noun: *noun,
                        subject: event.case.id.into(),
                        client: event.links.first().map(|l| l.id.to_owned()),
                        learner: None,
                        cycle: 1,
                        level: 0,
                        opened_at: event.at,
                        opened_by: None,
                        due_at: Some(calendar.add(event.at, *duration)),
                        discharged_at: None,
                        ended_at: None,
                        verdict: Verdict::Overdue,
                        used_business: 0,
                        used_elapsed: 0,
                        paused_business: 0,
                        paused_elapsed: 0,
                        owner_role: "assignee".into(),
                        owner: None,
                        exception: None,
                        marks: Marks::default(),
                        unknown: None,
                        entries: vec![],
                    },
                );
            }
            if let Some((_, name)) = event.parts.first()
                && let Some(duty) = open.get_mut(&id)
            {
                duty.owner = Some((*name).to_owned());
            }
            if act == *closes
                && let Some(mut duty) = open.remove(&id)
            {
                duty.discharged_at = Some(event.at);
                duty.used_business = calendar.between(duty.opened_at, event.at);
                duty.used_elapsed = event.at.micros_since(duty.opened_at);
                duty.verdict = if Some(event.at) <= duty.due_at {
                    Verdict::Met
                } else {
                    Verdict::MetLate
                };
                sink(&duty)?;
            }
        }
        Ok::<_, Failure>(())
    })?;
    for duty in open.values() {
        sink(duty)?;
    }
    let _: Option<Instant> = None;
    Ok(summary)
}
