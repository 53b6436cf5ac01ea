//! The lines of a backup, and how a value stands in one.

use base64ct::{Base64, Encoding as _};
use kept_store::copy::{Cell, Column, Kind};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The number of this format.
pub const FORMAT: u32 = 1;

/// The first line: what this is a backup of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Head {
    pub kept_backup: u32,
    pub made_at: String,
    pub program: String,
    pub from: String,
    /// The parts of the product with the number of their migrations that had been run.
    pub schemas: Vec<(String, u32)>,
}

#[derive(Serialize, Deserialize)]
pub struct FilePart {
    pub file: String,
    pub part: String,
}

#[derive(Serialize, Deserialize)]
pub struct TableHead {
    pub table: String,
    pub columns: Vec<String>,
    pub given: Option<i64>,
}

#[derive(Serialize, Deserialize)]
pub struct TableEnd {
    pub end: String,
    pub rows: u64,
    pub hash: String,
}

#[derive(Serialize, Deserialize)]
pub struct Foot {
    pub tables: u64,
    pub rows: u64,
}

/// A line after the first.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Line {
    File(FilePart),
    Table(TableHead),
    End(TableEnd),
    Foot(Foot),
}

pub fn encoded(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

pub fn decoded(text: &str) -> Option<Vec<u8>> {
    Base64::decode_vec(text).ok()
}

/// A row as a line.
pub fn row(columns: &[Column], cells: &[Cell]) -> Value {
    let values = columns.iter().zip(cells).map(|(column, cell)| match cell {
        Cell::Null => Value::Null,
        Cell::Int(value) if column.kind == Kind::Bool => Value::from(*value != 0),
        Cell::Int(value) => Value::from(*value),
        // The shortest digits that read back as the same number.
        Cell::Real(value) => Value::from(format!("{value:?}")),
        Cell::Text(text) => Value::from(text.as_str()),
        Cell::Blob(bytes) => Value::from(encoded(bytes)),
    });
    values.collect()
}

/// The row that a line holds; none when it is no row of these columns.
pub fn cells(columns: &[Column], line: &str) -> Option<Vec<Cell>> {
    let values: Vec<Value> = serde_json::from_str(line).ok()?;
    if values.len() != columns.len() {
        return None;
    }
    columns
        .iter()
        .zip(values)
        .map(|(column, value)| cell(column.kind, value))
        .collect()
}

fn cell(kind: Kind, value: Value) -> Option<Cell> {
    Some(match (kind, value) {
        (_, Value::Null) => Cell::Null,
        (Kind::Bool, Value::Bool(value)) => Cell::Int(value.into()),
        (Kind::Int | Kind::Serial | Kind::Place, Value::Number(value)) => {
            Cell::Int(value.as_i64()?)
        }
        (Kind::Real, Value::String(text)) => Cell::Real(text.parse().ok()?),
        (Kind::Text | Kind::Json, Value::String(text)) => Cell::Text(text),
        (Kind::Id, Value::String(text)) => {
            Cell::Blob(decoded(&text).filter(|bytes| bytes.len() == 16)?)
        }
        (Kind::Bytes, Value::String(text)) => Cell::Blob(decoded(&text)?),
        _ => return None,
    })
}
