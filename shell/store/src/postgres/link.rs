//! One connection with its prepared statements.

use std::collections::HashMap;

use postgres::error::SqlState;
use postgres::types::ToSql;
use postgres::{Client, Statement};

use crate::error::StoreError;
use crate::postgres::address::Address;
use crate::sql::{Dialect, Sql};
use crate::value::Value;

/// How many rows go in one statement of [`Link::execute_each`] where there are many.
const ROWS_AT_ONCE: [usize; 2] = [512, 64];
/// Fewer than so many go in one statement, whatever their number: that is what one command writes, and each statement that is saved
/// is a way to the server and back.
const FEW_ROWS: usize = 16;

/// How many of so many rows the next statement takes, each with `width` values.
fn at_once(rows: usize, width: usize) -> usize {
    // A statement takes 65,535 parameters at most.
    let fits = |many: &usize| rows >= *many && many * width <= 60_000;
    let many = ROWS_AT_ONCE.into_iter().find(fits);
    many.unwrap_or_else(|| rows.clamp(1, (60_000 / width).clamp(1, FEW_ROWS)))
}

pub(crate) struct Link {
    client: Client,
    statements: HashMap<&'static str, Statement>,
    /// The forms of statements that take so many rows.
    bulk: HashMap<(&'static str, usize), Statement>,
}

impl Link {
    pub(crate) fn connect(address: &Address) -> Result<Self, postgres::Error> {
        let mut client = address.connect()?;
        client.batch_execute(
            "SET timezone = 'UTC'; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '60s'",
        )?;
        Ok(Self {
            client,
            statements: HashMap::new(),
            bulk: HashMap::new(),
        })
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub(crate) fn batch(&mut self, text: &str) -> Result<(), postgres::Error> {
        self.client.batch_execute(text)
    }

    pub(crate) fn execute(&mut self, sql: Sql, params: &[Value<'_>]) -> Result<u64, StoreError> {
        let statement = self.prepared(sql)?;
        let params = enough(&statement, sql, params)?;
        self.client
            .execute(&statement, &bound(params))
            .map_err(|error| explain(sql, &error))
    }

    pub(crate) fn rows(
        &mut self,
        sql: Sql,
        params: &[Value<'_>],
    ) -> Result<Vec<postgres::Row>, StoreError> {
        let statement = self.prepared(sql)?;
        let params = enough(&statement, sql, params)?;
        self.client
            .query(&statement, &bound(params))
            .map_err(|error| explain(sql, &error))
    }

    /// Runs a statement for each row of `width` values.
    pub(crate) fn execute_each(
        &mut self,
        sql: Sql,
        width: usize,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        let mut rest = values;
        let mut changed = 0;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(at_once(rest.len() / width, width) * width);
            rest = later;
            if now.len() == width {
                changed += self.execute(sql, now)?;
                continue;
            }
            let statement = self.prepared_bulk(sql, now.len() / width)?;
            changed += self
                .client
                .execute(&statement, &bound(now))
                .map_err(|error| explain(sql, &error))?;
        }
        Ok(changed)
    }

    pub(crate) fn prepared(&mut self, sql: Sql) -> Result<Statement, StoreError> {
        if let Some(statement) = self.statements.get(sql.text()) {
            return Ok(statement.clone());
        }
        let statement = self
            .client
            .prepare(&sql.for_dialect(Dialect::Postgres))
            .map_err(|error| explain(sql, &error))?;
        self.statements.insert(sql.text(), statement.clone());
        Ok(statement)
    }

    fn prepared_bulk(&mut self, sql: Sql, rows: usize) -> Result<Statement, StoreError> {
        if let Some(statement) = self.bulk.get(&(sql.text(), rows)) {
            return Ok(statement.clone());
        }
        let text = sql.with_rows(rows).ok_or_else(|| {
            StoreError::database(sql, "`execute_each` needs one list VALUES ($1, $2, …)")
        })?;
        let statement = self
            .client
            .prepare(&text)
            .map_err(|error| explain(sql, &error))?;
        self.bulk.insert((sql.text(), rows), statement.clone());
        Ok(statement)
    }
}

fn enough<'p, 'v>(
    statement: &Statement,
    sql: Sql,
    params: &'p [Value<'v>],
) -> Result<&'p [Value<'v>], StoreError> {
    params.get(..statement.params().len()).ok_or_else(|| {
        StoreError::database(
            sql,
            format!(
                "{} values for {} parameters",
                params.len(),
                statement.params().len()
            ),
        )
    })
}

fn bound<'p>(params: &'p [Value<'_>]) -> Vec<&'p (dyn ToSql + Sync)> {
    params
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}

/// The store's error for what the server said about a statement.
pub(crate) fn explain(sql: Sql, error: &postgres::Error) -> StoreError {
    let Some(code) = error.code() else {
        return StoreError::database(sql, chain(error));
    };
    match *code {
        SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::LOCK_NOT_AVAILABLE => StoreError::Retry,
        SqlState::QUERY_CANCELED => StoreError::Timeout,
        SqlState::DISK_FULL => StoreError::Full,
        _ if code.code().starts_with("23") => StoreError::Conflict {
            statement: sql.name(),
            message: chain(error),
        },
        _ => StoreError::database(sql, chain(error)),
    }
}

/// The error with its causes: the library's own text alone says only "db error".
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
