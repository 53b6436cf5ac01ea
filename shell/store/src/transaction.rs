//! What a closure sees of the database: [`Read`] and [`Write`].

use std::cell::{Cell, RefCell, RefMut};
use std::ops::Deref;

use crate::error::StoreError;
use crate::postgres::link::Link;
use crate::row::{Inner, Row};
use crate::sql::{Dialect, Sql};
use crate::sqlite::statements;
use crate::value::{FromRow, Value};

/// One consistent view of the database, which cannot write.
pub struct Read<'c> {
    connection: Connection<'c>,
    /// INVARIANT: once a statement has failed, nothing of this closure is kept: PostgreSQL has given the transaction
    /// up by then, and SQLite must mean the same.
    fault: RefCell<Option<StoreError>>,
    iterating: Cell<bool>,
}

/// A transaction. All that is written through it is kept together, or nothing is.
pub struct Write<'c>(Read<'c>);

pub(crate) enum Connection<'c> {
    Sqlite(&'c rusqlite::Connection),
    Postgres(&'c RefCell<Link>),
}

impl<'c> Deref for Write<'c> {
    type Target = Read<'c>;

    fn deref(&self) -> &Read<'c> {
        &self.0
    }
}

impl Write<'_> {
    /// Runs a statement that changes rows; returns how many.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] for a broken rule of the schema; others as the database says.
    pub fn execute(&self, sql: Sql, params: &[Value<'_>]) -> Result<u64, StoreError> {
        self.keep_fault(match &self.connection {
            Connection::Sqlite(connection) => statements::execute(connection, sql, params),
            Connection::Postgres(link) => {
                borrow(link, sql).and_then(|mut link| link.execute(sql, params))
            }
        })
    }

    /// Runs a statement once for each row of parameters, with few journeys to the server. The statement ends with
    /// its one list `VALUES ($1, $2, …)`, or has `ON CONFLICT DO NOTHING` after it.
    ///
    /// # Errors
    ///
    /// As [`Write::execute`]; rows before the one at fault are undone with the closure.
    pub fn execute_each<const N: usize>(
        &self,
        sql: Sql,
        rows: &[[Value<'_>; N]],
    ) -> Result<u64, StoreError> {
        self.execute_rows(sql, N, rows.as_flattened())
    }

    /// As [`Write::execute`], where nobody asks how many rows: on PostgreSQL it goes to the server with what comes next, at the latest
    /// with the commit, so that it costs no journey of its own.
    ///
    /// # Errors
    ///
    /// As [`Write::execute`], from this statement or from one after it.
    pub fn put(&self, sql: Sql, params: &[Value<'_>]) -> Result<(), StoreError> {
        match &self.connection {
            Connection::Sqlite(_) => self.execute(sql, params).map(drop),
            Connection::Postgres(link) => {
                self.keep_fault(borrow(link, sql).and_then(|mut link| link.later(sql, params)))
            }
        }
    }

    /// As [`Write::execute_each`], going to the server with what comes next.
    ///
    /// # Errors
    ///
    /// As [`Write::put`].
    pub fn put_each<const N: usize>(
        &self,
        sql: Sql,
        rows: &[[Value<'_>; N]],
    ) -> Result<(), StoreError> {
        let values = rows.as_flattened();
        match &self.connection {
            Connection::Sqlite(_) => self.execute_rows(sql, N, values).map(drop),
            Connection::Postgres(link) => self.keep_fault(
                borrow(link, sql).and_then(|mut link| link.later_each(sql, N.max(1), values)),
            ),
        }
    }

    /// As [`Write::execute_each`], the rows one after another, each with `width` values.
    pub(crate) fn execute_rows(
        &self,
        sql: Sql,
        width: usize,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        let width = width.max(1);
        self.keep_fault(match &self.connection {
            Connection::Sqlite(connection) => {
                statements::execute_each(connection, sql, width, values)
            }
            Connection::Postgres(link) => {
                borrow(link, sql).and_then(|mut link| link.execute_each(sql, width, values))
            }
        })
    }

    /// Runs the text of a migration, which may hold several statements.
    pub(crate) fn run_text(&self, name: &'static str, text: &str) -> Result<(), StoreError> {
        let failed = |message: String| StoreError::Database {
            statement: name,
            message,
        };
        match &self.connection {
            Connection::Sqlite(connection) => connection
                .execute_batch(text)
                .map_err(|error| failed(error.to_string())),
            Connection::Postgres(link) => link
                .try_borrow_mut()
                .map_err(|_| failed("a statement inside `each`".into()))?
                .batch(name, text),
        }
    }
}

/// Something that one transaction has to itself, or several share, until they end; it has no row of its own. A row that many
/// share would be written by each of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lock(i64);

impl Lock {
    /// One number for each lock of the product.
    pub const fn new(number: i64) -> Self {
        Self(number)
    }
}

const ALONE: Sql = Sql::new("ALONE", "SELECT pg_advisory_xact_lock($1)");
const SHARED: Sql = Sql::new("SHARED", "SELECT pg_advisory_xact_lock_shared($1)");

impl Write<'_> {
    /// Waits until nobody else holds or shares it, and keeps it to the end of the transaction. SQLite has one writer, who holds
    /// everything.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn hold(&self, lock: Lock) -> Result<(), StoreError> {
        self.lock(ALONE, lock)
    }

    /// Waits until nobody else holds it, and shares it to the end of the transaction.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn share(&self, lock: Lock) -> Result<(), StoreError> {
        self.lock(SHARED, lock)
    }

    fn lock(&self, how: Sql, Lock(number): Lock) -> Result<(), StoreError> {
        match self.dialect() {
            Dialect::Sqlite => Ok(()),
            Dialect::Postgres => self.put(how, &[number.into()]),
        }
    }
}

/// PostgreSQL alone. Whole, it would hold a lock on each table until the end, and lie across whoever else does the same.
const OWN_TABLES: Sql = Sql::new(
    "OWN_TABLES",
    "SELECT 'ANALYZE ' || quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename",
);

/// The statements that analyse what has grown since it was analysed last, table by table.
pub(crate) fn grown(tx: &Write<'_>) -> Result<Vec<String>, StoreError> {
    let failed = |error: rusqlite::Error| StoreError::Database {
        statement: "analyze",
        message: error.to_string(),
    };
    let Connection::Sqlite(connection) = &tx.connection else {
        let all: Vec<(String,)> = tx.all(OWN_TABLES, &[])?;
        return Ok(all.into_iter().map(|(text,)| text).collect());
    };
    // All tables (0x10000) that it would analyse (0x2), told and not done (0x1).
    let mut told = connection
        .prepare("PRAGMA optimize = 0x10003")
        .map_err(failed)?;
    let rows = told.query_map([], |row| row.get(0)).map_err(failed)?;
    rows.map(|row| row.map(|text: String| format!("PRAGMA analysis_limit = 2000; {text}")))
        .collect::<Result<_, _>>()
        .map_err(failed)
}

impl<'c> Read<'c> {
    pub(crate) fn new(connection: Connection<'c>) -> Self {
        Self {
            connection,
            fault: RefCell::new(None),
            iterating: Cell::new(false),
        }
    }

    pub(crate) fn connection(&self) -> &Connection<'c> {
        &self.connection
    }

    pub(crate) fn writing(self) -> Write<'c> {
        Write(self)
    }

    /// Prepares a statement without running it: tests do so with every statement of the product.
    ///
    /// # Errors
    ///
    /// What the database finds wrong with it.
    pub fn prepare(&self, sql: Sql) -> Result<(), StoreError> {
        self.keep_fault(match &self.connection {
            Connection::Sqlite(connection) => statements::prepare(connection, sql).map(drop),
            Connection::Postgres(link) => {
                borrow(link, sql).and_then(|mut link| link.prepared(sql).map(drop))
            }
        })
    }

    /// Which database this is, for the few statements that must differ.
    pub fn dialect(&self) -> Dialect {
        match self.connection {
            Connection::Sqlite(_) => Dialect::Sqlite,
            Connection::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Every row.
    ///
    /// # Errors
    ///
    /// [`StoreError::Shape`] for a row that is not a `T`; others as the database says.
    pub fn all<T: FromRow>(&self, sql: Sql, params: &[Value<'_>]) -> Result<Vec<T>, StoreError> {
        let mut rows = Vec::new();
        self.each(sql, params, |row| {
            rows.push(T::from_row(row)?);
            Ok::<_, StoreError>(())
        })?;
        Ok(rows)
    }

    /// The first row, if there is any.
    ///
    /// # Errors
    ///
    /// As [`Read::all`].
    pub fn maybe<T: FromRow>(
        &self,
        sql: Sql,
        params: &[Value<'_>],
    ) -> Result<Option<T>, StoreError> {
        self.keep_fault(match &self.connection {
            Connection::Sqlite(connection) => statements::first(connection, sql, params),
            Connection::Postgres(link) => borrow(link, sql)
                .and_then(|mut link| link.rows(sql, params))
                .and_then(|rows| {
                    rows.first()
                        .map(|row| T::from_row(&Row(Inner::Postgres(row))))
                        .transpose()
                }),
        })
    }

    /// The first row for each of these parameters, if there is any; asked of a server in one journey.
    ///
    /// # Errors
    ///
    /// As [`Read::all`].
    pub fn maybe_each<T: FromRow>(
        &self,
        sql: Sql,
        asked: &[&[Value<'_>]],
    ) -> Result<Vec<Option<T>>, StoreError> {
        let Connection::Postgres(link) = &self.connection else {
            return asked.iter().map(|params| self.maybe(sql, params)).collect();
        };
        let rows = borrow(link, sql).and_then(|mut link| link.first_of_each(sql, asked));
        let read = |row: &Option<tokio_postgres::Row>| {
            let row = row.as_ref();
            row.map(|row| T::from_row(&Row(Inner::Postgres(row))))
                .transpose()
        };
        self.keep_fault(rows.and_then(|rows| rows.iter().map(read).collect()))
    }

    /// The first row, which must be there.
    ///
    /// # Errors
    ///
    /// [`StoreError::Missing`] when there is none; others as [`Read::all`].
    pub fn one<T: FromRow>(&self, sql: Sql, params: &[Value<'_>]) -> Result<T, StoreError> {
        self.maybe(sql, params)?
            .ok_or(StoreError::Missing(sql.name()))
    }

    /// Hands each row to `take`, in order. No statement may run inside `take`.
    ///
    /// # Errors
    ///
    /// The first error of `take`, or the database's.
    pub fn each<E: From<StoreError>>(
        &self,
        sql: Sql,
        params: &[Value<'_>],
        mut take: impl FnMut(&Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        match &self.connection {
            Connection::Sqlite(connection) => {
                self.enter(sql)?;
                let done = statements::each(connection, sql, params, &mut take);
                self.iterating.set(false);
                done.map_err(|stop| match stop {
                    statements::Stop::Taker(error) => error,
                    statements::Stop::Store(error) => E::from(self.noted(error)),
                })
            }
            Connection::Postgres(link) => {
                self.enter(sql)?;
                let rows = borrow(link, sql).and_then(|mut link| link.rows(sql, params));
                let done = self.keep_fault(rows).map_err(E::from).and_then(|rows| {
                    rows.iter()
                        .try_for_each(|row| take(&Row(Inner::Postgres(row))))
                });
                self.iterating.set(false);
                done
            }
        }
    }

    /// The first error of a statement in this closure.
    pub(crate) fn fault(&self) -> Option<StoreError> {
        self.fault.borrow().clone()
    }

    fn enter(&self, sql: Sql) -> Result<(), StoreError> {
        if self.iterating.replace(true) {
            return Err(self.noted(StoreError::database(
                sql,
                "it ran inside `each` of another statement",
            )));
        }
        Ok(())
    }

    fn keep_fault<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        result.map_err(|error| self.noted(error))
    }

    fn noted(&self, error: StoreError) -> StoreError {
        // The program misread a row: the transaction itself is sound.
        if !matches!(error, StoreError::Shape { .. } | StoreError::Missing(_)) {
            self.fault.borrow_mut().get_or_insert_with(|| error.clone());
        }
        error
    }
}

fn borrow(link: &RefCell<Link>, sql: Sql) -> Result<RefMut<'_, Link>, StoreError> {
    link.try_borrow_mut()
        .map_err(|_| StoreError::database(sql, "it ran inside `each` of another statement"))
}
