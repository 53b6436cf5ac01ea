//! Ways about a page: where it stands, its views, its filters, and the rest of a long list.

use askama::Template;

use super::ClockState;

/// Where the page stands, from the outside in.
#[derive(Template, Clone, PartialEq, Eq, Debug)]
#[template(path = "parts/crumb.html")]
pub struct Crumb(pub Vec<(String, String)>);

impl Crumb {
    /// From names and addresses; `Esc` leads to the last of them.
    pub fn new<'a>(steps: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let steps = steps
            .into_iter()
            .map(|(name, href)| (name.to_owned(), href.to_owned()));
        Self(steps.collect())
    }
}

/// Saved views of a list: tabs that are links.
#[derive(Template, Clone, PartialEq, Eq, Debug)]
#[template(path = "parts/views.html")]
pub struct Views {
    /// What they are views of, for readers: `Requests`.
    pub of: String,
    /// The views.
    pub views: Vec<View>,
}

/// One view.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct View {
    /// `At risk`.
    pub name: String,
    /// Its address.
    pub href: String,
    /// How many are in it; more than can be counted cheaply are `1000+`.
    pub count: Option<String>,
    /// How the most urgent of them stands.
    pub state: Option<ClockState>,
    /// Whether it is the one in sight.
    pub current: bool,
}

/// What a list is narrowed to, and what it could be narrowed to.
#[derive(Template, Clone, PartialEq, Eq, Debug, Default)]
#[template(path = "parts/filters.html")]
pub struct Filters(pub Vec<Filter>);

/// One filter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Filter {
    /// `Tier`.
    pub name: String,
    /// `Gold`; none: not set.
    pub value: Option<String>,
    /// Where clicking it leads: to the list without it, or to choosing it.
    pub href: String,
}

/// The way to the next page of a list that is cut by key, never by number.
#[derive(Template, Clone, PartialEq, Eq, Debug)]
#[template(path = "parts/more.html")]
pub struct More {
    /// `50 shown, by deadline`.
    pub words: String,
    /// The list from its start; none: this is the start.
    pub first: Option<String>,
    /// What follows; none: this is the end.
    pub next: Option<String>,
}
