//! The pages of adherence.

mod case;
mod clause;
mod export;
mod overview;
mod said;
mod share_row;
mod view;

pub(crate) use clause::HeadKey;
pub(crate) use view::By;

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kept_journal::audit::{self, Author, AuthorError, Entry};
use kept_store::{Answer, StoreError};
use kept_ui::routes::{Routes, get, post};
use kept_ui::{Failure, Flash, see_other};

use crate::room::{Room, Shown};
use crate::scope::{Reach, Reader};

/// The routes of the room.
pub fn routes(room: Room) -> Routes {
    Routes::new()
        .route("/adherence", get(overview::overview))
        .route("/adherence/judgements", post(begin))
        .route("/adherence/figures.csv", get(export::figures))
        .route("/adherence/cases/{noun}/{id}", get(case::case))
        .route("/adherence/{code}/{rule}", get(clause::clause))
        .route("/adherence/{code}/{rule}/cases.csv", get(export::cases))
        .with_state(room)
}

/// Judges the journal again, for whoever sees all of it and still may when it is written down.
async fn begin(
    State(room): State<Room>,
    reach: Reach,
    reader: Reader,
) -> Result<Response, Failure> {
    if reach != Reach::Whole {
        return Err(Failure::not_found("There is no such page"));
    }
    let act = Act {
        name: "JudgementAsked",
        object: ("journal", String::new()),
        detail: "{}".to_owned(),
    };
    let written = act.write(&room, reader.author).await;
    written.map_err(|error| match error {
        AuthorError::Lapsed => Failure::conflict(
            "You may no longer do this",
            "Nothing was changed. Sign in again, or ask an administrator.",
        ),
        AuthorError::Store(error) => failed(error),
    })?;
    let said = if room.begin_judging() {
        "The journal is being judged again. The figures change when it is done."
    } else {
        "The journal is being judged already."
    };
    Ok(see_other("/adherence")
        .with(Flash::said(said))
        .into_response())
}

/// What somebody does here, for the audit.
struct Act {
    name: &'static str,
    /// Its kind and name.
    object: (&'static str, String),
    /// JSON.
    detail: String,
}

impl Act {
    /// Confirms that the author may still do it, and writes it down, in one transaction.
    async fn write(self, room: &Room, author: Author) -> Result<(), AuthorError> {
        let (id, at) = (room.world().id(), room.world().now());
        let written = room.store().write(move |tx| {
            author.confirm(tx)?;
            let entry = Entry {
                id,
                at,
                who: author.who(),
                act: self.name,
                object: self.object.0,
                object_id: &self.object.1,
                detail: &self.detail,
            };
            Ok::<_, AuthorError>(audit::write(tx, &entry)?)
        });
        written.await
    }
}

/// Waits for the database.
async fn got<T: Send + Unpin>(answer: Answer<T, StoreError>) -> Result<T, Failure> {
    answer.await.map_err(failed)
}

/// What goes wrong in the database is not the reader's fault.
fn failed(error: StoreError) -> Failure {
    match error {
        StoreError::Busy | StoreError::Timeout => Failure::unavailable(5),
        other => Failure::internal(other),
    }
}

/// The judgement in force.
async fn shown(room: &Room) -> Result<Option<Arc<Shown>>, Failure> {
    let shared = room.clone();
    got(room.store().read(move |read| shared.shown(read))).await
}

/// The judgement in force, for a page that is nothing without it.
async fn shown_or_not_found(room: &Room) -> Result<Arc<Shown>, Failure> {
    let shown = shown(room).await?;
    shown.ok_or_else(|| {
        Failure::not_found("Nothing is judged yet")
            .because("Adherence is known once the journal has been judged.")
            .way_on("/adherence", "Adherence")
    })
}
