//! The other kinds of rules: rhythms, gates, permissions, exceptions, definitions, procedures, targets, and what follows a calendar.

use jiff::civil::Date;
use kept_kernel::{Duration, Number};

use super::condition::{Comparison, Condition, Party, Value, Who};
use super::naming::{ActUse, FactRef, Path, RuleRef, StateRef, TableRef};
use super::task::{Anchor, Deadline, Duty, Escalation, Evidence, Period, Span, Task};
use crate::register::{FactId, MeasureId, NounId, RightId, RoleId, StateId};

/// `Every …`
#[derive(Clone, Debug)]
pub struct Rhythm {
    /// What it runs for; the company where no noun is said.
    pub case: NounId,
    /// When it comes round.
    pub beat: Beat,
    /// What is owed each time. Its deadline is none for `since`, and the `within` of a calendar rhythm.
    pub task: Task,
}

/// When a rhythm comes round.
#[derive(Clone, Debug)]
pub enum Beat {
    /// `Every 90 days since the last contact, for each client, while …`
    Since {
        /// How long after.
        span: Span,
        /// After the last of these.
        anchor: ActUse,
        /// Only while this holds.
        condition: Option<Condition>,
    },
    /// `Every month`: opens at the start of the period.
    Calendar(Period),
}

/// An act that is barred until something holds.
#[derive(Clone, Debug)]
pub struct Gate {
    /// What it is about.
    pub case: NounId,
    /// The act that is barred.
    pub act: ActUse,
    /// Only where this holds; unknown counts as true.
    pub condition: Option<Condition>,
    /// What opens it.
    pub opens: Opens,
}

/// What opens a gate.
#[derive(Clone, Debug)]
pub enum Opens {
    /// `until …`: any of these since the last reopening.
    Until(Vec<Passage>),
    /// `unless …`: this holds at the act.
    Unless(Condition),
    /// `while …`: shut while this holds at the act.
    While(Condition),
}

/// One way through a gate.
#[derive(Clone, Debug)]
pub enum Passage {
    /// The event happened on this case.
    Event(ActUse),
    /// The case is in this state.
    State(StateRef),
    /// So long passed after the anchor, without the other event.
    Silence {
        /// How long.
        span: Duration,
        /// After what.
        anchor: Anchor,
        /// What voids the wait.
        without: Option<ActUse>,
    },
}

/// Who may pass a gate, or grant exceptions.
#[derive(Clone, Debug)]
pub enum Permission {
    /// ``Management may close a request, with a reason, despite `close`.``
    Despite {
        /// Who may.
        who: Who,
        /// What.
        act: ActUse,
        /// Only if.
        condition: Option<Condition>,
        /// What must be shown.
        evidence: Vec<Evidence>,
        /// Which gate.
        gate: RuleRef,
    },
    /// `… may grant exceptions to … for at most …`
    Grant {
        /// Who may.
        who: Who,
        /// To these rules; empty: to all of this document.
        rules: Vec<RuleRef>,
        /// For how long.
        at_most: Duration,
    },
}

/// A later, named, stronger sentence.
#[derive(Clone, Debug)]
pub struct Exception {
    /// What it is an exception to.
    pub parent: RuleRef,
    /// The exceptions that it beats.
    pub over: Vec<RuleRef>,
    /// When it applies.
    pub condition: Option<Condition>,
    /// What it replaces.
    pub changes: Vec<Change>,
    /// Until this day.
    pub until: Option<Date>,
}

/// A slot that an exception replaces.
#[derive(Clone, Debug)]
pub enum Change {
    /// The deadline.
    Deadline(Deadline),
    /// The owner.
    Who(Who),
    /// The pauses.
    Pausing(Vec<StateRef>),
    /// The evidence.
    Evidence(Vec<Evidence>),
    /// The ladder.
    Escalation(Escalation),
    /// There is no duty, or the gate is open.
    DoesNotApply,
}

/// What gives a fact or a state.
#[derive(Clone, Debug)]
pub enum Definition {
    /// `A client's tier is given by table 5.`
    Table {
        /// Whose fact.
        noun: NounId,
        /// Which fact.
        fact: FactId,
        /// The table.
        table: TableRef,
    },
    /// `A client is active if …`
    State {
        /// Whose state.
        noun: NounId,
        /// Which state.
        state: StateId,
        /// When it holds.
        condition: Condition,
    },
    /// `A meeting is the initial meeting if …`
    YesNo {
        /// Whose fact.
        noun: NounId,
        /// Which fact.
        fact: FactId,
        /// When it holds.
        condition: Condition,
    },
}

/// The stages that a noun goes through in order.
#[derive(Clone, Debug)]
pub struct Stages {
    /// What goes through them.
    pub noun: NounId,
    /// The table with the columns `stage`, `entered when`, `needs`.
    pub table: TableRef,
    /// `going back needs a reason`.
    pub going_back_needs_reason: bool,
}

/// A procedure: steps in order.
#[derive(Clone, Debug)]
pub struct Procedure {
    /// Its name.
    pub name: String,
    /// What the starting event is about.
    pub case: NounId,
    /// What starts it.
    pub starts: Vec<ActUse>,
    /// Only if.
    pub condition: Option<Condition>,
    /// From the case to the record on which the duties hang; empty: the case.
    pub record: Path,
    /// The steps, as listed.
    pub items: Vec<Item>,
}

/// One step of a procedure.
#[derive(Clone, Debug)]
pub struct Item {
    /// The rule that it runs.
    pub rule: RuleRef,
    /// When its turn comes.
    pub turn: Turn,
    /// Only if, judged when it would open.
    pub condition: Option<Condition>,
    /// The duty, where it is written in place.
    pub in_place: Option<Box<Duty>>,
}

/// When a step's turn comes.
#[derive(Clone, Debug)]
pub enum Turn {
    /// After the group before.
    Next,
    /// With the group before.
    SameTime,
    /// After these.
    After(Vec<RuleRef>),
}

/// A figure to reach, or one only to be watched.
#[derive(Clone, Debug)]
pub struct Target {
    /// Which figure.
    pub measure: MeasureId,
    /// What is to be reached; none: `Measure:`.
    pub goal: Option<Goal>,
    /// Of which records.
    pub population: Option<(NounId, Condition)>,
    /// How often it is measured.
    pub every: Period,
}

/// What a figure must reach.
#[derive(Clone, Debug)]
pub enum Goal {
    /// A value.
    Level {
        /// At least or at most.
        comparison: Comparison,
        /// The value.
        value: Value,
        /// Whose value is compared.
        statistic: Option<Statistic>,
    },
    /// A change.
    Change {
        /// Rises, or falls.
        rises: bool,
        /// By so much.
        by: Number,
        /// In points; otherwise relative to the baseline.
        points: bool,
        /// Within so long of taking effect.
        within: Duration,
    },
}

/// Over the cases of a figure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Statistic {
    /// In so many percent of cases.
    Share(Number),
    /// On average.
    Mean,
    /// At the median.
    Median,
}

/// A course that people must have passed.
#[derive(Clone, Debug)]
pub struct Course {
    /// Its name.
    pub name: String,
    /// How long it takes, in half days.
    pub takes: CourseLength,
    /// For whom.
    pub audience: Audience,
    /// How soon after joining the audience.
    pub within: Duration,
    /// How often again.
    pub renewed_every: Duration,
    /// Attendance is not enough.
    pub with_test: bool,
    /// Warnings before the lapse.
    pub warnings: Vec<Duration>,
    /// The right that ends, so long after the lapse.
    pub without_it: Option<(RightId, Duration)>,
}

/// How long a course takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CourseLength {
    /// `half a day`.
    HalfDay,
    /// A duration.
    Duration(Duration),
}

/// For whom a course is.
#[derive(Clone, Debug)]
pub enum Audience {
    /// These roles.
    Roles(Vec<RoleId>),
    /// All employees.
    Everyone,
    /// All who hold the right (`everyone who sees client data`).
    Holders(RightId),
}

/// How long records are kept.
#[derive(Clone, Debug)]
pub struct Retention {
    /// Which records.
    pub nouns: Vec<NounId>,
    /// How long.
    pub span: Span,
    /// After what; none: after the last one of the client.
    pub after: Option<ActUse>,
    /// Erased, or only made anonymous.
    pub erase: bool,
}

/// A sample for quality control.
#[derive(Clone, Debug)]
pub struct Sample {
    /// How often.
    pub every: Period,
    /// Who checks.
    pub who: Who,
    /// How many.
    pub size: SampleSize,
    /// What happened to the cases drawn from.
    pub act: ActUse,
    /// The cases drawn from.
    pub noun: NounId,
    /// At least so many.
    pub at_least: u32,
    /// The strata.
    pub by: Option<FactRef>,
    /// The score card.
    pub card: Option<String>,
    /// Until when.
    pub within: Option<Span>,
}

/// How many a sample draws.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SampleSize {
    /// Percent of the frame.
    Percent(Number),
    /// A number.
    Count(u32),
}

/// A report that is owed.
#[derive(Clone, Debug)]
pub struct Report {
    /// How often.
    pub every: Period,
    /// Who receives it.
    pub receivers: Vec<Party>,
    /// Its name.
    pub name: String,
    /// With charts.
    pub with_charts: bool,
    /// Who sends it; none: the document's owner.
    pub from: Option<Party>,
    /// How soon after the period.
    pub within: Span,
}

/// What happens to running duties when a version takes effect.
#[derive(Clone, Debug)]
pub struct Transition {
    /// The version that brings it.
    pub version: String,
    /// Of which rule.
    pub rule: RuleRef,
    /// What happens.
    pub effect: TransitionEffect,
}

/// What happens to running duties.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransitionEffect {
    /// Nothing.
    Keep,
    /// They take the new deadline.
    TakeNew,
    /// They take the later of the two.
    TakeLater,
    /// They end.
    End,
}
