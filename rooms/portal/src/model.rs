//! The words of the room: how the portal stands, what a client reads there, what it allowed and said.

use kept_clients::ContactId;
use kept_kernel::{Id, Instant};
use kept_store::{FromRow, Row, StoreError};
use kept_ui::Tongue;
use serde::{Deserialize, Serialize};

/// How the portal stands, and how it looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PortalSettings {
    /// Since when clients come in; none: it is closed.
    pub opened_at: Option<Instant>,
    /// The name over its pages; empty: the company's own.
    pub name: String,
    /// The company's colour, `#0b6e6e`; empty: our own.
    pub colour: String,
    /// What stands over the door, in English.
    pub greeting_en: String,
    /// The same in German.
    pub greeting_de: String,
    /// Counts its changes.
    pub revision: u32,
}

impl PortalSettings {
    /// Whether clients come in.
    pub const fn is_open(&self) -> bool {
        self.opened_at.is_some()
    }

    /// What stands over the door.
    pub fn greeting(&self, tongue: Tongue) -> &str {
        match tongue {
            Tongue::En => &self.greeting_en,
            Tongue::De => &self.greeting_de,
        }
    }
}

impl FromRow for PortalSettings {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            opened_at: row.get(0)?,
            name: row.get(1)?,
            colour: row.get(2)?,
            greeting_en: row.get(3)?,
            greeting_de: row.get(4)?,
            revision: row.get(5)?,
        })
    }
}

/// What staff said of a contact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Since when they speak for their company here.
    pub speaks_since: Option<Instant>,
    /// Since when they are not let in.
    pub shut_at: Option<Instant>,
}

impl FromRow for Standing {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            speaks_since: row.get(0)?,
            shut_at: row.get(1)?,
        })
    }
}

/// A file that a client may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Document {
    pub(crate) id: Id,
    pub(crate) title: String,
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) added_at: Instant,
    pub(crate) added_by: Option<String>,
    /// For whom alone; none: all contacts of the client.
    pub(crate) contact: Option<ContactId>,
    pub(crate) contact_name: Option<String>,
}

impl FromRow for Document {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            title: row.get(1)?,
            name: row.get(2)?,
            size: row.get(3)?,
            added_at: row.get(4)?,
            added_by: row.get(5)?,
            contact: row.get::<Option<Id>>(6)?.map(ContactId),
            contact_name: row.get(7)?,
        })
    }
}

/// For what a contact may allow its data to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForWhat {
    /// To serve them.
    Service,
    /// To ask how it was.
    Survey,
    /// To tell them of offers.
    Marketing,
    /// To name them in public.
    Publication,
}

impl ForWhat {
    /// All of them, in the order of the vocabulary.
    pub const ALL: [Self; 4] = [
        Self::Service,
        Self::Survey,
        Self::Marketing,
        Self::Publication,
    ];

    /// As the vocabulary has it, and as it is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Survey => "survey",
            Self::Marketing => "marketing",
            Self::Publication => "publication",
        }
    }

    /// From its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// That a contact allowed something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Consent {
    pub(crate) id: Id,
    pub(crate) contact: ContactId,
    pub(crate) name: String,
    pub(crate) purpose: String,
    pub(crate) wording: String,
    pub(crate) source: String,
    pub(crate) given_at: Instant,
    pub(crate) withdrawn_at: Option<Instant>,
}

impl FromRow for Consent {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            contact: ContactId(row.get(1)?),
            name: row.get(2)?,
            purpose: row.get(3)?,
            wording: row.get(4)?,
            source: row.get(5)?,
            given_at: row.get(6)?,
            withdrawn_at: row.get(7)?,
        })
    }
}

/// A fact before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Turned {
    pub(crate) of: String,
    pub(crate) field: String,
    pub(crate) before: String,
    pub(crate) after: String,
}

/// What a client said of its details.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) id: Id,
    pub(crate) contact: ContactId,
    pub(crate) name: String,
    pub(crate) at: Instant,
    pub(crate) verified: bool,
    pub(crate) changes: Vec<Turned>,
    pub(crate) seen_at: Option<Instant>,
    pub(crate) seen_by: Option<String>,
}

impl FromRow for Change {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let changes: &str = row.get(5)?;
        Ok(Self {
            id: row.get(0)?,
            contact: ContactId(row.get(1)?),
            name: row.get(2)?,
            at: row.get(3)?,
            verified: row.get(4)?,
            changes: serde_json::from_str(changes).unwrap_or_default(),
            seen_at: row.get(6)?,
            seen_by: row.get(7)?,
        })
    }
}
