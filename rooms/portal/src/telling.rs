//! What happens to consents, as events of the journal.

use kept_clients::{ClientId, ContactId};
use kept_engine::{Actor, Event, Record, What};
use kept_journal::InForce;
use kept_journal::audit::Who;
use kept_journal::events::NewEvent;
use kept_kernel::{Id, Instant};
use kept_language::ast::Value;

/// The consent that it happened to, and whose it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Of {
    pub(crate) consent: Id,
    pub(crate) contact: ContactId,
    pub(crate) client: ClientId,
}

/// What was allowed, in which words, and where they were read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given<'a> {
    pub(crate) purpose: &'a str,
    pub(crate) wording: &'a str,
    pub(crate) source: &'a str,
}

/// The event; none where the vocabulary in force has no such words.
pub(crate) fn told(
    rules: &InForce,
    of: Of,
    (act, given): (&str, Option<Given<'_>>),
    (id, who, at): (Id, Who, Instant),
) -> Option<NewEvent> {
    let register = &rules.register;
    let noun = register.noun("consent")?;
    let (consent, contact, client) = (
        of.consent.to_string(),
        of.contact.to_string(),
        of.client.to_string(),
    );
    let link = |noun: &str, id| register.noun(noun).map(|noun| Record { noun, id });
    let links: Vec<Record<'_>> = [
        link("contact", contact.as_str()),
        link("client", client.as_str()),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut facts = Vec::new();
    if let Some(given) = given {
        let chosen = register.fact(noun, "purpose").and_then(|fact| {
            let place = register[fact]
                .values
                .iter()
                .position(|one| one == given.purpose)?;
            Some((fact, Some(Value::Choice(u16::try_from(place).ok()?))))
        });
        facts.extend(chosen);
        for (name, text) in [("wording", given.wording), ("source", given.source)] {
            let fact = register.fact(noun, name);
            facts.extend(fact.map(|fact| (fact, Some(Value::Text(fingerprint(text))))));
        }
    }
    let person = match who {
        Who::Person(person) => person.to_string(),
        _ => String::new(),
    };
    let actor = match (act, who) {
        ("confirm-withdrawal", _) => Actor::System,
        (_, Who::Contact(_)) => Actor::Client,
        (_, Who::Person(_)) => Actor::Person(&person),
        _ => Actor::Unknown,
    };
    let proofs: Vec<_> = register
        .proofs()
        .filter(|(_, proof)| act == "confirm-withdrawal" && proof.id == "message-to-client")
        .map(|(id, _)| id)
        .collect();
    let event = Event {
        place: 0,
        at,
        recorded_at: at,
        what: What::Act(register.act(act)?),
        case: Record { noun, id: &consent },
        links: &links,
        actor,
        facts: &facts,
        parts: &[],
        holders: &[],
        proofs: &proofs,
    };
    Some(NewEvent::of(&rules.codec, &event, id))
}

/// FNV-1a: rules only ask whether two texts are the same.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
