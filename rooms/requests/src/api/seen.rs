//! The revision that a program has seen, where it says so.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use kept_api::{IfMatch, Problem};

/// `If-Match`, where it was sent: then the act is done on that revision alone.
pub(super) struct Revision(pub(super) Option<u32>);

impl<S: Sync> FromRequestParts<S> for Revision {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if !parts.headers.contains_key(header::IF_MATCH) {
            return Ok(Self(None));
        }
        let IfMatch(revision) = IfMatch::from_request_parts(parts, state).await?;
        Ok(Self(Some(revision)))
    }
}
