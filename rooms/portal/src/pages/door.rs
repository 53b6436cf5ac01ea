//! The door: asking for a link, looking at one, coming in, going out.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use kept_accounts::RemoteAddress;
use kept_journal::audit::Who;
use kept_store::StoreError;
use kept_ui::{Failure, Filled, Form, Frame, Tongue, page, see_other, unprocessable};
use kept_vault::Token;
use kept_visitors::network;
use serde::Deserialize;

use super::{Shell, got, home, page_with, within};
use crate::Room;
use crate::commands::{
    Entering, ask_for_link, enter as enter_by, leave as leave_session, link_stands,
};
use crate::session::{COOKIE, Client, Guest, LONGEST_DAYS, binding};

/// The page at which a client asks for a link.
#[derive(Template)]
#[template(path = "portal/door.html")]
pub(super) struct DoorPage {
    pub(super) frame: Frame,
    pub(super) shell: Shell,
    pub(super) greeting: String,
    pub(super) form: Filled,
    /// A link is on its way, if the address is known.
    pub(super) sent: bool,
    pub(super) problem: String,
    pub(super) others: Vec<(&'static str, &'static str)>,
}

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    next: Option<String>,
    lang: Option<String>,
    sent: Option<String>,
}

fn door(guest: &Guest, frame: Frame, form: Filled) -> DoorPage {
    let words = guest.words;
    let others = Tongue::ALL.into_iter().filter(|one| *one != words.tongue());
    DoorPage {
        frame: frame.titled(&guest.company),
        shell: guest.shell(),
        greeting: guest.settings.greeting(words.tongue()).to_owned(),
        form,
        sent: false,
        problem: String::new(),
        others: others.map(|one| (one.code(), one.name())).collect(),
    }
}

/// The first page: what stands for a client who came in, else the door.
pub(super) async fn first(
    State(room): State<Room>,
    guest: Guest,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    if let Some(visitor) = guest.visitor.clone() {
        return home::home(&room, Client { guest, visitor }, frame).await;
    }
    let guest = guest.speaking(asked.lang.as_deref().and_then(Tongue::of));
    let form = Filled::with([
        ("next", within(asked.next.as_deref())),
        ("lang", guest.words.code().to_owned()),
    ]);
    Ok(page(&DoorPage {
        sent: asked.sent.is_some(),
        ..door(&guest, frame, form)
    }))
}

#[derive(Deserialize)]
pub(super) struct Address {
    email: String,
    next: Option<String>,
    lang: Option<String>,
}

/// Sends a link, where the address is known. The answer is the same either way.
pub(super) async fn send_link(
    State(room): State<Room>,
    guest: Guest,
    frame: Frame,
    address: Option<Extension<RemoteAddress>>,
    form: Form<Address>,
) -> Result<Response, Failure> {
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return Ok(unprocessable(&door(&guest, frame, filled))),
    };
    let guest = guest.speaking(typed.lang.as_deref().and_then(Tongue::of));
    let email = typed.email.trim().to_owned();
    if !kept_mail::is_address(&email) {
        let filled = filled.wrong("email", guest.words.say("door.no_address"));
        return Ok(unprocessable(&door(&guest, frame, filled)));
    }
    let from = address.map(|Extension(RemoteAddress(address))| network(address));
    let too_often = from.and_then(|from| room.often.too_often(&from, guest.now));
    if too_often.is_some() {
        let shown = DoorPage {
            problem: guest.words.say("door.too_often").to_owned(),
            ..door(&guest, frame, filled)
        };
        return Ok(page_with(StatusCode::TOO_MANY_REQUESTS, &shown));
    }
    let token = room.token().map_err(Failure::internal)?;
    let (step, next) = (room.step(Who::Unknown), within(typed.next.as_deref()));
    let sent = room.store.write(move |tx| {
        ask_for_link(tx, &step, &email, (&next, &token))?;
        Ok::<_, StoreError>(())
    });
    got(sent).await?;
    let way = format!("/portal?sent=on&lang={}", guest.words.code());
    Ok(see_other(&way).into_response())
}

/// What a link leads to: a button that uses it.
#[derive(Template)]
#[template(path = "portal/enter.html")]
struct EnterPage {
    frame: Frame,
    shell: Shell,
    /// The token of the link; none: it is no longer good.
    token: Option<String>,
}

/// Looks at a link. Mail scanners look too, so that nothing is used up.
pub(super) async fn look(
    State(room): State<Room>,
    guest: Guest,
    frame: Frame,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    let stands = match Token::parse(&token) {
        Some(parsed) => {
            let (hash, now) = (parsed.hash(), guest.now);
            got(room.store.read(move |read| link_stands(read, hash, now)))
                .await?
                .is_some()
        }
        None => false,
    };
    let token = stands.then_some(token);
    Ok(entering(&guest, frame, token))
}

fn entering(guest: &Guest, frame: Frame, token: Option<String>) -> Response {
    let gone = token.is_none();
    let shown = EnterPage {
        frame: frame.titled(&guest.company),
        shell: guest.shell(),
        token,
    };
    let status = if gone {
        StatusCode::NOT_FOUND
    } else {
        StatusCode::OK
    };
    page_with(status, &shown)
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

/// Uses a link, and begins a session that reads.
pub(super) async fn enter(
    State(room): State<Room>,
    guest: Guest,
    frame: Frame,
    Path(token): Path<String>,
    form: Form<Nothing>,
) -> Result<Response, Failure> {
    let Some(link) = Token::parse(&token).filter(|_| form.read().is_ok()) else {
        return Ok(entering(&guest, frame, None));
    };
    let secret = room.token().map_err(Failure::internal)?;
    let entering_by = Entering {
        link: link.hash(),
        session: room.world.id(),
        secret: secret.hash(),
    };
    let step = room.step(Who::Unknown);
    let entered = room.store.write(move |tx| enter_by(tx, &step, entering_by));
    let Some(next) = got(entered).await? else {
        return Ok(entering(&guest, frame, None));
    };
    let mut answer = see_other(&next).into_response();
    answer.extensions_mut().insert(binding(entering_by.session));
    let seconds = u32::try_from(LONGEST_DAYS * 86_400).unwrap_or(u32::MAX);
    put_cookie(&room, answer.headers_mut(), secret.text(), seconds);
    Ok(answer)
}

fn put_cookie(room: &Room, headers: &mut HeaderMap, value: &str, seconds: u32) {
    let cookie: Option<HeaderValue> = room.jar.write(COOKIE, value, Some(seconds));
    if let Some(cookie) = cookie {
        headers.append(SET_COOKIE, cookie);
    }
}

/// Ends the session.
pub(super) async fn leave(
    State(room): State<Room>,
    client: Client,
    form: Form<Nothing>,
) -> Result<Response, Failure> {
    if form.read().is_err() {
        return Ok(see_other("/portal").into_response());
    }
    let (session, contact) = (client.visitor.session, client.contact());
    let step = room.step(Who::Contact(contact.0));
    let left = room
        .store
        .write(move |tx| leave_session(tx, &step, (session, contact)));
    got(left).await?;
    let mut answer = see_other("/portal").into_response();
    put_cookie(&room, answer.headers_mut(), "", 0);
    Ok(answer)
}
