//! What comes in: a body, a query. What is not known is refused.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::IntoResponse as _;
use kept_kernel::{Id, Instant};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::once::Once;
use crate::pages::IfMatch;
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

    /// The revision that a change is meant for, as `If-Match` says.
    ///
    /// # Errors
    ///
    /// When it says none, or one that cannot be.
    pub fn revision(&self) -> Result<u32, Problem> {
        IfMatch::of(&self.headers).map(|IfMatch(revision)| revision)
    }
}

/// A body as it is: a file. It is kept in memory, up to [`SentBytes::MOST`].
#[derive(Debug)]
pub struct SentBytes {
    /// The bytes.
    pub body: Bytes,
    /// With which headers they came.
    pub headers: HeaderMap,
    what: Vec<u8>,
}

impl SentBytes {
    /// The most bytes: a file of 25 MB, and what a form has around it.
    pub const MOST: usize = 26 * 1024 * 1024;

    /// As [`Sent::once`].
    ///
    /// # Errors
    ///
    /// For a key that is empty or too long.
    pub fn once(&self, asker: Id, at: Instant) -> Result<Once, Problem> {
        Once::of(&self.headers, &self.what, asker, at)
    }
}

impl<S: Send + Sync> FromRequest<S> for SentBytes {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let headers = request.headers().clone();
        let mut what = format!("{} {}\n", request.method(), request.uri()).into_bytes();
        let read = axum::body::to_bytes(request.into_body(), Self::MOST).await;
        // Who breaks off reads no answer: it is too large, or nobody is there.
        let body = read.map_err(|_| Problem::of(TOO_LARGE, "A file has 25 MB at most."))?;
        what.extend_from_slice(&body);
        Ok(Self {
            body,
            headers,
            what,
        })
    }
}

/// A body without fields.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

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
        if holds_nul(&bytes) {
            let words = "A text cannot hold the character U+0000.";
            return Err(Problem::of(MALFORMED, words));
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

/// Whether a JSON text writes the character U+0000, which no database of ours takes. It can only be written as `\u0000`; the
/// same six letters behind a backslash that stands for itself are something else.
fn holds_nul(json: &[u8]) -> bool {
    let mut rest = json;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let escape = rest.get(at + 1..).unwrap_or_default();
        if escape.starts_with(b"u0000") {
            return true;
        }
        rest = escape.get(1..).unwrap_or_default();
    }
    false
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

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        query(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

/// What stands after a question mark, read into a type.
pub(crate) fn query<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let malformed = |words: String| Problem::of(MALFORMED, words);
    // No database of ours takes that character.
    if text.contains("%00") {
        return Err(malformed(
            "A text cannot hold the character U+0000.".to_owned(),
        ));
    }
    let uri = Uri::try_from(format!("/?{text}")).map_err(|error| malformed(error.to_string()))?;
    let read = Query::<T>::try_from_uri(&uri).map_err(|error| malformed(error.body_text()))?;
    Ok(read.0)
}

#[cfg(test)]
mod tests {
    use super::holds_nul;

    #[test]
    fn the_one_character_that_no_database_takes_is_found_however_many_backslashes_stand_before() {
        for (json, holds) in [
            (r#"{"subject":"\u0000"}"#, true),
            (r#"{"subject":"\\\u0000x"}"#, true),
            (r#"{"\u0000":1}"#, true),
            (r#"{"subject":"\\u0000"}"#, false),
            (r#"{"subject":"\u0001\n"}"#, false),
            ("\\", false),
            ("", false),
        ] {
            assert_eq!(holds_nul(json.as_bytes()), holds, "{json}");
        }
    }
}
