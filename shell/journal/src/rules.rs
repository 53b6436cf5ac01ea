//! The SOPs in force, ready to run, as the rooms share them.

use std::collections::BTreeMap;
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
    /// What the people are called whom events and obligations name by their ids.
    pub directory: Directory,
}

/// What people are called, and which team they are of. Foreign logs have names of their own, which stand for themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory(BTreeMap<String, Colleague>);

/// Somebody who works here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    /// `Maya Okonkwo`.
    pub name: String,
    /// Their team.
    pub team: Option<String>,
}

impl Directory {
    /// Of these, by their ids.
    pub fn new(people: impl IntoIterator<Item = (String, Colleague)>) -> Self {
        Self(people.into_iter().collect())
    }

    /// What somebody is called; the id itself where nobody has it.
    pub fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.0.get(id).map_or(id, |colleague| &colleague.name)
    }

    /// The team of somebody.
    pub fn team_of(&self, id: &str) -> Option<&str> {
        self.0.get(id)?.team.as_deref()
    }

    /// The ids of those who are of a team.
    pub fn members(&self, team: &str) -> Vec<String> {
        let of_team = |colleague: &Colleague| colleague.team.as_deref() == Some(team);
        let members = self.0.iter().filter(|(_, colleague)| of_team(colleague));
        members.map(|(id, _)| id.clone()).collect()
    }
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
