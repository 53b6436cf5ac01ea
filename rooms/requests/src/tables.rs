//! What the tables of the SOPs in force answer for a request: its priority, its department.

use kept_journal::InForce;
use kept_language::ast::{Cell, CellKind, ColumnKind, Row, Table, Value};
use kept_language::{FactId, NounId};

/// The answer of the first table in force that gives this fact of a request, from these words of others; none: there is no
/// such table, or no row of it fits.
pub(crate) fn answer(
    rules: &InForce,
    fact: &str,
    known: &[(&str, Option<&str>)],
) -> Option<String> {
    let request = rules.register.noun("request")?;
    let asked = rules.register.fact(request, fact)?;
    let tables = rules.library.documents.iter().flat_map(|one| &one.tables);
    tables
        .filter_map(|table| Some((table, answers(table, asked)?)))
        .find_map(|(table, place)| {
            let row = table
                .rows
                .iter()
                .find(|row| fits(rules, request, (table, row), known))?;
            match row.cells.get(place)?.kind {
                CellKind::Answer(Value::Choice(place)) => {
                    let values = &rules.register[asked].values;
                    values.get(usize::from(place)).cloned()
                }
                _ => None,
            }
        })
}

/// The column in which a table answers a fact.
fn answers(table: &Table, asked: FactId) -> Option<usize> {
    let answers =
        |kind: &ColumnKind| matches!(kind, ColumnKind::Answer(Some(fact)) if *fact == asked);
    table
        .columns
        .iter()
        .position(|column| answers(&column.kind))
}

fn fits(
    rules: &InForce,
    request: NounId,
    (table, row): (&Table, &Row),
    known: &[(&str, Option<&str>)],
) -> bool {
    table
        .columns
        .iter()
        .zip(&row.cells)
        .all(|(column, cell)| match column.kind {
            ColumnKind::Condition(fact) => {
                let about = &rules.register[fact];
                let word = known
                    .iter()
                    .find(|(name, _)| about.noun == request && *name == about.name)
                    .and_then(|(_, word)| *word);
                let place =
                    word.and_then(|word| about.values.iter().position(|value| value == word));
                holds(cell, place.and_then(|place| u16::try_from(place).ok()))
            }
            _ => true,
        })
}

fn holds(cell: &Cell, place: Option<u16>) -> bool {
    let at = |value: &Value| match value {
        Value::Choice(place) => Some(*place),
        _ => None,
    };
    match (&cell.kind, place) {
        (CellKind::Any, _) | (CellKind::Unknown, None) | (CellKind::Otherwise, Some(_)) => true,
        (CellKind::OneOf(values), Some(place)) => {
            values.iter().any(|value| at(value) == Some(place))
        }
        (CellKind::Range(from, to), Some(place)) => {
            let above = from.is_none_or(|bound| {
                at(&bound.value).is_some_and(|low| place > low || bound.included && place == low)
            });
            let below = to.is_none_or(|bound| {
                at(&bound.value).is_some_and(|high| place < high || bound.included && place == high)
            });
            above && below
        }
        _ => false,
    }
}
