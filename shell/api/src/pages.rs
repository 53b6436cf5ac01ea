//! Lists page by page, and records by their revision.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use kept_kernel::{Id, Instant};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::{Problem, UNCONDITIONAL};
use crate::sent::query;

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PageOf<T> {
    /// The records of this page.
    pub items: Vec<T>,
    /// What to send as `after` for the next page; null: this is the last one.
    #[schema(example = "AAZCjN9gQAAZwPvXNAt__7__________")]
    pub next: Option<String>,
}

impl<T> PageOf<T> {
    /// What is shown of rows, of which one more was read than [`Paged::limit`] says.
    pub fn cut<R>(
        rows: &[R],
        limit: u32,
        key: impl Fn(&R) -> Cursor,
        written: impl Fn(&R) -> T,
    ) -> Self {
        let shown = limit as usize;
        let last = rows.get(shown).and_then(|_| rows.get(shown - 1));
        Self {
            items: rows.iter().take(shown).map(written).collect(),
            next: last.map(|last| key(last).text()),
        }
    }
}

/// Which page of a list is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// What next said on the page before
    after: Option<String>,
    /// 1 to 50 on a page
    #[param(minimum = 1)]
    limit: Option<u32>,
}

/// The most records on a page.
const MOST: u32 = 50;

/// How many records a page has at most, where a list has its own number of them: as many as it has, where nothing is asked for or
/// more than that.
///
/// # Errors
///
/// A problem at `limit` where no record at all is asked for.
pub fn limit_of(asked: Option<u32>, most: u32) -> Result<u32, Problem> {
    match asked {
        Some(0) => Err(Problem::parameter(
            "limit",
            format!("Send a number from 1 to {most}, or nothing for {most}."),
        )),
        asked => Ok(asked.unwrap_or(most).min(most)),
    }
}

/// The query of a list: its page, and `T` with all that it says else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paged<T> {
    /// What the list itself is asked for.
    pub asked: T,
    page: Paging,
}

impl<T> Paged<T> {
    /// Where the page begins; none: with the first record.
    ///
    /// # Errors
    ///
    /// A problem at `after`.
    pub fn after(&self) -> Result<Option<Cursor>, Problem> {
        self.page.after.as_deref().map(Cursor::parse).transpose()
    }

    /// How many records it has at most. Read one more, for [`PageOf::cut`].
    pub fn limit(&self) -> u32 {
        self.page.limit.unwrap_or(MOST).min(MOST)
    }
}

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Paged<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let text = parts.uri.query().unwrap_or_default();
        let is_page = |pair: &&str| matches!(pair.split('=').next(), Some("after" | "limit"));
        let (page, asked): (Vec<_>, Vec<_>) = text.split('&').partition(is_page);
        let page: Paging = query(&page.join("&"))?;
        limit_of(page.limit, MOST)?;
        Ok(Self {
            asked: query(&asked.join("&"))?,
            page,
        })
    }
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
            Problem::parameter(
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

impl IfMatch {
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let Some(sent) = headers.get(header::IF_MATCH) else {
            return Err(Problem::of(UNCONDITIONAL, UNCONDITIONAL.advice));
        };
        let revision = sent
            .to_str()
            .ok()
            .and_then(|text| text.trim().strip_prefix('"')?.strip_suffix('"'));
        let revision = revision.and_then(|text| text.parse().ok());
        // Whatever is no revision of ours matches none: they begin with 1. Whether the record is there at all is said first, by
        // whoever looks for it.
        Ok(Self(revision.unwrap_or(0)))
    }
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        Self::of(&parts.headers)
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
