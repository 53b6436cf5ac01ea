//! Procedures: the steps in order, in groups.

use crate::ast::{Item, Procedure, RuleKey, Sentence, Turn};
use crate::document::Rule;

use super::say::{Say, and, or, or_events};
use super::short::of_task;
use super::{Told, Topic, capital};

impl Told {
    pub(super) fn procedure(&mut self, say: &Say<'_>, _rule: &Rule, procedure: &Procedure) {
        let starts: Vec<String> = procedure
            .starts
            .iter()
            .map(|act| say.words(act.range))
            .collect();
        let condition = procedure
            .condition
            .as_ref()
            .map_or_else(String::new, |condition| {
                format!(", if {}", say.condition(condition))
            });
        self.add(
            Topic::Starts,
            format!(
                "“{}” starts when {}{condition}.",
                procedure.name,
                or(&starts)
            ),
        );
        if let Some(noun) = procedure.record.last() {
            let says = &say.register[*noun].says;
            self.add(
                Topic::Starts,
                format!("Its duties hang on the {says} of that {}.", say.noun()),
            );
        }
        self.add(
            Topic::Starts,
            "Starting it again while it runs does nothing.",
        );
        let steps = Say {
            case: procedure.record.last().copied().or(say.case),
            ..*say
        };
        for (index, item) in procedure.items.iter().enumerate() {
            self.add(Topic::Steps, step(&steps, item, index));
        }
        self.add(
            Topic::Steps,
            "A step begins, and its time begins to run, when the steps that it follows are done, late or not, or are not needed. What was done before its turn, but after the start, counts. Leaving a step out needs an exception.",
        );
        if procedure.items.iter().any(|item| item.condition.is_some()) {
            self.add(
                Topic::Facts,
                "Whether a step is needed is asked when its turn comes; where that is not known, the step waits.",
            );
        }
        let voids = steps.case.map_or(&[][..], |case| &say.register[case].voids);
        if !voids.is_empty() {
            let path = Vec::new();
            let voids: Vec<String> = voids
                .iter()
                .map(|act| steps.act_event(*act, &path))
                .collect();
            self.add(
                Topic::Ends,
                format!("All steps fall away when {}.", or_events(&voids)),
            );
        }
    }
}

fn step(say: &Say<'_>, item: &Item, index: usize) -> String {
    let turn = match &item.turn {
        Turn::Next if index == 0 => "first, ".to_owned(),
        Turn::Next => "then ".to_owned(),
        Turn::SameTime => "at the same time, ".to_owned(),
        Turn::After(steps) => {
            let names: Vec<String> = steps
                .iter()
                .map(|step| format!("“{}”", step.key.id))
                .collect();
            format!(
                "once {} is done, ",
                and(&names).replace(" and ", " is done and ")
            )
        }
    };
    let condition = item
        .condition
        .as_ref()
        .map_or_else(String::new, |condition| {
            format!("if {}, ", say.condition(condition))
        });
    let what = match say.rule(&item.rule.key) {
        Some((speaker, rule)) => match &rule.sentence {
            Some(Sentence::Duty(duty)) => of_task(&speaker, rule, &duty.task),
            _ => say.rule_name(&item.rule.key),
        },
        None => say.rule_name(&item.rule.key),
    };
    format!(
        "{}. {}{condition}{what} (“{}”).",
        index + 1,
        capital(&turn),
        item.rule.key.id
    )
}

/// The procedures that list a rule: name, clause, and the step's condition.
pub(super) fn listed_in(say: &Say<'_>, key: &RuleKey) -> Vec<(String, String, Option<String>)> {
    let mut found = Vec::new();
    for document in &say.library.documents {
        for rule in &document.rules {
            let Some(Sentence::Procedure(procedure)) = &rule.sentence else {
                continue;
            };
            for item in procedure.items.iter().filter(|item| item.rule.key == *key) {
                let speaker = Say {
                    document,
                    case: procedure.record.last().copied().or(Some(procedure.case)),
                    ..*say
                };
                let condition = item
                    .condition
                    .as_ref()
                    .map(|condition| speaker.condition(condition));
                found.push((procedure.name.clone(), document.clause_of(rule), condition));
            }
        }
    }
    found
}
