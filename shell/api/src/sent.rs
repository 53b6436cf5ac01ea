//! What comes in: a body, a query. What is not known is refused.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse as _;
use kept_kernel::{Id, Instant};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::once::Once;
use crate::problem::{MALFORMED, Problem, TOO_LARGE, UNSUPPORTED};

/// A JSON body, read into a type that refuses fields that it does not know (`deny_unknown_fields`). No body is an empty
/// object.
#[derive(Debug)]
pub struct Sent<T> {
    /// What it says.
    pub body: T,
    headers: HeaderMap,
    /// Method, path and body: what makes two requests the same.
    what: Vec<u8>,
}

impl<T> Sent<T> {
    /// The request as one that is done once, when it carries an `Idempotency-Key`. Another asker's key is another key.
    ///
    /// # Errors
    ///
    /// For a key that is empty or too long.
    pub fn once(&self, asker: Id, at: Instant) -> Result<Once, Problem> {
        Once::of(&self.headers, &self.what, asker, at)
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let headers = request.headers().clone();
        let mut what = format!("{} {}\n", request.method(), request.uri().path()).into_bytes();
        let bytes = match Bytes::from_request(request, state).await {
            Ok(bytes) => bytes,
            Err(refused) if refused.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                return Err(Problem::of(TOO_LARGE, TOO_LARGE.advice));
            }
            Err(refused) => {
                return Err(Problem::of(
                    MALFORMED,
                    refused.into_response().status().to_string(),
                ));
            }
        };
        let is_json = headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
        if !bytes.is_empty() && !is_json {
            return Err(Problem::of(UNSUPPORTED, UNSUPPORTED.advice));
        }
        let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        let body = serde_json::from_slice(text).map_err(|error| match error.classify() {
            Category::Data => Problem::wrong(&field_of(&error), error.to_string()),
            _ => Problem::of(MALFORMED, format!("The body is no JSON: {error}.")),
        })?;
        what.extend_from_slice(&bytes);
        Ok(Self {
            body,
            headers,
            what,
        })
    }
}

/// The field that an error names, as serde writes it between backticks.
fn field_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let named = text.starts_with("unknown field")
        || text.starts_with("missing field")
        || text.starts_with("duplicate field");
    let field = text.split('`').nth(1).filter(|_| named);
    field.unwrap_or_default().to_owned()
}

/// Parameters after the question mark, read into a type.
#[derive(Debug)]
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Query::<T>::from_request_parts(parts, state).await;
        read.map(|Query(asked)| Self(asked))
            .map_err(|error| Problem::of(MALFORMED, error.body_text()))
    }
}
