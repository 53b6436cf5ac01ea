//! Filling a form in by a link of one's own: what is known stands in it, what was begun stands as it was left.

use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use kept_clients::read;
use kept_clients::{ClientId, ContactId};
use kept_journal::audit::Who;
use kept_store::StoreError;
use kept_ui::Tongue;
use kept_vault::Token;
use serde::Deserialize;

use super::fill::{Aside, FillPage, fill_page, gone, own_page, thanks};
use super::sent::{Sent, sent};
use crate::commands::{
    FormError, NewAnswer, NewDraft, Stands, answer_personally, link_stands, mapped_target, path_of,
    put_draft_aside,
};
use crate::files::{self, FileRow};
use crate::model::{Design, Field, FormRow};
use crate::{Room, queries, texts};

/// The header by which the script says that no page is to be shown.
const BY: &str = "kept-by";

/// A form that was sent to a contact, and what stands in it.
struct Personal {
    token: Token,
    stands: Stands,
    form: FormRow,
    design: Design,
    filled: Vec<(String, String)>,
    files: Vec<FileRow>,
}

async fn personal(room: &Room, token: &str) -> Result<Option<Personal>, StoreError> {
    let Some(token) = Token::parse(token) else {
        return Ok(None);
    };
    let now = room.world.now();
    let found = room.store.read(move |read| {
        let Some(stands) = link_stands(read, token.hash(), now)? else {
            return Ok(None);
        };
        let Some(form) = queries::form(read, stands.form)? else {
            return Ok(None);
        };
        let Some(design) = form.published.clone() else {
            return Ok(None);
        };
        let known = known(read, (stands.client, stands.contact), &design)?;
        let begun = queries::draft(read, (stands.id, &form), &design)?;
        let Some(filled) = begun.or(known) else {
            return Ok(None);
        };
        Ok::<_, StoreError>(Some(Personal {
            files: files::of_link(read, stands.id)?,
            token: token.clone(),
            stands,
            form,
            design,
            filled,
        }))
    });
    found.await
}

/// What the record says already, for the fields that are written into it; none: there is no such contact any longer.
fn known(
    read: &kept_store::Read<'_>,
    (client, contact): (ClientId, ContactId),
    design: &Design,
) -> Result<Option<Vec<(String, String)>>, StoreError> {
    let Some((card, whole)) = read::own(read, contact)? else {
        return Ok(None);
    };
    let (own, theirs) = (card.draft(), whole.draft());
    let values = read::values(read, client)?;
    let of = |field: &Field| {
        let own_value = field.maps.strip_prefix("own.").and_then(|id| {
            let found = values.iter().find(|(known, _)| known.to_string() == id);
            found.map(|(_, value)| value.clone())
        });
        let value = own_value.unwrap_or_else(|| mapped_target(&field.maps, &own, &theirs));
        (!value.is_empty()).then(|| (field.id.clone(), value))
    };
    Ok(Some(design.fields.iter().filter_map(of).collect()))
}

impl Personal {
    fn path(&self) -> String {
        path_of(self.token.text())
    }

    /// The page, with what stands in it or `filled` instead.
    fn page(
        &self,
        filled: Option<&[(String, String)]>,
        wrong: &[(String, &'static str)],
        said: String,
    ) -> FillPage {
        let design = (&self.design, self.form.language.as_str());
        let filled = filled.unwrap_or(&self.filled);
        let way = (self.path(), String::new());
        let aside = Aside::at(format!("{}/draft", self.path()), said);
        fill_page(design, way, (filled, &self.files), wrong).with_aside(aside)
    }

    /// The same with what is wrong with all of it.
    fn refused(
        &self,
        (status, problem): (StatusCode, &str),
        filled: &[(String, String)],
        wrong: &[(String, &'static str)],
    ) -> Response {
        let mut page = self.page(Some(filled), wrong, String::new());
        if !problem.is_empty() {
            page.problem = texts::of(&self.form.language).say(problem);
        }
        own_page(status, &page)
    }

    /// Until when the link is good, in the language of the form.
    fn until(&self, room: &Room) -> String {
        let tongue = Tongue::of(&self.form.language).unwrap_or_default();
        let at = self.stands.expires_at.timestamp();
        tongue.date(&at.to_zoned(room.zone()))
    }
}

#[derive(Deserialize)]
pub(super) struct Asked {
    kept: Option<String>,
}

/// A form that was sent to somebody. Looking uses nothing up.
pub(super) async fn look(
    State(room): State<Room>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    match personal(&room, &token).await {
        Ok(Some(of)) => {
            let words = texts::of(&of.form.language);
            let said = asked.kept.map(|_| {
                let until = of.until(&room);
                words.with("draft.kept", &[("until", &until)])
            });
            let page = of.page(None, &[], said.unwrap_or_default());
            own_page(StatusCode::OK, &page)
        }
        Ok(None) => gone("en"),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// The form of a link, and what was sent of it; else what is answered.
async fn received(
    room: &Room,
    token: &str,
    request: Request,
) -> Result<(Personal, Sent), Response> {
    let of = match personal(room, token).await {
        Ok(Some(found)) => found,
        Ok(None) => return Err(gone("en")),
        Err(_) => return Err(StatusCode::SERVICE_UNAVAILABLE.into_response()),
    };
    // The link has said already whose it is.
    let sent = sent(room, (&of.design, &[]), request, |_| true).await;
    match sent {
        Some(sent) if sent.too_large => {
            let problem = (StatusCode::PAYLOAD_TOO_LARGE, "problem.large");
            Err(of.refused(problem, &sent.filled, &[]))
        }
        Some(sent) => Ok((of, sent)),
        None => Err(StatusCode::BAD_REQUEST.into_response()),
    }
}

/// Takes in what somebody filled in by their own link.
pub(super) async fn send(
    State(room): State<Room>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    let (of, sent) = match received(&room, &token, request).await {
        Ok(received) => received,
        Err(answer) => return answer,
    };
    let filled = sent.filled;
    let new = NewAnswer {
        id: room.world.id(),
        held: None,
        filled: filled.clone(),
        files: sent.files.clone(),
        dropped: sent.dropped.clone(),
        spare: room.spare(),
    };
    let (step, hash) = (room.step(Who::Unknown), of.token.hash());
    let taken = room
        .store
        .write(move |tx| answer_personally(tx, &step, hash, &new));
    match taken.await {
        Ok(client) => {
            debug_assert_eq!(client, of.stands.client);
            room.changed(Some(client));
            thanks(&of.design, &of.form.language, "'none'")
        }
        Err(FormError::Values(wrong)) => {
            // Files would have to be chosen again: what was sent is put aside instead.
            let draft = NewDraft {
                filled: filled.clone(),
                files: sent.files,
                dropped: sent.dropped,
            };
            put_aside(&room, &of, draft).await.ok();
            let of = match personal(&room, &token).await {
                Ok(Some(again)) => again,
                _ => of,
            };
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            of.refused((status, ""), &filled, &wrong)
        }
        Err(FormError::Missing) => gone(&of.form.language),
        Err(_) => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            of.refused((status, "problem.failed"), &filled, &[])
        }
    }
}

async fn put_aside(room: &Room, of: &Personal, draft: NewDraft) -> Result<(), FormError> {
    let (step, hash) = (room.step(Who::Unknown), of.token.hash());
    let put = room
        .store
        .write(move |tx| put_draft_aside(tx, &step, hash, &draft));
    let client = put.await?;
    room.changed(Some(client));
    Ok(())
}

/// Puts aside what was begun. Where the script asks, nothing is shown.
pub(super) async fn keep(
    State(room): State<Room>,
    Path(token): Path<String>,
    headers: HeaderMap,
    request: Request<Body>,
) -> Response {
    let by_script = headers.contains_key(BY);
    let (of, sent) = match received(&room, &token, request).await {
        Ok(received) => received,
        Err(answer) => return answer,
    };
    let filled = sent.filled.clone();
    let draft = NewDraft {
        filled: sent.filled,
        files: sent.files,
        dropped: sent.dropped,
    };
    match put_aside(&room, &of, draft).await {
        Ok(()) if by_script => StatusCode::NO_CONTENT.into_response(),
        Ok(()) => Redirect::to(&format!("{}?kept=on", of.path())).into_response(),
        Err(FormError::Missing) => gone(&of.form.language),
        Err(FormError::Values(wrong)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            of.refused((status, ""), &filled, &wrong)
        }
        Err(_) => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            of.refused((status, "problem.failed"), &filled, &[])
        }
    }
}
