//! What a room hands to the program.

use std::fmt;
use std::sync::Arc;

use crate::{Erasable, Exportable, Job, RecordPage, Searchable};

/// What a room hands to the program, beside its tables and routes. A room fills in what it has.
#[derive(Clone, Default)]
pub struct Parts {
    /// What can be found of it.
    pub searchable: Vec<Arc<dyn Searchable>>,
    /// What it holds about people and clients.
    pub exportable: Vec<Arc<dyn Exportable>>,
    /// How it forgets them.
    pub erasable: Vec<Arc<dyn Erasable>>,
    /// Where its records are shown, and what they are called.
    pub pages: Vec<Arc<dyn RecordPage>>,
    /// What it does by itself.
    pub jobs: Vec<Job>,
}

impl Parts {
    /// The parts of two rooms together.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.searchable.extend(other.searchable);
        self.exportable.extend(other.exportable);
        self.erasable.extend(other.erasable);
        self.pages.extend(other.pages);
        self.jobs.extend(other.jobs);
        self
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Parts")
            .field("jobs", &self.jobs)
            .finish_non_exhaustive()
    }
}
