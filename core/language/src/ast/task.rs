//! What is to be done, from when, until when, with which evidence, and who is told when it is not.

use kept_kernel::{Duration, Number};

use super::condition::{Condition, Party, Value, Who};
use super::naming::{ActUse, FactRef, RuleRef, StateRef, TableRef, TextRange};
use crate::register::{FactId, NounId, ProofId};

/// A duty: who must do what, until when, shown by what.
#[derive(Clone, Debug)]
pub struct Duty {
    /// What the duty hangs on.
    pub case: NounId,
    /// What opens it.
    pub opening: Opening,
    /// What is owed, and how it is judged.
    pub task: Task,
}

/// What opens a duty.
#[derive(Clone, Debug)]
pub enum Opening {
    /// `When …, if …,`
    When {
        /// Any of these.
        triggers: Vec<Trigger>,
        /// Only while this holds.
        condition: Option<Condition>,
    },
    /// `As a step, …`: opened by a procedure.
    Step,
}

/// The part that duties, steps and rhythms share: who, must, what, within, and the slots.
#[derive(Clone, Debug)]
pub struct Task {
    /// Who owes it.
    pub who: Who,
    /// Only a human who holds the role discharges it.
    pub personally: bool,
    /// What must be done.
    pub act: ActUse,
    /// The channel asked for.
    pub through: Option<Through>,
    /// Until when; none: never late.
    pub deadline: Option<Deadline>,
    /// Its clock stands still in these states.
    pub pausing: Vec<StateRef>,
    /// There is no duty while this holds.
    pub unless: Option<Condition>,
    /// What must show that it was done: all of these.
    pub evidence: Vec<Evidence>,
    /// What a reopening of the case does.
    pub reopened: Option<Reopened>,
    /// Warnings before the deadline.
    pub warnings: Vec<Warning>,
    /// What happens when it is overdue.
    pub escalation: Option<Escalation>,
}

/// The channel that a contact should go through.
#[derive(Clone, Debug)]
pub enum Through {
    /// A named channel: a value of this fact.
    Channel(FactId, Value),
    /// What this fact says (`the client's preferred channel`); unknown asks nothing.
    Fact(FactRef),
}

/// What starts a duty.
#[derive(Clone, Debug)]
pub enum Trigger {
    /// Something happened.
    Act(ActUse),
    /// A duty under this rule was met, in time or late.
    Done(RuleRef),
    /// A duty under this rule passed its deadline.
    Overdue(RuleRef),
    /// The progress fact first reaches this many percent.
    Progress(FactRef, Number),
    /// The fact turns to this value.
    Becomes(FactRef, Becomes, Value),
    /// The fact turns to another value.
    Changes(FactRef),
}

/// When `becomes` fires.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Becomes {
    /// Exactly this value.
    Equal,
    /// This value or more, from below.
    AtLeast,
    /// This value or less, from above.
    AtMost,
}

/// Until when.
#[derive(Clone, Debug)]
pub struct Deadline {
    /// How it is reckoned.
    pub kind: DeadlineKind,
    /// `or the next working day`: outside working time it moves to the next working day's closing.
    pub or_next_working_day: bool,
    /// The words.
    pub range: TextRange,
}

/// How a deadline is reckoned.
#[derive(Clone, Debug)]
pub enum DeadlineKind {
    /// So long after the trigger, or after the anchor.
    Within(Span, Option<Anchor>),
    /// By a date.
    By(By),
}

/// A length of time in a deadline or a rhythm.
#[derive(Clone, Debug)]
pub struct Span {
    /// Where it comes from.
    pub kind: SpanKind,
    /// The words.
    pub range: TextRange,
}

/// Where a length of time comes from.
#[derive(Clone, Debug)]
pub enum SpanKind {
    /// Always the same.
    Fixed(Duration),
    /// The fact where known, else the duration.
    FixedOr(Duration, FactRef),
    /// The answer of a table.
    Table {
        /// Which table.
        table: TableRef,
        /// The answer's column, counted over all columns of the table.
        column: usize,
        /// `as of the start`: the row is chosen once.
        frozen: bool,
    },
}

/// What a deadline is counted from, when not from the trigger.
#[derive(Clone, Debug)]
pub struct Anchor {
    /// The event.
    pub event: ActUse,
    /// `first`: its first one; otherwise its latest up to the trigger, else the first after it.
    pub first: bool,
}

/// A date by which something is due: the closing of that working day.
#[derive(Clone, Debug)]
pub enum By {
    /// The date or instant that a fact holds.
    Fact(FactRef),
    /// So long before it.
    Before(Duration, FactRef),
    /// The end of the period in which the duty opened.
    EndOf(DayOrPeriod),
}

/// What `the end of the …` may name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DayOrPeriod {
    /// Midnight.
    Day,
    /// The closing of the working day.
    WorkingDay,
    /// The end of a longer period.
    Period(Period),
}

/// A stretch of the calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Period {
    /// From midnight to midnight.
    Day,
    /// From Monday.
    Week,
    /// From the first of the month.
    Month,
    /// From 1 January, April, July, October.
    Quarter,
    /// From 1 January.
    Year,
}

/// One thing that must be shown; any of its parts is enough.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The alternatives.
    pub any: Vec<Proof>,
    /// The words.
    pub range: TextRange,
}

/// A proof.
#[derive(Clone, Debug)]
pub enum Proof {
    /// The act, or an event of the case since the opening, records this fact.
    Fact(FactRef),
    /// At least so many records of this noun belong to it.
    Records(u32, NounId),
    /// A kind of proof named by the register.
    Kind(ProofId),
}

/// What a reopening of the case does to a duty that was met.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reopened {
    /// A new cycle with the full time.
    StartsAgain,
    /// A new cycle with the time that was left.
    GoesOn,
}

/// `… before, it warns …`
#[derive(Clone, Debug)]
pub struct Warning {
    /// So long before the deadline.
    pub before: Duration,
    /// Who hears it.
    pub whom: Vec<Whom>,
    /// The words.
    pub range: TextRange,
}

/// Who hears a warning or an escalation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Whom {
    /// The owner of the duty.
    Owner,
    /// Someone else.
    Party(Party),
}

/// `otherwise it escalates to …`
#[derive(Clone, Debug)]
pub struct Escalation {
    /// The ladder; the first at the deadline.
    pub levels: Vec<Level>,
    /// Each waits for the next opening.
    pub in_working_hours: bool,
    /// The words.
    pub range: TextRange,
}

/// One rung of the ladder.
#[derive(Clone, Debug)]
pub struct Level {
    /// Counted from the deadline; none: at the deadline.
    pub after: Option<Duration>,
    /// To whom.
    pub to: Whom,
    /// The words.
    pub range: TextRange,
}
