//! The words of the room: clients and contacts, how they are named, recognised and kept.

mod keys;

use std::fmt;

use kept_accounts::model::{PersonId, TeamId};
use kept_kernel::{Id, IdError, Instant};
use kept_store::{FromRow, Row, StoreError, Value};

pub(crate) use keys::Keys;
pub use keys::{domain_of, folded, folded_email, folded_name, folded_phone};

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
    /// Its number.
    pub phone: Option<String>,
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
            channel: row.get(6)?,
            style: row.get(7)?,
            language: row.get(8)?,
            removed_at: row.get(9)?,
        })
    }
}
