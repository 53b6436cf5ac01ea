//! The SOPs in force, ready to run, as the rooms share them.

use std::sync::{Arc, PoisonError, RwLock};

use kept_engine::Program;
use kept_language::{Library, Register};

use crate::codec::Codec;

/// The SOPs in force with all that is needed to run and to explain them. It never changes; a new version is a new one.
pub struct InForce {
    /// The vocabulary.
    pub register: Register,
    /// The documents in force now.
    pub library: Library,
    /// All their versions, compiled, with calendars and people.
    pub program: Program,
    /// Events in this vocabulary.
    pub codec: Arc<Codec>,
}

/// The one place from which everybody takes the SOPs in force. Clones share it.
#[derive(Clone)]
pub struct Rules(Arc<RwLock<Arc<InForce>>>);

impl Rules {
    /// Begins with these.
    pub fn new(in_force: InForce) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(in_force))))
    }

    /// What is in force now. Whoever holds it goes on with it, also when it is replaced meanwhile.
    pub fn now(&self) -> Arc<InForce> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts others in force.
    pub fn put(&self, in_force: InForce) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(in_force);
    }
}
