//! How long another mail server is waited for. One that gives a byte now and then is never silent, so that silence alone does not say
//! that it has stopped: every answer has an end of its own.

use std::time::Duration;

/// How long another server may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// To be silent.
    pub silence: Duration,
    /// For a whole answer.
    pub answer: Duration,
    /// A mail is given as much longer as it takes at this pace, in bytes a second.
    pub pace: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            silence: Duration::from_secs(30),
            answer: Duration::from_mins(1),
            pace: 100_000,
        }
    }
}

impl Patience {
    /// For an answer with so many bytes in it.
    pub(crate) fn for_bytes(self, bytes: usize) -> Duration {
        self.answer + Duration::from_secs((bytes / self.pace.max(1) as usize) as u64)
    }
}
