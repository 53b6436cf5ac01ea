//! Tables of two versions, compared row by row.

use crate::ast::{CellKind, ColumnKind, Table};
use crate::document::{Document, Rule};
use crate::explain::{Say, name};
use crate::read::{Library, tables_of};
use crate::register::Register;

use super::TableChange;
use super::compare::Sets;

/// The changed rows of the tables that a rule reads.
pub(super) fn rows_read(sets: &Sets<'_>, rule: &Rule) -> Vec<String> {
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

pub(super) fn tables(
    sets: &Sets<'_>,
    old: Option<&Document>,
    new: Option<&Document>,
) -> Vec<TableChange> {
    let (Some(old), Some(new)) = (old, new) else {
        return Vec::new();
    };
    let mut changes = Vec::new();
    // A number that is used twice is a fault of its own: the first is paired with the first, and so on.
    let mut left: Vec<&Table> = old.tables.iter().collect();
    for table in &new.tables {
        let at = left.iter().position(|other| other.key == table.key);
        let rows = match at.map(|at| left.remove(at)) {
            Some(before) => row_changes(sets, before, table),
            None => vec!["new".to_owned()],
        };
        changes.extend(table_change(sets.new, table, rows));
    }
    for table in left {
        changes.extend(table_change(sets.old, table, vec!["taken out".to_owned()]));
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
    let mut left = before;
    for (when, answer) in after {
        let at = left.iter().position(|(other, _)| *other == when);
        match at.map(|at| left.remove(at)) {
            Some((_, old)) if old != answer => {
                lines.push(format!("row “{when}”: {old} → {answer}"));
            }
            Some(_) => {}
            None => lines.push(format!("row “{when}” added: {answer}")),
        }
    }
    for (when, answer) in left {
        lines.push(format!("row “{when}” taken out: {answer}"));
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
