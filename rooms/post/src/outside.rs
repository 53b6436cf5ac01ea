//! What the room asks of others: how a mailbox signs its letters, which file goes with one, and who is told that one has left.

use kept_kernel::Id;
use kept_mail::{Enclosed, Identity};
use kept_store::{Read, StoreError};

/// What the program joins with this room.
pub trait Outside: Send + Sync {
    /// How the mailbox with this address signs its letters; none: it is not in use any longer.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn identity(&self, read: &Read<'_>, address: &str) -> Result<Option<Identity>, StoreError>;

    /// A file that goes with a letter; none: it was erased meanwhile.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn file(&self, read: &Read<'_>, id: Id) -> Result<Option<Enclosed>, StoreError>;

    /// Something became of a letter: pages that show it are told, after the commit.
    fn went(&self, parcel: Id);
}
