//! Files: those that a client sends along, and those that lie here for it.

use std::collections::BTreeMap;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use kept_kernel::Id;
use kept_requests::commands::Sent;
use kept_ui::{Failure, download, file_name};
use kept_upload::{Parts, UploadError};

use super::{got, missing};
use crate::session::Client;
use crate::{Room, queries};

/// All files of a form together are this large at most.
pub(super) const LARGEST: usize = 25 * 1024 * 1024;
/// And so many.
const MOST: usize = 10;
/// A field that is no file.
const LONGEST_FIELD: usize = 256 * 1024;

/// A form with files, as it was sent.
#[derive(Clone, Debug, Default)]
pub(super) struct SentForm {
    /// What was written, by the names of the fields.
    pub(super) fields: BTreeMap<String, String>,
    /// The files.
    pub(super) files: Vec<Sent>,
}

impl SentForm {
    /// What was written in a field.
    pub(super) fn field(&self, name: &str) -> &str {
        self.fields
            .get(name)
            .map(String::as_str)
            .unwrap_or_default()
    }
}

fn unreadable(error: UploadError) -> Failure {
    Failure::conflict(
        "That was not sent",
        format!("{error}. Go back, look at it again and send it once more."),
    )
}

/// Reads a form that has these fields, and files under one more name. Any other field is refused.
pub(super) async fn sent_form(
    room: &Room,
    request: Request,
    (fields, files): (&[&str], &str),
) -> Result<SentForm, Failure> {
    let (head, body) = request.into_parts();
    let mut parts = Parts::new(&head.headers, body).map_err(unreadable)?;
    let (mut form, mut all) = (SentForm::default(), 0);
    while let Some(part) = parts.next().await.map_err(unreadable)? {
        if part.name == "csrf" {
            continue;
        }
        let Some(name) = part.file else {
            if !fields.contains(&part.name.as_str()) {
                return Err(unknown(&part.name));
            }
            let text = parts.text(LONGEST_FIELD).await.map_err(unreadable)?;
            form.fields
                .insert(part.name, text.replace('\0', "\u{fffd}"));
            continue;
        };
        if part.name != files {
            return Err(unknown(&part.name));
        }
        let mut content = Vec::new();
        while let Some(chunk) = parts.chunk().await.map_err(unreadable)? {
            all += chunk.len();
            if all > LARGEST {
                return Err(Failure::too_large("25 MB"));
            }
            content.extend_from_slice(&chunk);
        }
        // A field in which nobody has chosen a file is sent as one without a name.
        if !name.is_empty() && form.files.len() < MOST {
            form.files.push(Sent {
                id: room.world.id(),
                name: file_name(&name),
                content,
            });
        }
    }
    Ok(form)
}

fn unknown(name: &str) -> Failure {
    let words =
        format!("The field “{name}” is not known here. Load the page again and send it once more.");
    Failure::conflict("That was not sent", words)
}

/// Hands out a document that lies here for whoever came in.
pub(super) async fn document(
    State(room): State<Room>,
    client: Client,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let words = client.words();
    let id: Id = id.parse().map_err(|_| missing(words))?;
    let of = (client.visitor.client.id, client.contact());
    let read = room
        .store
        .read(move |read| queries::document_for(read, of, id));
    let (name, content) = got(read).await?.ok_or_else(|| missing(words))?;
    Ok(download(&name, content))
}
