//! Files of a request: taken in whole, up to a limit, and handed out as downloads that no browser opens by itself.

use axum::extract::{Path, Query, Request as HttpRequest, State};
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_kernel::Id;
use kept_mail::reading::picture_kind;
use kept_rooms::Refusal as _;
use kept_store::{Sql, StoreError, params};
use kept_ui::{Failure, Flash, download, file_name as clean, picture, see_other};
use kept_upload::{Parts, UploadError};
use serde::Deserialize;

use super::{got, id_of, missing, reading};
use crate::commands::{LARGEST_FILE, add_file, enclose_file};
use crate::queries;
use crate::room::{Room, by};

/// Where the file goes.
#[derive(Deserialize, Default)]
pub struct Wanted {
    /// Given: with the answer that is being written.
    answer: Option<String>,
}

/// Adds a file to the last message, or to the answer that is being written.
pub async fn add(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
    request: HttpRequest,
) -> Result<Response, Failure> {
    signed.require(Action::HandleRequests)?;
    let (by, id) = (by(&signed), id_of(&id)?);
    let scope = by.handle.clone();
    let found = room.store.read(move |read| queries::one(read, &scope, id));
    got(found).await?.ok_or_else(missing)?;
    let place = format!("/requests/{id}");
    let Some((name, content)) = file_of(request).await? else {
        let flash = Flash::said("Nothing was attached: choose a file first.");
        return Ok(see_other(&place).with(flash).into_response());
    };
    let name = clean(&name);
    let (step, encloses) = (room.step_of(&signed), wanted.answer.is_some());
    room.store
        .write(move |tx| {
            let file = (name.as_str(), content.as_slice());
            if encloses {
                enclose_file(tx, &step, &by, id, file)
            } else {
                add_file(tx, &step, &by, id, file)
            }
        })
        .await
        .map_err(|error| error.refused().failure())?;
    room.changed(Some(id), None);
    Ok(see_other(&place)
        .with(Flash::said(if encloses {
            "The file goes with your answer."
        } else {
            "The file is attached."
        }))
        .into_response())
}

/// The first file of a form: its name and its bytes; none too where the form is not one with files. A field in which nobody has chosen one is sent as one without a name.
async fn file_of(request: HttpRequest) -> Result<Option<(String, Vec<u8>)>, Failure> {
    let (head, body) = request.into_parts();
    let unreadable = |error| match error {
        UploadError::TooLong => Failure::too_large("25 MB"),
        UploadError::BrokenOff | UploadError::Malformed => {
            let again = format!("{error}. Go back, choose the file again and send it once more.");
            Failure::conflict("That was not attached", again)
        }
    };
    let Ok(mut parts) = Parts::new(&head.headers, body) else {
        return Ok(None);
    };
    while let Some(part) = parts.next().await.map_err(unreadable)? {
        if let Some(name) = part.file.filter(|name| !name.is_empty()) {
            let content = parts.bytes(LARGEST_FILE).await.map_err(unreadable)?;
            return Ok(Some((name, content)));
        }
    }
    Ok(None)
}

/// Hands a file out: always as a download of bytes, never as what it claims to be.
pub async fn get_file(
    State(room): State<Room>,
    signed: Signed,
    Path(place): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (name, content) = found(&room, &signed, (queries::FILE, place)).await?;
    Ok(download(&name, content))
}

/// Shows a picture within a message. Anything else is nothing to be shown, and what a stranger has sent by the web form neither.
pub async fn get_picture(
    State(room): State<Room>,
    signed: Signed,
    Path(place): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (_, content) = found(&room, &signed, (queries::PICTURE, place)).await?;
    let kind = picture_kind(&content).ok_or_else(missing)?;
    Ok(picture(kind, content))
}

async fn found(
    room: &Room,
    signed: &Signed,
    (sql, (id, file)): (Sql, (String, String)),
) -> Result<(String, Vec<u8>), Failure> {
    let scope = reading(signed)?;
    let id = id_of(&id)?;
    let file: Id = file.parse().map_err(|_| missing())?;
    let found = room.store.read(move |read| {
        let request = queries::one(read, &scope, id)?;
        let file: Option<(String, Vec<u8>)> = read.maybe(sql, &params![file, id])?;
        Ok::<_, StoreError>(request.and(file))
    });
    got(found).await?.ok_or_else(missing)
}
