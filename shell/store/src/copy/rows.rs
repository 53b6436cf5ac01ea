//! Reading a table, slice by slice in the order of its key.

use super::blueprint::{Table, quoted};
use super::cell::{Cell, Cells};
use crate::error::StoreError;
use crate::sql::{Dialect, Sql};
use crate::transaction::Read;
use crate::value::Value;

/// How many rows a slice has at most, and about how many bytes: rows with large bytes come in smaller slices.
const SLICE_ROWS: usize = 2_000;
const SLICE_BYTES: usize = 8 << 20;

/// Hands every row of a table to `take`, in the order of its key. All of it is one view when it is read in one closure.
///
/// Rows that PostgreSQL has given no place yet come last, in the order in which they will get theirs, with that place.
///
/// # Errors
///
/// The first of `take`, or the database's.
pub fn rows<E: From<StoreError>>(
    read: &Read<'_>,
    table: &Table,
    mut take: impl FnMut(&[Cell]) -> Result<(), E>,
) -> Result<u64, E> {
    let columns = table.names(0..table.columns.len());
    let key = table.names(table.key.iter().copied());
    let name = table.quoted();
    let width = table.key.len();
    let marks: Vec<String> = (1..=width).map(|number| format!("${number}")).collect();
    let placed = table.place().and_then(|place| table.columns.get(place));
    let only = placed.map_or(String::new(), |column| {
        format!(" WHERE {} IS NOT NULL", quoted(&column.name))
    });
    let first = Sql::made(
        "COPY_FIRST",
        format!("SELECT {columns} FROM {name}{only} ORDER BY {key} LIMIT $1"),
    );
    let after = Sql::made(
        "COPY_AFTER",
        format!(
            "SELECT {columns} FROM {name} WHERE ({key}) > ({}) ORDER BY {key} LIMIT ${}",
            marks.join(", "),
            width + 1
        ),
    );
    let mut limit = SLICE_ROWS / 20;
    let mut slice: Vec<Cells> = read.all(first, &[Value::Int(limit as i64)])?;
    let mut count = 0;
    let mut last_place = 0;
    while let Some(last) = slice.last() {
        let end: Vec<Cell> = table
            .key
            .iter()
            .filter_map(|column| last.0.get(*column).cloned())
            .collect();
        for row in &slice {
            take(&row.0)?;
        }
        count += slice.len() as u64;
        if let Some(Cell::Int(place)) = table.place().and_then(|place| last.0.get(place)) {
            last_place = *place;
        }
        if slice.len() < limit {
            break;
        }
        let bytes: usize = slice.iter().flat_map(|row| &row.0).map(Cell::size).sum();
        limit = (slice.len() * SLICE_BYTES / bytes.max(1)).clamp(1, SLICE_ROWS);
        let mut params: Vec<Value<'_>> = end.iter().map(Cell::value).collect();
        params.push(Value::Int(limit as i64));
        slice = read.all(after, &params)?;
    }
    Ok(count + unplaced(read, table, last_place, take)?)
}

/// The rows that have no place yet.
fn unplaced<E: From<StoreError>>(
    read: &Read<'_>,
    table: &Table,
    mut last: i64,
    mut take: impl FnMut(&[Cell]) -> Result<(), E>,
) -> Result<u64, E> {
    let Some((place, column)) = table
        .place()
        .and_then(|place| Some((place, table.columns.get(place)?)))
        .filter(|_| read.dialect() == Dialect::Postgres)
    else {
        return Ok(0);
    };
    let sql = Sql::made(
        "COPY_UNPLACED",
        format!(
            "SELECT {} FROM {} WHERE {} IS NULL ORDER BY id",
            table.names(0..table.columns.len()),
            table.quoted(),
            quoted(&column.name)
        ),
    );
    let mut count = 0;
    read.each(sql, &[], |row| {
        let mut cells: Vec<Cell> = (0..row.len())
            .map(|column| row.value(column).map(Cell::from))
            .collect::<Result<_, StoreError>>()?;
        last += 1;
        if let Some(cell) = cells.get_mut(place) {
            *cell = Cell::Int(last);
        }
        count += 1;
        take(&cells)
    })?;
    Ok(count)
}

/// The last number that the database has given out for this table; none where it gives out none, or has not yet.
///
/// # Errors
///
/// As the database says.
pub fn given(read: &Read<'_>, table: &Table) -> Result<Option<i64>, StoreError> {
    match read.dialect() {
        Dialect::Sqlite => {
            if table.serial().is_none() && table.place().is_none() {
                return Ok(None);
            }
            let sql = Sql::made(
                "COPY_GIVEN",
                "SELECT seq FROM sqlite_sequence WHERE name = $1".into(),
            );
            let found: Option<(i64,)> = read.maybe(sql, &[Value::Text(&table.name)])?;
            Ok(found.map(|(number,)| number).filter(|number| *number > 0))
        }
        Dialect::Postgres => {
            let Some(column) = table.serial() else {
                return Ok(None);
            };
            let sql = Sql::made(
                "COPY_GIVEN",
                "SELECT CAST(pg_sequence_last_value(CAST(pg_get_serial_sequence($1, $2) AS regclass)) AS BIGINT)".into(),
            );
            let (number,): (Option<i64>,) =
                read.one(sql, &[Value::Text(&table.quoted()), Value::Text(column)])?;
            Ok(number)
        }
    }
}
