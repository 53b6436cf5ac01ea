//! The routes of the room for programs. What is the same for every handler is in `kept_api`: here stand its own words.

mod body;

use axum::http::StatusCode;
use kept_accounts::Token;
use kept_accounts::access::{Action, Scope};
use kept_api::{Answer, Cursor, Named, Nothing, PageOf, Paged, Paging, Problem, Sent, Served};
use kept_kernel::Instant;
use kept_rooms::Refused;
use kept_store::{Read, Store, StoreError, Write};
use kept_ui::routes::{Routes, get, post};
use serde::Deserialize;
use utoipa::{OpenApi, ToSchema};

use crate::commands::{
    ConfirmReadingError, Step, change_announcement, confirm_reading, post_announcement,
    withdraw_announcement,
};
use crate::model::{Announcement, AnnouncementId, Draft, Fault, Typed};
use crate::queries::{self, Listed, START};
use crate::room::Room;
use body::{AnnouncementBody, Written, body};

/// The routes. They need `Extension<Accounts>` around them.
pub fn api_routes(room: Room) -> Routes {
    Routes::new()
        .route("/api/v1/announcements", get(list).post(post_one))
        .route("/api/v1/announcements/{id}", get(one).put(change))
        .route("/api/v1/announcements/{id}/withdrawal", post(withdraw))
        .route("/api/v1/announcements/{id}/readings", post(confirm))
        .with_state(room)
}

/// What the routes are, for the description of the API.
pub fn api_description() -> utoipa::openapi::OpenApi {
    Described::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(list, one, post_one, change, withdraw, confirm))]
struct Described;

type Call = kept_api::Call<Room, Token>;

impl Served for Room {
    fn store(&self) -> &Store {
        &self.store
    }

    fn now(&self) -> Instant {
        self.world.now()
    }

    fn changed(&self) {
        Self::changed(self, None);
    }
}

/// Which announcements are asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    #[serde(default)]
    view: ViewName,
}

/// A view of the list.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ViewName {
    /// What people read now.
    #[default]
    Current,
    /// What is over.
    Earlier,
    /// What the token may change, whatever its state.
    Written,
}

/// List announcements
///
/// The newest first. The views `current` and `earlier` have what is addressed to the token's person, or within the reach of
/// their roles.
#[utoipa::path(
    get, path = "/api/v1/announcements", tag = "Announcements", operation_id = "listAnnouncements",
    params(
        ("view" = Option<ViewName>, Query, description = "current, earlier or written; current when left out"),
        Paging,
    ),
    responses((status = 200, description = "A page of the list", body = PageOf<AnnouncementBody>)),
    security(("token" = ["read-announcements"]))
)]
async fn list(call: Call, which: Paged<Which>) -> Result<Answer, Problem> {
    let (action, listed) = match which.asked.view {
        ViewName::Current => (Action::ReadAnnouncements, Listed::Current),
        ViewName::Earlier => (Action::ReadAnnouncements, Listed::Earlier),
        ViewName::Written => (Action::PostAnnouncements, Listed::Written),
    };
    let scope = call.may(action)?;
    let limit = which.limit();
    let after = which.after()?.map_or(START, |after| (after.at, after.id));
    let now = call.room.now();
    let read = move |read: &Read<'_>| queries::list(read, &scope, (listed, now), after, limit + 1);
    let found = call.room.store.read(read).await?;
    let written = Written::at(&call.room, now);
    let key = |one: &Announcement| Cursor {
        at: one.from_at,
        id: one.id.0,
    };
    let page = PageOf::cut(&found, limit, key, |one| body(one, &written));
    Ok(Answer::json(StatusCode::OK, &page))
}

/// Read an announcement
///
/// The `ETag` is its revision, for changing it.
#[utoipa::path(
    get, path = "/api/v1/announcements/{id}", tag = "Announcements", operation_id = "readAnnouncement",
    responses(
        (status = 200, description = "The announcement", body = AnnouncementBody, headers(("ETag" = String, description = "Its revision"))),
    ),
    security(("token" = ["read-announcements"]))
)]
async fn one(call: Call, Named(id): Named<AnnouncementId>) -> Result<Answer, Problem> {
    let scopes = (
        call.may(Action::ReadAnnouncements)?,
        call.token.scope(Action::PostAnnouncements),
    );
    let now = call.room.now();
    let read = move |read: &Read<'_>| queries::one(read, (&scopes.0, &scopes.1), id, now);
    let found = call.room.store.read(read).await?;
    let (found, _) = found.ok_or_else(Problem::out_of_reach)?;
    let written = Written::at(&call.room, now);
    Ok(answer(StatusCode::OK, &found, &written))
}

/// Post an announcement
///
/// It has the token's person as its author. Send an `Idempotency-Key` to be able to send it again.
#[utoipa::path(
    post, path = "/api/v1/announcements", tag = "Announcements", operation_id = "postAnnouncement",
    request_body = Typed,
    responses((status = 201, description = "It is posted", body = AnnouncementBody, headers(("ETag" = String)))),
    security(("token" = ["post-announcements"]))
)]
async fn post_one(call: Call, sent: Sent<Typed>) -> Result<Answer, Problem> {
    let scope = call.may(Action::PostAnnouncements)?;
    let id = call.room.new_id();
    let (step, written) = act(&call, "post-announcement", id);
    let draft = understood(&call, &sent.body, &step)?;
    let command = move |tx: &Write<'_>| {
        let posted = post_announcement(tx, &step, &scope, id, &draft);
        let place = format!("/api/v1/announcements/{id}");
        posted.and_then(|()| Ok(made(tx, &scope, id, (StatusCode::CREATED, &written))?.at(place)))
    };
    call.once(&sent, command).await
}

/// Change an announcement
///
/// The whole announcement as it shall be. Another title, text or clause is another version, which is to be confirmed again.
#[utoipa::path(
    put, path = "/api/v1/announcements/{id}", tag = "Announcements", operation_id = "changeAnnouncement",
    request_body = Typed,
    responses((status = 200, description = "It is changed", body = AnnouncementBody, headers(("ETag" = String)))),
    security(("token" = ["post-announcements"]))
)]
async fn change(
    call: Call,
    Named(id): Named<AnnouncementId>,
    sent: Sent<Typed>,
) -> Result<Answer, Problem> {
    let scope = call.may(Action::PostAnnouncements)?;
    let revision = sent.revision()?;
    let (step, written) = act(&call, "change-announcement", id);
    let draft = understood(&call, &sent.body, &step)?;
    let command = move |tx: &Write<'_>| {
        let changed = change_announcement(tx, &step, &scope, (id, revision), &draft);
        changed.and_then(|_| Ok(made(tx, &scope, id, (StatusCode::OK, &written))?))
    };
    call.write(command).await
}

/// Withdraw an announcement
///
/// Readers no longer see it. Who has read it is kept.
#[utoipa::path(
    post, path = "/api/v1/announcements/{id}/withdrawal", tag = "Announcements", operation_id = "withdrawAnnouncement",
    responses((status = 200, description = "It is withdrawn", body = AnnouncementBody, headers(("ETag" = String)))),
    security(("token" = ["post-announcements"]))
)]
async fn withdraw(
    call: Call,
    Named(id): Named<AnnouncementId>,
    sent: Sent<Nothing>,
) -> Result<Answer, Problem> {
    let scope = call.may(Action::PostAnnouncements)?;
    let (step, written) = act(&call, "withdraw-announcement", id);
    let command = move |tx: &Write<'_>| {
        let withdrawn = withdraw_announcement(tx, &step, &scope, id);
        withdrawn.and_then(|()| Ok(made(tx, &scope, id, (StatusCode::OK, &written))?))
    };
    call.once(&sent, command).await
}

/// What was read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reading {
    /// The version that was shown.
    #[schema(example = 1)]
    version: u32,
}

/// Confirm to have read an announcement
///
/// For the token's person. Doing it again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/announcements/{id}/readings", tag = "Announcements", operation_id = "confirmReading",
    request_body = Reading,
    responses((status = 200, description = "It is confirmed", body = AnnouncementBody, headers(("ETag" = String)))),
    security(("token" = ["read-announcements"]))
)]
async fn confirm(
    call: Call,
    Named(id): Named<AnnouncementId>,
    sent: Sent<Reading>,
) -> Result<Answer, Problem> {
    let scope = call.may(Action::ReadAnnouncements)?;
    let (step, written) = act(&call, "read-announcement", id);
    let version = sent.body.version;
    let command = move |tx: &Write<'_>| {
        confirm_reading(tx, &step, &scope, (id, version))?;
        let read = queries::one_to_read(tx, &scope, id, step.act.at)?;
        let read = read.ok_or(ConfirmReadingError::Missing)?;
        Ok::<_, ConfirmReadingError>(answer(StatusCode::OK, &read, &written))
    };
    call.once(&sent, command).await
}

/// An act of the token, and how what it leaves is written.
fn act(call: &Call, name: &str, id: AnnouncementId) -> (Step, Written) {
    let step = call.room.step(call.token.who(), name, id);
    let written = Written::at(&call.room, step.act.at);
    (step, written)
}

fn understood(call: &Call, typed: &Typed, step: &Step) -> Result<Draft, Problem> {
    let draft = typed.understood(&call.room.rules.now(), step.act.at);
    draft.map_err(|faults: Vec<Fault>| {
        Refused::Fields(faults.into_iter().map(Into::into).collect()).into()
    })
}

/// The announcement as the command has left it.
fn made(
    tx: &Write<'_>,
    scope: &Scope,
    id: AnnouncementId,
    (status, written): (StatusCode, &Written),
) -> Result<Answer, StoreError> {
    let read: &Read<'_> = tx;
    let found = queries::one_to_change(read, scope, id, written.now)?;
    let found = found.ok_or(StoreError::Missing("ONE_WRITTEN"))?;
    Ok(answer(status, &found, written))
}

fn answer(status: StatusCode, announcement: &Announcement, written: &Written) -> Answer {
    Answer::json(status, &body(announcement, written)).revision(announcement.revision)
}
