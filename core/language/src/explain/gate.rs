//! Gates and permissions.

use crate::ast::{Gate, Opens, Passage, Permission, Sentence};
use crate::document::{Rule, Slot};

use super::say::{Say, and, facts_in};
use super::{Told, Topic};

impl Told {
    pub(super) fn gate(&mut self, say: &Say<'_>, rule: &Rule, gate: &Gate) {
        let barred = say.slot(rule, Slot::Task).unwrap_or_default();
        let condition = gate
            .condition
            .as_ref()
            .map_or_else(String::new, |condition| {
                format!(" if {}", say.condition(condition))
            });
        let comma = if condition.is_empty() { "" } else { "," };
        match &gate.opens {
            Opens::Until(passages) => {
                self.until_one_of(say, &format!("{barred}{condition}"), passages);
            }
            Opens::Unless(unless) => {
                self.add(
                    Topic::Says,
                    format!(
                        "{barred}{condition}{comma} unless {}.",
                        say.condition(unless)
                    ),
                );
                self.add(
                    Topic::Passes,
                    "This is asked at the moment when somebody wants to do it. What is not known then keeps it shut, and is named.",
                );
            }
            Opens::While(held) => {
                self.add(
                    Topic::Says,
                    format!("{barred}{condition}{comma} while {}.", say.condition(held)),
                );
                self.add(
                    Topic::Passes,
                    "This is asked at the moment when somebody wants to do it. What is not known then keeps it shut, and is named.",
                );
            }
        }
        self.add(Topic::Says, "This binds everyone, whoever would do it.");
        self.add(
            Topic::Passes,
            "Where other rules bar the same thing, all of them must be open. An attempt is refused, and told the clause, what is missing and who may pass.",
        );
        if let Some(condition) = &gate.condition
            && facts_in(condition).iter().any(|(_, needed)| *needed)
        {
            self.add(
                Topic::Facts,
                "Where it is not known whether the condition holds, it is taken to hold.",
            );
        }
        self.passes(say, rule);
        self.add(
            Topic::Counted,
            "Each time it is done counts as one case: met where the way was open, excused where somebody was allowed to pass, missed where it happened all the same, in an import for instance.",
        );
    }

    fn until_one_of(&mut self, say: &Say<'_>, barred: &str, passages: &[Passage]) {
        let mut ways: Vec<String> = Vec::new();
        for passage in passages {
            ways.push(match passage {
                Passage::Event(event) => say.words(event.range),
                Passage::State(state) => say.words(state.range),
                Passage::Silence {
                    span,
                    anchor,
                    without,
                } => {
                    let after = say.words(anchor.event.range);
                    let without = without.as_ref().map_or_else(String::new, |event| {
                        format!(" without {}", say.words(event.range))
                    });
                    format!("{span} pass after {after}{without}")
                }
            });
        }
        match ways.as_slice() {
            [one] => self.add(Topic::Says, format!("{barred} until {one}.")),
            _ => {
                let ways = super::say::lettered(&ways);
                self.add(
                    Topic::Says,
                    format!("{barred} until one of these is so: {ways}."),
                );
            }
        }
        let events = passages
            .iter()
            .any(|passage| !matches!(passage, Passage::State(_)));
        let reopens = say
            .case
            .is_some_and(|case| !say.register[case].reopens.is_empty());
        if events && reopens {
            self.add(
                Topic::Passes,
                format!(
                    "Only what happened since the {} was last reopened counts.",
                    say.noun()
                ),
            );
        }
        for passage in passages {
            if let Passage::Silence {
                span,
                anchor,
                without,
            } = passage
            {
                self.add(Topic::Passes, super::clock::waiting(*span));
                if let Some(without) = without {
                    self.add(
                        Topic::Passes,
                        format!(
                            "{} ends the wait without result; it begins again {}.",
                            say.words(without.range),
                            next_time(&say.words(anchor.event.range))
                        ),
                    );
                }
            }
        }
    }

    /// Who may pass a gate.
    fn passes(&mut self, say: &Say<'_>, rule: &Rule) {
        for document in &say.library.documents {
            for other in &document.rules {
                let Some(Sentence::Permission(Permission::Despite {
                    who,
                    condition,
                    evidence,
                    gate,
                    ..
                })) = &other.sentence
                else {
                    continue;
                };
                if gate.key != rule.key {
                    continue;
                }
                let speaker = Say::of(say.register, say.library, other);
                let mut said = format!("{} may do it all the same", speaker.who(who));
                if let Some(condition) = condition {
                    said = format!("{said} if {}", speaker.condition(condition));
                }
                if !evidence.is_empty() {
                    said = format!("{said}, with {}", speaker.evidence(evidence));
                }
                self.add(
                    Topic::Passes,
                    format!("{said} ({}).", document.clause_of(other)),
                );
            }
        }
    }

    pub(super) fn permission(&mut self, say: &Say<'_>, rule: &Rule, permission: &Permission) {
        match permission {
            Permission::Despite {
                who,
                act,
                condition,
                evidence,
                gate,
            } => {
                let mut said = format!("{} may {}", say.who(who), say.words(act.range));
                if let Some(condition) = condition {
                    said = format!("{said} if {}", say.condition(condition));
                }
                self.add(
                    Topic::Says,
                    format!("{said} even where {} bars it.", say.rule_name(&gate.key)),
                );
                if !evidence.is_empty() {
                    self.add(
                        Topic::Says,
                        format!("With it must come {}.", say.evidence(evidence)),
                    );
                }
                if let Some((speaker, barred)) = say.rule(&gate.key) {
                    self.add(
                        Topic::Says,
                        format!("What is barred: {}", super::short::short(&speaker, barred)),
                    );
                }
                self.add(
                    Topic::Counted,
                    "Each use is on record and counts as excused, beside the figure of that rule.",
                );
            }
            Permission::Grant {
                who,
                rules,
                at_most,
            } => {
                let names: Vec<String> = rules
                    .iter()
                    .map(|found| say.rule_name(&found.key))
                    .collect();
                let to = if names.is_empty() {
                    format!("any rule of {}", say.document.header.code)
                } else {
                    and(&names)
                };
                self.add(
                    Topic::Says,
                    format!("{} may allow an exception to {to}, for one client or one case, for at most {at_most}.", say.who(who)),
                );
                self.add(
                    Topic::Says,
                    "It is recorded with the rule, the client or case, what is done instead, who allowed it, why and until when. Whoever owes the duty cannot allow it.",
                );
                self.add(
                    Topic::Counted,
                    "A duty that it waives counts as excused. That it was late, if it was, stays on record.",
                );
            }
        }
        let _ = rule;
    }
}

/// `with the next closing notice`, `the next time the complaint is resolved`
fn next_time(anchor: &str) -> String {
    if anchor.contains(" is ") || anchor.contains(" are ") {
        return format!("the next time {anchor}");
    }
    let bare = anchor.strip_prefix("the ").unwrap_or(anchor);
    format!("with the next {bare}")
}
