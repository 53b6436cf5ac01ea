//! Files of a request: taken in whole, up to a limit, and handed out as downloads that no browser opens by itself.

use axum::body::to_bytes;
use axum::extract::{Path, Query, Request as HttpRequest, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_kernel::Id;
use kept_mail::reading::picture_kind;
use kept_rooms::Refusal as _;
use kept_store::{StoreError, params};
use kept_ui::{Failure, Flash, download, file_name as clean, picture, see_other};
use serde::Deserialize;

use super::{got, id_of, missing, reading};
use crate::commands::{LARGEST_FILE, add_file, enclose_file};
use crate::queries;
use crate::room::{Room, by};

/// The form has other parts beside the file.
const ROUND_IT: usize = 64 * 1024;

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
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let Ok(body) = to_bytes(request.into_body(), LARGEST_FILE + ROUND_IT).await else {
        return Err(Failure::too_large("25 MB"));
    };
    let place = format!("/requests/{id}");
    let Some((name, content)) = file_of(&body, &kind) else {
        let flash = Flash::said("Nothing was attached: choose a file first.");
        return Ok(see_other(&place).with(flash).into_response());
    };
    if content.len() > LARGEST_FILE {
        return Err(Failure::too_large("25 MB"));
    }
    let (name, content) = (clean(&name), content.to_vec());
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

/// The first part of a form that is a file: its name and its bytes.
fn file_of<'b>(body: &'b [u8], kind: &str) -> Option<(String, &'b [u8])> {
    let boundary = kind
        .split(';')
        .find_map(|part| part.trim().strip_prefix("boundary="))?;
    let mark = format!("--{}", boundary.trim_matches('"')).into_bytes();
    let mut rest = body;
    loop {
        let begin = find(rest, &mark)?;
        rest = rest.get(begin + mark.len()..)?;
        let end = find(rest, &mark).unwrap_or(rest.len());
        let part = rest.get(..end)?;
        let head_end = find(part, b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(part.get(..head_end)?);
        if let Some(name) = file_name(&head) {
            let content = part.get(head_end + 4..)?;
            return Some((name, content.strip_suffix(b"\r\n").unwrap_or(content)));
        }
        rest = rest.get(end..)?;
    }
}

fn file_name(head: &str) -> Option<String> {
    let (_, rest) = head.split_once("filename=\"")?;
    let (name, _) = rest.split_once('"')?;
    (!name.is_empty()).then(|| name.to_owned())
}

fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    within.windows(what.len()).position(|bytes| bytes == what)
}

/// Hands a file out: always as a download of bytes, never as what it claims to be.
pub async fn get_file(
    State(room): State<Room>,
    signed: Signed,
    Path(place): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (name, content) = found(&room, &signed, place).await?;
    Ok(download(&name, content))
}

/// Shows a picture within a message. Anything else is nothing to be shown.
pub async fn get_picture(
    State(room): State<Room>,
    signed: Signed,
    Path(place): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (_, content) = found(&room, &signed, place).await?;
    let kind = picture_kind(&content).ok_or_else(missing)?;
    Ok(picture(kind, content))
}

async fn found(
    room: &Room,
    signed: &Signed,
    (id, file): (String, String),
) -> Result<(String, Vec<u8>), Failure> {
    let scope = reading(signed)?;
    let id = id_of(&id)?;
    let file: Id = file.parse().map_err(|_| missing())?;
    let found = room.store.read(move |read| {
        let request = queries::one(read, &scope, id)?;
        let file: Option<(String, Vec<u8>)> = read.maybe(queries::FILE, &params![file, id])?;
        Ok::<_, StoreError>(request.and(file))
    });
    got(found).await?.ok_or_else(missing)
}

#[cfg(test)]
mod tests {
    use super::file_of;

    #[test]
    fn a_file_is_found_behind_the_other_fields() {
        let body = b"--xX\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nab\r\n--xX\r\nContent-Disposition: form-data; \
                     name=\"file\"; filename=\"a b.csv\"\r\nContent-Type: text/csv\r\n\r\n1\r\n--2\r\n--xX--\r\n";
        let (name, content) = file_of(body, "multipart/form-data; boundary=xX").unwrap();
        assert_eq!((name.as_str(), content), ("a b.csv", &b"1\r\n--2"[..]));
        assert!(file_of(b"--xX--", "multipart/form-data; boundary=xX").is_none());
        assert!(file_of(body, "text/plain").is_none());
    }
}
