//! The words of the room: a form, its fields, and what was filled in.

use std::fmt;

use jiff::civil::Date;
use kept_clients::{ClientId, ContactId};
use kept_kernel::{Id, IdError, Instant};
use kept_store::{FromRow, Row, StoreError, Value};
use serde::{Deserialize, Serialize};

/// The most letters of a line.
pub const LONGEST_LINE: usize = 200;
/// The most letters of a text.
pub const LONGEST_TEXT: usize = 20_000;
/// A form has so many fields at most.
pub const MOST_FIELDS: usize = 60;
/// The best mark of a rating.
pub const BEST: u8 = 7;

/// A form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FormId(pub Id);

impl fmt::Display for FormId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl std::str::FromStr for FormId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        text.parse().map(Self)
    }
}

impl From<FormId> for Value<'_> {
    fn from(id: FormId) -> Self {
        Self::Id(id.0)
    }
}

/// What a form is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormKind {
    /// To learn who a client is and what it needs.
    Intake,
    /// To hear how it was.
    Feedback,
    /// Anything else.
    Other,
}

impl FormKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Intake, Self::Feedback, Self::Other];

    /// As it is stored and read.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Feedback => "feedback",
            Self::Other => "other",
        }
    }

    /// From its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// What stands in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// A line.
    Text,
    /// Several lines.
    LongText,
    /// An address for mail.
    Email,
    /// One of a list.
    Choice,
    /// Any of a list.
    Several,
    /// A number.
    Number,
    /// A day.
    Date,
    /// Yes or no.
    YesNo,
    /// From 1 to 7.
    Rating,
    /// A box that says what somebody agrees to.
    Consent,
    /// A file.
    File,
    /// Several files.
    Files,
}

impl FieldKind {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Text,
        Self::LongText,
        Self::Email,
        Self::Choice,
        Self::Several,
        Self::Number,
        Self::Date,
        Self::YesNo,
        Self::Rating,
        Self::Consent,
        Self::File,
        Self::Files,
    ];

    /// As it is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::LongText => "long-text",
            Self::Email => "email",
            Self::Choice => "choice",
            Self::Several => "several",
            Self::Number => "number",
            Self::Date => "date",
            Self::YesNo => "yes-no",
            Self::Rating => "rating",
            Self::Consent => "consent",
            Self::File => "file",
            Self::Files => "files",
        }
    }

    /// As people who build forms read it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Text => "A line of text",
            Self::LongText => "Several lines",
            Self::Email => "An address for mail",
            Self::Choice => "One of a list",
            Self::Several => "Any of a list",
            Self::Number => "A number",
            Self::Date => "A day",
            Self::YesNo => "Yes or no",
            Self::Rating => "A mark from 1 to 7",
            Self::Consent => "A consent to tick",
            Self::File => "A file",
            Self::Files => "Several files",
        }
    }

    /// From its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Whether it has a list to choose from.
    pub const fn has_choices(self) -> bool {
        matches!(self, Self::Choice | Self::Several)
    }

    /// Whether files are sent in it.
    pub const fn is_file(self) -> bool {
        matches!(self, Self::File | Self::Files)
    }
}

/// Facts of the record that a field can be written into, with the words for whoever builds forms.
pub const TARGETS: [(&str, &str); 13] = [
    ("contact.name", "Contact: name"),
    ("contact.position", "Contact: position"),
    ("contact.email", "Contact: address for mail"),
    ("contact.phone", "Contact: phone"),
    ("contact.channel", "Contact: preferred channel"),
    ("contact.style", "Contact: preferred style"),
    ("contact.language", "Contact: language"),
    ("client.name", "Client: name"),
    ("client.website", "Client: web site"),
    ("client.phone", "Client: phone"),
    ("client.address", "Client: address"),
    ("client.country", "Client: country"),
    ("client.industry", "Client: industry"),
];

/// What a field goes to that lays its files among the documents of the client.
pub const DOCUMENTS: &str = "documents";
/// Before the purpose that a field asks consent for.
pub const CONSENT: &str = "consent.";

/// A field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Known within its form: `f3`.
    pub id: String,
    /// What stands in it.
    pub kind: FieldKind,
    /// What it is called; for a consent the words that are agreed to.
    pub label: String,
    /// A sentence under it.
    #[serde(default)]
    pub help: String,
    /// Whether it must be filled in.
    #[serde(default)]
    pub required: bool,
    /// What can be chosen.
    #[serde(default)]
    pub choices: Vec<String>,
    /// Where it goes in the record: a fact of [`TARGETS`], `own.` and the id of a field of the company's own, [`CONSENT`] and a purpose,
    /// [`DOCUMENTS`], or nothing.
    #[serde(default)]
    pub maps: String,
}

/// A form as it is designed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Design {
    /// Its title.
    pub title: String,
    /// What stands above the fields.
    #[serde(default)]
    pub intro: String,
    /// What is said at the end.
    #[serde(default)]
    pub thanks: String,
    /// Its fields, in order.
    #[serde(default)]
    pub fields: Vec<Field>,
}

impl Design {
    /// From its stored text.
    pub fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// As it is stored.
    pub(crate) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// An id that no field has yet.
    pub(crate) fn free_id(&self) -> String {
        let taken = |number: &usize| {
            let id = format!("f{number}");
            self.fields.iter().any(|field| field.id == id)
        };
        // Of one more than there are fields one is free.
        let mut numbers = 1..=self.fields.len() + 1;
        let number = numbers.find(|number| !taken(number)).unwrap_or_default();
        format!("f{number}")
    }

    /// How many fields hold something, and how many there are.
    pub fn progress(&self, filled: &[(String, String)]) -> (usize, usize) {
        let holds = |field: &&Field| {
            let mut values = filled.iter().filter(|(id, _)| *id == field.id);
            values.any(|(_, value)| !value.trim().is_empty())
        };
        (self.fields.iter().filter(holds).count(), self.fields.len())
    }
}

/// Why a value cannot stand: the key of the words that say so.
pub type Wrong = &'static str;

impl Field {
    /// What was filled in, as it is kept.
    ///
    /// # Errors
    ///
    /// The key of the words that say why it cannot stand.
    pub fn fitting(&self, values: &[&str]) -> Result<String, Wrong> {
        if self.kind.is_file() {
            return self.fitting_files(values);
        }
        let value = values.first().map_or("", |one| one.trim());
        if value.is_empty() {
            return if self.required {
                Err("wrong.required")
            } else {
                Ok(String::new())
            };
        }
        let letters = value.chars().count();
        let fits = match self.kind {
            _ if self.is_address() => letters <= LONGEST_LINE && kept_mail::is_address(value),
            FieldKind::Text | FieldKind::Email => letters <= LONGEST_LINE && !value.contains('\n'),
            FieldKind::LongText => letters <= LONGEST_TEXT,
            FieldKind::Choice => self.choices.iter().any(|one| one == value),
            FieldKind::Several => {
                let known = |one: &&str| self.choices.iter().any(|other| other == one.trim());
                if !values.iter().all(known) {
                    return Err("wrong.choice");
                }
                return Ok(values.join("\n"));
            }
            FieldKind::Number => {
                let plain = value.replace(',', ".");
                letters <= 40 && plain.parse::<f64>().is_ok_and(f64::is_finite)
            }
            FieldKind::Date => value.parse::<Date>().is_ok(),
            FieldKind::YesNo => matches!(value, "yes" | "no"),
            FieldKind::Rating => value
                .parse::<u8>()
                .is_ok_and(|one| (1..=BEST).contains(&one)),
            FieldKind::Consent => value == "yes",
            FieldKind::File | FieldKind::Files => false,
        };
        if fits {
            Ok(value.replace("\r\n", "\n"))
        } else {
            Err(match self.kind {
                _ if self.is_address() => "wrong.email",
                FieldKind::Text | FieldKind::LongText => "wrong.long",
                FieldKind::Number => "wrong.number",
                FieldKind::Date => "wrong.date",
                _ => "wrong.choice",
            })
        }
    }

    /// The names of the files that were sent, one a line.
    fn fitting_files(&self, names: &[&str]) -> Result<String, Wrong> {
        match (self.kind, names.len()) {
            (_, 0) if self.required => Err("wrong.no_file"),
            (FieldKind::File, 2..) => Err("wrong.one_file"),
            _ => Ok(names.join("\n")),
        }
    }

    /// The purpose that it asks consent for; none: it asks for none.
    pub fn purpose(&self) -> Option<&str> {
        let purpose = self.maps.strip_prefix(CONSENT);
        purpose.filter(|_| self.kind == FieldKind::Consent)
    }

    /// Whether an address for mail stands in it: by its kind, or since the record takes it for one. Forms from before there was the kind
    /// ask for it in a line.
    pub fn is_address(&self) -> bool {
        let of_contact = self.kind == FieldKind::Text && self.maps == "contact.email";
        of_contact || self.kind == FieldKind::Email
    }

    /// Whether its files are laid among the documents of the client.
    pub fn is_document(&self) -> bool {
        self.kind.is_file() && self.maps == DOCUMENTS
    }

    /// The words that are agreed to, as they stand on the page.
    pub fn wording(&self) -> String {
        if self.help.is_empty() {
            self.label.clone()
        } else {
            format!("{}\n{}", self.label, self.help)
        }
    }
}

/// A value of an answer, with the field that it stands in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The field.
    pub field: String,
    /// What was filled in; empty: nothing.
    pub value: String,
}

/// A form as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormRow {
    /// Its identity.
    pub id: FormId,
    /// What it is for.
    pub kind: FormKind,
    /// The language of its words.
    pub language: String,
    /// As it is being written.
    pub design: Design,
    /// The version that is filled in; 0: none yet.
    pub version: u32,
    /// Counts its changes.
    pub revision: u32,
    /// Since when anybody may fill it in.
    pub public_at: Option<Instant>,
    /// The sites that may show it within their pages.
    pub sites: String,
    /// When it was made.
    pub made_at: Instant,
    /// The design that is filled in, where there is one.
    pub published: Option<Design>,
    /// After so many working days a personal form is asked for again.
    pub remind_days: u32,
    /// And so often at most.
    pub remind_times: u32,
}

impl FromRow for FormRow {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let published: Option<String> = row.get(9)?;
        Ok(Self {
            id: FormId(row.get(0)?),
            kind: FormKind::named(row.get(1)?).unwrap_or(FormKind::Other),
            language: row.get(2)?,
            design: Design::read(row.get(3)?),
            version: row.get(4)?,
            revision: row.get(5)?,
            public_at: row.get(6)?,
            sites: row.get(7)?,
            made_at: row.get(8)?,
            published: published.map(|text| Design::read(&text)),
            remind_days: row.get(10)?,
            remind_times: row.get(11)?,
        })
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its identity.
    pub id: Id,
    /// The form.
    pub form: FormId,
    /// Which version was filled in.
    pub version: u32,
    /// Whose it is, where that is known.
    pub client: Option<ClientId>,
    /// The client's name.
    pub client_name: Option<String>,
    /// Who filled it in.
    pub contact: Option<ContactId>,
    /// Their name.
    pub contact_name: Option<String>,
    /// When.
    pub given_at: Instant,
    /// What.
    pub given: Vec<Given>,
    /// What changed in the record by it.
    pub changes: Vec<Turned>,
    /// Why it is held; none: it is not.
    pub held: Option<String>,
    /// When it was written into the record.
    pub taken_at: Option<Instant>,
    /// When somebody of ours has looked.
    pub seen_at: Option<Instant>,
    /// The design that was filled in.
    pub design: Design,
}

impl Answer {
    /// What was filled into a field.
    pub fn value(&self, field: &str) -> &str {
        let found = self.given.iter().find(|one| one.field == field);
        found.map_or("", |one| one.value.as_str())
    }
}

/// A fact before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turned {
    /// Whose.
    pub of: String,
    /// Which.
    pub field: String,
    /// As it stood.
    pub before: String,
    /// As it stands.
    pub after: String,
}

impl FromRow for Answer {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let (given, changes): (&str, &str) = (row.get(8)?, row.get(9)?);
        Ok(Self {
            id: row.get(0)?,
            form: FormId(row.get(1)?),
            version: row.get(2)?,
            client: row.get::<Option<Id>>(3)?.map(ClientId),
            client_name: row.get(4)?,
            contact: row.get::<Option<Id>>(5)?.map(ContactId),
            contact_name: row.get(6)?,
            given_at: row.get(7)?,
            given: serde_json::from_str(given).unwrap_or_default(),
            changes: serde_json::from_str(changes).unwrap_or_default(),
            held: row.get(10)?,
            taken_at: row.get(11)?,
            seen_at: row.get(12)?,
            design: Design::read(row.get(13)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Design, Field, FieldKind};

    fn field(kind: FieldKind, required: bool) -> Field {
        Field {
            id: "f1".into(),
            kind,
            label: "Words".into(),
            help: String::new(),
            required,
            choices: vec!["One".into(), "Two".into()],
            maps: String::new(),
        }
    }

    #[test]
    fn each_kind_takes_what_fits_and_nothing_else() {
        for (kind, right, wrong) in [
            (FieldKind::Text, "Words", "one\ntwo"),
            (FieldKind::Email, "ruth@brennan.example", "not an address"),
            (FieldKind::Choice, "One", "Three"),
            (FieldKind::Several, "Two", "Three"),
            (FieldKind::Number, "-1,5", "many"),
            (FieldKind::Date, "2026-03-02", "2026-02-30"),
            (FieldKind::YesNo, "no", "maybe"),
            (FieldKind::Rating, "7", "8"),
            (FieldKind::Consent, "yes", "no"),
        ] {
            assert_eq!(field(kind, true).fitting(&[right]).as_deref(), Ok(right));
            assert!(field(kind, true).fitting(&[wrong]).is_err(), "{kind:?}");
            assert_eq!(field(kind, true).fitting(&[""]), Err("wrong.required"));
            assert_eq!(field(kind, false).fitting(&[]), Ok(String::new()));
        }
        let both = field(FieldKind::Several, true).fitting(&["One", "Two"]);
        assert_eq!(both.as_deref(), Ok("One\nTwo"));
    }

    #[test]
    fn a_line_that_becomes_the_address_of_a_contact_is_one() {
        let line = Field {
            maps: "contact.email".into(),
            ..field(FieldKind::Text, false)
        };
        let fits = |value: &str| line.fitting(&[value]);
        assert_eq!(fits("not an address"), Err("wrong.email"));
        assert_eq!(fits("ruth@"), Err("wrong.email"));
        assert_eq!(fits(""), Ok(String::new()));
        assert_eq!(
            fits(" ruth@brennan.example ").as_deref(),
            Ok("ruth@brennan.example")
        );
        let plain = field(FieldKind::Text, false);
        assert_eq!(
            plain.fitting(&["not an address"]).as_deref(),
            Ok("not an address")
        );
    }

    #[test]
    fn a_file_is_one_and_files_are_some() {
        let names = ["a.pdf", "b.pdf"];
        assert_eq!(
            field(FieldKind::File, true).fitting(&[]),
            Err("wrong.no_file")
        );
        assert_eq!(
            field(FieldKind::File, false).fitting(&names),
            Err("wrong.one_file")
        );
        let both = field(FieldKind::Files, true).fitting(&names);
        assert_eq!(both.as_deref(), Ok("a.pdf\nb.pdf"));
    }

    #[test]
    fn how_far_a_form_is_says_what_holds_something() {
        let design = Design {
            fields: vec![
                field(FieldKind::Text, true),
                Field {
                    id: "f2".into(),
                    ..field(FieldKind::Several, false)
                },
            ],
            ..Design::default()
        };
        let of = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(design.progress(&[of("f1", " "), of("f9", "x")]), (0, 2));
        assert_eq!(
            design.progress(&[of("f1", "x"), of("f2", "One"), of("f2", "Two")]),
            (2, 2)
        );
    }
}
