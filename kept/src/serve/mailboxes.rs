//! The addresses of the house, as requests write from them.

use kept_mail::Address;
use kept_requests::Mailboxes;
use kept_store::{Read, StoreError};

/// The mailboxes, and the address of the mail server.
pub struct Boxes;

impl Mailboxes for Boxes {
    fn in_use(&self, read: &Read<'_>) -> Result<Vec<Address>, StoreError> {
        let mut all = Vec::new();
        for (_, address) in kept_messages::addresses(read)? {
            let identity = kept_messages::identity(read, &address)?;
            all.extend(identity.map(|one| Address {
                name: one.name,
                email: one.email,
            }));
        }
        Ok(all)
    }

    fn own(&self, read: &Read<'_>) -> Result<Vec<String>, StoreError> {
        let boxes = kept_messages::addresses(read)?.into_iter();
        let boxes = boxes.map(|(_, address)| address);
        let all = boxes.chain(kept_post::own_address(read)?);
        Ok(all.map(|one| one.to_lowercase()).collect())
    }
}
