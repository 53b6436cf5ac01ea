//! The SOPs in force, ready to run, as the rooms share them.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use kept_engine::Program;
use kept_language::{Library, NounId, Register};

use crate::codec::Codec;
use crate::events::CLIENT;

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

impl InForce {
    /// Rules with the codec of their vocabulary, and nobody in the directory yet.
    pub fn of(register: Register, library: Library, program: Program) -> Self {
        Self {
            codec: Arc::new(Codec::new(&register)),
            directory: Directory::default(),
            register,
            library,
            program,
        }
    }

    /// Whether records of this kind are clients, or belong to clients: requests do, announcements do not.
    pub fn is_of_clients(&self, noun: &str) -> bool {
        let noun = self.register.noun(noun);
        noun.is_some_and(|noun| of_clients(&self.register).any(|one| one == noun))
    }

    /// The names of those kinds.
    pub(crate) fn nouns_of_clients(&self) -> Vec<String> {
        let nouns = of_clients(&self.register);
        nouns.map(|noun| self.register[noun].id.clone()).collect()
    }
}

/// The client, and the kinds of records from which a rule reaches one.
fn of_clients(register: &Register) -> impl Iterator<Item = NounId> {
    let client = register.noun(CLIENT);
    register
        .nouns()
        .filter(move |(id, noun)| {
            client.is_some_and(|client| *id == client || noun.reaches.contains(&client))
        })
        .map(|(id, _)| id)
}

/// What people are called, and which team they are of. Foreign logs have names of their own, which stand for themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    people: BTreeMap<String, Colleague>,
    /// The id of whoever alone has this name or address, in small letters.
    known_as: BTreeMap<String, Option<String>>,
}

/// Somebody who works here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    /// `Maya Okonkwo`.
    pub name: String,
    /// `maya@desk.example`.
    pub email: String,
    /// Their team.
    pub team: Option<String>,
}

impl Directory {
    /// Of these, by their ids.
    pub fn new(people: impl IntoIterator<Item = (String, Colleague)>) -> Self {
        let people: BTreeMap<String, Colleague> = people.into_iter().collect();
        let mut known_as: BTreeMap<String, Option<String>> = BTreeMap::new();
        for (id, colleague) in &people {
            for name in [&colleague.name, &colleague.email] {
                known_as
                    .entry(name.to_lowercase())
                    .and_modify(|one| *one = None)
                    .or_insert_with(|| Some(id.clone()));
            }
        }
        Self { people, known_as }
    }

    /// The id of the one person whom a foreign log calls by this name or address.
    pub fn known_as(&self, name: &str) -> Option<&str> {
        self.known_as.get(&name.trim().to_lowercase())?.as_deref()
    }

    /// Whether it names nobody.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// What somebody is called; the id itself where nobody has it.
    pub fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.people.get(id).map_or(id, |colleague| &colleague.name)
    }

    /// The team of somebody.
    pub fn team_of(&self, id: &str) -> Option<&str> {
        self.people.get(id)?.team.as_deref()
    }

    /// The ids of those who are of a team.
    pub fn members(&self, team: &str) -> Vec<String> {
        let of_team = |colleague: &Colleague| colleague.team.as_deref() == Some(team);
        let members = self
            .people
            .iter()
            .filter(|(_, colleague)| of_team(colleague));
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

#[cfg(test)]
mod tests {
    use super::{Colleague, Directory};

    fn colleague(name: &str, email: &str) -> Colleague {
        Colleague {
            name: name.into(),
            email: email.into(),
            team: Some("Support".into()),
        }
    }

    #[test]
    fn a_name_in_a_log_is_somebody_who_alone_is_called_so() {
        let directory = Directory::new([
            ("1".to_owned(), colleague("Ana Ruiz", "ana@desk.example")),
            ("2".to_owned(), colleague("Bo Lind", "bo@desk.example")),
            ("3".to_owned(), colleague("Bo Lind", "bo.lind@desk.example")),
        ]);
        for (name, id) in [
            ("ana ruiz", Some("1")),
            (" ANA@desk.example ", Some("1")),
            ("Bo Lind", None),
            ("bo.lind@desk.example", Some("3")),
            ("Cy", None),
            ("", None),
        ] {
            assert_eq!(directory.known_as(name), id, "{name}");
        }
        assert_eq!(directory.name("1"), "Ana Ruiz");
        assert_eq!(directory.name("Cy"), "Cy");
        assert_eq!(directory.members("Support").len(), 3);
        assert_eq!(directory.team_of("Cy"), None);
    }
}
