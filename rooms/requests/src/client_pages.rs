//! Where clients look at their requests by themselves, from whoever has such pages: mails to them lead there.

use kept_clients::ContactId;
use kept_store::{Read, StoreError};

use crate::model::RequestId;

/// What a mail leads a client to its request for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LedTo {
    /// To see how it stands.
    See,
    /// To say whether what was done settles it.
    Settle,
}

/// Pages of clients. The program joins them with this room.
pub trait ClientPages: Send + Sync {
    /// The words and the path of a link to a request, for a contact; none: there is no such page for them. A mail may be read by others
    /// too, so that the path alone lets nobody in.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn link(
        &self,
        read: &Read<'_>,
        of: (RequestId, ContactId),
        led_to: LedTo,
    ) -> Result<Option<(String, String)>, StoreError>;
}

/// There are none.
pub(crate) struct NoPages;

impl ClientPages for NoPages {
    fn link(
        &self,
        _: &Read<'_>,
        _: (RequestId, ContactId),
        _: LedTo,
    ) -> Result<Option<(String, String)>, StoreError> {
        Ok(None)
    }
}
