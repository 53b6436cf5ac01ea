//! Acts without a form of their own: the archive, and notes.

use axum::extract::{Path, State};
use axum::response::Response;
use kept_accounts::Signed;
use kept_accounts::access::{Action, Scope};
use kept_journal::audit::Who;
use kept_kernel::Id;
use kept_store::Write;
use kept_ui::{Failure, Flash, Form};
use serde::Deserialize;

use super::{back, here, id_of, missing, refused, row_of};
use crate::commands::{
    ClientError, Step, archive_client, bring_back_client, pin_note, remove_note, return_note,
    write_note,
};
use crate::model::ClientId;
use crate::room::Room;

/// Runs a command on a client for whoever may edit, and leads back to its page. Each handler asks for the right before it
/// reads the address, so that whoever may not is told the same for every address.
async fn run<F>(
    (room, signed): (&Room, &Signed),
    id: ClientId,
    said: Flash,
    command: F,
) -> Result<Response, Failure>
where
    F: Fn(&Write<'_>, &Step, &Scope) -> Result<(), ClientError> + Send + 'static,
{
    let scope = signed.require(Action::EditClients)?;
    let step = room.step(Who::Person(signed.person.0));
    let done = room.store.write(move |tx| command(tx, &step, &scope)).await;
    done.map_err(refused)?;
    room.changed(id);
    Ok(back(&here(id), said))
}

/// Puts a client into the archive.
pub async fn archive(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    signed.require(Action::EditClients)?;
    let id = id_of(&id)?;
    let undo = format!("{}/archive/undo", here(id));
    let said = Flash::said("The client is in the archive.").undo(&undo);
    run((&room, &signed), id, said, move |tx, step, scope| {
        archive_client(tx, step, scope, id)
    })
    .await
}

/// Brings it back.
pub async fn bring_back(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    signed.require(Action::EditClients)?;
    let id = id_of(&id)?;
    let said = Flash::said("The client is back.");
    run((&room, &signed), id, said, move |tx, step, scope| {
        bring_back_client(tx, step, scope, id)
    })
    .await
}

/// A note as it was typed.
#[derive(Deserialize)]
pub struct NoteText {
    text: String,
}

/// Writes a note.
pub async fn note(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
    form: Form<NoteText>,
) -> Result<Response, Failure> {
    signed.require(Action::EditClients)?;
    let id = id_of(&id)?;
    let (note, _) = form.read().map_err(|_| missing())?;
    let said = Flash::said("The note is saved.");
    run((&room, &signed), id, said, move |tx, step, scope| {
        write_note(tx, step, scope, id, &note.text).map(drop)
    })
    .await
}

/// Whether a note shall stand above the timeline.
#[derive(Deserialize)]
pub struct Pinned {
    pinned: bool,
}

/// Keeps a note above the timeline, or no longer.
pub async fn pin(
    State(room): State<Room>,
    signed: Signed,
    Path((id, note)): Path<(String, String)>,
    form: Form<Pinned>,
) -> Result<Response, Failure> {
    signed.require(Action::EditClients)?;
    let (id, note) = (id_of(&id)?, row_of(&note)?);
    let (Pinned { pinned }, _) = form.read().map_err(|_| missing())?;
    let said = Flash::said(if pinned {
        "The note is pinned."
    } else {
        "The note is no longer pinned."
    });
    run((&room, &signed), id, said, move |tx, step, scope| {
        pin_note(tx, step, scope, (id, note), pinned)
    })
    .await
}

/// Takes a note away.
pub async fn remove_one(
    State(room): State<Room>,
    signed: Signed,
    Path((id, note)): Path<(String, String)>,
) -> Result<Response, Failure> {
    signed.require(Action::EditClients)?;
    let (id, note): (ClientId, Id) = (id_of(&id)?, row_of(&note)?);
    let undo = format!("{}/notes/{note}/removal/undo", here(id));
    let said = Flash::said("The note is gone.").undo(&undo);
    run((&room, &signed), id, said, move |tx, step, scope| {
        remove_note(tx, step, scope, (id, note))
    })
    .await
}

/// Brings a note back.
pub async fn return_one(
    State(room): State<Room>,
    signed: Signed,
    Path((id, note)): Path<(String, String)>,
) -> Result<Response, Failure> {
    signed.require(Action::EditClients)?;
    let (id, note) = (id_of(&id)?, row_of(&note)?);
    let said = Flash::said("The note is back.");
    run((&room, &signed), id, said, move |tx, step, scope| {
        return_note(tx, step, scope, (id, note))
    })
    .await
}
