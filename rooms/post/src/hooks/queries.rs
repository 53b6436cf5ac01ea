//! All SQL of webhooks.

use kept_store::{Read, StoreError, params, statements};

use super::endpoint::{Endpoint, EndpointId};

macro_rules! endpoint {
    ($rest:literal) => {
        concat!(
            "SELECT id, url, secret, kinds, made_at, place, alert, paused_at, paused_because FROM webhook_endpoints ",
            $rest
        )
    };
}

statements! {
    ENDPOINTS = endpoint!("ORDER BY made_at, id LIMIT 100");
    ENDPOINT = endpoint!("WHERE id = $1");
    /// From now on: what has happened before is not told.
    ADD = "INSERT INTO webhook_endpoints (id, url, secret, kinds, made_at, made_by, place, alert)
           VALUES ($1, $2, $3, $4, $5, $6, (SELECT coalesce(max(place), 0) FROM events), (SELECT coalesce(max(number), 0) FROM alerts))";
    REMOVE = "DELETE FROM webhook_endpoints WHERE id = $1";
    PAUSE = "UPDATE webhook_endpoints SET paused_at = $2, paused_because = $3 WHERE id = $1";
    /// Only by whoever has read on from there: two that read along tell each thing once.
    REACHED = "UPDATE webhook_endpoints SET place = $3, alert = $5 WHERE id = $1 AND place = $2 AND alert = $4 AND paused_at IS NULL";
}

/// All of them, the oldest first.
pub(crate) fn endpoints(read: &Read<'_>) -> Result<Vec<Endpoint>, StoreError> {
    read.all(ENDPOINTS, &[])
}

/// One of them.
pub(crate) fn endpoint(read: &Read<'_>, id: EndpointId) -> Result<Option<Endpoint>, StoreError> {
    read.maybe(ENDPOINT, &params![id.0])
}
