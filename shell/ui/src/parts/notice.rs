//! What is said beside the matter: notices, gates, empty places, progress.

use askama::Template;

use super::{Button, ClauseMark, ClockState};
use crate::icon::Icon;

/// A sentence or two that must be seen.
#[derive(Template, Clone, PartialEq, Eq, Debug)]
#[template(path = "parts/notice.html")]
pub struct Notice {
    state: Option<ClockState>,
    icon: Icon,
    role: &'static str,
    heading: String,
    words: String,
    act: Option<Button>,
}

impl Notice {
    fn new(
        state: Option<ClockState>,
        icon: Icon,
        heading: impl Into<String>,
        words: impl Into<String>,
    ) -> Self {
        Self {
            state,
            icon,
            role: "status",
            heading: heading.into(),
            words: words.into(),
            act: None,
        }
    }

    /// Something failed: red, read out at once.
    pub fn alert(heading: impl Into<String>, words: impl Into<String>) -> Self {
        Self {
            role: "alert",
            ..Self::new(Some(ClockState::Overdue), Icon::WARNING, heading, words)
        }
    }

    /// Something needs a decision: amber.
    pub fn caution(heading: impl Into<String>, words: impl Into<String>) -> Self {
        Self::new(Some(ClockState::Today), Icon::INFO, heading, words)
    }

    /// Something was done: green.
    pub fn done(heading: impl Into<String>, words: impl Into<String>) -> Self {
        Self::new(Some(ClockState::Met), Icon::CHECK, heading, words)
    }

    /// Something good to know: grey.
    pub fn info(heading: impl Into<String>, words: impl Into<String>) -> Self {
        Self::new(None, Icon::INFO, heading, words)
    }

    /// Nothing: writes nothing.
    pub(crate) fn none() -> Self {
        Self::info("", "")
    }

    /// With a button.
    #[must_use]
    pub fn act(self, act: Button) -> Self {
        Self {
            act: Some(act),
            ..self
        }
    }
}

/// What stands where a list has nothing in it: what to do next.
#[derive(Template, Clone, PartialEq, Eq, Debug)]
#[template(path = "parts/empty.html")]
pub struct Empty {
    heading: String,
    words: String,
    act: Option<Button>,
}

impl Empty {
    /// `No requests yet`, and how they come in.
    pub fn new(heading: impl Into<String>, words: impl Into<String>) -> Self {
        Self {
            heading: heading.into(),
            words: words.into(),
            act: None,
        }
    }

    /// With a button.
    #[must_use]
    pub fn act(self, act: Button) -> Self {
        Self {
            act: Some(act),
            ..self
        }
    }
}

/// What is still missing before something may be done, shown before anyone tries.
#[derive(Template, Clone, PartialEq, Eq, Debug)]
#[template(path = "parts/gate.html")]
pub struct Gate {
    /// The clause that asks for it.
    pub mark: ClauseMark,
    /// `2417 cannot be closed yet`.
    pub heading: String,
    /// What it asks for, what is missing first.
    pub checks: Vec<Check>,
}

/// One thing that a gate asks for.
#[derive(Template, Clone, PartialEq, Eq, Debug)]
#[template(path = "parts/check.html")]
pub struct Check {
    done: bool,
    words: String,
    hint: Option<String>,
    way_out: Option<(String, String)>,
}

impl Check {
    /// It is there.
    pub fn done(words: impl Into<String>) -> Self {
        Self {
            done: true,
            words: words.into(),
            hint: None,
            way_out: None,
        }
    }

    /// It is missing.
    pub fn missing(words: impl Into<String>) -> Self {
        Self {
            done: false,
            ..Self::done(words)
        }
    }

    /// With a sentence under it.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// With the way out: its words and where it leads.
    #[must_use]
    pub fn way_out(self, words: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            way_out: Some((words.into(), href.into())),
            ..self
        }
    }
}

/// How far long work has come.
#[derive(Template, Clone, PartialEq, Eq, Debug)]
#[template(path = "parts/progress.html")]
pub struct Progress {
    /// `Importing 18,204 clients`.
    pub heading: String,
    /// `11,930 done, about 2 m left. You can leave this page.`
    pub words: String,
    /// How much is done.
    pub done: u64,
    /// Of how much.
    pub of: u64,
}

impl Progress {
    fn percent(&self) -> u64 {
        if self.of == 0 {
            return 0;
        }
        let share = u128::from(self.done.min(self.of)) * 100 / u128::from(self.of);
        u64::try_from(share).unwrap_or(100)
    }
}
