//! A value on its way from one database to another.

use crate::error::StoreError;
use crate::row::Row;
use crate::value::{FromRow, Value, ValueRef};

/// A value of a row, owned.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing known.
    Null,
    /// A whole number, an instant, or a yes or no.
    Int(i64),
    /// A number with a fraction.
    Real(f64),
    /// Text or JSON.
    Text(String),
    /// Bytes or an id.
    Blob(Vec<u8>),
}

impl Cell {
    pub(super) fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Int(value) => Value::Int(*value),
            Self::Real(value) => Value::Real(*value),
            Self::Text(text) => Value::Text(text),
            Self::Blob(bytes) => Value::Blob(bytes),
        }
    }

    /// About how much memory it takes, in bytes.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Null | Self::Int(_) | Self::Real(_) => 8,
            Self::Text(text) => text.len() + 24,
            Self::Blob(bytes) => bytes.len() + 24,
        }
    }
}

impl From<ValueRef<'_>> for Cell {
    fn from(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Int(value) => Self::Int(value),
            ValueRef::Real(value) => Self::Real(value),
            ValueRef::Text(text) => Self::Text(text.to_owned()),
            ValueRef::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }
}

/// A whole row.
pub(super) struct Cells(pub Vec<Cell>);

impl FromRow for Cells {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        (0..row.len())
            .map(|column| row.value(column).map(Cell::from))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}
