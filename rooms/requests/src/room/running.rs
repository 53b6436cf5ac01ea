//! What is being done to many requests at this moment, in this process.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use kept_kernel::Id;

/// The selections that are being gone through. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Running(Arc<Mutex<HashSet<Id>>>);

impl Running {
    /// Begins with one, unless it is being gone through.
    pub(crate) fn begin(&self, bulk: Id) -> Option<Begun> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.insert(bulk).then(|| Begun {
            running: self.clone(),
            bulk,
        })
    }

    /// Whether one is being gone through.
    pub(crate) fn is(&self, bulk: Id) -> bool {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.contains(&bulk)
    }
}

/// As long as it lives, it is being gone through.
pub(crate) struct Begun {
    running: Running,
    bulk: Id,
}

impl Drop for Begun {
    fn drop(&mut self) {
        let mut running = self
            .running
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        running.remove(&self.bulk);
    }
}
