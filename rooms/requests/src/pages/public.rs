//! Pages for people without an account: the web form, and the page on which a client confirms that a request is settled.
//!
//! They carry no cookie, so the form also works inside of another site's page, and nobody can make somebody else send it: what
//! stands in its token is worth one request. Neither page says whether an address is known. Files that come with the form are kept
//! beside its message as those of a mail are: handed out as downloads, to whoever may read the request.

mod confirm;
mod sent;

use askama::Template;
use axum::Extension;
use axum::extract::{Request as HttpRequest, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use kept_accounts::RemoteAddress;
use kept_journal::audit::Who;
use kept_kernel::Id;
use kept_store::{StoreError, params};
use kept_ui::{Tongue, Words};
use kept_visitors::{FormToken, network};

use crate::commands::{OpenRequestError, Sent, visitor_asks};
use crate::model::{Fault, NewRequest, choices, mark_of};
use crate::room::Room;
use crate::telling::Doer;
use crate::visitors::{self, Spoken};
use crate::{queries, read};

pub use confirm::{confirm, look};
use sent::{NoFiles, Reading, Typed};

#[derive(Template)]
#[template(path = "requests/ask.html")]
struct AskPage {
    style: &'static str,
    words: Words,
    /// The other languages that it can be read in: their codes and names.
    others: Vec<(&'static str, &'static str)>,
    /// The kinds of request: in the vocabulary's words, and as they are read.
    categories: Vec<(String, String)>,
    token: String,
    typed: Typed,
    problem: &'static str,
    /// Files were chosen, and are to be chosen again.
    files_again: bool,
    errors: Vec<(&'static str, String)>,
    /// The number of what was opened.
    opened: Option<String>,
}

impl AskPage {
    fn empty(words: Words) -> Self {
        let others = Tongue::ALL.into_iter().filter(|one| *one != words.tongue());
        Self {
            style: style(),
            words,
            others: others.map(|one| (one.code(), one.name())).collect(),
            categories: Vec::new(),
            token: String::new(),
            typed: Typed::default(),
            problem: "",
            files_again: false,
            errors: Vec::new(),
            opened: None,
        }
    }

    fn thanks(words: Words, number: Option<u64>) -> Self {
        Self {
            opened: Some(number.map(mark_of).unwrap_or_default()),
            ..Self::empty(words)
        }
    }

    fn error(&self, field: &str) -> Option<&str> {
        let mut errors = self.errors.iter();
        errors
            .find(|(name, _)| *name == field)
            .map(|(_, words)| words.as_str())
    }
}

/// The empty form.
pub async fn ask(State(room): State<Room>, Spoken(words): Spoken) -> Response {
    let Some(token) = room.form_token() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let shown = AskPage {
        categories: categories(&room, words),
        token,
        ..AskPage::empty(words)
    };
    public(StatusCode::OK, &shown, &ancestors(&room).await)
}

fn categories(room: &Room, words: Words) -> Vec<(String, String)> {
    let rules = room.rules.now();
    let all = choices(&rules.register, "category").iter();
    all.map(|one| (one.clone(), visitors::category(words, one)))
        .collect()
}

/// Which sites may show the form within theirs, as its policy says it: any, until some are named. Where nobody can tell, none may,
/// and the form still works on its own.
async fn ancestors(room: &Room) -> String {
    match room.store.read(read::form_sites).await {
        Ok(sites) if sites.is_empty() => "*".to_owned(),
        Ok(sites) => sites,
        Err(_) => "'none'".to_owned(),
    }
}

fn style() -> &'static str {
    let mut all = kept_ui::ASSETS.iter();
    all.find(|asset| asset.kind.starts_with("text/css"))
        .map_or("", |asset| asset.path)
}

/// A page that these sites may show within theirs.
fn public(status: StatusCode, template: &impl Template, ancestors: &str) -> Response {
    let Ok(html) = template.render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
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

/// Why nothing is opened by a form, before its files are looked at.
enum Stopped {
    /// It looks to whoever sent it as if it had been; the number of what was opened by it before.
    Thanked(Option<u64>),
    Fast,
    Stale,
    /// So many seconds are to be waited.
    Often(u32),
}

/// Takes the form in.
pub async fn send(
    State(room): State<Room>,
    Spoken(words): Spoken,
    address: Option<Extension<RemoteAddress>>,
    request: HttpRequest,
) -> Response {
    let (typed, mut reading) = match Reading::begin(request).await {
        Ok(begun) => begun,
        Err(status) => return status.into_response(),
    };
    let (ancestors, files_again) = (ancestors(&room).await, reading.has_files());
    let thanked = |number| public(StatusCode::OK, &AskPage::thanks(words, number), &ancestors);
    let again = |problem: &'static str, errors: Vec<(&'static str, String)>| AskPage {
        categories: categories(&room, words),
        token: typed.token.clone(),
        typed: typed.clone(),
        problem,
        files_again,
        errors,
        ..AskPage::empty(words)
    };
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    let address = address.map(|Extension(RemoteAddress(address))| network(address));
    let token = match let_in(&room, &typed, address).await {
        Ok(token) => token,
        Err(stopped) => {
            reading.pass_over().await;
            return match stopped {
                Stopped::Thanked(number) => thanked(number),
                Stopped::Fast => {
                    let page = again(words.say("problem.fast"), Vec::new());
                    public(refused, &page, &ancestors)
                }
                Stopped::Stale => {
                    let mut page = again(words.say("problem.stale"), Vec::new());
                    page.token = room.form_token().unwrap_or_default();
                    public(refused, &page, &ancestors)
                }
                Stopped::Often(seconds) => {
                    let page = again(words.say("problem.often"), Vec::new());
                    let mut response = public(StatusCode::TOO_MANY_REQUESTS, &page, &ancestors);
                    let seconds = HeaderValue::from(seconds);
                    response.headers_mut().insert(header::RETRY_AFTER, seconds);
                    response
                }
            };
        }
    };
    let files = match reading.files(&room).await {
        Ok(files) => files,
        Err(NoFiles::TooLarge) => {
            let page = again(words.say("problem.large"), Vec::new());
            return public(StatusCode::PAYLOAD_TOO_LARGE, &page, &ancestors);
        }
        Err(NoFiles::Unreadable) => return StatusCode::BAD_REQUEST.into_response(),
    };
    match opened(&room, token, (&typed, files)).await {
        Ok(number) => {
            room.changed(None, None);
            thanked(Some(number))
        }
        Err(OpenRequestError::Faults(faults)) => {
            let faults = faults.into_iter();
            let errors = faults.map(|fault| (fault.field(), visitors::fault(words, fault)));
            let page = again(words.say("problem.again"), errors.collect());
            public(refused, &page, &ancestors)
        }
        Err(_) => {
            let page = again(words.say("problem.failed"), Vec::new());
            public(StatusCode::SERVICE_UNAVAILABLE, &page, &ancestors)
        }
    }
}

/// Whether a form may open something: what its token is known by. All of it is known before the first byte of a file.
async fn let_in(room: &Room, typed: &Typed, place: Option<String>) -> Result<[u8; 16], Stopped> {
    let token = match room.form(&typed.token) {
        FormToken::Good(token) => token,
        FormToken::TooFast => return Err(Stopped::Fast),
        FormToken::Stale => return Err(Stopped::Stale),
    };
    if !typed.website.is_empty() {
        // A program gets the same answer as a person, and nothing is opened.
        return Err(Stopped::Thanked(None));
    }
    if let Some(number) = opened_before(room, token).await {
        return Err(Stopped::Thanked(Some(number)));
    }
    let (place, now) = (place.unwrap_or_default(), room.world.now());
    match room.often.too_often(&place, now) {
        Some(seconds) => Err(Stopped::Often(seconds)),
        None => Ok(token),
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

async fn opened(
    room: &Room,
    token: [u8; 16],
    (typed, files): (&Typed, Vec<Sent>),
) -> Result<u64, OpenRequestError> {
    let (id, step) = (room.new_id(), room.step(Who::Unknown, Doer::Client));
    let new = NewRequest {
        name: Some(typed.name.clone()),
        email: Some(typed.email.clone()),
        channel: Some("web form".to_owned()),
        subject: typed.subject.clone(),
        body: typed.body.clone(),
        category: Some(typed.category.clone()).filter(|category| !category.is_empty()),
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
    let written = room
        .store
        .write(move |tx| visitor_asks(tx, &step, (id, token), &draft, &files));
    written.await
}
