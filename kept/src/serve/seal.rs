//! The thread that seals the audit: leaves outside the database each second, the signed root each minute.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use kept_journal::audit::SealingProblem;

use crate::house::House;
use crate::keeping;
use crate::tell::{Failure, remark};

const FOLLOW: Duration = Duration::from_secs(1);
const SIGN: Duration = Duration::from_mins(1);

/// The running thread.
pub struct Running {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Running {
    /// Starts it.
    pub fn start(house: &House) -> Result<Self, Failure> {
        let told = |error: &dyn std::fmt::Display| Failure::new(error.to_string());
        let sealing = keeping::sealing(house)?;
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new()
            .name("kept-seal".into())
            .spawn(move || {
                let mut sealing = sealing;
                let mut signed = Instant::now();
                while stopped.recv_timeout(FOLLOW) == Err(RecvTimeoutError::Timeout) {
                    if signed.elapsed() < SIGN {
                        tell(sealing.follow());
                    } else {
                        tell(sealing.sign());
                        signed = Instant::now();
                    }
                }
                tell(sealing.sign());
            })
            .map_err(|error| told(&error))?;
        Ok(Self { stop, thread })
    }

    /// Seals what is left and ends.
    pub fn stop(self) {
        drop(self.stop);
        // A panic there has been printed; the entries are safe in the database.
        let _ = self.thread.join();
    }
}

fn tell<T>(result: Result<T, SealingProblem>) {
    if let Err(problem) = result {
        remark(&format!(
            "the audit could not be sealed and is tried again: {problem}"
        ));
    }
}
