//! Rules that say something else because what they rest on does: a definition of a fact or of a state, or stages.

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::{ColumnKind, Definition, RuleKey, Sentence};
use crate::explain::name;
use crate::meaning::named;
use crate::read::{Library, tables_of};
use crate::register::{FactId, Register, StateId};

use super::{ChangeKind, RuleChange};

/// A fact or a state.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Word {
    Fact(FactId),
    State(StateId),
}

/// For each rule of the new set, what it rests on that is given otherwise now, a line each.
pub(super) fn touched(
    register: &Register,
    old: &Library,
    new: &Library,
    changes: &[&RuleChange],
) -> BTreeMap<RuleKey, Vec<String>> {
    let mut lines: BTreeMap<Word, BTreeSet<String>> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.kind.is_change()) {
        let library = if change.kind == ChangeKind::Removed {
            old
        } else {
            new
        };
        let rule = rules(library).find(|(key, _)| name(key) == change.rule);
        if let Some(word) = rule.and_then(|(_, sentence)| given(register, sentence)) {
            lines
                .entry(word)
                .or_default()
                .insert(line(register, word, change));
        }
    }
    if lines.is_empty() {
        return BTreeMap::new();
    }
    spread(register, new, &mut lines);
    let mut touched = BTreeMap::new();
    for (key, sentence) in rules(new) {
        let own = given(register, sentence);
        let rests_on = words(new, sentence)
            .into_iter()
            .filter(|word| Some(*word) != own);
        let found: BTreeSet<&String> = rests_on
            .filter_map(|word| lines.get(&word))
            .flatten()
            .collect();
        if !found.is_empty() {
            touched.insert(key.clone(), found.into_iter().cloned().collect());
        }
    }
    touched
}

/// What a definition rests on bears on what it gives, and so on.
fn spread(register: &Register, library: &Library, lines: &mut BTreeMap<Word, BTreeSet<String>>) {
    let definitions: Vec<(Word, BTreeSet<Word>)> = rules(library)
        .filter_map(|(_, sentence)| Some((given(register, sentence)?, words(library, sentence))))
        .collect();
    let mut grows = true;
    while grows {
        grows = false;
        for (gives, reads) in &definitions {
            let more: Vec<String> = reads
                .iter()
                .filter(|word| *word != gives)
                .filter_map(|word| lines.get(word))
                .flatten()
                .cloned()
                .collect();
            if more.is_empty() {
                continue;
            }
            let all = lines.entry(*gives).or_default();
            let before = all.len();
            all.extend(more);
            grows |= all.len() > before;
        }
    }
}

fn rules(library: &Library) -> impl Iterator<Item = (&RuleKey, &Sentence)> {
    let rules = library
        .documents
        .iter()
        .flat_map(|document| &document.rules);
    rules.filter_map(|rule| Some((&rule.key, rule.sentence.as_ref()?)))
}

/// What a definition or stages give.
fn given(register: &Register, sentence: &Sentence) -> Option<Word> {
    match sentence {
        Sentence::Definition(Definition::Table { fact, .. } | Definition::YesNo { fact, .. }) => {
            Some(Word::Fact(*fact))
        }
        Sentence::Definition(Definition::State { state, .. }) => Some(Word::State(*state)),
        Sentence::Stages(stages) => register.fact(stages.noun, "stage").map(Word::Fact),
        _ => None,
    }
}

/// All that a sentence names, its tables included.
fn words(library: &Library, sentence: &Sentence) -> BTreeSet<Word> {
    let (facts, states) = named(sentence);
    let columns = tables_of(sentence)
        .into_iter()
        .filter_map(|key| library.table(&key))
        .flat_map(|table| &table.columns);
    let conditions = columns.filter_map(|column| match column.kind {
        ColumnKind::Condition(fact) => Some(fact),
        _ => None,
    });
    let facts = facts.into_iter().chain(conditions).map(Word::Fact);
    facts.chain(states.into_iter().map(Word::State)).collect()
}

/// `the client's tier is given otherwise (CM/tier)`
fn line(register: &Register, word: Word, change: &RuleChange) -> String {
    let how = match change.kind {
        ChangeKind::Added => "is defined now",
        ChangeKind::Removed => "is no longer defined",
        _ => "is defined otherwise",
    };
    let what = match word {
        Word::Fact(fact) => {
            let entry = &register[fact];
            format!("the {}'s {}", register[entry.noun].says, entry.name)
        }
        Word::State(state) => format!("“{}”", register[state].says.replace(['{', '}'], "")),
    };
    format!("{what} {how} ({})", change.rule)
}
