//! Lists page by page, and records by their revision.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use base64ct::{Base64UrlUnpadded, Encoding as _};
use kept_kernel::{Id, Instant};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{CHANGED, Problem, UNCONDITIONAL};

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PageOf<T> {
    /// The records of this page.
    pub items: Vec<T>,
    /// What to send as `after` for the next page; null: this is the last one.
    #[schema(example = "AAZCjN9gQAAZwPvXNAt__7__________")]
    pub next: Option<String>,
}

/// Where a list goes on: after the record with this instant and id. Callers see a text that means nothing to them, and that
/// stays good when records come and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// By what the list is ordered.
    pub at: Instant,
    /// By what ties are.
    pub id: Id,
}

impl Cursor {
    /// As it is sent.
    pub fn text(self) -> String {
        let bytes = [&self.at.micros().to_be_bytes()[..], &self.id.bytes()].concat();
        Base64UrlUnpadded::encode_string(&bytes)
    }

    /// As it comes back.
    ///
    /// # Errors
    ///
    /// A problem at `after`.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let wrong = || {
            Problem::wrong(
                "after",
                "Send what `next` said, or nothing for the first page.",
            )
        };
        let mut bytes = [0; 24];
        let read = Base64UrlUnpadded::decode(text, &mut bytes).map_err(|_| wrong())?;
        let (at, id) = read.split_first_chunk::<8>().ok_or_else(wrong)?;
        Ok(Self {
            at: Instant::from_micros(i64::from_be_bytes(*at)),
            id: Id::from_bytes(id.try_into().map_err(|_| wrong())?),
        })
    }
}

/// The revision that a change is meant for: `If-Match` with the record's `ETag`. A change without one is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub u32);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let Some(sent) = parts.headers.get(header::IF_MATCH) else {
            return Err(Problem::of(UNCONDITIONAL, UNCONDITIONAL.advice));
        };
        let revision = sent
            .to_str()
            .ok()
            .and_then(|text| text.trim().strip_prefix('"')?.strip_suffix('"'));
        let revision = revision.and_then(|text| text.parse().ok());
        // Whatever is no revision of ours matches none.
        revision
            .map(Self)
            .ok_or_else(|| Problem::of(CHANGED, CHANGED.advice))
    }
}

#[cfg(test)]
mod tests {
    use super::Cursor;
    use kept_kernel::{Id, Instant};

    #[test]
    fn a_cursor_comes_back_as_it_was_sent() {
        let cursor = Cursor {
            at: Instant::from_micros(-7),
            id: Id::from_bytes([9; 16]),
        };
        assert_eq!(Cursor::parse(&cursor.text()).ok(), Some(cursor));
        for text in [
            "",
            "x",
            "AAAA",
            "!!!",
            "AAZCjN9gQAAZwPvXNAt__7_____________________",
        ] {
            assert!(Cursor::parse(text).is_err(), "{text}");
        }
    }
}
