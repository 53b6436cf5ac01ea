//! One connection with its prepared statements, and what waits to be sent.
//!
//! A journey to the server costs more than most statements. So what nobody waits for (the beginning of a transaction, a row that is
//! written) is kept until something is asked, and goes with it: the server does all in order, and the answers come together.

use std::collections::HashMap;
use std::future::Future;

use futures_util::future::{join, join_all};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row, Statement};

use crate::error::StoreError;
use crate::postgres::address::Address;
use crate::postgres::value::Encoded;
use crate::sql::{Dialect, Sql};
use crate::value::Value;

/// How many rows go in one statement of [`Link::execute_each`] where there are many.
const ROWS_AT_ONCE: [usize; 2] = [512, 64];
/// Fewer than so many go in one statement, whatever their number: that is what one command writes, and each statement that is saved
/// is a way to the server and back.
const FEW_ROWS: usize = 16;
const SETTINGS: &str = "SET timezone = 'UTC'; SET jit = off; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '60s'";
/// Every statement has an index that it goes along, in the order of what it wants, and stops. Before a table has statistics, or where it
/// takes rows for frequent that are rare, the server would rather read all of it, and remembers that plan while the table grows.
const BY_INDEX: &str = "SET enable_seqscan = off";
/// Who writes looks a few rows up, whatever the values are: planning anew for other values costs more than most of its statements.
const ONE_PLAN: &str = "SET plan_cache_mode = force_generic_plan";

/// With so many what waits is sent by itself. No more than thirty may wait: so many futures are polled, and thereby sent, in their
/// order.
const MOST_WAITING: usize = 24;

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
    waiting: Vec<Waiting>,
    /// Whether a transaction was begun and has not ended.
    open: bool,
    /// It moves only while somebody waits for an answer. It outlives the client, which is dropped before it.
    runtime: Runtime,
}

/// Something that goes with what is asked next.
enum Waiting {
    /// What opens a transaction.
    Begin(String),
    Statement(Sql, Statement, Vec<Encoded>),
}

/// Why the end of a transaction failed.
pub(crate) enum Unended {
    /// It was never sent: nothing is kept.
    Unsent(StoreError),
    /// A statement before it: nothing is kept.
    Before(StoreError),
    /// It was refused, or nobody knows.
    Itself(Error),
}

impl Link {
    /// Connects. The error says why not, in words.
    pub(crate) fn connect(address: &Address, writes: bool) -> Result<Self, String> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| chain(&error))?;
        let client = runtime.block_on(async {
            let client = address.connect().await?;
            client.batch_execute(SETTINGS).await?;
            client.batch_execute(BY_INDEX).await?;
            if writes {
                client.batch_execute(ONE_PLAN).await?;
            }
            Ok(client)
        });
        Ok(Self {
            client: client.map_err(|error: Error| chain(&error))?,
            statements: HashMap::new(),
            bulk: HashMap::new(),
            waiting: Vec::new(),
            open: false,
            runtime,
        })
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Has a transaction begun before whatever comes next.
    pub(crate) fn begin(&mut self, text: String) {
        self.open = true;
        self.waiting.push(Waiting::Begin(text));
    }

    /// Does a text now, which may hold several statements.
    pub(crate) fn batch(&mut self, name: &'static str, text: &str) -> Result<(), StoreError> {
        let done = self.client.batch_execute(text);
        together(&self.runtime, &self.client, &mut self.waiting, done)?.map_err(|error| {
            StoreError::Database {
                statement: name,
                message: chain(&error),
            }
        })
    }

    /// Commits what was done and what still waits to be.
    pub(crate) fn commit(&mut self) -> Result<(), Unended> {
        match &self.waiting[..] {
            // Nothing was done in it.
            [Waiting::Begin(_)] => {
                self.waiting.clear();
                self.open = false;
                return Ok(());
            }
            // A connection that was lost before can be told from one that is lost in between.
            [Waiting::Begin(_), ..] => self.flush().map_err(Unended::Unsent)?,
            _ => {}
        }
        self.open = false;
        let done = self.client.batch_execute("COMMIT");
        let sent = together(&self.runtime, &self.client, &mut self.waiting, done);
        let committed = sent.map_err(Unended::Before)?;
        committed.map_err(Unended::Itself)
    }

    /// Undoes what was done, where a transaction is open. What waits is never sent.
    pub(crate) fn roll_back(&mut self) -> Result<(), Error> {
        let begun = !matches!(self.waiting.first(), Some(Waiting::Begin(_)));
        self.waiting.clear();
        if std::mem::take(&mut self.open) && begun {
            return self.runtime.block_on(self.client.batch_execute("ROLLBACK"));
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        together(&self.runtime, &self.client, &mut self.waiting, async {})
    }

    pub(crate) fn execute(&mut self, sql: Sql, params: &[Value<'_>]) -> Result<u64, StoreError> {
        let statement = self.prepared(sql)?;
        let params = enough(&statement, sql, params)?;
        self.run(sql, &statement, params)
    }

    fn run(
        &mut self,
        sql: Sql,
        statement: &Statement,
        params: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        let params = bound(params);
        let done = self.client.execute(statement, &params);
        together(&self.runtime, &self.client, &mut self.waiting, done)?
            .map_err(|error| explain(sql, &error))
    }

    /// Has a statement done before whatever comes next.
    pub(crate) fn later(&mut self, sql: Sql, params: &[Value<'_>]) -> Result<(), StoreError> {
        let statement = self.prepared(sql)?;
        let params = enough(&statement, sql, params)?;
        self.wait_with(sql, statement, params)
    }

    fn wait_with(
        &mut self,
        sql: Sql,
        statement: Statement,
        params: &[Value<'_>],
    ) -> Result<(), StoreError> {
        let encoded = params.iter().zip(statement.params());
        let encoded = encoded.map(|(value, ty)| Encoded::of(value, ty));
        let encoded: Vec<Encoded> = encoded
            .collect::<Result<_, _>>()
            .map_err(|error| StoreError::database(sql, error.to_string()))?;
        self.waiting
            .push(Waiting::Statement(sql, statement, encoded));
        if self.waiting.len() < MOST_WAITING {
            return Ok(());
        }
        self.flush()
    }

    pub(crate) fn rows(&mut self, sql: Sql, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let statement = self.prepared(sql)?;
        let params = bound(enough(&statement, sql, params)?);
        let rows = self.client.query(&statement, &params);
        together(&self.runtime, &self.client, &mut self.waiting, rows)?
            .map_err(|error| explain(sql, &error))
    }

    /// Asks the same of several at once: the first row of each, if there is any.
    pub(crate) fn first_of_each(
        &mut self,
        sql: Sql,
        asked: &[&[Value<'_>]],
    ) -> Result<Vec<Option<Row>>, StoreError> {
        let statement = self.prepared(sql)?;
        let asked = asked.iter().map(|params| {
            let params = enough(&statement, sql, params)?;
            Ok(bound(params))
        });
        let asked: Vec<Vec<&(dyn ToSql + Sync)>> = asked.collect::<Result<_, StoreError>>()?;
        let rows = asked
            .iter()
            .map(|params| self.client.query(&statement, params));
        let rows = join_all(rows);
        let rows = together(&self.runtime, &self.client, &mut self.waiting, rows)?;
        let first = |rows: Result<Vec<Row>, Error>| match rows {
            Ok(rows) => Ok(rows.into_iter().next()),
            Err(error) => Err(explain(sql, &error)),
        };
        rows.into_iter().map(first).collect()
    }

    /// Runs a statement for each row of `width` values.
    pub(crate) fn execute_each(
        &mut self,
        sql: Sql,
        width: usize,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        let mut changed = 0;
        for rows in slices(width, values) {
            let statement = self.prepared_for(sql, rows.len() / width)?;
            changed += self.run(sql, &statement, rows)?;
        }
        Ok(changed)
    }

    /// Has a statement done for each row before whatever comes next.
    pub(crate) fn later_each(
        &mut self,
        sql: Sql,
        width: usize,
        values: &[Value<'_>],
    ) -> Result<(), StoreError> {
        for rows in slices(width, values) {
            let statement = self.prepared_for(sql, rows.len() / width)?;
            self.wait_with(sql, statement, rows)?;
        }
        Ok(())
    }

    fn prepared_for(&mut self, sql: Sql, rows: usize) -> Result<Statement, StoreError> {
        match rows {
            1 => self.prepared(sql),
            many => self.prepared_bulk(sql, many),
        }
    }

    pub(crate) fn prepared(&mut self, sql: Sql) -> Result<Statement, StoreError> {
        if let Some(statement) = self.statements.get(sql.text()) {
            return Ok(statement.clone());
        }
        let statement = self.prepare(sql, &sql.for_dialect(Dialect::Postgres))?;
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
        let statement = self.prepare(sql, &text)?;
        self.bulk.insert((sql.text(), rows), statement.clone());
        Ok(statement)
    }

    fn prepare(&mut self, sql: Sql, text: &str) -> Result<Statement, StoreError> {
        let prepared = self.client.prepare(text);
        together(&self.runtime, &self.client, &mut self.waiting, prepared)?
            .map_err(|error| explain(sql, &error))
    }
}

/// Sends what waits, then what is asked, and waits for all their answers. An error of its own: one of those before failed, and the
/// server has done nothing after it.
fn together<T>(
    runtime: &Runtime,
    client: &Client,
    waiting: &mut Vec<Waiting>,
    asked: impl Future<Output = T>,
) -> Result<T, StoreError> {
    if waiting.is_empty() {
        return Ok(runtime.block_on(asked));
    }
    let before = std::mem::take(waiting);
    let before = join_all(before.iter().map(|one| one.send(client)));
    let (before, asked) = runtime.block_on(join(before, asked));
    match before.into_iter().find_map(Result::err) {
        Some(error) => Err(error),
        None => Ok(asked),
    }
}

impl Waiting {
    async fn send(&self, client: &Client) -> Result<(), StoreError> {
        match self {
            Self::Begin(text) => {
                let done = client.batch_execute(text).await;
                done.map_err(|error| StoreError::Database {
                    statement: "BEGIN",
                    message: chain(&error),
                })
            }
            Self::Statement(sql, statement, params) => {
                let params: Vec<&(dyn ToSql + Sync)> = params
                    .iter()
                    .map(|value| value as &(dyn ToSql + Sync))
                    .collect();
                let done = client.execute(statement, &params).await;
                done.map(drop).map_err(|error| explain(*sql, &error))
            }
        }
    }
}

/// The rows in slices, each for one statement.
fn slices<'s, 'v>(width: usize, values: &'s [Value<'v>]) -> impl Iterator<Item = &'s [Value<'v>]> {
    let mut rest = values;
    std::iter::from_fn(move || {
        if rest.len() < width {
            return None;
        }
        let (now, later) = rest.split_at(at_once(rest.len() / width, width) * width);
        rest = later;
        Some(now)
    })
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
pub(crate) fn explain(sql: Sql, error: &Error) -> StoreError {
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
