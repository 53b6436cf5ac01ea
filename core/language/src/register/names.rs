//! The names of the register's entries, split into words once and for all, and the ways between its nouns.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::ast::Path;
use crate::words::is_article;

use super::{FactId, NounId, Register};

/// A name as its words, without articles and in lower case.
type Words = Box<[String]>;

/// An entry and one of its names.
#[derive(Clone, Debug)]
pub(crate) struct Called<Id> {
    pub id: Id,
    pub name: Words,
}

/// The names of nouns, facts and values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// By noun: one, many, other names.
    nouns: Vec<Vec<Words>>,
    nouns_by_word: FxHashMap<String, Vec<Called<NounId>>>,
    /// By fact: its name and its other names.
    facts: Vec<Vec<Words>>,
    facts_by_word: FxHashMap<String, Vec<Called<FactId>>>,
    /// By noun: its facts.
    facts_of: Vec<Vec<FactId>>,
    /// By fact: its values.
    values: Vec<Vec<Words>>,
}

impl Names {
    pub fn of(register: &Register) -> Self {
        let nouns: Vec<Vec<Words>> = register
            .nouns()
            .map(|(_, noun)| split([&noun.says, &noun.plural].into_iter().chain(&noun.also)))
            .collect();
        let facts: Vec<Vec<Words>> = register
            .facts()
            .map(|(_, fact)| split(std::iter::once(&fact.name).chain(&fact.also)))
            .collect();
        let mut facts_of = vec![Vec::new(); nouns.len()];
        for (id, fact) in register.facts() {
            if let Some(list) = facts_of.get_mut(fact.noun.index()) {
                list.push(id);
            }
        }
        Self {
            nouns_by_word: by_first_word(&nouns, NounId),
            nouns,
            facts_by_word: by_first_word(&facts, FactId),
            facts,
            facts_of,
            values: register
                .facts()
                .map(|(_, fact)| split(fact.values.iter()))
                .collect(),
        }
    }

    pub fn of_noun(&self, noun: NounId) -> &[Words] {
        self.nouns.get(noun.index()).map_or(&[], Vec::as_slice)
    }

    pub fn nouns_called(&self, first: &str) -> &[Called<NounId>] {
        self.nouns_by_word.get(first).map_or(&[], Vec::as_slice)
    }

    pub fn of_fact(&self, fact: FactId) -> &[Words] {
        self.facts.get(fact.index()).map_or(&[], Vec::as_slice)
    }

    pub fn facts_called(&self, first: &str) -> &[Called<FactId>] {
        self.facts_by_word.get(first).map_or(&[], Vec::as_slice)
    }

    pub fn facts_of(&self, noun: NounId) -> &[FactId] {
        self.facts_of.get(noun.index()).map_or(&[], Vec::as_slice)
    }

    pub fn values_of(&self, fact: FactId) -> &[Words] {
        self.values.get(fact.index()).map_or(&[], Vec::as_slice)
    }
}

fn split<'a>(names: impl Iterator<Item = &'a String>) -> Vec<Words> {
    let words = |name: &String| -> Words {
        name.to_lowercase()
            .split_whitespace()
            .filter(|word| !is_article(word))
            .map(str::to_owned)
            .collect()
    };
    names.map(words).collect()
}

fn by_first_word<Id: Copy>(
    names: &[Vec<Words>],
    id: impl Fn(u16) -> Id,
) -> FxHashMap<String, Vec<Called<Id>>> {
    let mut by_word: FxHashMap<String, Vec<Called<Id>>> = FxHashMap::default();
    for (index, names) in names.iter().enumerate() {
        for name in names {
            if let Some(first) = name.first() {
                by_word.entry(first.clone()).or_default().push(Called {
                    id: id(index as u16),
                    name: name.clone(),
                });
            }
        }
    }
    by_word
}

/// The ways between nouns, found when they are first asked for: by noun that a way begins at, then by its end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ways {
    from: Vec<OnceLock<Vec<Option<Path>>>>,
}

/// A way has at most so many steps.
const LONGEST_WAY: usize = 3;

impl Ways {
    pub fn of(register: &Register) -> Self {
        Self {
            from: vec![OnceLock::new(); register.nouns.len()],
        }
    }

    pub fn between(&self, register: &Register, from: NounId, to: NounId) -> Option<Path> {
        let ways = self.from.get(from.index())?;
        ways.get_or_init(|| ways_from(register, from))
            .get(to.index())
            .cloned()
            .flatten()
    }
}

/// The shortest way to each noun. Its first noun is reached from the start; its last one may be one that the noun
/// before has many of.
fn ways_from(register: &Register, from: NounId) -> Vec<Option<Path>> {
    let mut found: Vec<Option<Path>> = vec![None; register.nouns.len()];
    let mut ways: Vec<Path> = vec![Vec::new()];
    for _ in 0..LONGEST_WAY {
        let mut longer = Vec::new();
        for way in &ways {
            let last = way.last().copied().unwrap_or(from);
            for next in neighbours(register, last) {
                if way.contains(&next) || next == from {
                    continue;
                }
                let extended = [way.as_slice(), &[next]].concat();
                if let Some(slot) = found.get_mut(next.index())
                    && slot.is_none()
                {
                    *slot = Some(extended.clone());
                }
                // Only what is reached one by one leads further: of many it would be open which one is meant.
                if register[last].reaches.contains(&next) {
                    longer.push(extended);
                }
            }
        }
        ways = longer;
    }
    found
}

/// The nouns one step away: those it reaches, those it has many of, and those that reach it.
fn neighbours(register: &Register, noun: NounId) -> Vec<NounId> {
    let entry = &register[noun];
    let mut next: Vec<NounId> = entry.reaches.iter().chain(&entry.has).copied().collect();
    next.extend(
        register
            .nouns()
            .filter(|(_, other)| other.reaches.contains(&noun))
            .map(|(id, _)| id),
    );
    next
}
