//! Two versions of a document, compared.

use std::collections::BTreeMap;

use crate::ast::{RuleKey, Sentence, TransitionEffect};
use crate::document::{Document, Rule};
use crate::explain::{effect, name};
use crate::meaning::meaning;
use crate::read::Library;
use crate::register::Register;

use super::slots::{slots, whole};
use super::tables::{rows_read, tables};
use super::words::count;
use super::{
    BlankChange, ChangeKind, DocumentRedline, ProseChange, RuleChange, TransitionNote, header,
};

/// Both sets and the register under which they were read.
#[derive(Clone, Copy)]
pub(super) struct Sets<'a> {
    pub register: &'a Register,
    pub old: &'a Library,
    pub new: &'a Library,
    /// Rules of the new set that rest on what is defined otherwise, with a line for each such thing.
    pub touched: &'a BTreeMap<RuleKey, Vec<String>>,
}

/// The differences between two versions of a document, one of which may be missing; none where nothing differs.
pub(super) fn documents(
    sets: &Sets<'_>,
    old: Option<&Document>,
    new: Option<&Document>,
) -> Option<DocumentRedline> {
    let either = new.or(old)?;
    let kind = match (old, new) {
        (None, _) => ChangeKind::Added,
        (_, None) => ChangeKind::Removed,
        _ => ChangeKind::Changed,
    };
    let mut found = DocumentRedline {
        code: either.header.code.clone(),
        title: either.header.title.clone(),
        kind,
        versions: (version(old), version(new)),
        header: Vec::new(),
        blanks: blanks(old, new),
        rules: rules(sets, old, new),
        tables: tables(sets, old, new),
        prose: prose(old, new),
    };
    if let (Some(old), Some(new)) = (old, new) {
        found.header = header::changes(sets.register, old, new);
    }
    let same = found.header.is_empty()
        && found.blanks.is_empty()
        && found.rules.is_empty()
        && found.tables.is_empty()
        && found.prose == ProseChange::default();
    (kind != ChangeKind::Changed || !same).then_some(found)
}

fn version(document: Option<&Document>) -> Option<String> {
    document.map(|document| document.header.version.clone())
}

fn blanks(old: Option<&Document>, new: Option<&Document>) -> Vec<BlankChange> {
    let (Some(old), Some(new)) = (old, new) else {
        return Vec::new();
    };
    let mut names: Vec<&String> = old.blanks.keys().chain(new.blanks.keys()).collect();
    names.sort();
    names.dedup();
    let value = |document: &Document, name: &String| {
        document
            .blanks
            .get(name)
            .and_then(|blank| blank.value.clone())
    };
    let mut changes = Vec::new();
    for name in names {
        let (before, after) = (value(old, name), value(new, name));
        if before == after {
            continue;
        }
        let was_there = old.blanks.contains_key(name);
        let is_there = new.blanks.contains_key(name);
        // A blank that came or went with its value says nothing that the rule does not say.
        if was_there && is_there {
            let filled = before.is_none();
            changes.push(BlankChange {
                name: name.clone(),
                old: before,
                new: after,
                filled,
            });
        }
    }
    changes
}

/// Pairs each rule of the new document with its old self, by identity or by `renamed`.
fn rules(sets: &Sets<'_>, old: Option<&Document>, new: Option<&Document>) -> Vec<RuleChange> {
    let mut changes = Vec::new();
    // An identity that is used twice is a fault of its own: the first is paired with the first, and so on.
    let mut left: Vec<&Rule> = old.map_or_else(Vec::new, |old| old.rules.iter().collect());
    let mut take = |id: &str| {
        let at = left.iter().position(|rule| rule.key.id == id)?;
        Some(left.remove(at))
    };
    let renamed: BTreeMap<&str, &str> = new.map_or_else(BTreeMap::new, |new| {
        let pairs = new.header.renamed.iter();
        pairs
            .map(|(old, new)| (new.as_str(), old.as_str()))
            .collect()
    });
    for after in new.map_or(&[][..], |new| &new.rules) {
        let id = after.key.id.as_str();
        let before = take(id).or_else(|| take(renamed.get(id)?));
        changes.extend(rule(sets, old.zip(before), new.map(|new| (new, after))));
    }
    for before in left {
        changes.extend(rule(sets, old.map(|old| (old, before)), None));
    }
    changes
}

fn rule(
    sets: &Sets<'_>,
    old: Option<(&Document, &Rule)>,
    new: Option<(&Document, &Rule)>,
) -> Option<RuleChange> {
    let (_, either) = new.or(old)?;
    let clause =
        |side: Option<(&Document, &Rule)>| side.map(|(document, rule)| document.clause_of(rule));
    let mut change = RuleChange {
        rule: name(&either.key),
        was_called: None,
        kind: ChangeKind::Added,
        clauses: (clause(old), clause(new)),
        slots: Vec::new(),
        rows: Vec::new(),
        rests_on: Vec::new(),
        transition: None,
        running: None,
    };
    change.kind = match (old, new) {
        (None, _) => ChangeKind::Added,
        (_, None) => ChangeKind::Removed,
        (Some(before), Some(after)) => {
            if before.1.key.id != after.1.key.id {
                change.was_called = Some(before.1.key.id.clone());
            }
            change.slots = slots(before, after);
            change.rows = rows_read(sets, after.1);
            change.rests_on = sets.touched.get(&after.1.key).cloned().unwrap_or_default();
            pair(sets, &change, before, after)?
        }
    };
    let in_own_words = !matches!(change.kind, ChangeKind::ByTable | ChangeKind::Touched);
    if change.slots.is_empty() && change.kind.is_change() && in_own_words {
        change.slots = whole(old, new);
    }
    change.transition = transition(sets, old, new, change.kind);
    Some(change)
}

/// What happened to a rule that both versions have; none where nothing did.
fn pair(
    sets: &Sets<'_>,
    change: &RuleChange,
    old: (&Document, &Rule),
    new: (&Document, &Rule),
) -> Option<ChangeKind> {
    let said = |(document, rule): (&Document, &Rule)| match &rule.sentence {
        Some(sentence) => meaning(sentence),
        None => document
            .words(rule.range)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
    };
    let same = renamed_in(sets, said(old)) == said(new);
    if !same && !change.slots.is_empty() {
        return Some(ChangeKind::Changed);
    }
    if !change.rows.is_empty() {
        return Some(ChangeKind::ByTable);
    }
    if !change.rests_on.is_empty() {
        return Some(ChangeKind::Touched);
    }
    if change.was_called.is_some() {
        return Some(ChangeKind::Renamed);
    }
    if !change.slots.is_empty() {
        return Some(ChangeKind::Reworded);
    }
    (change.clauses.0 != change.clauses.1).then_some(ChangeKind::Moved)
}

/// What a rule said before, with the names that rules have now: a reference to a renamed rule stays the same.
fn renamed_in(sets: &Sets<'_>, mut said: String) -> String {
    for document in &sets.new.documents {
        let code = &document.header.code;
        for (old, new) in &document.header.renamed {
            let key = |id: &String| format!("code: {code:?}, id: {id:?}");
            said = said.replace(&key(old), &key(new));
        }
    }
    said
}

/// What happens to duties that run under a rule, where what it says about them differs.
fn transition(
    sets: &Sets<'_>,
    old: Option<(&Document, &Rule)>,
    new: Option<(&Document, &Rule)>,
    kind: ChangeKind,
) -> Option<TransitionNote> {
    let (_, before) = old?;
    let opens =
        |rule: &Rule| matches!(rule.sentence, Some(Sentence::Duty(_) | Sentence::Rhythm(_)));
    let key = &new.map_or(before, |(_, rule)| rule).key;
    let written = sets.new.documents.iter().find_map(|document| {
        document.rules.iter().find_map(|rule| match &rule.sentence {
            Some(Sentence::Transition(transition))
                if transition.rule.key == *key && transition.version == document.header.version =>
            {
                Some((name(&rule.key), transition.effect))
            }
            _ => None,
        })
    });
    if let Some((rule, said)) = written {
        return Some(TransitionNote {
            rule: Some(rule),
            effect: format!("running duties {}", effect(said)),
        });
    }
    if !kind.is_change() || !opens(before) {
        return None;
    }
    let said = if kind == ChangeKind::Removed {
        "running duties run out under the old text".to_owned()
    } else {
        format!("running duties {}", effect(TransitionEffect::Keep))
    };
    Some(TransitionNote {
        rule: None,
        effect: said,
    })
}

/// Lines of prose: all that is neither header, rule nor captioned table.
fn prose(old: Option<&Document>, new: Option<&Document>) -> ProseChange {
    let lines = |document: Option<&Document>| document.map_or_else(Vec::new, prose_lines);
    let (removed, added) = count(&lines(old), &lines(new));
    ProseChange { added, removed }
}

fn prose_lines(document: &Document) -> Vec<String> {
    let mut lines = Vec::new();
    let mut at = 0;
    let mut marks = 0;
    let runs = |at: usize| {
        let rules = document.rules.iter().map(|rule| rule.range);
        let tables = document.tables.iter().map(|table| table.range);
        rules
            .chain(tables)
            .any(|range| range.start <= at && at < range.end)
    };
    for line in document.text.split_inclusive('\n') {
        let text = line.trim();
        let start = at + line.len() - line.trim_start().len();
        at += line.len();
        // The header stands between the first two lines of plus signs.
        if marks < 2 {
            marks += usize::from(text == "+++");
            continue;
        }
        if text.is_empty() || text.starts_with("```") || runs(start) {
            continue;
        }
        lines.push(text.to_owned());
    }
    lines
}
