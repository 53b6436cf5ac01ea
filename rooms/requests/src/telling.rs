//! What happens to requests, as events of the journal: acts and facts in the words of the vocabulary. What it has no words
//! for is left out, since no rule can speak of it.

use kept_accounts::model::PersonId;
use kept_clients::{ClientId, ContactId};
use kept_engine::{Actor, Event, Record, What};
use kept_journal::InForce;
use kept_journal::events::NewEvent;
use kept_kernel::{Id, Instant};
use kept_language::ast::Value;
use kept_language::{FactId, ProofId, Register};

use crate::model::{Expected, RequestId};

/// Who did it, as rules see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doer {
    /// One of us, also through a program that acts for them.
    Person(PersonId),
    /// The client.
    Client,
    /// A program of its own, or Kept itself.
    System,
}

/// What happened to it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Told<'a> {
    /// An act.
    Act(&'a str),
    /// It lives on as another.
    Merged(RequestId),
    /// It was split off another.
    Split(RequestId),
    /// It was filed wrongly, and is put right: what is said of it holds from now on, and whose it is.
    Corrected,
}

/// The request that it happened to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Of {
    pub(crate) request: RequestId,
    pub(crate) client: ClientId,
    pub(crate) contact: Option<ContactId>,
}

/// When it happened, and when it was written down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct When {
    pub(crate) at: Instant,
    pub(crate) recorded_at: Instant,
}

/// What an event says beside what happened.
#[derive(Clone, Debug)]
pub(crate) struct Said<'r> {
    register: &'r Register,
    facts: Vec<(FactId, Option<Value>)>,
    proofs: Vec<ProofId>,
    assignee: Option<String>,
}

impl<'r> Said<'r> {
    /// Nothing yet.
    pub(crate) fn nothing(register: &'r Register) -> Self {
        Self {
            register,
            facts: Vec::new(),
            proofs: Vec::new(),
            assignee: None,
        }
    }

    fn fact(mut self, name: &str, value: Option<Value>) -> Self {
        let noun = self.register.noun("request");
        let fact = noun.and_then(|noun| self.register.fact(noun, name));
        self.facts.extend(fact.map(|fact| (fact, value)));
        self
    }

    /// A choice, where it was made and the vocabulary knows it.
    pub(crate) fn choice(self, name: &str, word: Option<&str>) -> Self {
        let known = crate::model::choices(self.register, name);
        let place = word.and_then(|word| known.iter().position(|one| one == word));
        match place.and_then(|place| u16::try_from(place).ok()) {
            Some(place) => self.fact(name, Some(Value::Choice(place))),
            None => self,
        }
    }

    /// An instant, where there is one.
    pub(crate) fn instant(self, name: &str, at: Option<Instant>) -> Self {
        match at {
            Some(at) => self.fact(name, Some(Value::Instant(at))),
            None => self,
        }
    }

    /// Words, where there are any: rules only see whether they are known.
    pub(crate) fn text(self, name: &str, words: Option<&str>) -> Self {
        match words.filter(|words| !words.is_empty()) {
            Some(words) => self.fact(name, Some(Value::Text(fingerprint(words)))),
            None => self,
        }
    }

    /// What the client was told to expect, or why nothing could be said.
    pub(crate) fn expecting(self, expected: &Expected) -> Self {
        let said = self
            .instant("estimated time to resolution", expected.done_at)
            .instant("next update time", expected.update_at);
        if expected.reason.is_some() {
            said.proof("reason")
        } else {
            said
        }
    }

    /// Facts that others know.
    pub(crate) fn facts(mut self, facts: Vec<(FactId, Option<Value>)>) -> Self {
        self.facts.extend(facts);
        self
    }

    /// A kind of proof.
    pub(crate) fn proof(mut self, name: &str) -> Self {
        let mut proofs = self.register.proofs();
        let found = proofs.find(|(_, proof)| proof.id == name);
        self.proofs.extend(found.map(|(id, _)| id));
        self
    }

    /// Who works on it from now on; none: nobody.
    pub(crate) fn assignee(mut self, person: Option<PersonId>) -> Self {
        self.assignee = Some(person.map(|person| person.to_string()).unwrap_or_default());
        self
    }
}

/// What becomes of a promise to the client of a request: made, with its words and its time; kept; withdrawn, with a reason.
pub(crate) fn promised(
    rules: &InForce,
    (of, promise): (Of, Id),
    (act, made): (&str, Option<(&str, Instant)>),
    doer: Doer,
    (id, at): (Id, Instant),
) -> Option<NewEvent> {
    let register = &rules.register;
    let noun = register.noun("promise")?;
    let (promise, client) = (promise.to_string(), of.client.to_string());
    let contact = of.contact.map(|contact| contact.to_string());
    let link = |noun: &str, id| register.noun(noun).map(|noun| Record { noun, id });
    let links: Vec<Record<'_>> = [
        link("client", client.as_str()),
        contact.as_deref().and_then(|id| link("contact", id)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut facts = Vec::new();
    if let Some((words, due)) = made {
        let fact = |name| register.fact(noun, name);
        facts.extend(fact("due time").map(|fact| (fact, Some(Value::Instant(due)))));
        facts.extend(fact("text").map(|fact| (fact, Some(Value::Text(fingerprint(words))))));
    }
    let said = Said::nothing(register);
    let said = match act {
        "withdraw-promise" => said.proof("reason"),
        _ => said,
    };
    let person = match doer {
        Doer::Person(id) => id.to_string(),
        Doer::Client | Doer::System => String::new(),
    };
    let actor = match doer {
        Doer::Person(_) => Actor::Person(&person),
        Doer::Client => Actor::Client,
        Doer::System => Actor::System,
    };
    let promiser = [("promiser", person.as_str())];
    let event = Event {
        place: 0,
        at,
        recorded_at: at,
        what: What::Act(register.act(act)?),
        case: Record { noun, id: &promise },
        links: &links,
        actor,
        facts: &facts,
        parts: if made.is_some() { &promiser } else { &[] },
        holders: &[],
        proofs: &said.proofs,
    };
    Some(NewEvent::of(&rules.codec, &event, id))
}

/// What hangs on a request goes over to another client with it: a record of this kind and identity.
pub(crate) fn goes_along(
    rules: &InForce,
    of: Of,
    (noun, record): (&str, Id),
    doer: Doer,
    at: (Id, When),
) -> Option<NewEvent> {
    let of = Of {
        request: RequestId(record),
        ..of
    };
    let said = Said::nothing(&rules.register);
    told(rules, noun, (of, Told::Corrected), &said, doer, at)
}

/// The event, of a record of this kind: the request, or the conversation by mail that stands on it and is known by its id. None where the
/// vocabulary in force has no such words.
pub(crate) fn told(
    rules: &InForce,
    noun: &str,
    (of, what): (Of, Told<'_>),
    said: &Said<'_>,
    doer: Doer,
    (id, when): (Id, When),
) -> Option<NewEvent> {
    let register = &rules.register;
    let (other, person, assignee);
    let what = match what {
        Told::Act(act) => What::Act(register.act(act)?),
        Told::Merged(into) => {
            other = into.to_string();
            What::Merged { into: &other }
        }
        Told::Split(from) => {
            other = from.to_string();
            What::Split { from: &other }
        }
        Told::Corrected => What::Facts,
    };
    let actor = match doer {
        Doer::Person(id) => {
            person = id.to_string();
            Actor::Person(&person)
        }
        Doer::Client => Actor::Client,
        Doer::System => Actor::System,
    };
    let (request, client) = (of.request.to_string(), of.client.to_string());
    let contact = of.contact.map(|contact| contact.to_string());
    let link = |noun: &str, id| register.noun(noun).map(|noun| Record { noun, id });
    let links: Vec<Record<'_>> = [
        link("client", client.as_str()),
        contact.as_deref().and_then(|id| link("contact", id)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let parts: &[(&str, &str)] = match &said.assignee {
        Some(person) => {
            assignee = [("assignee", person.as_str())];
            &assignee
        }
        None => &[],
    };
    let event = Event {
        place: 0,
        at: when.at,
        recorded_at: when.recorded_at,
        what,
        case: Record {
            noun: register.noun(noun)?,
            id: &request,
        },
        links: &links,
        actor,
        facts: &said.facts,
        parts,
        holders: &[],
        proofs: &said.proofs,
    };
    Some(NewEvent::of(&rules.codec, &event, id))
}

/// FNV-1a: rules only ask whether two texts are the same.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
