//! A hash over the rows of a table that is the same whichever database they come from.
//!
//! Databases write one JSON value in several ways (spaces, the order of names, `1.0` and `1`); it is hashed in one form.

use aws_lc_rs::digest::{Context, SHA256};
use kept_store::copy::{Cell, Column, Kind};
use serde_json::Value;

/// Rows as they come, in the order of their key.
pub struct RowsHash {
    context: Context,
    buffer: Vec<u8>,
}

impl RowsHash {
    pub fn new() -> Self {
        Self {
            context: Context::new(&SHA256),
            buffer: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn add(&mut self, columns: &[Column], row: &[Cell]) {
        self.buffer.clear();
        for (column, cell) in columns.iter().zip(row) {
            put(&mut self.buffer, column.kind, cell);
        }
        self.context.update(&self.buffer);
    }

    /// The hash, as hexadecimal digits.
    pub fn finish(self) -> String {
        use std::fmt::Write as _;
        let digest = self.context.finish();
        digest
            .as_ref()
            .iter()
            .fold(String::new(), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            })
    }
}

/// Each value with a mark of its type and its length before it, so that no two rows give the same bytes.
fn put(out: &mut Vec<u8>, kind: Kind, cell: &Cell) {
    let sized = |out: &mut Vec<u8>, mark: u8, bytes: &[u8]| {
        out.push(mark);
        out.extend((bytes.len() as u64).to_be_bytes());
        out.extend(bytes);
    };
    match cell {
        Cell::Null => out.push(0),
        Cell::Int(value) => sized(out, 1, &value.to_be_bytes()),
        Cell::Real(value) => sized(out, 2, &value.to_bits().to_be_bytes()),
        Cell::Text(text) if kind == Kind::Json => match serde_json::from_str::<Value>(text) {
            Ok(value) => {
                let mut form = String::with_capacity(text.len());
                json(&mut form, &value);
                sized(out, 3, form.as_bytes());
            }
            Err(_) => sized(out, 3, text.as_bytes()),
        },
        Cell::Text(text) => sized(out, 3, text.as_bytes()),
        Cell::Blob(bytes) => sized(out, 4, bytes),
    }
}

/// The largest whole number up to which all can be told from their neighbours as fractions.
const EXACT: f64 = 9_007_199_254_740_992.0;

fn json(out: &mut String, value: &Value) {
    match value {
        Value::Array(values) => {
            out.push('[');
            for value in values {
                json(out, value);
                out.push(',');
            }
            out.push(']');
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            out.push('{');
            for (name, value) in fields {
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                json(out, value);
                out.push(',');
            }
            out.push('}');
        }
        Value::Number(number) => match number.as_f64() {
            Some(real) if number.is_f64() && real.fract() == 0.0 && real.abs() < EXACT => {
                out.push_str(&(real as i64).to_string());
            }
            _ => out.push_str(&number.to_string()),
        },
        other => out.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::RowsHash;
    use kept_store::copy::{Cell, Column, Kind};

    fn hash(kind: Kind, cells: &[Cell]) -> String {
        let columns: Vec<Column> = cells
            .iter()
            .map(|_| Column {
                name: "c".into(),
                kind,
                late: false,
            })
            .collect();
        let mut hash = RowsHash::new();
        hash.add(&columns, cells);
        hash.finish()
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.into())
    }

    #[test]
    fn one_json_value_has_one_hash_however_it_is_written() {
        let written = hash(Kind::Json, &[text(r#"{"b":[1.0,2e2],"a":"x"}"#)]);
        assert_eq!(
            hash(Kind::Json, &[text(r#"{ "a": "x", "b": [1, 200] }"#)]),
            written
        );
        assert_ne!(
            hash(Kind::Json, &[text(r#"{"b":[1,201],"a":"x"}"#)]),
            written
        );
    }

    #[test]
    fn text_is_hashed_as_it_is_and_columns_do_not_run_together() {
        assert_ne!(
            hash(Kind::Text, &[text("{ }")]),
            hash(Kind::Text, &[text("{}")])
        );
        assert_ne!(
            hash(Kind::Text, &[text("ab"), text("c")]),
            hash(Kind::Text, &[text("a"), text("bc")])
        );
        assert_ne!(
            hash(Kind::Text, &[Cell::Null]),
            hash(Kind::Text, &[text("")])
        );
    }
}
