//! The program: SOPs in force, compiled so that nothing is looked up by name while events run.

mod uses;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use kept_calendar::Calendar;
use kept_kernel::{Duration, Instant};
use kept_language::ast::{
    Becomes, Comparison, DayOrPeriod, Period, Reopened, RuleKey, TransitionEffect, Value, Whom,
};
use kept_language::{ActId, Document, FactId, NounId, ProofId, Register, RightId, RoleId};

use crate::list::{List, positions};
use crate::names::Names;
use crate::people::People;
use crate::reading::Reads;
use crate::record::{NOBODY, NameIx};
use crate::rows::Answer;

pub(crate) use uses::{Purposes, Use, Wait};

positions! {
    /// A kind of record: nouns that share one record are one group.
    GroupIx;
    /// An act as some rule uses it, seen from that rule's case.
    UseIx;
    /// One version of one rule.
    RuleIx;
    /// A rule over all its versions.
    IdentIx;
    /// A decision table as seen from one kind of case.
    TableIx;
    /// A definition.
    DefinitionIx;
    /// A procedure.
    ProcedureIx;
    /// A calendar.
    CalendarIx;
}

/// Documents that take effect together.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    /// The documents. One whose code an earlier version has replaces it; the others stay in force.
    pub documents: &'a [Document],
    /// From when; [`Instant::MIN`] for what was always in force.
    pub from: Instant,
}

/// The calendars: the client's own counts first, then the team's, then the company's.
#[derive(Clone)]
pub struct Calendars {
    /// The company's.
    pub company: Arc<Calendar>,
    /// Those of teams, by the team's name.
    pub teams: BTreeMap<String, Arc<Calendar>>,
    /// Those of clients, by the client's id.
    pub clients: BTreeMap<String, Arc<Calendar>>,
}

impl Calendars {
    /// One calendar for all.
    pub fn company(calendar: Calendar) -> Self {
        Self {
            company: Arc::new(calendar),
            teams: BTreeMap::new(),
            clients: BTreeMap::new(),
        }
    }
}

/// Why documents cannot be run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CompileProblem {
    /// Which rule, where it is about one.
    pub rule: Option<RuleKey>,
    /// What is wrong, and what to do.
    pub what: String,
}

impl fmt::Display for CompileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rule {
            Some(key) => write!(f, "{}/{}: {}", key.code, key.id, self.what),
            None => write!(f, "{}", self.what),
        }
    }
}

impl std::error::Error for CompileProblem {}

/// Documents made ready to run: made by [`Program::compile`], run by [`Engine`](crate::Engine).
pub struct Program {
    pub(crate) register: Register,
    pub(crate) people: People,
    /// The names of parts and roles that rules ask for.
    pub(crate) names: Names,
    /// By role: its name, which may be a part that a case gives somebody.
    pub(crate) role_names: Vec<NameIx>,
    pub(crate) calendars: List<CalendarIx, (Arc<str>, Arc<Calendar>)>,
    pub(crate) team_calendars: BTreeMap<String, CalendarIx>,
    pub(crate) client_calendars: BTreeMap<String, CalendarIx>,
    pub(crate) groups: List<GroupIx, Group>,
    /// By noun.
    pub(crate) group_of: Vec<GroupIx>,
    pub(crate) client: Option<GroupIx>,
    /// The client's tier, where the register has one.
    pub(crate) tier: Option<(FactId, usize)>,
    pub(crate) company: GroupIx,
    /// By act.
    pub(crate) acts: Vec<ActInfo>,
    /// By fact.
    pub(crate) facts: Vec<FactInfo>,
    pub(crate) uses: List<UseIx, Use>,
    /// What each use is there for.
    pub(crate) purposes: List<UseIx, Purposes>,
    pub(crate) rules: List<RuleIx, RuleInfo>,
    /// Of each rule what events ask for every one of its duties.
    pub(crate) briefs: List<RuleIx, Brief>,
    pub(crate) idents: List<IdentIx, Ident>,
    pub(crate) tables: List<TableIx, TableInfo>,
    pub(crate) definitions: List<DefinitionIx, DefinitionInfo>,
    pub(crate) procedures: List<ProcedureIx, ProcedureInfo>,
    /// What definitions read and give.
    pub(crate) defining: Reads,
    /// Some condition asks when something happened.
    pub(crate) asks_events: bool,
    /// Instants at which a version takes effect, in order.
    pub(crate) boundaries: Vec<Instant>,
    /// From which version, which rule, what happens to its running duties.
    pub(crate) transitions: Vec<TransitionInfo>,
    /// Rules that the company's calendar opens.
    pub(crate) calendar_rules: Vec<RuleIx>,
    pub(crate) grants: Vec<GrantInfo>,
    /// Whether documents owe their reviews.
    pub(crate) reviews: bool,
    /// New names and the ones before.
    pub(crate) renamed: BTreeMap<RuleKey, RuleKey>,
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Program of {} rules", self.rules.len())
    }
}

/// How one record is reached from another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Hop {
    /// The one that it belongs to.
    Link(usize),
    /// The many of this kind that belong to it.
    Many(GroupIx, NounId),
}

pub(crate) type Hops = Box<[Hop]>;

/// How a case is found from the record that an act is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Back {
    /// The records of this kind that belong to it.
    Members(GroupIx),
    /// The one that it belongs to.
    Link(usize),
    /// The company.
    Company,
}

/// A kind of record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    pub(crate) facts: Vec<FactId>,
    pub(crate) states: Vec<kept_language::StateId>,
    pub(crate) marks: usize,
    pub(crate) links: Vec<GroupIx>,
    /// How many rules hang on it.
    pub(crate) rules: usize,
    /// Which of the links is its client.
    pub(crate) client: Option<usize>,
    /// Nothing ends it.
    pub(crate) moment: bool,
    /// A rule, a fact, a state or a mark of it is used.
    pub(crate) used: bool,
    /// What it is after its end may still matter.
    pub(crate) returns: bool,
    /// Something depends on it through a link to it.
    pub(crate) read_below: bool,
    /// What belongs to it is asked for one by one.
    pub(crate) enumerated: bool,
    /// Something that it belongs to depends on it.
    pub(crate) read_above: bool,
    /// Acts and facts of what it belongs to are looked for from it.
    pub(crate) sought: bool,
    /// What is over lies in the archive: nothing reaches it but an event that names it.
    pub(crate) archived: bool,
    pub(crate) rhythms: Vec<RuleIx>,
    pub(crate) definitions: Vec<DefinitionIx>,
    /// It goes through stages, which may need proofs.
    pub(crate) staged: bool,
    /// How many of its kinds of children are counted.
    pub(crate) counted: Vec<GroupIx>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct ActInfo {
    pub(crate) group: Option<GroupIx>,
    pub(crate) begins: bool,
    pub(crate) ends: bool,
    pub(crate) voids: bool,
    pub(crate) reopens: bool,
    /// By it a sample is checked, which must be drawn by then.
    pub(crate) checks: bool,
    pub(crate) states_on: Vec<usize>,
    pub(crate) states_off: Vec<usize>,
    /// Itself and all that it counts as.
    pub(crate) counts: Vec<ActId>,
    pub(crate) uses: Vec<UseIx>,
    /// Some use of it, or of what it counts as, is sought from other records.
    pub(crate) seeks: bool,
    /// Where its first and last time are kept on its own record.
    pub(crate) mark: Option<usize>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct FactInfo {
    pub(crate) group: Option<GroupIx>,
    pub(crate) slot: Option<usize>,
    /// What a change of it touches: nothing where no rule asks for it.
    pub(crate) reads: Reads,
    /// `record FACT of`.
    pub(crate) uses: Vec<UseIx>,
    /// Some use of it is sought from other records.
    pub(crate) seeks: bool,
    pub(crate) triggers: Vec<FactTrigger>,
    /// Some definition gives it.
    pub(crate) defined: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct FactTrigger {
    pub(crate) rule: RuleIx,
    pub(crate) back: Box<[Back]>,
    pub(crate) group: GroupIx,
    pub(crate) when: FactTurn,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum FactTurn {
    Changes,
    Becomes(Becomes, Value),
    Reaches(kept_kernel::Number),
}

/// A fact seen from a case.
#[derive(Clone, Debug)]
pub(crate) struct FactUse {
    pub(crate) hops: Hops,
    pub(crate) slot: usize,
    pub(crate) fact: FactId,
    pub(crate) reads: Reads,
}

/// The times of an act seen from a case.
#[derive(Clone, Debug)]
pub(crate) struct MarkUse {
    pub(crate) hops: Hops,
    pub(crate) slot: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct StateUse {
    pub(crate) hops: Hops,
    pub(crate) bit: usize,
}

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

#[derive(Clone, Debug)]
pub(crate) struct TableInfo {
    pub(crate) columns: Box<[TableColumn]>,
    pub(crate) rows: Box<[RowInfo]>,
    /// Its answers where nothing is known.
    pub(crate) blank: Box<[Answer]>,
}

#[derive(Clone, Debug)]
pub(crate) struct TableColumn {
    pub(crate) fact: Option<FactUse>,
    /// Some row speaks of its fact being unknown.
    pub(crate) says_unknown: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct RowInfo {
    pub(crate) cells: Box<[CellInfo]>,
    pub(crate) otherwise: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum CellInfo {
    Any,
    Unknown,
    OneOf(Box<[Value]>),
    Range(Option<(Value, bool)>, Option<(Value, bool)>),
    Answer(Value),
    Nothing,
}

#[derive(Clone, Debug)]
pub(crate) struct DefinitionInfo {
    pub(crate) group: GroupIx,
    pub(crate) from: Instant,
    pub(crate) until: Instant,
    /// What it reads, and what it gives, for that may be taken back.
    pub(crate) reads: Reads,
    pub(crate) gives: Gives,
}

/// All of these, each by any of its alternatives.
pub(crate) type Needed = Box<[Box<[Shown]>]>;

#[derive(Clone, Debug)]
pub(crate) enum Gives {
    Table {
        slot: usize,
        fact: FactId,
        table: TableIx,
        column: usize,
    },
    State {
        bit: usize,
        condition: Cond,
    },
    YesNo {
        slot: usize,
        fact: FactId,
        condition: Cond,
    },
    /// A stage is entered by its events; what must be shown before, by stage.
    Stages {
        slot: usize,
        fact: FactId,
        /// Row by row: the stage, and what it needs.
        rows: Box<[(u16, Needed)]>,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct ProcedureInfo {
    pub(crate) key: Arc<RuleKey>,
    pub(crate) from: Instant,
    pub(crate) until: Instant,
    pub(crate) condition: Option<Cond>,
    pub(crate) record: Hops,
    pub(crate) items: Box<[ItemInfo]>,
}

#[derive(Clone, Debug)]
pub(crate) struct ItemInfo {
    pub(crate) step: IdentIx,
    /// The items before it that must be done or not needed.
    pub(crate) after: Box<[usize]>,
    pub(crate) condition: Option<Cond>,
}

#[derive(Clone, Debug)]
pub(crate) struct TransitionInfo {
    pub(crate) at: Instant,
    pub(crate) ident: IdentIx,
    pub(crate) effect: TransitionEffect,
}

impl Program {
    pub(crate) fn group(&self, noun: NounId) -> Option<GroupIx> {
        self.group_of.get(noun.index()).copied()
    }

    pub(crate) fn act(&self, act: ActId) -> Option<&ActInfo> {
        self.acts.get(act.index())
    }

    pub(crate) fn fact(&self, fact: FactId) -> Option<&FactInfo> {
        self.facts.get(fact.index())
    }

    pub(crate) fn role_name(&self, role: RoleId) -> NameIx {
        self.role_names.get(role.index()).copied().unwrap_or(NOBODY)
    }

    /// What a change of a fact touches.
    pub(crate) fn reads_of(&self, fact: FactId) -> Reads {
        self.fact(fact).map_or(Reads::NOTHING, |info| info.reads)
    }

    pub(crate) fn calendar(&self, calendar: CalendarIx) -> &Calendar {
        &self.calendars[calendar].1
    }

    /// The version of a rule that is in force.
    pub(crate) fn in_force(&self, ident: IdentIx, at: Instant) -> Option<RuleIx> {
        self.idents[ident].rules.iter().copied().find(|rule| {
            let rule = &self.rules[*rule];
            rule.from <= at && at < rule.until
        })
    }

    /// The identities that its figures may have, in the order of the documents.
    pub fn rules(&self) -> impl Iterator<Item = &RuleKey> {
        self.idents.iter().filter_map(|(_, ident)| {
            let mut rules = ident.rules.iter();
            let judged = rules.any(|rule| !self.rules[*rule].is_implicit());
            ident.key.as_deref().filter(|_| judged)
        })
    }

    /// Whether a rule belongs to the company's own calendar, as reports, samples, courses and reviews do, and not to cases.
    pub fn is_of_company(&self, rule: &RuleKey) -> bool {
        self.rules
            .iter()
            .any(|(_, info)| *info.key == *rule && self.belongs_to_company(info))
    }

    pub(crate) fn belongs_to_company(&self, rule: &RuleInfo) -> bool {
        rule.group == self.company || rule.is_periodic()
    }

    /// Who may grant exceptions to a rule, in words.
    pub fn who_may_grant(&self, rule: &RuleKey) -> Vec<&str> {
        let named = |grant: &&GrantInfo| {
            grant.rules.contains(rule) || (grant.rules.is_empty() && grant.code == rule.code)
        };
        let grants = self.grants.iter().filter(named);
        grants.map(|grant| grant.owner_words.as_ref()).collect()
    }

    /// Whether each document owes the review that its header names, as `CODE/review`: due so long after the last review
    /// or approval. To be asked for where the log tells of the documents' own life; a foreign log does not.
    #[must_use]
    pub const fn with_reviews(mut self, owed: bool) -> Self {
        self.reviews = owed;
        self
    }

    /// The register that it was compiled with.
    pub fn register(&self) -> &Register {
        &self.register
    }

    /// The company's calendar.
    pub fn company_calendar(&self) -> &Calendar {
        self.calendar(CalendarIx(0))
    }
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
