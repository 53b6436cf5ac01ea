//! The program: SOPs in force, compiled so that nothing is looked up by name while events run.

mod records;
mod rules;
mod tables;
mod uses;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use kept_calendar::Calendar;
use kept_kernel::Instant;
use kept_language::ast::RuleKey;
use kept_language::{ActId, Document, FactId, NounId, Register, RoleId};

use crate::list::{List, positions};
use crate::names::Names;
use crate::people::People;
use crate::reading::Reads;
use crate::record::{NOBODY, NameIx};

pub(crate) use records::{
    ActInfo, Back, FactInfo, FactTrigger, FactTurn, FactUse, Group, Hop, Hops, MarkUse, StateUse,
};
pub(crate) use rules::{
    Ask, Brief, Cond, CourseInfo, DeadlineInfo, ExceptionInfo, GateInfo, GrantInfo, Ident, Kind,
    LevelInfo, OpensInfo, Owner, PartyInfo, PassageInfo, PermissionInfo, ReviewInfo, RuleInfo,
    SampleInfo, Shown, SpanInfo, TestInfo, ThroughInfo, Until, Variant, WarningInfo, briefs,
};
pub(crate) use tables::{
    CellInfo, DefinitionInfo, Gives, ItemInfo, ProcedureInfo, RowInfo, TableColumn, TableInfo,
    TransitionInfo,
};
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
    /// Whatever happens concerns the whole family, and every rule of it: the slow meaning, against which tests hold the quick one.
    pub(crate) broad: bool,
    /// New names and the ones before.
    pub(crate) renamed: BTreeMap<RuleKey, RuleKey>,
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Program of {} rules", self.rules.len())
    }
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
