//! The portal joined with the other rooms: mails of requests lead clients to it, and forms that wait for them stand in it.

use kept_clients::{ClientId, ContactId};
use kept_forms::model::Design;
use kept_portal::{Beside, Waiting};
use kept_requests::ClientPages;
use kept_requests::model::RequestId;
use kept_store::{Read, StoreError};
use kept_ui::Tongue;
use kept_world::World;

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

/// The forms that wait for a contact.
pub struct Forms {
    pub room: kept_forms::Room,
    pub world: World,
}

impl Beside for Forms {
    fn waiting(
        &self,
        read: &Read<'_>,
        of: (ClientId, ContactId),
        _: Tongue,
    ) -> Result<Vec<Waiting>, StoreError> {
        let waiting = kept_forms::waiting(read, of, self.world.now())?;
        let shown = waiting
            .into_iter()
            .filter_map(|(_, sealed, design, since)| {
                Some(Waiting {
                    title: Design::read(&design).title,
                    href: self.room.path(&sealed)?,
                    since,
                })
            });
        Ok(shown.collect())
    }
}
