//! An SOP document: prose with a header, clauses, tables, blanks and rules.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::ast::{RuleKey, Sentence, Table, TextRange};
use crate::register::RoleId;

/// A document that was read. Reading never fails: what could not be understood is left out here and named by a
/// diagnostic.
#[derive(Clone, Debug)]
pub struct Document {
    /// Where it came from, as messages name it.
    pub path: String,
    /// The whole text.
    pub text: String,
    /// The header.
    pub header: Header,
    /// The headings that begin with a number or `Appendix X`, in order.
    pub clauses: Vec<Clause>,
    /// The captioned tables, in order.
    pub tables: Vec<Table>,
    /// The rules, in order; a step written in place follows its procedure.
    pub rules: Vec<Rule>,
    /// The blanks, by name.
    pub blanks: BTreeMap<String, Blank>,
    /// Where the brackets of the text stand.
    pub(crate) brackets: Vec<usize>,
}

/// What stands between the `+++` lines.
#[derive(Clone, Debug, Default)]
pub struct Header {
    /// Short capitals: `SR`.
    pub code: String,
    /// The title.
    pub title: String,
    /// The role that owns it.
    pub owner: Option<RoleId>,
    /// The version, `1.0` where not said.
    pub version: String,
    /// The day from which it is in force, 00:00 in the company's zone.
    pub effective: Option<Date>,
    /// How often it is reviewed: `every 12 months`.
    pub review: Option<kept_kernel::Duration>,
    /// Who must know it.
    pub distribution: Distribution,
    /// Who approves it.
    pub approver: Option<RoleId>,
    /// `internal` where not said.
    pub confidentiality: String,
    /// ISO 4217 code for bare amounts.
    pub currency: Option<String>,
    /// Old identities and what they are called now.
    pub renamed: BTreeMap<String, String>,
}

/// Who must know a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Distribution {
    /// Everyone.
    Everyone,
    /// Who holds one of these roles.
    Roles(Vec<RoleId>),
}

impl Default for Distribution {
    fn default() -> Self {
        Self::Roles(Vec::new())
    }
}

/// A numbered heading.
#[derive(Clone, Debug)]
pub struct Clause {
    /// `4.3`, `Appendix A`.
    pub number: String,
    /// The heading after the number.
    pub title: String,
    /// The heading's words.
    pub range: TextRange,
}

/// A rule: one sentence with an identity.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its full name.
    pub key: RuleKey,
    /// The position in [`Document::clauses`] of the clause it belongs to.
    pub clause: Option<usize>,
    /// What it says; none where it could not be read.
    pub sentence: Option<Sentence>,
    /// The sentence as written.
    pub range: TextRange,
    /// The slots as written, in the order of the text: what the formatter, the redline and the explanation work on.
    pub slots: Vec<SlotText>,
}

/// A slot of a sentence and its words.
#[derive(Clone, Debug)]
pub struct SlotText {
    /// Which slot.
    pub slot: Slot,
    /// Its words, without the comma or semicolon before them.
    pub range: TextRange,
}

/// The slots of a sentence, in their fixed order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Slot {
    /// When, Every, Exception to, Procedure …: up to the first condition or the owner.
    Head,
    /// `if …`.
    Condition,
    /// `for each …`.
    Each,
    /// `while …`.
    While,
    /// Who must do what, through which channel.
    Task,
    /// `within …`, `by …`.
    Deadline,
    /// `pausing while …`.
    Pausing,
    /// `unless …`.
    Unless,
    /// `with …`.
    Evidence,
    /// `; if reopened …`.
    Reopened,
    /// `; … before, it warns …`.
    Warning,
    /// `; otherwise it escalates …`.
    Escalation,
    /// A listed step.
    Step,
    /// What has no slots of its own: the rest of the sentence.
    Rest,
}

/// A blank of the paper SOP.
#[derive(Clone, Debug)]
pub struct Blank {
    /// Its value as written; none: still empty.
    pub value: Option<String>,
    /// Everywhere it stands, brackets included.
    pub places: Vec<TextRange>,
}

impl Document {
    /// Where the brackets of a text stand.
    pub(crate) fn brackets_of(text: &str) -> Vec<usize> {
        text.match_indices(['[', ']']).map(|(at, _)| at).collect()
    }

    /// A document that says nothing.
    pub(crate) fn empty() -> Self {
        Self {
            path: String::new(),
            text: String::new(),
            header: Header::default(),
            clauses: Vec::new(),
            tables: Vec::new(),
            rules: Vec::new(),
            blanks: BTreeMap::new(),
            brackets: Vec::new(),
        }
    }

    /// The rule with this identity.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.key.id == id)
    }

    /// How a rule's clause is shown: `SR 4.3`; the code alone before the first clause.
    pub fn clause_of(&self, rule: &Rule) -> String {
        match rule.clause.and_then(|index| self.clauses.get(index)) {
            Some(clause) => format!("{} {}", self.header.code, clause.number),
            None => self.header.code.clone(),
        }
    }

    /// The range with the whole of a blank that it begins or ends in: the words of a value stand inside its brackets.
    pub(crate) fn with_whole_blanks(&self, range: TextRange) -> TextRange {
        let inside = |at: usize| {
            let next = self.brackets.partition_point(|bracket| *bracket < at);
            let opened = *self.brackets.get(next.checked_sub(1)?)?;
            let closed = *self.brackets.get(next)?;
            let is_blank = self.text.as_bytes().get(opened) == Some(&b'[')
                && self.text.as_bytes().get(closed) == Some(&b']');
            is_blank.then_some((opened, closed + 1))
        };
        TextRange {
            start: inside(range.start).map_or(range.start, |(start, _)| start),
            end: inside(range.end).map_or(range.end, |(_, end)| end),
        }
    }

    /// The words of a range of this document.
    pub fn words(&self, range: TextRange) -> &str {
        self.text.get(range.start..range.end).unwrap_or_default()
    }
}
