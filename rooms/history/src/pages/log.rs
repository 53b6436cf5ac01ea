//! One log from its arrival to its import and the undoing of it; and an import that came by the command line.

mod drawn;

use std::io::Read as _;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Extension, body::Body};
use kept_journal::audit::{Author, AuthorError};
use kept_journal::imports::{self, Imported};
use kept_ui::{Failure, Flash, Form, Frame, page, see_other};
use serde::Deserialize;

use super::new::look;
use super::{aside, failed, got, id_of, nothing, undone};
use crate::queries::{self, LogRow};
use crate::room::Room;
use crate::shelf::Kind;
use crate::work;

/// A log with the latest import of it.
async fn found(room: &Room, id: &str) -> Result<(LogRow, Option<Imported>), Failure> {
    let id = id_of(id)?;
    let log = got(room.store().read(move |read| queries::log(read, id))).await?;
    let log = log.ok_or_else(nothing)?;
    let import = match log.import {
        Some(import) => import_of(room, import).await?,
        None => None,
    };
    Ok((log, import))
}

async fn import_of(room: &Room, id: kept_kernel::Id) -> Result<Option<Imported>, Failure> {
    let store = room.store().clone();
    aside(move || imports::by_id(&store, id))
        .await?
        .map_err(failed)
}

/// The page of a log.
pub async fn log(
    State(room): State<Room>,
    Path(id): Path<String>,
    frame: Frame,
) -> Result<Response, Failure> {
    let (log, import) = found(&room, &id).await?;
    Ok(page(&drawn::of_log(&room, frame, &log, import.as_ref())))
}

/// The page of an import without a log.
pub async fn import_alone(
    State(room): State<Room>,
    Path(id): Path<String>,
    frame: Frame,
) -> Result<Response, Failure> {
    let import = import_of(&room, id_of(&id)?).await?.ok_or_else(nothing)?;
    Ok(page(&drawn::of_import(&room, frame, &import)))
}

/// What the form of the mapping gives.
#[derive(Deserialize)]
pub struct Mapped {
    mapping: String,
}

/// Takes another mapping for a log, and looks at it again.
pub async fn map(
    State(room): State<Room>,
    Extension(author): Extension<Author>,
    Path(id): Path<String>,
    form: Form<Mapped>,
) -> Result<Response, Failure> {
    let (mut log, import) = found(&room, &id).await?;
    let here = format!("/history/logs/{}", log.id);
    if log.removed_at.is_some() || import.is_some_and(|import| import.undone_at.is_none()) {
        return Err(Failure::conflict(
            "The log is imported already",
            "Its mapping can be changed once the import is undone.",
        )
        .way_on(&here, "The import"));
    }
    let Ok((mapped, _)) = form.read() else {
        return Err(Failure::conflict(
            "The mapping could not be read",
            "Nothing was changed. Load the page again.",
        ));
    };
    let own = room.clone();
    let done = aside(move || {
        log.reading = look(&own, log.id, &mapped.mapping);
        log.mapping = mapped.mapping;
        queries::read_anew(own.store(), own.world(), &log, author)
    });
    done.await?.map_err(undone)?;
    Ok(see_other(&here)
        .with(Flash::said(
            "The log was looked at through the changed mapping.",
        ))
        .into_response())
}

/// Begins the import of a log, or goes on with it.
pub async fn import(
    State(room): State<Room>,
    Extension(author): Extension<Author>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let (log, import) = found(&room, &id).await?;
    let here = format!("/history/logs/{}", log.id);
    let stands = import.is_some_and(|import| {
        import.undone_at.is_none() && (import.ended_at.is_some() || log.undo_begun_at.is_some())
    });
    if log.removed_at.is_some() || stands {
        let why = "It was imported already, or its file was removed.";
        return Err(Failure::conflict("The log cannot be imported", why).way_on(&here, "The log"));
    }
    let id = log.id;
    let begun = room.begin(id, move |room, task| {
        work::import(room, task, &log, &author).map_err(|error| error.to_string())
    });
    told(begun, &here)
}

/// Begins to take an import out.
pub async fn undo(
    State(room): State<Room>,
    Extension(author): Extension<Author>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let import = import_of(&room, id_of(&id)?).await?.ok_or_else(nothing)?;
    let id = import.id;
    let log = got(room
        .store()
        .read(move |read| queries::log_of_import(read, id)))
    .await?;
    let here = match &log {
        Some(log) => format!("/history/logs/{}", log.id),
        None => format!("/history/imports/{id}"),
    };
    if import.undone_at.is_some() {
        return Ok(see_other(&here).into_response());
    }
    // An import that still runs holds the one place for work, so the two never meet.
    let begun = room.begin(id, move |room, task| {
        work::undo(room, task, id, &author).map_err(|error| error.to_string())
    });
    told(begun, &here)
}

fn told(begun: bool, here: &str) -> Result<Response, Failure> {
    if begun {
        return Ok(see_other(here).into_response());
    }
    Err(Failure::conflict(
        "Another import is under way",
        "One runs at a time. Nothing was changed; try again when it is done.",
    )
    .way_on("/history", "All imports"))
}

/// Throws the files of a log away; what was imported of it stays.
pub async fn remove(
    State(room): State<Room>,
    Extension(author): Extension<Author>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let (log, _) = found(&room, &id).await?;
    if room.task().is_some_and(|task| task.about == log.id) {
        return told(false, "/history");
    }
    let own = room.clone();
    let done = aside(move || {
        queries::remove(own.store(), own.world(), log.id, author)?;
        // What is left of it is thrown away at the next start.
        let _ = own.shelf().remove(log.id);
        Ok::<_, AuthorError>(())
    });
    done.await?.map_err(undone)?;
    Ok(see_other("/history")
        .with(Flash::said("The file is removed."))
        .into_response())
}

/// The lines that could not be used, as CSV.
pub async fn bad_lines(
    State(room): State<Room>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let (log, _) = found(&room, &id).await?;
    let shelf = room.shelf().clone();
    let text = aside(move || {
        let mut text = Vec::new();
        shelf.read(log.id, Kind::BadLines)?.read_to_end(&mut text)?;
        Ok::<_, std::io::Error>(text)
    });
    let text = text.await?.map_err(|_| nothing())?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"bad-lines.csv\"",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Body::from(text)).into_response())
}
