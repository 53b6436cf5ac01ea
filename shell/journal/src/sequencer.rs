//! The order of commits.
//!
//! SQLite has one writer, so a row's place in the order is given when it is written. On PostgreSQL the order in which
//! numbers are given out is not the order of commits: whoever read "after place 17" could miss 16, committed later. There
//! rows are written without a place, and one transaction at a time places those that have been committed.

use kept_store::{Dialect, Lock, Store, StoreError, Write, params, statements};

/// Whoever gives places.
const PLACING: Lock = Lock::new(4_740_371);
/// So many are placed in one transaction: an import brings a million, and what is placed is listed meanwhile.
const AT_ONCE: u32 = 10_000;

/// Brings events and audit entries that were committed into their order. Cheap when there are none.
///
/// # Errors
///
/// As the database says; what was placed before that stays placed.
pub fn place(store: &Store) -> Result<(), StoreError> {
    if store.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    while store.write(place_some).wait()? {}
    Ok(())
}

/// Places as many as one transaction takes; whether there may be more.
fn place_some(tx: &Write<'_>) -> Result<bool, StoreError> {
    let (events, entries): (bool, bool) = tx.one(ANY_UNPLACED, &[])?;
    if !events && !entries {
        return Ok(false);
    }
    // Held to the end of the transaction: the second sees what the first has placed.
    tx.hold(PLACING)?;
    let mut most = 0;
    if events {
        most = tx.execute(PLACE_EVENTS, &params![AT_ONCE])?;
    }
    if entries {
        most = most.max(tx.execute(PLACE_AUDIT, &params![AT_ONCE])?);
    }
    Ok(most >= u64::from(AT_ONCE))
}

statements! {
    ANY_UNPLACED = "SELECT EXISTS (SELECT 1 FROM events WHERE place IS NULL), EXISTS (SELECT 1 FROM audit WHERE place IS NULL)";
    PLACE_EVENTS = "UPDATE events SET place = placed.place
        FROM (SELECT id, (SELECT coalesce(max(place), 0) FROM events) + row_number() OVER (ORDER BY id) AS place
              FROM (SELECT id FROM events WHERE place IS NULL ORDER BY id LIMIT $1) AS waiting) AS placed
        WHERE events.id = placed.id";
    PLACE_AUDIT = "UPDATE audit SET place = placed.place
        FROM (SELECT id, (SELECT coalesce(max(place), 0) FROM audit) + row_number() OVER (ORDER BY id) AS place
              FROM (SELECT id FROM audit WHERE place IS NULL ORDER BY id LIMIT $1) AS waiting) AS placed
        WHERE audit.id = placed.id";
}
