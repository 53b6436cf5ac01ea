//! Buttons: a link that leads on, or a form that does something.

use askama::Template;

use crate::csrf::Csrf;
use crate::icon::Icon;

/// A button. One filled button stands in a view.
#[derive(Template, Clone, PartialEq, Eq, Debug)]
#[template(path = "parts/button.html")]
pub struct Button {
    words: String,
    href: String,
    csrf: Option<Csrf>,
    kind: &'static str,
    icon: Option<Icon>,
    keys: Option<&'static str>,
    carries: Vec<(String, String)>,
}

impl Button {
    /// Leads to a page.
    pub fn link(words: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            words: words.into(),
            href: href.into(),
            csrf: None,
            kind: "",
            icon: None,
            keys: None,
            carries: Vec::new(),
        }
    }

    /// Does something by a POST to that address.
    pub fn act(words: impl Into<String>, href: impl Into<String>, csrf: &Csrf) -> Self {
        Self {
            csrf: Some(csrf.clone()),
            ..Self::link(words, href)
        }
    }

    /// The one filled button of a view.
    #[must_use]
    pub fn primary(self) -> Self {
        Self {
            kind: " is-primary",
            ..self
        }
    }

    /// Without an edge.
    #[must_use]
    pub fn quiet(self) -> Self {
        Self {
            kind: " is-quiet",
            ..self
        }
    }

    /// For what cannot be taken back.
    #[must_use]
    pub fn danger(self) -> Self {
        Self {
            kind: " is-danger",
            ..self
        }
    }

    /// With an icon before its words.
    #[must_use]
    pub fn icon(self, icon: Icon) -> Self {
        Self {
            icon: Some(icon),
            ..self
        }
    }

    /// Pressed by a key, which is shown: `c`.
    #[must_use]
    pub fn key(self, key: &'static str) -> Self {
        Self {
            keys: Some(key),
            ..self
        }
    }

    /// Sends a value along.
    #[must_use]
    pub fn carrying(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.carries.push((name.into(), value.into()));
        self
    }
}

/// Asks once more before something that cannot be taken back: folded, and open without a script.
#[derive(Template, Clone, PartialEq, Eq, Debug)]
#[template(path = "parts/confirm.html")]
pub struct Confirm {
    /// What opens the question: `End all sessions`.
    pub words: String,
    /// What will happen, as a sentence.
    pub question: String,
    /// What does it.
    pub act: Button,
}
