//! What else bears on a rule: facts that change or are missing, exceptions, and rules that hang on it.

use crate::ast::{
    CellKind, Change, ColumnKind, Condition, Exception, FactRef, Opening, Permission, RuleKey,
    Sentence, Span, SpanKind, TestKind, Transition, TransitionEffect, Trigger,
};
use crate::document::Rule;

use super::say::{Say, and, facts_in, or};
use super::{Told, Topic};

/// The facts that a duty reads, by what for.
#[derive(Default)]
pub(super) struct Reads {
    condition: Vec<FactRef>,
    deadline: Vec<FactRef>,
    /// The states that its condition asks about, as `whether …`.
    states: Vec<String>,
    /// Facts without which it cannot be judged.
    needed: Vec<FactRef>,
}

impl Reads {
    pub fn condition(&mut self, say: &Say<'_>, condition: &Condition) {
        let (Condition::All(tests) | Condition::Any(tests)) = condition;
        for test in tests
            .iter()
            .filter(|test| matches!(test.kind, TestKind::State(_)))
        {
            self.states
                .push(format!("whether {}", say.words(test.range)));
        }
        for (fact, needed) in facts_in(condition) {
            if needed {
                self.needed.push(fact.clone());
            }
            self.condition.push(fact);
        }
    }

    pub fn unless(&mut self, condition: &Condition) {
        self.condition
            .extend(facts_in(condition).into_iter().map(|(fact, _)| fact));
    }

    pub fn deadline(&mut self, fact: &FactRef) {
        self.needed.push(fact.clone());
        self.deadline.push(fact.clone());
    }

    pub fn span(&mut self, say: &Say<'_>, span: &Span) {
        match &span.kind {
            SpanKind::Fixed(_) => {}
            SpanKind::FixedOr(_, fact) => self.deadline.push(fact.clone()),
            SpanKind::Table { table, frozen, .. } => {
                let Some(found) = say.library.table(&table.key) else {
                    return;
                };
                for (index, column) in found.columns.iter().enumerate() {
                    let ColumnKind::Condition(fact) = column.kind else {
                        continue;
                    };
                    let foreign = say.case.is_none_or(|case| {
                        !say.register.same_record(case, say.register[fact].noun)
                    });
                    let fact = FactRef {
                        path: if foreign {
                            vec![say.register[fact].noun]
                        } else {
                            Vec::new()
                        },
                        fact,
                        was: *frozen,
                        range: column.range,
                    };
                    // Where a row is there for the unknown, or any value will do, nothing is missing.
                    let cells = found.rows.iter().filter_map(|row| row.cells.get(index));
                    let told = cells
                        .clone()
                        .any(|cell| matches!(cell.kind, CellKind::Unknown))
                        || cells.clone().all(|cell| matches!(cell.kind, CellKind::Any));
                    if !told {
                        self.needed.push(fact.clone());
                    }
                    if !cells.clone().all(|cell| matches!(cell.kind, CellKind::Any)) {
                        self.deadline.push(fact);
                    }
                }
            }
        }
    }
}

impl Told {
    pub(super) fn facts(&mut self, say: &Say<'_>, reads: &Reads) {
        let live = |fact: &&FactRef| say.register[fact.fact].live && !fact.was;
        let mut held = names(say, reads.condition.iter().filter(live));
        held.extend(reads.states.iter().cloned());
        if !held.is_empty() {
            self.add(
                Topic::Facts,
                format!("When {} while it is open, it is judged again: if the condition no longer holds, it falls away, or is missed where it was late already.", changing(&held)),
            );
        }
        let moved = names(say, reads.deadline.iter().filter(live));
        if !moved.is_empty() {
            self.add(
                Topic::Facts,
                format!("When {} while it is open, the deadline is reckoned again from the original start. It never moves to a time that has passed: then it is the earlier of the old deadline and the new time from now.", changing(&moved)),
            );
        }
        let all = reads.condition.iter().chain(&reads.deadline);
        let fixed = names(say, all.filter(|fact| !live(fact)));
        if !fixed.is_empty() {
            let (is, it) = if fixed.len() > 1 {
                ("are", "they were")
            } else {
                ("is", "it was")
            };
            self.add(
                Topic::Facts,
                format!(
                    "{} {is} taken as {it} at the start; later changes do not matter.",
                    and(&fixed)
                ),
            );
        }
        let needed = names(say, reads.needed.iter());
        if !needed.is_empty() {
            self.add(
                Topic::Facts,
                format!("As long as it is not known {}, no clock runs and it shows as “cannot be judged”. Once that is known, it starts with its original start and has its whole time from then.", asking(&needed)),
            );
        }
    }

    /// The exceptions to a rule, wherever they stand, and those to them.
    pub(super) fn exceptions(&mut self, say: &Say<'_>, rule: &Rule) {
        self.exceptions_to(say, &rule.key, 0);
        if !may_have_exceptions(rule) {
            return;
        }
        for document in &say.library.documents {
            for other in &document.rules {
                let Some(Sentence::Permission(Permission::Grant {
                    who,
                    rules,
                    at_most,
                })) = &other.sentence
                else {
                    continue;
                };
                let named = rules.iter().any(|found| found.key == rule.key);
                if named || rules.is_empty() && other.key.code == rule.key.code {
                    let speaker = Say::of(say.register, say.library, other);
                    self.add(
                        Topic::Exceptions,
                        format!("{} may allow a single exception for at most {at_most} ({}). It is recorded with who allowed it, why and until when, and counted beside the rule.", speaker.who(who), document.clause_of(other)),
                    );
                }
            }
        }
    }

    fn exceptions_to(&mut self, say: &Say<'_>, parent: &RuleKey, depth: usize) {
        // Exceptions in a circle are a fault of their own; here they only must not go round for ever.
        if depth > 4 {
            return;
        }
        for document in &say.library.documents {
            for other in &document.rules {
                let Some(Sentence::Exception(exception)) = &other.sentence else {
                    continue;
                };
                if exception.parent.key != *parent || other.key == *parent {
                    continue;
                }
                let speaker = Say::of(say.register, say.library, other);
                let within = if depth > 0 {
                    "Where that applies, "
                } else {
                    ""
                };
                self.add(
                    Topic::Exceptions,
                    format!(
                        "{within}{}: {}",
                        say.rule_name(&other.key),
                        changed(&speaker, exception)
                    ),
                );
                self.exceptions_to(say, &other.key, depth + 1);
            }
        }
    }

    pub(super) fn exception(&mut self, say: &Say<'_>, rule: &Rule, exception: &Exception) {
        let parent = say.rule_name(&exception.parent.key);
        self.add(
            Topic::Says,
            format!(
                "It is an exception to {parent}: {}",
                changed(say, exception)
            ),
        );
        if let Some((speaker, parent)) = say.rule(&exception.parent.key) {
            self.add(
                Topic::Says,
                format!("Without it: {}", super::short::short(&speaker, parent)),
            );
        }
        self.add(
            Topic::Says,
            "All else stays as that rule says, and what is done is counted under that rule, with this exception beside it.",
        );
        let mut reads = Reads::default();
        if let Some(condition) = &exception.condition {
            reads.unless(condition);
            let asked = names(
                say,
                facts_in(condition)
                    .iter()
                    .filter(|(_, needed)| *needed)
                    .map(|(fact, _)| fact),
            );
            if !asked.is_empty() {
                self.add(
                    Topic::Facts,
                    format!("As long as it is not known {}, the exception is not used, and the duty is marked.", asking(&asked)),
                );
            }
        }
        let live = names(
            say,
            reads
                .condition
                .iter()
                .filter(|fact| say.register[fact.fact].live && !fact.was),
        );
        if !live.is_empty() {
            self.add(
                Topic::Facts,
                format!("When {}, it is judged again whether the exception applies; a deadline never moves to a time that has passed.", changing(&live)),
            );
        }
        for change in &exception.changes {
            if let Change::Deadline(deadline) = change {
                self.deadline(say, deadline, &mut reads);
            }
        }
        let _ = rule;
    }

    /// Which rules hang on this one: those it starts, and what happens to running duties.
    pub(super) fn links(&mut self, say: &Say<'_>, rule: &Rule) {
        for document in &say.library.documents {
            for other in &document.rules {
                match &other.sentence {
                    Some(Sentence::Duty(duty)) => {
                        let Opening::When { triggers, .. } = &duty.opening else {
                            continue;
                        };
                        for trigger in triggers {
                            let when = match trigger {
                                Trigger::Overdue(found) if found.key == rule.key => {
                                    "When it is overdue"
                                }
                                Trigger::Done(found) if found.key == rule.key => "When it is done",
                                _ => continue,
                            };
                            let name = say.rule_name(&other.key);
                            self.add(Topic::Links, format!("{when}, {name} starts."));
                        }
                    }
                    Some(Sentence::Transition(transition)) if transition.rule.key == rule.key => {
                        self.add(
                            Topic::Links,
                            format!(
                                "From version {}, running duties {}.",
                                transition.version,
                                effect(transition.effect)
                            ),
                        );
                    }
                    _ => {}
                }
            }
        }
    }

    pub(super) fn transition(&mut self, say: &Say<'_>, transition: &Transition) {
        let rule = say.rule_name(&transition.rule.key);
        self.add(
            Topic::Says,
            format!(
                "When version {} takes effect, duties that already run under {rule} {}.",
                transition.version,
                effect(transition.effect)
            ),
        );
        self.add(
            Topic::Says,
            "What was judged before stays as it was. Whatever happened before the version took effect belongs to the old version, also when it is recorded later.",
        );
    }
}

/// What happens to running duties, as the end of a sentence.
pub(crate) const fn effect(effect: TransitionEffect) -> &'static str {
    match effect {
        TransitionEffect::Keep => "keep the deadline they have",
        TransitionEffect::TakeNew => "take the new deadline",
        TransitionEffect::TakeLater => "take the later of the old and the new deadline",
        TransitionEffect::End => "end",
    }
}

const fn may_have_exceptions(rule: &Rule) -> bool {
    matches!(
        rule.sentence,
        Some(Sentence::Duty(_) | Sentence::Rhythm(_) | Sentence::Gate(_) | Sentence::Course(_))
    )
}

/// `if the client is Platinum, the deadline is within 1 business day.`
fn changed(say: &Say<'_>, exception: &Exception) -> String {
    let changes: Vec<String> = exception
        .changes
        .iter()
        .map(|change| one_change(say, change))
        .collect();
    let changes = changes.join("; ");
    let mut said = match &exception.condition {
        Some(condition) => format!("if {}, {changes}", say.condition(condition)),
        None => changes,
    };
    if let Some(until) = exception.until {
        said = format!("{said}, until {until}");
    }
    if !exception.over.is_empty() {
        let names: Vec<String> = exception
            .over
            .iter()
            .map(|over| say.rule_name(&over.key))
            .collect();
        said = format!("{said}; it goes before {}", and(&names));
    }
    format!("{said}.")
}

fn one_change(say: &Say<'_>, change: &Change) -> String {
    match change {
        Change::Deadline(deadline) => format!("the deadline is “{}”", say.words(deadline.range)),
        Change::Who(who) => format!("{} must do it", say.who(who)),
        Change::Pausing(states) => {
            let states: Vec<String> = states.iter().map(|state| say.words(state.range)).collect();
            format!("the clock stands still while {}", or(&states))
        }
        Change::Evidence(evidence) => format!("with it must come {}", say.evidence(evidence)),
        Change::Escalation(escalation) => {
            let levels: Vec<String> = escalation
                .levels
                .iter()
                .map(|level| {
                    let whom = say.whom(&level.to);
                    level
                        .after
                        .map_or_else(|| whom.clone(), |after| format!("{after} later {whom}"))
                })
                .collect();
            format!(
                "at the deadline {} is asked to see that it is done",
                levels.join(", ")
            )
        }
        Change::DoesNotApply => "it does not apply".to_owned(),
    }
}

/// The names of facts, each once.
fn names<'f>(say: &Say<'_>, facts: impl Iterator<Item = &'f FactRef>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for fact in facts {
        let name = say.fact(fact);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// `what the client's tier is or whether the sale is sensitive`
fn asking(names: &[String]) -> String {
    let asked = names.iter().map(|name| {
        if name.starts_with("whether ") {
            name.clone()
        } else {
            format!("what {name} is")
        }
    });
    or(&asked.collect::<Vec<_>>())
}

/// `the client's tier changes or it changes whether the sale is sensitive`
fn changing(names: &[String]) -> String {
    let (whether, values): (Vec<String>, Vec<String>) = names
        .iter()
        .cloned()
        .partition(|name| name.starts_with("whether "));
    let values = (!values.is_empty()).then(|| format!("{} changes", or(&values)));
    let whether = (!whether.is_empty()).then(|| format!("it changes {}", or(&whether)));
    or(&values.into_iter().chain(whether).collect::<Vec<_>>())
}
