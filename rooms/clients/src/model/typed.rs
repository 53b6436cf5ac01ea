//! What was typed about a client or a contact, and what it means.

use jiff::tz::TimeZone;
use kept_accounts::model::{PersonId, TeamId};
use kept_language::Register;
use kept_rooms::FieldError;
use serde::Deserialize;

use super::{ClientKind, LANGUAGE, LONGEST_NAME, OtherPhone, folded_email, folded_phone};

/// The most letters of a fact in one line.
pub const LONGEST_LINE: usize = 200;
/// The most letters of an address, an alert or a note about somebody.
pub const LONGEST_LINES: usize = 2_000;
/// The most days of a rhythm.
const LONGEST_RHYTHM: u32 = 730;

/// Something that was typed and cannot stand: at which field, and how to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(pub &'static str, pub String);

impl From<Fault> for FieldError {
    fn from(fault: Fault) -> Self {
        Self {
            field: fault.0,
            words: fault.1,
        }
    }
}

/// A client as somebody typed it, in a form or in JSON. What is left out when it is changed stays; an empty text takes it away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewClient)]
pub struct Typed {
    /// Its name.
    #[schema(example = "Aalto Dairy")]
    pub name: Option<String>,
    /// company or person.
    #[schema(example = "company")]
    pub kind: Option<String>,
    /// Its web site.
    #[schema(example = "https://aalto.example")]
    pub website: Option<String>,
    /// The number of its switchboard.
    #[schema(example = "+358 3 123 4567")]
    pub phone: Option<String>,
    /// Where it sits.
    #[schema(example = "Satamakatu 1, Tampere")]
    pub address: Option<String>,
    /// Its country.
    #[schema(example = "Finland")]
    pub country: Option<String>,
    /// What it does.
    #[schema(example = "Food")]
    pub industry: Option<String>,
    /// Its zone; none: the company's.
    #[schema(example = "Europe/Helsinki")]
    pub zone: Option<String>,
    /// Its language: two or three letters.
    #[schema(example = "en")]
    pub language: Option<String>,
    /// How it wants to be reached: a word of the vocabulary.
    #[schema(example = "email")]
    pub channel: Option<String>,
    /// How it wants to be spoken to.
    #[schema(example = "Short, figures first")]
    pub style: Option<String>,
    /// How many days may pass between two contacts.
    #[serde(default, deserialize_with = "days")]
    #[schema(schema_with = days_schema, required = false)]
    pub rhythm_days: Option<String>,
    /// What everybody should know before they write or call.
    #[schema(example = "Never call before 13:00 their time")]
    pub alert: Option<String>,
    /// The account manager: a person's id.
    #[schema(example = "019c0fbd-7340-7fff-bfff-fffffffffff0")]
    pub owner: Option<String>,
    /// The team that it belongs to: its id.
    #[schema(example = json!(null))]
    pub team: Option<String>,
}

/// A number of days: as one, or as a text, which is how it was sent once and how an empty one takes it away.
fn days<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a number of days")]
    enum Days {
        Number(i64),
        Text(String),
    }
    let days = Option::<Days>::deserialize(from)?;
    Ok(days.map(|days| match days {
        Days::Number(days) => days.to_string(),
        Days::Text(text) => text,
    }))
}

fn days_schema() -> utoipa::openapi::schema::Object {
    use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([
            Type::Integer,
            Type::String,
            Type::Null,
        ]))
        .description(Some(
            "How many days may pass between two contacts, from 1 to 730. The same as a text is taken too; an empty text takes it away.",
        ))
        .examples([serde_json::json!(30)])
        .build()
}

/// A client that can be added, or as it shall be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// A company or a person.
    pub kind: ClientKind,
    /// Its name.
    pub name: String,
    /// Its web site.
    pub website: String,
    /// The number of its switchboard.
    pub phone: String,
    /// Where it sits.
    pub address: String,
    /// Its country.
    pub country: String,
    /// What it does.
    pub industry: String,
    /// Its zone; empty: the company's.
    pub zone: String,
    /// Its language; empty: `en`.
    pub language: String,
    /// How it wants to be reached.
    pub channel: Option<String>,
    /// How it wants to be spoken to.
    pub style: String,
    /// How many days may pass between two contacts.
    pub rhythm_days: Option<u32>,
    /// What everybody should know before they write or call.
    pub alert: Option<String>,
    /// The account manager.
    pub owner: Option<PersonId>,
    /// The team that it belongs to.
    pub team: Option<TeamId>,
}

impl Draft {
    /// A company of which no more is known.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// Its language.
    pub(crate) fn language(&self) -> &str {
        if self.language.is_empty() {
            LANGUAGE
        } else {
            &self.language
        }
    }

    /// All that a client says itself but what it is, by the names that forms use: what a list fills in and a merge takes over.
    pub(crate) const SAID: [&'static str; 14] = [
        "name", "website", "phone", "address", "country", "industry", "zone", "language",
        "channel", "style", "rhythm", "alert", "owner", "team",
    ];

    /// What stands under a name of [`Draft::SAID`], as text; empty where nothing does.
    pub(crate) fn says(&self, name: &str) -> String {
        match name {
            "name" => self.name.clone(),
            "alert" => self.alert.clone().unwrap_or_default(),
            "owner" => self.owner.map_or_else(String::new, |id| id.to_string()),
            "team" => self.team.map_or_else(String::new, |id| id.to_string()),
            _ => self
                .facts()
                .into_iter()
                .find(|(fact, _)| *fact == name)
                .map_or_else(String::new, |(_, value)| value),
        }
    }

    /// Puts a text there that [`Draft::says`] has given.
    pub(crate) fn put(&mut self, name: &str, text: &str) {
        let some = || (!text.is_empty()).then(|| text.to_owned());
        match name {
            "name" => text.clone_into(&mut self.name),
            "website" => text.clone_into(&mut self.website),
            "phone" => text.clone_into(&mut self.phone),
            "address" => text.clone_into(&mut self.address),
            "country" => text.clone_into(&mut self.country),
            "industry" => text.clone_into(&mut self.industry),
            "zone" => text.clone_into(&mut self.zone),
            "language" => text.clone_into(&mut self.language),
            "channel" => self.channel = some(),
            "style" => text.clone_into(&mut self.style),
            "rhythm" => self.rhythm_days = text.parse().ok(),
            "alert" => self.alert = some(),
            "owner" => self.owner = text.parse().ok(),
            "team" => self.team = text.parse().ok(),
            _ => {}
        }
    }

    /// The facts that have a source and an age, each by its name.
    pub(crate) fn facts(&self) -> [(&'static str, String); 10] {
        [
            ("website", self.website.clone()),
            ("phone", self.phone.clone()),
            ("address", self.address.clone()),
            ("country", self.country.clone()),
            ("industry", self.industry.clone()),
            ("zone", self.zone.clone()),
            ("language", self.language().to_owned()),
            ("channel", self.channel.clone().unwrap_or_default()),
            ("style", self.style.clone()),
            (
                "rhythm",
                self.rhythm_days
                    .map_or_else(String::new, |days| days.to_string()),
            ),
        ]
    }
}

/// Gathers what cannot stand while texts are read.
#[derive(Default)]
struct Reader(Vec<Fault>);

impl Reader {
    fn line(&mut self, field: &'static str, text: Option<&String>, most: usize, into: &mut String) {
        let Some(text) = text else { return };
        let text = text.trim();
        if text.chars().count() > most {
            self.0
                .push(Fault(field, format!("Shorten this to {most} letters.")));
        } else {
            *into = text.replace("\r\n", "\n");
        }
    }

    fn wrong(&mut self, field: &'static str, words: &str) {
        self.0.push(Fault(field, words.to_owned()));
    }

    fn name(&mut self, text: Option<&String>, into: &mut String) {
        self.line("name", text, LONGEST_NAME, into);
        if into.is_empty() {
            self.wrong("name", "Write a name, so that it can be found again.");
        }
    }

    fn channel(&mut self, register: &Register, text: Option<&String>, into: &mut Option<String>) {
        let Some(text) = text.map(|text| text.trim()) else {
            return;
        };
        if !text.is_empty() && !channels(register).iter().any(|one| one == text) {
            return self.wrong("channel", "Choose one of the channels of the vocabulary.");
        }
        *into = (!text.is_empty()).then(|| text.to_owned());
    }

    fn language(&mut self, text: Option<&String>, into: &mut String) {
        let Some(text) = text.map(|text| text.trim().to_lowercase()) else {
            return;
        };
        let fits =
            matches!(text.len(), 2 | 3) && text.bytes().all(|byte| byte.is_ascii_lowercase());
        if !text.is_empty() && !fits {
            return self.wrong(
                "language",
                "Write a language as two or three letters, like en or fi.",
            );
        }
        *into = text;
    }

    fn id<T: std::str::FromStr>(
        &mut self,
        field: &'static str,
        text: Option<&String>,
        into: &mut Option<T>,
    ) {
        let Some(text) = text.map(|text| text.trim()) else {
            return;
        };
        match text.parse() {
            Ok(id) => *into = Some(id),
            Err(_) if text.is_empty() => *into = None,
            Err(_) => self.wrong(field, "Choose one from the list."),
        }
    }
}

/// The channels of the vocabulary in force.
pub fn channels(register: &Register) -> Vec<String> {
    values(register, "client", "preferred channel")
}

/// The words of a choice.
pub(crate) fn values(register: &Register, noun: &str, name: &str) -> Vec<String> {
    let fact = register
        .noun(noun)
        .and_then(|noun| register.fact(noun, name));
    fact.map(|fact| register[fact].values.clone())
        .unwrap_or_default()
}

impl Typed {
    /// What it means for a client that stands so far like this. A new one begins as [`Draft::default`].
    ///
    /// # Errors
    ///
    /// Everything that cannot stand.
    pub fn understood(&self, register: &Register, before: Draft) -> Result<Draft, Vec<Fault>> {
        let (mut draft, mut reader) = (before, Reader::default());
        reader.name(self.name.as_ref(), &mut draft.name);
        if let Some(kind) = self
            .kind
            .as_deref()
            .map(str::trim)
            .filter(|kind| !kind.is_empty())
        {
            match ClientKind::named(kind) {
                Some(kind) => draft.kind = kind,
                None => reader.wrong("kind", "Say company or person."),
            }
        }
        reader.line(
            "website",
            self.website.as_ref(),
            LONGEST_LINE,
            &mut draft.website,
        );
        reader.line("phone", self.phone.as_ref(), LONGEST_LINE, &mut draft.phone);
        reader.line(
            "address",
            self.address.as_ref(),
            LONGEST_LINES,
            &mut draft.address,
        );
        reader.line(
            "country",
            self.country.as_ref(),
            LONGEST_LINE,
            &mut draft.country,
        );
        reader.line(
            "industry",
            self.industry.as_ref(),
            LONGEST_LINE,
            &mut draft.industry,
        );
        reader.line("zone", self.zone.as_ref(), LONGEST_LINE, &mut draft.zone);
        if !draft.zone.is_empty() && TimeZone::get(&draft.zone).is_err() {
            reader.wrong(
                "zone",
                "Write a zone like Europe/Helsinki, or nothing for your own.",
            );
        }
        reader.language(self.language.as_ref(), &mut draft.language);
        reader.channel(register, self.channel.as_ref(), &mut draft.channel);
        reader.line("style", self.style.as_ref(), LONGEST_LINE, &mut draft.style);
        if let Some(text) = self.rhythm_days.as_ref().map(|text| text.trim()) {
            match text.parse() {
                Ok(days) if (1..=LONGEST_RHYTHM).contains(&days) => draft.rhythm_days = Some(days),
                Err(_) if text.is_empty() => draft.rhythm_days = None,
                _ => reader.wrong(
                    "rhythm_days",
                    "Write a number of days from 1 to 730, or nothing.",
                ),
            }
        }
        let mut alert = draft.alert.take().unwrap_or_default();
        reader.line("alert", self.alert.as_ref(), LONGEST_LINE, &mut alert);
        draft.alert = (!alert.is_empty()).then_some(alert);
        reader.id("owner", self.owner.as_ref(), &mut draft.owner);
        reader.id("team", self.team.as_ref(), &mut draft.team);
        if reader.0.is_empty() {
            Ok(draft)
        } else {
            Err(reader.0)
        }
    }
}

/// A contact as somebody typed it, but for its further numbers: [`ContactDraft::reached_at`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedContact {
    /// Its name.
    pub name: Option<String>,
    /// What it does there.
    pub position: Option<String>,
    /// Its address.
    pub email: Option<String>,
    /// Its number.
    pub phone: Option<String>,
    /// How it wants to be reached: a word of the vocabulary.
    pub channel: Option<String>,
    /// How it wants to be spoken to.
    pub style: Option<String>,
    /// Its language: two or three letters.
    pub language: Option<String>,
    /// What else is good to know.
    pub note: Option<String>,
}

/// A contact that can be added, or as it shall be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactDraft {
    /// Its name.
    pub name: String,
    /// What it does there.
    pub position: String,
    /// Its address.
    pub email: String,
    /// The number that is called first.
    pub phone: String,
    /// Its further numbers.
    pub phones: Vec<OtherPhone>,
    /// How it wants to be reached.
    pub channel: Option<String>,
    /// How it wants to be spoken to.
    pub style: String,
    /// Its language; empty: `en`.
    pub language: String,
    /// What else is good to know.
    pub note: String,
}

impl TypedContact {
    /// What it means for a contact that stands so far like this.
    ///
    /// # Errors
    ///
    /// Everything that cannot stand.
    pub fn understood(
        &self,
        register: &Register,
        before: ContactDraft,
    ) -> Result<ContactDraft, Vec<Fault>> {
        let (mut draft, mut reader) = (before, Reader::default());
        reader.name(self.name.as_ref(), &mut draft.name);
        reader.line(
            "position",
            self.position.as_ref(),
            LONGEST_LINE,
            &mut draft.position,
        );
        reader.line("email", self.email.as_ref(), LONGEST_LINE, &mut draft.email);
        if !draft.email.is_empty() && folded_email(&draft.email).is_none() {
            reader.wrong(
                "email",
                "Write an address like sanna@aalto.example, or nothing.",
            );
        }
        reader.line("phone", self.phone.as_ref(), LONGEST_LINE, &mut draft.phone);
        if !draft.phone.is_empty() && folded_phone(&draft.phone).is_none() {
            reader.wrong("phone", "Write the whole number, with its country or area.");
        }
        reader.channel(register, self.channel.as_ref(), &mut draft.channel);
        reader.line("style", self.style.as_ref(), LONGEST_LINE, &mut draft.style);
        reader.language(self.language.as_ref(), &mut draft.language);
        reader.line("note", self.note.as_ref(), LONGEST_LINES, &mut draft.note);
        if reader.0.is_empty() {
            Ok(draft)
        } else {
            Err(reader.0)
        }
    }
}
