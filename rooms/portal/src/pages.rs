//! The pages of the portal: those of clients, and those of staff about it.

mod address;
mod ask;
mod code;
mod consents;
mod desk;
mod details;
mod door;
mod files;
mod home;
mod promised;
mod request;
mod settings;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Zoned;
use jiff::tz::TimeZone;
use kept_kernel::Instant;
use kept_rooms::Refusal as _;
use kept_store::{Answer, StoreError};
use kept_ui::routes::{Routes, get, post};
use kept_ui::{Failure, Words, page};

use crate::Room;
use crate::colours::Colour;
use crate::commands::PortalError;
use crate::model::PortalSettings;
use crate::session::Visitor;

/// The routes of the room.
pub fn routes(room: Room) -> Routes {
    Routes::new()
        .route("/portal", get(door::first).post(door::send_link))
        .route("/portal/enter/{token}", get(door::look).post(door::enter))
        .route("/portal/leave", post(door::leave))
        .route("/portal/code", get(code::ask).post(code::give))
        .route("/portal/code/letter", post(code::send))
        .route("/portal/colours.css", get(colours))
        .route("/portal/requests", get(home::all))
        .route("/portal/requests/{id}", get(request::one))
        .route("/portal/requests/{id}/messages", post(request::reply))
        .route("/portal/requests/{id}/confirmation", post(request::confirm))
        .route("/portal/requests/{id}/rejection", post(request::reject))
        .route("/portal/requests/{id}/files/{file}", get(request::file))
        .route("/portal/ask", get(ask::ask).post(ask::send))
        .route("/portal/details", get(details::show).post(details::say))
        .route("/portal/address", get(address::show).post(address::ask))
        .route("/portal/address/code", post(address::give))
        .route(
            "/portal/address/back/{token}",
            get(address::look_back).post(address::take_back),
        )
        .route("/portal/consents", get(consents::show))
        .route("/portal/consents/{purpose}", post(consents::turn))
        .route("/portal/documents/{id}", get(files::document))
        .route("/settings/portal", get(settings::show).post(settings::save))
        .route("/settings/portal/preview", post(settings::preview))
        .route("/clients/{id}/portal", get(desk::show))
        .route("/clients/{id}/portal/seen", post(desk::seen))
        .route("/clients/{id}/portal/documents", post(desk::share))
        .route(
            "/clients/{id}/portal/documents/{document}",
            get(desk::document),
        )
        .route(
            "/clients/{id}/portal/documents/{document}/removal",
            post(desk::take_back),
        )
        .route("/clients/{id}/portal/contacts/{contact}", post(desk::stand))
        .route(
            "/clients/{id}/portal/contacts/{contact}/invitation",
            post(desk::invite),
        )
        .with_state(room)
}

/// What stands around a page for clients.
#[derive(Clone, Debug)]
pub(crate) struct Shell {
    /// The words of its language.
    pub(crate) words: Words,
    /// The company, as its clients know it.
    pub(crate) company: String,
    /// Where the company's colours are; none: our own.
    pub(crate) colours: Option<String>,
    /// Who came in, and of which client.
    pub(crate) who: Option<(String, String)>,
}

impl Shell {
    pub(crate) fn new(
        words: Words,
        settings: &PortalSettings,
        company: &str,
        visitor: Option<&Visitor>,
    ) -> Self {
        let colour = Colour::parse(&settings.colour);
        let digits = colour.map(|colour| colour.to_string().replace('#', ""));
        Self {
            words,
            company: company.to_owned(),
            colours: digits.map(|digits| format!("/portal/colours.css?of={digits}")),
            who: visitor.map(|visitor| (visitor.contact.name.clone(), visitor.client.name.clone())),
        }
    }
}

#[derive(serde::Deserialize)]
struct Of {
    of: Option<String>,
}

/// A company's colours, as a stylesheet. It says nothing about any company: any colour can be asked for.
async fn colours(
    axum::extract::Query(asked): axum::extract::Query<Of>,
) -> Result<Response, Failure> {
    let colour = asked.of.as_deref().and_then(Colour::parse);
    let colour = colour.ok_or_else(|| Failure::not_found("There is no such page"))?;
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, colour.stylesheet()).into_response())
}

/// Waits for the database; what goes wrong there is not the reader's fault.
async fn got<T: Send + Unpin>(answer: Answer<T, StoreError>) -> Result<T, Failure> {
    answer.await.map_err(kept_rooms::failed)
}

/// The same of a command.
async fn done<T: Send + Unpin>(answer: Answer<T, PortalError>) -> Result<T, Failure> {
    answer.await.map_err(|error| error.refused().failure())
}

/// A page with another status.
fn page_with(status: StatusCode, template: &impl Template) -> Response {
    let mut response = page(template);
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
    }
    response
}

fn missing(words: Words) -> Failure {
    Failure::not_found(words.say("missing.title"))
        .because(words.say("missing.words"))
        .way_on("/portal", words.say("home.title"))
}

/// A path within the portal as it is; anything else becomes its first page.
pub(crate) fn within(next: Option<&str>) -> String {
    let next = next.unwrap_or_default();
    let (path, _) = next.split_once(['?', '#']).unwrap_or((next, ""));
    let inner = path == "/portal" || path.starts_with("/portal/");
    let clean = next
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"/-_#".contains(&byte));
    if inner
        && clean
        && next.len() < 200
        && !path.starts_with("/portal/enter")
        && !path.starts_with("/portal/address/back")
    {
        next.to_owned()
    } else {
        "/portal".to_owned()
    }
}

fn local(at: Instant, zone: &TimeZone) -> Zoned {
    at.timestamp().to_zoned(zone.clone())
}

/// `in 3 kB`, for a file.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{} kB", bytes / 1_024),
        _ => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
    }
}

/// Lets a page be shown within a page of ours, as the preview is. It sends nothing.
fn framed_by_us(mut response: Response, nonce: &str) -> Response {
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; form-action 'none'; frame-ancestors 'self'; base-uri 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn a_way_on_stays_within_the_portal() {
        for (next, kept) in [
            ("/portal/ask", "/portal/ask"),
            (
                "/portal/requests/0192-ab#reply",
                "/portal/requests/0192-ab#reply",
            ),
            ("/portalx", "/portal"),
            ("/clients", "/portal"),
            ("//evil.example/portal/", "/portal"),
            ("/portal/../clients", "/portal"),
            ("/portal/enter/abc", "/portal"),
            ("/portal/%2e%2e", "/portal"),
        ] {
            assert_eq!(within(Some(next)), kept, "{next}");
        }
    }
}
