//! Kinds of records, acts and facts, and what hangs on each.

use kept_language::ast::{Becomes, Value};
use kept_language::{ActId, FactId, NounId};

use super::{DefinitionIx, GroupIx, RuleIx, UseIx};
use crate::reading::Reads;

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
