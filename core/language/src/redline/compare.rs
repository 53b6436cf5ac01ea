//! Two versions of a document, compared.

use std::collections::BTreeMap;

use crate::ast::{CellKind, ColumnKind, RuleKey, Sentence, Table, TransitionEffect};
use crate::document::{Document, Rule, Slot};
use crate::explain::{Say, effect, name};
use crate::format::tokens::split;
use crate::meaning::meaning;
use crate::read::{Library, tables_of};
use crate::register::Register;

use super::words::{count, difference};
use super::{
    BlankChange, ChangeKind, DocumentRedline, ProseChange, RuleChange, SlotChange, TableChange,
    TransitionNote, header,
};

/// Both sets and the register under which they were read.
#[derive(Clone, Copy)]
pub(super) struct Sets<'a> {
    pub register: &'a Register,
    pub old: &'a Library,
    pub new: &'a Library,
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
    let mut found: Vec<&RuleKey> = Vec::new();
    let renamed: BTreeMap<&str, &str> = new.map_or_else(BTreeMap::new, |new| {
        let pairs = new.header.renamed.iter();
        pairs
            .map(|(old, new)| (new.as_str(), old.as_str()))
            .collect()
    });
    for after in new.map_or(&[][..], |new| &new.rules) {
        let by_name = old.and_then(|old| old.rule(&after.key.id));
        let by_renaming = || {
            let before = renamed.get(after.key.id.as_str())?;
            old.and_then(|old| old.rule(before))
        };
        let before = by_name.or_else(by_renaming);
        found.extend(before.map(|before| &before.key));
        changes.extend(rule(sets, old.zip(before), new.map(|new| (new, after))));
    }
    for before in old.map_or(&[][..], |old| &old.rules) {
        if !found.contains(&&before.key) {
            changes.extend(rule(sets, old.map(|old| (old, before)), None));
        }
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
            pair(sets, &change, before, after)?
        }
    };
    if change.slots.is_empty() && change.kind.is_change() && change.kind != ChangeKind::ByTable {
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

/// The slots whose words differ.
fn slots(old: (&Document, &Rule), new: (&Document, &Rule)) -> Vec<SlotChange> {
    let (before, after) = (slot_texts(old.0, old.1), slot_texts(new.0, new.1));
    let mut slots: Vec<Slot> = before.iter().chain(&after).map(|(slot, _)| *slot).collect();
    slots.sort();
    slots.dedup();
    let kind = new.1.sentence.as_ref().or(old.1.sentence.as_ref());
    let mut changes = Vec::new();
    for slot in slots {
        let of = |texts: &[(Slot, String)]| {
            let found: Vec<String> = texts
                .iter()
                .filter(|(other, _)| *other == slot)
                .map(|(_, text)| text.clone())
                .collect();
            found
        };
        let (mut before, mut after) = (of(&before), of(&after));
        // What both have is no difference: of three steps or warnings only the changed ones are shown.
        let kept: Vec<String> = before
            .iter()
            .filter(|text| after.contains(text))
            .cloned()
            .collect();
        let same_order = after
            .iter()
            .filter(|text| before.contains(text))
            .eq(kept.iter());
        if same_order && (before.len() > 1 || after.len() > 1) {
            before.retain(|text| !kept.contains(text));
            after.retain(|text| !kept.contains(text));
        }
        let (before, after) = (before.join("; "), after.join("; "));
        if before != after {
            changes.push(slot_change(label(slot, kind), before, after));
        }
    }
    changes
}

/// A rule that is new or gone, as one slot.
fn whole(old: Option<(&Document, &Rule)>, new: Option<(&Document, &Rule)>) -> Vec<SlotChange> {
    let text = |side: Option<(&Document, &Rule)>| {
        side.map_or_else(String::new, |(document, rule)| {
            resolved(document, document.words(rule.range))
        })
    };
    vec![slot_change("rule", text(old), text(new))]
}

fn slot_change(slot: &str, old: String, new: String) -> SlotChange {
    let words = difference(&old, &new);
    SlotChange {
        slot: slot.to_owned(),
        old: (!old.is_empty()).then_some(old),
        new: (!new.is_empty()).then_some(new),
        words,
    }
}

/// The slots of a rule, each in one line with the values of its blanks. A rule without slots is one.
fn slot_texts(document: &Document, rule: &Rule) -> Vec<(Slot, String)> {
    if rule.slots.is_empty() || matches!(rule.sentence, Some(Sentence::Term(..)) | None) {
        return vec![(Slot::Rest, resolved(document, document.words(rule.range)))];
    }
    rule.slots
        .iter()
        .map(|slot| {
            let words = document.words(document.with_whole_blanks(slot.range));
            (slot.slot, resolved(document, words))
        })
        .collect()
}

/// A text in one line with the values of its blanks.
fn resolved(document: &Document, text: &str) -> String {
    let mut said = String::new();
    for token in split(text) {
        let inner = token
            .text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        let value = inner.and_then(|inner| match inner.split_once(':') {
            Some((_, value)) => Some(value.trim().to_owned()),
            None => document
                .blanks
                .get(inner)
                .and_then(|blank| blank.value.clone()),
        });
        if !(said.is_empty() || token.tight) {
            said.push(' ');
        }
        said.push_str(value.as_ref().unwrap_or(&token.text));
    }
    let end = said.trim_end_matches([',', ';', '.']).len();
    said.truncate(end);
    said
}

/// What a slot is called.
fn label(slot: Slot, sentence: Option<&Sentence>) -> &'static str {
    match (sentence, slot) {
        (Some(Sentence::Gate(_)), Slot::Rest) => "what opens it",
        (Some(Sentence::Permission(_)), Slot::Deadline) => "for how long",
        (Some(Sentence::Permission(_)), Slot::Rest) => "which gate",
        (Some(Sentence::Target(_)), Slot::Rest) => "goal",
        (Some(Sentence::Target(_)), Slot::Each) => "cases",
        (Some(Sentence::Target(_)), Slot::Deadline) => "measured",
        (Some(Sentence::Course(_)), Slot::Each) => "audience",
        (Some(Sentence::Course(_)), Slot::Rest) => "renewal",
        (Some(Sentence::Course(_)), Slot::Escalation) => "without it",
        (Some(Sentence::Retention(_)), Slot::Deadline) => "kept for",
        (Some(Sentence::Transition(_)), Slot::Rest) => "running duties",
        (Some(Sentence::Term(..)), _) => "meaning",
        (Some(Sentence::Duty(_) | Sentence::Rhythm(_)), Slot::Head) => "opening",
        (_, Slot::Head) => "beginning",
        (_, Slot::Condition) => "condition",
        (_, Slot::Each) => "for",
        (_, Slot::While) => "while",
        (_, Slot::Task) => "who and what",
        (_, Slot::Deadline) => "deadline",
        (_, Slot::Pausing) => "pauses",
        (_, Slot::Unless) => "unless",
        (_, Slot::Evidence) => "evidence",
        (_, Slot::Reopened) => "if reopened",
        (_, Slot::Warning) => "warning",
        (_, Slot::Escalation) => "escalation",
        (_, Slot::Step) => "steps",
        (_, Slot::Rest) => "rest",
    }
}

/// The changed rows of the tables that a rule reads.
fn rows_read(sets: &Sets<'_>, rule: &Rule) -> Vec<String> {
    let mut lines = Vec::new();
    let keys = rule.sentence.as_ref().map(tables_of).unwrap_or_default();
    for key in keys {
        let (Some(old), Some(new)) = (sets.old.table(&key), sets.new.table(&key)) else {
            continue;
        };
        let changed = row_changes(sets, old, new);
        lines.extend(
            changed
                .into_iter()
                .map(|line| format!("table {} of {}, {line}", key.number, key.code)),
        );
    }
    lines
}

fn tables(sets: &Sets<'_>, old: Option<&Document>, new: Option<&Document>) -> Vec<TableChange> {
    let (Some(old), Some(new)) = (old, new) else {
        return Vec::new();
    };
    let mut changes = Vec::new();
    for table in &new.tables {
        let rows = match old.tables.iter().find(|other| other.key == table.key) {
            Some(before) => row_changes(sets, before, table),
            None => vec!["new".to_owned()],
        };
        changes.extend(table_change(sets.new, table, rows));
    }
    for table in &old.tables {
        if !new.tables.iter().any(|other| other.key == table.key) {
            changes.extend(table_change(sets.old, table, vec!["taken out".to_owned()]));
        }
    }
    changes
}

fn table_change(library: &Library, table: &Table, rows: Vec<String>) -> Option<TableChange> {
    let rules = library
        .documents
        .iter()
        .flat_map(|document| &document.rules);
    let reads = |rule: &&Rule| {
        rule.sentence
            .as_ref()
            .is_some_and(|sentence| tables_of(sentence).contains(&table.key))
    };
    let read_by = rules.filter(reads).map(|rule| name(&rule.key)).collect();
    (!rows.is_empty()).then(|| TableChange {
        table: table.key.number.clone(),
        rows,
        read_by,
    })
}

/// What differs between two versions of a table, a line for each row.
fn row_changes(sets: &Sets<'_>, old: &Table, new: &Table) -> Vec<String> {
    let (before, after) = (
        rows(sets.register, sets.old, old),
        rows(sets.register, sets.new, new),
    );
    let mut lines = Vec::new();
    let headings = |table: &Table| {
        table
            .columns
            .iter()
            .map(|column| column.heading.clone())
            .collect::<Vec<_>>()
    };
    if headings(old) != headings(new) {
        lines.push(format!(
            "columns: {} → {}",
            headings(old).join(", "),
            headings(new).join(", ")
        ));
    }
    for (when, answer) in &after {
        match before.iter().find(|(other, _)| other == when) {
            Some((_, old)) if old != answer => {
                lines.push(format!("row “{when}”: {old} → {answer}"))
            }
            Some(_) => {}
            None => lines.push(format!("row “{when}” added: {answer}")),
        }
    }
    for (when, answer) in &before {
        if !after.iter().any(|(other, _)| other == when) {
            lines.push(format!("row “{when}” taken out: {answer}"));
        }
    }
    lines
}

/// The rows of a table: on what they are chosen, and what they answer. Notes do not count.
fn rows(register: &Register, library: &Library, table: &Table) -> Vec<(String, String)> {
    let document = library
        .documents
        .iter()
        .find(|document| document.header.code == table.key.code);
    let Some(document) = document else {
        return Vec::new();
    };
    let say = Say {
        register,
        library,
        document,
        case: None,
    };
    table
        .rows
        .iter()
        .map(|row| {
            let (mut when, mut answers) = (Vec::new(), Vec::new());
            for (cell, column) in row.cells.iter().zip(&table.columns) {
                let words = say.words(cell.range);
                match column.kind {
                    ColumnKind::Condition(_) | ColumnKind::Stage => {
                        let blank = words.is_empty() && matches!(cell.kind, CellKind::Any);
                        when.push(if blank { "any".to_owned() } else { words });
                    }
                    ColumnKind::Note => {}
                    _ => answers.push(words),
                }
            }
            (when.join(", "), answers.join(", "))
        })
        .collect()
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
