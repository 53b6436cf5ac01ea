//! Forms: what was filled in is read into one typed input, kept as it was, and shown again where it needs another look.
//!
//! A handler takes `Form<NewNote>`, where `NewNote` derives `Deserialize` and has one field for each field of the form.
//! A name that the input does not have is refused, whatever the type says about unknown fields. An empty field is none
//! for an `Option`, an absent one is `false` for a `bool` and empty for a `Vec`; anything else that is missing or cannot be
//! read is an error at its field. All errors that can be seen are collected.

mod field;
mod filled;
mod read;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use serde::de::DeserializeOwned;

pub use field::{Choice, Field};
pub use filled::Filled;

use crate::csrf;
use crate::failure::Failure;

/// A form as it was sent.
#[derive(Debug)]
pub struct Form<T> {
    input: Option<T>,
    filled: Filled,
}

impl<T> Form<T> {
    /// The input and what was filled in, for errors that only the room can find.
    ///
    /// # Errors
    /// What was filled in, with an error at each field that could not be read: show it again by
    /// [`unprocessable`](crate::unprocessable).
    pub fn read(self) -> Result<(T, Filled), Filled> {
        match self.input {
            Some(input) => Ok((input, self.filled)),
            None => Err(self.filled),
        }
    }
}

impl<T: DeserializeOwned> Form<T> {
    /// Reads the body of a form.
    pub fn of(body: &[u8]) -> Self {
        let sent = form_urlencoded::parse(body)
            .filter(|(name, _)| name != csrf::FIELD)
            // U+0000 is no letter that anybody types, and no database of ours takes it.
            .map(|(name, value)| (name.into_owned(), value.replace('\0', "\u{fffd}")));
        let mut filled = Filled::sent(sent.collect());
        let input = read::input(&mut filled);
        Self { input, filled }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let is_form = kind.is_some_and(|kind| {
            kind.as_bytes()
                .starts_with(b"application/x-www-form-urlencoded")
        });
        if !is_form {
            return Err(Failure::unsupported());
        }
        match Bytes::from_request(request, state).await {
            Ok(body) => Ok(Self::of(&body)),
            Err(refused) if refused.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Failure::too_large("1 MB"))
            }
            Err(refused) => Err(Failure::internal(refused.into_response().status())),
        }
    }
}
