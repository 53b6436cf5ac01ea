//! What the search finds of the room: requests by their number and their words.

use kept_kernel::Id;
use kept_search::{Document, Searchable, put, remove};
use kept_store::{Read, StoreError, Write, params};
use kept_ui::prose;

use crate::model::{Request, RequestId};
use crate::queries;

/// The kind of the documents.
pub const KIND: &str = "request";

/// So many of what was said on a request is found.
pub(crate) const MOST_MESSAGES: usize = 200;

/// The room as far as it is found.
pub(crate) struct Found;

impl Searchable for Found {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn documents(
        &self,
        read: &Read<'_>,
        after: Id,
        limit: u32,
    ) -> Result<Vec<Document>, StoreError> {
        let all: Vec<Request> = read.all(queries::AFTER, &params![after, limit])?;
        all.iter().map(|one| document(read, one)).collect()
    }
}

/// Lets the search say what the request says now. One that became part of another is not found.
pub(crate) fn follow(tx: &Write<'_>, id: RequestId) -> Result<(), StoreError> {
    match queries::any(tx, id)? {
        Some(request) if request.merged_into.is_none() => put(tx, &document(tx, &request)?),
        _ => remove(tx, KIND, id.0),
    }
}

/// Lets the search say what a request says that was just made, with what was said on it, the procedure's own lines left out.
pub(crate) fn begin<'a>(
    tx: &Write<'_>,
    request: &Request,
    said: impl Iterator<Item = &'a str>,
) -> Result<(), StoreError> {
    put(tx, &written(request, said))
}

fn document(read: &Read<'_>, request: &Request) -> Result<Document, StoreError> {
    let words: Vec<(String,)> =
        read.all(queries::WORDS, &params![request.id, MOST_MESSAGES as u32])?;
    Ok(written(request, words.iter().map(|(said,)| said.as_str())))
}

/// Its relations are those of the lists: who it is with, the team, and the account team of the client.
fn written<'a>(request: &Request, said: impl Iterator<Item = &'a str>) -> Document {
    let mut text = prose::plain(request.resolution.as_deref().unwrap_or_default());
    for said in said {
        text.push('\n');
        text.push_str(&prose::plain(said));
    }
    Document {
        kind: KIND.to_owned(),
        record: request.id.0,
        name: Some(request.mark()),
        title: request.subject.clone(),
        text,
        language: "en".to_owned(),
        href: format!("/requests/{}", request.id),
        owner: request.assignee.map(|person| person.0),
        team: request.team.map(|team| team.0),
        circle: Some(request.client.0),
        anyone: false,
        updated_at: request.last_at,
    }
}
