//! Files of a request, for programs: listed, taken in as they are or as a form, handed out as bytes.

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use kept_accounts::access::Action;
use kept_accounts::{Accounts, Token};
use kept_api::{Answer, Asked, PageOf, Problem, SentBytes};
use kept_kernel::Id;
use kept_store::{StoreError, params};
use kept_ui::{download, file_name};
use kept_upload::{Parts, UploadError};
use serde::Deserialize;
use utoipa::ToSchema;

use super::acts::{Doing, answered};
use super::body::{FileBody, file_body};
use super::{id_of, may, missing, named};
use crate::commands::{LARGEST_FILE, add_file, enclose_file};
use crate::model::FileRow;
use crate::queries;
use crate::room::Room;

/// List the files of a request
///
/// By the message that they came with, the first 2,000.
#[utoipa::path(
    get, path = "/api/v1/requests/{id}/files", tag = "Requests", operation_id = "listFiles",
    responses((status = 200, description = "Its files", body = PageOf<FileBody>)),
    security(("token" = ["read-requests"]))
)]
pub(super) async fn list(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
) -> Result<Answer, Problem> {
    let scope = may(&token, Action::ReadRequests)?;
    let id = id_of(&id)?;
    let found = room.store.read(move |read| {
        let request = queries::one(read, &scope, id)?;
        let files = queries::files(read, id, 0)?;
        Ok::<_, StoreError>(request.map(|_| files))
    });
    let items = found.await?.ok_or_else(missing)?;
    let items: Vec<_> = items.iter().map(file_body).collect();
    Ok(Answer::json(StatusCode::OK, &PageOf { items, next: None }))
}

/// Read a file of a request
///
/// Its bytes as they were sent, always as a download and never as what it says to be.
#[utoipa::path(
    get, path = "/api/v1/requests/{id}/files/{file}", tag = "Requests", operation_id = "readFile",
    params(("file" = String, Path, description = "Which file, as the list says")),
    responses((status = 200, description = "The bytes", body = Bytes, content_type = "application/octet-stream")),
    security(("token" = ["read-requests"]))
)]
pub(super) async fn one(
    State(room): State<Room>,
    Extension(accounts): Extension<Accounts>,
    token: Token,
    Path((id, file)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let scope = may(&token, Action::ReadRequests)?;
    let id = id_of(&id)?;
    let file: Id = file.parse().map_err(|_| missing())?;
    let found = room.store.read(move |read| {
        let request = queries::one(read, &scope, id)?;
        let file: Option<(String, Vec<u8>)> = read.maybe(queries::FILE, &params![file, id])?;
        Ok::<_, StoreError>(request.zip(file))
    });
    let (request, (name, content)) = found.await?.ok_or_else(missing)?;
    accounts.note_read_by(&token, named(&request));
    Ok(download(&name, content))
}

/// To what a file is added.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = FileGoes)]
pub(super) enum Goes {
    /// To the last message.
    #[default]
    Message,
    /// To the client, with the next answer of the token's person.
    Answer,
}

/// What a file is called, and where it goes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    name: Option<String>,
    #[serde(default)]
    with: Goes,
}

/// The bytes of a file.
#[derive(ToSchema)]
#[schema(as = FileBytes, value_type = String, format = Binary)]
#[expect(dead_code, reason = "it describes what is no JSON")]
pub(super) struct Bytes(Vec<u8>);

/// A form with a file.
#[derive(ToSchema)]
#[schema(as = FileForm)]
#[expect(dead_code, reason = "it describes what is read part by part")]
pub(super) struct Form {
    /// The file, with its name.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Add a file to a request
///
/// Send its bytes as the body, and its name as `name`; or send a form (`multipart/form-data`) whose first file is taken, with the name
/// that it has there. 25 MB at most. It comes with the last message, or with `with=answer` goes out with the next message to the client.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/files", tag = "Requests", operation_id = "addFile",
    params(
        ("name" = Option<String>, Query, description = "What the file is called, where the body is its bytes", example = "invoice.pdf"),
        ("with" = Option<Goes>, Query, description = "message when left out"),
    ),
    request_body(content((Bytes = "application/octet-stream"), (Form = "multipart/form-data"))),
    responses((status = 201, description = "It is there", body = FileBody, headers(("Location" = String)))),
    security(("token" = ["handle-requests"]))
)]
pub(super) async fn add(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    Asked(which): Asked<Which>,
    sent: SentBytes,
) -> Result<Answer, Problem> {
    may(&token, Action::HandleRequests)?;
    id_of(&id)?;
    let encloses = matches!(which.with, Goes::Answer);
    if encloses && token.person().is_none() {
        return Err(Problem::parameter(
            "with",
            "Only a token of a person has answers that a file can go with.",
        ));
    }
    let (name, content) = file_of(&sent, which.name).await?;
    let once = sent.once(token.id.0, room.world.now());
    let way = (id.as_str(), once, Doing::Own);
    answered(room, token, way, move |tx, step, by, id| {
        let file = (name.as_str(), content.as_slice());
        let (request, place) = if encloses {
            (enclose_file(tx, step, by, id, file)?, 0)
        } else {
            let request = add_file(tx, step, by, id, file)?;
            let place = request.messages;
            (request, place)
        };
        let row = FileRow {
            // The first id of a step is that of what it adds.
            id: step.ids.first().copied().unwrap_or_default(),
            place,
            name: name.clone(),
            size: content.len() as u64,
        };
        let place = format!("/api/v1/requests/{}/files/{}", request.id, row.id);
        Ok(Answer::json(StatusCode::CREATED, &file_body(&row)).at(place))
    })
    .await
}

/// The file that was sent: its name and its bytes.
async fn file_of(sent: &SentBytes, name: Option<String>) -> Result<(String, Vec<u8>), Problem> {
    let kind = sent.headers.get(header::CONTENT_TYPE);
    let is_form = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"));
    let (name, content) = if is_form {
        let (own, content) = part_of(sent).await?;
        (name.unwrap_or(own), content)
    } else {
        let words = "Say what the file is called.";
        let name = name.filter(|name| !name.trim().is_empty());
        (
            name.ok_or_else(|| Problem::parameter("name", words))?,
            sent.body.to_vec(),
        )
    };
    if content.is_empty() {
        return Err(Problem::wrong("file", "Send the bytes of the file."));
    }
    if content.len() > LARGEST_FILE {
        return Err(Problem::too_large("A file has 25 MB at most."));
    }
    Ok((file_name(&name), content))
}

/// The first file of a form.
async fn part_of(sent: &SentBytes) -> Result<(String, Vec<u8>), Problem> {
    let wrong = |error| match error {
        UploadError::TooLong => Problem::too_large("A file has 25 MB at most."),
        UploadError::BrokenOff | UploadError::Malformed => {
            Problem::wrong("file", format!("It could not be read: {error}."))
        }
    };
    let body = Body::from(sent.body.clone());
    let mut parts = Parts::new(&sent.headers, body).map_err(wrong)?;
    while let Some(part) = parts.next().await.map_err(wrong)? {
        if let Some(name) = part.file.filter(|name| !name.is_empty()) {
            let content = parts.bytes(LARGEST_FILE).await.map_err(wrong)?;
            return Ok((name, content));
        }
    }
    Err(Problem::wrong("file", "The form has no file with a name."))
}
