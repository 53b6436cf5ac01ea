//! Decision tables: which row a case is in.

use std::cmp::Ordering;

use kept_language::ast::{Comparison, Value};

use crate::machine::Core;
use crate::program::{CellInfo, RowInfo, TableColumn, TableInfo, TableIx};
use crate::record::{Missing, RecordIx};
use crate::truth::{Truth, compare, holds};

/// As many columns as are looked up on the stack.
const FEW: usize = 8;

/// What a table answers.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Answer {
    /// The row and its answer.
    Row(usize, Value),
    /// Several rows could still match, and they do not agree.
    Unknown(Missing),
    /// No row matches, or it has no answer.
    Nothing,
}

impl Core<'_> {
    pub(crate) fn answer(&self, record: RecordIx, table: TableIx, column: usize) -> Answer {
        let table = &self.program.tables[table];
        let known = |column: &TableColumn| column.fact.as_ref().and_then(|f| self.value(record, f));
        // Most tables are narrow: their values need no memory of their own.
        let mut few = [None; FEW];
        if let Some(values) = few.get_mut(..table.columns.len()) {
            for (value, column) in values.iter_mut().zip(&table.columns) {
                *value = known(column);
            }
            if values.iter().all(Option::is_none)
                && let Some(blank) = table.blank.get(column)
            {
                return *blank;
            }
            return answer(table, values, column);
        }
        let values: Vec<Option<Value>> = table.columns.iter().map(known).collect();
        answer(table, &values, column)
    }

    /// The answer of a row that was chosen for good.
    pub(crate) fn answer_of_row(&self, table: TableIx, row: usize, column: usize) -> Option<Value> {
        let row = self.program.tables[table].rows.get(row)?;
        answer_in(row, column)
    }
}

/// What a table answers, column by column, where nothing is known yet: so it is for most cases at first.
pub(crate) fn blank(table: &TableInfo) -> Box<[Answer]> {
    let nothing = vec![None; table.columns.len()];
    let columns = 0..table.columns.len();
    columns
        .map(|column| answer(table, &nothing, column))
        .collect()
}

fn answer(table: &TableInfo, values: &[Option<Value>], column: usize) -> Answer {
    let mut candidates: Option<(usize, Option<Value>)> = None;
    let mut agree = true;
    let mut missing = None;
    for (index, row) in table.rows.iter().enumerate() {
        let truth = if row.otherwise {
            otherwise(table, values, missing)
        } else {
            matches(table, row, values)
        };
        if truth == Truth::False {
            continue;
        }
        let given = answer_in(row, column);
        match truth {
            Truth::True => {
                return match (candidates, given) {
                    (Some((_, other)), _) if other != given => {
                        missing.map_or(Answer::Nothing, Answer::Unknown)
                    }
                    (_, Some(value)) if agree => Answer::Row(index, value),
                    (_, Some(_)) => missing.map_or(Answer::Nothing, Answer::Unknown),
                    (_, None) => Answer::Nothing,
                };
            }
            Truth::Unknown(what) => {
                missing = missing.or(Some(what));
                match candidates {
                    Some((_, other)) => agree &= other == given,
                    None => candidates = Some((index, given)),
                }
            }
            Truth::False => {}
        }
    }
    match (candidates, missing) {
        (Some((row, Some(value))), _) if agree => Answer::Row(row, value),
        (_, Some(missing)) => Answer::Unknown(missing),
        _ => Answer::Nothing,
    }
}

fn answer_in(row: &RowInfo, column: usize) -> Option<Value> {
    match row.cells.get(column)? {
        CellInfo::Answer(value) => Some(*value),
        CellInfo::OneOf(values) => values.first().copied(),
        _ => None,
    }
}

/// The row for all other known cases: sure where everything is known, since the rows before it did not match.
fn otherwise(table: &TableInfo, values: &[Option<Value>], missing: Option<Missing>) -> Truth {
    if let Some(missing) = missing {
        return Truth::Unknown(missing);
    }
    let unknown = table
        .columns
        .iter()
        .zip(values)
        .find_map(|(column, value)| {
            let fact = column.fact.as_ref()?;
            value.is_none().then_some(Missing::Fact(fact.fact))
        });
    unknown.map_or(Truth::True, Truth::Unknown)
}

fn matches(table: &TableInfo, row: &RowInfo, values: &[Option<Value>]) -> Truth {
    let mut all = Truth::True;
    for ((column, cell), value) in table.columns.iter().zip(&row.cells).zip(values) {
        match cell_holds(column, cell, value.as_ref()) {
            Truth::True => {}
            // Most rows are left at their first cell.
            Truth::False => return Truth::False,
            unknown @ Truth::Unknown(_) => all = all.and(unknown),
        }
    }
    all
}

fn cell_holds(column: &TableColumn, cell: &CellInfo, value: Option<&Value>) -> Truth {
    let Some(fact) = &column.fact else {
        return Truth::True;
    };
    let Some(value) = value.copied() else {
        return match cell {
            CellInfo::Unknown => Truth::True,
            _ if column.says_unknown => Truth::False,
            CellInfo::Any => Truth::True,
            _ => Truth::Unknown(Missing::Fact(fact.fact)),
        };
    };
    if let (Value::Choice(value), CellInfo::OneOf(values)) = (value, cell) {
        let same = |one: &Value| matches!(one, Value::Choice(one) if *one == value);
        return Truth::of(values.iter().any(same));
    }
    Truth::of(match cell {
        CellInfo::Any => true,
        CellInfo::Unknown | CellInfo::Answer(_) | CellInfo::Nothing => false,
        CellInfo::OneOf(values) => values
            .iter()
            .any(|one| compare(value, *one) == Some(Ordering::Equal)),
        CellInfo::Range(from, to) => {
            let above = from.is_none_or(|(bound, included)| {
                let how = if included {
                    Comparison::AtLeast
                } else {
                    Comparison::Above
                };
                holds(value, how, bound)
            });
            let below = to.is_none_or(|(bound, included)| {
                let how = if included {
                    Comparison::AtMost
                } else {
                    Comparison::Below
                };
                holds(value, how, bound)
            });
            above && below
        }
    })
}
