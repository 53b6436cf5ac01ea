//! Filling a form in: openly, within another site's page, or by a personal link. These pages carry no cookie and run no script.

use askama::Template;
use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use kept_accounts::RemoteAddress;
use kept_clients::read;
use kept_clients::{ClientId, ContactId};
use kept_journal::audit::Who;
use kept_store::StoreError;
use kept_ui::{Html, Words, prose};
use kept_vault::Token;
use kept_visitors::{FormToken, network};

use crate::Room;
use crate::commands::{
    FormError, NewAnswer, answer_openly, answer_personally, link_stands, mapped_target,
};
use crate::model::{BEST, Design, Field, FieldKind, FormId, FormRow};
use crate::{queries, texts};

/// What an open form's token is for.
const FOR_FORM: &[u8] = b"forms/open";
/// The field of the token, and the one that nobody sees.
const TOKEN: &str = "token";
const TRAP: &str = "homepage";
/// More addresses of the web than this in one answer look like advertising.
const MOST_LINKS: usize = 3;

#[derive(Template)]
#[template(path = "forms/fill.html")]
pub(super) struct FillPage {
    styles: Vec<&'static str>,
    words: Words,
    title: String,
    intro: Html,
    action: String,
    token: String,
    fields: Vec<Shown>,
    problem: &'static str,
    preview: bool,
}

#[derive(Template)]
#[template(path = "forms/end.html")]
struct EndPage {
    styles: Vec<&'static str>,
    words: Words,
    title: String,
    text: Html,
}

/// A field as it is filled in.
pub(super) struct Shown {
    id: String,
    kind: &'static str,
    label: String,
    help: String,
    required: bool,
    choices: Vec<(String, bool)>,
    value: String,
    marks: Vec<(u8, bool)>,
    error: Option<&'static str>,
}

impl Shown {
    fn of(field: &Field, values: &[&str], error: Option<&'static str>) -> Self {
        let value = values.first().copied().unwrap_or_default();
        let chosen = |one: &String| values.contains(&one.as_str());
        Self {
            id: field.id.clone(),
            kind: field.kind.name(),
            label: field.label.clone(),
            help: field.help.clone(),
            required: field.required,
            choices: field
                .choices
                .iter()
                .map(|one| (one.clone(), chosen(one)))
                .collect(),
            marks: match field.kind {
                FieldKind::Rating => (1..=BEST)
                    .map(|mark| (mark, value == mark.to_string()))
                    .collect(),
                _ => Vec::new(),
            },
            value: value.to_owned(),
            error,
        }
    }
}

/// The stylesheets: what all pages have, and what those of clients have beside it.
fn styles() -> Vec<&'static str> {
    let all = kept_ui::ASSETS.iter();
    let sheets = all.filter(|asset| asset.kind.starts_with("text/css"));
    sheets.map(|asset| asset.path).collect()
}

/// A page that runs nothing, and that these sites may show within theirs.
fn open_page(status: StatusCode, template: &impl Template, ancestors: &str) -> Response {
    let Ok(html) = template.render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors {ancestors}; base-uri 'none'"
    );
    let mut response = (status, html).into_response();
    let headers = response.headers_mut();
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, html);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// A form as a page. `filled` is what stands in it, `wrong` what needs another look.
pub(super) fn fill_page(
    (design, language): (&Design, &str),
    (action, token): (String, String),
    filled: &[(String, String)],
    wrong: &[(String, &'static str)],
) -> FillPage {
    let words = texts::of(language);
    let field = |field: &Field| {
        let of = filled.iter().filter(|(name, _)| *name == field.id);
        let values: Vec<&str> = of.map(|(_, value)| value.as_str()).collect();
        let error = wrong.iter().find(|(id, _)| *id == field.id);
        Shown::of(field, &values, error.map(|(_, key)| words.say(key)))
    };
    FillPage {
        styles: styles(),
        words,
        title: design.title.clone(),
        intro: prose::prose(&design.intro),
        action,
        token,
        fields: design.fields.iter().map(field).collect(),
        problem: if wrong.is_empty() {
            ""
        } else {
            words.say("problem.again")
        },
        preview: false,
    }
}

impl FillPage {
    /// As whoever builds it looks at it: it goes nowhere.
    pub(super) fn previewed(self) -> Self {
        Self {
            preview: true,
            ..self
        }
    }
}

fn gone(language: &str) -> Response {
    let words = texts::of(language);
    let page = EndPage {
        styles: styles(),
        words,
        title: words.say("form.gone").to_owned(),
        text: prose::prose(words.say("form.gone_words")),
    };
    open_page(StatusCode::NOT_FOUND, &page, "'none'")
}

fn thanks(design: &Design, language: &str, ancestors: &str) -> Response {
    let words = texts::of(language);
    let text = match design.thanks.trim() {
        "" => words.say("form.thanks_words"),
        text => text,
    };
    let page = EndPage {
        styles: styles(),
        words,
        title: words.say("form.thanks").to_owned(),
        text: prose::prose(text),
    };
    open_page(StatusCode::OK, &page, ancestors)
}

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
    let page = fill_page((&design, &form.language), way, &[], &[]);
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
    body: Bytes,
) -> Response {
    taken_openly(&room, &id, (Door::Own, address), &body).await
}

/// The same within another site's page.
pub(super) async fn send_embedded(
    State(room): State<Room>,
    Path(id): Path<String>,
    address: Address,
    body: Bytes,
) -> Response {
    taken_openly(&room, &id, (Door::Within, address), &body).await
}

/// The fields of a form as they were sent; none: one of them it does not have.
fn sent(design: &Design, body: &[u8]) -> Option<Vec<(String, String)>> {
    let mut all = Vec::new();
    for (name, value) in form_urlencoded::parse(body) {
        let own = design.fields.iter().any(|field| field.id == name);
        if !own && name != TOKEN && name != TRAP {
            return None;
        }
        all.push((name.into_owned(), value.replace('\0', "\u{fffd}")));
    }
    Some(all)
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
    body: &[u8],
) -> Response {
    let (form, design) = match open_form(room, id).await {
        Ok(Some(found)) => found,
        Ok(None) => return gone("en"),
        Err(_) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    let Some(filled) = sent(&design, body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let (words, ancestors) = (texts::of(&form.language), door.ancestors(&form));
    let token = of(&filled, TOKEN).to_owned();
    let again = |status, token: String, problem: &'static str, wrong: &[(String, &'static str)]| {
        let way = (door.action(form.id), token);
        let mut page = fill_page((&design, &form.language), way, &filled, wrong);
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
    let new = NewAnswer {
        id: room.world.id(),
        held: suspicion(&filled),
        filled: filled.clone(),
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

/// A form that was sent to a contact, and what is known already.
struct Personal {
    form: FormRow,
    design: Design,
    client: ClientId,
    known: Vec<(String, String)>,
}

async fn personal(room: &Room, token: &str) -> Result<Option<(Token, Personal)>, StoreError> {
    let Some(token) = Token::parse(token) else {
        return Ok(None);
    };
    let (hash, now) = (token.hash(), room.world.now());
    let found = room.store.read(move |read| {
        let Some((form, client, contact)) = link_stands(read, hash, now)? else {
            return Ok(None);
        };
        let Some(form) = queries::form(read, form)? else {
            return Ok(None);
        };
        let Some(design) = form.published.clone() else {
            return Ok(None);
        };
        let Some(known) = known(read, (client, contact), &design)? else {
            return Ok(None);
        };
        Ok::<_, StoreError>(Some(Personal {
            form,
            design,
            client,
            known,
        }))
    });
    Ok(found.await?.map(|personal| (token, personal)))
}

/// What the record says already, for the fields that are written into it.
fn known(
    read: &kept_store::Read<'_>,
    (client, contact): (ClientId, ContactId),
    design: &Design,
) -> Result<Option<Vec<(String, String)>>, StoreError> {
    let Some((card, whole)) = read::own(read, contact)? else {
        return Ok(None);
    };
    let (own, theirs) = (card.draft(), whole.draft());
    let values = read::values(read, client)?;
    let of = |field: &Field| {
        let own_value = field.maps.strip_prefix("own.").and_then(|id| {
            let found = values.iter().find(|(known, _)| known.to_string() == id);
            found.map(|(_, value)| value.clone())
        });
        let value = own_value.unwrap_or_else(|| mapped_target(&field.maps, &own, &theirs));
        (!value.is_empty()).then(|| (field.id.clone(), value))
    };
    Ok(Some(design.fields.iter().filter_map(of).collect()))
}

/// A form that was sent to somebody. Looking uses nothing up.
pub(super) async fn look(State(room): State<Room>, Path(token): Path<String>) -> Response {
    match personal(&room, &token).await {
        Ok(Some((token, of))) => {
            let way = (format!("/f/for/{}", token.text()), String::new());
            let design = (&of.design, of.form.language.as_str());
            let page = fill_page(design, way, &of.known, &[]);
            open_page(StatusCode::OK, &page, "'none'")
        }
        Ok(None) => gone("en"),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// Takes in what somebody filled in by their own link.
pub(super) async fn send_personally(
    State(room): State<Room>,
    Path(token): Path<String>,
    body: Bytes,
) -> Response {
    let (token, of) = match personal(&room, &token).await {
        Ok(Some(found)) => found,
        Ok(None) => return gone("en"),
        Err(_) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    let Some(filled) = sent(&of.design, &body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let new = NewAnswer {
        id: room.world.id(),
        held: None,
        filled: filled.clone(),
    };
    let (step, hash) = (room.step(Who::Unknown), token.hash());
    let taken = room
        .store
        .write(move |tx| answer_personally(tx, &step, hash, &new));
    let way = (format!("/f/for/{}", token.text()), String::new());
    let design = (&of.design, of.form.language.as_str());
    match taken.await {
        Ok(client) => {
            debug_assert_eq!(client, of.client);
            room.changed(Some(client));
            thanks(&of.design, &of.form.language, "'none'")
        }
        Err(FormError::Values(wrong)) => {
            let page = fill_page(design, way, &filled, &wrong);
            open_page(StatusCode::UNPROCESSABLE_ENTITY, &page, "'none'")
        }
        Err(FormError::Missing) => gone(&of.form.language),
        Err(_) => {
            let mut page = fill_page(design, way, &filled, &[]);
            page.problem = texts::of(&of.form.language).say("problem.failed");
            open_page(StatusCode::SERVICE_UNAVAILABLE, &page, "'none'")
        }
    }
}
