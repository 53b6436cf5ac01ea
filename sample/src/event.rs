//! An event that owns its words, so that it can be kept, and lent to the engine.

use kept_engine::{Actor, Event, Handling, Record, What};
use kept_kernel::Instant;
use kept_language::ast::{RuleKey, Value};
use kept_language::{ActId, FactId, NounId, ProofId, RoleId};

/// One thing that happened in the made-up company. Lent to the engine by [`SampleEvent::with`] or
/// [`SampleEvent::lend`]; the fields mean what those of [`Event`] mean.
#[derive(Clone, PartialEq, Debug)]
pub struct SampleEvent {
    /// Its place in the journal, from 1 without gaps.
    pub place: u64,
    /// When it happened.
    pub at: Instant,
    /// When it was written down.
    pub recorded_at: Instant,
    /// What happened.
    pub what: SampleWhat,
    /// To which kind of record.
    pub noun: NounId,
    /// To which record.
    pub id: String,
    /// The records that it belongs to.
    pub links: Vec<(NounId, String)>,
    /// Who did it.
    pub actor: SampleActor,
    /// The facts that it carries.
    pub facts: Vec<(FactId, Option<Value>)>,
    /// The persons whom the case names from now on.
    pub parts: Vec<(&'static str, String)>,
    /// Who holds a role for the case from now on.
    pub holders: Vec<(RoleId, String)>,
    /// The proofs that came with it.
    pub proofs: Vec<ProofId>,
}

/// What happened.
#[derive(Clone, PartialEq, Debug)]
pub enum SampleWhat {
    /// An act of the register.
    Act(ActId),
    /// Facts became known, or changed.
    Facts,
    /// An exception was granted.
    Granted(RuleKey, Handling, Option<Instant>),
}

/// Who did it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SampleActor {
    /// A member of staff, by name.
    Person(String),
    /// The client.
    Client,
    /// A program.
    System,
}

/// The most links, parts and holders that one event has.
const MOST: usize = 4;

/// An event with the borrowed lists that the engine's [`Event`] points to.
#[derive(Clone, Debug)]
pub struct Lent<'e> {
    event: &'e SampleEvent,
    links: [Record<'e>; MOST],
    parts: [(&'e str, &'e str); MOST],
    holders: [(RoleId, &'e str); MOST],
}

impl SampleEvent {
    /// Calls `take` with the event as the engine reads it.
    pub fn with<R>(&self, take: impl FnOnce(&Event<'_>) -> R) -> R {
        take(&self.lend().as_event())
    }

    /// Makes the lists that the engine's event borrows; nothing is allocated.
    pub fn lend(&self) -> Lent<'_> {
        let mut links = [Record {
            noun: NounId(0),
            id: "",
        }; MOST];
        for (to, (noun, id)) in links.iter_mut().zip(&self.links) {
            *to = Record { noun: *noun, id };
        }
        let mut parts = [("", ""); MOST];
        for (to, (part, person)) in parts.iter_mut().zip(&self.parts) {
            *to = (part, person);
        }
        let mut holders = [(RoleId(0), ""); MOST];
        for (to, (role, person)) in holders.iter_mut().zip(&self.holders) {
            *to = (*role, person);
        }
        Lent {
            event: self,
            links,
            parts,
            holders,
        }
    }
}

impl Lent<'_> {
    /// The event as the engine reads it.
    pub fn as_event(&self) -> Event<'_> {
        let event = self.event;
        Event {
            place: event.place,
            at: event.at,
            recorded_at: event.recorded_at,
            what: event.what.as_what(),
            case: Record {
                noun: event.noun,
                id: &event.id,
            },
            links: first(&self.links, event.links.len()),
            actor: match &event.actor {
                SampleActor::Person(name) => Actor::Person(name),
                SampleActor::Client => Actor::Client,
                SampleActor::System => Actor::System,
            },
            facts: &event.facts,
            parts: first(&self.parts, event.parts.len()),
            holders: first(&self.holders, event.holders.len()),
            proofs: &event.proofs,
        }
    }
}

impl SampleWhat {
    fn as_what(&self) -> What<'_> {
        match self {
            Self::Act(act) => What::Act(*act),
            Self::Facts => What::Facts,
            Self::Granted(rule, handling, expires) => What::Granted {
                rule,
                handling: *handling,
                expires: *expires,
            },
        }
    }
}

fn first<T>(list: &[T], count: usize) -> &[T] {
    list.get(..count).unwrap_or(list)
}
