//! Rules as data: what the reader of SOP documents hands to the checker and to the engine.
//!
//! Every name is resolved against the [`Register`](crate::Register): acts, facts, states, nouns and roles are ids,
//! and how one noun is reached from the case is a [`Path`]. Each part that a message may have to underline keeps
//! its [`TextRange`] in the document.

mod condition;
mod naming;
mod rule;
mod table;
mod task;

pub use condition::{Comparison, Condition, Party, Test, TestKind, Value, Who, WhoKind};
pub use naming::{
    ActUse, FactRef, Path, RuleKey, RuleRef, StateRef, TableKey, TableRef, TextRange,
};
pub use rule::{
    Audience, Beat, Change, Course, CourseLength, Definition, Exception, Gate, Goal, Item, Opens,
    Passage, Permission, Procedure, Report, Retention, Rhythm, Sample, SampleSize, Stages,
    Statistic, Target, Transition, TransitionEffect, Turn,
};
pub use table::{Bound, Cell, CellKind, Column, ColumnKind, Row, Table};
pub use task::{
    Anchor, Becomes, By, DayOrPeriod, Deadline, DeadlineKind, Duty, Escalation, Evidence, Level,
    Opening, Period, Proof, Reopened, Span, SpanKind, Task, Through, Trigger, Warning, Whom,
};

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
