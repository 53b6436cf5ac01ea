//! What happens by forms, as events of the journal.

use kept_clients::{ClientId, ContactId};
use kept_engine::{Actor, Event, Record, What};
use kept_journal::InForce;
use kept_journal::audit::Who;
use kept_journal::events::NewEvent;
use kept_journal::obligations::{self, FIRST, Whose};
use kept_kernel::{Id, Instant};
use kept_store::{Read, StoreError};

/// So many open duties are looked at for the onboarding that they belong to.
const MOST: u32 = 200;
/// The rules of an onboarding that wait for its form.
const RULES: [&str; 3] = ["send-form", "return-form", "take-over"];

/// The onboarding of a client that waits for its form; else the one that is under way; none: nobody is onboarded.
pub(crate) fn project(read: &Read<'_>, client: ClientId) -> Result<Option<String>, StoreError> {
    let whose = [Whose::Client(client.to_string())];
    let keys = obligations::keys_of(read, &whose, (FIRST, None), MOST)?;
    let numbers: Vec<i64> = keys.into_iter().map(|(_, number)| number).collect();
    let owed = obligations::these(read, &numbers)?;
    let mut of_projects = owed.iter().filter(|duty| duty.noun == "project");
    let waits = owed
        .iter()
        .find(|duty| duty.noun == "project" && RULES.contains(&duty.rule.as_str()));
    let found = waits.or_else(|| of_projects.next());
    Ok(found.map(|duty| duty.subject.clone()))
}

/// Whose form it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Of<'a> {
    pub(crate) noun: &'a str,
    pub(crate) record: &'a str,
    pub(crate) client: Option<ClientId>,
    pub(crate) contact: Option<ContactId>,
}

/// The event; none where the vocabulary in force has no such words.
pub(crate) fn told(
    rules: &InForce,
    of: Of<'_>,
    (act, proof): (&str, Option<&str>),
    (id, who, at): (Id, Who, Instant),
) -> Option<NewEvent> {
    let register = &rules.register;
    let client = of.client.map(|one| one.to_string());
    let contact = of.contact.map(|one| one.to_string());
    let link = |noun: &str, id| register.noun(noun).map(|noun| Record { noun, id });
    let links: Vec<Record<'_>> = [
        client.as_deref().and_then(|id| link("client", id)),
        contact.as_deref().and_then(|id| link("contact", id)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let person = match who {
        Who::Person(id) => id.to_string(),
        _ => String::new(),
    };
    let actor = match who {
        Who::Person(_) => Actor::Person(&person),
        Who::Contact(_) => Actor::Client,
        Who::Unknown => Actor::Unknown,
        _ => Actor::System,
    };
    let proofs: Vec<_> = register
        .proofs()
        .filter(|(_, one)| Some(one.id.as_str()) == proof)
        .map(|(id, _)| id)
        .collect();
    let event = Event {
        place: 0,
        at,
        recorded_at: at,
        what: What::Act(register.act(act)?),
        case: Record {
            noun: register.noun(of.noun)?,
            id: of.record,
        },
        links: &links,
        actor,
        facts: &[],
        parts: &[],
        holders: &[],
        proofs: &proofs,
    };
    Some(NewEvent::of(&rules.codec, &event, id))
}
