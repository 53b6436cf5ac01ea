//! A request as somebody typed it, and what it means.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use kept_clients::{ClientId, ContactId};
use kept_journal::InForce;
use kept_kernel::Instant;
use kept_rooms::FieldError;
use serde::Deserialize;

use super::words::is_choice;

/// The most letters of a subject.
pub const LONGEST_SUBJECT: usize = 200;
/// The most letters of what is said at once.
pub const LONGEST_TEXT: usize = 50_000;

/// A request to be opened, as JSON says it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRequest {
    /// The client, by its id; else say name and email of whoever asks.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub client: Option<String>,
    /// Who of the client asks, by id.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub contact: Option<String>,
    /// What whoever asks is called.
    #[serde(default)]
    #[schema(example = "Ruth Brennan")]
    pub name: Option<String>,
    /// Their address. Known ones are found again; for others a client is made, to be checked.
    #[serde(default)]
    #[schema(example = "ruth@brennan-pumps.example")]
    pub email: Option<String>,
    /// By which way it came, in the words of the vocabulary; API when left out.
    #[serde(default)]
    #[schema(schema_with = channel_schema, required = false)]
    pub channel: Option<String>,
    /// What it is about.
    #[schema(example = "Invoice 1182 is wrong")]
    pub subject: String,
    /// What the client said.
    #[serde(default)]
    #[schema(example = "We were billed for twelve scales and have eleven.")]
    pub body: String,
    /// What kind of request it is.
    #[serde(default)]
    #[schema(example = "billing")]
    pub category: Option<String>,
    /// How soon the client needs it: low, medium, high.
    #[serde(default)]
    #[schema(example = "high")]
    pub urgency: Option<String>,
    /// How much depends on it: low, medium, high.
    #[serde(default)]
    #[schema(example = "medium")]
    pub impact: Option<String>,
    /// When the client spoke or wrote; now when left out. Clocks run from then.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub contacted_at: Option<String>,
}

/// The ways by which a request can come, in the words of the vocabulary that ships.
const CHANNELS: [&str; 9] = [
    "phone",
    "in person",
    "email",
    "portal",
    "web form",
    "chat",
    "API",
    "letter",
    "social media",
];

fn channel_schema() -> utoipa::openapi::schema::Object {
    use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
    let words = CHANNELS.iter().map(|word| serde_json::json!(word));
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .enum_values(Some(words.chain([serde_json::Value::Null])))
        .description(Some(
            "By which way it came, in capitals or not; API when left out. A company may have further words in its vocabulary.",
        ))
        .examples([serde_json::json!("API")])
        .build()
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asker {
    /// A client that is known, and maybe who of them.
    Known(ClientId, Option<ContactId>),
    /// Somebody by name and address.
    Stranger {
        /// What they are called.
        name: String,
        /// Their address; may be empty.
        email: String,
    },
}

/// What the client is told to expect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// When we expect to be done.
    pub done_at: Option<Instant>,
    /// When we will write again.
    pub update_at: Option<Instant>,
    /// Why neither is known yet.
    pub reason: Option<String>,
}

impl Expected {
    /// Whether it says anything.
    pub const fn is_something(&self) -> bool {
        self.done_at.is_some() || self.update_at.is_some() || self.reason.is_some()
    }
}

/// A request that can be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Who asks.
    pub asker: Asker,
    /// By which way.
    pub channel: String,
    /// What it is about.
    pub subject: String,
    /// What was said.
    pub body: String,
    /// What kind it is.
    pub category: Option<String>,
    /// How soon.
    pub urgency: Option<String>,
    /// How much depends on it.
    pub impact: Option<String>,
    /// When the client spoke or wrote.
    pub contacted_at: Instant,
    /// It was read back to the client, who confirmed it.
    pub read_back: bool,
    /// What they were told to expect.
    pub expected: Expected,
}

/// Something that was typed and cannot stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Nobody asks.
    #[error("Choose a client, or write the address of whoever asks.")]
    NoAsker,
    /// No such client in reach.
    #[error("There is no such client within your reach. Look for it again.")]
    UnknownClient,
    /// No such contact of the client.
    #[error("Choose one of the client's contacts, or nobody.")]
    UnknownContact,
    /// Not an address.
    #[error("Write the address like name@example.org.")]
    NoAddress,
    /// No subject.
    #[error("Say in a few words what it is about.")]
    NoSubject,
    /// Too long a subject.
    #[error("Shorten the subject to {LONGEST_SUBJECT} letters.")]
    LongSubject,
    /// No words.
    #[error("Write what the client asks for.")]
    NoBody,
    /// Too many words.
    #[error("Shorten this to {LONGEST_TEXT} letters, or attach a file.")]
    LongBody,
    /// Not one of the vocabulary's channels.
    #[error("Choose the way by which it came.")]
    UnknownChannel,
    /// Not one of the vocabulary's categories.
    #[error("Choose one of the categories.")]
    UnknownCategory,
    /// Not one of the vocabulary's urgencies.
    #[error("Choose how soon the client needs it: low, medium or high.")]
    UnknownUrgency,
    /// Not one of the vocabulary's impacts.
    #[error("Choose how much depends on it: low, medium or high.")]
    UnknownImpact,
    /// Not a time, or one to come.
    #[error("Write a time that has been, like 2026-03-02T09:15Z.")]
    NoContactTime,
    /// Not a time to come.
    #[error("Write a time to come, like 2026-03-02T16:00.")]
    NoExpectedTime,
    /// Not a time to come.
    #[error("Write a time to come, like 2026-03-02T16:00.")]
    NoUpdateTime,
    /// Not a time to come.
    #[error("Write a time to come, like 2026-03-02T09:00.")]
    NoSendTime,
    /// Not a time to come.
    #[error("Write a time to come, like 2026-03-02T09:00.")]
    NoWakeTime,
    /// Not a day.
    #[error("Write a day like 2026-03-02.")]
    NoDay,
    /// Neither a time nor a reason.
    #[error(
        "Say when we expect to be done, when we will write again, or why neither is known yet."
    )]
    NothingExpected,
    /// Words are missing.
    #[error("Write what is to be said.")]
    NoText,
    /// A word of the house is missing.
    #[error("Write what is not said here, or what is a word of yours.")]
    NoWord,
    /// Not addresses.
    #[error("Write up to 20 addresses, with commas between them.")]
    BadCc,
    /// An address of ours.
    #[error(
        "One of these is an address of this house. Leave it out: whoever works here reads the request itself."
    )]
    OwnCc,
    /// No such mailbox.
    #[error("Choose one of the mailboxes. This one is not in use any longer.")]
    UnknownMailbox,
    /// A gap of a template is left.
    #[error("Fill in [[{0}]] first.")]
    Gap(&'static str),
    /// Why it goes by another way is missing.
    #[error("Say why it goes by another way than the contact prefers.")]
    NoOtherwise,
    /// A reason is missing.
    #[error("Say why.")]
    NoReason,
    /// What was done is missing.
    #[error("Write down what was done, so that the next colleague finds it.")]
    NoResolution,
    /// No such person.
    #[error("Choose somebody who works here.")]
    UnknownPerson,
    /// No such team.
    #[error("Choose one of the teams.")]
    UnknownTeam,
    /// A skill, and nobody to be found by it.
    #[error(
        "A skill counts where the rule finds somebody of the team: in turn, or with the least open."
    )]
    SkillWithoutChoice,
    /// Not a department.
    #[error("Choose one of the departments.")]
    UnknownDepartment,
    /// No such request in reach.
    #[error("There is no such request within your reach. Write its number like R-1042.")]
    UnknownRequest,
    /// No word.
    #[error("Write a tag of up to 40 letters, without commas.")]
    BadTag,
    /// Not a step.
    #[error("Choose one of the steps.")]
    UnknownStep,
    /// Not sites.
    #[error("{}", kept_visitors::SITES_LIKE)]
    BadSites,
}

impl Fault {
    /// The field where it stands.
    pub const fn field(self) -> &'static str {
        match self {
            Self::NoAsker | Self::UnknownClient => "client",
            Self::UnknownContact => "contact",
            Self::NoAddress => "email",
            Self::NoSubject | Self::LongSubject => "subject",
            Self::NoBody | Self::LongBody => "body",
            Self::UnknownChannel => "channel",
            Self::UnknownCategory => "category",
            Self::UnknownUrgency => "urgency",
            Self::UnknownImpact => "impact",
            Self::NoContactTime => "contacted_at",
            Self::NoExpectedTime | Self::NothingExpected => "expected_at",
            Self::NoUpdateTime => "update_at",
            Self::NoSendTime => "send_at",
            Self::NoWakeTime => "until",
            Self::NoDay => "due_on",
            Self::NoText | Self::Gap(_) => "text",
            Self::NoWord => "avoid",
            Self::BadCc | Self::OwnCc => "cc_to",
            Self::UnknownMailbox => "mailbox",
            Self::NoOtherwise => "otherwise",
            Self::NoReason => "reason",
            Self::NoResolution => "resolution",
            Self::UnknownPerson => "assignee",
            Self::UnknownTeam => "team",
            Self::SkillWithoutChoice => "skill",
            Self::UnknownDepartment => "department",
            Self::UnknownRequest => "other",
            Self::BadTag => "tag",
            Self::BadSites => "sites",
            Self::UnknownStep => "step",
        }
    }
}

impl From<Fault> for FieldError {
    fn from(fault: Fault) -> Self {
        Self {
            field: fault.field(),
            words: fault.to_string(),
        }
    }
}

impl NewRequest {
    /// What it means, under the SOPs in force.
    ///
    /// # Errors
    ///
    /// Everything that cannot stand.
    pub fn understood(&self, rules: &InForce, now: Instant) -> Result<Draft, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut fault = |found: bool, fault: Fault| faults.extend(found.then_some(fault));
        let subject = self.subject.trim();
        fault(subject.is_empty(), Fault::NoSubject);
        fault(
            subject.chars().count() > LONGEST_SUBJECT,
            Fault::LongSubject,
        );
        fault(self.body.chars().count() > LONGEST_TEXT, Fault::LongBody);
        let channel = some(self.channel.as_ref()).unwrap_or("API");
        let knows = |name, word: Option<&str>| {
            word.is_none_or(|word| is_choice(&rules.register, name, word))
        };
        fault(!knows("channel", Some(channel)), Fault::UnknownChannel);
        let [category, urgency, impact] =
            [&self.category, &self.urgency, &self.impact].map(|word| some(word.as_ref()));
        fault(!knows("category", category), Fault::UnknownCategory);
        fault(!knows("urgency", urgency), Fault::UnknownUrgency);
        fault(!knows("impact", impact), Fault::UnknownImpact);
        let zone = rules.program.company_calendar().time_zone();
        let contacted_at = some(self.contacted_at.as_ref()).map(|text| instant_of(text, zone));
        let is_past = |at: &Option<Instant>| at.is_some_and(|at| at <= now);
        fault(
            contacted_at.as_ref().is_some_and(|at| !is_past(at)),
            Fault::NoContactTime,
        );
        let asker = self.asker();
        faults.extend(asker.as_ref().err());
        match asker {
            Ok(asker) if faults.is_empty() => Ok(Draft {
                asker,
                channel: channel.to_owned(),
                subject: subject.to_owned(),
                body: self.body.trim().replace("\r\n", "\n"),
                category: category.map(str::to_owned),
                urgency: urgency.map(str::to_owned),
                impact: impact.map(str::to_owned),
                contacted_at: contacted_at.flatten().unwrap_or(now),
                read_back: false,
                expected: Expected::default(),
            }),
            _ => Err(faults),
        }
    }

    fn asker(&self) -> Result<Asker, Fault> {
        if let Some(client) = some(self.client.as_ref()) {
            let client = client.parse().map_err(|_| Fault::UnknownClient)?;
            let contact = some(self.contact.as_ref()).map(str::parse).transpose();
            let contact = contact.map_err(|_| Fault::UnknownContact)?;
            return Ok(Asker::Known(client, contact));
        }
        let (name, email) = (some(self.name.as_ref()), some(self.email.as_ref()));
        let email = email.unwrap_or_default();
        if email.is_empty() && name.is_none() {
            return Err(Fault::NoAsker);
        }
        if !email.is_empty() && !looks_like_address(email) {
            return Err(Fault::NoAddress);
        }
        Ok(Asker::Stranger {
            name: name.unwrap_or_default().to_owned(),
            email: email.to_owned(),
        })
    }
}

fn some(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// As much as can be said of an address before a mail was sent there.
fn looks_like_address(text: &str) -> bool {
    let clean = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let parts = text.rsplit_once('@');
    clean
        && text.len() <= 254
        && parts.is_some_and(|(name, host)| {
            !name.is_empty() && host.contains('.') && !host.ends_with('.')
        })
}

/// A time as programs and forms write it: with its offset, or in this zone.
pub fn instant_of(text: &str, zone: &TimeZone) -> Option<Instant> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(Instant::from_timestamp(at));
    }
    let civil: DateTime = text.parse().ok()?;
    let zoned = civil.to_zoned(zone.clone()).ok()?;
    Some(Instant::from_timestamp(zoned.timestamp()))
}
