//! A contact's own address: asked for, confirmed by the code that went there, and taken back from the old one.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use kept_clients::{commands as clients, read};
use kept_journal::audit::Who;
use kept_rooms::Refusal as _;
use kept_ui::{Failure, Flash, Form, Frame, page, see_other};
use kept_vault::Token;
use serde::Deserialize;

use super::{Shell, code, done, got, page_with};
use crate::Room;
use crate::commands::{
    AddressTried, NewAddress, PortalError, address_back_stands, ask_for_address, asked_address,
    take_back_address, try_address,
};
use crate::session::{Client, Guest};

/// Where the fact comes from.
const SOURCE: &str = "portal";
/// Addresses are no longer than this.
const LONGEST: usize = 254;

#[derive(Template)]
#[template(path = "portal/address.html")]
struct AddressPage {
    frame: Frame,
    shell: Shell,
    /// Whether the session may do things now.
    acts: bool,
    now: String,
    email: String,
    problem: String,
    /// The address that waits for its code.
    asked: Option<String>,
    asks_code: bool,
    wrong_code: String,
}

fn address_page(client: &Client, frame: Frame, asked: Option<String>) -> AddressPage {
    AddressPage {
        frame: frame.titled(client.words().say("address.title")),
        shell: client.guest.shell(),
        acts: client.may_act(),
        now: client.visitor.contact.email.clone().unwrap_or_default(),
        email: String::new(),
        problem: String::new(),
        asked,
        asks_code: false,
        wrong_code: String::new(),
    }
}

async fn asked(room: &Room, client: &Client) -> Result<Option<String>, Failure> {
    let (session, now) = (client.visitor.session, client.guest.now);
    let read = room
        .store
        .read(move |read| asked_address(read, session, now));
    got(read).await
}

/// The address as it is, and the one that waits for its code.
pub(super) async fn show(
    State(room): State<Room>,
    client: Client,
    frame: Frame,
) -> Result<Response, Failure> {
    let asked = asked(&room, &client).await?;
    Ok(page(&address_page(&client, frame, asked)))
}

#[derive(Deserialize)]
pub(super) struct Typed {
    email: String,
    code: Option<String>,
}

/// Sends a code to the new address.
pub(super) async fn ask(
    State(room): State<Room>,
    client: Client,
    frame: Frame,
    form: Form<Typed>,
) -> Result<Response, Failure> {
    let words = client.words();
    let Ok((typed, _)) = form.read() else {
        return Ok(see_other("/portal/address").into_response());
    };
    let email = typed.email.trim().to_owned();
    let again = |client: &Client, frame: Frame, problem: &str| {
        let mut shown = address_page(client, frame, None);
        typed.email.clone_into(&mut shown.email);
        problem.clone_into(&mut shown.problem);
        shown
    };
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    if !kept_mail::is_address(&email) || email.len() > LONGEST {
        let shown = again(&client, frame, words.say("door.no_address"));
        return Ok(page_with(refused, &shown));
    }
    let given = typed.code.as_deref().unwrap_or_default();
    let wrong_code = if client.may_act() || given.is_empty() {
        None
    } else {
        code::tried(&room, &client, given).await?.err()
    };
    let new = new_address(&room, email)?;
    let step = room.step(Who::Contact(client.contact().0));
    let session = client.visitor.session;
    let sent = room
        .store
        .write(move |tx| ask_for_address(tx, &step, session, &new));
    match sent.await {
        Ok(()) => Ok(see_other("/portal/address").into_response()),
        Err(PortalError::State(key)) => {
            let shown = again(&client, frame, words.say(key));
            Ok(page_with(refused, &shown))
        }
        Err(PortalError::Locked) => {
            if wrong_code.is_none() {
                code::letter(&room, &client).await?;
            }
            let mut shown = again(&client, frame, words.say("code.again"));
            shown.asks_code = true;
            let wrong = wrong_code.unwrap_or_default();
            wrong.clone_into(&mut shown.wrong_code);
            Ok(page_with(refused, &shown))
        }
        Err(error) => Err(error.refused().failure()),
    }
}

fn new_address(room: &Room, email: String) -> Result<NewAddress, Failure> {
    let id = room.world.id();
    let code = room.code().map_err(Failure::internal)?;
    let sealed = room.seals.closed(ABOUT, code.as_bytes());
    let sealed = sealed.ok_or_else(|| Failure::internal("no randomness for a code"))?;
    Ok(NewAddress {
        id,
        email,
        code,
        sealed,
    })
}

/// What a code for an address is sealed for.
const ABOUT: &[u8] = b"portal/address";

#[derive(Deserialize)]
pub(super) struct Given {
    code: String,
}

/// Takes the code that went to the new address.
pub(super) async fn give(
    State(room): State<Room>,
    client: Client,
    frame: Frame,
    form: Form<Given>,
) -> Result<Response, Failure> {
    let words = client.words();
    let Ok((given, _)) = form.read() else {
        return Ok(see_other("/portal/address").into_response());
    };
    let who = Who::Contact(client.contact().0);
    let of_clients = clients::Step::new(&room.world, &room.rules, who).from_source(SOURCE);
    let (step, seals, session) = (room.step(who), room.seals.clone(), client.visitor.session);
    let (undo, change) = (room.token().map_err(Failure::internal)?, room.world.id());
    let typed: String = given.code.chars().filter(char::is_ascii_digit).collect();
    let tried = room.store.write(move |tx| {
        let judge = |sealed: &[u8]| code::is_same(&seals, ABOUT, (sealed, &typed));
        try_address(tx, (&step, &of_clients), session, (change, &undo), judge)
    });
    let problem = match tried.await {
        Ok(AddressTried::Changed) => {
            room.changed(client.visitor.client.id);
            let said = Flash::said(words.say("address.changed"));
            return Ok(see_other("/portal/details").with(said).into_response());
        }
        Ok(AddressTried::Wrong) => "code.wrong",
        Ok(AddressTried::Gone) => "code.gone",
        Err(PortalError::Locked) => {
            let said = Flash::said(words.say("code.first"));
            let way = see_other("/portal/code?next=/portal/address");
            code::letter(&room, &client).await?;
            return Ok(way.with(said).into_response());
        }
        Err(error) => return Err(error.refused().failure()),
    };
    let asked = asked(&room, &client).await?;
    let mut shown = address_page(&client, frame, asked);
    if shown.asked.is_some() {
        words.say(problem).clone_into(&mut shown.wrong_code);
    } else {
        words.say(problem).clone_into(&mut shown.problem);
    }
    Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown))
}

#[derive(Template)]
#[template(path = "portal/address_back.html")]
struct BackPage {
    frame: Frame,
    shell: Shell,
    stands: Stands,
    /// The token of the link, and the address that it brings back.
    back: Option<(String, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    Asks,
    Done,
    Gone,
}

fn back_page(
    guest: &Guest,
    frame: Frame,
    (stands, back): (Stands, Option<(String, String)>),
) -> Response {
    let shown = BackPage {
        frame: frame.titled(&guest.company),
        shell: guest.shell(),
        stands,
        back,
    };
    let status = match stands {
        Stands::Gone => StatusCode::NOT_FOUND,
        Stands::Asks | Stands::Done => StatusCode::OK,
    };
    page_with(status, &shown)
}

#[derive(Deserialize)]
pub(super) struct Looked {
    done: Option<String>,
}

/// Looks at a link that takes a change back. Mail scanners look too, so that nothing is done.
pub(super) async fn look_back(
    State(room): State<Room>,
    guest: Guest,
    frame: Frame,
    Path(token): Path<String>,
    Query(looked): Query<Looked>,
) -> Result<Response, Failure> {
    if looked.done.is_some() {
        return Ok(back_page(&guest, frame, (Stands::Done, None)));
    }
    let before = match Token::parse(&token) {
        Some(parsed) => {
            let (hash, now) = (parsed.hash(), guest.now);
            let read = room
                .store
                .read(move |read| address_back_stands(read, hash, now));
            got(read).await?.map(|(_, before, _)| before)
        }
        None => None,
    };
    let back = before.map(|before| (token, code::covered(&before)));
    let stands = match back {
        Some(_) => Stands::Asks,
        None => Stands::Gone,
    };
    Ok(back_page(&guest, frame, (stands, back)))
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

/// Takes the change back.
pub(super) async fn take_back(
    State(room): State<Room>,
    guest: Guest,
    frame: Frame,
    Path(token): Path<String>,
    form: Form<Nothing>,
) -> Result<Response, Failure> {
    let Some(link) = Token::parse(&token).filter(|_| form.read().is_ok()) else {
        return Ok(back_page(&guest, frame, (Stands::Gone, None)));
    };
    let (hash, now) = (link.hash(), guest.now);
    let whose = room.store.read(move |read| {
        let found = address_back_stands(read, hash, now)?;
        found.map_or(Ok(None), |(contact, ..)| read::contact(read, contact))
    });
    let Some(card) = got(whose).await? else {
        return Ok(back_page(&guest, frame, (Stands::Gone, None)));
    };
    // Whoever holds the link reads the mails of the old address: it speaks for the contact.
    let who = Who::Contact(card.id.0);
    let of_clients = clients::Step::new(&room.world, &room.rules, who).from_source(SOURCE);
    let (step, at) = (room.step(who), (hash, room.world.id()));
    let taken = room
        .store
        .write(move |tx| take_back_address(tx, (&step, &of_clients), at));
    if !done(taken).await? {
        return Ok(back_page(&guest, frame, (Stands::Gone, None)));
    }
    room.changed(card.client);
    let way = format!("/portal/address/back/{token}?done=on");
    Ok(see_other(&way).into_response())
}
