//! The documents of a set as the checks look at them: by name, and without the rules that could not be read.

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::{
    ActUse, Definition, Exception, Permission, RuleKey, Sentence, Table, TableKey, Task, TextRange,
};
use crate::check::Context;
use crate::diagnostic::{Diagnostic, Severity, position};
use crate::document::{Document, Rule};
use crate::read::Library;
use crate::register::{ActId, NounId, Register, StateId};

/// A rule and the position of its document.
#[derive(Clone, Copy)]
pub(super) struct Place<'c> {
    pub document: usize,
    pub rule: &'c Rule,
    pub sentence: &'c Sentence,
}

/// All that a check may look up.
pub(super) struct Set<'c> {
    pub register: &'c Register,
    pub library: &'c Library,
    pub context: Context<'c>,
    /// The rules that were read without error, in the order of the texts.
    pub rules: Vec<Place<'c>>,
    /// The first rule of each identity, with those that could not be read.
    by_key: BTreeMap<&'c RuleKey, (usize, &'c Rule)>,
    tables: BTreeMap<&'c TableKey, (usize, &'c Table)>,
    /// The positions in the text of the errors that reading found, by document, in order.
    faults: Vec<Vec<usize>>,
    /// Where rules with faults stand, by document: in order, apart from each other.
    unsound: Vec<Vec<TextRange>>,
    /// States that a rule of the set defines.
    defined_states: BTreeSet<StateId>,
    /// For each act those that its event counts as, itself first.
    counts_as: Vec<Vec<ActId>>,
    /// For each act those whose events count as it, itself among them.
    counted_by: BTreeMap<ActId, Vec<ActId>>,
    /// The gates that an exception or a permission leads past.
    passed: BTreeSet<&'c RuleKey>,
    /// The duties, steps and rhythms that ask for each act, or for one that counts as it.
    asked: BTreeMap<ActId, Vec<(Place<'c>, &'c Task)>>,
}

impl<'c> Set<'c> {
    pub fn new(register: &'c Register, library: &'c Library, context: Context<'c>) -> Self {
        let mut set = Self {
            register,
            library,
            context,
            rules: Vec::new(),
            by_key: BTreeMap::new(),
            tables: BTreeMap::new(),
            faults: vec![Vec::new(); library.documents.len()],
            unsound: vec![Vec::new(); library.documents.len()],
            defined_states: BTreeSet::new(),
            counts_as: closures(register),
            counted_by: BTreeMap::new(),
            passed: BTreeSet::new(),
            asked: BTreeMap::new(),
        };
        for message in &library.diagnostics {
            if message.severity == Severity::Error
                && let Some(faults) = set.faults.get_mut(message.document)
            {
                faults.push(message.range.start);
            }
        }
        for faults in &mut set.faults {
            faults.sort_unstable();
        }
        for (document, entry) in library.documents.iter().enumerate() {
            for table in &entry.tables {
                set.tables.entry(&table.key).or_insert((document, table));
            }
            for rule in &entry.rules {
                set.by_key.entry(&rule.key).or_insert((document, rule));
                set.add(document, entry, rule);
            }
        }
        for place in &set.rules {
            match place.sentence {
                Sentence::Definition(Definition::State { state, .. }) => {
                    set.defined_states.insert(*state);
                }
                Sentence::Exception(exception) => {
                    set.passed.insert(&exception.parent.key);
                }
                Sentence::Permission(Permission::Despite { gate, .. }) => {
                    set.passed.insert(&gate.key);
                }
                _ => {}
            }
        }
        for (act, _) in register.acts() {
            for other in set.counts_as(act).to_vec() {
                set.counted_by.entry(other).or_default().push(act);
            }
        }
        let tasks: Vec<(Place<'c>, &'c Task)> = set.tasks().collect();
        for (place, task) in tasks {
            for act in set.counts_as(task.act.act).to_vec() {
                set.asked.entry(act).or_default().push((place, task));
            }
        }
        set
    }

    fn add(&mut self, document: usize, entry: &Document, rule: &'c Rule) {
        let range = with_fence(&entry.text, rule.range);
        let faults = self.faults.get(document).map_or(&[][..], Vec::as_slice);
        let next = faults.partition_point(|at| *at < range.start);
        let faulty = faults.get(next).is_some_and(|at| *at <= range.end);
        if faulty {
            if let Some(unsound) = self.unsound.get_mut(document) {
                // A step written in place lies inside its procedure.
                match unsound.last_mut() {
                    Some(last) if range.start < last.end => last.end = last.end.max(range.end),
                    _ => unsound.push(range),
                }
            }
        } else if let Some(sentence) = &rule.sentence {
            self.rules.push(Place {
                document,
                rule,
                sentence,
            });
        }
    }

    /// Takes out what is said about rules that reading has found fault with already.
    pub fn only_sound(&self, says: &mut Vec<Diagnostic>) {
        says.retain(|message| {
            let unsound = self
                .unsound
                .get(message.document)
                .map_or(&[][..], Vec::as_slice);
            let after = unsound.partition_point(|range| range.start <= message.range.start);
            let before = after.checked_sub(1).and_then(|last| unsound.get(last));
            before.is_none_or(|range| message.range.start >= range.end)
        });
    }

    pub fn document(&self, index: usize) -> Option<&'c Document> {
        self.library.documents.get(index)
    }

    /// Whether a rule of this name stands in the set, read or not.
    pub fn has(&self, key: &RuleKey) -> bool {
        self.by_key.contains_key(key) || key.id == "review" && self.code(&key.code)
    }

    /// Whether a document of the set has this code.
    pub fn code(&self, code: &str) -> bool {
        self.library
            .documents
            .iter()
            .any(|document| document.header.code == code)
    }

    /// The sentence of the rule of this name.
    pub fn sentence(&self, key: &RuleKey) -> Option<&'c Sentence> {
        self.by_key
            .get(key)
            .and_then(|(_, rule)| rule.sentence.as_ref())
    }

    pub fn table(&self, key: &TableKey) -> Option<(usize, &'c Table)> {
        self.tables.get(key).copied()
    }

    /// Whether reading found an error in this range.
    pub fn has_fault(&self, document: usize, range: TextRange) -> bool {
        let faults = self.faults.get(document).map_or(&[][..], Vec::as_slice);
        let next = faults.partition_point(|at| *at < range.start);
        faults.get(next).is_some_and(|at| *at < range.end)
    }

    /// The exceptions of the set.
    pub fn exceptions(&self) -> impl Iterator<Item = (Place<'c>, &'c Exception)> + '_ {
        self.rules.iter().filter_map(|place| match place.sentence {
            Sentence::Exception(exception) => Some((*place, exception)),
            _ => None,
        })
    }

    /// The duties, steps and rhythms of the set.
    pub fn tasks(&self) -> impl Iterator<Item = (Place<'c>, &'c Task)> + '_ {
        self.rules
            .iter()
            .filter_map(|place| task_of(place.sentence).map(|task| (*place, task)))
    }

    pub fn defines_state(&self, state: StateId) -> bool {
        self.defined_states.contains(&state)
    }

    /// The acts that an event of this one counts as, itself among them.
    pub fn counts_as(&self, act: ActId) -> &[ActId] {
        self.counts_as.get(act.index()).map_or(&[], Vec::as_slice)
    }

    /// Whether an event of `one` is also one of `other`.
    pub fn is_also(&self, one: ActId, other: ActId) -> bool {
        self.counts_as(one).contains(&other)
    }

    /// The acts whose events count as this one, itself among them.
    pub fn counted_by(&self, act: ActId) -> &[ActId] {
        self.counted_by.get(&act).map_or(&[], Vec::as_slice)
    }

    /// Whether an exception or a permission leads past this gate.
    pub fn is_passed(&self, gate: &RuleKey) -> bool {
        self.passed.contains(gate)
    }

    /// The duties, steps and rhythms that ask for this act, or for one that counts as it.
    pub fn asked(&self, act: ActId) -> &[(Place<'c>, &'c Task)] {
        self.asked.get(&act).map_or(&[], Vec::as_slice)
    }

    /// The record that an act is done to.
    pub fn record(&self, act: &ActUse) -> NounId {
        act.path
            .last()
            .copied()
            .unwrap_or(self.register[act.act].case)
    }

    /// Where a rule of the set stands, in words: `CM tier (cm.sop.md, line 12)`.
    pub fn where_is(&self, place: Place<'_>) -> String {
        self.document(place.document)
            .map_or_else(String::new, |document| {
                let (line, _) = position(&document.text, place.rule.range.start);
                let key = &place.rule.key;
                format!("{} `{}` ({}, line {line})", key.code, key.id, document.path)
            })
    }

    /// How a rule is named in a message about a document: with the code where it is another's.
    pub fn named(&self, document: usize, key: &RuleKey) -> String {
        let own = self
            .document(document)
            .is_some_and(|document| document.header.code == key.code);
        if own {
            format!("`{}`", key.id)
        } else {
            format!("{} `{}`", key.code, key.id)
        }
    }
}

/// Who must do what, of a duty, a step or a rhythm.
pub(super) fn task_of(sentence: &Sentence) -> Option<&Task> {
    match sentence {
        Sentence::Duty(duty) => Some(&duty.task),
        Sentence::Rhythm(rhythm) => Some(&rhythm.task),
        _ => None,
    }
}

/// For each act those that its event counts as, itself first.
fn closures(register: &Register) -> Vec<Vec<ActId>> {
    register
        .acts()
        .map(|(act, _)| {
            let mut all = vec![act];
            let mut at = 0;
            while let Some(next) = all.get(at).copied() {
                for other in &register[next].counts_as {
                    if !all.contains(other) {
                        all.push(*other);
                    }
                }
                at += 1;
            }
            all
        })
        .collect()
}

/// A rule's range with the line that opens its block, on which some errors stand.
fn with_fence(text: &str, range: TextRange) -> TextRange {
    let before = text.get(..range.start).unwrap_or_default().trim_end();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.get(start..).unwrap_or_default().trim_start();
    if line.starts_with("```") || line.starts_with("~~~") {
        TextRange {
            start,
            end: range.end,
        }
    } else {
        range
    }
}
