//! What changed between two sets of documents, rule by rule and slot by slot.
//!
//! A rule is known by its identity: a changed number or heading moves it and changes nothing; `renamed` in the header
//! carries it over to a new identity. A rule also changes when a row of a table that it reads does,
//! or the definition of a fact or a state that it rests on.

mod compare;
mod header;
mod show;
mod slots;
mod tables;
mod touched;
mod words;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::read::Library;
use crate::register::Register;

pub use words::{WordChange, WordPiece};

/// The differences between two sets of documents.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Redline {
    /// The documents that differ, in the order of the new set; those taken out come last.
    pub documents: Vec<DocumentRedline>,
}

/// The differences between two versions of a document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct DocumentRedline {
    /// The document's code.
    pub code: String,
    /// Its title, the new one.
    pub title: String,
    /// Whether it was added, taken out or changed.
    pub kind: ChangeKind,
    /// The version before and after.
    pub versions: (Option<String>, Option<String>),
    /// Header keys with another value.
    pub header: Vec<ValueChange>,
    /// Blanks that were filled, emptied or changed.
    pub blanks: Vec<BlankChange>,
    /// Rules that differ, in the order of the new document; those taken out come last.
    pub rules: Vec<RuleChange>,
    /// Table rows that differ.
    pub tables: Vec<TableChange>,
    /// Lines of prose that were added and taken out.
    pub prose: ProseChange,
}

/// What happened to a document or a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed,
    /// A row of a table that it reads says something else; its own words stay.
    ByTable,
    /// What it rests on is defined otherwise; its own words stay.
    Touched,
    /// It is written in other words and says the same.
    Reworded,
    /// It has another identity.
    Renamed,
    /// It stands under another clause; nothing else.
    Moved,
}

/// A value before and after.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ValueChange {
    /// What it is the value of.
    pub name: String,
    /// Before; none: it was not there.
    pub old: Option<String>,
    /// After; none: it is gone.
    pub new: Option<String>,
}

/// A blank before and after.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct BlankChange {
    /// Its name.
    pub name: String,
    /// Before; none: empty or not there.
    pub old: Option<String>,
    /// After; none: empty or gone.
    pub new: Option<String>,
    /// Whether an empty blank got its value.
    pub filled: bool,
}

/// A rule before and after.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RuleChange {
    /// The full name, the new one: `SR/acknowledge`.
    pub rule: String,
    /// The identity before, where it was renamed.
    pub was_called: Option<String>,
    /// What happened.
    pub kind: ChangeKind,
    /// The clause before and after: `SR 4.3`.
    pub clauses: (Option<String>, Option<String>),
    /// The slots that differ.
    pub slots: Vec<SlotChange>,
    /// The rows of tables that it reads and that differ: `table 4.5, row “any | urgent”: 4 hours → 2 hours`.
    pub rows: Vec<String>,
    /// The definitions and stages that it rests on and that differ: `the client's tier is defined otherwise (CM/tier)`.
    pub rests_on: Vec<String>,
    /// What happens to duties that run: what its transition says, or the default.
    pub transition: Option<TransitionNote>,
    /// How many duties run under it. Filled in by whoever knows the journal.
    pub running: Option<u64>,
}

/// What happens to running duties of a changed rule.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TransitionNote {
    /// The rule that says it; none: nothing says it, and the default holds.
    pub rule: Option<String>,
    /// What happens, in words: `running duties keep the deadline they have`.
    pub effect: String,
}

/// A slot before and after.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SlotChange {
    /// Which slot, in words: `deadline`.
    pub slot: String,
    /// Its words before; none: it was not there.
    pub old: Option<String>,
    /// Its words after; none: it is gone.
    pub new: Option<String>,
    /// Both word by word, for showing what was struck and what was put in.
    pub words: Vec<WordPiece>,
}

/// A table before and after.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TableChange {
    /// Its number.
    pub table: String,
    /// What changed, a line each.
    pub rows: Vec<String>,
    /// The rules that read it, by full name.
    pub read_by: Vec<String>,
}

/// Lines of prose added and taken out; blank lines are not counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct ProseChange {
    /// Lines that are new.
    pub added: usize,
    /// Lines that are gone.
    pub removed: usize,
}

impl Redline {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// The rules that differ in what they say: those that need a transition, training and a what-if.
    pub fn changed_rules(&self) -> impl Iterator<Item = &RuleChange> {
        let rules = self.documents.iter().flat_map(|document| &document.rules);
        rules.filter(|rule| rule.kind.is_change())
    }
}

impl ChangeKind {
    /// Whether what the rule says differs.
    pub const fn is_change(self) -> bool {
        matches!(
            self,
            Self::Added | Self::Removed | Self::Changed | Self::ByTable | Self::Touched
        )
    }
}

/// The differences between two sets of documents that were read under one register.
pub fn redline(register: &Register, old: &Library, new: &Library) -> Redline {
    let sets = compare::Sets {
        register,
        old,
        new,
        touched: &BTreeMap::new(),
    };
    let first = compared(&sets);
    let rules = first.documents.iter().flat_map(|document| &document.rules);
    let touched = touched::touched(register, old, new, &rules.collect::<Vec<_>>());
    if touched.is_empty() {
        return first;
    }
    compared(&compare::Sets {
        touched: &touched,
        ..sets
    })
}

fn compared(sets: &compare::Sets<'_>) -> Redline {
    let mut documents = Vec::new();
    let of_code = |library: &'_ Library, code: &str| {
        let mut documents = library.documents.iter();
        documents.position(|document| document.header.code == code)
    };
    for after in &sets.new.documents {
        let before =
            of_code(sets.old, &after.header.code).and_then(|index| sets.old.documents.get(index));
        documents.extend(compare::documents(sets, before, Some(after)));
    }
    for before in &sets.old.documents {
        if of_code(sets.new, &before.header.code).is_none() {
            documents.extend(compare::documents(sets, Some(before), None));
        }
    }
    Redline { documents }
}
