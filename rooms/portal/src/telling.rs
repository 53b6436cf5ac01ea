//! What happens to consents, as events of the journal.

use kept_clients::{ClientId, ContactId};
use kept_engine::{Actor, Event, Record, What};
use kept_journal::audit::Who;
use kept_journal::events::NewEvent;
use kept_kernel::Id;
use kept_language::ast::Value;

use crate::commands::Step;
use crate::model::ForWhat;

/// The consent that it happened to, and whose it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Of {
    pub(crate) consent: Id,
    pub(crate) contact: ContactId,
    pub(crate) client: ClientId,
}

/// The event; none where the vocabulary in force has no such words.
pub(crate) fn told(
    step: &Step,
    of: Of,
    act: &str,
    (id, given): (Id, Option<(ForWhat, &str)>),
) -> Option<NewEvent> {
    let register = &step.rules.register;
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
    if let Some((what, wording)) = given {
        let chosen = register.fact(noun, "purpose").and_then(|fact| {
            let place = register[fact]
                .values
                .iter()
                .position(|one| one == what.name())?;
            Some((fact, Some(Value::Choice(u16::try_from(place).ok()?))))
        });
        facts.extend(chosen);
        for (name, text) in [("wording", wording), ("source", "portal")] {
            let fact = register.fact(noun, name);
            facts.extend(fact.map(|fact| (fact, Some(Value::Text(fingerprint(text))))));
        }
    }
    let actor = match (act, step.act.who) {
        ("confirm-withdrawal", _) => Actor::System,
        (_, Who::Contact(_)) => Actor::Client,
        _ => Actor::Unknown,
    };
    let proofs: Vec<_> = register
        .proofs()
        .filter(|(_, proof)| act == "confirm-withdrawal" && proof.id == "message-to-client")
        .map(|(id, _)| id)
        .collect();
    let event = Event {
        place: 0,
        at: step.act.at,
        recorded_at: step.act.at,
        what: What::Act(register.act(act)?),
        case: Record { noun, id: &consent },
        links: &links,
        actor,
        facts: &facts,
        parts: &[],
        holders: &[],
        proofs: &proofs,
    };
    Some(NewEvent::of(&step.rules.codec, &event, id))
}

/// FNV-1a: rules only ask whether two texts are the same.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
