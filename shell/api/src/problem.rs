//! Refusals: what happened, what was kept, how to go on, in the form of RFC 9457.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::task::Poll;

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use kept_rooms::Refused;
use kept_store::StoreError;
use kept_ui::routes::{Routes, get};
use serde::Serialize;
use utoipa::ToSchema;

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// What kind of problem it is; the address explains it.
    #[serde(rename = "type")]
    #[schema(example = "/api/v1#problem-invalid")]
    kind: String,
    /// The kind in words.
    #[schema(example = "Something needs another look")]
    title: String,
    /// The status of the answer.
    #[schema(example = 422)]
    status: u16,
    /// What happened this time, and how to go on.
    #[schema(example = "Nothing was done. See errors for the fields.")]
    detail: String,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<WrongField>,
    #[serde(skip)]
    retry_after: Option<u32>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WrongField {
    /// Its name.
    #[schema(example = "title")]
    field: String,
    /// What to do about it.
    #[schema(example = "Write a title, so that it can be found again.")]
    message: String,
}

/// A kind of problem, for the reference.
#[derive(Clone, Copy, Debug)]
pub struct ProblemKind {
    /// The end of its address.
    pub name: &'static str,
    /// The status.
    pub status: StatusCode,
    /// Its title.
    pub title: &'static str,
    /// What to do.
    pub advice: &'static str,
}

macro_rules! kinds {
    ($($constant:ident $name:literal $status:ident $title:literal $advice:literal;)+) => {
        $(pub(crate) const $constant: ProblemKind = ProblemKind {
            name: $name, status: StatusCode::$status, title: $title, advice: $advice,
        };)+
        /// All kinds of problems.
        pub const KINDS: &[ProblemKind] = &[$($constant),+];
    };
}

kinds! {
    MALFORMED "malformed" BAD_REQUEST "It could not be read" "Send JSON in UTF-8, and parameters as the reference says.";
    UNSIGNED "unsigned" UNAUTHORIZED "A token is needed" "Send Authorization: Bearer with a token that is good.";
    NOT_ALLOWED "not-allowed" FORBIDDEN "That is not allowed" "Use a token with the scope that the reference names, of a person who may do this.";
    MISSING "missing" NOT_FOUND "There is no such thing" "It does not exist, or is not within reach of the token: the two look alike.";
    METHOD "method" METHOD_NOT_ALLOWED "That cannot be done there" "Use a method that the reference names for this path.";
    CONFLICT "conflict" CONFLICT "It stands otherwise" "Read the record again: it is in a state in which this cannot be done.";
    CHANGED "changed" PRECONDITION_FAILED "It has changed" "Nothing was done: the record is no longer at the revision that If-Match names. Fetch it anew, look at what is different, and send the change with its new ETag.";
    TOO_LARGE "too-large" PAYLOAD_TOO_LARGE "That is too large" "Send less at once.";
    UNSUPPORTED "unsupported" UNSUPPORTED_MEDIA_TYPE "That is not JSON" "Send Content-Type: application/json.";
    INVALID "invalid" UNPROCESSABLE_ENTITY "Something needs another look" "Mend the fields that errors names, and send it again.";
    KEY_REUSED "key-reused" UNPROCESSABLE_ENTITY "The key was used for something else" "Use a new Idempotency-Key for each new thing.";
    UNCONDITIONAL "unconditional" PRECONDITION_REQUIRED "The revision is needed" "Send If-Match with the ETag of the record as you read it.";
    TOO_MANY "too-many" TOO_MANY_REQUESTS "That was too often" "Wait as Retry-After says.";
    FAULT "fault" INTERNAL_SERVER_ERROR "That did not work" "The fault is ours. Try again; with the same Idempotency-Key nothing is done twice.";
    BUSY "busy" SERVICE_UNAVAILABLE "Not now" "Nothing was done. Wait as Retry-After says, and send it again.";
}

impl Problem {
    pub(crate) fn of(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/api/v1#problem-{}", kind.name),
            title: kind.title.to_owned(),
            status: kind.status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
        }
    }

    /// There is no such thing, or none within reach.
    pub fn missing(detail: impl Into<String>) -> Self {
        Self::of(MISSING, detail)
    }

    /// There is no such thing, or none within reach, where no more is to be said.
    pub fn out_of_reach() -> Self {
        Self::of(MISSING, MISSING.advice)
    }

    /// The token lacks this scope, or its person the right.
    pub fn without_scope(name: &str) -> Self {
        let detail = format!("It needs the scope {name}, of a person whose roles grant the same.");
        Self::of(NOT_ALLOWED, detail)
    }

    /// A field that cannot stand.
    pub fn wrong(field: &str, message: impl Into<String>) -> Self {
        Self {
            errors: vec![WrongField {
                field: field.to_owned(),
                message: message.into(),
            }],
            ..Self::of(INVALID, "Nothing was done. See errors for the fields.")
        }
    }

    /// A parameter of the query that cannot be.
    pub fn parameter(name: &str, message: impl Into<String>) -> Self {
        Self {
            errors: vec![WrongField {
                field: name.to_owned(),
                message: message.into(),
            }],
            ..Self::of(MALFORMED, "See errors for the parameters.")
        }
    }

    /// The same, of one that is a word out of a list.
    pub fn not_among<'a>(name: &str, words: impl IntoIterator<Item = &'a str>) -> Self {
        let words: Vec<_> = words.into_iter().collect();
        Self::parameter(name, format!("Send one of: {}.", words.join(", ")))
    }

    /// More than is taken at once.
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::of(TOO_LARGE, detail)
    }

    /// Something that should not happen. The cause is told to whoever runs the program, and not to the caller.
    pub fn fault(cause: impl std::fmt::Display) -> Self {
        eprintln!("error in the API: {cause}");
        Self::of(FAULT, "The fault is ours and was written down.")
    }

    pub(crate) fn after(self, seconds: u32) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }

    fn of_status(status: StatusCode) -> Self {
        let mut kinds = KINDS.iter();
        match kinds.find(|kind| kind.status == status) {
            Some(kind) => Self::of(*kind, kind.advice),
            None if status.is_server_error() => Self::fault(status),
            None => Self {
                status: status.as_u16(),
                ..Self::of(MALFORMED, MALFORMED.advice)
            },
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Fields(errors) => Self {
                errors: errors
                    .into_iter()
                    .map(|error| WrongField {
                        field: error.field.to_owned(),
                        message: error.words,
                    })
                    .collect(),
                ..Self::of(INVALID, "Nothing was done. See errors for the fields.")
            },
            Refused::NotAllowed(words) => Self::of(NOT_ALLOWED, words),
            Refused::Missing(words) => Self::of(MISSING, words),
            // What a command says is for somebody at a page, with another window beside it.
            Refused::Changed(_) => Self::of(CHANGED, CHANGED.advice),
            Refused::Conflict(words) => Self::of(CONFLICT, words),
            Refused::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if error.is_passing() {
            return Self::of(BUSY, BUSY.advice).after(5);
        }
        Self::fault(error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = [
            (header::CONTENT_TYPE, "application/problem+json"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        let body = serde_json::to_string(&self).unwrap_or_default();
        let mut response = (status, headers, body).into_response();
        if let Some(seconds) = self.retry_after {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Routes whose every refusal is a problem: also those of the router, and a handler that panics.
pub fn guarded(routes: Routes) -> Routes {
    routes
        .route(
            "/api/v1/{*rest}",
            get(none).post(none).put(none).patch(none).delete(none),
        )
        .layer(from_fn(guard))
}

async fn none() -> StatusCode {
    StatusCode::NOT_FOUND
}

async fn guard(request: Request, next: Next) -> Response {
    let mut answer = pin!(next.run(request));
    let answer = std::future::poll_fn(move |context| {
        let polled = std::panic::catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context)));
        polled.unwrap_or_else(|_| Poll::Ready(Problem::fault("a handler panicked").into_response()))
    });
    let answer = answer.await;
    let status = answer.status();
    let is_told = answer
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/"));
    if is_told
        || status.is_success()
        || status.is_redirection()
        || status == StatusCode::NOT_MODIFIED
    {
        return answer;
    }
    Problem::of_status(status).into_response()
}
