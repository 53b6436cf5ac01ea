//! Running named statements on an SQLite connection.

use std::rc::Rc;

use rusqlite::types::{ToSql as _, ToSqlOutput, Value as Plain, ValueRef as Bound};
use rusqlite::vtab::array::Array;
use rusqlite::{CachedStatement, Connection, ErrorCode};

use crate::error::StoreError;
use crate::row::{Inner, Row};
use crate::sql::{Dialect, Sql};
use crate::value::{FromRow, Value};

/// Why an iteration ended early.
pub(crate) enum Stop<E> {
    Taker(E),
    Store(StoreError),
}

pub(crate) fn execute(
    connection: &Connection,
    sql: Sql,
    params: &[Value<'_>],
) -> Result<u64, StoreError> {
    let mut statement = prepare(connection, sql)?;
    bind(&mut statement, sql, params)?;
    let changed = statement.raw_execute();
    changed
        .map(|rows| rows as u64)
        .map_err(|error| explain(sql, &error))
}

/// Runs a statement for each row of `width` values. One row a statement: with several, SQLite keeps each page as it was
/// before the statement, and an import took half as much time again.
pub(crate) fn execute_each(
    connection: &Connection,
    sql: Sql,
    width: usize,
    values: &[Value<'_>],
) -> Result<u64, StoreError> {
    let mut statement = prepare(connection, sql)?;
    let places = places(&statement, sql)?;
    let mut changed = 0;
    for row in values.chunks(width) {
        bind_at(&mut statement, sql, &places, row)?;
        changed += statement
            .raw_execute()
            .map_err(|error| explain(sql, &error))? as u64;
    }
    Ok(changed)
}

pub(crate) fn first<T: FromRow>(
    connection: &Connection,
    sql: Sql,
    params: &[Value<'_>],
) -> Result<Option<T>, StoreError> {
    let mut statement = prepare(connection, sql)?;
    bind(&mut statement, sql, params)?;
    let mut rows = statement.raw_query();
    let row = rows.next().map_err(|error| explain(sql, &error))?;
    row.map(|row| T::from_row(&Row(Inner::Sqlite(row))))
        .transpose()
}

pub(crate) fn each<E>(
    connection: &Connection,
    sql: Sql,
    params: &[Value<'_>],
    take: &mut impl FnMut(&Row<'_>) -> Result<(), E>,
) -> Result<(), Stop<E>> {
    let mut statement = prepare(connection, sql).map_err(Stop::Store)?;
    bind(&mut statement, sql, params).map_err(Stop::Store)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows
        .next()
        .map_err(|error| Stop::Store(explain(sql, &error)))?
    {
        take(&Row(Inner::Sqlite(row))).map_err(Stop::Taker)?;
    }
    Ok(())
}

pub(crate) fn prepare(
    connection: &Connection,
    sql: Sql,
) -> Result<CachedStatement<'_>, StoreError> {
    connection
        .prepare_cached(&sql.for_dialect(Dialect::Sqlite))
        .map_err(|error| explain(sql, &error))
}

fn bind(
    statement: &mut CachedStatement<'_>,
    sql: Sql,
    params: &[Value<'_>],
) -> Result<(), StoreError> {
    let places = places(statement, sql)?;
    bind_at(statement, sql, &places, params)
}

/// Which value each parameter takes, by the digits of its name: SQLite numbers `$2` before `$1` when it comes first in the
/// text.
fn places(statement: &CachedStatement<'_>, sql: Sql) -> Result<Vec<usize>, StoreError> {
    let place = |index| {
        statement
            .parameter_name(index)
            .and_then(|name| {
                name.strip_prefix('$')?
                    .parse::<usize>()
                    .ok()?
                    .checked_sub(1)
            })
            .ok_or_else(|| without_value(sql, index))
    };
    (1..=statement.parameter_count()).map(place).collect()
}

fn bind_at(
    statement: &mut CachedStatement<'_>,
    sql: Sql,
    places: &[usize],
    params: &[Value<'_>],
) -> Result<(), StoreError> {
    for (place, index) in places.iter().zip(1..) {
        let value = params
            .get(*place)
            .ok_or_else(|| without_value(sql, index))?;
        if matches!(value, Value::Text(text) | Value::Json(text) if text.as_bytes().contains(&0)) {
            return Err(StoreError::database(
                sql,
                "a text must not hold the character U+0000",
            ));
        }
        let bound = output(*value).and_then(|value| statement.raw_bind_parameter(index, value));
        bound.map_err(|error| explain(sql, &error))?;
    }
    Ok(())
}

fn without_value(sql: Sql, index: usize) -> StoreError {
    StoreError::database(sql, format!("parameter {index} has no value"))
}

/// A value in SQLite's terms. Lists become the arrays that `rarray` takes.
fn output(value: Value<'_>) -> Result<ToSqlOutput<'_>, rusqlite::Error> {
    Ok(match value {
        Value::Null => ToSqlOutput::Borrowed(Bound::Null),
        Value::Int(value) => ToSqlOutput::Borrowed(Bound::Integer(value)),
        Value::Bool(value) => ToSqlOutput::Borrowed(Bound::Integer(value.into())),
        Value::Real(value) => ToSqlOutput::Borrowed(Bound::Real(value)),
        Value::Text(text) | Value::Json(text) => {
            ToSqlOutput::Borrowed(Bound::Text(text.as_bytes()))
        }
        Value::Blob(bytes) => ToSqlOutput::Borrowed(Bound::Blob(bytes)),
        Value::Id(id) => ToSqlOutput::Owned(id.bytes().to_vec().into()),
        Value::Ids(ids) => return array(ids.iter().map(|id| id.bytes().to_vec().into())),
        Value::Ints(numbers) => return array(numbers.iter().map(|number| (*number).into())),
        Value::Texts(texts) => return array(texts.iter().map(|text| (*text).to_owned().into())),
    })
}

fn array(values: impl Iterator<Item = Plain>) -> Result<ToSqlOutput<'static>, rusqlite::Error> {
    let list: Array = Rc::new(values.collect());
    match list.to_sql()? {
        ToSqlOutput::Pointer(pointer) => Ok(ToSqlOutput::Pointer(pointer)),
        _ => Err(rusqlite::Error::InvalidQuery),
    }
}

/// The store's error for what SQLite said about a statement.
pub(crate) fn explain(sql: Sql, error: &rusqlite::Error) -> StoreError {
    let code = error.sqlite_error_code();
    match code {
        Some(ErrorCode::ConstraintViolation) => StoreError::Conflict {
            statement: sql.name(),
            message: error.to_string(),
        },
        Some(ErrorCode::DiskFull) => StoreError::Full,
        Some(ErrorCode::OperationInterrupted) => StoreError::Timeout,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Retry,
        _ => StoreError::database(sql, error.to_string()),
    }
}
