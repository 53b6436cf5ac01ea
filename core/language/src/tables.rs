//! Decision tables: what their headings and cells mean.

use kept_kernel::Duration;

use crate::ast::{
    Bound, Cell, CellKind, Column, ColumnKind, Row, Table, TableKey, TextRange, Value,
};
use crate::diagnostic::Diagnostic;
use crate::outline::{RawHeading, RawTable};
use crate::register::{FactId, FactKind, NounId, PhraseForm, closest};
use crate::sentence::{Cursor, Scope};
use crate::words;

/// The positions of the answers: the bold columns, else the last that is no note.
pub(crate) fn answer_columns(raw: &RawTable) -> Vec<usize> {
    let bold: Vec<usize> = raw
        .headings
        .iter()
        .enumerate()
        .filter(|(_, heading)| heading.bold)
        .map(|(index, _)| index)
        .collect();
    if !bold.is_empty() {
        return bold;
    }
    raw.headings
        .iter()
        .enumerate()
        .rev()
        .find(|(_, heading)| !is_note(heading))
        .map(|(index, _)| index)
        .into_iter()
        .collect()
}

fn is_note(heading: &RawHeading) -> bool {
    heading.name == "(note)" || heading.name == "note" || heading.name.ends_with("(note)")
}

/// What a table is read for: whose facts its headings name.
#[derive(Clone, Copy)]
pub(crate) struct Use {
    /// The case of the rule that reads it; none: no rule does.
    pub case: Option<NounId>,
    /// Whether it is a table of stages.
    pub stages: bool,
}

/// Reads a table for its use.
pub(crate) fn read(
    scope: &Scope<'_>,
    text: &str,
    raw: &RawTable,
    code: &str,
    usage: Use,
) -> (Table, Vec<Diagnostic>) {
    let mut reader = Reader {
        scope,
        text,
        raw,
        usage,
        says: Vec::new(),
    };
    let columns = reader.columns();
    let rows = raw
        .rows
        .iter()
        .filter_map(|(cells, range)| reader.row(&columns, cells, *range))
        .collect();
    let key = TableKey {
        code: code.to_owned(),
        number: raw.number.clone(),
    };
    let table = Table {
        key,
        caption: raw.caption.clone(),
        columns,
        rows,
        range: raw.range,
    };
    (table, reader.says)
}

struct Reader<'s, 't> {
    scope: &'s Scope<'s>,
    text: &'t str,
    raw: &'t RawTable,
    usage: Use,
    says: Vec<Diagnostic>,
}

impl Reader<'_, '_> {
    fn say(&mut self, range: TextRange, what: &str, reason: &str, suggestion: &str) {
        let message = Diagnostic::new("K504", self.scope.document, range, what);
        self.says.push(message.because(reason).suggest(suggestion));
    }

    fn columns(&mut self) -> Vec<Column> {
        let answers = answer_columns(self.raw);
        let mut columns = Vec::new();
        for (index, heading) in self.raw.headings.iter().enumerate() {
            let kind = if is_note(heading) {
                ColumnKind::Note
            } else if let Some(kind) = self.stage_column(heading) {
                kind
            } else if answers.contains(&index) {
                ColumnKind::Answer(self.fact(&heading.name))
            } else if let Some(fact) = self.fact(&heading.name) {
                ColumnKind::Condition(fact)
            } else {
                self.unknown_column(heading);
                ColumnKind::Note
            };
            columns.push(Column {
                heading: heading.name.clone(),
                kind,
                range: heading.range,
            });
        }
        if answers.is_empty() {
            self.say(
                self.raw.range,
                "a table without an answer",
                "The answer stands in the last column, or in those whose headings are bold.",
                "",
            );
        }
        columns
    }

    fn stage_column(&self, heading: &RawHeading) -> Option<ColumnKind> {
        if !self.usage.stages {
            return None;
        }
        match heading.name.as_str() {
            "stage" => Some(ColumnKind::Stage),
            "entered when" => Some(ColumnKind::EnteredWhen),
            "needs" => Some(ColumnKind::Needs),
            _ => Some(ColumnKind::Note),
        }
    }

    /// The fact that a heading names: of the case, its kin, its client, else of the first noun that has one.
    fn fact(&self, name: &str) -> Option<FactId> {
        let register = self.scope.register;
        let bare = name.strip_prefix("its ").unwrap_or(name);
        let bare = bare
            .strip_prefix("the client's ")
            .or_else(|| bare.strip_prefix("client's "))
            .unwrap_or(bare);
        let kin = register.nouns().filter(|(id, _)| {
            self.usage
                .case
                .is_some_and(|case| register.same_record(case, *id))
        });
        let owners = self
            .usage
            .case
            .into_iter()
            .chain(kin.map(|(id, _)| id))
            .chain(register.noun("client"));
        let near = owners
            .into_iter()
            .find_map(|owner| register.fact(owner, bare));
        near.or_else(|| {
            register
                .facts()
                .find(|(_, fact)| fact.name == bare || fact.also.iter().any(|also| also == bare))
                .map(|(id, _)| id)
        })
    }

    fn unknown_column(&mut self, heading: &RawHeading) {
        if self.usage.case.is_none() {
            return;
        }
        let names = self
            .scope
            .register
            .facts()
            .map(|(_, fact)| fact.name.as_str());
        let near = closest(&heading.name, names).map(|near| format!("Did you mean “{near}”?"));
        let suggestion = near.unwrap_or_else(|| "Mark a column for people as “(note)”.".to_owned());
        self.say(
            heading.range,
            "unknown column",
            "The headings before the answer name facts.",
            &suggestion,
        );
    }

    fn row(&mut self, columns: &[Column], cells: &[TextRange], range: TextRange) -> Option<Row> {
        if cells.len() != columns.len() {
            let reason = format!(
                "The table has {} columns, this row has {} cells.",
                columns.len(),
                cells.len()
            );
            self.say(
                range,
                "a row of another length",
                &reason,
                "Separate the cells with |.",
            );
            return None;
        }
        let conditions = columns
            .iter()
            .filter(|column| matches!(column.kind, ColumnKind::Condition(_)))
            .count();
        let otherwise = cells.iter().zip(columns).position(|(cell, column)| {
            matches!(column.kind, ColumnKind::Condition(_))
                && self.words(*cell).trim().eq_ignore_ascii_case("otherwise")
        });
        let mut read = Vec::new();
        for (index, (cell, column)) in cells.iter().zip(columns).enumerate() {
            let blank_beside_otherwise = otherwise.is_some_and(|at| at != index)
                && conditions > 1
                && self.words(*cell).trim().is_empty();
            let kind = match column.kind {
                ColumnKind::Condition(_) if blank_beside_otherwise => CellKind::Any,
                ColumnKind::Condition(fact) => self.condition_cell(*cell, fact, column),
                ColumnKind::Answer(fact) => self.answer_cell(*cell, fact, index),
                ColumnKind::Note => CellKind::Text(self.words(*cell).to_owned()),
                ColumnKind::Stage => self.stage_cell(*cell, index),
                ColumnKind::EnteredWhen => self.events_cell(*cell),
                ColumnKind::Needs => self.needs_cell(*cell),
            };
            read.push(Cell { kind, range: *cell });
        }
        Some(Row { cells: read, range })
    }

    fn words(&self, range: TextRange) -> &str {
        self.text.get(range.start..range.end).unwrap_or_default()
    }

    fn cursor(&self, range: TextRange) -> Cursor<'_> {
        let outline = self.scope.outlines.get(self.scope.document);
        let blank = |name: &str| {
            outline
                .and_then(|outline| outline.blanks.get(name))
                .and_then(|blank| blank.value.clone())
        };
        let mut cursor = Cursor::new(self.scope, words::split(self.text, range, &blank), range);
        cursor.case = self.usage.case;
        cursor
    }

    fn condition_cell(&mut self, range: TextRange, fact: FactId, column: &Column) -> CellKind {
        let said = self.words(range).trim().to_lowercase();
        match said.as_str() {
            "any" => return CellKind::Any,
            "unknown" => return CellKind::Unknown,
            "otherwise" => return CellKind::Otherwise,
            _ => {}
        }
        let mut cursor = self.cursor(range);
        let (cell, says) = (cursor.cell(fact), cursor.says);
        if let Some(cell) = cell.filter(|_| says.is_empty()) {
            return cell;
        }
        let entry = &self.scope.register[fact];
        let near = closest(&said, entry.values.iter().map(String::as_str))
            .map(|near| format!("Did you mean “{near}”?"));
        let reason = if entry.kind == FactKind::Choice {
            format!(
                "The {} is one of {}.",
                column.heading,
                entry.values.join(", ")
            )
        } else {
            says.first().map_or_else(
                || "A cell holds a value, “A, B”, “any”, “unknown”, “above X”, “below X”, “at least X”, “at most X”, “X to Y”, “X up to Y”.".to_owned(),
                |message| format!("{} {}", message.what, message.reason),
            )
        };
        self.say(range, "unreadable cell", &reason, &near.unwrap_or_default());
        CellKind::Any
    }

    fn answer_cell(&mut self, range: TextRange, fact: Option<FactId>, index: usize) -> CellKind {
        let unit = self
            .raw
            .headings
            .get(index)
            .and_then(|heading| heading.unit.clone());
        let mut cursor = self.cursor(range);
        if let Some(fact) = fact.filter(|fact| self.scope.register[*fact].kind == FactKind::Choice)
        {
            if let Some(value) = cursor.whole_choice(fact) {
                return CellKind::Answer(value);
            }
            let entry = &self.scope.register[fact];
            let said = self.words(range).trim().to_lowercase();
            let near = closest(&said, entry.values.iter().map(String::as_str))
                .map(|near| format!("Did you mean “{near}”?"));
            let reason = format!("The {} is one of {}.", entry.name, entry.values.join(", "));
            self.say(range, "unreadable cell", &reason, &near.unwrap_or_default());
            return CellKind::Text(String::new());
        }
        if let Some(unit) = unit {
            let whole = format!("{} {unit}", self.words(range).trim());
            if let Ok(duration) = whole.parse::<Duration>() {
                return CellKind::Answer(Value::Duration(duration));
            }
        }
        if let Some(value) = cursor.whole_answer() {
            return CellKind::Answer(value);
        }
        CellKind::Text(self.words(range).to_owned())
    }

    /// A stage is a value of the fact `stage` of what goes through it.
    fn stage_cell(&mut self, range: TextRange, index: usize) -> CellKind {
        let register = self.scope.register;
        let fact = self
            .usage
            .case
            .and_then(|case| register.fact(case, "stage"));
        if fact.is_some() {
            return self.answer_cell(range, fact, index);
        }
        CellKind::Text(self.words(range).trim().to_owned())
    }

    fn events_cell(&mut self, range: TextRange) -> CellKind {
        if matches!(self.words(range).trim(), "" | "-" | "–" | "by hand") {
            return CellKind::Events(Vec::new());
        }
        let mut cursor = self.cursor(range);
        let events = cursor.events();
        let says = std::mem::take(&mut cursor.says);
        self.says.extend(says);
        CellKind::Events(events)
    }

    fn needs_cell(&mut self, range: TextRange) -> CellKind {
        if matches!(self.words(range).trim(), "" | "-" | "–" | "nothing") {
            return CellKind::Needs(Vec::new());
        }
        let mut cursor = self.cursor(range);
        let needs = cursor.proofs();
        let says = std::mem::take(&mut cursor.says);
        self.says.extend(says);
        CellKind::Needs(needs)
    }
}

/// The form in which events stand in a table of stages.
pub(crate) const STAGE_EVENTS: PhraseForm = PhraseForm::Happens;

/// One end of a range.
pub(crate) fn bound(value: Value, included: bool) -> Bound {
    Bound { value, included }
}
