//! `kept backup`: all rows of one moment, the wrapped keys, and the files that prove the history.
//!
//! Rows are read in slices of one snapshot, so that a backup is one moment and takes little memory. Nobody waits for it:
//! on SQLite the log beside the file grows by what is written meanwhile and is cut afterwards, on PostgreSQL rows that
//! were replaced meanwhile are cleared away later. A snapshot for each slice would hold up less and be no single moment:
//! a row could refer to one that the backup does not have. A copy of the file itself would be quicker, and could be put
//! back only into SQLite, under the same key.
//!
//! The files of the audit are read before the snapshot: they may then lack the newest entries, which are appended when
//! the backup is restored, and never have entries that the snapshot lacks.

use std::sync::{Mutex, PoisonError};

use kept_store::copy::{Table, given, rows, tables};
use kept_store::{AsStore, Dialect, StoreError};
use kept_vault::KeysFile;

use super::archive::{Head, Sealing, Writer};
use super::audit::record;
use crate::ask::BackupAsked;
use crate::house::{Ground, House, schemas};
use crate::tell::{Failure, Outcome, Progress, answer, count};

/// The files of a data folder that belong to a backup.
pub const FILES: [&str; 3] = [KeysFile::NAME, "audit/leaves", "audit/checkpoints"];

/// `kept backup`.
pub fn backup(asked: &BackupAsked) -> Result<Outcome, Failure> {
    let ground = Ground::existing(&asked.house, false, &super::means())?;
    let sealing = Sealing::asked(
        &asked.recipient,
        asked.passphrase_file.as_deref(),
        &ground.master.key,
    )?;
    drop(ground);
    let house = House::existing_with(&asked.house, super::means())?;
    let tables = tables(&schemas()).map_err(|error| Failure::new(error.to_string()))?;
    let mut writer = Writer::begin(&asked.out, sealing, &head(&house))?;
    // A backup holds all that the house knows, so it is told that one was made.
    record(&house.store, &house.world, "BackupMade")?;
    super::seal(&house)?;
    for file in FILES {
        writer.file(file, &house.data.join(file))?;
    }
    let (size, rows) = write_rows(&house, tables, writer)?;
    answer(&format!(
        "{} holds {} rows in {} kB. Keep it apart from the master key.\n",
        asked.out.display(),
        count(rows),
        count(size.div_ceil(1000))
    ))?;
    Ok(Outcome::Fine)
}

fn head(house: &House) -> Head {
    let schemas = schemas();
    let schemas = schemas
        .iter()
        .map(|schema| (schema.owner.to_owned(), schema.migrations.len() as u32));
    Head {
        kept_backup: 1,
        made_at: house.world.now().to_string(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        from: match house.store.dialect() {
            Dialect::Sqlite => "sqlite".to_owned(),
            Dialect::Postgres => "postgres".to_owned(),
        },
        schemas: schemas.collect(),
    }
}

fn write_rows(house: &House, tables: Vec<Table>, writer: Writer) -> Result<(u64, u64), Failure> {
    let writer = Mutex::new(Some((writer, Progress::begin())));
    let written = house.store.read(move |read| {
        // PostgreSQL reads again when a connection breaks; half of the rows are written by then.
        let taken = writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (mut writer, mut progress) = taken.ok_or_else(|| {
            Failure::new(
                "The connection to the database broke while the rows were read. No backup was made; try again.",
            )
        })?;
        for table in &tables {
            writer.table(table, given(read, table)?)?;
            rows(read, table, |row| {
                writer.row(table, row)?;
                if writer.rows() % 1_000 == 0 {
                    progress.at(|| format!("backup: {} rows", count(writer.rows())));
                }
                Ok::<_, Trouble>(())
            })?;
        }
        progress.end();
        let rows = writer.rows();
        Ok::<_, Trouble>((writer.finish()?, rows))
    });
    written.wait().map_err(Failure::from)
}

/// What ends the copying: the database, or the file.
pub enum Trouble {
    Store(StoreError),
    File(Failure),
}

impl AsStore for Trouble {
    fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::File(_) => None,
        }
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::File(failure)
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Store(error) => error.into(),
            Trouble::File(failure) => failure,
        }
    }
}
