//! Where mail is brought to: whoever keeps the requests. This room knows what a mail is and which conversation it belongs to; what
//! becomes of a request then, the desk knows.

use kept_accounts::access::Scope;
use kept_kernel::{Id, Instant};
use kept_mail::{Counts, Mail, Placed, Standing};
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

    /// The categories that a request can have.
    fn categories(&self) -> Vec<String>;

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

    /// What was said between clients and us on requests within reach, by whatever way, before an instant and an id, the newest first;
    /// `page` is both of these, and how many at most.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn written(
        &self,
        read: &Read<'_>,
        scope: &Scope,
        narrowed: &Narrowed,
        page: ((Instant, Id), u32),
    ) -> Result<Vec<Written>, StoreError>;

    /// The words of these messages, in Markdown, whether or not they are within reach.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn texts(&self, read: &Read<'_>, messages: &[Id]) -> Result<Vec<(Id, String)>, StoreError>;

    /// The addresses from which the house itself writes, beside those of its mailboxes, in small letters.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn own_addresses(&self, read: &Read<'_>) -> Result<Vec<String>, StoreError>;

    /// A letter of ours came back to one of our mailboxes. True: it was sent to see whether it does, and has done its work.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn came_back(&self, tx: &Write<'_>, letter: Id, at: Instant) -> Result<bool, StoreError>;

    /// A request has changed: pages that show it are told, after the commit.
    fn changed(&self, request: Option<Id>);
}

/// To what a list of what was said is narrowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrowed {
    /// Ours alone, or the clients' alone.
    pub ours: Option<bool>,
    /// On these requests alone.
    pub requests: Option<Vec<Id>>,
}

/// Something that was said, as the desk knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The message; of a mail of ours its letter too.
    pub id: Id,
    /// Whether it is ours.
    pub ours: bool,
    /// By which way, in the words of the vocabulary.
    pub channel: String,
    /// The mail, where it came in as one.
    pub mail: Option<Id>,
    /// What the request is about.
    pub subject: String,
    /// The words, in Markdown.
    pub text: String,
    /// When it was written.
    pub at: Instant,
    /// The request that it stands on.
    pub request: Id,
    /// Who said it; empty: the program, or nobody knows.
    pub name: String,
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
