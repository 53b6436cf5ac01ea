//! The words of the house: what is said here otherwise. Everybody who writes to clients sees them remarked; who gives all work sets
//! them.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_kernel::Id;
use kept_rooms::Refusal as _;
use kept_ui::parts::{Crumb, Empty};
use kept_ui::{Failure, Filled, Flash, Form, Frame, page, see_other, unprocessable};
use kept_wording::HouseWord;
use serde::Deserialize;

use super::setting::{refused, whole};
use super::{got, missing};
use crate::commands::{add_house_word, retire_house_word};
use crate::queries::{self, HouseRow};
use crate::room::Room;

#[derive(Template)]
#[template(path = "requests/words.html")]
struct WordsPage {
    frame: Frame,
    crumb: Crumb,
    words: Vec<HouseRow>,
    none: Empty,
    form: Filled,
}

/// A word as it is typed.
#[derive(Deserialize)]
pub struct Typed {
    avoid: Option<String>,
    say: Option<String>,
    why: Option<String>,
}

/// The words.
pub async fn words(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
) -> Result<Response, Failure> {
    whole(&signed)?;
    Ok(page(&words_page(&room, frame, Filled::empty()).await?))
}

async fn words_page(room: &Room, frame: Frame, form: Filled) -> Result<WordsPage, Failure> {
    Ok(WordsPage {
        words: got(room.store.read(queries::house_words)).await?,
        crumb: Crumb::new([("Requests", "/requests")]),
        none: Empty::new(
            "No words yet",
            "What is written otherwise in your house is remarked before an answer is sent, and what is a word of yours is not.",
        ),
        frame: frame.titled("House words").at("requests"),
        form,
    })
}

/// Adds a word.
pub async fn add_word(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    form: Form<Typed>,
) -> Result<Response, Failure> {
    let scope = whole(&signed)?;
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return Ok(unprocessable(&words_page(&room, frame, filled).await?)),
    };
    let step = room.step_of(&signed);
    let word = HouseWord {
        avoid: typed.avoid.unwrap_or_default(),
        say: typed.say.unwrap_or_default(),
        why: typed.why.unwrap_or_default(),
    };
    let added = room
        .store
        .write(move |tx| add_house_word(tx, &step, &scope, &word));
    if let Err(error) = added.await {
        let filled = error.refused().onto(filled)?;
        return Ok(unprocessable(&words_page(&room, frame, filled).await?));
    }
    Ok(done("The word is added."))
}

/// Takes a word out.
pub async fn remove_word(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = whole(&signed)?;
    let id: Id = id.parse().map_err(|_| missing())?;
    let step = room.step_of(&signed);
    let gone = room
        .store
        .write(move |tx| retire_house_word(tx, &step, &scope, id));
    gone.await.map_err(refused)?;
    Ok(done("The word is gone."))
}

fn done(said: &str) -> Response {
    see_other("/settings/words")
        .with(Flash::said(said))
        .into_response()
}
