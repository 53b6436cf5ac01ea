//! What is tested, and who is meant.

use jiff::civil::Date;
use kept_kernel::{Duration, Number};

use super::naming::{ActUse, FactRef, StateRef, TextRange};
use crate::register::RoleId;

/// A typed value as a sentence or a table states it, or as an event carries it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Value {
    /// Yes or no.
    YesNo(bool),
    /// The position in the fact's list of values.
    Choice(u16),
    /// A plain number; a percent as its figure (90 % is 90); money in whole units of the currency.
    Number(Number),
    /// A length of time.
    Duration(Duration),
    /// A day.
    Date(Date),
    /// A point in time.
    Instant(kept_kernel::Instant),
    /// Free text or a person: only that it is known, and whether two are the same (a 64-bit hash of it).
    Text(u64),
}

/// How a number is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    /// The value or more.
    AtLeast,
    /// The value or less.
    AtMost,
    /// More than the value.
    Above,
    /// Less than the value.
    Below,
}

/// A condition: one test, or several joined by `and` or by `or`, never both.
#[derive(Clone, Debug)]
pub enum Condition {
    /// All must hold. One test alone stands here.
    All(Vec<Test>),
    /// One is enough.
    Any(Vec<Test>),
}

/// One test of a condition.
#[derive(Clone, Debug)]
pub struct Test {
    /// `not`.
    pub negated: bool,
    /// What is asked.
    pub kind: TestKind,
    /// The words.
    pub range: TextRange,
}

/// What a test asks.
#[derive(Clone, Debug)]
pub enum TestKind {
    /// The fact is one of these values. A yes-no fact is tested against `YesNo(true)`.
    Is(FactRef, Vec<Value>),
    /// The fact compared with a value; ordered choices compare by their order.
    Compare(FactRef, Comparison, Value),
    /// The fact lies between the two, both taken in.
    Between(FactRef, Value, Value),
    /// All of these facts are known. Never itself unknown.
    Known(Vec<FactRef>),
    /// The record is in the state; where the case has many such records, one in the state is enough.
    State(StateRef),
    /// The event has happened, in the last so long where said. Never itself unknown.
    Event(ActUse, Option<Duration>),
}

/// Who is meant: a role, or a person that the case names (`the assignee`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Party {
    /// Anyone who holds the role; the case's own holder first.
    Role(RoleId),
    /// The person whom the case names by this part.
    Part(String),
}

/// Who owes a duty.
#[derive(Clone, Debug)]
pub struct Who {
    /// How the duty falls to them.
    pub kind: WhoKind,
    /// The words.
    pub range: TextRange,
}

/// How a duty falls to people.
#[derive(Clone, Debug)]
pub enum WhoKind {
    /// The first owns it; the others may do it too.
    OneOf(Vec<Party>),
    /// One duty for each who holds the role when it opens.
    Each(RoleId),
    /// One duty for every employee, or for everyone on the document's distribution list.
    Everyone {
        /// Only those on the distribution list.
        on_distribution: bool,
    },
    /// The client.
    Client,
}
