//! Rules as they are run.

use std::sync::Arc;

use kept_kernel::{Duration, Instant};
use kept_language::ast::{Comparison, DayOrPeriod, Period, Reopened, RuleKey, Value, Whom};
use kept_language::{ActId, FactId, NounId, ProofId, RightId, RoleId};

use super::records::{FactUse, MarkUse, StateUse};
use super::{GroupIx, IdentIx, ProcedureIx, RuleIx, TableIx, UseIx};
use crate::list::List;
use crate::reading::Reads;
use crate::record::NameIx;

#[derive(Clone, Debug)]
pub(crate) struct Cond {
    pub(crate) all: bool,
    pub(crate) tests: Box<[TestInfo]>,
}

#[derive(Clone, Debug)]
pub(crate) struct TestInfo {
    pub(crate) negated: bool,
    pub(crate) kind: Ask,
    /// Judged once: where its answer is kept in the duty.
    pub(crate) fixed: Option<usize>,
}

#[derive(Clone, Debug)]
pub(crate) enum Ask {
    Is(FactUse, Box<[Value]>),
    Compare(FactUse, Comparison, Value),
    Between(FactUse, Value, Value),
    Known(Box<[FactUse]>),
    State(StateUse),
    Event(MarkUse, Option<Duration>),
}

#[derive(Clone, Debug)]
pub(crate) enum SpanInfo {
    Fixed(Duration),
    FixedOr(Duration, FactUse),
    Table {
        table: TableIx,
        column: usize,
        frozen: bool,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct DeadlineInfo {
    pub(crate) kind: Until,
    pub(crate) next_day: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Until {
    Within(SpanInfo),
    After(SpanInfo, MarkUse, bool),
    Fact(FactUse),
    Before(Duration, FactUse),
    EndOf(DayOrPeriod),
}

#[derive(Clone, Debug)]
pub(crate) enum Owner {
    Parties(Box<[PartyInfo]>),
    Each(RoleId),
    Everyone(Option<Box<[RoleId]>>),
    Learners(Box<[RoleId]>, Option<RightId>),
    Client,
    System,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PartyInfo {
    Role(RoleId),
    Part(NameIx),
}

/// A fact that may hold the channel, and how its values read as those of the wish.
pub(crate) type ChannelInfo = (FactId, Box<[Option<Value>]>);

#[derive(Clone, Debug)]
pub(crate) enum ThroughInfo {
    Channel(Box<[FactId]>, Value),
    /// The client's wish; the facts that may hold the channel, and how the values of each read as the wish's.
    Wish(FactUse, Box<[ChannelInfo]>),
}

#[derive(Clone, Debug)]
pub(crate) enum Shown {
    Fact(FactId, Reads),
    Records(u32, GroupIx),
    Kind(ProofId),
}

#[derive(Clone, Debug)]
pub(crate) struct WarningInfo {
    pub(crate) before: Duration,
    pub(crate) whom: Vec<Whom>,
}

#[derive(Clone, Debug)]
pub(crate) struct LevelInfo {
    pub(crate) after: Option<Duration>,
    pub(crate) to: Whom,
    /// The same, where it is not the owner.
    pub(crate) party: Option<PartyInfo>,
    pub(crate) role: Arc<str>,
}

/// A rule's task as written, or as an exception leaves it.
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    pub(crate) exception: Option<Arc<RuleKey>>,
    pub(crate) applies: bool,
    pub(crate) owner: Owner,
    pub(crate) owner_words: Arc<str>,
    pub(crate) personally: bool,
    pub(crate) through: Option<ThroughInfo>,
    pub(crate) deadline: Option<DeadlineInfo>,
    pub(crate) pausing: Box<[StateUse]>,
    pub(crate) evidence: Box<[Box<[Shown]>]>,
    pub(crate) warnings: Box<[WarningInfo]>,
    pub(crate) levels: Box<[LevelInfo]>,
    pub(crate) in_working_hours: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct ExceptionInfo {
    pub(crate) variant: usize,
    pub(crate) condition: Option<Cond>,
    pub(crate) from: Instant,
    pub(crate) until: Instant,
    pub(crate) inner: Box<[ExceptionInfo]>,
}

#[derive(Clone, Debug)]
pub(crate) struct RuleInfo {
    pub(crate) key: Arc<RuleKey>,
    pub(crate) ident: IdentIx,
    pub(crate) version: Arc<str>,
    pub(crate) clause: Arc<str>,
    pub(crate) from: Instant,
    pub(crate) until: Instant,
    pub(crate) group: GroupIx,
    pub(crate) noun: NounId,
    pub(crate) kind: Kind,
    /// What discharges it.
    pub(crate) act: Option<UseIx>,
    pub(crate) condition: Option<Cond>,
    pub(crate) unless: Option<Cond>,
    pub(crate) variants: Vec<Variant>,
    pub(crate) exceptions: Box<[ExceptionInfo]>,
    /// How many tests are judged once.
    pub(crate) fixed: usize,
    pub(crate) reopened: Option<Reopened>,
    /// Its condition may turn true later.
    pub(crate) latent: bool,
    /// It reads other records than its own.
    pub(crate) elsewhere: bool,
    /// It can be triggered more than once on one case: not only by what begins the case.
    pub(crate) again: bool,
    /// What it reads that may change while it is open.
    pub(crate) reads: Reads,
    /// What it may be shown by, where not only by facts anything.
    pub(crate) shown: Reads,
    /// Some state stops its clock.
    pub(crate) pauses: bool,
    /// No fact, state or event changes anything about it while it is open; a grant may.
    pub(crate) steady: bool,
}

/// What events ask of a rule for each of its duties. Apart from the rest, so that those of all rules lie close together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Brief {
    pub(crate) act: Option<UseIx>,
    pub(crate) reads: Reads,
    pub(crate) shown: Reads,
    pub(crate) pauses: bool,
    pub(crate) steady: bool,
    /// Under some variant it asks for proof.
    pub(crate) proves: bool,
    /// It asks nothing of its case: once triggered it applies.
    pub(crate) always: bool,
    /// It has no exceptions and no other version: what it asks for stays the same.
    pub(crate) plain: bool,
    /// Under some version of it a reopened duty goes on with what was left.
    pub(crate) goes_on: bool,
    /// Time that passes for it may concern other duties, or judge it again.
    pub(crate) stirs: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    When,
    Step,
    Since(SpanInfo, UseIx),
    Calendar(Period),
    Gate(GateInfo),
    Sample(SampleInfo),
    /// The report's name is what its delivery names.
    Report(Period, Arc<str>),
    Course(CourseInfo),
    /// Records are kept so long, then erased.
    Retention,
    Review(ReviewInfo),
}

#[derive(Clone, Debug)]
pub(crate) struct GateInfo {
    pub(crate) opens: OpensInfo,
    pub(crate) permissions: Vec<PermissionInfo>,
}

#[derive(Clone, Debug)]
pub(crate) enum OpensInfo {
    Until(Box<[PassageInfo]>),
    Unless(Cond),
    While(Cond),
}

#[derive(Clone, Debug)]
pub(crate) enum PassageInfo {
    Event(MarkUse, ActId),
    State(StateUse, kept_language::StateId),
    Silence(Duration, ActId),
}

#[derive(Clone, Debug)]
pub(crate) struct PermissionInfo {
    pub(crate) key: Arc<RuleKey>,
    pub(crate) from: Instant,
    pub(crate) until: Instant,
    pub(crate) owner: Owner,
    pub(crate) owner_words: Arc<str>,
    pub(crate) condition: Option<Cond>,
    pub(crate) evidence: Box<[Box<[Shown]>]>,
}

#[derive(Clone, Debug)]
pub(crate) struct GrantInfo {
    pub(crate) owner_words: Arc<str>,
    /// Which rules; none: all of the document.
    pub(crate) rules: Vec<RuleKey>,
    pub(crate) code: String,
}

#[derive(Clone, Debug)]
pub(crate) struct SampleInfo {
    pub(crate) every: Period,
    pub(crate) size: kept_language::ast::SampleSize,
    pub(crate) at_least: u32,
    pub(crate) by: Option<FactUse>,
}

#[derive(Clone, Debug)]
pub(crate) struct CourseInfo {
    pub(crate) name: Arc<str>,
    pub(crate) within: Duration,
    pub(crate) renewed_every: Duration,
    /// The right that ends, so long after the lapse.
    pub(crate) without_it: Option<(RightId, Duration)>,
}

/// The review that every document owes.
#[derive(Clone, Debug)]
pub(crate) struct ReviewInfo {
    pub(crate) code: Arc<str>,
    pub(crate) every: Duration,
    /// When the document took effect, where it says so.
    pub(crate) effective: Option<Instant>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Ident {
    pub(crate) key: Option<Arc<RuleKey>>,
    pub(crate) rules: Vec<RuleIx>,
    pub(crate) when_done: Vec<RuleIx>,
    pub(crate) when_overdue: Vec<RuleIx>,
    /// The procedures that it is a step of.
    pub(crate) procedures: Vec<ProcedureIx>,
}

/// What events ask of each rule.
pub(crate) fn briefs(
    rules: &List<RuleIx, RuleInfo>,
    idents: &List<IdentIx, Ident>,
) -> List<RuleIx, Brief> {
    let briefs = rules.iter().map(|(_, rule)| rule.brief(rules, idents));
    briefs.collect()
}

impl RuleInfo {
    fn brief(&self, rules: &List<RuleIx, Self>, idents: &List<IdentIx, Ident>) -> Brief {
        let mut versions = idents[self.ident].rules.iter();
        let mut variants = self.variants.iter();
        Brief {
            act: self.act,
            reads: self.reads,
            shown: self.shown,
            pauses: self.pauses,
            steady: self.steady,
            proves: variants.any(|variant| !variant.evidence.is_empty()),
            always: self.condition.is_none() && self.unless.is_none() && self.exceptions.is_empty(),
            plain: self.exceptions.is_empty() && idents[self.ident].rules.len() == 1,
            goes_on: versions.any(|rule| rules[*rule].reopened == Some(Reopened::GoesOn)),
            stirs: !self.exceptions.is_empty() || !idents[self.ident].when_overdue.is_empty(),
        }
    }

    pub(crate) fn is_in_force(&self, at: Instant) -> bool {
        self.from <= at && at < self.until
    }

    pub(crate) fn is_rhythm(&self) -> bool {
        matches!(self.kind, Kind::Since(..) | Kind::Review(_))
    }

    /// Several of its duties may be open at once on one record.
    pub(crate) fn is_periodic(&self) -> bool {
        matches!(
            self.kind,
            Kind::Calendar(_) | Kind::Report(..) | Kind::Sample(_)
        )
    }

    /// Nobody wrote it: it follows from a document's header.
    pub(crate) fn is_implicit(&self) -> bool {
        matches!(self.kind, Kind::Review(_))
    }
}
