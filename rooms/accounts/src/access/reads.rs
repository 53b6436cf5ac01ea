//! Who has read which record of a client. Every read by a person is written down, and many in an hour raise an alarm.

use kept_journal::audit;
use kept_kernel::{Id, Instant};
use kept_store::{FromRow, Read, Row, StoreError, Write, params};

use crate::commands::Act;
use crate::model::PersonId;
use crate::queries;

/// So many different records in an hour are more than work asks for.
pub const MANY_READS: i64 = 200;
const HOUR: i64 = 3_600_000_000;

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
    pub record: Id,
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

/// Writes down that a person read a record. The read that passes the limit of an hour raises an alarm in the audit.
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
    let id = act.entry;
    tx.execute(
        queries::LOG_READ,
        &params![id, act.at, person, object, record],
    )?;
    let since = act.at.plus_micros(-HOUR);
    let (many,): (i64,) = tx.one(queries::READS_SINCE, &params![person, since])?;
    let alarm = many == MANY_READS;
    let detail = serde_json::json!({ "records": many }).to_string();
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
            object_id: &record.to_string(),
            detail: if alarm { &detail } else { "{}" },
        },
    )
}

/// Who has read a record, the last first.
///
/// # Errors
///
/// As the database says.
pub fn reads_of_record(
    read: &Read<'_>,
    (object, record): (&str, Id),
    limit: u32,
) -> Result<Vec<RecordRead>, StoreError> {
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
