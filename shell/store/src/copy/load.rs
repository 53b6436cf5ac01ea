//! Writing whole tables into an empty schema.

use super::blueprint::{Kind, Table, quoted};
use super::cell::Cell;
use crate::error::StoreError;
use crate::sql::{Dialect, Sql};
use crate::transaction::Write;
use crate::value::Value;

/// Fills the tables of one database within one transaction: begin, all rows, finish.
pub struct Loader<'w, 't> {
    tx: &'w Write<'w>,
    tables: &'t [Table],
    late: Vec<Late<'t>>,
}

/// A value that refers to a row which may not have been there yet.
struct Late<'t> {
    table: &'t Table,
    column: usize,
    key: Vec<Cell>,
    value: Cell,
}

impl<'w, 't> Loader<'w, 't> {
    /// Empties the tables: a migration may have put rows into them.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn begin(tx: &'w Write<'w>, tables: &'t [Table]) -> Result<Self, StoreError> {
        for table in tables.iter().rev() {
            let sql = format!("DELETE FROM {}", table.quoted());
            tx.execute(Sql::made("COPY_EMPTY", sql), &[])?;
        }
        Ok(Self {
            tx,
            tables,
            late: Vec::new(),
        })
    }

    /// Adds rows to a table, each with a value for each of its columns.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] for rows that break a rule of the schema; others as the database says.
    pub fn add(&mut self, table: &'t Table, rows: &[Vec<Cell>]) -> Result<(), StoreError> {
        let width = table.columns.len();
        let marks: Vec<String> = (1..=width).map(|number| format!("${number}")).collect();
        let sql = Sql::made(
            "COPY_IN",
            format!(
                "INSERT INTO {} ({}) VALUES ({})",
                table.quoted(),
                table.names(0..width),
                marks.join(", ")
            ),
        );
        let mut values = Vec::with_capacity(rows.len() * width);
        for row in rows {
            if row.len() != width {
                return Err(StoreError::database(
                    sql,
                    format!("{} has {width} columns, a row {}", table.name, row.len()),
                ));
            }
            for (column, cell) in table.columns.iter().zip(row) {
                values.push(if column.late {
                    Value::Null
                } else {
                    cell.value()
                });
            }
            self.remember(table, row);
        }
        self.tx.execute_rows(sql, width, &values)?;
        Ok(())
    }

    fn remember(&mut self, table: &'t Table, row: &[Cell]) {
        for (column, (about, value)) in table.columns.iter().zip(row).enumerate() {
            if about.late && *value != Cell::Null {
                let key = table
                    .key
                    .iter()
                    .filter_map(|place| row.get(*place).cloned());
                self.late.push(Late {
                    table,
                    column,
                    key: key.collect(),
                    value: value.clone(),
                });
            }
        }
    }

    /// Fills in what had to wait, and lets the database go on counting where it had come to; `given` has a number for
    /// each table that had given out any.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn finish(self, given: impl Fn(&Table) -> Option<i64>) -> Result<(), StoreError> {
        for late in &self.late {
            let Some(column) = late.table.columns.get(late.column) else {
                continue;
            };
            let keys: Vec<String> = late
                .table
                .key
                .iter()
                .enumerate()
                .map(|(at, place)| format!("{} = ${}", late.table.names([*place]), at + 2))
                .collect();
            let sql = Sql::made(
                "COPY_LATE",
                format!(
                    "UPDATE {} SET {} = $1 WHERE {}",
                    late.table.quoted(),
                    quoted(&column.name),
                    keys.join(" AND ")
                ),
            );
            let mut params = vec![late.value.value()];
            params.extend(late.key.iter().map(Cell::value));
            self.tx.execute(sql, &params)?;
        }
        for table in self.tables {
            if let Some(number) = given(table) {
                go_on_from(self.tx, table, number)?;
            }
        }
        Ok(())
    }
}

fn go_on_from(tx: &Write<'_>, table: &Table, number: i64) -> Result<(), StoreError> {
    let counts = |column: &super::Column| matches!(column.kind, Kind::Serial | Kind::Place);
    match tx.dialect() {
        Dialect::Sqlite if table.columns.iter().any(counts) => {
            // A table that is empty has no row here yet.
            let forget = Sql::made(
                "COPY_GIVEN_ANEW",
                "DELETE FROM sqlite_sequence WHERE name = $1".into(),
            );
            let note = Sql::made(
                "COPY_GIVEN_ON",
                "INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)".into(),
            );
            tx.execute(forget, &[Value::Text(&table.name)])?;
            tx.execute(note, &[Value::Text(&table.name), Value::Int(number)])?;
        }
        Dialect::Postgres => {
            if let Some(column) = table.serial() {
                let sql = Sql::made(
                    "COPY_GIVEN_ON",
                    "SELECT setval(CAST(pg_get_serial_sequence($1, $2) AS regclass), $3)".into(),
                );
                let params = [
                    Value::Text(&table.quoted()),
                    Value::Text(column),
                    Value::Int(number),
                ];
                tx.one::<(i64,)>(sql, &params)?;
            }
        }
        Dialect::Sqlite => {}
    }
    Ok(())
}
