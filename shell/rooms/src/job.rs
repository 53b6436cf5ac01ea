//! Work that comes round by itself.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Why a round of a job failed. The next round tries again.
pub type JobProblem = Box<dyn std::error::Error + Send + Sync>;

/// Work that the program does again and again, on a thread that may wait for the database.
///
/// A round does what is due now, in short transactions, and looks at rows to see what that is: a job has no memory, so a
/// program that was down, or two that run at once, do everything once.
#[derive(Clone)]
pub struct Job {
    /// What it does: `announcements: begin, remind, end`.
    pub name: &'static str,
    /// How long it rests between rounds.
    pub every: Duration,
    /// A round.
    pub run: Arc<dyn Fn() -> Result<(), JobProblem> + Send + Sync>,
}

impl Job {
    /// A job that does this so often.
    pub fn new<E: Into<JobProblem>>(
        name: &'static str,
        every: Duration,
        run: impl Fn() -> Result<(), E> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            every,
            run: Arc::new(move || run().map_err(Into::into)),
        }
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Job({}, {:?})", self.name, self.every)
    }
}
