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
