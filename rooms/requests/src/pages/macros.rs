//! Macros: words to begin an answer with, and changes that are made with one click.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_kernel::Id;
use kept_rooms::Refusal as _;
use kept_store::StoreError;
use kept_ui::form::Choice;
use kept_ui::parts::{Crumb, Empty};
use kept_ui::{Failure, Filled, Form, Frame, page, unprocessable};
use serde::Deserialize;

use super::many::Names;
use super::setting::{done, refused};
use super::{got, missing};
use crate::commands::{Change, RequestError, add_macro, retire_macro};
use crate::model::Fault;
use crate::queries;
use crate::room::Room;

#[derive(Template)]
#[template(path = "requests/macros.html")]
struct MacrosPage {
    frame: Frame,
    crumb: Crumb,
    macros: Vec<Line>,
    none: Empty,
    form: Filled,
    hands: Vec<Choice>,
    teams: Vec<Choice>,
    waits: Vec<Choice>,
}

struct Line {
    id: Id,
    name: String,
    text: String,
    steps: String,
}

/// A macro as it is typed.
#[derive(Deserialize)]
pub struct Typed {
    name: String,
    text: Option<String>,
    assignee: Option<String>,
    team: Option<String>,
    tag: Option<String>,
    untag: Option<String>,
    days: Option<u32>,
    whom: Option<String>,
    note: Option<String>,
}

impl Typed {
    /// What it changes, in the order in which it is done: who is no longer on a team takes nothing there.
    fn changes(&self) -> Result<Vec<Change>, Fault> {
        let changes = [
            self.team.clone().map(Change::Send),
            self.assignee.clone().map(Change::Assign),
            self.tag.clone().map(Change::Tag),
            self.untag.clone().map(Change::Untag),
            self.note.clone().map(Change::Note),
            self.whom.clone().map(Change::Wait),
            self.days.map(Change::SetAside),
        ];
        let changes = changes.into_iter().flatten();
        changes.map(Change::checked).collect()
    }
}

/// The macros.
pub async fn macros(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
) -> Result<Response, Failure> {
    signed.require(Action::HandleRequests)?;
    Ok(page(&macros_page(&room, frame, Filled::empty()).await?))
}

async fn macros_page(room: &Room, frame: Frame, form: Filled) -> Result<MacrosPage, Failure> {
    let found = room
        .store
        .read(|read| Ok::<_, StoreError>((queries::macros(read)?, Names::read(read)?)));
    let (macros, names) = got(found).await?;
    let line = |one: queries::Macro| {
        let steps: Vec<String> = one.changes.iter().map(|change| names.of(change)).collect();
        Line {
            id: one.id,
            name: one.name,
            text: one.text,
            steps: steps.join(", "),
        }
    };
    let as_it_is = || [Choice::new("", "As it is")].into_iter();
    let hands = [
        Choice::new("me", "Whoever applies it"),
        Choice::new("nobody", "Nobody"),
    ];
    let waits = [
        Choice::new("client", "For the client"),
        Choice::new("third party", "For a third party"),
    ];
    Ok(MacrosPage {
        macros: macros.into_iter().map(line).collect(),
        crumb: Crumb::new([("Requests", "/requests")]),
        none: Empty::new(
            "No macros yet",
            "What is answered or done often is kept here: words to begin with, steps, or both.",
        ),
        hands: as_it_is().chain(hands).chain(names.of_people()).collect(),
        teams: as_it_is().chain(names.of_teams("")).collect(),
        waits: as_it_is().chain(waits).collect(),
        frame: frame.titled("Macros").at("requests"),
        form,
    })
}

/// Adds a macro.
pub async fn add(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    form: Form<Typed>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::HandleRequests)?;
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return Ok(unprocessable(&macros_page(&room, frame, filled).await?)),
    };
    let step = room.step_of(&signed);
    let added = match typed.changes() {
        Ok(changes) => {
            let added = room.store.write(move |tx| {
                let text = typed.text.as_deref().unwrap_or_default();
                add_macro(tx, &step, &scope, (&typed.name, text, &changes))
            });
            added.await
        }
        Err(fault) => Err(RequestError::from(fault)),
    };
    if let Err(error) = added {
        let filled = error.refused().onto(filled)?;
        return Ok(unprocessable(&macros_page(&room, frame, filled).await?));
    }
    Ok(done("/requests/answers", "The macro is kept."))
}

/// Takes a macro away.
pub async fn remove(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::HandleRequests)?;
    let id: Id = id.parse().map_err(|_| missing())?;
    let step = room.step_of(&signed);
    let gone = room
        .store
        .write(move |tx| retire_macro(tx, &step, &scope, id));
    gone.await.map_err(refused)?;
    Ok(done("/requests/answers", "The macro is gone."))
}
