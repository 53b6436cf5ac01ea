//! The icons: symbols of our own sprite, drawn by reference.

use std::fmt;

use askama::filters::HtmlSafe;

use crate::assets;

/// A symbol of `icons.svg`. Writes itself as a small drawing that readers pass over: a word or a label stands beside it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Icon(pub(crate) &'static str);

impl Icon {
    /// Its name in the sprite.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Icon {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sprite = assets::ICONS.path;
        write!(
            out,
            "<svg class=\"icon\" aria-hidden=\"true\"><use href=\"{sprite}#{}\"/></svg>",
            self.0
        )
    }
}

impl HtmlSafe for Icon {}
