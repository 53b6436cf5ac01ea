//! Opening a connection to the encrypted file.
//!
//! The settings were measured: HMAC with SHA-256 instead of the default SHA-512 makes random reads a third
//! quicker (it is fixed when the file is made), and as many readers as cores serve as many reads as more would.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::error::OpenError;
use crate::key::Key;

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// With so many MiB in memory.
    Write(u32),
    Read,
}

/// How much the connection that writes may keep in memory where nothing else is asked for, in MiB.
pub(crate) const WRITER_MEMORY: u32 = 40;
/// How much a connection that reads may keep in memory, in MiB.
const READER_MEMORY: u32 = 32;
const STATEMENTS_KEPT: usize = 512;
/// The first SQLite without the faults in its write-ahead log that were found in 2026.
const LEAST_VERSION: i32 = 3_051_003;

pub(crate) fn open(path: &Path, key: &Key, purpose: Use) -> Result<Connection, OpenError> {
    if rusqlite::version_number() < LEAST_VERSION {
        return Err(OpenError::OldSqlite(rusqlite::version()));
    }
    // Readers open for writing too: the shared memory beside a write-ahead log must be writable. `query_only` holds
    // them back.
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if matches!(purpose, Use::Write(_)) {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let refused = |error: &rusqlite::Error| match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenError::WrongKey { path: path.into() },
        _ => OpenError::Refused {
            place: path.display().to_string(),
            message: error.to_string(),
        },
    };
    let connection = Connection::open_with_flags(path, flags).map_err(|error| refused(&error))?;
    connection
        .execute_batch(&opening(key, purpose))
        .map_err(|error| refused(&error))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    // Without it a statement is planned anew whenever other values are bound, which costs more than running it.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(|error| refused(&error))?;
    rusqlite::vtab::array::load_module(&connection).map_err(|error| refused(&error))?;
    Ok(connection)
}

fn opening(key: &Key, purpose: Use) -> String {
    let (memory, mode) = match purpose {
        Use::Write(memory) => (memory, ""),
        Use::Read => (READER_MEMORY, "PRAGMA query_only = ON;"),
    };
    let cache = u64::from(memory) * 1024;
    format!(
        "PRAGMA cipher_log_level = NONE;
         PRAGMA key = \"x'{}'\";
         PRAGMA cipher_hmac_algorithm = HMAC_SHA256;
         PRAGMA busy_timeout = 5000;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA trusted_schema = OFF;
         PRAGMA cell_size_check = ON;
         PRAGMA cache_size = -{cache};
         PRAGMA wal_autocheckpoint = 4000;
         PRAGMA journal_size_limit = 67108864;
         {mode}",
        key.hex()
    )
}

/// Ends statements that run past the time allowed to the job at hand.
#[derive(Clone)]
pub(crate) struct Watch {
    started: Instant,
    until: Arc<AtomicU64>,
}

/// How many steps of SQLite's machine between two looks at the time.
const STEPS: std::ffi::c_int = 20_000;

impl Watch {
    pub(crate) fn over(connection: &mut Connection) -> Self {
        let watch = Self {
            started: Instant::now(),
            until: Arc::new(AtomicU64::new(u64::MAX)),
        };
        let seen = watch.clone();
        // A connection without progress handler would run an endless statement endlessly; that alone is what is lost.
        let _ = connection.progress_handler(
            STEPS,
            Some(move || seen.micros(Instant::now()) > seen.until.load(Ordering::Relaxed)),
        );
        watch
    }

    pub(crate) fn until(&self, deadline: Instant) {
        self.until.store(self.micros(deadline), Ordering::Relaxed);
    }

    /// For the store's own work between two jobs.
    pub(crate) fn rest(&self) {
        self.until.store(u64::MAX, Ordering::Relaxed);
    }

    fn micros(&self, at: Instant) -> u64 {
        let past: Duration = at.saturating_duration_since(self.started);
        past.as_micros() as u64
    }
}
