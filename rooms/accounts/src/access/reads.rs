//! Who has read which record of a client. Every read by a person is written down, and many in an hour raise an alarm.
//!
//! A page does not wait for it: what was read stands in memory and is written by a job, at most a second later, all in one
//! transaction. A crash loses that second; a database that does not answer loses nothing, it is tried again.

use std::sync::{Mutex, MutexGuard, PoisonError};

use kept_journal::audit;
use kept_kernel::{Id, Instant};
use kept_store::{FromRow, Read, Row, Store, StoreError, Write, params};

use crate::commands::Act;
use crate::model::PersonId;
use crate::queries;

/// So many records in an hour are more than work asks for; one that is read again within the hour counts once.
pub const MANY_READS: i64 = 200;
const HOUR: i64 = 3_600_000_000;
/// So many reads are written in one transaction.
const SLICE: usize = 500;

/// A record as it is read: named as the journal names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordNamed {
    /// Its kind: `client`, `request`.
    pub object: String,
    /// Which.
    pub record: String,
    /// The client that it belongs to; none for a client itself, or where nobody knows.
    pub client: Option<String>,
}

/// A read of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordRead {
    /// When.
    pub at: Instant,
    /// By whom.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// The kind of the record: `client`, `request`.
    pub object: String,
    /// Which.
    pub record: String,
}

impl FromRow for RecordRead {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            at: row.get(0)?,
            person: PersonId(row.get(1)?),
            name: row.get(2)?,
            object: row.get(3)?,
            record: row.get(4)?,
        })
    }
}

/// Reads that are not written down yet.
#[derive(Default)]
pub(crate) struct Unwritten(Mutex<Vec<(Act, PersonId, RecordNamed)>>);

impl Unwritten {
    pub(crate) fn add(&self, act: Act, person: PersonId, what: RecordNamed) {
        self.waiting().push((act, person, what));
    }

    /// Writes what waits. What cannot be written goes on waiting.
    pub(crate) fn write(&self, store: &Store) -> Result<(), StoreError> {
        loop {
            let slice: Vec<_> = {
                let mut waiting = self.waiting();
                let some = waiting.len().min(SLICE);
                waiting.drain(..some).collect()
            };
            if slice.is_empty() {
                return Ok(());
            }
            let these = slice.clone();
            let written = store.write(move |tx| {
                these
                    .iter()
                    .try_for_each(|(act, person, what)| write_read(tx, act, *person, what))
            });
            if let Err(error) = written.wait() {
                self.waiting().splice(..0, slice);
                return Err(error);
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<(Act, PersonId, RecordNamed)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes down that a person read a record of our own, in the transaction of a page that is shown only after it.
///
/// # Errors
///
/// As the database says; then the record must not be shown.
pub fn log_read(
    tx: &Write<'_>,
    act: &Act,
    person: PersonId,
    (object, record): (&str, Id),
) -> Result<(), StoreError> {
    let what = RecordNamed {
        object: object.to_owned(),
        record: record.to_string(),
        client: None,
    };
    write_read(tx, act, person, &what)
}

/// Writes down that a person read a record. The read that reaches the limit of an hour raises an alarm in the audit. One that
/// is written already is left as it is: after a connection that broke in mid-commit it is tried again.
fn write_read(
    tx: &Write<'_>,
    act: &Act,
    person: PersonId,
    what: &RecordNamed,
) -> Result<(), StoreError> {
    let id = act.entry;
    let (object, record) = (&*what.object, &*what.record);
    let since = act.at.plus_micros(-HOUR);
    let within = params![object, record, person, since, act.at];
    let anew = tx
        .maybe::<(Instant,)>(queries::READ_WITHIN, &within)?
        .is_none();
    let before = if anew {
        anew_within(tx, person, (since, act.at))?
    } else {
        0
    };
    let row = params![id, act.at, person, object, record, &what.client, anew];
    if tx.execute(queries::LOG_READ, &row)? == 0 {
        return Ok(());
    }
    let alarm = anew && before + 1 == MANY_READS;
    let detail = serde_json::json!({ "records": MANY_READS }).to_string();
    // An imported client may be called by a person's name, which does not belong in the audit: the row with the entry's id
    // has it.
    let is_id = record.parse::<Id>().is_ok();
    audit::write(
        tx,
        &audit::Entry {
            id,
            at: act.at,
            who: act.who,
            act: if alarm {
                "AlarmManyRecordsRead"
            } else {
                "RecordRead"
            },
            object,
            object_id: if is_id { record } else { "" },
            detail: if alarm { &detail } else { "{}" },
        },
    )
}

/// How many records the person has read anew in a time, as far as the limit: the count costs the same however much was read.
fn anew_within(
    tx: &Write<'_>,
    person: PersonId,
    (since, until): (Instant, Instant),
) -> Result<i64, StoreError> {
    let asked = params![person, since, until, MANY_READS];
    let (many, _): (i64, i64) = tx.one(queries::READ_ANEW_WITHIN, &asked)?;
    Ok(many)
}

/// Who has read a record, the last first; of a client also what belongs to it.
///
/// # Errors
///
/// As the database says.
pub fn reads_of_record(
    read: &Read<'_>,
    (object, record): (&str, &str),
    limit: u32,
) -> Result<Vec<RecordRead>, StoreError> {
    if object == "client" {
        return read.all(queries::READS_OF_CLIENT, &params![record, limit]);
    }
    read.all(queries::READS_OF_RECORD, &params![object, record, limit])
}

/// What a person has read, the last first.
///
/// # Errors
///
/// As the database says.
pub fn reads_of_person(
    read: &Read<'_>,
    person: PersonId,
    limit: u32,
) -> Result<Vec<RecordRead>, StoreError> {
    read.all(queries::READS_OF_PERSON, &params![person, limit])
}
