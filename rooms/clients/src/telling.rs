//! What happens to clients, as events of the journal.

use kept_engine::{Actor, Event, Record, What};
use kept_journal::InForce;
use kept_journal::audit::Who;
use kept_journal::events::NewEvent;
use kept_kernel::{Id, Instant};
use kept_language::FactId;
use kept_language::ast::Value;

use crate::model::{ClientCard, ContactId};
use crate::read::known_facts;

/// What happened.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Told<'a> {
    /// An act on the client.
    Client(&'a str),
    /// An act on one of its contacts.
    Contact(ContactId, &'a str),
    /// What is known of it is something else than before.
    Facts,
    /// It lives on as another.
    Merged(&'a str),
}

/// More that an event says.
#[derive(Clone, Debug, Default)]
pub(crate) struct More<'a> {
    /// Facts of the act.
    pub(crate) facts: Vec<(FactId, Option<Value>)>,
    /// Who belongs to the account team from now on.
    pub(crate) parts: Vec<(&'a str, &'a str)>,
}

/// The event about a client as it stands now. None where the vocabulary in force has no such words.
pub(crate) fn told(
    in_force: &InForce,
    (told, more): (Told<'_>, &More<'_>),
    client: &ClientCard,
    (id, by, at): (Id, Who, Instant),
) -> Option<NewEvent> {
    let register = &in_force.register;
    let (client_id, contact_id);
    client_id = client.id.to_string();
    let noun = register.noun("client")?;
    let of_client = Record {
        noun,
        id: &client_id,
    };
    let (case, what) = match told {
        Told::Client(act) => (of_client, What::Act(register.act(act)?)),
        Told::Contact(contact, act) => {
            contact_id = contact.to_string();
            let noun = register.noun("contact")?;
            let case = Record {
                noun,
                id: &contact_id,
            };
            (case, What::Act(register.act(act)?))
        }
        Told::Facts => (of_client, What::Facts),
        Told::Merged(into) => (of_client, What::Merged { into }),
    };
    let links = if case.noun == noun {
        &[][..]
    } else {
        &[of_client][..]
    };
    let mut facts = known_facts(register, client);
    facts.extend(more.facts.iter().copied());
    let owner = client.owner.as_ref().map(|(owner, _)| owner.to_string());
    let manager = register.role("account manager");
    let holders: Vec<_> = manager.zip(owner.as_deref()).into_iter().collect();
    let person = match by {
        Who::Person(id) | Who::Contact(id) | Who::Token(id) => id.to_string(),
        Who::Kept | Who::Console | Who::Unknown => String::new(),
    };
    let actor = match by {
        Who::Person(_) => Actor::Person(&person),
        Who::Contact(_) => Actor::Client,
        Who::Token(_) | Who::Kept | Who::Console => Actor::System,
        Who::Unknown => Actor::Unknown,
    };
    let event = Event {
        place: 0,
        at,
        recorded_at: at,
        what,
        case,
        links,
        actor,
        facts: &facts,
        parts: &more.parts,
        holders: &holders,
        proofs: &[],
    };
    Some(NewEvent::of(&in_force.codec, &event, id))
}
