//! A thread with a connection: each job is a transaction of its own, run again when others were in its way.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use tokio_postgres::error::SqlState;

use crate::error::StoreError;
use crate::job::{Job, Ran};
use crate::postgres::address::Address;
use crate::postgres::link::{Link, Unended, chain};
use crate::store::{Counters, Point, Points};
use crate::transaction::{self, Read};

pub(crate) struct Worker {
    pub address: Address,
    pub writes: bool,
    pub points: Points,
    pub counters: Counters,
}

/// How one try ended.
enum Try {
    Settled,
    /// Nothing was kept, and doing it again may help.
    Again(StoreError),
}

/// How often a job is run again when others changed the same rows.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(2);
/// Between two attempts to reach a server that is away.
const PAUSE_AWAY: Duration = Duration::from_millis(50);

impl Worker {
    pub(crate) fn serve(&self, jobs: &Receiver<Box<dyn Job>>) {
        let mut link = None;
        for mut job in jobs {
            if !job.is_stale() {
                self.settle(job.as_mut(), &mut link);
            }
            job.answer();
            if let Some(link) = &link {
                // A connection that breaks now is made anew for the next job.
                let _ = link.borrow_mut().roll_back();
            }
        }
    }

    fn settle(&self, job: &mut dyn Job, link: &mut Option<RefCell<Link>>) {
        let mut tries = 0;
        loop {
            let again = match self.connected(link) {
                Ok(link) => match self.attempt(job, link) {
                    Try::Settled => return,
                    Try::Again(error) => error,
                },
                Err(error) => error,
            };
            let away = link.as_ref().is_none_or(|link| link.borrow().is_closed());
            if away {
                *link = None;
            } else {
                tries += 1;
            }
            if tries >= TRIES || Instant::now() > job.deadline() {
                return job.fail(again);
            }
            std::thread::sleep(if away { PAUSE_AWAY } else { PAUSE * tries });
        }
    }

    fn connected<'l>(
        &self,
        link: &'l mut Option<RefCell<Link>>,
    ) -> Result<&'l RefCell<Link>, StoreError> {
        if link.as_ref().is_none_or(|link| link.borrow().is_closed()) {
            let new = Link::connect(&self.address, self.writes).map_err(|message| {
                StoreError::Database {
                    statement: "connecting",
                    message,
                }
            })?;
            *link = Some(RefCell::new(new));
        }
        link.as_ref().ok_or(StoreError::Gone)
    }

    fn attempt(&self, job: &mut dyn Job, link: &RefCell<Link>) -> Try {
        link.borrow_mut().begin(self.beginning(job.deadline()));
        let tx = Read::new(transaction::Connection::Postgres(link)).writing();
        let ran = job.run(&tx);
        drop(tx);
        let mut link = link.borrow_mut();
        match ran {
            Ran::Done if self.writes => {
                self.points.reach(Point::BeforeCommit);
                let committed = link.commit();
                self.committed(job, committed, &link)
            }
            // It only read: the transaction ends when its caller has the answer.
            Ran::Done => Try::Settled,
            Ran::Refused(error) => {
                let undone = link.roll_back();
                match error {
                    Some(StoreError::Retry) => Try::Again(StoreError::Retry),
                    Some(error) if undone.is_err() && link.is_closed() => Try::Again(error),
                    _ => Try::Settled,
                }
            }
        }
    }

    fn committed(&self, job: &mut dyn Job, result: Result<(), Unended>, link: &Link) -> Try {
        let error = match result {
            Ok(()) => {
                self.points.reach(Point::AfterCommit);
                self.counters.committed(1);
                return Try::Settled;
            }
            Err(Unended::Unsent(error)) if link.is_closed() => return Try::Again(error),
            // The server broke off, or it cannot be known whether it went on to the end.
            Err(Unended::Before(_)) if link.is_closed() => {
                job.fail(StoreError::Unknown);
                return Try::Settled;
            }
            Err(Unended::Unsent(StoreError::Retry) | Unended::Before(StoreError::Retry)) => {
                return Try::Again(StoreError::Retry);
            }
            Err(Unended::Unsent(error) | Unended::Before(error)) => {
                job.fail(error);
                return Try::Settled;
            }
            Err(Unended::Itself(error)) => error,
        };
        match error.code() {
            Some(&SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED) => {
                Try::Again(StoreError::Retry)
            }
            Some(code) if code.code().starts_with("23") => {
                job.fail(StoreError::Conflict {
                    statement: "COMMIT",
                    message: chain(&error),
                });
                Try::Settled
            }
            _ => {
                job.fail(StoreError::Unknown);
                Try::Settled
            }
        }
    }

    /// Opens the transaction and bounds the time of its statements.
    fn beginning(&self, deadline: Instant) -> String {
        let left = deadline
            .saturating_duration_since(Instant::now())
            .as_millis()
            .max(1);
        let kind = if self.writes {
            ""
        } else {
            " ISOLATION LEVEL REPEATABLE READ READ ONLY"
        };
        format!("BEGIN{kind}; SET LOCAL statement_timeout = {left}")
    }
}
