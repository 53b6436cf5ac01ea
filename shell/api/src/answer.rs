//! Answers that are no refusal.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// An answer as it is sent, and as it is kept to be sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    status: u16,
    body: Option<String>,
    location: Option<String>,
    etag: Option<String>,
}

impl Answer {
    /// With a body.
    pub fn json(status: StatusCode, body: &impl Serialize) -> Self {
        Self {
            body: Some(serde_json::to_string(body).unwrap_or_default()),
            ..Self::empty(status)
        }
    }

    /// Without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self {
            status: status.as_u16(),
            body: None,
            location: None,
            etag: None,
        }
    }

    /// With the place of what was made.
    #[must_use]
    pub fn at(self, path: String) -> Self {
        Self {
            location: Some(path),
            ..self
        }
    }

    /// With the revision of the record, by which it can be changed.
    #[must_use]
    pub fn revision(self, revision: u32) -> Self {
        Self {
            etag: Some(format!("\"{revision}\"")),
            ..self
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let Ok(status) = StatusCode::from_u16(self.status) else {
            return Problem::fault("an answer with a status that is none").into_response();
        };
        let mut response = match self.body {
            Some(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            None => ().into_response(),
        };
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let more = [(header::LOCATION, self.location), (header::ETAG, self.etag)];
        for (name, value) in more {
            if let Some(Ok(value)) = value.map(HeaderValue::try_from) {
                headers.insert(name, value);
            }
        }
        response
    }
}
