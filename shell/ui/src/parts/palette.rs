//! What the palette found: the answer of `/palette?q=`, a piece of HTML and no whole page.

use askama::Template;

use crate::icon::Icon;

/// The answer to what was typed, in groups: what the procedure asks next comes first.
#[derive(Template, Clone, PartialEq, Eq, Debug, Default)]
#[template(path = "parts/results.html")]
pub struct Results {
    /// The groups.
    pub groups: Vec<Group>,
    /// What was typed, for the words where nothing was found.
    pub asked: String,
}

/// Results of one kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// `What the procedure asks next`, `Go to`, `Do`.
    pub name: String,
    /// The results.
    pub found: Vec<Found>,
}

/// A result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// Its icon.
    pub icon: Icon,
    /// What it is or does, verb first.
    pub words: String,
    /// What kind of thing: `client`, `request`.
    pub kind: String,
    /// The mark of a clause, where a procedure asks for it.
    pub mark: Option<String>,
    /// The keys that do the same.
    pub keys: Option<&'static str>,
    /// Where it leads.
    pub href: String,
}

impl Results {
    fn is_empty(&self) -> bool {
        self.groups.iter().all(|group| group.found.is_empty())
    }
}
