//! A remark: what could be said better, where, why and how.

use std::ops::Range;

/// What kind of thing is remarked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Another language than the one that its reader reads.
    Language,
    /// Nobody is greeted, or somebody else.
    Greeting,
    /// The message, a paragraph or a sentence is long.
    Length,
    /// It refuses, blames or commands.
    Negative,
    /// Words of the trade.
    Jargon,
    /// Stiff words.
    Stiff,
    /// Words that the house says otherwise.
    House,
    /// Capitals, or marks in a row.
    Shouting,
    /// A promise without a time.
    Vague,
    /// A day that does not exist so, has passed, or on which nobody works.
    Date,
    /// A misspelt word.
    Spelling,
    /// A slip of grammar.
    Grammar,
    /// Nothing says what comes next, or when.
    NextStep,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 13] = [
        Self::Language,
        Self::Greeting,
        Self::Length,
        Self::Negative,
        Self::Jargon,
        Self::Stiff,
        Self::House,
        Self::Shouting,
        Self::Vague,
        Self::Date,
        Self::Spelling,
        Self::Grammar,
        Self::NextStep,
    ];

    /// Its name as it is kept and counted; it never changes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Language => "language",
            Self::Greeting => "greeting",
            Self::Length => "length",
            Self::Negative => "negative",
            Self::Jargon => "jargon",
            Self::Stiff => "stiff",
            Self::House => "house",
            Self::Shouting => "shouting",
            Self::Vague => "vague",
            Self::Date => "date",
            Self::Spelling => "spelling",
            Self::Grammar => "grammar",
            Self::NextStep => "next step",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// As a heading: `Stiff`, `House words`.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Language => "Language",
            Self::Greeting => "Greeting",
            Self::Length => "Long",
            Self::Negative => "Negative",
            Self::Jargon => "Jargon",
            Self::Stiff => "Stiff",
            Self::House => "House words",
            Self::Shouting => "Shouting",
            Self::Vague => "No day named",
            Self::Date => "Date",
            Self::Spelling => "Spelling",
            Self::Grammar => "Grammar",
            Self::NextStep => "Next step",
        }
    }
}

/// Something that could be said better.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What kind of thing it is.
    pub kind: Kind,
    /// Where it stands, in bytes of the text; empty where something is missing.
    pub range: Range<usize>,
    /// Why, in plain words.
    pub why: String,
    /// Other ways to say it. `…` stands for what only the writer knows.
    pub instead: Vec<String>,
}

impl Remark {
    pub(crate) fn new(kind: Kind, range: Range<usize>, why: impl Into<String>) -> Self {
        Self {
            kind,
            range,
            why: why.into(),
            instead: Vec::new(),
        }
    }

    pub(crate) fn instead(self, instead: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            instead: instead.into_iter().map(Into::into).collect(),
            ..self
        }
    }
}

/// Sorts by place. What does not lie in the text is left out: a speller may be anybody's.
pub(crate) fn in_order(remarks: &mut Vec<Remark>, text: &str) {
    remarks.retain(|one| text.get(one.range.clone()).is_some());
    remarks.sort_by(|one, two| {
        let key = |it: &Remark| (it.range.start, it.range.end, it.kind);
        key(one).cmp(&key(two))
    });
    remarks.dedup();
}
