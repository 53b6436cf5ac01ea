//! The words of the room: clients and contacts, how they are named, recognised and kept.

mod keys;
mod phones;
mod tiers;
mod typed;

use std::fmt;

use jiff::civil::Date;
use kept_accounts::model::{PersonId, TeamId};
use kept_kernel::{Id, IdError, Instant};
use kept_store::{FromRow, Row, StoreError, Value};

pub(crate) use keys::Keys;
pub use keys::{domain_of, folded, folded_email, folded_name, folded_phone};
pub use phones::OtherPhone;
pub(crate) use phones::{lines as phone_lines, of_lines as phones_of};
pub(crate) use tiers::{Engagement, by_revenue, first_day, tier_rule};
pub(crate) use typed::values;
pub use typed::{
    ContactDraft, Draft, Fault, LONGEST_LINE, LONGEST_LINES, Typed, TypedContact, channels,
};

/// The most letters of a name.
pub const LONGEST_NAME: usize = 160;
/// The language where nothing else is known.
pub const LANGUAGE: &str = "en";

macro_rules! ids {
    ($($(#[$note:meta])* $name:ident;)+) => {$(
        $(#[$note])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Id);

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(out)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.parse().map(Self)
            }
        }

        impl From<$name> for Value<'_> {
            fn from(id: $name) -> Self {
                Self::Id(id.0)
            }
        }
    )+};
}

ids! {
    /// A client.
    ClientId;
    /// A contact of a client.
    ContactId;
    /// A field of the company's own.
    FieldId;
}

/// What a client is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientKind {
    /// A company, an authority, a club.
    #[default]
    Company,
    /// Somebody for themselves.
    Person,
}

impl ClientKind {
    /// How it is stored, and read.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Person => "person",
        }
    }

    /// From its name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Company, Self::Person]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// Came in by itself, and nobody has looked at it.
pub(crate) const TO_CHECK: &str = "to-check";
/// Somebody has entered or checked it.
pub(crate) const KNOWN: &str = "known";

/// A client as it is shown beside what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCard {
    /// Its identity.
    pub id: ClientId,
    /// The number by which people call it.
    pub number: u64,
    /// Its name.
    pub name: String,
    /// Its tier, in the words of the vocabulary.
    pub tier: Option<String>,
    /// How much it does with us, in the words of the vocabulary.
    pub engagement: Option<String>,
    /// What it bought in the window of the SOP, in hundredths of the company's currency.
    pub revenue: Option<i64>,
    /// How it wants to be reached, in the words of the vocabulary.
    pub channel: Option<String>,
    /// How many days may pass between two contacts, where it has said so.
    pub rhythm_days: Option<u32>,
    /// Its zone; empty: the company's.
    pub zone: String,
    /// Its language, `en`.
    pub language: String,
    /// The account manager.
    pub owner: Option<(PersonId, String)>,
    /// The team that it belongs to.
    pub team: Option<TeamId>,
    /// What everybody should know before they write or call.
    pub alert: Option<String>,
    /// The client that it has become part of.
    pub merged_into: Option<ClientId>,
    /// When it was last changed.
    pub changed_at: Instant,
}

impl ClientCard {
    /// `C-1042`, as people call it.
    pub fn mark(&self) -> String {
        mark_of(self.number)
    }
}

/// `C-1042`
pub fn mark_of(number: u64) -> String {
    format!("C-{number}")
}

impl FromRow for ClientCard {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let (owner, name): (Option<Id>, Option<String>) = (row.get(10)?, row.get(11)?);
        Ok(Self {
            id: ClientId(row.get(0)?),
            number: row.get(1)?,
            name: row.get(2)?,
            tier: row.get(3)?,
            engagement: row.get(4)?,
            revenue: row.get(5)?,
            channel: row.get(6)?,
            rhythm_days: row.get(7)?,
            zone: row.get(8)?,
            language: row.get(9)?,
            owner: owner.map(|owner| (PersonId(owner), name.unwrap_or_default())),
            team: row.get::<Option<Id>>(12)?.map(TeamId),
            alert: row.get(13)?,
            merged_into: row.get::<Option<Id>>(14)?.map(ClientId),
            changed_at: row.get(15)?,
        })
    }
}

/// A contact as it is shown beside what it has said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactCard {
    /// Its identity.
    pub id: ContactId,
    /// The client that it belongs to.
    pub client: ClientId,
    /// Its name.
    pub name: String,
    /// What it does there.
    pub position: String,
    /// Its address.
    pub email: Option<String>,
    /// The number that is called first.
    pub phone: Option<String>,
    /// Its further numbers.
    pub phones: Vec<OtherPhone>,
    /// How it wants to be reached, in the words of the vocabulary.
    pub channel: Option<String>,
    /// How it wants to be spoken to.
    pub style: Option<String>,
    /// Its language, `en`.
    pub language: String,
    /// When it was taken off the client.
    pub removed_at: Option<Instant>,
}

impl FromRow for ContactCard {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: ContactId(row.get(0)?),
            client: ClientId(row.get(1)?),
            name: row.get(2)?,
            position: row.get(3)?,
            email: row.get(4)?,
            phone: row.get(5)?,
            phones: phones_of(row.get(13)?),
            channel: row.get(6)?,
            style: row.get(7)?,
            language: row.get(8)?,
            removed_at: row.get(9)?,
        })
    }
}

/// A client with all that its own row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// As others see it.
    pub card: ClientCard,
    /// A company or a person.
    pub kind: ClientKind,
    /// Whether nobody has looked at it since it came in by itself.
    pub to_check: bool,
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
    /// How it wants to be spoken to.
    pub style: String,
    /// Why it has its tier: `revenue`, `first year`, `by hand`.
    pub tier_because: Option<String>,
    /// Since when.
    pub tier_at: Option<Instant>,
    /// Until when it is set by hand.
    pub tier_until: Option<Instant>,
    /// How recently, how often and in how many ways it did something, each from 0 to 10.
    pub figures: Option<(u32, u32, u32)>,
    /// Counts its changes, from 1.
    pub revision: u32,
    /// When it was added.
    pub made_at: Instant,
    /// When it was put away.
    pub archived_at: Option<Instant>,
}

impl Client {
    /// As it was typed, for a form that changes it.
    pub fn draft(&self) -> Draft {
        Draft {
            kind: self.kind,
            name: self.card.name.clone(),
            website: self.website.clone(),
            phone: self.phone.clone(),
            address: self.address.clone(),
            country: self.country.clone(),
            industry: self.industry.clone(),
            zone: self.card.zone.clone(),
            language: self.card.language.clone(),
            channel: self.card.channel.clone(),
            style: self.style.clone(),
            rhythm_days: self.card.rhythm_days,
            alert: self.card.alert.clone(),
            owner: self.card.owner.as_ref().map(|(owner, _)| *owner),
            team: self.card.team,
        }
    }
}

impl FromRow for Client {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let kind: &str = row.get(16)?;
        let state: &str = row.get(17)?;
        let figures: (Option<u32>, Option<u32>, Option<u32>) =
            (row.get(27)?, row.get(28)?, row.get(29)?);
        Ok(Self {
            card: ClientCard::from_row(row)?,
            kind: ClientKind::named(kind).unwrap_or_default(),
            to_check: state == TO_CHECK,
            website: row.get(18)?,
            phone: row.get(19)?,
            address: row.get(20)?,
            country: row.get(21)?,
            industry: row.get(22)?,
            style: row.get(23)?,
            tier_because: row.get(24)?,
            tier_at: row.get(25)?,
            tier_until: row.get(26)?,
            figures: match figures {
                (Some(recency), Some(frequency), Some(breadth)) => {
                    Some((recency, frequency, breadth))
                }
                _ => None,
            },
            revision: row.get(30)?,
            made_at: row.get(31)?,
            archived_at: row.get(32)?,
        })
    }
}

/// A contact with all that its own row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// As others see it.
    pub card: ContactCard,
    /// What else is good to know.
    pub note: String,
    /// Counts its changes, from 1.
    pub revision: u32,
    /// When it was added.
    pub made_at: Instant,
}

impl Contact {
    /// As it was typed, for a form that changes it.
    pub fn draft(&self) -> ContactDraft {
        ContactDraft {
            name: self.card.name.clone(),
            position: self.card.position.clone(),
            email: self.card.email.clone().unwrap_or_default(),
            phone: self.card.phone.clone().unwrap_or_default(),
            phones: self.card.phones.clone(),
            channel: self.card.channel.clone(),
            style: self.card.style.clone().unwrap_or_default(),
            language: self.card.language.clone(),
            note: self.note.clone(),
        }
    }
}

impl FromRow for Contact {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            card: ContactCard::from_row(row)?,
            note: row.get(10)?,
            revision: row.get(11)?,
            made_at: row.get(12)?,
        })
    }
}

/// What stands in a field of the company's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A line of text.
    Text,
    /// A number.
    Number,
    /// A day.
    Date,
    /// One of a few words.
    Choice,
}

impl FieldKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Text, Self::Number, Self::Date, Self::Choice];

    /// How it is stored, and read.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Date => "date",
            Self::Choice => "choice",
        }
    }

    /// From its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// How to fill it in.
    pub(crate) const fn advice(self) -> &'static str {
        match self {
            Self::Text => "Shorten this to 200 letters.",
            Self::Number => "Write a number like 1,200 or 0.5.",
            Self::Date => "Write a day like 2026-03-02.",
            Self::Choice => "Choose one from the list.",
        }
    }
}

/// A field of the company's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its identity.
    pub id: FieldId,
    /// What it is called.
    pub label: String,
    /// What stands in it.
    pub kind: FieldKind,
    /// What can be chosen.
    pub choices: Vec<String>,
}

impl Field {
    /// A value as it can stand in it; none: it does not fit. An empty one always does.
    pub fn fitting(&self, value: &str) -> Option<String> {
        let value = value.trim();
        let fits = value.is_empty()
            || match self.kind {
                FieldKind::Text => value.chars().count() <= LONGEST_LINE,
                FieldKind::Number => value
                    .replace(',', "")
                    .parse::<f64>()
                    .is_ok_and(f64::is_finite),
                FieldKind::Date => value.parse::<Date>().is_ok(),
                FieldKind::Choice => self.choices.iter().any(|choice| choice == value),
            };
        fits.then(|| value.to_owned())
    }
}

impl FromRow for Field {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let kind: &str = row.get(2)?;
        let choices: &str = row.get(3)?;
        Ok(Self {
            id: FieldId(row.get(0)?),
            label: row.get(1)?,
            kind: FieldKind::named(kind).unwrap_or(FieldKind::Text),
            choices: choices.lines().map(str::to_owned).collect(),
        })
    }
}

/// A note about a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Its identity.
    pub id: Id,
    /// What it says.
    pub text: String,
    /// When it was written.
    pub written_at: Instant,
    /// By whom.
    pub written_by: Option<String>,
    /// Since when it stands above the timeline.
    pub pinned_at: Option<Instant>,
}

impl FromRow for Note {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            text: row.get(1)?,
            written_at: row.get(2)?,
            written_by: row.get(3)?,
            pinned_at: row.get(4)?,
        })
    }
}
