//! The order of commits.
//!
//! SQLite has one writer, so a row's place in the order is given when it is written. On PostgreSQL the order in which
//! numbers are given out is not the order of commits: whoever read "after place 17" could miss 16, committed later. There
//! rows are written without a place, and one transaction at a time places those that have been committed.

use kept_store::{Dialect, Lock, Store, StoreError, statements};

/// Whoever gives places.
const PLACING: Lock = Lock::new(4_740_371);

/// Brings events and audit entries that were committed into their order. Cheap when there are none.
///
/// # Errors
///
/// As the database says; nothing is placed then.
pub fn place(store: &Store) -> Result<(), StoreError> {
    if store.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    store
        .write(|tx| {
            let (events, entries): (bool, bool) = tx.one(ANY_UNPLACED, &[])?;
            if !events && !entries {
                return Ok(());
            }
            // Held to the end of the transaction: the second sees what the first has placed.
            tx.hold(PLACING)?;
            if events {
                tx.execute(PLACE_EVENTS, &[])?;
            }
            if entries {
                tx.execute(PLACE_AUDIT, &[])?;
            }
            Ok::<_, StoreError>(())
        })
        .wait()
}

statements! {
    ANY_UNPLACED = "SELECT EXISTS (SELECT 1 FROM events WHERE place IS NULL), EXISTS (SELECT 1 FROM audit WHERE place IS NULL)";
    PLACE_EVENTS = "UPDATE events SET place = placed.place
        FROM (SELECT id, (SELECT coalesce(max(place), 0) FROM events) + row_number() OVER (ORDER BY id) AS place
              FROM events WHERE place IS NULL) AS placed
        WHERE events.id = placed.id";
    PLACE_AUDIT = "UPDATE audit SET place = placed.place
        FROM (SELECT id, (SELECT coalesce(max(place), 0) FROM audit) + row_number() OVER (ORDER BY id) AS place
              FROM audit WHERE place IS NULL) AS placed
        WHERE audit.id = placed.id";
}
