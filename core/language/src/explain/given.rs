//! Definitions, stages, terms, and the tables that rules read.

use kept_kernel::Duration;

use crate::ast::{
    CellKind, ColumnKind, Condition, Definition, Row, Stages, Table, TableKey, Value,
};
use crate::document::{Rule, Slot};

use super::say::{Say, and, facts_in};
use super::{Told, Topic};

impl Told {
    pub(super) fn definition(&mut self, say: &Say<'_>, rule: &Rule, definition: &Definition) {
        match definition {
            Definition::Table { table, fact, noun } => {
                let name = format!(
                    "the {}'s {}",
                    say.register[*noun].says, say.register[*fact].name
                );
                let caption = say
                    .library
                    .table(&table.key)
                    .map_or("", |table| table.caption.as_str());
                self.add(
                    Topic::Says,
                    format!(
                        "{name} follows from table {} of {}, “{caption}”.",
                        table.key.number, table.key.code
                    ),
                );
                let column = say.library.table(&table.key).and_then(|table| {
                    table.columns.iter().position(|column| matches!(column.kind, ColumnKind::Answer(Some(answer)) if answer == *fact))
                });
                self.all(Topic::Table, rows(say, &table.key, column));
                let inputs = inputs(say, &table.key);
                if !inputs.is_empty() {
                    self.add(
                        Topic::Facts,
                        format!("It is worked out anew when {} changes; figures and times are kept with it.", super::say::or(&inputs)),
                    );
                    self.add(
                        Topic::Facts,
                        "Where a column is not known, there is no answer, unless all rows that could still fit agree.",
                    );
                }
                self.add(
                    Topic::Facts,
                    "A value set by hand, with a reason and an end, goes before the table while it lasts.",
                );
            }
            Definition::State { condition, .. } | Definition::YesNo { condition, .. } => {
                let head = say.slot(rule, Slot::Head).unwrap_or_default();
                self.defined_by(say, &head, condition);
            }
        }
    }

    fn defined_by(&mut self, say: &Say<'_>, head: &str, condition: &Condition) {
        let (tests, lead) = match condition {
            Condition::All(tests) => (tests, "all of these hold"),
            Condition::Any(tests) => (tests, "one of these holds"),
        };
        if let [one] = tests.as_slice() {
            self.add(Topic::Says, format!("{head} if {}.", say.words(one.range)));
        } else {
            let tests: Vec<String> = tests.iter().map(|test| say.words(test.range)).collect();
            let tests = super::say::lettered(&tests);
            self.add(Topic::Says, format!("{head} if {lead}: {tests}."));
        }
        self.add(
            Topic::Facts,
            "It is worked out anew whenever one of these changes, and the times are kept.",
        );
        if facts_in(condition).iter().any(|(_, needed)| *needed) {
            self.add(
                Topic::Facts,
                "Where something asked here is not known, it stays open whether it holds, unless the rest decides it.",
            );
        }
        self.add(
            Topic::Facts,
            "A value set by hand, with a reason and an end, goes before this while it lasts.",
        );
    }

    pub(super) fn term(&mut self, word: &str, meaning: &str) {
        self.add(Topic::Says, format!("“{word}” means {meaning}."));
        self.add(
            Topic::Says,
            "The meaning is shown wherever the word stands. Nothing starts from it.",
        );
    }

    pub(super) fn stages(&mut self, say: &Say<'_>, stages: &Stages) {
        let noun = &say.register[stages.noun].says;
        self.add(
            Topic::Says,
            format!("A {noun} goes through the stages below, one after the other."),
        );
        let Some(table) = say.library.table(&stages.table.key) else {
            return;
        };
        for (index, row) in table.rows.iter().enumerate() {
            self.add(Topic::Steps, stage(say, table, row, index + 1));
        }
        self.add(
            Topic::Says,
            "A stage is entered by its event or by hand, but not before the one before it has what it needs. The times of entering and leaving are kept.",
        );
        let back = if stages.going_back_needs_reason {
            "Going back to an earlier stage needs a reason."
        } else {
            "Going back to an earlier stage is free."
        };
        self.add(Topic::Says, back);
    }
}

fn stage(say: &Say<'_>, table: &Table, row: &Row, number: usize) -> String {
    let speaker = speaker(say, &table.key);
    let cell = |wanted: fn(&ColumnKind) -> bool| {
        let at = table
            .columns
            .iter()
            .position(|column| wanted(&column.kind))?;
        row.cells.get(at)
    };
    let name = cell(|kind| matches!(kind, ColumnKind::Stage))
        .map_or_else(String::new, |cell| speaker.words(cell.range));
    let entered = match cell(|kind| matches!(kind, ColumnKind::EnteredWhen)) {
        Some(cell) if matches!(&cell.kind, CellKind::Events(events) if !events.is_empty()) => {
            format!("entered when {}", speaker.words(cell.range))
        }
        _ => "entered by hand".to_owned(),
    };
    let needs = match cell(|kind| matches!(kind, ColumnKind::Needs)) {
        Some(cell) if matches!(&cell.kind, CellKind::Needs(needs) if !needs.is_empty()) => {
            format!("; to leave it there must be {}", speaker.words(cell.range))
        }
        _ => String::new(),
    };
    format!("{number}. {name}: {entered}{needs}.")
}

/// Speaks about the document in which a table stands.
fn speaker<'a>(say: &Say<'a>, table: &TableKey) -> Say<'a> {
    let found = say
        .library
        .documents
        .iter()
        .find(|document| document.header.code == table.code);
    Say {
        document: found.unwrap_or(say.document),
        ..*say
    }
}

/// The rows of a table, each as a sentence; with a column only that answer.
pub(super) fn rows(say: &Say<'_>, key: &TableKey, column: Option<usize>) -> Vec<String> {
    let Some(table) = say.library.table(key) else {
        return Vec::new();
    };
    table
        .rows
        .iter()
        .map(|row| self::row(say, table, row, column))
        .collect()
}

/// A row as a sentence: *priority urgent: 4 hours.*
pub(crate) fn row(say: &Say<'_>, table: &Table, row: &Row, column: Option<usize>) -> String {
    let speaker = speaker(say, &table.key);
    let mut when = Vec::new();
    let mut answers = Vec::new();
    let mut otherwise = false;
    let many = column.is_none()
        && table
            .columns
            .iter()
            .filter(|column| matches!(column.kind, ColumnKind::Answer(_)))
            .count()
            > 1;
    for (index, (cell, heading)) in row.cells.iter().zip(&table.columns).enumerate() {
        let words = speaker.words(cell.range);
        match (&heading.kind, &cell.kind) {
            (ColumnKind::Condition(_), CellKind::Otherwise) => otherwise = true,
            (ColumnKind::Condition(_), CellKind::Any) => {}
            (ColumnKind::Condition(_), CellKind::Unknown) => {
                when.push(format!("{} not known", heading.heading));
            }
            (ColumnKind::Condition(_), CellKind::OneOf(_)) => {
                when.push(format!(
                    "{} {}",
                    heading.heading,
                    words.replace(", ", " or ")
                ));
            }
            (ColumnKind::Condition(_), _) => when.push(format!("{} {words}", heading.heading)),
            (ColumnKind::Answer(_), _) if column.is_some_and(|wanted| wanted != index) => {}
            (ColumnKind::Answer(_), _) if many => {
                answers.push(format!("{} {words}", heading.heading));
            }
            (ColumnKind::Answer(_), _) => answers.push(words),
            _ => {}
        }
    }
    let lead = if otherwise {
        "all other cases".to_owned()
    } else if when.is_empty() {
        "always".to_owned()
    } else {
        and(&when)
    };
    format!("{lead}: {}.", and(&answers))
}

/// The durations in a column.
pub(super) fn durations(say: &Say<'_>, key: &TableKey, column: usize) -> Vec<Duration> {
    let rows = say.library.table(key).map_or(&[][..], |table| &table.rows);
    rows.iter()
        .filter_map(|row| match row.cells.get(column)?.kind {
            CellKind::Answer(Value::Duration(duration)) => Some(duration),
            _ => None,
        })
        .collect()
}

/// The names of the columns on which the row is chosen.
fn inputs(say: &Say<'_>, key: &TableKey) -> Vec<String> {
    let columns = say
        .library
        .table(key)
        .map_or(&[][..], |table| &table.columns);
    columns
        .iter()
        .filter(|column| matches!(column.kind, ColumnKind::Condition(_)))
        .map(|column| format!("the {}", column.heading))
        .collect()
}
