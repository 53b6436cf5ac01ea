//! The numbers that people call requests by. They are given out by the database's own counting, so that on a server nobody waits
//! until somebody else's request is committed: none is given twice, and where a request did not come about one is left out.

use kept_store::{Dialect, Sql, StoreError, Write, params};

/// On SQLite a table counts on from the largest number that ever stood in it.
const GIVE: Sql = Sql::new(
    "GIVE",
    "INSERT INTO request_numbers DEFAULT VALUES RETURNING number",
);
const TAKE_AWAY: Sql = Sql::new("TAKE_AWAY", "DELETE FROM request_numbers");
const REACH: Sql = Sql::new("REACH", "INSERT INTO request_numbers (number) VALUES ($1)");
/// On PostgreSQL its sequence does.
const NEXT: Sql = Sql::new("NEXT", "SELECT nextval('request_numbers_number_seq')");
const GO_ON_FROM: Sql = Sql::new(
    "GO_ON_FROM",
    "SELECT setval('request_numbers_number_seq',
                   greatest($1, (SELECT last_value FROM request_numbers_number_seq)))",
);

/// The next number.
pub(crate) fn next(tx: &Write<'_>) -> Result<i64, StoreError> {
    let (number,): (i64,) = match tx.dialect() {
        Dialect::Sqlite => tx.one(GIVE, &[])?,
        Dialect::Postgres => return Ok(tx.one::<(i64,)>(NEXT, &[])?.0),
    };
    tx.execute(TAKE_AWAY, &[])?;
    Ok(number)
}

/// Those that are given out from now on are larger than this one.
pub(crate) fn go_on_from(tx: &Write<'_>, number: u64) -> Result<(), StoreError> {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    match tx.dialect() {
        Dialect::Sqlite => {
            tx.execute(REACH, &params![number])?;
            tx.execute(TAKE_AWAY, &[])?;
        }
        Dialect::Postgres => {
            tx.one::<(i64,)>(GO_ON_FROM, &params![number])?;
        }
    }
    Ok(())
}
