//! The identities of the made-up company's records: made from the seed, the same in its history and in the rooms' rows.

use std::collections::BTreeMap;

use kept_engine::OwnedEvent;
use kept_kernel::{Id, Instant};
use kept_language::{NounId, Register};
use kept_sample::text_hash;

use super::SEED;

/// The ids of clients, contacts and requests, by the names that the sample gives them.
#[derive(Default)]
pub struct Ids {
    clients: BTreeMap<String, Id>,
    contacts: BTreeMap<String, Id>,
    requests: BTreeMap<String, Id>,
}

/// The id of something that began at an instant, by a name that nothing else has.
pub fn made(what: &str, name: &str, at: Instant) -> Id {
    let first = text_hash(&format!("{SEED} {what} {name}")).to_be_bytes();
    let second = text_hash(&format!("{name} {what} {SEED}")).to_be_bytes();
    let random = std::array::from_fn(|place| {
        let byte = first.get(place).or_else(|| second.get(place % 8));
        byte.copied().unwrap_or_default()
    });
    Id::from_parts(at, random)
}

impl Ids {
    /// The id of a client, made the first time.
    pub fn client(&mut self, name: &str, at: Instant) -> Id {
        remembered(&mut self.clients, "client", (name, at))
    }

    /// The id of a contact, made the first time.
    pub fn contact(&mut self, name: &str, at: Instant) -> Id {
        remembered(&mut self.contacts, "contact", (name, at))
    }

    /// The id of a request, made the first time.
    pub fn request(&mut self, name: &str, at: Instant) -> Id {
        remembered(&mut self.requests, "request", (name, at))
    }

    /// The id of a client that has one.
    pub fn of_client(&self, name: &str) -> Option<Id> {
        self.clients.get(name).copied()
    }

    /// The id of a contact that has one.
    pub fn of_contact(&self, name: &str) -> Option<Id> {
        self.contacts.get(name).copied()
    }

    /// The id of a request that has one.
    pub fn of_request(&self, name: &str) -> Option<Id> {
        self.requests.get(name).copied()
    }

    /// Puts these ids in the place of the names that events carry.
    pub fn put_into(&self, events: &mut [OwnedEvent], register: &Register) {
        let nouns = ["client", "contact", "request"].map(|noun| register.noun(noun));
        let all = [&self.clients, &self.contacts, &self.requests];
        let put = |noun: NounId, name: &mut String| {
            let place = nouns.iter().position(|one| *one == Some(noun));
            let known = place.and_then(|place| all.get(place)?.get(name));
            if let Some(id) = known {
                *name = id.to_string();
            }
        };
        for event in events {
            put(event.case.0, &mut event.case.1);
            for (noun, name) in &mut event.links {
                put(*noun, name);
            }
        }
    }
}

fn remembered(known: &mut BTreeMap<String, Id>, what: &str, (name, at): (&str, Instant)) -> Id {
    if let Some(id) = known.get(name) {
        return *id;
    }
    let id = made(what, name, at);
    known.insert(name.to_owned(), id);
    id
}
