//! HTML that is already written and must not be escaped again.

use std::fmt;

use askama::filters::HtmlSafe;

/// HTML from our own hands: a drawing of `kept-charts`, a rendered part.
///
/// INVARIANT: nothing that a person or a foreign system wrote comes in here unescaped.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Html(String);

impl Html {
    /// Takes text that is HTML already.
    pub fn trusted(html: impl Into<String>) -> Self {
        Self(html.into())
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Html {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

/// Parts write themselves into a template as they are: their own templates have escaped what is in them.
macro_rules! parts_write_themselves {
    ($($part:ty),+ $(,)?) => { $( impl askama::filters::HtmlSafe for $part {} )+ };
}
pub(crate) use parts_write_themselves;
