//! Who works here: roles, absences, deputies, as the engine needs them to know who owes and who may.

use std::collections::BTreeMap;

use kept_kernel::Instant;
use kept_language::{RightId, RoleId};

/// The staff. Empty where a log does not say: then nobody is ever refused, and duties of `each` cannot be counted
/// by head.
#[derive(Clone, Debug, Default)]
pub struct People {
    persons: Vec<Person>,
    by_id: BTreeMap<String, usize>,
}

/// A member of staff.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// The id or name that events carry.
    pub id: String,
    /// The roles held, and when.
    pub roles: Vec<(RoleId, Span)>,
    /// The rights held, and when.
    pub rights: Vec<(RightId, Span)>,
    /// When they joined and left.
    pub employed: Span,
    /// When they are away.
    pub away: Vec<Span>,
    /// Who stands in for them.
    pub deputy: Option<String>,
    /// Their team, whose calendar applies to what they owe.
    pub team: Option<String>,
}

/// From an instant, taken in, until another, left out; open where not said.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Span {
    /// The first instant.
    pub from: Option<Instant>,
    /// The first instant after it.
    pub until: Option<Instant>,
}

impl Span {
    /// Whether the instant lies in it.
    pub fn holds(self, at: Instant) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}

impl Person {
    /// Whether they hold the role then.
    pub fn has_role(&self, role: RoleId, at: Instant) -> bool {
        self.employed.holds(at)
            && self
                .roles
                .iter()
                .any(|(held, span)| *held == role && span.holds(at))
    }

    /// Whether they are employed and not away then.
    pub fn is_present(&self, at: Instant) -> bool {
        self.employed.holds(at) && !self.away.iter().any(|span| span.holds(at))
    }
}

impl People {
    /// The staff; of two with one id the first counts.
    pub fn new(persons: Vec<Person>) -> Self {
        let mut by_id = BTreeMap::new();
        for (index, person) in persons.iter().enumerate() {
            by_id.entry(person.id.clone()).or_insert(index);
        }
        Self { persons, by_id }
    }

    /// Whether nothing is known of the staff.
    pub fn is_empty(&self) -> bool {
        self.persons.is_empty()
    }

    /// The person with this id.
    pub fn get(&self, id: &str) -> Option<&Person> {
        self.by_id
            .get(id)
            .and_then(|index| self.persons.get(*index))
    }

    /// All of them, in the order given.
    pub fn iter(&self) -> impl Iterator<Item = &Person> {
        self.persons.iter()
    }

    /// Whether this person may be taken to hold the role then: yes where nothing is known of them.
    pub fn may_hold(&self, id: &str, role: RoleId, at: Instant) -> bool {
        self.get(id).is_none_or(|person| person.has_role(role, at))
    }

    /// Whether this person is there then: yes where nothing is known of them.
    pub fn may_be_present(&self, id: &str, at: Instant) -> bool {
        self.get(id).is_none_or(|person| person.is_present(at))
    }

    /// Who holds the role then, in the order given.
    pub fn holders(&self, role: RoleId, at: Instant) -> impl Iterator<Item = &Person> {
        self.persons
            .iter()
            .filter(move |person| person.has_role(role, at))
    }
}
