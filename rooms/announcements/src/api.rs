//! The routes of the room for programs.

mod body;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use kept_accounts::Token;
use kept_accounts::access::{Action, Scope};
use kept_api::{Answer, Asked, Cursor, IfMatch, PageOf, Problem, Sent};
use kept_kernel::Instant;
use kept_rooms::{Refusal as _, Refused};
use kept_store::{Read, StoreError, Write};
use kept_ui::routes::{Routes, get, post};
use serde::Deserialize;
use utoipa::{OpenApi, ToSchema};

use crate::commands::{
    ChangeAnnouncementError, ConfirmReadingError, PostAnnouncementError, WithdrawAnnouncementError,
    change_announcement, confirm_reading, post_announcement, withdraw_announcement,
};
use crate::model::{Announcement, AnnouncementId, Fault, Typed};
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

/// Which announcements are asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    #[serde(default)]
    view: ViewName,
    after: Option<String>,
    limit: Option<u32>,
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

const ON_A_PAGE: u32 = 50;

/// List announcements
///
/// The newest first. The views `current` and `earlier` have what is addressed to the token's person, or within the reach of
/// their roles.
#[utoipa::path(
    get, path = "/api/v1/announcements", tag = "Announcements", operation_id = "listAnnouncements",
    params(
        ("view" = Option<ViewName>, Query, description = "current, earlier or written; current when left out"),
        ("after" = Option<String>, Query, description = "What next said on the page before"),
        ("limit" = Option<u32>, Query, description = "1 to 50 on a page"),
    ),
    responses(
        (status = 200, description = "A page of the list", body = PageOf<AnnouncementBody>),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["read-announcements"]))
)]
async fn list(
    State(room): State<Room>,
    token: Token,
    Asked(which): Asked<Which>,
) -> Result<Answer, Problem> {
    let (action, listed) = match which.view {
        ViewName::Current => (Action::ReadAnnouncements, Listed::Current),
        ViewName::Earlier => (Action::ReadAnnouncements, Listed::Earlier),
        ViewName::Written => (Action::PostAnnouncements, Listed::Written),
    };
    let scope = may(&token, action)?;
    let limit = which.limit.unwrap_or(ON_A_PAGE).clamp(1, ON_A_PAGE);
    let after = match which.after.as_deref() {
        None => START,
        Some(text) => Cursor::parse(text).map(|cursor| (cursor.at, cursor.id))?,
    };
    let now = room.world.now();
    let found = room
        .store
        .read(move |read| queries::list(read, &scope, (listed, now), after, limit + 1))
        .await?;
    let shown = limit as usize;
    let last = found.get(shown).and_then(|_| found.get(shown - 1));
    let next = last.map(|last| {
        Cursor {
            at: last.from_at,
            id: last.id.0,
        }
        .text()
    });
    let written = Written::at(&room, now);
    let items: Vec<_> = found
        .iter()
        .take(shown)
        .map(|one| body(one, &written))
        .collect();
    Ok(Answer::json(StatusCode::OK, &PageOf { items, next }))
}

/// Read an announcement
///
/// The `ETag` is its revision, for changing it.
#[utoipa::path(
    get, path = "/api/v1/announcements/{id}", tag = "Announcements", operation_id = "readAnnouncement",
    params(("id" = String, Path, description = "Which one")),
    responses(
        (status = 200, description = "The announcement", body = AnnouncementBody, headers(("ETag" = String, description = "Its revision"))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["read-announcements"]))
)]
async fn one(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
) -> Result<Answer, Problem> {
    let scopes = (
        may(&token, Action::ReadAnnouncements)?,
        token.scope(Action::PostAnnouncements),
    );
    let (id, now) = (id_of(&id)?, room.world.now());
    let found = room
        .store
        .read(move |read| queries::one(read, (&scopes.0, &scopes.1), id, now))
        .await?;
    let (found, _) = found.ok_or_else(missing)?;
    Ok(answer(StatusCode::OK, &found, &Written::at(&room, now)))
}

/// Post an announcement
///
/// It has the token's person as its author. Send an `Idempotency-Key` to be able to send it again.
#[utoipa::path(
    post, path = "/api/v1/announcements", tag = "Announcements", operation_id = "postAnnouncement",
    params(("Idempotency-Key" = Option<String>, Header, description = "A text of your own; the same gives the same answer for 24 hours")),
    request_body = Typed,
    responses(
        (status = 201, description = "It is posted", body = AnnouncementBody, headers(("Location" = String), ("ETag" = String))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["post-announcements"]))
)]
async fn post_one(
    State(room): State<Room>,
    token: Token,
    sent: Sent<Typed>,
) -> Result<Answer, Problem> {
    let scope = may(&token, Action::PostAnnouncements)?;
    let id = room.new_id();
    let step = room.step(token.who(), "post-announcement", id);
    let at = step.act.at;
    let once = sent.once(token.id.0, at)?;
    let draft = sent.body.understood(&room.rules.now(), at).map_err(wrong)?;
    let written = Written::at(&room, at);
    let posted = room.store.write(move |tx| {
        once.run(tx, || {
            post_announcement(tx, &step, &scope, id, &draft)?;
            let made = made(tx, &scope, id, at)?;
            let place = format!("/api/v1/announcements/{id}");
            Ok::<_, PostAnnouncementError>(answer(StatusCode::CREATED, &made, &written).at(place))
        })
    });
    let posted = posted.await?;
    room.changed(None);
    Ok(posted)
}

/// Change an announcement
///
/// The whole announcement as it shall be. Another title, text or clause is another version, which is to be confirmed again.
#[utoipa::path(
    put, path = "/api/v1/announcements/{id}", tag = "Announcements", operation_id = "changeAnnouncement",
    params(
        ("id" = String, Path, description = "Which one"),
        ("If-Match" = String, Header, description = "The ETag of the announcement as you read it"),
    ),
    request_body = Typed,
    responses(
        (status = 200, description = "It is changed", body = AnnouncementBody, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["post-announcements"]))
)]
async fn change(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    revision: Result<IfMatch, Problem>,
    sent: Sent<Typed>,
) -> Result<Answer, Problem> {
    let scope = may(&token, Action::PostAnnouncements)?;
    let id = id_of(&id)?;
    let IfMatch(revision) = revision?;
    let step = room.step(token.who(), "change-announcement", id);
    let at = step.act.at;
    let draft = sent.body.understood(&room.rules.now(), at).map_err(wrong)?;
    let written = Written::at(&room, at);
    let changed = room.store.write(move |tx| {
        change_announcement(tx, &step, &scope, (id, revision), &draft)?;
        let made = made(tx, &scope, id, at)?;
        Ok::<_, ChangeAnnouncementError>(answer(StatusCode::OK, &made, &written))
    });
    let changed = changed
        .await
        .map_err(|error| Problem::from(error.refused()))?;
    room.changed(None);
    Ok(changed)
}

/// Withdraw an announcement
///
/// Readers no longer see it. Who has read it is kept.
#[utoipa::path(
    post, path = "/api/v1/announcements/{id}/withdrawal", tag = "Announcements", operation_id = "withdrawAnnouncement",
    params(
        ("id" = String, Path, description = "Which one"),
        ("Idempotency-Key" = Option<String>, Header, description = "A text of your own; the same gives the same answer for 24 hours"),
    ),
    responses(
        (status = 200, description = "It is withdrawn", body = AnnouncementBody, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["post-announcements"]))
)]
async fn withdraw(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    sent: Sent<Nothing>,
) -> Result<Answer, Problem> {
    let scope = may(&token, Action::PostAnnouncements)?;
    let id = id_of(&id)?;
    let step = room.step(token.who(), "withdraw-announcement", id);
    let at = step.act.at;
    let once = sent.once(token.id.0, at)?;
    let written = Written::at(&room, at);
    let withdrawn = room.store.write(move |tx| {
        once.run(tx, || {
            withdraw_announcement(tx, &step, &scope, id)?;
            let made = made(tx, &scope, id, at)?;
            Ok::<_, WithdrawAnnouncementError>(answer(StatusCode::OK, &made, &written))
        })
    });
    let withdrawn = withdrawn.await?;
    room.changed(None);
    Ok(withdrawn)
}

/// A body without fields.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

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
    params(
        ("id" = String, Path, description = "Which one"),
        ("Idempotency-Key" = Option<String>, Header, description = "A text of your own; the same gives the same answer for 24 hours"),
    ),
    request_body = Reading,
    responses(
        (status = 200, description = "It is confirmed", body = AnnouncementBody, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["read-announcements"]))
)]
async fn confirm(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    sent: Sent<Reading>,
) -> Result<Answer, Problem> {
    let scope = may(&token, Action::ReadAnnouncements)?;
    let id = id_of(&id)?;
    let step = room.step(token.who(), "read-announcement", id);
    let at = step.act.at;
    let once = sent.once(token.id.0, at)?;
    let (version, written) = (sent.body.version, Written::at(&room, at));
    let confirmed = room.store.write(move |tx| {
        once.run(tx, || {
            confirm_reading(tx, &step, &scope, (id, version))?;
            let read = queries::one_to_read(tx, &scope, id, at)?;
            let read = read.ok_or(ConfirmReadingError::Missing)?;
            Ok::<_, ConfirmReadingError>(answer(StatusCode::OK, &read, &written))
        })
    });
    let confirmed = confirmed.await?;
    room.changed(None);
    Ok(confirmed)
}

/// The reach of a token, or its refusal.
fn may(token: &Token, action: Action) -> Result<Scope, Problem> {
    let scope = token.scope(action);
    if scope.is_nothing() {
        return Err(Problem::without_scope(action.name()));
    }
    Ok(scope)
}

fn wrong(faults: Vec<Fault>) -> Problem {
    Refused::Fields(faults.into_iter().map(Into::into).collect()).into()
}

fn id_of(text: &str) -> Result<AnnouncementId, Problem> {
    text.parse().map_err(|_| missing())
}

fn missing() -> Problem {
    Problem::missing("There is no such announcement within reach of this token.")
}

/// The announcement as the command has left it.
fn made(
    tx: &Write<'_>,
    scope: &Scope,
    id: AnnouncementId,
    at: Instant,
) -> Result<Announcement, StoreError> {
    let read: &Read<'_> = tx;
    queries::one_to_change(read, scope, id, at)?.ok_or(StoreError::Missing("ONE_WRITTEN"))
}

fn answer(status: StatusCode, announcement: &Announcement, written: &Written) -> Answer {
    Answer::json(status, &body(announcement, written)).revision(announcement.revision)
}
