//! The one thread that writes: group commit.
//!
//! It waits for one job and opens a transaction; the job runs inside a savepoint. Whatever else has come meanwhile runs
//! in the same transaction, without waiting for more: while one group is synced to disk, the next one gathers by itself.
//! Then one commit, and all their callers are answered.
//!
//! Some failures (a full disk, a statement stopped in the middle) end the whole transaction. Then each job of the group
//! runs again, alone: this is why closures are `Fn`. When the disk fails at the commit itself, nobody can say whether a
//! crash would bring the group back, and its callers are told so.

use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use rusqlite::Connection;

use crate::error::StoreError;
use crate::job::{Job, Ran};
use crate::sqlite::connection::Watch;
use crate::store::{Counters, Point, Points};
use crate::transaction::{self, Read};

/// A group is closed when it holds so many jobs …
const GROUP_JOBS: usize = 256;
/// … or has taken so long.
const GROUP_TIME: Duration = Duration::from_millis(25);

pub(crate) struct Writer {
    pub connection: Connection,
    pub points: Points,
    pub counters: Counters,
}

impl Writer {
    pub(crate) fn serve(mut self, jobs: &Receiver<Box<dyn Job>>) {
        let watch = Watch::over(&mut self.connection);
        for job in jobs {
            self.group(job, jobs, &watch);
        }
        // What is committed is safe in the log; this makes the next start quicker.
        let _ = self
            .connection
            .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    fn group(&self, first: Box<dyn Job>, jobs: &Receiver<Box<dyn Job>>, watch: &Watch) {
        if let Err(error) = self.connection.execute_batch("BEGIN IMMEDIATE") {
            return refuse(first, &error);
        }
        let started = Instant::now();
        let mut group = Vec::new();
        let mut next = Some(first);
        while let Some(mut job) = next.take() {
            if job.is_stale() {
                job.answer();
            } else {
                let whole = self.run_in_savepoint(job.as_mut(), watch);
                group.push(job);
                if !whole {
                    return self.each_alone(group, watch);
                }
            }
            if group.len() < GROUP_JOBS && started.elapsed() < GROUP_TIME {
                next = jobs.try_recv().ok();
            }
        }
        self.points.reach(Point::BeforeCommit);
        if let Err(error) = self.connection.execute_batch("COMMIT") {
            if is_unknown(&error) {
                return self.unknown(group);
            }
            return self.each_alone(group, watch);
        }
        self.points.reach(Point::AfterCommit);
        self.counters.committed(group.len());
        group.into_iter().for_each(Job::answer);
    }

    /// Whether the transaction around it still stands.
    fn run_in_savepoint(&self, job: &mut dyn Job, watch: &Watch) -> bool {
        if self.connection.execute_batch("SAVEPOINT job").is_err() {
            return false;
        }
        let ran = self.run(job, watch);
        if self.connection.is_autocommit() {
            return false;
        }
        let end = match ran {
            Ran::Done => "RELEASE job",
            Ran::Refused(_) => "ROLLBACK TO job; RELEASE job",
        };
        self.connection.execute_batch(end).is_ok()
    }

    fn run(&self, job: &mut dyn Job, watch: &Watch) -> Ran {
        watch.until(job.deadline());
        let tx = Read::new(transaction::Connection::Sqlite(&self.connection)).writing();
        let ran = job.run(&tx);
        watch.rest();
        ran
    }

    /// The disk failed while the group was being synced: what was written may or may not come back after a crash.
    fn unknown(&self, group: Vec<Box<dyn Job>>) {
        self.roll_back();
        for mut job in group {
            job.fail(StoreError::Unknown);
            job.answer();
        }
    }

    /// Runs each job of a group that was lost in a transaction of its own.
    fn each_alone(&self, group: Vec<Box<dyn Job>>, watch: &Watch) {
        self.roll_back();
        for mut job in group {
            self.alone(job.as_mut(), watch);
            job.answer();
        }
    }

    fn alone(&self, job: &mut dyn Job, watch: &Watch) {
        if Instant::now() > job.deadline() {
            return job.fail(StoreError::Timeout);
        }
        if let Err(error) = self.connection.execute_batch("BEGIN IMMEDIATE") {
            return job.fail(plain("BEGIN", &error));
        }
        if matches!(self.run(job, watch), Ran::Refused(_)) {
            return self.roll_back();
        }
        self.points.reach(Point::BeforeCommit);
        match self.connection.execute_batch("COMMIT") {
            Ok(()) => self.counters.committed(1),
            Err(error) => {
                job.fail(if is_unknown(&error) {
                    StoreError::Unknown
                } else {
                    plain("COMMIT", &error)
                });
                self.roll_back();
            }
        }
    }

    fn roll_back(&self) {
        if !self.connection.is_autocommit() {
            // Fails only where there is nothing left to undo.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }
}

/// Whether the log may hold the whole transaction all the same: the end of it was written, and the sync failed. In this
/// process it is undone, and the next commit overwrites it; after a crash before that it is there.
fn is_unknown(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::SystemIoFailure)
}

fn refuse(mut job: Box<dyn Job>, error: &rusqlite::Error) {
    job.fail(plain("BEGIN", error));
    job.answer();
}

fn plain(statement: &'static str, error: &rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => StoreError::Full,
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
            StoreError::Busy
        }
        _ => StoreError::Database {
            statement,
            message: error.to_string(),
        },
    }
}
