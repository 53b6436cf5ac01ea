//! Where mail is brought to: whoever keeps the requests. This room knows what a mail is and which conversation it belongs to; what
//! becomes of a request then, the desk knows.

use kept_accounts::access::Scope;
use kept_accounts::model::PersonId;
use kept_kernel::{Id, Instant};
use kept_mail::reading::Verdict;
use kept_rooms::About;
use kept_store::{AsStore, Read, StoreError, Write};

/// Whoever keeps the requests. The program joins it with this room.
pub trait Desk: Send + Sync {
    /// Ids, time and whatever else a step in a transaction needs, made outside of it.
    fn prepare(&self) -> Box<dyn Step>;

    /// The request on which a message stands that left the house under this id.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn of_message(&self, read: &Read<'_>, message: Id) -> Result<Option<Id>, StoreError>;

    /// How a request stands, or the one that it lives on as.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn standing(&self, read: &Read<'_>, request: Id) -> Result<Option<Standing>, StoreError>;

    /// The request that people call by this number.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn numbered(&self, read: &Read<'_>, number: u64) -> Result<Option<Id>, StoreError>;

    /// Whether whoever has this address takes part in a request.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn takes_part(&self, read: &Read<'_>, request: Id, email: &str) -> Result<bool, StoreError>;

    /// Whether a request is within reach.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn in_reach(&self, read: &Read<'_>, scope: &Scope, request: Id) -> Result<bool, StoreError>;

    /// The requests of a client or a contact.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn requests_of(&self, read: &Read<'_>, about: About) -> Result<Vec<Id>, StoreError>;

    /// The addresses from which the house itself writes, beside those of its mailboxes, in small letters.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn own_addresses(&self, read: &Read<'_>) -> Result<Vec<String>, StoreError>;

    /// A request has changed: pages that show it are told, after the commit.
    fn changed(&self, request: Option<Id>);
}

/// What one mail does, in the transaction of its row. Each is done once at most.
pub trait Step: Send + Sync {
    /// Opens a request; `follows` is one that it comes of.
    ///
    /// # Errors
    ///
    /// [`DeskError`]
    fn open(
        &self,
        tx: &Write<'_>,
        mail: &Mail<'_>,
        follows: Option<Id>,
    ) -> Result<Placed, DeskError>;

    /// Adds it to a request.
    ///
    /// # Errors
    ///
    /// [`DeskError`]
    fn add(
        &self,
        tx: &Write<'_>,
        request: Id,
        mail: &Mail<'_>,
        counts: Counts,
    ) -> Result<Placed, DeskError>;

    /// Says on a request what a machine wrote.
    ///
    /// # Errors
    ///
    /// [`DeskError`]
    fn tell(&self, tx: &Write<'_>, request: Id, words: &str) -> Result<(), DeskError>;
}

/// How a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The request, or the one that it lives on as.
    pub request: Id,
    /// Since when it is closed.
    pub closed_at: Option<Instant>,
}

/// A mail as the desk sees it.
#[derive(Clone, Debug)]
pub struct Mail<'a> {
    /// Its identity here.
    pub id: Id,
    /// Its own id, without brackets.
    pub message_id: Option<&'a str>,
    /// The name of whoever says to have written it.
    pub name: &'a str,
    /// Their address; empty where there is none.
    pub email: &'a str,
    /// Its subject.
    pub subject: &'a str,
    /// What its sender is worth.
    pub verdict: Verdict,
    /// Its words.
    pub text: &'a str,
    /// Whether it can be shown as HTML too.
    pub has_html: bool,
    /// Who takes part by it, none of us: names and addresses.
    pub people: Vec<(&'a str, &'a str)>,
    /// Its files.
    pub files: Vec<MailFile<'a>>,
}

/// A file of a mail.
#[derive(Clone, Copy, Debug)]
pub struct MailFile<'a> {
    /// What it will be known by.
    pub id: Id,
    /// What it is called.
    pub name: &'a str,
    /// Its bytes.
    pub content: &'a [u8],
    /// Their SHA-256.
    pub sha256: &'a [u8; 32],
}

/// How the words of a mail count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// As the client's.
    Client,
    /// As the client's, on a request that is over and is open again.
    Reopens,
    /// As a note among us, by one of us.
    Note(PersonId),
}

/// Where a mail has got to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// On this request.
    pub request: Id,
    /// Its number.
    pub number: u64,
    /// As this message.
    pub message: Id,
}

/// Why the desk did not take it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DeskError {
    /// It cannot stand as it is.
    #[error("{0}")]
    Refused(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AsStore for DeskError {
    fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::Refused(_) => None,
        }
    }
}
