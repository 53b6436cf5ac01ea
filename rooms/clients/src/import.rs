//! Lists of clients and contacts from elsewhere: read, mapped, tried, taken in line by line, and taken back.
//!
//! The lines lie in the database while this goes on, so that it goes on after a crash where it stopped. Trying a list says what
//! would be done and does nothing.

mod fill;
mod lines;
mod own;
mod reading;
mod uses;
mod work;

use kept_accounts::access::{Action, Scope};
use kept_kernel::{Id, Instant};
use kept_store::{FromRow, Row, StoreError, Value, Write, params, statements};

use crate::commands::{ClientError, Step};

pub(crate) use lines::person_in;
pub(crate) use own::{fields, use_of};
pub(crate) use reading::{Table, read};
pub(crate) use uses::{Use, guessed, layout};
pub(crate) use work::round;

/// So many lines at most: a list of people, not a log.
pub(crate) const MOST_LINES: usize = 50_000;
/// The most letters of the name of a system.
const LONGEST_SYSTEM: usize = 60;
/// So many bytes at most.
pub(crate) const MOST_BYTES: usize = 24 << 20;

statements! {
    ADD_IMPORT = "INSERT INTO client_imports (id, name, columns, uses, state, lines, at_line, taken_at, taken_by, system)
                  VALUES ($1, $2, $3, $4, 'mapping', $5, 0, $6, $7, $8)";
    ADD_LINE = "INSERT INTO client_import_lines (import, line, cells, outcome, words, word, mail)
             VALUES ($1, $2, $3, '', '', '', '')";
    IMPORT = "SELECT i.id, i.name, i.columns, i.uses, i.state, i.lines, i.at_line, i.taken_at, i.taken_by, p.name, i.system
              FROM client_imports i LEFT JOIN people p ON p.id = i.taken_by WHERE i.id = $1";
    IMPORTS = "SELECT i.id, i.name, i.columns, i.uses, i.state, i.lines, i.at_line, i.taken_at, i.taken_by, p.name, i.system
              FROM client_imports i LEFT JOIN people p ON p.id = i.taken_by ORDER BY i.id DESC LIMIT 50";
    UNDER_WAY = "SELECT id FROM client_imports WHERE state IN ('checking', 'running', 'undoing') ORDER BY id";
    HOLD_IMPORT = "UPDATE client_imports SET state = state WHERE id = $1";
    BEGIN = "UPDATE client_imports SET state = $2, at_line = 0 WHERE id = $1";
    GO_ON = "UPDATE client_imports SET state = $2, at_line = $3 WHERE id = $1";
    MAP = "UPDATE client_imports SET uses = $2, system = $3, state = 'checking', at_line = 0 WHERE id = $1";
    LINES = "SELECT line, cells, outcome, words, client, contact, remark, filled, changes FROM client_import_lines
             WHERE import = $1 AND line > $2 ORDER BY line LIMIT $3";
    LINES_OF = "SELECT line, cells, outcome, words, client, contact, remark, filled, changes FROM client_import_lines
             WHERE import = $1 AND line > $2 AND outcome = $4 ORDER BY line LIMIT $3";
    SET_LINE = "UPDATE client_import_lines SET outcome = $3, words = $4, word = $5, mail = $6, client = $7, contact = $8,
                 remark = $9, filled = $10, changes = $11
             WHERE import = $1 AND line = $2";
    EARLIER_LINE = "SELECT line FROM client_import_lines WHERE import = $1 AND word = $2 AND word <> '' AND line < $3
             AND outcome IN ('client', 'both') LIMIT 1";
    EARLIER_MAIL = "SELECT line FROM client_import_lines WHERE import = $1 AND mail = $2 AND mail <> '' AND line < $3
             AND outcome IN ('contact', 'both') LIMIT 1";
    /// How often lists have changed a client, and taken that back.
    CHANGES_BY_LISTS = "SELECT CAST(coalesce(sum(changes), 0) AS BIGINT) FROM client_import_lines WHERE client = $1";
    OTHER_LIST = "SELECT import FROM client_import_lines WHERE client = $1 AND import <> $2
             AND outcome IN ('client', 'contact', 'both', 'filled') LIMIT 1";
    OUTCOMES = "SELECT outcome, count(*) FROM client_import_lines WHERE import = $1 AND outcome <> '' GROUP BY outcome";
    DROP_LINES_OF_CLIENT = "DELETE FROM client_import_lines WHERE client = $1";
    OVER = "SELECT id FROM client_imports WHERE state IN ('done', 'undone', 'mapping', 'checked') AND taken_at < $1
            AND lines > 0 ORDER BY id LIMIT 10";
    DROP_LINES = "DELETE FROM client_import_lines WHERE import = $1";
    EMPTY = "UPDATE client_imports SET lines = 0 WHERE id = $1";
}

/// How a list stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    pub(crate) uses: Vec<String>,
    pub(crate) state: String,
    pub(crate) lines: u32,
    pub(crate) at_line: u32,
    pub(crate) taken_at: Instant,
    pub(crate) taken_by: Option<(Id, String)>,
    /// From which system it comes, whose keys stand in it.
    pub(crate) system: String,
}

impl FromRow for Import {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let list = |text: &str| serde_json::from_str(text).unwrap_or_default();
        let (by, name): (Option<Id>, Option<String>) = (row.get(8)?, row.get(9)?);
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            columns: list(row.get(2)?),
            uses: list(row.get(3)?),
            state: row.get(4)?,
            lines: row.get(5)?,
            at_line: row.get(6)?,
            taken_at: row.get(7)?,
            taken_by: by.map(|by| (by, name.unwrap_or_default())),
            system: row.get(10)?,
        })
    }
}

/// A line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListLine {
    pub(crate) line: u32,
    pub(crate) cells: Vec<String>,
    pub(crate) outcome: String,
    pub(crate) words: String,
    pub(crate) client: Option<Id>,
    pub(crate) contact: Option<Id>,
    pub(crate) remark: String,
    pub(crate) filled: String,
    pub(crate) changes: u32,
}

impl FromRow for ListLine {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let cells: &str = row.get(1)?;
        Ok(Self {
            line: row.get(0)?,
            cells: serde_json::from_str(cells).unwrap_or_default(),
            outcome: row.get(2)?,
            words: row.get(3)?,
            client: row.get(4)?,
            contact: row.get(5)?,
            remark: row.get(6)?,
            filled: row.get(7)?,
            changes: row.get(8)?,
        })
    }
}

/// Whether somebody may take lists in: who knows all clients, since what is known already must be found.
pub(crate) fn may_import(scope: &Scope) -> bool {
    scope.action() == Action::EditClients && scope.is_everything()
}

/// Keeps a list that was sent, with what its columns probably are.
pub(crate) fn take_import(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (name, table): (&str, &Table),
) -> Result<Id, ClientError> {
    confirmed(tx, scope)?;
    let [import, entry, ..] = step.ids;
    let json = |texts: &[String]| serde_json::to_string(texts).unwrap_or_default();
    let mut uses: Vec<String> = guessed(&table.columns);
    own::guessed(&fields(tx)?, &table.columns, &mut uses);
    let (columns, uses) = (json(&table.columns), json(&uses));
    let lines = table.rows.len() as u32;
    let row = params![
        import,
        name,
        &columns,
        &uses,
        lines,
        step.at,
        scope.person(),
        layout(&table.columns).system(),
    ];
    tx.execute(ADD_IMPORT, &row)?;
    let cells: Vec<String> = table.rows.iter().map(|row| json(row)).collect();
    let rows: Vec<[Value<'_>; 3]> = cells
        .iter()
        .zip(1_u32..)
        .map(|(cells, line)| params![import, line, cells])
        .collect();
    tx.execute_each(ADD_LINE, &rows)?;
    let detail = serde_json::json!({ "lines": lines });
    step.audit(
        tx,
        (entry, "ClientListTaken"),
        ("client-import", import),
        &detail,
    )?;
    Ok(import)
}

/// Says what the columns are, and has the list tried.
pub(crate) fn map_import(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    (id, uses, system): (Id, &[String], Option<&str>),
) -> Result<(), ClientError> {
    let import = standing(tx, scope, id, &["mapping", "checked"])?;
    let own = fields(tx)?;
    let known = |name: &String| {
        name.is_empty() || Use::named(name).is_some() || own::field_of(&own, name).is_some()
    };
    if uses.len() != import.columns.len() || !uses.iter().all(known) {
        return Err(ClientError::fault(
            "uses",
            "Choose for each column what it is.",
        ));
    }
    let names = [
        Use::Company,
        Use::FullName,
        Use::FirstName,
        Use::LastName,
        Use::Email,
        Use::ClientKey,
    ];
    if !uses
        .iter()
        .any(|name| Use::named(name).is_some_and(|one| names.contains(&one)))
    {
        return Err(ClientError::fault(
            "uses",
            "One column must be a name or an address: else nobody can be told apart.",
        ));
    }
    let uses = serde_json::to_string(uses).unwrap_or_default();
    let system = system.map_or(import.system.as_str(), str::trim);
    let system: String = system.chars().take(LONGEST_SYSTEM).collect();
    tx.execute(MAP, &params![id, &uses, &system])?;
    entered(tx, step, (id, "ClientListMapped"))
}

/// Begins to take the list in.
pub(crate) fn run_import(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    id: Id,
) -> Result<(), ClientError> {
    standing(tx, scope, id, &["checked"])?;
    tx.execute(BEGIN, &params![id, "running"])?;
    entered(tx, step, (id, "ClientListRun"))
}

/// Begins to take back what the list brought.
pub(crate) fn undo_import(
    tx: &Write<'_>,
    step: &Step,
    scope: &Scope,
    id: Id,
) -> Result<(), ClientError> {
    standing(tx, scope, id, &["done", "running"])?;
    tx.execute(BEGIN, &params![id, "undoing"])?;
    entered(tx, step, (id, "ClientListUndone"))
}

fn confirmed(tx: &Write<'_>, scope: &Scope) -> Result<(), ClientError> {
    scope.confirm(tx)?;
    if may_import(scope) {
        Ok(())
    } else {
        Err(ClientError::NotAllowed)
    }
}

fn standing(tx: &Write<'_>, scope: &Scope, id: Id, states: &[&str]) -> Result<Import, ClientError> {
    confirmed(tx, scope)?;
    tx.execute(HOLD_IMPORT, &params![id])?;
    let import: Option<Import> = tx.maybe(IMPORT, &params![id])?;
    let import = import.ok_or(ClientError::Missing)?;
    if import.lines == 0 {
        return Err(ClientError::Conflict(
            "The lines of this list are no longer kept. Send the file again.",
        ));
    }
    if states.contains(&import.state.as_str()) {
        Ok(import)
    } else {
        Err(ClientError::Conflict(
            "The list stands elsewhere by now. Load the page again.",
        ))
    }
}

fn entered(tx: &Write<'_>, step: &Step, (id, act): (Id, &str)) -> Result<(), ClientError> {
    let [entry, ..] = step.ids;
    let detail = serde_json::json!({});
    Ok(step.audit(tx, (entry, act), ("client-import", id), &detail)?)
}
