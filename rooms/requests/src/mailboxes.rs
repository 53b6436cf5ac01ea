//! The house's own addresses, from whoever keeps its mailboxes: a message leaves from one of them, and nobody is copied at one.

use kept_mail::Address;
use kept_store::{Read, StoreError};

/// Whoever keeps the mailboxes. The program joins it with this room.
pub trait Mailboxes: Send + Sync {
    /// The mailboxes in use, by name and address, in the order in which they are offered.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn in_use(&self, read: &Read<'_>) -> Result<Vec<Address>, StoreError>;

    /// All addresses at which the house reads or writes, folded.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn own(&self, read: &Read<'_>) -> Result<Vec<String>, StoreError>;
}

/// There are none.
pub(crate) struct NoMailboxes;

impl Mailboxes for NoMailboxes {
    fn in_use(&self, _: &Read<'_>) -> Result<Vec<Address>, StoreError> {
        Ok(Vec::new())
    }

    fn own(&self, _: &Read<'_>) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }
}
