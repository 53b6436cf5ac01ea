//! A row of a result, read in place.

use crate::error::StoreError;
use crate::postgres::value::Raw;
use crate::value::{FromValue, ValueRef};

/// A row of a result. Nothing is copied until a column is asked for.
pub struct Row<'a>(pub(crate) Inner<'a>);

pub(crate) enum Inner<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

impl Row<'_> {
    /// The column at this place, from 0, as this type.
    ///
    /// # Errors
    ///
    /// [`StoreError::Shape`] when the column holds something else, or there is no such column.
    pub fn get<'r, T: FromValue<'r>>(&'r self, column: usize) -> Result<T, StoreError> {
        let value = self.value(column)?;
        T::from_value(value).ok_or(StoreError::Shape {
            column,
            expected: T::EXPECTED,
            found: value.kind(),
        })
    }

    /// The column at this place as it lies there.
    ///
    /// # Errors
    ///
    /// [`StoreError::Shape`] when there is no such column or its type is none the store knows.
    pub fn value(&self, column: usize) -> Result<ValueRef<'_>, StoreError> {
        let strange = |found| StoreError::Shape {
            column,
            expected: "a column of a known type",
            found,
        };
        match &self.0 {
            Inner::Sqlite(row) => {
                match row.get_ref(column).map_err(|_| strange("no such column"))? {
                    rusqlite::types::ValueRef::Null => Ok(ValueRef::Null),
                    rusqlite::types::ValueRef::Integer(value) => Ok(ValueRef::Int(value)),
                    rusqlite::types::ValueRef::Real(value) => Ok(ValueRef::Real(value)),
                    rusqlite::types::ValueRef::Text(text) => std::str::from_utf8(text)
                        .map(ValueRef::Text)
                        .map_err(|_| strange("text that is not UTF-8")),
                    rusqlite::types::ValueRef::Blob(bytes) => Ok(ValueRef::Blob(bytes)),
                }
            }
            Inner::Postgres(row) => row
                .try_get::<_, Raw<'_>>(column)
                .map(|raw| raw.0)
                .map_err(|_| strange("a type the store does not know; cast it in the statement")),
        }
    }

    /// How many columns the row has.
    pub fn len(&self) -> usize {
        match &self.0 {
            Inner::Sqlite(row) => row.as_ref().column_count(),
            Inner::Postgres(row) => row.len(),
        }
    }

    /// Whether the row has no columns.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
