//! What comes round: each job on a thread of its own, so that a slow one holds up no other.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;

use kept_rooms::Job;

use crate::tell::{Failure, remark};

/// The running jobs.
pub struct Running {
    stop: Vec<Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

impl Running {
    /// Starts them; each does its first round at once.
    pub fn start(jobs: impl IntoIterator<Item = Job>) -> Result<Self, Failure> {
        let mut running = Self {
            stop: Vec::new(),
            threads: Vec::new(),
        };
        for job in jobs {
            let (stop, stopped) = channel();
            let thread = std::thread::Builder::new()
                .name("kept-job".into())
                .spawn(move || come_round(&job, &stopped))
                .map_err(|error| Failure::new(error.to_string()))?;
            running.stop.push(stop);
            running.threads.push(thread);
        }
        Ok(running)
    }

    /// Lets the rounds under way finish, and ends.
    pub fn stop(self) {
        drop(self.stop);
        for thread in self.threads {
            // A panic of a round was caught and told.
            let _ = thread.join();
        }
    }
}

fn come_round(job: &Job, stopped: &Receiver<()>) {
    loop {
        // A round that fails or panics is told, and the next one tries again: what is due stands in rows.
        match catch_unwind(AssertUnwindSafe(|| (job.run)())) {
            Ok(Ok(())) => {}
            Ok(Err(problem)) => remark(&format!("{}: {problem}; it is tried again", job.name)),
            Err(_) => remark(&format!(
                "{}: a fault of the program; it is tried again",
                job.name
            )),
        }
        if stopped.recv_timeout(job.every) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}
