//! The machine: all records, and what is done with them. Its parts lie in the modules beside it.

use kept_calendar::Calendar;
use kept_kernel::Instant;
use rustc_hash::FxHashMap;

use crate::archive::{Archive, Writer};
use crate::clock::NEVER;
use crate::filled::Filled;
use crate::ids::{Index, hash_of};
use crate::list::Slab;
use crate::names::Names;
use crate::obligation::Obligation;
use crate::program::{GroupIx, Program, RuleIx, UseIx};
use crate::reading::Reads;
use crate::reckoned::Reckoned;
use crate::record::{NameIx, Record, RecordIx};

/// Where finished obligations go.
pub(crate) type Sink<'p> = Box<dyn FnMut(&Obligation) + 'p>;

/// Which rules a machine runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Scope {
    /// All.
    All,
    /// Those of cases.
    Cases,
    /// Those of the company's own calendar.
    Company,
}

pub(crate) struct Core<'p> {
    pub(crate) scope: Scope,
    pub(crate) program: &'p Program,
    pub(crate) records: Slab<RecordIx, Record>,
    pub(crate) by_id: Index,
    pub(crate) archive: Archive,
    pub(crate) writing: Writer,
    pub(crate) names: Names,
    pub(crate) company: RecordIx,
    /// The earliest event so far.
    pub(crate) first_at: Instant,
    pub(crate) queue: Vec<Opening>,
    pub(crate) hits: Vec<(UseIx, RecordIx)>,
    pub(crate) changed: Vec<RecordIx>,
    /// What has happened to them is asked for by their definitions.
    pub(crate) marked: Vec<RecordIx>,
    pub(crate) dirty: Vec<RecordIx>,
    pub(crate) turns: Vec<Turned>,
    pub(crate) touched: Vec<RecordIx>,
    pub(crate) frames: Vec<(RuleIx, Vec<Drawn>)>,
    /// When each rule of the company's calendar comes round next.
    pub(crate) rounds: Vec<(RuleIx, Instant)>,
    /// Who joins and leaves the audience of a course, and when.
    pub(crate) joins: Vec<Join>,
    /// How many cycles duties have had on cases that are forgotten, where another may come.
    pub(crate) cycles: FxHashMap<u64, u32>,
    /// Kept between rounds of definitions: what may change, and what has.
    pub(crate) defining: (Vec<RecordIx>, Vec<RecordIx>),
    /// What the event at hand has changed so far.
    pub(crate) changes: Reads,
    /// An exception has been granted somewhere.
    pub(crate) granted: bool,
    /// Some event has said who holds a role for its case.
    pub(crate) held: bool,
    pub(crate) reckoned: Reckoned,
    /// Counts events and searches, to tell what has been seen in each.
    pub(crate) round: u64,
    /// Counts the records that have been made, to tell those apart that have had one place.
    pub(crate) births: u64,
    pub(crate) search: u64,
    pub(crate) seed: u64,
    /// Filled anew for each obligation that is handed out; boxed, so that taking it out and putting it back moves a
    /// pointer.
    pub(crate) scratch: Option<Box<Filled>>,
    pub(crate) sink: Sink<'p>,
    /// Whether obligations are handed out with the entries of their lives.
    pub(crate) entries: bool,
    /// Until when everything is judged once the run ends.
    pub(crate) finished: Option<Instant>,
}

/// Something that opens duties, waiting for its turn within an event.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Opening {
    /// A rule was triggered on a record.
    Rule(RuleIx, RecordIx, u64),
    /// A rhythm begins on a record.
    Rhythm(RuleIx, RecordIx, u64),
    /// A person's next duty begins when the one before is done.
    Again(RuleIx, RecordIx, NameIx),
    /// A step was finished; what waits for it may open.
    Steps(RecordIx, u64),
}

/// A fact that turned to another value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turned {
    pub(crate) record: RecordIx,
    pub(crate) fact: kept_language::FactId,
    pub(crate) from: Option<kept_language::ast::Value>,
    pub(crate) to: Option<kept_language::ast::Value>,
}

/// A person joins or leaves the audience of a course.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Join {
    pub(crate) at: Instant,
    pub(crate) rule: RuleIx,
    pub(crate) person: NameIx,
    pub(crate) joins: bool,
}

/// A case from which a sample is drawn.
#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    pub(crate) at: Instant,
    pub(crate) id: String,
    pub(crate) client: Option<String>,
    pub(crate) stratum: Option<kept_language::ast::Value>,
    /// Whom the case names: none of them checks it.
    pub(crate) parts: Vec<(NameIx, NameIx)>,
}

impl<'p> Core<'p> {
    pub(crate) fn new(program: &'p Program, seed: u64, sink: Sink<'p>) -> Self {
        let mut core = Self {
            scope: Scope::All,
            program,
            records: Slab::default(),
            by_id: Index::default(),
            archive: Archive::default(),
            writing: Writer::default(),
            names: program.names.clone(),
            company: RecordIx(0),
            first_at: NEVER,
            queue: Vec::new(),
            hits: Vec::new(),
            changed: Vec::new(),
            marked: Vec::new(),
            dirty: Vec::new(),
            turns: Vec::new(),
            touched: Vec::new(),
            frames: Vec::new(),
            rounds: Vec::new(),
            joins: Vec::new(),
            cycles: FxHashMap::default(),
            defining: (Vec::new(), Vec::new()),
            changes: Reads::NOTHING,
            granted: false,
            held: false,
            reckoned: Reckoned::default(),
            round: 0,
            births: 0,
            search: 0,
            seed,
            scratch: None,
            sink,
            entries: true,
            finished: None,
        };
        let noun = program.register.company();
        let hash = hash_of(program.company.0, "company");
        core.company = core.make(program.company, noun, "company", hash);
        core
    }

    /// An obligation to be filled in, given back as `scratch`.
    pub(crate) fn take_scratch(&mut self) -> Box<Filled> {
        self.scratch.take().unwrap_or_default()
    }

    pub(crate) fn calendar_of(&self, duty: &crate::record::Duty) -> &'p Calendar {
        self.program.calendar(duty.calendar)
    }

    /// The client that a record belongs to, at one or two steps; itself if it is one.
    pub(crate) fn client_of(&self, record: RecordIx) -> Option<RecordIx> {
        let found = &self.records[record];
        let slot = self.program.groups[found.group].client;
        if let Some(client) = slot.and_then(|slot| found.link(slot))
            && Some(found.group) != self.program.client
        {
            return Some(client);
        }
        self.reach(record, self.program.client?)
    }

    /// The record of this kind that a record is or belongs to, at one or two steps.
    pub(crate) fn reach(&self, record: RecordIx, target: GroupIx) -> Option<RecordIx> {
        let found = &self.records[record];
        if found.group == target {
            return Some(record);
        }
        let links = &self.program.groups[found.group].links;
        if let Some(link) = links.iter().position(|group| *group == target)
            && let Some(to) = found.link(link)
        {
            return Some(to);
        }
        found.links.iter().map(|link| link.to).find_map(|between| {
            if between == crate::record::NO_RECORD {
                return None;
            }
            let between = &self.records[between];
            let links = &self.program.groups[between.group].links;
            let link = links.iter().position(|group| *group == target)?;
            between.link(link)
        })
    }
}
