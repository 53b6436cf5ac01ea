//! A thread that reads: each job sees one snapshot.

use crossbeam_channel::Receiver;
use rusqlite::Connection;

use crate::error::StoreError;
use crate::job::Job;
use crate::sqlite::connection::Watch;
use crate::transaction::{self, Read};

pub(crate) fn serve(mut connection: Connection, jobs: &Receiver<Box<dyn Job>>) {
    let watch = Watch::over(&mut connection);
    for mut job in jobs {
        if job.is_stale() {
            job.answer();
            continue;
        }
        watch.until(job.deadline());
        // A snapshot begins with the first statement and ends with the job: long work reads in slices.
        match connection.execute_batch("BEGIN") {
            Ok(()) => {
                let tx = Read::new(transaction::Connection::Sqlite(&connection)).writing();
                job.run(&tx);
            }
            Err(error) => job.fail(StoreError::Database {
                statement: "BEGIN",
                message: error.to_string(),
            }),
        }
        watch.rest();
        if !connection.is_autocommit() {
            // It has written nothing; were the snapshot to stay open, the next job's BEGIN would say so.
            let _ = connection.execute_batch("ROLLBACK");
        }
        job.answer();
    }
}
