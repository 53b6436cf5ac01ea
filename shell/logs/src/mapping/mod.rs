//! A mapping: which column of a foreign log is what.
//!
//! [`Mapping::parse`] reads the TOML and resolves every word of it against the register, so that a mistake is said
//! with its line before the log is opened; the columns are looked for when the log's header is known.

mod file;
mod problem;
mod resolve;
mod uses;

use kept_language::{ActId, FactId, NounId, ProofId, RoleId};
use rustc_hash::{FxHashMap, FxHashSet};

pub use problem::MappingProblem;
pub use uses::{ColumnUse, act_words};

use crate::input::Encoding;
use crate::time::TimeFormat;

/// A position in [`Mapping::columns`].
pub type ColumnId = usize;

/// Which column of a foreign log is what. Made by [`Mapping::parse`].
#[derive(Clone, Debug)]
pub struct Mapping {
    pub(crate) log: LogPlan,
    /// Every column that is read.
    pub(crate) columns: Vec<WantedColumn>,
    pub(crate) time: TimePlan,
    pub(crate) subject: SubjectPlan,
    pub(crate) links: Vec<(NounId, ColumnId)>,
    pub(crate) actor: Option<ActorPlan>,
    pub(crate) activity: Option<ActivityPlan>,
    pub(crate) events: Vec<EventPlan>,
    pub(crate) states: Vec<StatePlan>,
    pub(crate) facts: Vec<FactPlan>,
    pub(crate) parts: Vec<(String, ColumnId)>,
    pub(crate) holders: Vec<(RoleId, ColumnId)>,
}

/// How the log is written.
#[derive(Clone, Debug)]
pub(crate) struct LogPlan {
    pub json: Option<bool>,
    pub encoding: Encoding,
    pub delimiter: u8,
    pub header: Option<Vec<String>>,
    pub missing: Vec<String>,
    /// The rows of a subject stand together.
    pub together: bool,
}

/// A column and where the mapping names it first.
#[derive(Clone, Debug)]
pub(crate) struct WantedColumn {
    pub name: String,
    pub line: usize,
    pub column: usize,
}

/// Times.
#[derive(Clone, Debug)]
pub(crate) struct TimePlan {
    pub column: ColumnId,
    pub formats: Vec<TimeFormat>,
    pub zone: jiff::tz::TimeZone,
    pub recorded: Option<ColumnId>,
    pub ties: Ties,
}

/// Which of two events at one instant comes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ties {
    /// The one whose line comes first.
    Lines,
    /// The one whose kind the mapping names first.
    Events,
    /// The one with the smaller number in the column.
    Column(ColumnId),
}

/// A record: its kind and the column of its id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SubjectPlan {
    pub noun: NounId,
    pub id: ColumnId,
}

/// Who did it.
#[derive(Clone, Debug)]
pub(crate) struct ActorPlan {
    pub column: ColumnId,
    pub system: Vec<String>,
    pub client: Vec<String>,
}

/// The one column whose values are events.
#[derive(Clone, Debug)]
pub(crate) struct ActivityPlan {
    pub column: ColumnId,
    /// Every value that some part of the mapping names.
    pub named: FxHashSet<String>,
    pub otherwise: Policy,
}

/// What happens to a value that the mapping does not name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Policy {
    /// It is listed in the summary, with its count.
    #[default]
    Count,
    /// Nothing.
    Ignore,
    /// The line is bad.
    Error,
}

/// An event that a row may give.
#[derive(Clone, Debug)]
pub(crate) struct EventPlan {
    pub what: Kind,
    pub subject: SubjectPlan,
    pub tests: Vec<Test>,
    pub only: Only,
    pub at: Option<ColumnId>,
    pub not_before: Option<ColumnId>,
    pub by: By,
    pub proofs: Vec<ProofId>,
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Act(ActId),
    Facts,
    Merged(ColumnId),
    Split(ColumnId),
}

/// Which of a subject's matching rows give the event.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Only {
    #[default]
    Every,
    First,
    Last,
}

/// Who did it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum By {
    /// As the section `[actor]` says.
    #[default]
    Row,
    Client,
    System,
    Unknown,
    Person(ColumnId),
}

/// A test of a row.
#[derive(Clone, Debug)]
pub(crate) struct Test {
    pub column: ColumnId,
    pub kind: TestKind,
}

/// What is asked of a column.
#[derive(Clone, Debug)]
pub(crate) enum TestKind {
    Is(Vec<String>),
    IsNot(Vec<String>),
    Filled(bool),
    /// It differs from the subject's row before; the first row does, where the column is filled.
    Changes,
}

/// A span that is kept while rows match.
#[derive(Clone, Debug)]
pub(crate) struct StatePlan {
    pub starts: ActId,
    pub ends: ActId,
    pub tests: Vec<Test>,
}

/// A fact and the column it comes from.
#[derive(Clone, Debug)]
pub(crate) struct FactPlan {
    pub fact: FactId,
    pub column: ColumnId,
    pub values: FxHashMap<String, kept_language::ast::Value>,
    pub listed: bool,
    pub otherwise: Policy,
}

impl Mapping {
    /// What a run through this mapping takes for granted, in words.
    pub fn assumptions(&self) -> Vec<String> {
        let mut all = Vec::new();
        if self.events.iter().any(|event| !event.proofs.is_empty()) {
            all.push(
                "The log is taken at its word: what it says was done counts as proven.".to_owned(),
            );
        }
        if self.events.iter().any(|event| event.not_before.is_some()) {
            all.push(
                "An event that the log dates before the start of its case is moved to that start."
                    .to_owned(),
            );
        }
        if self.time.recorded.is_none() {
            all.push("Events are taken to have been recorded when they happened.".to_owned());
        }
        match self.time.ties {
            Ties::Lines => all.push(
                "Of two events at one instant the one whose line comes first happened first."
                    .to_owned(),
            ),
            Ties::Events => all.push(
                "Of two events at one instant the one that the mapping names first happened first."
                    .to_owned(),
            ),
            Ties::Column(_) => {}
        }
        all
    }

    /// Whether a row can only be understood together with the others of its subject.
    pub(crate) fn looks_at_subjects(&self) -> bool {
        let changes = |tests: &[Test]| tests.iter().any(|t| matches!(t.kind, TestKind::Changes));
        !self.states.is_empty()
            || self
                .events
                .iter()
                .any(|event| event.only != Only::Every || changes(&event.tests))
    }
}
