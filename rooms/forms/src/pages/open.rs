//! Filling a form in that is open to anybody: on a page of its own, or within another site's. These pages run no script.

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use kept_accounts::RemoteAddress;
use kept_journal::audit::Who;
use kept_store::StoreError;
use kept_visitors::{FormToken, network};

use super::fill::{fill_page, gone, open_page, thanks};
use super::sent::sent;
use crate::Room;
use crate::commands::{FormError, NewAnswer, answer_openly};
use crate::model::{Design, FormId, FormRow};
use crate::{queries, texts};

/// What an open form's token is for.
const FOR_FORM: &[u8] = b"forms/open";
/// The field of the token, and the one that nobody sees.
const TOKEN: &str = "token";
const TRAP: &str = "homepage";
/// More addresses of the web than this in one answer look like advertising.
const MOST_LINKS: usize = 3;

/// Which door of an open form.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Door {
    /// A page of its own.
    Own,
    /// Within another site's page.
    Within,
}

impl Door {
    fn action(self, id: FormId) -> String {
        match self {
            Self::Own => format!("/f/{id}"),
            Self::Within => format!("/f/{id}/embed"),
        }
    }

    /// Who may show it within a page.
    fn ancestors(self, form: &FormRow) -> String {
        match (self, form.sites.as_str()) {
            (Self::Own, _) | (_, "") => "'none'".to_owned(),
            (Self::Within, sites) => sites.to_owned(),
        }
    }
}

/// A form that anybody may fill in.
async fn open_form(room: &Room, id: &str) -> Result<Option<(FormRow, Design)>, StoreError> {
    let Ok(id) = id.parse::<FormId>() else {
        return Ok(None);
    };
    let found = room.store.read(move |read| queries::form(read, id)).await?;
    let open = found.filter(|form| form.public_at.is_some());
    Ok(open.and_then(|form| {
        let design = form.published.clone()?;
        Some((form, design))
    }))
}

async fn shown_openly(room: &Room, id: &str, door: Door) -> Response {
    let (form, design) = match open_form(room, id).await {
        Ok(Some(found)) => found,
        Ok(None) => return gone("en"),
        Err(_) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    let Some(token) = room.seals.form_token(FOR_FORM) else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let way = (door.action(form.id), token);
    let page = fill_page((&design, &form.language), way, (&[], &[]), &[]);
    open_page(StatusCode::OK, &page, &door.ancestors(&form))
}

/// A form that anybody may fill in.
pub(super) async fn open(State(room): State<Room>, Path(id): Path<String>) -> Response {
    shown_openly(&room, &id, Door::Own).await
}

/// The same within another site's page.
pub(super) async fn embed(State(room): State<Room>, Path(id): Path<String>) -> Response {
    shown_openly(&room, &id, Door::Within).await
}

type Address = Option<Extension<RemoteAddress>>;

/// Takes in what anybody filled in.
pub(super) async fn send_openly(
    State(room): State<Room>,
    Path(id): Path<String>,
    address: Address,
    request: Request,
) -> Response {
    taken_openly(&room, &id, (Door::Own, address), request).await
}

/// The same within another site's page.
pub(super) async fn send_embedded(
    State(room): State<Room>,
    Path(id): Path<String>,
    address: Address,
    request: Request,
) -> Response {
    taken_openly(&room, &id, (Door::Within, address), request).await
}

fn of<'f>(filled: &'f [(String, String)], name: &str) -> &'f str {
    let found = filled.iter().find(|(field, _)| field == name);
    found.map_or("", |(_, value)| value.as_str())
}

/// Why an answer looks like spam; none: it does not.
fn suspicion(filled: &[(String, String)]) -> Option<&'static str> {
    if !of(filled, TRAP).is_empty() {
        return Some("a field that nobody sees was filled in");
    }
    let links: usize = filled
        .iter()
        .map(|(_, value)| value.matches("://").count())
        .sum();
    (links > MOST_LINKS).then_some("it has many addresses of the web in it")
}

async fn taken_openly(
    room: &Room,
    id: &str,
    (door, address): (Door, Address),
    request: Request,
) -> Response {
    let (form, design) = match open_form(room, id).await {
        Ok(Some(found)) => found,
        Ok(None) => return gone("en"),
        Err(_) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    // Files of a page that is none of ours are not read.
    let is_ours = |filled: &[(String, String)]| {
        let token = room.seals.form(FOR_FORM, of(filled, TOKEN));
        matches!(token, FormToken::Good(_))
    };
    let Some(sent) = sent(room, (&design, &[TOKEN, TRAP]), request, is_ours).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let filled = sent.filled;
    let (words, ancestors) = (texts::of(&form.language), door.ancestors(&form));
    let token = of(&filled, TOKEN).to_owned();
    let again = |status, token: String, problem: &'static str, wrong: &[(String, &'static str)]| {
        let way = (door.action(form.id), token);
        let mut page = fill_page((&design, &form.language), way, (&filled, &[]), wrong);
        if !problem.is_empty() {
            page.problem = problem;
        }
        open_page(status, &page, &ancestors)
    };
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    let seal = match room.seals.form(FOR_FORM, &token) {
        FormToken::Good(seal) => seal,
        FormToken::TooFast => return again(refused, token, words.say("problem.fast"), &[]),
        FormToken::Stale => {
            let fresh = room.seals.form_token(FOR_FORM).unwrap_or_default();
            return again(refused, fresh, words.say("problem.stale"), &[]);
        }
    };
    let place = address.map(|Extension(RemoteAddress(address))| network(address));
    let now = room.world.now();
    if let Some(seconds) = place.and_then(|place| room.often.too_often(&place, now)) {
        let status = StatusCode::TOO_MANY_REQUESTS;
        let mut response = again(status, token, words.say("problem.often"), &[]);
        let seconds = HeaderValue::from(seconds);
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
        return response;
    }
    if sent.too_large {
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        return again(status, token, words.say("problem.large"), &[]);
    }
    let new = NewAnswer {
        id: room.world.id(),
        held: suspicion(&filled),
        filled: filled.clone(),
        files: sent.files,
        dropped: Vec::new(),
        spare: Vec::new(),
    };
    let (step, of_form) = (room.step(Who::Unknown), form.id);
    let taken = room
        .store
        .write(move |tx| answer_openly(tx, &step, (of_form, seal), &new));
    match taken.await {
        Ok(()) => {
            room.changed(None);
            thanks(&design, &form.language, &ancestors)
        }
        Err(FormError::Values(wrong)) => again(refused, token, "", &wrong),
        Err(FormError::Missing) => gone(&form.language),
        Err(_) => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            again(status, token, words.say("problem.failed"), &[])
        }
    }
}
