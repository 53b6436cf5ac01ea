//! Pages for people without an account: the web form, and the page on which a client confirms that a request is settled.
//!
//! They carry no cookie, so the form also works inside of another site's page, and nobody can make somebody else send it: what
//! stands in its token is worth one request. Neither page says whether an address is known.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use kept_accounts::RemoteAddress;
use kept_journal::audit::Who;
use kept_kernel::Id;
use kept_store::{StoreError, params};
use kept_ui::Form;
use kept_visitors::{FormToken, network};
use serde::Deserialize;

use crate::commands::{OpenRequestError, RequestError, confirm_resolution, open_request};
use crate::model::{Fault, NewRequest, State as Stand, mark_of};
use crate::queries;
use crate::room::Room;
use crate::telling::Doer;

#[derive(Template, Default)]
#[template(path = "requests/ask.html")]
struct AskPage {
    style: &'static str,
    token: String,
    typed: Typed,
    problem: String,
    errors: Vec<(&'static str, String)>,
    /// The number of what was opened.
    opened: Option<String>,
}

impl AskPage {
    fn error(&self, field: &str) -> Option<&str> {
        let mut errors = self.errors.iter();
        errors
            .find(|(name, _)| *name == field)
            .map(|(_, words)| words.as_str())
    }
}

#[derive(Template)]
#[template(path = "requests/confirm.html")]
struct ConfirmPage {
    style: &'static str,
    mark: String,
    subject: String,
    resolution: String,
    stands: Stands,
}

/// How the page to confirm stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    Asks,
    Thanks,
    Nothing,
}

/// The fields of the web form.
#[derive(Clone, Default, Deserialize)]
pub struct Typed {
    #[serde(default)]
    token: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    body: String,
    /// Nobody sees this field; who fills it in is a program.
    #[serde(default)]
    website: String,
}

/// The empty form.
pub async fn ask(State(room): State<Room>) -> Response {
    let Some(token) = room.form_token() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let shown = AskPage {
        style: style(),
        token,
        ..AskPage::default()
    };
    public(StatusCode::OK, &shown, true)
}

fn style() -> &'static str {
    let mut all = kept_ui::ASSETS.iter();
    all.find(|asset| asset.kind.starts_with("text/css"))
        .map_or("", |asset| asset.path)
}

/// A page that any site may show inside of its own, or none.
fn public(status: StatusCode, template: &impl Template, embedded: bool) -> Response {
    let Ok(html) = template.render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let ancestors = if embedded { "*" } else { "'none'" };
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors {ancestors}; base-uri 'none'"
    );
    let mut response = (status, html).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Takes the form in.
pub async fn send(
    State(room): State<Room>,
    address: Option<Extension<RemoteAddress>>,
    form: Form<Typed>,
) -> Response {
    let Ok((typed, _)) = form.read() else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let again = |problem: &str, errors: Vec<(&'static str, String)>| AskPage {
        style: style(),
        token: typed.token.clone(),
        typed: typed.clone(),
        problem: problem.to_owned(),
        errors,
        opened: None,
    };
    let token = match room.form(&typed.token) {
        FormToken::Good(token) => token,
        FormToken::TooFast => {
            let page = again(
                "That was very fast. Please look at it once more, then send it.",
                Vec::new(),
            );
            return public(StatusCode::UNPROCESSABLE_ENTITY, &page, true);
        }
        FormToken::Stale => {
            let mut page = again(
                "This form was open for long. Please send it once more.",
                Vec::new(),
            );
            page.token = room.form_token().unwrap_or_default();
            return public(StatusCode::UNPROCESSABLE_ENTITY, &page, true);
        }
    };
    if !typed.website.is_empty() {
        // A program gets the same answer as a person, and nothing is opened.
        return public(StatusCode::OK, &thanks(None), true);
    }
    if let Some(number) = opened_before(&room, token).await {
        return public(StatusCode::OK, &thanks(Some(number)), true);
    }
    let address = address.map(|Extension(RemoteAddress(address))| network(address));
    let now = room.world.now();
    if let Some(seconds) = room.often.too_often(&address.unwrap_or_default(), now) {
        let page = again(
            "Too many came from where you are. Please wait some minutes, then send it again.",
            Vec::new(),
        );
        let mut response = public(StatusCode::TOO_MANY_REQUESTS, &page, true);
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        return response;
    }
    match opened(&room, token, &typed).await {
        Ok(number) => {
            room.changed(None, None);
            public(StatusCode::OK, &thanks(Some(number)), true)
        }
        Err(OpenRequestError::Faults(faults)) => {
            let errors = faults
                .iter()
                .map(|fault| (fault.field(), fault.to_string()));
            let page = again("It is not sent yet.", errors.collect());
            public(StatusCode::UNPROCESSABLE_ENTITY, &page, true)
        }
        Err(_) => {
            let page = again(
                "That did not work just now. What you wrote is still here: please send it again.",
                Vec::new(),
            );
            public(StatusCode::SERVICE_UNAVAILABLE, &page, true)
        }
    }
}

fn thanks(number: Option<u64>) -> AskPage {
    AskPage {
        style: style(),
        opened: Some(number.map(mark_of).unwrap_or_default()),
        ..AskPage::default()
    }
}

/// The number of the request that this very form has opened before.
async fn opened_before(room: &Room, token: [u8; 16]) -> Option<u64> {
    let found = room.store.read(move |read| {
        let found: Option<(Id, u64)> = read.maybe(queries::FORM_OF, &params![&token])?;
        Ok::<_, StoreError>(found.map(|(_, number)| number))
    });
    found.await.ok().flatten()
}

async fn opened(room: &Room, token: [u8; 16], typed: &Typed) -> Result<u64, OpenRequestError> {
    let (id, step) = (room.new_id(), room.step(Who::Unknown, Doer::Client));
    let new = NewRequest {
        name: Some(typed.name.clone()),
        email: Some(typed.email.clone()),
        channel: Some("web form".to_owned()),
        subject: typed.subject.clone(),
        body: typed.body.clone(),
        ..NewRequest::default()
    };
    let mut faults = Vec::new();
    if typed.email.trim().is_empty() {
        faults.push(Fault::NoAddress);
    }
    if typed.body.trim().is_empty() {
        faults.push(Fault::NoBody);
    }
    let draft = match new.understood(&step.rules, step.act.at) {
        Ok(draft) if faults.is_empty() => draft,
        Ok(_) => return Err(OpenRequestError::Faults(faults)),
        Err(more) => {
            faults.extend(more);
            return Err(OpenRequestError::Faults(faults));
        }
    };
    let written = room.store.write(move |tx| {
        // Of two that come at once, the second finds the first.
        let before: Option<(Id, u64)> = tx.maybe(queries::FORM_OF, &params![&token])?;
        if let Some((_, number)) = before {
            return Ok(number);
        }
        let request = open_request(tx, &step, None, id, &draft)?;
        let row = params![&token, id, step.act.at];
        tx.execute(queries::ADD_FORM, &row)?;
        Ok::<_, OpenRequestError>(request.number)
    });
    written.await
}

/// What a client is asked to confirm. Looking confirms nothing.
pub async fn look(State(room): State<Room>, Path(token): Path<String>) -> Response {
    let Some(id) = room.linked(&token) else {
        return nothing();
    };
    let found = room.store.read(move |read| queries::any(read, id));
    let Ok(Some(of)) = found.await else {
        return nothing();
    };
    let stands = match of.state() {
        _ if of.confirmed_at.is_some() => Stands::Thanks,
        Stand::Resolved => Stands::Asks,
        _ => return nothing(),
    };
    let page = ConfirmPage {
        style: style(),
        mark: of.mark(),
        subject: of.subject,
        resolution: of.resolution.unwrap_or_default(),
        stands,
    };
    public(StatusCode::OK, &page, false)
}

fn nothing() -> Response {
    let page = ConfirmPage {
        style: style(),
        mark: String::new(),
        subject: String::new(),
        resolution: String::new(),
        stands: Stands::Nothing,
    };
    public(StatusCode::NOT_FOUND, &page, false)
}

/// The client confirms.
pub async fn confirm(State(room): State<Room>, Path(token): Path<String>) -> Response {
    let Some(id) = room.linked(&token) else {
        return nothing();
    };
    let who = room.store.read(move |read| queries::any(read, id)).await;
    let who = who.ok().flatten().and_then(|of| of.contact);
    let step = room.step(
        who.map_or(Who::Unknown, |contact| Who::Contact(contact.0)),
        Doer::Client,
    );
    let confirmed = room
        .store
        .write(move |tx| confirm_resolution(tx, &step, None, (id, None)))
        .await;
    match confirmed {
        Ok(of) => {
            room.changed(Some(id), None);
            let page = ConfirmPage {
                style: style(),
                mark: of.mark(),
                subject: of.subject,
                resolution: String::new(),
                stands: Stands::Thanks,
            };
            public(StatusCode::OK, &page, false)
        }
        Err(RequestError::Store(_)) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Err(_) => nothing(),
    }
}
