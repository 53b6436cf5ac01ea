//! What happened: the engine's only input besides the rules and the calendars.

use kept_kernel::{Duration, Instant};
use kept_language::ast::{RuleKey, Value};
use kept_language::{ActId, FactId, NounId, ProofId, RoleId};

/// One thing that happened once to one case, with the facts as known then. Borrowed: the engine keeps only what a
/// rule may still need.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// Its place in the journal: unique, and the order of events at one instant.
    pub place: u64,
    /// When it happened.
    pub at: Instant,
    /// When it was written down; never before `at`. The same where nothing else is known.
    pub recorded_at: Instant,
    /// What happened.
    pub what: What<'a>,
    /// To which record.
    pub case: Record<'a>,
    /// The records that the case belongs to, as known then: a request's client, a sale's client.
    pub links: &'a [Record<'a>],
    /// Who did it.
    pub actor: Actor<'a>,
    /// The facts that it carries, each the case's own or a linked record's; `None`: no longer known.
    pub facts: &'a [(FactId, Option<Value>)],
    /// The persons whom the case names from now on: `("assignee", "Maria")`; an empty name: nobody.
    pub parts: &'a [(&'a str, &'a str)],
    /// Who holds a role for this case from now on.
    pub holders: &'a [(RoleId, &'a str)],
    /// The proofs that came with it.
    pub proofs: &'a [ProofId],
}

/// A record: its kind and its id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Record<'a> {
    /// What it is.
    pub noun: NounId,
    /// Which one; unique among the records of its kind.
    pub id: &'a str,
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum What<'a> {
    /// An act of the register.
    Act(ActId),
    /// Facts became known, or changed; nothing else.
    Facts,
    /// The case was merged into another of its kind, which lives on.
    Merged {
        /// The survivor's id.
        into: &'a str,
    },
    /// The case was split off another of its kind.
    Split {
        /// The id of the one it came from.
        from: &'a str,
    },
    /// An exception was granted for this case, or for all of its client's.
    Granted {
        /// Which rule.
        rule: &'a RuleKey,
        /// What is done instead.
        handling: Handling,
        /// Until when it holds.
        expires: Option<Instant>,
    },
    /// A duty was given up, with a reason.
    GivenUp {
        /// Under which rule.
        rule: &'a RuleKey,
    },
    /// The deadline of a running duty was set by hand.
    DeadlineSet {
        /// Under which rule.
        rule: &'a RuleKey,
        /// The new one.
        due_at: Instant,
    },
    /// The event at that place is judged as if it had not been.
    Undone {
        /// Its place in the journal.
        place: u64,
    },
}

/// What a granted exception does.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Handling {
    /// The duty is waived, also after its breach; the gate is passed.
    Waived,
    /// It has this much time from its start.
    Within(Duration),
}

/// Who did it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Actor<'a> {
    /// The log does not say.
    Unknown,
    /// A member of staff, by id or name; the roles are in the engine's list of people, where there is one.
    Person(&'a str),
    /// The client.
    Client,
    /// A program: an automatic confirmation, a bot, an import.
    System,
}

/// An event that owns its words: for logs that are read at once, and for the history of cases.
#[derive(Clone, PartialEq, Debug)]
pub struct OwnedEvent {
    /// See [`Event::place`].
    pub place: u64,
    /// See [`Event::at`].
    pub at: Instant,
    /// See [`Event::recorded_at`].
    pub recorded_at: Instant,
    /// See [`Event::what`].
    pub what: OwnedWhat,
    /// See [`Event::case`].
    pub case: (NounId, String),
    /// See [`Event::links`].
    pub links: Vec<(NounId, String)>,
    /// See [`Event::actor`].
    pub actor: OwnedActor,
    /// See [`Event::facts`].
    pub facts: Vec<(FactId, Option<Value>)>,
    /// See [`Event::parts`].
    pub parts: Vec<(String, String)>,
    /// See [`Event::holders`].
    pub holders: Vec<(RoleId, String)>,
    /// See [`Event::proofs`].
    pub proofs: Vec<ProofId>,
}

/// What happened, with its own words.
#[derive(Clone, PartialEq, Debug)]
pub enum OwnedWhat {
    /// See [`What::Act`].
    Act(ActId),
    /// See [`What::Facts`].
    Facts,
    /// See [`What::Merged`].
    Merged(String),
    /// See [`What::Split`].
    Split(String),
    /// See [`What::Granted`].
    Granted(RuleKey, Handling, Option<Instant>),
    /// See [`What::GivenUp`].
    GivenUp(RuleKey),
    /// See [`What::DeadlineSet`].
    DeadlineSet(RuleKey, Instant),
    /// See [`What::Undone`].
    Undone(u64),
}

/// Who did it, with its own words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OwnedActor {
    /// See [`Actor::Unknown`].
    Unknown,
    /// See [`Actor::Person`].
    Person(String),
    /// See [`Actor::Client`].
    Client,
    /// See [`Actor::System`].
    System,
}

impl OwnedEvent {
    /// Lends the event to a function that takes a borrowed one.
    pub fn lend<R>(&self, take: impl FnOnce(&Event<'_>) -> R) -> R {
        let links: Vec<Record<'_>> = self
            .links
            .iter()
            .map(|(noun, id)| Record { noun: *noun, id })
            .collect();
        let parts: Vec<(&str, &str)> = self
            .parts
            .iter()
            .map(|(part, person)| (part.as_str(), person.as_str()))
            .collect();
        let holders: Vec<(RoleId, &str)> = self
            .holders
            .iter()
            .map(|(role, person)| (*role, person.as_str()))
            .collect();
        take(&Event {
            place: self.place,
            at: self.at,
            recorded_at: self.recorded_at,
            what: self.what.lend(),
            case: Record {
                noun: self.case.0,
                id: &self.case.1,
            },
            links: &links,
            actor: self.actor.lend(),
            facts: &self.facts,
            parts: &parts,
            holders: &holders,
            proofs: &self.proofs,
        })
    }

    /// An event of its own from a borrowed one.
    pub fn of(event: &Event<'_>) -> Self {
        Self {
            place: event.place,
            at: event.at,
            recorded_at: event.recorded_at,
            what: OwnedWhat::of(event.what),
            case: (event.case.noun, event.case.id.to_owned()),
            links: event
                .links
                .iter()
                .map(|link| (link.noun, link.id.to_owned()))
                .collect(),
            actor: match event.actor {
                Actor::Unknown => OwnedActor::Unknown,
                Actor::Person(person) => OwnedActor::Person(person.to_owned()),
                Actor::Client => OwnedActor::Client,
                Actor::System => OwnedActor::System,
            },
            facts: event.facts.to_vec(),
            parts: event
                .parts
                .iter()
                .map(|(part, person)| ((*part).to_owned(), (*person).to_owned()))
                .collect(),
            holders: event
                .holders
                .iter()
                .map(|(role, person)| (*role, (*person).to_owned()))
                .collect(),
            proofs: event.proofs.to_vec(),
        }
    }
}

impl OwnedWhat {
    fn lend(&self) -> What<'_> {
        match self {
            Self::Act(act) => What::Act(*act),
            Self::Facts => What::Facts,
            Self::Merged(into) => What::Merged { into },
            Self::Split(from) => What::Split { from },
            Self::Granted(rule, handling, expires) => What::Granted {
                rule,
                handling: *handling,
                expires: *expires,
            },
            Self::GivenUp(rule) => What::GivenUp { rule },
            Self::DeadlineSet(rule, due_at) => What::DeadlineSet {
                rule,
                due_at: *due_at,
            },
            Self::Undone(place) => What::Undone { place: *place },
        }
    }

    fn of(what: What<'_>) -> Self {
        match what {
            What::Act(act) => Self::Act(act),
            What::Facts => Self::Facts,
            What::Merged { into } => Self::Merged(into.to_owned()),
            What::Split { from } => Self::Split(from.to_owned()),
            What::Granted {
                rule,
                handling,
                expires,
            } => Self::Granted(rule.clone(), handling, expires),
            What::GivenUp { rule } => Self::GivenUp(rule.clone()),
            What::DeadlineSet { rule, due_at } => Self::DeadlineSet(rule.clone(), due_at),
            What::Undone { place } => Self::Undone(place),
        }
    }
}

impl OwnedActor {
    fn lend(&self) -> Actor<'_> {
        match self {
            Self::Unknown => Actor::Unknown,
            Self::Person(person) => Actor::Person(person),
            Self::Client => Actor::Client,
            Self::System => Actor::System,
        }
    }
}
