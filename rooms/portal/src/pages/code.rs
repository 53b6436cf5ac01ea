//! The code by mail, without which a session only reads.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use kept_journal::audit::Who;
use kept_ui::{Failure, Filled, Flash, Form, Frame, Words, page, see_other, unprocessable};
use kept_visitors::Seals;
use serde::Deserialize;

use super::{Shell, done, got, within};
use crate::Room;
use crate::commands::{CodeTried, send_code, try_code};
use crate::session::Client;

#[derive(Template)]
#[template(path = "portal/code.html")]
struct CodePage {
    frame: Frame,
    shell: Shell,
    address: String,
    form: Filled,
}

#[derive(Deserialize)]
pub(super) struct Asked {
    next: Option<String>,
}

fn code_page(client: &Client, frame: Frame, form: Filled) -> CodePage {
    CodePage {
        frame: frame.titled(client.words().say("code.title")),
        shell: client.guest.shell(),
        address: covered(client.visitor.contact.email.as_deref().unwrap_or_default()),
        form,
    }
}

/// `s•••@aalto.example`: who looks over a shoulder need not read it whole.
pub(super) fn covered(email: &str) -> String {
    let (name, host) = email.split_once('@').unwrap_or((email, ""));
    let first: String = name.chars().take(1).collect();
    format!("{first}•••@{host}")
}

/// Where the code is entered.
pub(super) async fn ask(client: Client, frame: Frame, Query(asked): Query<Asked>) -> Response {
    let form = Filled::with([("next", within(asked.next.as_deref()))]);
    page(&code_page(&client, frame, form))
}

/// Sends a code, and leads to where it is entered.
pub(super) async fn send(
    State(room): State<Room>,
    client: Client,
    form: Form<Asked>,
) -> Result<Response, Failure> {
    let Ok((asked, _)) = form.read() else {
        return Ok(see_other("/portal").into_response());
    };
    let words = client.words();
    let said = if letter(&room, &client).await? {
        words.say("code.sent")
    } else {
        words.say("code.too_many")
    };
    let next = within(asked.next.as_deref()).replace('#', "%23");
    let way = format!("/portal/code?next={next}");
    Ok(see_other(&way).with(Flash::said(said)).into_response())
}

/// Sends a code to whoever came in; whether one is on its way.
pub(super) async fn letter(room: &Room, client: &Client) -> Result<bool, Failure> {
    let code = room.code().map_err(Failure::internal)?;
    let (session, contact) = (client.visitor.session, client.contact());
    let about = about(session);
    let sealed = room.seals.closed(&about, code.as_bytes());
    let sealed = sealed.ok_or_else(|| Failure::internal("no randomness for a code"))?;
    let step = room.step(Who::Contact(contact.0));
    let sent = room
        .store
        .write(move |tx| send_code(tx, &step, (session, contact), (&code, &sealed)));
    done(sent).await
}

fn about(session: kept_kernel::Id) -> Vec<u8> {
    [b"portal/code ".as_slice(), &session.bytes()].concat()
}

/// Tries a code of whoever came in; what is wrong with it, in their words.
pub(super) async fn tried(
    room: &Room,
    client: &Client,
    typed: &str,
) -> Result<Result<(), &'static str>, Failure> {
    let typed: String = typed.chars().filter(char::is_ascii_digit).collect();
    let words: Words = client.words();
    if typed.len() != 6 {
        return Ok(Err(words.say("code.six")));
    }
    let (session, contact) = (client.visitor.session, client.contact());
    let (step, seals) = (room.step(Who::Contact(contact.0)), room.seals.clone());
    let tried = room.store.write(move |tx| {
        let judge = |sealed: &[u8]| is_same(&seals, &about(session), (sealed, &typed));
        try_code(tx, &step, (session, contact), judge)
    });
    Ok(match got(tried).await? {
        CodeTried::Right => Ok(()),
        CodeTried::Wrong => Err(words.say("code.wrong")),
        CodeTried::Gone => Err(words.say("code.gone")),
    })
}

/// Whether a sealed code is the one that was typed, without telling by the time it takes how much of it was right.
pub(super) fn is_same(seals: &Seals, about: &[u8], (sealed, typed): (&[u8], &str)) -> bool {
    let known = seals.opened(about, sealed);
    known.is_some_and(|known| {
        known.len() == typed.len()
            && known
                .iter()
                .zip(typed.as_bytes())
                .fold(0, |all, (one, other)| all | (one ^ other))
                == 0
    })
}

#[derive(Deserialize)]
pub(super) struct Given {
    code: String,
    next: Option<String>,
}

/// Takes a code.
pub(super) async fn give(
    State(room): State<Room>,
    client: Client,
    frame: Frame,
    form: Form<Given>,
) -> Result<Response, Failure> {
    let (given, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return Ok(unprocessable(&code_page(&client, frame, filled))),
    };
    match tried(&room, &client, &given.code).await? {
        Ok(()) => {
            let said = client.words().say("code.right");
            let next = within(given.next.as_deref());
            Ok(see_other(&next).with(Flash::said(said)).into_response())
        }
        Err(words) => {
            let filled = filled.wrong("code", words);
            Ok(unprocessable(&code_page(&client, frame, filled)))
        }
    }
}
