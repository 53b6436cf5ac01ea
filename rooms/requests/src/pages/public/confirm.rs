//! The page on which a client confirms that a request is settled. Looking confirms nothing.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use kept_journal::audit::Who;
use kept_ui::Words;

use super::{public, style};
use crate::commands::{RequestError, confirm_resolution};
use crate::model::{Request, State as Stand};
use crate::queries;
use crate::room::Room;
use crate::telling::Doer;
use crate::visitors::Spoken;

/// No site shows it within its pages.
const NOWHERE: &str = "'none'";

#[derive(Template)]
#[template(path = "requests/confirm.html")]
struct ConfirmPage {
    style: &'static str,
    words: Words,
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

impl ConfirmPage {
    /// Of which request it is: its number and its subject.
    fn which(&self, key: &str) -> String {
        let filled = [("mark", self.mark.as_str()), ("subject", &self.subject)];
        self.words.with(key, &filled)
    }
}

/// What a client is asked to confirm.
pub async fn look(
    State(room): State<Room>,
    Spoken(words): Spoken,
    Path(token): Path<String>,
) -> Response {
    let Some(id) = room.linked(&token) else {
        return nothing(words);
    };
    let found = room.store.read(move |read| queries::any(read, id));
    let Ok(Some(of)) = found.await else {
        return nothing(words);
    };
    match of.state() {
        _ if of.confirmed_at.is_some() => shown(words, of, Stands::Thanks),
        Stand::Resolved => shown(words, of, Stands::Asks),
        _ => nothing(words),
    }
}

fn shown(words: Words, of: Request, stands: Stands) -> Response {
    let page = ConfirmPage {
        style: style(),
        words,
        mark: of.mark(),
        subject: of.subject,
        resolution: of.resolution.unwrap_or_default(),
        stands,
    };
    public(StatusCode::OK, &page, NOWHERE)
}

fn nothing(words: Words) -> Response {
    let page = ConfirmPage {
        style: style(),
        words,
        mark: String::new(),
        subject: String::new(),
        resolution: String::new(),
        stands: Stands::Nothing,
    };
    public(StatusCode::NOT_FOUND, &page, NOWHERE)
}

/// The client confirms.
pub async fn confirm(
    State(room): State<Room>,
    Spoken(words): Spoken,
    Path(token): Path<String>,
) -> Response {
    let Some(id) = room.linked(&token) else {
        return nothing(words);
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
            shown(words, of, Stands::Thanks)
        }
        Err(RequestError::Store(_)) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Err(_) => nothing(words),
    }
}
