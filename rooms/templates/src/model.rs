//! The words of the room: a template, what it is for, its text as it was typed and as it was understood.

use std::fmt;

use kept_kernel::{Id, IdError, Instant};
use kept_rooms::FieldError;
use kept_store::{FromRow, Row, StoreError, Value};
use kept_wording::merge::{Unknown, unknown};
use serde::Deserialize;

/// The most letters of a name.
pub const LONGEST_NAME: usize = 100;
/// The most letters of a subject.
pub const LONGEST_SUBJECT: usize = 200;
/// The most letters of a text.
pub const LONGEST_BODY: usize = 20_000;

/// A template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TemplateId(pub Id);

impl fmt::Display for TemplateId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl std::str::FromStr for TemplateId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        text.parse().map(Self)
    }
}

impl From<TemplateId> for Value<'_> {
    fn from(id: TemplateId) -> Self {
        Self::Id(id.0)
    }
}

/// What a template is for, in the order of a client's way with us.
pub const OCCASIONS: [&str; 12] = [
    "first contact",
    "welcome",
    "discovery call",
    "kick-off",
    "check-in",
    "thanks",
    "acknowledgement",
    "answer",
    "delay",
    "resolution",
    "closing notice",
    "feedback",
];

/// How it goes: written, or spoken.
pub const CHANNELS: [&str; 2] = ["email", "phone"];

/// A template as somebody typed it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Typed {
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub occasion: String,
    /// How it goes.
    pub channel: String,
    /// Its language, `en`.
    pub language: String,
    /// The subject of a mail that begins a conversation.
    pub subject: Option<String>,
    /// The text, in Markdown with fields.
    pub body: String,
}

/// A template that can stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub occasion: String,
    /// How it goes.
    pub channel: String,
    /// Its language.
    pub language: String,
    /// The subject; may be empty.
    pub subject: String,
    /// The text.
    pub body: String,
}

/// Something that was typed and cannot stand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No name, or a long one.
    #[error("Write a name of up to {LONGEST_NAME} letters, so that it is found again.")]
    Name,
    /// Not an occasion.
    #[error("Choose what it is for.")]
    Occasion,
    /// Not a channel.
    #[error("Choose how it goes.")]
    Channel,
    /// Not a language.
    #[error("Write the language as its two letters, like en or de.")]
    Language,
    /// A subject that is too long, or has lines.
    #[error("Shorten the subject to one line of {LONGEST_SUBJECT} letters.")]
    Subject,
    /// No text, or a long one.
    #[error("Write a text of up to {LONGEST_BODY} letters.")]
    Body,
    /// Something in braces that is no field.
    #[error("{}", no_field(.1))]
    NoField(&'static str, Unknown, usize),
}

fn no_field(unknown: &Unknown) -> String {
    let name = &unknown.name;
    match unknown.nearest {
        Some(nearest) => {
            format!("There is no field {{{{{name}}}}}. Did you mean {{{{{nearest}}}}}?")
        }
        None => format!("There is no field {{{{{name}}}}}. Use one of those listed."),
    }
}

impl From<Fault> for FieldError {
    fn from(fault: Fault) -> Self {
        let words = match &fault {
            Fault::NoField(_, _, line) => format!("Line {line}: {fault}"),
            _ => fault.to_string(),
        };
        let field = match fault {
            Fault::Name => "name",
            Fault::Occasion => "occasion",
            Fault::Channel => "channel",
            Fault::Language => "language",
            Fault::Subject => "subject",
            Fault::Body => "body",
            Fault::NoField(field, ..) => field,
        };
        Self { field, words }
    }
}

impl Typed {
    /// What it means.
    ///
    /// # Errors
    ///
    /// Everything that cannot stand.
    pub fn understood(&self) -> Result<Draft, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut fault = |found: bool, fault: Fault| faults.extend(found.then_some(fault));
        let (name, body) = (self.name.trim(), self.body.trim().replace("\r\n", "\n"));
        let subject = self.subject.as_deref().unwrap_or_default().trim();
        let language = self.language.trim().to_lowercase();
        fault(
            name.is_empty() || name.chars().count() > LONGEST_NAME,
            Fault::Name,
        );
        fault(
            !OCCASIONS.contains(&self.occasion.as_str()),
            Fault::Occasion,
        );
        fault(!CHANNELS.contains(&self.channel.as_str()), Fault::Channel);
        let letters = language.len() == 2 && language.chars().all(|one| one.is_ascii_lowercase());
        fault(!letters, Fault::Language);
        let one_line = !subject.chars().any(char::is_control);
        fault(
            !one_line || subject.chars().count() > LONGEST_SUBJECT,
            Fault::Subject,
        );
        fault(
            body.is_empty() || body.chars().count() > LONGEST_BODY,
            Fault::Body,
        );
        for (field, text) in [("subject", subject), ("body", body.as_str())] {
            for one in unknown(text) {
                let before = text.get(..one.range.start).unwrap_or_default();
                let line = before.matches('\n').count() + 1;
                faults.push(Fault::NoField(field, one, line));
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Draft {
            name: name.to_owned(),
            occasion: self.occasion.clone(),
            channel: self.channel.clone(),
            language,
            subject: subject.to_owned(),
            body,
        })
    }
}

/// A template with its latest text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its identity.
    pub id: TemplateId,
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub occasion: String,
    /// How it goes.
    pub channel: String,
    /// Its language.
    pub language: String,
    /// Which text is the latest, from 1.
    pub version: u32,
    /// Which text is offered.
    pub approved_version: Option<u32>,
    /// Counts its changes.
    pub revision: u32,
    /// When it was taken out of use.
    pub retired_at: Option<Instant>,
    /// The subject of the latest text.
    pub subject: String,
    /// The latest text.
    pub body: String,
    /// Whether its approval is asked for.
    pub asked: bool,
}

/// How a template stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateState {
    /// Its latest text is being written.
    Draft,
    /// Somebody else is asked to approve it.
    Asked,
    /// Its latest text is offered.
    Approved,
    /// It is out of use.
    Retired,
}

impl TemplateState {
    /// As it is read.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Asked => "asked",
            Self::Approved => "approved",
            Self::Retired => "retired",
        }
    }
}

impl Template {
    /// How it stands.
    pub fn state(&self) -> TemplateState {
        if self.retired_at.is_some() {
            TemplateState::Retired
        } else if self.approved_version == Some(self.version) {
            TemplateState::Approved
        } else if self.asked {
            TemplateState::Asked
        } else {
            TemplateState::Draft
        }
    }
}

impl FromRow for Template {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: TemplateId(row.get(0)?),
            name: row.get(1)?,
            occasion: row.get(2)?,
            channel: row.get(3)?,
            language: row.get(4)?,
            version: row.get(5)?,
            approved_version: row.get(6)?,
            revision: row.get(7)?,
            retired_at: row.get(8)?,
            subject: row.get(9)?,
            body: row.get(10)?,
            asked: row.get(11)?,
        })
    }
}

/// A version of the text, with those who had to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextVersion {
    /// From 1.
    pub version: u32,
    /// The subject.
    pub subject: String,
    /// The text.
    pub body: String,
    /// When it was written.
    pub written_at: Instant,
    /// Who wrote it, by id.
    pub written_by: Option<Id>,
    /// Their name.
    pub writer: Option<String>,
    /// When its approval was asked for.
    pub asked_at: Option<Instant>,
    /// When it was approved.
    pub approved_at: Option<Instant>,
    /// By whom; none: it is as Kept ships it.
    pub approver: Option<String>,
    /// When it was returned.
    pub returned_at: Option<Instant>,
    /// Why.
    pub why: Option<String>,
}

impl FromRow for TextVersion {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            version: row.get(0)?,
            subject: row.get(1)?,
            body: row.get(2)?,
            written_at: row.get(3)?,
            written_by: row.get(4)?,
            writer: row.get(5)?,
            asked_at: row.get(6)?,
            approved_at: row.get(7)?,
            approver: row.get(8)?,
            returned_at: row.get(9)?,
            why: row.get(10)?,
        })
    }
}

/// An approved text, as others use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The template.
    pub id: Id,
    /// Which of its texts.
    pub version: u32,
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub occasion: String,
    /// Its language.
    pub language: String,
    /// The subject; may be empty.
    pub subject: String,
    /// The text, with its fields.
    pub body: String,
}

impl FromRow for Text {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            version: row.get(1)?,
            name: row.get(2)?,
            occasion: row.get(3)?,
            language: row.get(4)?,
            subject: row.get(5)?,
            body: row.get(6)?,
        })
    }
}
