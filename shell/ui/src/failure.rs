//! When it does not work: what happened, what was kept, how to go on.
//!
//! A handler gives a [`Failure`] as its answer or error. The page is drawn further out, where the frame is known; so are the
//! bare refusals of the router (no such page, wrong method, too large).

use askama::Template;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::cookie::Jar;
use crate::frame::Frame;
use crate::headers::Nonce;
use crate::keys::hex;
use crate::respond::rendered;
use crate::ui::Ui;

/// Something that did not work.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure(Box<Told>);

/// What is told of it. In a box, since every handler that may fail carries it.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Told {
    status: StatusCode,
    heading: String,
    happened: String,
    way_on: Vec<(String, String)>,
    retry_after: Option<u32>,
    /// For us, never for the page.
    cause: Option<String>,
    reference: Option<String>,
}

impl Failure {
    fn new(status: StatusCode, heading: impl Into<String>, happened: impl Into<String>) -> Self {
        Self(Box::new(Told {
            status,
            heading: heading.into(),
            happened: happened.into(),
            way_on: Vec::new(),
            retry_after: None,
            cause: None,
            reference: None,
        }))
    }

    fn after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// There is no such thing, or it is not for this person: the two look alike. `There is no request 24170`.
    pub fn not_found(heading: impl Into<String>) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            heading,
            "It may have been moved, or the address has a letter too many.",
        )
    }

    /// It exists, and the person may know that, but it is not for them.
    pub fn forbidden(heading: impl Into<String>, happened: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, heading, happened)
    }

    /// Somebody else was faster.
    pub fn conflict(heading: impl Into<String>, happened: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, heading, happened)
    }

    /// More bytes than can be taken.
    pub fn too_large(most: &str) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "That is too large",
            format!(
                "At most {most} can be sent at once. Nothing was saved; what you wrote is still in its form."
            ),
        )
    }

    /// Too often: in so many seconds again.
    pub fn too_many(seconds: u32) -> Self {
        let happened = format!("Nothing was lost. Wait {seconds} seconds, then try again.");
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "That was too often",
            happened,
        )
        .after(seconds)
    }

    /// The server is busy or not ready: in so many seconds again. Nothing was done.
    pub fn unavailable(seconds: u32) -> Self {
        let happened = format!(
            "Kept has more to do than it can at the moment. Nothing was saved; what you wrote is still in its form: wait {seconds} seconds and send it again."
        );
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "Not now", happened).after(seconds)
    }

    /// Something that should not happen. The cause is reported with a reference; the page shows the reference alone.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        let mut failure = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "That did not work",
            "The fault is ours and was written down. What was saved before is safe, and what you wrote is still in its form.",
        );
        failure.0.cause = Some(cause.to_string());
        failure
    }

    /// A form that did not come from our own page, or from one that was open too long.
    pub(crate) fn forged() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "This form can no longer be sent",
            "You may have signed in again since it was opened. Nothing was saved; copy what you wrote from its form, load the page again and send it.",
        )
    }

    /// A body that is no form.
    pub(crate) fn unsupported() -> Self {
        Self::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE, "")
    }

    /// Says something else about what happened.
    #[must_use]
    pub fn because(mut self, happened: impl Into<String>) -> Self {
        self.0.happened = happened.into();
        self
    }

    /// Offers a way on: an address and its words.
    #[must_use]
    pub fn way_on(mut self, href: &str, words: impl Into<String>) -> Self {
        self.0.way_on.push((href.to_owned(), words.into()));
        self
    }

    /// What the router or a layer refused without a page of its own.
    fn of_status(status: StatusCode, path: &str) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::not_found("There is no such page").because(format!(
                "Nothing is at {path}. It may have been moved, or the address has a letter too many."
            )),
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large("what the form says"),
            StatusCode::TOO_MANY_REQUESTS => Self::too_many(30),
            StatusCode::SERVICE_UNAVAILABLE => Self::unavailable(5),
            StatusCode::FORBIDDEN => Self::forbidden("This is not open to you", "Somebody with another role can let you in."),
            _ if status.is_server_error() => {
                let mut failure = Self::internal(format!("answered {status} at {path}"));
                failure.0.status = status;
                failure
            }
            _ => Self::new(
                status,
                "That could not be read",
                "Something in the address or the form is not as expected. Nothing was saved; go back and try again.",
            ),
        }
    }
}

impl IntoResponse for Failure {
    /// A bare answer that carries the failure; the page is drawn by [`Ui::dress`] or [`Ui::protect`].
    fn into_response(self) -> Response {
        let mut response = (self.0.status, format!("{}\n", self.0.heading)).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// What drawing a failure needs to know of the request.
pub struct Asked {
    path: String,
    page: bool,
    look: crate::dress::Look,
}

impl Asked {
    pub fn of(request: &Request, jar: Jar) -> Self {
        let accepts = request
            .headers()
            .get(header::ACCEPT)
            .and_then(|value| value.to_str().ok());
        Self {
            path: request.uri().path().to_owned(),
            page: request.method() != Method::HEAD
                && accepts.is_some_and(|accepts| accepts.contains("text/html")),
            look: crate::dress::Look::of(request.headers(), jar),
        }
    }
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    frame: Frame,
    failure: &'a Told,
}

#[derive(Template)]
#[template(path = "failure_plain.html")]
struct PlainFailurePage<'a> {
    frame: Frame,
    failure: &'a Told,
}

/// Draws a failure that nothing further in has drawn: without rail and forms, since nobody is known here.
pub fn plainly(ui: &Ui, asked: &Asked, nonce: &Nonce, response: Response) -> Response {
    let frame = || Frame::plain(ui, asked.look, nonce.clone());
    drawn(ui, asked, response, frame)
}

/// Draws the failure that an answer carries, or that it should have carried, as a page in this frame.
pub fn drawn(
    ui: &Ui,
    asked: &Asked,
    mut response: Response,
    frame: impl FnOnce() -> Frame,
) -> Response {
    let carried = response.extensions_mut().remove::<Failure>();
    let status = response.status();
    let bare = (status.is_client_error() || status.is_server_error()) && is_bare(&response);
    let mut failure = match carried {
        Some(failure) => failure.0,
        None if bare => Failure::of_status(status, &asked.path).0,
        None => return response,
    };
    if let Some(cause) = failure.cause.take() {
        let mut bytes = [0; 5];
        (ui.shared().random)(&mut bytes);
        let reference = hex(&bytes).to_uppercase();
        (ui.shared().report)(&reference, &cause);
        failure.reference = Some(reference);
    }
    if asked.page {
        let frame = frame().titled(failure.heading.clone());
        let page = if frame.viewer.is_some() {
            rendered(
                failure.status,
                &FailurePage {
                    frame,
                    failure: &failure,
                },
            )
        } else {
            rendered(
                failure.status,
                &PlainFailurePage {
                    frame,
                    failure: &failure,
                },
            )
        };
        let (parts, body) = page.into_parts();
        *response.body_mut() = body;
        response.headers_mut().remove(header::CONTENT_LENGTH);
        response.headers_mut().extend(parts.headers);
    } else if let Some(reference) = &failure.reference {
        *response.body_mut() = format!("{} ({reference})\n", failure.heading).into();
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    if let Some(seconds) = failure.retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Whether an answer has no page of its own: what axum says for itself is empty or plain text.
fn is_bare(response: &Response) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"))
}
