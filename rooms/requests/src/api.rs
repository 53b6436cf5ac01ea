//! The routes of the room for programs.

mod acts;
mod body;
mod files;
mod found;
mod hang;
mod lists;
mod seen;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kept_accounts::access::{Action, RecordNamed, Scope};
use kept_accounts::{Accounts, Token};
use kept_api::{Answer, Asked, Cursor, PageOf, Problem, Sent, limit_of};
use kept_journal::InForce;
use kept_kernel::Id;
use kept_rooms::{FieldError, Refused};
use kept_store::StoreError;
use kept_ui::routes::{Routes, get, post};
use serde::Deserialize;
use utoipa::{OpenApi, ToSchema};

use crate::commands::{OpenRequestError, open_request};
use crate::model::{Fault, NewRequest, Request, RequestId, State as Stand, choices};
use crate::queries::{self, Filter, Listed};
use crate::room::{Room, by_token};
use body::{MessageBody, RequestBody, body, message_body};

/// The routes. They need `Extension<Accounts>` around them.
pub fn api_routes(room: Room) -> Routes {
    Routes::new()
        .route("/api/v1/requests", get(list).post(open))
        .route("/api/v1/requests/{id}", get(one).patch(acts::correct))
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
        .route("/api/v1/requests/{id}/rerouting", post(hang::reroute))
        .route("/api/v1/requests/{id}/snooze", post(hang::snooze))
        .route("/api/v1/requests/{id}/tags", post(hang::tag))
        .route("/api/v1/requests/{id}/tags/removal", post(hang::untag))
        .route(
            "/api/v1/requests/{id}/tasks",
            get(hang::tasks).post(hang::add),
        )
        .route(
            "/api/v1/requests/{id}/tasks/{task}/completion",
            post(hang::complete),
        )
        .route(
            "/api/v1/requests/{id}/links",
            get(hang::links).post(hang::link),
        )
        .route(
            "/api/v1/requests/{id}/links/{other}/removal",
            post(hang::unlink),
        )
        .route("/api/v1/requests/{id}/merging", post(hang::merge))
        .route("/api/v1/requests/{id}/splitting", post(hang::split))
        .route(
            "/api/v1/requests/{id}/files",
            get(files::list).post(files::add),
        )
        .route("/api/v1/requests/{id}/files/{file}", get(files::one))
        .route("/api/v1/macros", get(lists::macros))
        .route("/api/v1/views", get(lists::views))
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
    acts::correct,
    acts::say,
    acts::acknowledge,
    acts::prioritise,
    acts::assign,
    acts::wait,
    acts::step,
    acts::resolve,
    acts::confirm,
    acts::close,
    acts::reopen,
    hang::reroute,
    hang::snooze,
    hang::tag,
    hang::untag,
    hang::tasks,
    hang::add,
    hang::complete,
    hang::links,
    hang::link,
    hang::unlink,
    hang::merge,
    hang::split,
    files::list,
    files::add,
    files::one,
    lists::macros,
    lists::views
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
    q: Option<String>,
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
    id.map_err(|_| Problem::parameter(name, format!("Send the id of the {name}.")))
}

/// A word that a list is narrowed by, as it is written in the list of those that there are. Nothing narrows nothing.
fn word_of<'a>(
    name: &'static str,
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Result<String, Problem> {
    let known: Vec<&str> = known.into_iter().collect();
    if word.is_empty() || known.is_empty() {
        return Ok(word.to_owned());
    }
    let found = known.iter().find(|one| one.eq_ignore_ascii_case(word));
    let found = found.map(|one| (*one).to_owned());
    found.ok_or_else(|| Problem::not_among(name, known))
}

impl Which {
    fn filter(&self, rules: &InForce) -> Result<Filter, Problem> {
        let of = |name| choices(&rules.register, name).iter().map(String::as_str);
        let states = Stand::ALL.iter().map(|state| state.name());
        Ok(Filter {
            state: word_of("state", &self.state, states)?,
            category: word_of("category", &self.category, of("category"))?,
            priority: word_of("priority", &self.priority, of("priority"))?,
            channel: word_of("channel", &self.channel, of("channel"))?,
            tag: self.tag.clone(),
            client: narrowed_to(self.client.as_deref(), "client")?,
            team: narrowed_to(self.team.as_deref(), "team")?,
            assignee: narrowed_to(self.assignee.as_deref(), "assignee")?,
            ..Filter::default()
        })
    }
}

/// List requests
///
/// Those within reach of the token, in the order of the view. With `q` those in which these words are found, the latest first; a page
/// that is narrowed further may then have few items and still say where to go on.
#[utoipa::path(
    get, path = "/api/v1/requests", tag = "Requests", operation_id = "listRequests",
    params(
        ("q" = Option<String>, Query, description = "With these words: in the number, the subject, what was said, what was done", example = "invoice 1182"),
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
    let limit = limit_of(which.limit, ON_A_PAGE)?;
    let cursor = which.after.as_deref().map(Cursor::parse).transpose()?;
    let after = cursor.map_or(listed.start(), |cursor| (cursor.at, cursor.id));
    let asked = queries::Asked {
        listed,
        filter: which.filter(&room.rules.now())?,
        now: room.world.now(),
        me: token.person(),
        after,
        limit: limit + 1,
    };
    if let Some(words) = which.q.filter(|words| !words.trim().is_empty()) {
        let from = cursor.map(|cursor| cursor.at.micros());
        let found = room
            .store
            .read(move |read| found::page(read, &scope, (&words, from), &asked));
        return Ok(Answer::json(StatusCode::OK, &found.await?));
    }
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
    let new = NewRequest {
        channel: channel_of(sent.body.channel.as_deref(), &step.rules)?,
        ..sent.body.clone()
    };
    let draft = new
        .understood(&step.rules, step.act.at)
        .map_err(|faults| wrong(&step.rules, faults))?;
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

/// The channel as the vocabulary writes it; programs need not care for its capitals.
fn channel_of(word: Option<&str>, rules: &InForce) -> Result<Option<String>, Problem> {
    let Some(word) = word else { return Ok(None) };
    let mut known = choices(&rules.register, "channel").iter();
    let found = known.find(|known| known.eq_ignore_ascii_case(word.trim()));
    let found = found.ok_or_else(|| wrong(rules, vec![Fault::UnknownChannel]))?;
    Ok(Some(found.clone()))
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
    let limit = limit_of(which.limit, 100)?;
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

/// What cannot stand; of a word out of a list, with the list.
fn wrong(rules: &InForce, faults: Vec<Fault>) -> Problem {
    let field = |fault: Fault| match fault {
        Fault::UnknownChannel
        | Fault::UnknownCategory
        | Fault::UnknownUrgency
        | Fault::UnknownImpact
        | Fault::UnknownDepartment => FieldError {
            field: fault.field(),
            words: format!(
                "Send one of: {}.",
                choices(&rules.register, fault.field()).join(", ")
            ),
        },
        other => other.into(),
    };
    Refused::Fields(faults.into_iter().map(field).collect()).into()
}

fn id_of(text: &str) -> Result<RequestId, Problem> {
    text.parse().map_err(|_| missing())
}

fn missing() -> Problem {
    Problem::missing("There is no such request within reach of this token.")
}
