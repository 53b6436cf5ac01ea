//! What a sentence names: rules, tables, acts, facts and states, each with its place in the text.

use crate::register::{ActId, FactId, NounId, StateId};

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
