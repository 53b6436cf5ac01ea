//! Rules as data: what the reader of SOP documents hands to the checker and to the engine.
//!
//! Every name is resolved against the [`Register`](crate::Register): acts, facts, states, nouns and roles are ids,
//! and how one noun is reached from the case is a [`Path`]. Each part that a message may have to underline keeps
//! its [`TextRange`] in the document.

use jiff::civil::Date;
use kept_kernel::{Duration, Number};

use crate::register::{ActId, FactId, MeasureId, NounId, ProofId, RightId, RoleId, StateId};

/// A range of bytes in a document's text, the end excluded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct TextRange {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

/// The full name of a rule: `SR/acknowledge`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RuleKey {
    /// The document's code.
    pub code: String,
    /// The identity, which survives renumbering.
    pub id: String,
}

/// A rule named in a sentence.
#[derive(Clone, Debug)]
pub struct RuleRef {
    /// Which rule.
    pub key: RuleKey,
    /// The words that name it.
    pub range: TextRange,
}

/// A table's name: document and number, `CM` and `6.1`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TableKey {
    /// The document's code.
    pub code: String,
    /// The number in its caption.
    pub number: String,
}

/// A table named in a sentence.
#[derive(Clone, Debug)]
pub struct TableRef {
    /// Which table.
    pub key: TableKey,
    /// The words that name it.
    pub range: TextRange,
}

/// How a record is reached from the case, noun by noun; empty for the case itself. From a request, `the client`
/// is `[client]`.
pub type Path = Vec<NounId>;

/// An act or its event, on the record that the path leads to.
#[derive(Clone, Debug)]
pub struct ActUse {
    /// Which act.
    pub act: ActId,
    /// From the case to the record acted on.
    pub path: Path,
    /// For `record FACT of`: the fact; any event on that record that carries it counts.
    pub fact: Option<FactId>,
    /// The words.
    pub range: TextRange,
}

/// A fact of the record that the path leads to.
#[derive(Clone, Debug)]
pub struct FactRef {
    /// From the case to the record whose fact it is.
    pub path: Path,
    /// Which fact.
    pub fact: FactId,
    /// `was`: as the trigger carried it, not as it is now.
    pub was: bool,
    /// The words.
    pub range: TextRange,
}

/// A state of the record that the path leads to.
#[derive(Clone, Debug)]
pub struct StateRef {
    /// From the case to the record.
    pub path: Path,
    /// Which state.
    pub state: StateId,
    /// The words.
    pub range: TextRange,
}

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

/// What a rule says.
#[derive(Clone, Debug)]
pub enum Sentence {
    /// `When … must …`, or `As a step, …`.
    Duty(Duty),
    /// `Every … must …`.
    Rhythm(Rhythm),
    /// `… must not be … until …`.
    Gate(Gate),
    /// `… may … despite …`.
    Permission(Permission),
    /// `Exception to …`.
    Exception(Exception),
    /// `… is given by table …`, `… is … if …`.
    Definition(Definition),
    /// `… goes through the stages in table …`.
    Stages(Stages),
    /// `"…" means …`: the word and its meaning.
    Term(String, String),
    /// `Procedure "…" starts when …`.
    Procedure(Procedure),
    /// `Target: …`, `Measure: …`.
    Target(Target),
    /// `Course "…" …`.
    Course(Course),
    /// `Keep … for …`.
    Retention(Retention),
    /// `Every … checks … of …`.
    Sample(Sample),
    /// `Every … receives "…"`.
    Report(Report),
    /// `From version …`.
    Transition(Transition),
}

/// A decision table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Document and number.
    pub key: TableKey,
    /// The caption after the number.
    pub caption: String,
    /// The columns from left to right.
    pub columns: Vec<Column>,
    /// The rows from top to bottom.
    pub rows: Vec<Row>,
    /// The whole table with its caption.
    pub range: TextRange,
}

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// The heading without marks and unit.
    pub heading: String,
    /// What it is for.
    pub kind: ColumnKind,
    /// The heading's words.
    pub range: TextRange,
}

/// What a column is for.
#[derive(Clone, Debug)]
pub enum ColumnKind {
    /// A fact on which the row is chosen.
    Condition(FactId),
    /// What the table answers; the fact where the heading names one.
    Answer(Option<FactId>),
    /// A note for people.
    Note,
    /// Of a stage table: the stage, `entered when`, `needs`.
    Stage,
    /// The events that enter the stage.
    EnteredWhen,
    /// The proof to leave it.
    Needs,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub struct Row {
    /// A cell for each column.
    pub cells: Vec<Cell>,
    /// The row's words.
    pub range: TextRange,
}

/// A cell of a table.
#[derive(Clone, Debug)]
pub struct Cell {
    /// What it says.
    pub kind: CellKind,
    /// Its words.
    pub range: TextRange,
}

/// What a cell says.
#[derive(Clone, Debug)]
pub enum CellKind {
    /// Any value, known or not.
    Any,
    /// Only where the fact is unknown.
    Unknown,
    /// One of these values.
    OneOf(Vec<Value>),
    /// A range of numbers or of ordered choices.
    Range(Option<Bound>, Option<Bound>),
    /// All other known cases.
    Otherwise,
    /// An answer.
    Answer(Value),
    /// Text: a note, or an answer that is words.
    Text(String),
    /// Of a stage table.
    Events(Vec<ActUse>),
    /// Of a stage table.
    Needs(Vec<Evidence>),
}

/// One end of a range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bound {
    /// Where it lies.
    pub value: Value,
    /// Whether it belongs to the range.
    pub included: bool,
}
