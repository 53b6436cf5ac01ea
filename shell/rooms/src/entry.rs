//! Lines of the palette: where one can go, and what one can do.

use kept_ui::Icon;

/// A place or an act that the palette offers. The room gives only those that the person may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// `Post an announcement`: an act begins with its verb.
    pub words: String,
    /// Other words by which somebody may look for it.
    pub also: &'static str,
    /// Its icon.
    pub icon: Icon,
    /// Where it leads.
    pub href: String,
    /// The keys that do the same on every page.
    pub keys: Option<&'static str>,
    /// Whether it does something; else it is a place.
    pub act: bool,
}

impl Entry {
    /// A place to go to.
    pub fn place(words: impl Into<String>, href: impl Into<String>, icon: Icon) -> Self {
        Self {
            words: words.into(),
            also: "",
            icon,
            href: href.into(),
            keys: None,
            act: false,
        }
    }

    /// Something to do.
    pub fn act(words: impl Into<String>, href: impl Into<String>, icon: Icon) -> Self {
        Self {
            act: true,
            ..Self::place(words, href, icon)
        }
    }

    /// Found by these words as well.
    #[must_use]
    pub fn also(self, words: &'static str) -> Self {
        Self {
            also: words,
            ..self
        }
    }

    /// With the keys that do the same.
    #[must_use]
    pub fn keys(self, keys: &'static str) -> Self {
        Self {
            keys: Some(keys),
            ..self
        }
    }
}
