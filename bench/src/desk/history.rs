//! What happened in the story, as events of the journal, in the order of time.

use std::collections::BTreeMap;

use kept_engine::{OwnedActor, OwnedEvent, OwnedWhat};
use kept_kernel::Instant;
use kept_language::ast::Value;
use kept_language::{ActId, FactId, NounId, ProofId, Register};

use super::rows::Steps;
use super::staff::Staff;
use super::tale::{Stage, Tale, judged};

/// Something that happens, before it is put into words: when, to whom, and which step it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    at: Instant,
    number: u32,
    step: Step,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    AddClient,
    Receive,
    Acknowledge,
    Prioritise,
    Assign,
    Answer,
    Wait,
    Resolve,
    Notice,
    Confirm,
    Close,
    Ask,
}

/// All that happens, in order: each client is added, and the requests that the journal tells of take their way.
pub fn moments(tale: &Tale) -> Vec<Moment> {
    let mut all: Vec<Moment> = (0..tale.clients)
        .map(|client| Moment {
            at: tale.made_at(client),
            number: client as u32,
            step: Step::AddClient,
        })
        .collect();
    for request in tale.first_told()..tale.requests {
        let steps = Steps::of(tale, request);
        let stage = tale.stage(request);
        let [acknowledged, prioritised, assigned, answered] = steps.begun;
        let [resolved, notice, confirmed, closed, asked] = steps.ended;
        let way = [
            (Step::Receive, steps.received, Stage::New),
            (Step::Acknowledge, acknowledged, Stage::Acknowledged),
            (Step::Prioritise, prioritised, Stage::Assigned),
            (Step::Assign, assigned, Stage::Assigned),
            (Step::Answer, answered, Stage::Answered),
            (Step::Wait, steps.waits, Stage::Waiting),
            (Step::Resolve, resolved, Stage::Resolved),
            (Step::Notice, notice, Stage::Resolved),
            (Step::Confirm, confirmed, Stage::Closed),
            (Step::Close, closed, Stage::Closed),
            (Step::Ask, asked, Stage::Closed),
        ];
        for (step, at, least) in way {
            let waited = step != Step::Wait || stage == Stage::Waiting;
            if stage as u8 >= least as u8 && waited {
                all.push(Moment {
                    at,
                    number: request as u32,
                    step,
                });
            }
        }
    }
    all.sort_unstable();
    all
}

/// The words of the vocabulary in force.
pub struct Words {
    acts: BTreeMap<String, (ActId, NounId)>,
    facts: BTreeMap<String, (FactId, Vec<String>)>,
    proofs: BTreeMap<String, ProofId>,
    client: NounId,
    contact: NounId,
    request: NounId,
}

impl Words {
    /// Those that the story needs.
    pub fn of(register: &Register) -> Option<Self> {
        let acts = register.acts();
        let facts = register.facts().map(|(id, fact)| {
            let name = format!("{}.{}", register[fact.noun].id, fact.name);
            (name, (id, fact.values.clone()))
        });
        let proofs = register.proofs();
        Some(Self {
            acts: acts
                .map(|(id, act)| (act.id.clone(), (id, act.case)))
                .collect(),
            facts: facts.collect(),
            proofs: proofs.map(|(id, proof)| (proof.id.clone(), id)).collect(),
            client: register.noun("client")?,
            contact: register.noun("contact")?,
            request: register.noun("request")?,
        })
    }

    /// A moment in words; none: the vocabulary has no word for it.
    pub fn event(&self, tale: &Tale, staff: &Staff, moment: Moment) -> Option<OwnedEvent> {
        let number = u64::from(moment.number);
        let name = act(moment.step);
        let (act, noun) = *self.acts.get(name)?;
        let mut event = OwnedEvent {
            place: 0,
            at: moment.at,
            recorded_at: moment.at,
            what: OwnedWhat::Act(act),
            case: (noun, String::new()),
            links: Vec::new(),
            actor: OwnedActor::System,
            facts: Vec::new(),
            parts: Vec::new(),
            holders: Vec::new(),
            proofs: Vec::new(),
        };
        if moment.step == Step::AddClient {
            event.case.1 = tale.client_id(number).to_string();
            return Some(event);
        }
        let client = tale.client_of(number);
        event.case.1 = tale.request_id(number).to_string();
        if moment.step == Step::Ask {
            event.case.1 = tale.client_id(client).to_string();
            event
                .links
                .push((self.request, tale.request_id(number).to_string()));
        } else {
            event.links.extend([
                (self.client, tale.client_id(client).to_string()),
                (self.contact, tale.contact_id(client, 0).to_string()),
            ]);
        }
        self.tell(&mut event, staff, (moment.step, number));
        Some(event)
    }

    fn tell(&self, event: &mut OwnedEvent, staff: &Staff, (step, number): (Step, u64)) {
        let agent = staff.agent(number).map(|(person, _)| person.to_string());
        let [category, urgency, impact, _] = judged(number);
        match step {
            Step::Receive => {
                event.actor = OwnedActor::Client;
                self.choose(event, "request.channel", "email");
                self.choose(event, "client.tier", "Silver");
            }
            Step::Acknowledge => self.prove(event, "reason"),
            Step::Prioritise => {
                self.choose(event, "request.category", category);
                self.choose(event, "request.urgency", urgency);
                self.choose(event, "request.impact", impact);
            }
            Step::Assign => {
                let part = agent.clone().unwrap_or_default();
                event.parts.push(("assignee".to_owned(), part));
            }
            Step::Answer => self.prove(event, "message-to-client"),
            Step::Resolve => {
                let fact = self.facts.get("request.resolution");
                event
                    .facts
                    .extend(fact.map(|(fact, _)| (*fact, Some(Value::Text(number)))));
            }
            Step::Confirm => event.actor = OwnedActor::Client,
            Step::Close => self.choose(event, "request.ending", "confirmed by the client"),
            Step::AddClient | Step::Wait | Step::Notice | Step::Ask => {}
        }
        let ours = !matches!(step, Step::Receive | Step::Confirm | Step::Assign);
        if let Some(agent) = agent.filter(|_| ours) {
            event.actor = OwnedActor::Person(agent);
        }
    }

    fn choose(&self, event: &mut OwnedEvent, fact: &str, word: &str) {
        let found = self.facts.get(fact).and_then(|(fact, values)| {
            let place = values.iter().position(|value| value == word)?;
            Some((*fact, Some(Value::Choice(place as u16))))
        });
        event.facts.extend(found);
    }

    fn prove(&self, event: &mut OwnedEvent, proof: &str) {
        event.proofs.extend(self.proofs.get(proof).copied());
    }
}

const fn act(step: Step) -> &'static str {
    match step {
        Step::AddClient => "add-client",
        Step::Receive => "receive-request",
        Step::Acknowledge => "acknowledge-request",
        Step::Prioritise => "prioritise-request",
        Step::Assign => "assign-request",
        Step::Answer => "answer-request",
        Step::Wait => "set-waiting-for-client",
        Step::Resolve => "resolve-request",
        Step::Notice => "send-closing-notice",
        Step::Confirm => "confirm-resolution",
        Step::Close => "close-request",
        Step::Ask => "ask-client-for-feedback",
    }
}
