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

/// In Markdown: readers of the description show it as such, and so does the page.
const ABOUT: &str = include_str!("about.md");

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
