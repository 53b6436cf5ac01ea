//! One request of a client: how it stands, what was promised, what was said, and what the client can say.

use askama::Template;
use axum::extract::{Path, Request as HttpRequest, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use kept_journal::audit::Who;
use kept_kernel::Id;
use kept_requests::Doer;
use kept_requests::commands::Step as RequestStep;
use kept_requests::model::{RequestId, State as Stand};
use kept_requests::read::{self as requests, FileRow, Message, Request, Voice};
use kept_rooms::{Refusal as _, Refused};
use kept_store::StoreError;
use kept_ui::{Failure, Flash, Form, Frame, Html, download, page, prose, see_other};
use serde::Deserialize;

use super::files::sent_form;
use super::promised::{Shown, items};
use super::{Shell, code, got, home, local, missing, page_with, size};
use crate::Room;
use crate::commands::{PortalError, confirm as confirm_by, reject as reject_by, reply as reply_by};
use crate::session::Client;

#[derive(Template)]
#[template(path = "portal/request.html")]
struct RequestPage {
    frame: Frame,
    shell: Shell,
    of: Request,
    stand: &'static str,
    received: String,
    specialist: Option<String>,
    promised: Vec<Shown>,
    said: Vec<Piece>,
    /// Whether the session may do things now.
    acts: bool,
    /// Whether something can still be said on it.
    open: bool,
    /// Whether it waits for the client's word.
    to_confirm: bool,
    /// What was written and not taken.
    draft: Draft,
}

/// What was written and not taken.
#[derive(Default)]
struct Draft {
    text: String,
    why: String,
    problem: String,
    /// The session may no longer act: a code was sent, and is asked for beside the words.
    asks_code: bool,
    wrong_code: String,
}

/// Something that was said.
struct Piece {
    voice: &'static str,
    name: String,
    when: String,
    text: Html,
    files: Vec<(String, String, String)>,
}

struct Found {
    of: Request,
    said: Vec<Message>,
    files: Vec<FileRow>,
    promised: Vec<super::promised::Item>,
}

async fn found(room: &Room, client: &Client, id: &str) -> Result<Found, Failure> {
    let (words, contact) = (client.words(), client.contact());
    let id: RequestId = id.parse().map_err(|_| missing(words))?;
    let read = room.store.read(move |read| {
        let Some(of) = requests::one_of_contact(read, contact, id)? else {
            return Ok(None);
        };
        let promises = requests::promised(read, contact)?;
        let promised = items(read, std::slice::from_ref(&of), &promises)?;
        Ok::<_, StoreError>(Some(Found {
            said: requests::said(read, id)?,
            files: requests::files(read, id)?,
            promised,
            of,
        }))
    });
    got(read).await?.ok_or_else(|| missing(words))
}

fn request_page(
    room: &Room,
    client: &Client,
    frame: Frame,
    (found, draft): (Found, Draft),
) -> RequestPage {
    let (words, now, zone) = (client.words(), client.guest.now, room.zone());
    let when = |at| words.tongue().moment(&local(at, &zone));
    let files_of = |place: u32| {
        let of = found.files.iter().filter(move |file| file.place == place);
        of.map(|file| {
            let href = format!("/portal/requests/{}/files/{}", found.of.id, file.id);
            (href, file.name.clone(), size(file.size))
        })
        .collect()
    };
    let piece = |one: &Message| Piece {
        voice: if one.voice == Voice::Client {
            "client"
        } else {
            "us"
        },
        name: match (&one.name, one.voice) {
            (Some(name), _) => name.clone(),
            (None, Voice::Client) => client.visitor.contact.name.clone(),
            (None, _) => client.guest.company.clone(),
        },
        when: when(one.at),
        text: prose::prose(&one.text),
        files: files_of(one.place),
    };
    let of = &found.of;
    RequestPage {
        frame: frame.titled(&of.subject),
        shell: client.guest.shell(),
        stand: home::stand(words, of),
        received: when(of.received_at),
        specialist: of.assignee_name.clone(),
        promised: found
            .promised
            .iter()
            .map(|item| item.shown(words, (now, &zone)))
            .collect(),
        said: found.said.iter().map(piece).collect(),
        acts: client.may_act(),
        open: of.closed_at.is_none(),
        to_confirm: of.state() == Stand::Resolved && of.confirmed_at.is_none(),
        of: of.clone(),
        draft,
    }
}

/// One request.
pub(super) async fn one(
    State(room): State<Room>,
    client: Client,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let found = found(&room, &client, &id).await?;
    let shown = request_page(&room, &client, frame, (found, Draft::default()));
    Ok(page(&shown))
}

fn step(room: &Room, client: &Client) -> RequestStep {
    room.requests
        .step(Who::Contact(client.contact().0), Doer::Client)
}

/// A code that stands beside what was written: where it is right, the session may act again.
async fn unlocked(
    room: &Room,
    client: &Client,
    typed: &str,
) -> Result<Option<&'static str>, Failure> {
    if client.may_act() || typed.is_empty() {
        return Ok(None);
    }
    Ok(code::tried(room, client, typed).await?.err())
}

/// The page again with what was written: because the session may not act, or something needs another look.
async fn again(
    room: &Room,
    client: &Client,
    frame: Frame,
    (id, error, mut draft): (&str, PortalError, Draft),
) -> Result<Response, Failure> {
    match error {
        PortalError::Locked => {
            if draft.wrong_code.is_empty() {
                code::letter(room, client).await?;
            }
            draft.asks_code = true;
            client
                .words()
                .say("code.again")
                .clone_into(&mut draft.problem);
        }
        other => match other.refused() {
            Refused::Fields(_) => {
                client
                    .words()
                    .say("request.empty")
                    .clone_into(&mut draft.problem);
            }
            Refused::Changed(_) | Refused::Conflict(_) => {
                client
                    .words()
                    .say("request.moved")
                    .clone_into(&mut draft.problem);
            }
            Refused::Missing(_) => return Err(missing(client.words())),
            other => return Err(other.failure()),
        },
    }
    let found = found(room, client, id).await?;
    let shown = request_page(room, client, frame, (found, draft));
    Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown))
}

/// The client writes.
pub(super) async fn reply(
    State(room): State<Room>,
    client: Client,
    frame: Frame,
    Path(id): Path<String>,
    request: HttpRequest,
) -> Result<Response, Failure> {
    found(&room, &client, &id).await?;
    let form = sent_form(&room, request, (&["text", "code"], "files")).await?;
    let text = form.field("text").to_owned();
    let wrong_code = unlocked(&room, &client, form.field("code")).await?;
    let draft = Draft {
        text: text.clone(),
        wrong_code: wrong_code.unwrap_or_default().to_owned(),
        ..Draft::default()
    };
    let of: RequestId = id.parse().map_err(|_| missing(client.words()))?;
    let (step, session, files) = (step(&room, &client), client.visitor.session, form.files);
    let replied = room
        .store
        .write(move |tx| reply_by(tx, &step, session, of, (&text, &files)));
    match replied.await {
        Ok(_) => {
            room.requests.changed_from_outside(Some(of));
            Ok(back(&client, of, "request.sent"))
        }
        Err(error) => again(&room, &client, frame, (&id, error, draft)).await,
    }
}

fn back(client: &Client, id: RequestId, key: &str) -> Response {
    let way = format!("/portal/requests/{id}");
    let said = Flash::said(client.words().say(key));
    see_other(&way).with(said).into_response()
}

#[derive(Deserialize)]
pub(super) struct Word {
    code: Option<String>,
}

/// The client says that it is settled.
pub(super) async fn confirm(
    State(room): State<Room>,
    client: Client,
    frame: Frame,
    Path(id): Path<String>,
    form: Form<Word>,
) -> Result<Response, Failure> {
    found(&room, &client, &id).await?;
    let Ok((word, _)) = form.read() else {
        return Err(Failure::conflict(
            "That was not done",
            "Load the page again.",
        ));
    };
    let wrong_code = unlocked(&room, &client, word.code.as_deref().unwrap_or_default()).await?;
    let of: RequestId = id.parse().map_err(|_| missing(client.words()))?;
    let (step, session) = (step(&room, &client), client.visitor.session);
    let confirmed = room
        .store
        .write(move |tx| confirm_by(tx, &step, session, of));
    match confirmed.await {
        Ok(_) => {
            room.requests.changed_from_outside(Some(of));
            Ok(back(&client, of, "request.confirmed"))
        }
        Err(error) => {
            let draft = Draft {
                wrong_code: wrong_code.unwrap_or_default().to_owned(),
                ..Draft::default()
            };
            again(&room, &client, frame, (&id, error, draft)).await
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Why {
    why: String,
    code: Option<String>,
}

/// The client says that it is not settled, and why.
pub(super) async fn reject(
    State(room): State<Room>,
    client: Client,
    frame: Frame,
    Path(id): Path<String>,
    form: Form<Why>,
) -> Result<Response, Failure> {
    found(&room, &client, &id).await?;
    let Ok((typed, _)) = form.read() else {
        return Err(Failure::conflict(
            "That was not done",
            "Load the page again.",
        ));
    };
    let wrong_code = unlocked(&room, &client, typed.code.as_deref().unwrap_or_default()).await?;
    let of: RequestId = id.parse().map_err(|_| missing(client.words()))?;
    let (step, session, why) = (
        step(&room, &client),
        client.visitor.session,
        typed.why.clone(),
    );
    let rejected = room
        .store
        .write(move |tx| reject_by(tx, &step, session, (of, &why)));
    match rejected.await {
        Ok(_) => {
            room.requests.changed_from_outside(Some(of));
            Ok(back(&client, of, "request.rejected"))
        }
        Err(error) => {
            let draft = Draft {
                why: typed.why,
                wrong_code: wrong_code.unwrap_or_default().to_owned(),
                ..Draft::default()
            };
            again(&room, &client, frame, (&id, error, draft)).await
        }
    }
}

/// Hands out a file of what was said.
pub(super) async fn file(
    State(room): State<Room>,
    client: Client,
    Path((id, file)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (words, contact) = (client.words(), client.contact());
    let id: RequestId = id.parse().map_err(|_| missing(words))?;
    let file: Id = file.parse().map_err(|_| missing(words))?;
    let read = room
        .store
        .read(move |read| requests::file(read, contact, (id, file)));
    let (name, content) = got(read).await?.ok_or_else(|| missing(words))?;
    Ok(download(&name, content))
}
