//! What was filled into a form, and what is wrong with it.

use super::field::{Choice, Field};
use crate::parts::Notice;

/// The values of a form and their errors. A template asks it for fields: `{{ form.text("subject", "Subject") }}`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filled {
    values: Vec<(String, String)>,
    errors: Vec<(String, String)>,
    whole: Vec<String>,
    /// Stands before the ids of the fields, where a page has several forms.
    prefix: &'static str,
}

impl Filled {
    /// A form that nobody has filled in.
    pub fn empty() -> Self {
        Self::default()
    }

    /// A form that begins with these values: to change what is there. A name may come several times.
    pub fn with<'a>(values: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let values = values
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        Self::sent(values.collect())
    }

    pub(crate) fn sent(values: Vec<(String, String)>) -> Self {
        Self {
            values,
            ..Self::default()
        }
    }

    /// Sets the fields of this form apart from those of another on the same page.
    #[must_use]
    pub fn apart(self, prefix: &'static str) -> Self {
        Self { prefix, ..self }
    }

    /// With another value in a field.
    #[must_use]
    pub fn replaced(mut self, name: &str, value: &str) -> Self {
        self.values.retain(|(field, _)| field != name);
        self.values.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With an error at a field, as a sentence that says how to go on.
    #[must_use]
    pub fn wrong(mut self, field: &str, message: impl Into<String>) -> Self {
        self.note(field, message);
        self
    }

    /// With an error of the form as a whole.
    #[must_use]
    pub fn refused(mut self, message: impl Into<String>) -> Self {
        self.whole.push(message.into());
        self
    }

    pub(crate) fn note(&mut self, field: &str, message: impl Into<String>) {
        if self.error(field).is_none() {
            self.errors.push((field.to_owned(), message.into()));
        }
    }

    pub(crate) fn refuse(&mut self, message: String) {
        self.whole.push(message);
    }

    /// Whether anything is wrong.
    pub fn is_wrong(&self) -> bool {
        !self.errors.is_empty() || !self.whole.is_empty()
    }

    /// The value of a field; empty when it has none.
    pub fn value(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// All values of a field.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let of = self.values.iter().filter(move |(field, _)| field == name);
        of.map(|(_, value)| value.as_str())
    }

    /// The error at a field.
    pub fn error(&self, name: &str) -> Option<&str> {
        let mut errors = self.errors.iter();
        errors.find_map(|(field, message)| (field == name).then_some(message.as_str()))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(|(name, _)| name.as_str())
    }

    /// What stands over a form that needs another look; writes nothing over one that does not. `{{ form.problem("The sale
    /// is not recorded yet.") }}`
    pub fn problem(&self, what: &str) -> Notice {
        if !self.is_wrong() {
            return Notice::none();
        }
        let more = match (self.whole.as_slice(), self.errors.len()) {
            ([], 1) => "One value needs another look; all the others are kept.".to_owned(),
            ([], wrong) => format!("{wrong} values need another look; all the others are kept."),
            (whole, _) => format!("{} What you wrote is kept.", whole.join(" ")),
        };
        Notice::alert(what, more)
    }

    fn field(&self, kind: &'static str, name: &'static str, label: &str) -> Field {
        Field {
            kind,
            id: format!("{}{name}", self.prefix),
            name,
            label: label.to_owned(),
            value: self.value(name).to_owned(),
            error: self.error(name).map(str::to_owned),
            ..Field::default()
        }
    }

    /// A line of text.
    pub fn text(&self, name: &'static str, label: &str) -> Field {
        self.field("text", name, label)
    }

    /// An address of mail.
    pub fn email(&self, name: &'static str, label: &str) -> Field {
        self.field("email", name, label)
    }

    /// A password. What was typed is never sent back.
    pub fn password(&self, name: &'static str, label: &str) -> Field {
        Field {
            value: String::new(),
            ..self.field("password", name, label)
        }
    }

    /// A number in figures.
    pub fn number(&self, name: &'static str, label: &str) -> Field {
        self.field("text", name, label).mode("decimal")
    }

    /// A code of one time, as an app shows it.
    pub fn code(&self, name: &'static str, label: &str) -> Field {
        let field = self.field("text", name, label).mode("numeric");
        Field {
            value: String::new(),
            ..field.autocomplete("one-time-code")
        }
    }

    /// A day.
    pub fn date(&self, name: &'static str, label: &str) -> Field {
        self.field("date", name, label)
    }

    /// A time of day.
    pub fn time(&self, name: &'static str, label: &str) -> Field {
        self.field("time", name, label)
    }

    /// A file. The form needs `enctype="multipart/form-data"`, and its first field must be `{{ frame.csrf }}`.
    pub fn file(&self, name: &'static str, label: &str) -> Field {
        Field {
            value: String::new(),
            ..self.field("file", name, label)
        }
    }

    /// Several lines of text.
    pub fn area(&self, name: &'static str, label: &str) -> Field {
        self.field("area", name, label)
    }

    /// One of a list.
    pub fn select(&self, name: &'static str, label: &str, choices: &[Choice]) -> Field {
        self.chosen("select", name, label, choices)
    }

    /// One of a few, all in sight.
    pub fn radios(&self, name: &'static str, label: &str, choices: &[Choice]) -> Field {
        self.chosen("radio", name, label, choices)
    }

    /// Any of a few.
    pub fn checks(&self, name: &'static str, label: &str, choices: &[Choice]) -> Field {
        self.chosen("checks", name, label, choices)
    }

    /// Yes or no.
    pub fn check(&self, name: &'static str, label: &str) -> Field {
        self.field("check", name, label)
    }

    /// A value that goes along unseen.
    pub fn hidden(&self, name: &'static str) -> Field {
        self.field("hidden", name, "")
    }

    fn chosen(
        &self,
        kind: &'static str,
        name: &'static str,
        label: &str,
        choices: &[Choice],
    ) -> Field {
        let chosen: Vec<_> = self.all(name).collect();
        let mut choices = choices.to_vec();
        for choice in &mut choices {
            choice.chosen = chosen.contains(&choice.value.as_str());
        }
        Field {
            choices,
            ..self.field(kind, name, label)
        }
    }
}
