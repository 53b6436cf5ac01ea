//! A field of a form: label, control, hint, error, and the value that was there.

use askama::Template;

use crate::html::parts_write_themselves;

/// A field. Made by [`Filled`](super::Filled), refined by its methods, and written into a template as it is.
#[derive(Template, Clone, PartialEq, Eq, Debug, Default)]
#[template(path = "parts/field.html")]
pub struct Field {
    pub(super) kind: &'static str,
    pub(super) id: String,
    pub(super) name: &'static str,
    pub(super) label: String,
    pub(super) value: String,
    pub(super) error: Option<String>,
    pub(super) choices: Vec<Choice>,
    pub(super) hint: Option<String>,
    pub(super) required: bool,
    pub(super) large: bool,
    pub(super) focus: bool,
    pub(super) mode: Option<&'static str>,
    pub(super) autocomplete: Option<&'static str>,
    pub(super) placeholder: Option<String>,
    pub(super) max: Option<u32>,
    pub(super) rows: Option<u32>,
}

parts_write_themselves!(Field);

impl Field {
    /// A sentence under the label.
    #[must_use]
    pub fn hint(self, hint: &str) -> Self {
        Self {
            hint: Some(hint.to_owned()),
            ..self
        }
    }

    /// It must be filled in.
    #[must_use]
    pub fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }

    /// Tall, for pages with few fields.
    #[must_use]
    pub fn large(self) -> Self {
        Self {
            large: true,
            ..self
        }
    }

    /// It has the focus when the page opens.
    #[must_use]
    pub fn focused(self) -> Self {
        Self {
            focus: true,
            ..self
        }
    }

    /// What the browser may fill in: `username`, `current-password`, `off`.
    #[must_use]
    pub fn autocomplete(self, word: &'static str) -> Self {
        Self {
            autocomplete: Some(word),
            ..self
        }
    }

    /// An example of what to write.
    #[must_use]
    pub fn placeholder(self, text: &str) -> Self {
        Self {
            placeholder: Some(text.to_owned()),
            ..self
        }
    }

    /// The most characters.
    #[must_use]
    pub fn max(self, characters: u32) -> Self {
        Self {
            max: Some(characters),
            ..self
        }
    }

    /// How many lines an area shows.
    #[must_use]
    pub fn rows(self, rows: u32) -> Self {
        Self {
            rows: Some(rows),
            ..self
        }
    }

    pub(super) fn mode(self, mode: &'static str) -> Self {
        Self {
            mode: Some(mode),
            ..self
        }
    }

    /// The ids of what describes the control.
    fn described_by(&self) -> String {
        let hint = self.hint.is_some().then(|| format!("{}-hint", self.id));
        let error = self.error.is_some().then(|| format!("{}-error", self.id));
        let ids: Vec<_> = [hint, error].into_iter().flatten().collect();
        ids.join(" ")
    }

    fn is_checked(&self) -> bool {
        !matches!(self.value.as_str(), "" | "off" | "false")
    }
}

/// One of the choices of a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// A sentence under it, where all are in sight.
    pub hint: Option<String>,
    pub(super) chosen: bool,
}

impl Choice {
    /// A choice of that value and those words.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            hint: None,
            chosen: false,
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
}
