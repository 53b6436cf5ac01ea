//! The portal joined with the other rooms: mails of requests lead clients to it, and forms that wait for them stand in it.

use kept_accounts::Signed;
use kept_accounts::access::{Action, Scope};
use kept_accounts::commands::Act;
use kept_clients::{ClientId, ContactId, OpenRequest};
use kept_forms::{Allowed, By, Laid};
use kept_kernel::Id;
use kept_portal::commands::{NewConsent, NewDocument, has_withdrawn, keep_consent, lay_document};
use kept_portal::{Beside, Waiting};
use kept_requests::model::RequestId;
use kept_requests::{ClientPages, LedTo};
use kept_store::{Read, StoreError, Write};
use kept_ui::Tongue;
use kept_world::World;

/// The pages of clients.
pub struct Portal;

impl ClientPages for Portal {
    fn link(
        &self,
        read: &Read<'_>,
        (request, contact): (RequestId, ContactId),
        led_to: LedTo,
    ) -> Result<Option<(String, String)>, StoreError> {
        let settles = led_to == LedTo::Settle;
        kept_portal::request_link(read, (request.0, contact), settles)
    }
}

/// The requests on the page of a client.
pub struct OfClients;

impl kept_clients::Requests for OfClients {
    fn reach(&self, signed: &Signed) -> Scope {
        signed.scope(Action::ReadRequests)
    }

    fn open(
        &self,
        read: &Read<'_>,
        scope: &Scope,
        client: ClientId,
    ) -> Result<Vec<OpenRequest>, StoreError> {
        let open = kept_requests::read::open_of_client(read, scope, client)?;
        let line = |(id, name, state): (RequestId, String, String)| OpenRequest {
            href: format!("/requests/{id}"),
            name,
            state,
        };
        Ok(open.into_iter().map(line).collect())
    }

    fn all(&self, client: ClientId) -> String {
        format!("/requests?view=all&client={client}")
    }

    fn note(&self, signed: &Signed, client: ClientId) -> Option<String> {
        let may = signed.may(Action::HandleRequests);
        may.then(|| format!("/requests/new?client={client}"))
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
        let shown = waiting.into_iter().filter_map(|one| {
            Some(Waiting {
                href: self.room.path(&one.sealed)?,
                title: one.title,
                since: one.since,
                done: one.done,
            })
        });
        Ok(shown.collect())
    }
}

/// Consents and documents that forms bring: they stand with those of the portal.
pub struct Records;

impl kept_forms::Beside for Records {
    fn withdrawn(&self, read: &Read<'_>, of: (ContactId, &str)) -> Result<bool, StoreError> {
        has_withdrawn(read, of)
    }

    fn allow(&self, tx: &Write<'_>, by: By, allowed: Allowed<'_>) -> Result<bool, StoreError> {
        let [entry, id, event] = by.ids;
        let new = NewConsent {
            contact: allowed.contact,
            client: allowed.client,
            purpose: allowed.purpose,
            wording: allowed.wording,
            language: allowed.language,
            source: allowed.source,
            given_at: allowed.given_at,
        };
        let act = act(&by, entry);
        keep_consent(tx, (&act, &by.rules), [id, event], new)
    }

    fn lay(&self, tx: &Write<'_>, by: By, laid: Laid<'_>) -> Result<(), StoreError> {
        let [entry, id, _] = by.ids;
        let new = NewDocument {
            id,
            contact: Some(laid.contact),
            title: laid.title.to_owned(),
            name: laid.name.to_owned(),
            content: laid.content.to_vec(),
        };
        lay_document(tx, &act(&by, entry), (laid.client, None), &new)
    }
}

fn act(by: &By, entry: Id) -> Act {
    Act {
        who: by.who,
        at: by.at,
        entry,
    }
}
