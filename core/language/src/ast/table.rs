//! Tables, as rules read them.

use super::condition::Value;
use super::naming::{ActUse, TableKey, TextRange};
use super::task::Evidence;
use crate::register::FactId;

/// A decision table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Document and number.
    pub key: TableKey,
    /// The caption after the number.
    pub caption: String,
    /// The columns from left to right.
    pub columns: Vec<Column>,
    /// The rows from top to bottom.
    pub rows: Vec<Row>,
    /// The whole table with its caption.
    pub range: TextRange,
}

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// The heading without marks and unit.
    pub heading: String,
    /// What it is for.
    pub kind: ColumnKind,
    /// The heading's words.
    pub range: TextRange,
}

/// What a column is for.
#[derive(Clone, Debug)]
pub enum ColumnKind {
    /// A fact on which the row is chosen.
    Condition(FactId),
    /// What the table answers; the fact where the heading names one.
    Answer(Option<FactId>),
    /// A note for people.
    Note,
    /// Of a stage table: the stage, `entered when`, `needs`.
    Stage,
    /// The events that enter the stage.
    EnteredWhen,
    /// The proof to leave it.
    Needs,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub struct Row {
    /// A cell for each column.
    pub cells: Vec<Cell>,
    /// The row's words.
    pub range: TextRange,
}

/// A cell of a table.
#[derive(Clone, Debug)]
pub struct Cell {
    /// What it says.
    pub kind: CellKind,
    /// Its words.
    pub range: TextRange,
}

/// What a cell says.
#[derive(Clone, Debug)]
pub enum CellKind {
    /// Any value, known or not.
    Any,
    /// Only where the fact is unknown.
    Unknown,
    /// One of these values.
    OneOf(Vec<Value>),
    /// A range of numbers or of ordered choices.
    Range(Option<Bound>, Option<Bound>),
    /// All other known cases.
    Otherwise,
    /// An answer.
    Answer(Value),
    /// Text: a note, or an answer that is words.
    Text(String),
    /// Of a stage table.
    Events(Vec<ActUse>),
    /// Of a stage table.
    Needs(Vec<Evidence>),
}

/// One end of a range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bound {
    /// Where it lies.
    pub value: Value,
    /// Whether it belongs to the range.
    pub included: bool,
}
