//! The routes of the room for programs.

mod acts;
mod body;
mod seen;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kept_accounts::access::{Action, RecordNamed, Scope};
use kept_accounts::{Accounts, Token};
use kept_api::{Answer, Asked, Cursor, PageOf, Problem, Sent};
use kept_kernel::Id;
use kept_rooms::Refused;
use kept_store::StoreError;
use kept_ui::routes::{Routes, get, post};
use serde::Deserialize;
use utoipa::{OpenApi, ToSchema};

use crate::commands::{OpenRequestError, open_request};
use crate::model::{Fault, NewRequest, Request, RequestId};
use crate::queries::{self, Filter, Listed};
use crate::room::{Room, by_token};
use body::{MessageBody, RequestBody, body, message_body};

/// The routes. They need `Extension<Accounts>` around them.
pub fn api_routes(room: Room) -> Routes {
    Routes::new()
        .route("/api/v1/requests", get(list).post(open))
        .route("/api/v1/requests/{id}", get(one))
        .route(
            "/api/v1/requests/{id}/messages",
            get(messages).post(acts::say),
        )
        .route(
            "/api/v1/requests/{id}/acknowledgement",
            post(acts::acknowledge),
        )
        .route("/api/v1/requests/{id}/priority", post(acts::prioritise))
        .route("/api/v1/requests/{id}/assignment", post(acts::assign))
        .route("/api/v1/requests/{id}/waiting", post(acts::wait))
        .route("/api/v1/requests/{id}/steps", post(acts::step))
        .route("/api/v1/requests/{id}/resolution", post(acts::resolve))
        .route("/api/v1/requests/{id}/confirmation", post(acts::confirm))
        .route("/api/v1/requests/{id}/closure", post(acts::close))
        .route("/api/v1/requests/{id}/reopening", post(acts::reopen))
        .with_state(room)
}

/// What the routes are, for the description of the API.
pub fn api_description() -> utoipa::openapi::OpenApi {
    Described::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(
    list,
    one,
    open,
    messages,
    acts::say,
    acts::acknowledge,
    acts::prioritise,
    acts::assign,
    acts::wait,
    acts::step,
    acts::resolve,
    acts::confirm,
    acts::close,
    acts::reopen
))]
struct Described;

/// A view of the list.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ViewName {
    /// All of them, the newest first.
    #[default]
    All,
    /// Those that are not closed, by their next deadline.
    Open,
    /// Those of the token's person, by their next deadline.
    Mine,
    /// Those that nobody works on, by their next deadline.
    Unassigned,
    /// Those whose deadline has passed.
    Overdue,
    /// Those that wait for the client or a third party.
    Waiting,
    /// Those that were set aside.
    Snoozed,
    /// Those that are closed, the newest first.
    Closed,
}

impl ViewName {
    const fn listed(self) -> Listed {
        match self {
            Self::All => Listed::All,
            Self::Open => Listed::Open,
            Self::Mine => Listed::Mine,
            Self::Unassigned => Listed::Unassigned,
            Self::Overdue => Listed::Overdue,
            Self::Waiting => Listed::Waiting,
            Self::Snoozed => Listed::Snoozed,
            Self::Closed => Listed::Closed,
        }
    }
}

/// Which requests are asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    #[serde(default)]
    view: ViewName,
    #[serde(default)]
    state: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    priority: String,
    #[serde(default)]
    channel: String,
    #[serde(default)]
    tag: String,
    client: Option<String>,
    team: Option<String>,
    assignee: Option<String>,
    after: Option<String>,
    limit: Option<u32>,
}

const ON_A_PAGE: u32 = 50;

/// An id that a list is narrowed by.
fn narrowed_to<T: std::str::FromStr>(
    id: Option<&str>,
    name: &'static str,
) -> Result<Option<T>, Problem> {
    let id = id.map(str::parse).transpose();
    id.map_err(|_| Problem::wrong(name, format!("Send the id of the {name}.")))
}

/// List requests
///
/// Those within reach of the token, in the order of the view.
#[utoipa::path(
    get, path = "/api/v1/requests", tag = "Requests", operation_id = "listRequests",
    params(
        ("view" = Option<ViewName>, Query, description = "all when left out"),
        ("state" = Option<String>, Query, description = "new, acknowledged, in progress, waiting for the client, waiting for a third party, resolved, closed"),
        ("category" = Option<String>, Query, description = "In the words of the vocabulary"),
        ("priority" = Option<String>, Query, description = "low, medium, high, urgent"),
        ("channel" = Option<String>, Query, description = "In the words of the vocabulary"),
        ("tag" = Option<String>, Query, description = "With this tag"),
        ("client" = Option<String>, Query, description = "Of this client, by id"),
        ("team" = Option<String>, Query, description = "With this team, by id"),
        ("assignee" = Option<String>, Query, description = "With this person, by id"),
        ("after" = Option<String>, Query, description = "What next said on the page before"),
        ("limit" = Option<u32>, Query, description = "1 to 50 on a page"),
    ),
    responses(
        (status = 200, description = "A page of the list", body = PageOf<RequestBody>),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["read-requests"]))
)]
async fn list(
    State(room): State<Room>,
    token: Token,
    Asked(which): Asked<Which>,
) -> Result<Answer, Problem> {
    let scope = may(&token, Action::ReadRequests)?;
    let listed = which.view.listed();
    let limit = which.limit.unwrap_or(ON_A_PAGE).clamp(1, ON_A_PAGE);
    let after = match which.after.as_deref() {
        None => listed.start(),
        Some(text) => Cursor::parse(text).map(|cursor| (cursor.at, cursor.id))?,
    };
    let asked = queries::Asked {
        listed,
        filter: Filter {
            state: which.state,
            category: which.category,
            priority: which.priority,
            channel: which.channel,
            tag: which.tag,
            client: narrowed_to(which.client.as_deref(), "client")?,
            team: narrowed_to(which.team.as_deref(), "team")?,
            assignee: narrowed_to(which.assignee.as_deref(), "assignee")?,
        },
        now: room.world.now(),
        me: token.person(),
        after,
        limit: limit + 1,
    };
    let found = room.store.read(move |read| {
        let mut lines = queries::list(read, &scope, &asked)?;
        queries::whole(read, &mut lines)?;
        let ids: Vec<Id> = lines.iter().map(|line| line.request.id.0).collect();
        let mut tags = queries::tags_of(read, &ids)?;
        let tagged = lines.into_iter().map(|line| {
            let tags = tags.remove(&line.request.id.0).unwrap_or_default();
            (line, tags)
        });
        Ok::<_, StoreError>(tagged.collect::<Vec<_>>())
    });
    let found = found.await?;
    let shown = limit as usize;
    let last = found.get(shown).and_then(|_| found.get(shown - 1));
    let next = last.map(|(line, _)| {
        let (at, id) = line.key(listed);
        Cursor { at, id }.text()
    });
    let items: Vec<_> = found
        .iter()
        .take(shown)
        .map(|(line, tags)| body(&line.request, tags))
        .collect();
    Ok(Answer::json(StatusCode::OK, &PageOf { items, next }))
}

/// Read a request
///
/// The `ETag` is its revision.
#[utoipa::path(
    get, path = "/api/v1/requests/{id}", tag = "Requests", operation_id = "readRequest",
    params(("id" = String, Path, description = "Which one")),
    responses(
        (status = 200, description = "The request", body = RequestBody, headers(("ETag" = String, description = "Its revision"))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["read-requests"]))
)]
async fn one(
    State(room): State<Room>,
    Extension(accounts): Extension<Accounts>,
    token: Token,
    Path(id): Path<String>,
) -> Result<Answer, Problem> {
    let scope = may(&token, Action::ReadRequests)?;
    let id = id_of(&id)?;
    let found = room.store.read(move |read| {
        let found = queries::one(read, &scope, id)?;
        let tags = queries::tags(read, id)?;
        Ok::<_, StoreError>(found.map(|found| (found, tags)))
    });
    let (found, tags) = found.await?.ok_or_else(missing)?;
    accounts.note_read_by(&token, named(&found));
    Ok(Answer::json(StatusCode::OK, &body(&found, &tags)).revision(found.revision))
}

/// Open a request
///
/// For a client by its id, or for whoever has a name and an address: a known address finds its client, another one makes a client
/// that is to be checked. Send an `Idempotency-Key` to be able to send it again.
#[utoipa::path(
    post, path = "/api/v1/requests", tag = "Requests", operation_id = "openRequest",
    params(("Idempotency-Key" = Option<String>, Header, description = "A text of your own; the same gives the same answer for 24 hours")),
    request_body = NewRequest,
    responses(
        (status = 201, description = "It is open", body = RequestBody, headers(("Location" = String), ("ETag" = String))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["handle-requests"]))
)]
async fn open(
    State(room): State<Room>,
    token: Token,
    sent: Sent<NewRequest>,
) -> Result<Answer, Problem> {
    may(&token, Action::HandleRequests)?;
    let (id, step, by) = (room.new_id(), room.step_of_token(&token), by_token(&token));
    let once = sent.once(token.id.0, step.act.at)?;
    let draft = sent
        .body
        .understood(&step.rules, step.act.at)
        .map_err(wrong)?;
    let step = room.looked_ahead(step, &draft.asker).await;
    let opened = room.store.write(move |tx| {
        once.run(tx, || {
            let request = open_request(tx, &step, Some(&by), id, &draft)?;
            let place = format!("/api/v1/requests/{id}");
            let answer = Answer::json(StatusCode::CREATED, &body(&request, &[]));
            Ok::<_, OpenRequestError>(answer.revision(request.revision).at(place))
        })
    });
    let opened = opened.await?;
    room.changed(Some(id), None);
    Ok(opened)
}

/// Which messages are asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WhichMessages {
    after: Option<u32>,
    limit: Option<u32>,
}

/// List what was said on a request
///
/// In order: by the client, by us, among us (`note`), and by the procedure (`machine`).
#[utoipa::path(
    get, path = "/api/v1/requests/{id}/messages", tag = "Requests", operation_id = "listMessages",
    params(
        ("id" = String, Path, description = "Which request"),
        ("after" = Option<u32>, Query, description = "What next said on the page before"),
        ("limit" = Option<u32>, Query, description = "1 to 100 on a page"),
    ),
    responses(
        (status = 200, description = "A page of the list", body = PageOf<MessageBody>),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["read-requests"]))
)]
async fn messages(
    State(room): State<Room>,
    Extension(accounts): Extension<Accounts>,
    token: Token,
    Path(id): Path<String>,
    Asked(which): Asked<WhichMessages>,
) -> Result<Answer, Problem> {
    let scope = may(&token, Action::ReadRequests)?;
    let id = id_of(&id)?;
    let limit = which.limit.unwrap_or(100).clamp(1, 100);
    let after = which.after.unwrap_or_default();
    let found = room.store.read(move |read| {
        let request = queries::one(read, &scope, id)?;
        let said = queries::messages(read, id, after, limit + 1)?;
        Ok::<_, StoreError>(request.map(|request| (request, said)))
    });
    let (request, found) = found.await?.ok_or_else(missing)?;
    accounts.note_read_by(&token, named(&request));
    let shown = limit as usize;
    let last = found.get(shown).and_then(|_| found.get(shown - 1));
    let next = last.map(|last| last.place.to_string());
    let items: Vec<_> = found.iter().take(shown).map(message_body).collect();
    Ok(Answer::json(StatusCode::OK, &PageOf { items, next }))
}

/// The reach of a token, or its refusal.
fn may(token: &Token, action: Action) -> Result<Scope, Problem> {
    let scope = token.scope(action);
    if scope.is_nothing() {
        return Err(Problem::without_scope(action.name()));
    }
    Ok(scope)
}

/// As a read of it is written down.
fn named(of: &Request) -> RecordNamed {
    RecordNamed {
        object: "request".to_owned(),
        record: of.id.to_string(),
        client: Some(of.client.to_string()),
    }
}

fn wrong(faults: Vec<Fault>) -> Problem {
    Refused::Fields(faults.into_iter().map(Into::into).collect()).into()
}

fn id_of(text: &str) -> Result<RequestId, Problem> {
    text.parse().map_err(|_| missing())
}

fn missing() -> Problem {
    Problem::missing("There is no such request within reach of this token.")
}
