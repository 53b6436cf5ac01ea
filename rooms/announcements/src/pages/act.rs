//! Acts without a form to fill in: confirming, withdrawing, bringing back.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_journal::audit::Who;
use kept_rooms::{Refusal, Refused};
use kept_ui::{Failure, Flash, Form, see_other};
use serde::Deserialize;

use super::{id_of, missing};
use crate::commands::{
    ConfirmReadingError, confirm_reading, return_announcement, withdraw_announcement,
};
use crate::room::Room;

/// Which version was read.
#[derive(Deserialize)]
pub struct Reading {
    version: u32,
}

/// Confirms to have read.
pub async fn confirm(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
    form: Form<Reading>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::ReadAnnouncements)?;
    let id = id_of(&id)?;
    let (reading, _) = form.read().map_err(|_| missing())?;
    let step = room.step(Who::Person(signed.person.0), "read-announcement", id);
    room.store
        .write(move |tx| confirm_reading(tx, &step, &scope, (id, reading.version)))
        .await
        .map_err(|error| {
            let here = format!("/announcements/{id}");
            match error {
                ConfirmReadingError::Missing => missing(),
                other => refused(other).way_on(&here, "Read it as it is now"),
            }
        })?;
    room.changed(None);
    Ok(back(
        &format!("/announcements/{id}"),
        Flash::said("Confirmed. Thank you for reading."),
    ))
}

/// Withdraws.
pub async fn withdraw(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::PostAnnouncements)?;
    let id = id_of(&id)?;
    let step = room.step(Who::Person(signed.person.0), "withdraw-announcement", id);
    room.store
        .write(move |tx| withdraw_announcement(tx, &step, &scope, id))
        .await
        .map_err(refused)?;
    room.changed(None);
    let undo = format!("/announcements/{id}/withdrawal/undo");
    let flash = Flash::said("The announcement is withdrawn.").undo(&undo);
    Ok(back("/announcements?view=written", flash))
}

/// Brings back what was withdrawn.
pub async fn undo(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::PostAnnouncements)?;
    let id = id_of(&id)?;
    let step = room.step(Who::Person(signed.person.0), "post-announcement", id);
    room.store
        .write(move |tx| return_announcement(tx, &step, &scope, id))
        .await
        .map_err(refused)?;
    room.changed(None);
    let here = format!("/announcements/{id}");
    Ok(back(&here, Flash::said("The announcement is back.")))
}

/// What is missing and what is out of reach look alike.
fn refused(error: impl Refusal) -> Failure {
    match error.refused() {
        Refused::Missing(_) => missing(),
        other => other.failure(),
    }
}

fn back(path: &str, flash: Flash) -> Response {
    see_other(path).with(flash).into_response()
}
