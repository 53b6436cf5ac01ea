//! The description of the API (`OpenAPI` 3.1), made of what the rooms say beside their handlers.

use std::sync::Arc;

use axum::http::header;
use kept_ui::routes::{Routes, get};
use serde_json::Value;
use utoipa::OpenApi as _;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{InfoBuilder, OpenApi};

use crate::alike::complete;
use crate::problem::{Problem, WrongField};

/// The description, ready to be sent and to be shown.
#[derive(Clone, Debug)]
pub struct Description {
    text: Arc<str>,
    value: Arc<Value>,
}

#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(Problem, WrongField)))]
struct Shared;

/// Joins what the rooms say of their routes, and completes it by what all of them have in common: how they refuse, `{id}`,
/// `Idempotency-Key` of a POST, `If-Match` of a PUT.
///
/// # Panics
///
/// Where it was built with checks, and two rooms call different shapes by one name: the first would stand for both.
pub fn document(rooms: impl IntoIterator<Item = OpenApi>, version: &str) -> Description {
    let mut whole = Shared::openapi();
    for room in rooms {
        debug_assert_eq!(named_twice(&whole, &room), Vec::<&str>::new());
        whole.merge(room);
    }
    whole.info = InfoBuilder::new()
        .title("Kept")
        .version(version)
        .description(Some(ABOUT))
        .build();
    let components = whole.components.get_or_insert_default();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.add_security_scheme("token", bearer);
    let mut value = serde_json::to_value(&whole).unwrap_or_default();
    complete(&mut value);
    Description {
        text: value.to_string().into(),
        value: Arc::new(value),
    }
}

/// Names that stand for one shape here and for another there.
fn named_twice<'a>(whole: &OpenApi, room: &'a OpenApi) -> Vec<&'a str> {
    let of = |one: &'a OpenApi| one.components.iter().flat_map(|parts| &parts.schemas);
    let known = whole.components.as_ref().map(|parts| &parts.schemas);
    of(room)
        .filter(|(name, shape)| {
            known
                .and_then(|known| known.get(*name))
                .is_some_and(|other| other != *shape)
        })
        .map(|(name, _)| name.as_str())
        .collect()
}

const ABOUT: &str = "Send a token with every request: `Authorization: Bearer kept_…`. People make tokens in their settings; a \
token reaches what its scopes and the roles of its person both grant. A list comes in pages: send what `next` says as `after`. A POST with an \
`Idempotency-Key` is done once, and gives the same answer again for 24 hours. A PUT needs `If-Match` with the record's `ETag`. \
Refusals are `application/problem+json`. \
Webhooks: an administrator names an address under Settings, Webhooks, and copies its secret. Kept then sends there what happens, as Standard Webhooks \
says: a POST with `webhook-id`, `webhook-timestamp` (seconds) and `webhook-signature`, which is `v1,` and the base64 of the HMAC-SHA-256 over id, \
timestamp and body with dots between them, under the bytes after `whsec_`. The body is `{\"type\": …, \"timestamp\": …, \"data\": …}`; a type is \
`request.acknowledge-request` (a kind of record, a dot, an act) or `alert.warning`, `alert.breach`, `alert.escalation`. It names records by their \
ids and carries no facts: read them here. Check the signature, refuse what is older than five minutes, and remember the ids: each message comes \
at least once. Answer with 2xx within 20 seconds; else it comes again, later each time, for about three days. 410 pauses the endpoint.";

impl Description {
    /// As JSON.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Serves it at `/api/v1/openapi.json`. It says nothing about any company, so everybody may read it.
    pub fn routes(&self) -> Routes {
        let text = Arc::clone(&self.text);
        let answer = move || {
            let text = text.to_string();
            async move { ([(header::CONTENT_TYPE, "application/json")], text) }
        };
        Routes::new().route("/api/v1/openapi.json", get(answer))
    }
}
