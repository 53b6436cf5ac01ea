//! What sentences read of tables, and which columns must hold times.

use std::collections::BTreeSet;

use crate::ast::{
    CellKind, Change, Deadline, DeadlineKind, Definition, Sentence, Span, SpanKind, Table,
    TableKey, Task,
};
use crate::diagnostic::Diagnostic;

/// The tables that a sentence reads.
pub(crate) fn tables_of(sentence: &Sentence) -> Vec<TableKey> {
    match sentence {
        Sentence::Definition(Definition::Table { table, .. }) => vec![table.key.clone()],
        Sentence::Stages(stages) => vec![stages.table.key.clone()],
        _ => times_of(sentence).into_iter().map(|(key, _)| key).collect(),
    }
}

/// The columns from which a sentence takes a time: the table, and the column's position in it.
pub(super) fn times_of(sentence: &Sentence) -> Vec<(TableKey, usize)> {
    match sentence {
        Sentence::Duty(duty) => of_task(&duty.task),
        Sentence::Rhythm(rhythm) => {
            let mut times = of_task(&rhythm.task);
            if let crate::ast::Beat::Since { span, .. } = &rhythm.beat {
                times.extend(of_span(span));
            }
            times
        }
        Sentence::Exception(exception) => exception
            .changes
            .iter()
            .filter_map(|change| {
                if let Change::Deadline(deadline) = change {
                    of_deadline(deadline)
                } else {
                    None
                }
            })
            .collect(),
        Sentence::Procedure(procedure) => procedure
            .items
            .iter()
            .filter_map(|item| item.in_place.as_ref())
            .flat_map(|duty| of_task(&duty.task))
            .collect(),
        Sentence::Retention(retention) => of_span(&retention.span).into_iter().collect(),
        Sentence::Sample(sample) => sample
            .within
            .as_ref()
            .and_then(of_span)
            .into_iter()
            .collect(),
        Sentence::Report(report) => of_span(&report.within).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn of_task(task: &Task) -> Vec<(TableKey, usize)> {
    task.deadline
        .as_ref()
        .and_then(of_deadline)
        .into_iter()
        .collect()
}

fn of_deadline(deadline: &Deadline) -> Option<(TableKey, usize)> {
    if let DeadlineKind::Within(span, _) = &deadline.kind {
        of_span(span)
    } else {
        None
    }
}

fn of_span(span: &Span) -> Option<(TableKey, usize)> {
    if let SpanKind::Table { table, column, .. } = &span.kind {
        Some((table.key.clone(), *column))
    } else {
        None
    }
}

/// Says which cells of these columns hold no time, although a rule takes its time from them.
pub(super) fn no_times(
    document: usize,
    table: &Table,
    columns: &BTreeSet<usize>,
    says: &mut Vec<Diagnostic>,
) {
    for column in columns {
        let cells = table.rows.iter().filter_map(|row| row.cells.get(*column));
        let words = cells.filter(|cell| matches!(cell.kind, CellKind::Text(_)));
        says.extend(words.map(|cell| {
            Diagnostic::new("K504", document, cell.range, "a cell that holds no time")
                .because("A rule takes its time from this column.")
                .suggest("Write a duration, as in “4 business hours”.")
        }));
    }
}
