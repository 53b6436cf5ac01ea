//! The portal, as the mails of requests lead clients to it.

use kept_clients::ContactId;
use kept_requests::ClientPages;
use kept_requests::model::RequestId;
use kept_store::{Read, StoreError};

/// The pages of clients.
pub struct Portal;

impl ClientPages for Portal {
    fn link(
        &self,
        read: &Read<'_>,
        (request, contact): (RequestId, ContactId),
    ) -> Result<Option<(String, String)>, StoreError> {
        kept_portal::request_link(read, request.0, contact)
    }
}
