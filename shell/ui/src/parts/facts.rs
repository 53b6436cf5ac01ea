//! Facts with their source and age, and a verdict in words.

use askama::Template;

use super::ClockState;
use crate::icon::Icon;

/// A list of facts.
#[derive(Template, Clone, PartialEq, Eq, Debug, Default)]
#[template(path = "parts/facts.html")]
pub struct Facts(pub Vec<Fact>);

/// What is known, whence, and how old it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fact {
    label: String,
    value: String,
    href: Option<String>,
    source: Option<String>,
    old: bool,
}

impl Fact {
    /// A fact.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            value: value.into(),
            href: None,
            source: None,
            old: false,
        }
    }

    /// Leads somewhere.
    #[must_use]
    pub fn href(self, href: impl Into<String>) -> Self {
        Self {
            href: Some(href.into()),
            ..self
        }
    }

    /// Whence it is and how old: `Sanna, 3 months`.
    #[must_use]
    pub fn source(self, source: impl Into<String>) -> Self {
        Self {
            source: Some(source.into()),
            ..self
        }
    }

    /// It is due for checking.
    #[must_use]
    pub fn old(self) -> Self {
        Self { old: true, ..self }
    }
}

/// A judgement in words, with its mark.
#[derive(Template, Clone, PartialEq, Eq, Debug)]
#[template(
    source = r#"<span class="verdict" data-state="{{ state.name() }}">{% if let Some(icon) = self.icon() %}{{ icon }}{% endif %}{{ words }}</span>"#,
    ext = "html"
)]
pub struct Verdict {
    /// Its colour.
    pub state: ClockState,
    /// `met`, `not met`, `not enough data`.
    pub words: String,
}

impl Verdict {
    const fn icon(&self) -> Option<Icon> {
        match self.state {
            ClockState::Met => Some(Icon::CHECK),
            ClockState::Late | ClockState::Missed | ClockState::Overdue => Some(Icon::WARNING),
            _ => None,
        }
    }
}
