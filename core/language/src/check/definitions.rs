//! What is defined or kept twice (K304), and definitions and rules in a circle (K305).

use std::collections::BTreeMap;

use crate::ast::{ColumnKind, Definition, RuleKey, Sentence, TextRange, Trigger};
use crate::diagnostic::Diagnostic;
use crate::register::{FactId, NounId, StateId};

use super::circles::circles;
use super::conditions::inputs;
use super::set::{Place, Set};

pub(super) fn check(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    twice(set, says);
    defined_in_circles(set, says);
    overs_in_circles(set, says);
    triggers_in_circles(set, says);
}

/// What only one rule of a set may give.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Given {
    Fact(FactId),
    State(StateId),
    Stages(NounId),
    Term(String),
    Retention(NounId),
}

fn given(set: &Set<'_>, sentence: &Sentence) -> Vec<Given> {
    match sentence {
        Sentence::Definition(Definition::Table { fact, .. } | Definition::YesNo { fact, .. }) => {
            vec![Given::Fact(*fact)]
        }
        Sentence::Definition(Definition::State { state, .. }) => vec![Given::State(*state)],
        Sentence::Stages(stages) => {
            let stage = set.register.fact(stages.noun, "stage").map(Given::Fact);
            stage
                .into_iter()
                .chain([Given::Stages(stages.noun)])
                .collect()
        }
        Sentence::Term(word, _) => vec![Given::Term(word.to_lowercase())],
        Sentence::Retention(retention) => {
            let mut nouns = retention.nouns.clone();
            nouns.sort_unstable();
            nouns.dedup();
            nouns.into_iter().map(Given::Retention).collect()
        }
        _ => Vec::new(),
    }
}

fn what(set: &Set<'_>, given: &Given) -> String {
    let register = set.register;
    match given {
        Given::Fact(fact) => {
            let entry = &register[*fact];
            format!(
                "the {} of a {} is given twice",
                entry.name, register[entry.noun].says
            )
        }
        Given::State(state) => {
            let says = register[*state].says.replace(['{', '}'], "");
            format!("“{says}” is defined twice")
        }
        Given::Stages(noun) => format!("the stages of a {} are given twice", register[*noun].says),
        Given::Term(word) => format!("“{word}” is explained twice"),
        Given::Retention(noun) => format!("{} are kept by two rules", register[*noun].plural),
    }
}

fn twice(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<Given, Place<'_>> = BTreeMap::new();
    for place in &set.rules {
        for thing in given(set, place.sentence) {
            if let Some(before) = first.get(&thing) {
                says.push(
                    Diagnostic::new("K304", place.document, place.rule.range, what(set, &thing))
                        .because(format!("The other rule is {}.", set.where_is(*before)))
                        .suggest("Keep one of the two, and name it where the other stood."),
                );
                break;
            }
            first.insert(thing, *place);
        }
    }
}

/// A fact or a state that a definition reads or gives.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Fact(FactId),
    State(StateId),
}

fn defined_in_circles(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    let mut nodes: BTreeMap<Node, usize> = BTreeMap::new();
    let mut places = Vec::new();
    let mut reads = Vec::new();
    for place in &set.rules {
        let Sentence::Definition(definition) = place.sentence else {
            continue;
        };
        let (node, inputs) = match definition {
            Definition::Table { fact, table, .. } => {
                let columns = set
                    .table(&table.key)
                    .map_or(&[][..], |(_, table)| &table.columns);
                let facts = columns.iter().filter_map(|column| match column.kind {
                    ColumnKind::Condition(fact) => Some(Node::Fact(fact)),
                    _ => None,
                });
                (Node::Fact(*fact), facts.collect())
            }
            Definition::State {
                state, condition, ..
            } => (Node::State(*state), nodes_of(inputs(condition))),
            Definition::YesNo {
                fact, condition, ..
            } => (Node::Fact(*fact), nodes_of(inputs(condition))),
        };
        nodes.entry(node).or_insert_with(|| {
            places.push(*place);
            reads.push(inputs);
            places.len() - 1
        });
    }
    let edges: Vec<Vec<usize>> = reads
        .iter()
        .map(|inputs: &Vec<Node>| {
            inputs
                .iter()
                .filter_map(|node| nodes.get(node).copied())
                .collect()
        })
        .collect();
    for circle in circles(&edges) {
        say(
            set,
            says,
            &members(&places, &circle),
            "definitions in a circle",
            "Let one of them rest on facts that somebody records.",
        );
    }
}

fn nodes_of((facts, states): (Vec<FactId>, Vec<StateId>)) -> Vec<Node> {
    let states = states.into_iter().map(Node::State);
    facts.into_iter().map(Node::Fact).chain(states).collect()
}

fn members<'c>(places: &[Place<'c>], circle: &[usize]) -> Vec<Place<'c>> {
    circle
        .iter()
        .filter_map(|index| places.get(*index))
        .copied()
        .collect()
}

/// Exceptions that are over each other. That one is an exception to itself is said by the reader.
fn overs_in_circles(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    let refs = |sentence: &Sentence| match sentence {
        Sentence::Exception(exception) => {
            exception.over.iter().map(|over| over.key.clone()).collect()
        }
        _ => Vec::new(),
    };
    by_reference(
        set,
        says,
        &refs,
        "exceptions in a circle",
        "Let each be “over” the weaker ones only.",
    );
}

fn triggers_in_circles(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    let refs = |sentence: &Sentence| match sentence {
        Sentence::Duty(duty) => match &duty.opening {
            crate::ast::Opening::When { triggers, .. } => triggers
                .iter()
                .filter_map(|trigger| match trigger {
                    Trigger::Done(rule) | Trigger::Overdue(rule) => Some(rule.key.clone()),
                    _ => None,
                })
                .collect(),
            crate::ast::Opening::Step => Vec::new(),
        },
        _ => Vec::new(),
    };
    by_reference(
        set,
        says,
        &refs,
        "rules in a circle",
        "Let one of them end: each opens the next without end.",
    );
}

/// Circles of rules that name each other.
fn by_reference(
    set: &Set<'_>,
    says: &mut Vec<Diagnostic>,
    refs: &dyn Fn(&Sentence) -> Vec<RuleKey>,
    what: &str,
    suggestion: &str,
) {
    let mut index: BTreeMap<&RuleKey, usize> = BTreeMap::new();
    for (at, place) in set.rules.iter().enumerate() {
        index.entry(&place.rule.key).or_insert(at);
    }
    let edges: Vec<Vec<usize>> = set
        .rules
        .iter()
        .map(|place| {
            refs(place.sentence)
                .iter()
                .filter_map(|key| index.get(key).copied())
                .collect()
        })
        .collect();
    for circle in circles(&edges) {
        say(set, says, &members(&set.rules, &circle), what, suggestion);
    }
}

fn say(
    set: &Set<'_>,
    says: &mut Vec<Diagnostic>,
    circle: &[Place<'_>],
    what: &str,
    suggestion: &str,
) {
    let Some(first) = circle.first() else {
        return;
    };
    let names: Vec<String> = circle
        .iter()
        .take(8)
        .map(|place| set.named(first.document, &place.rule.key))
        .collect();
    let reason = if circle.len() == 1 {
        "This rule rests on itself.".to_owned()
    } else {
        format!(
            "Each of these leads to the next and back: {}.",
            names.join(", ")
        )
    };
    let range = TextRange { ..first.rule.range };
    says.push(
        Diagnostic::new("K305", first.document, range, what)
            .because(reason)
            .suggest(suggestion),
    );
}
