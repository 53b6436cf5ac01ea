//! What the room asks of others: how a mailbox signs its letters, which file goes with one, and who is told that one has left.

use kept_kernel::{Id, Instant};
use kept_mail::{Enclosed, Identity, Trouble};
use kept_store::{Read, StoreError, Write};
use zeroize::Zeroizing;

/// What the program joins with this room.
pub trait Outside: Send + Sync {
    /// How the mailbox with this address signs its letters; none: it is not in use any longer.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn identity(&self, read: &Read<'_>, address: &str) -> Result<Option<Identity>, StoreError>;

    /// The mailboxes in use: what they are known by, and their addresses.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn mailboxes(&self, read: &Read<'_>) -> Result<Vec<(Id, String)>, StoreError>;

    /// Whether somebody has allowed a mailbox at its provider, so that it can be signed in at without a password.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn is_allowed(&self, read: &Read<'_>, mailbox: Id) -> Result<bool, StoreError>;

    /// A token that its provider's server takes now. Waits for the network where a new one is needed.
    ///
    /// # Errors
    ///
    /// There is none, and what to do.
    fn token(&self, mailbox: Id) -> Result<Zeroizing<String>, Trouble>;

    /// A server did not take that token.
    fn token_refused(&self, mailbox: Id);

    /// A file that goes with a letter; none: it was erased meanwhile.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn file(&self, read: &Read<'_>, id: Id) -> Result<Option<Enclosed>, StoreError>;

    /// A letter was taken. It left under this id, and is known under these others too, which its server gave it.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn known_as(
        &self,
        tx: &Write<'_>,
        parcel: Id,
        ids: (&str, &[String]),
        at: Instant,
    ) -> Result<(), StoreError>;

    /// The number by which people call a record: `R-1042`. None: it has none, or nobody knows it. It says nothing of what the record is
    /// about.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn called(&self, read: &Read<'_>, noun: &str, id: &str) -> Result<Option<String>, StoreError>;

    /// Something became of a letter: pages that show it are told, after the commit.
    fn went(&self, parcel: Id);
}
