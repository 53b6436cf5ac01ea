//! How much is asked for one mail, and for how long: whoever writes a mail chooses what it makes us ask.

use std::cell::Cell;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::resolver::{Resolver, Unanswered};

/// So many questions for one mail.
const QUESTIONS: u32 = 60;
/// So long all of them may take together.
const PATIENCE: Duration = Duration::from_secs(8);

/// Questions within bounds. After the first that nobody answers no other is asked.
pub(super) struct Bounded<'r> {
    inner: &'r dyn Resolver,
    began: Instant,
    asked: Cell<u32>,
    silent: Cell<bool>,
}

/// What the check asks.
pub(crate) trait Asked {
    fn texts(&self, name: &str) -> Result<Vec<String>, Unanswered>;
    fn addresses(&self, name: &str, of_six: bool) -> Result<Vec<IpAddr>, Unanswered>;
    fn exchangers(&self, name: &str) -> Result<Vec<String>, Unanswered>;
}

impl<'r> Bounded<'r> {
    pub(super) fn new(inner: &'r dyn Resolver) -> Self {
        Self {
            inner,
            began: Instant::now(),
            asked: Cell::new(0),
            silent: Cell::new(false),
        }
    }

    /// Whether something was not answered.
    pub(super) fn is_silent(&self) -> bool {
        self.silent.get()
    }

    fn within<T>(
        &self,
        ask: impl FnOnce(&'r dyn Resolver) -> Result<T, Unanswered>,
    ) -> Result<T, Unanswered> {
        let asked = self.asked.replace(self.asked.get() + 1);
        if self.silent.get() || asked >= QUESTIONS || self.began.elapsed() > PATIENCE {
            self.silent.set(true);
            return Err(Unanswered::Silent);
        }
        let answer = ask(self.inner);
        if matches!(answer, Err(Unanswered::Silent)) {
            self.silent.set(true);
        }
        answer
    }
}

impl Asked for Bounded<'_> {
    fn texts(&self, name: &str) -> Result<Vec<String>, Unanswered> {
        self.within(|inner| inner.texts(name))
    }

    fn addresses(&self, name: &str, of_six: bool) -> Result<Vec<IpAddr>, Unanswered> {
        self.within(|inner| inner.addresses(name, of_six))
    }

    fn exchangers(&self, name: &str) -> Result<Vec<String>, Unanswered> {
        self.within(|inner| inner.exchangers(name))
    }
}
