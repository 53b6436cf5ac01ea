//! Timers: when a record must be looked at next.
//!
//! A deadline is a row, never a sleeping task. A round claims what is due, does what there is to do and sets the next
//! time, all in one transaction: a process that dies leaves the row, and two that race cannot both have it.

use kept_kernel::Instant;
use kept_store::{Read, StoreError, Value, Write, params, statements};

statements! {
    SET = "INSERT INTO timers (record, wake_at) VALUES ($1, $2)
           ON CONFLICT (record) DO UPDATE SET wake_at = excluded.wake_at";
    SET_BEFORE = "INSERT INTO timers (record, wake_at) VALUES ($1, $2)
           ON CONFLICT (record) DO UPDATE SET wake_at =
               CASE WHEN timers.wake_at < excluded.wake_at THEN timers.wake_at ELSE excluded.wake_at END";
    CLEAR = "DELETE FROM timers WHERE record = $1";
    CLAIM = "DELETE FROM timers WHERE record IN
                 (SELECT record FROM timers WHERE wake_at <= $1 ORDER BY wake_at, record LIMIT $2 /*skip locked*/)
             RETURNING record, wake_at";
    NEXT = "SELECT wake_at FROM timers ORDER BY wake_at, record LIMIT 1";
    FIRE = "INSERT INTO firings (record, mark, at, fired_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
}

/// A record whose time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The record's number.
    pub record: i64,
    /// When it was to be looked at.
    pub wake_at: Instant,
}

/// Sets when a record must be looked at next; none: nothing is waited for.
///
/// # Errors
///
/// As the database says.
pub fn set(tx: &Write<'_>, record: i64, wake_at: Option<Instant>) -> Result<(), StoreError> {
    match wake_at {
        Some(at) => tx.put(SET, &params![record, at]),
        None => tx.put(CLEAR, &params![record]),
    }
}

/// Sets that a record must be looked at by then; what was set for before stays.
///
/// # Errors
///
/// As the database says.
pub fn set_before(tx: &Write<'_>, record: i64, wake_at: Instant) -> Result<(), StoreError> {
    tx.put(SET_BEFORE, &params![record, wake_at])
}

/// Takes timers that are due, at most `limit`. The caller does what they ask for in the same transaction and sets them
/// anew; a few hundred at a time let other writers in between.
///
/// # Errors
///
/// As the database says.
pub fn claim(tx: &Write<'_>, now: Instant, limit: u32) -> Result<Vec<Due>, StoreError> {
    let mut due: Vec<Due> = tx
        .all(CLAIM, &params![now, limit])?
        .into_iter()
        .map(|(record, wake_at)| Due { record, wake_at })
        .collect();
    due.sort_by_key(|due| (due.wake_at, due.record));
    Ok(due)
}

/// When the next timer is due.
///
/// # Errors
///
/// As the database says.
pub fn next(read: &Read<'_>) -> Result<Option<Instant>, StoreError> {
    let next: Option<(Instant,)> = read.maybe(NEXT, &[])?;
    Ok(next.map(|(at,)| at))
}

/// Marks that something time brought about was acted on; whether it is the first time. Who gets `false` does nothing.
///
/// # Errors
///
/// As the database says.
pub fn fire(
    tx: &Write<'_>,
    record: i64,
    mark: &str,
    at: Instant,
    now: Instant,
) -> Result<bool, StoreError> {
    let row: [Value<'_>; 4] = params![record, mark, at, now];
    Ok(tx.execute(FIRE, &row)? == 1)
}
