//! The clause mark, and the card that tells what the clause says.

use askama::Template;

use super::ClockState;

/// What kind of sentence a mark points at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ClauseKind {
    /// A duty or any other sentence.
    #[default]
    Plain,
    /// A gate: a double bar.
    Gate,
    /// Of a draft: a dashed bar.
    Draft,
    /// An exception: italic.
    Exception,
}

impl ClauseKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Gate => "gate",
            Self::Draft => "draft",
            Self::Exception => "exception",
        }
    }
}

/// The mark of a clause, `SR 4.3`: a link to the clause that opens its card on hover and focus.
#[derive(Template, Clone, PartialEq, Eq, Debug)]
#[template(path = "parts/clause.html")]
pub struct ClauseMark {
    mark: String,
    href: String,
    card: Option<String>,
    kind: ClauseKind,
}

impl ClauseMark {
    /// A mark that leads to its clause.
    pub fn new(mark: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            mark: mark.into(),
            href: href.into(),
            card: None,
            kind: ClauseKind::Plain,
        }
    }

    /// With the address of its card, a [`ClauseCard`] alone: `/sops/clause/SR/4.3`.
    #[must_use]
    pub fn card(self, href: impl Into<String>) -> Self {
        Self {
            card: Some(href.into()),
            ..self
        }
    }

    /// Of that kind.
    #[must_use]
    pub fn kind(self, kind: ClauseKind) -> Self {
        Self { kind, ..self }
    }
}

/// What stands in the card of a clause.
#[derive(Template, Clone, PartialEq, Eq, Debug)]
#[template(path = "parts/clause_card.html")]
pub struct ClauseCard {
    /// `SR 4.3`.
    pub mark: String,
    /// Where the clause stands.
    pub href: String,
    /// `Acknowledge and respond`.
    pub name: String,
    /// `version 7`.
    pub version: String,
    /// The sentence before the slot that matters here, the slot, and the rest; all in the first where none matters.
    pub sentence: (String, String, String),
    /// How the deadline came about.
    pub steps: Vec<Step>,
    /// `kept 93.9 %, n 1,204`.
    pub figure: Option<String>,
}

/// A step of a derivation: opened, shut, due, escalated.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// `Due`.
    pub name: String,
    /// `40 m into Tuesday, Berlin calendar`.
    pub words: String,
    /// `Tue 09:40`.
    pub result: String,
    /// Where the step is about a deadline that has passed.
    pub state: Option<ClockState>,
}
