//! What tables a schema makes: its migrations are run on an empty database in memory, which is then asked.

use std::collections::BTreeSet;

use rusqlite::Connection;

use crate::error::OpenError;
use crate::migrate::{Schema, in_memory};

/// A table, as the schema has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in the order of the schema.
    pub columns: Vec<Column>,
    /// The places of the columns that tell one row from another, by which rows are put in order.
    pub key: Vec<usize>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// It refers to its own table or to a later one, so it is filled in when all rows are there.
    pub late: bool,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Ids: 16 bytes.
    Id,
    /// Whole numbers.
    Int,
    /// Yes or no, as 1 or 0.
    Bool,
    /// Numbers with a fraction.
    Real,
    /// Text.
    Text,
    /// JSON texts; the databases may write the same value differently.
    Json,
    /// Bytes.
    Bytes,
    /// Numbers that the database gives out.
    Serial,
    /// Places in the order of commits, which PostgreSQL gives later.
    Place,
}

struct Reference {
    column: String,
    to: String,
    may_wait: bool,
}

/// The tables of these schemas, each after those that it refers to.
///
/// # Errors
///
/// [`OpenError::Migration`] for a migration that cannot be run; [`OpenError::Refused`] for a table without a primary key
/// and for tables that refer to each other in a circle with columns that must not be empty.
pub fn tables(schemas: &[Schema]) -> Result<Vec<Table>, OpenError> {
    let model = Connection::open_in_memory().map_err(|error| refused(&error))?;
    for schema in schemas {
        for migration in schema.migrations {
            model
                .execute_batch(&in_memory(migration.text))
                .map_err(|error| OpenError::Migration {
                    owner: schema.owner,
                    number: migration.number,
                    name: migration.name,
                    message: error.to_string(),
                })?;
        }
    }
    let found = read(&model).map_err(|error| refused(&error))?;
    in_order(found)
}

fn refused(error: &dyn std::fmt::Display) -> OpenError {
    OpenError::Refused {
        place: "the schema".into(),
        message: error.to_string(),
    }
}

fn read(model: &Connection) -> Result<Vec<(Table, Vec<Reference>)>, rusqlite::Error> {
    // Virtual tables and those behind them are left out: they hold nothing that is not elsewhere.
    let mut names = model.prepare(
        "SELECT name FROM pragma_table_list
         WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )?;
    let names: Vec<String> = names
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    names.into_iter().map(|name| table(model, name)).collect()
}

fn table(model: &Connection, name: String) -> Result<(Table, Vec<Reference>), rusqlite::Error> {
    let mut asked = model
        .prepare("SELECT name, type, \"notnull\", pk FROM pragma_table_info($1) ORDER BY cid")?;
    let found: Vec<(String, String, bool, u32)> = asked
        .query_map([&name], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect::<Result<_, _>>()?;
    let mut key: Vec<(u32, usize)> = found
        .iter()
        .enumerate()
        .filter(|(_, (_, _, _, place))| *place > 0)
        .map(|(column, (_, _, _, place))| (*place, column))
        .collect();
    key.sort_unstable();
    let mut asked = model.prepare("SELECT \"from\", \"table\" FROM pragma_foreign_key_list($1)")?;
    let references = asked
        .query_map([&name], |row| {
            let column: String = row.get(0)?;
            let to: String = row.get(1)?;
            let may_wait = found
                .iter()
                .any(|(name, _, not_null, place)| *name == column && !not_null && *place == 0);
            Ok(Reference {
                column,
                to,
                may_wait,
            })
        })?
        .collect::<Result<_, _>>()?;
    let columns = found
        .into_iter()
        .map(|(name, word, _, _)| Column {
            name,
            kind: kind(&word),
            late: false,
        })
        .collect();
    let key = key.into_iter().map(|(_, column)| column).collect();
    Ok((Table { name, columns, key }, references))
}

fn kind(word: &str) -> Kind {
    match word.to_ascii_uppercase().as_str() {
        "UUID" => Kind::Id,
        "BOOLEAN" => Kind::Bool,
        "REAL" => Kind::Real,
        "TEXT" => Kind::Text,
        "JSON" => Kind::Json,
        "BYTES" | "BLOB" => Kind::Bytes,
        "SERIAL" => Kind::Serial,
        "PLACE" => Kind::Place,
        _ => Kind::Int,
    }
}

/// Each table after those it refers to. In a circle the first whose references may stay empty for a while goes first.
fn in_order(mut left: Vec<(Table, Vec<Reference>)>) -> Result<Vec<Table>, OpenError> {
    let mut done = Vec::new();
    let mut names = BTreeSet::new();
    if let Some((table, _)) = left.iter().find(|(table, _)| table.key.is_empty()) {
        return Err(refused(&format!(
            "the table {} has no primary key",
            table.name
        )));
    }
    while !left.is_empty() {
        let open = |(table, references): &(Table, Vec<Reference>),
                    names: &BTreeSet<String>,
                    strict: bool| {
            references.iter().all(|reference| {
                names.contains(&reference.to)
                    || (reference.may_wait && (!strict || reference.to == table.name))
            })
        };
        let next = left
            .iter()
            .position(|table| open(table, &names, true))
            .or_else(|| left.iter().position(|table| open(table, &names, false)))
            .ok_or_else(|| refused(&"tables refer to each other in a circle"))?;
        let (mut table, references) = left.remove(next);
        for column in &mut table.columns {
            column.late = references
                .iter()
                .any(|reference| reference.column == column.name && !names.contains(&reference.to));
        }
        names.insert(table.name.clone());
        done.push(table);
    }
    Ok(done)
}

impl Table {
    /// The place of the column that holds places, which PostgreSQL may still leave empty.
    pub(super) fn place(&self) -> Option<usize> {
        self.columns
            .iter()
            .position(|column| column.kind == Kind::Place)
    }

    /// The name of the column whose numbers the database gives out.
    pub(super) fn serial(&self) -> Option<&str> {
        self.columns
            .iter()
            .find(|column| column.kind == Kind::Serial)
            .map(|column| column.name.as_str())
    }

    pub(super) fn names(&self, columns: impl IntoIterator<Item = usize>) -> String {
        let names: Vec<String> = columns
            .into_iter()
            .filter_map(|column| self.columns.get(column))
            .map(|column| quoted(&column.name))
            .collect();
        names.join(", ")
    }

    pub(super) fn quoted(&self) -> String {
        quoted(&self.name)
    }
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
