//! What hangs on a request, for programs: tags, tasks, links; setting it aside, sending it elsewhere, making one of two and two of one.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use kept_accounts::Token;
use kept_accounts::access::Action;
use kept_accounts::model::PersonId;
use kept_api::{Answer, PageOf, Problem, Sent};
use kept_kernel::{Id, Instant};
use kept_store::{StoreError, Write};

use super::acts::input::{
    Aside, Completed, Joined, Linking, Nothing, Rerouted, SplitOff, Tagged, Titled,
};
use super::acts::{Doing, act, answered};
use super::body::{LinkBody, RequestBody, TaskBody, body, link_body, task_body};
use super::seen::Revision;
use super::{id_of, may, missing, wrong};
use crate::commands::{
    By, IDS_OF_SPLIT, LinkKind, NewTask, RequestError, Rerouting, Splitting, add_tag, add_task,
    assign_request, drop_link, drop_tag, held, link_requests, merge_request, reroute_request,
    snooze_request, split_request, turn_task,
};
use crate::model::{Fault, RequestId, instant_of};
use crate::queries;
use crate::room::Room;

/// Put a tag on a request
///
/// In small letters, up to 40, without commas. One that it has already is no fault.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/tags", tag = "Requests", operation_id = "addTag",
    params(("If-Match" = Option<String>, Header, description = "The ETag of the request as you read it; then it is done on that revision alone")),
    request_body = Tagged,
    responses((status = 200, description = "It has the tag", body = RequestBody, headers(("ETag" = String)))),
    security(("token" = ["handle-requests"]))
)]
pub(super) async fn tag(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    revision: Revision,
    sent: Sent<Tagged>,
) -> Result<Answer, Problem> {
    let tag = sent.body.tag.clone();
    let at = (id.as_str(), revision);
    act(
        room,
        token,
        at,
        &sent,
        Doing::Own,
        move |tx, step, by, at| {
            held(tx, by, at)?;
            add_tag(tx, step, by, at.0, &tag)
        },
    )
    .await
}

/// Take a tag off a request
///
/// One that it does not have is no fault.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/tags/removal", tag = "Requests", operation_id = "removeTag",
    params(("If-Match" = Option<String>, Header, description = "The ETag of the request as you read it; then it is done on that revision alone")),
    request_body = Tagged,
    responses((status = 200, description = "It does not have the tag", body = RequestBody, headers(("ETag" = String)))),
    security(("token" = ["handle-requests"]))
)]
pub(super) async fn untag(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    revision: Revision,
    sent: Sent<Tagged>,
) -> Result<Answer, Problem> {
    let tag = sent.body.tag.trim().to_lowercase();
    let at = (id.as_str(), revision);
    act(
        room,
        token,
        at,
        &sent,
        Doing::Own,
        move |tx, step, by, at| {
            held(tx, by, at)?;
            drop_tag(tx, step, by, at.0, &tag)
        },
    )
    .await
}

/// List the tasks of a request
///
/// What is to do for it, in the order in which it was written down, at most 200.
#[utoipa::path(
    get, path = "/api/v1/requests/{id}/tasks", tag = "Requests", operation_id = "listTasks",
    responses((status = 200, description = "Its tasks", body = PageOf<TaskBody>)),
    security(("token" = ["read-requests"]))
)]
pub(super) async fn tasks(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
) -> Result<Answer, Problem> {
    let scope = may(&token, Action::ReadRequests)?;
    let id = id_of(&id)?;
    let found = room.store.read(move |read| {
        let request = queries::one(read, &scope, id)?;
        let tasks = queries::tasks(read, id)?;
        Ok::<_, StoreError>(request.map(|_| tasks))
    });
    let items = found.await?.ok_or_else(missing)?;
    let items: Vec<_> = items.iter().map(task_body).collect();
    Ok(Answer::json(StatusCode::OK, &PageOf { items, next: None }))
}

/// Add a task to a request
///
/// Something to do for it. What is longer than 200 letters is cut.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/tasks", tag = "Requests", operation_id = "addTask",
    request_body = Titled,
    responses((status = 201, description = "It is to do", body = TaskBody)),
    security(("token" = ["handle-requests"]))
)]
pub(super) async fn add(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    sent: Sent<Titled>,
) -> Result<Answer, Problem> {
    let task = new_task(&sent.body)?;
    let once = sent.once(token.id.0, room.world.now());
    let way = (id.as_str(), once, Doing::Own);
    answered(room, token, way, move |tx, step, by, id| {
        let request = add_task(tx, step, by, id, &task)?;
        // The first id of a step is that of what it adds.
        let task = step.ids.first().copied().unwrap_or_default();
        let place = format!("/api/v1/requests/{id}/tasks");
        task_answer(tx, StatusCode::CREATED, (id, task))
            .map(|answer| answer.at(place).revision(request.revision))
    })
    .await
}

fn new_task(titled: &Titled) -> Result<NewTask, Problem> {
    if titled.title.trim().is_empty() {
        return Err(Problem::wrong("title", "Write what is to do."));
    }
    let assignee = titled.assignee.as_deref().map(str::parse).transpose();
    let due_on = titled.due_on.as_deref().map(str::parse).transpose();
    Ok(NewTask {
        title: titled.title.clone(),
        assignee: assignee
            .map_err(|_| Problem::wrong("assignee", "Send the id of somebody who works here."))?,
        due_on: due_on.map_err(|_| Problem::wrong("due_on", "Send a day like 2026-03-02."))?,
    })
}

/// Say that a task is done, or is not
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/tasks/{task}/completion", tag = "Requests", operation_id = "completeTask",
    params(("task" = String, Path, description = "Which task, as the list says")),
    request_body = Completed,
    responses((status = 200, description = "It stands so", body = TaskBody)),
    security(("token" = ["handle-requests"]))
)]
pub(super) async fn complete(
    State(room): State<Room>,
    token: Token,
    Path((id, task)): Path<(String, String)>,
    sent: Sent<Completed>,
) -> Result<Answer, Problem> {
    let (task, done): (Option<Id>, _) = (task.parse().ok(), sent.body.done);
    let once = sent.once(token.id.0, room.world.now());
    let way = (id.as_str(), once, Doing::Own);
    answered(room, token, way, move |tx, step, by, id| {
        let task = task.ok_or(RequestError::Missing)?;
        turn_task(tx, step, by, id, (task, done))?;
        task_answer(tx, StatusCode::OK, (id, task))
    })
    .await
}

fn task_answer(
    tx: &Write<'_>,
    status: StatusCode,
    (id, task): (RequestId, Id),
) -> Result<Answer, RequestError> {
    let found = queries::task(tx, id, task)?.ok_or(RequestError::Missing)?;
    Ok(Answer::json(status, &task_body(&found)))
}

/// List the links of a request
///
/// Both what it is of others and what others are of it, as far as those are within reach.
#[utoipa::path(
    get, path = "/api/v1/requests/{id}/links", tag = "Requests", operation_id = "listLinks",
    responses((status = 200, description = "Its links", body = PageOf<LinkBody>)),
    security(("token" = ["read-requests"]))
)]
pub(super) async fn links(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
) -> Result<Answer, Problem> {
    let scope = may(&token, Action::ReadRequests)?;
    let id = id_of(&id)?;
    let found = room.store.read(move |read| {
        let request = queries::one(read, &scope, id)?;
        let links = queries::links(read, &scope, id)?;
        Ok::<_, StoreError>(request.map(|_| links))
    });
    let items = found.await?.ok_or_else(missing)?;
    let items: Vec<_> = items.iter().map(link_body).collect();
    Ok(Answer::json(StatusCode::OK, &PageOf { items, next: None }))
}

/// Link a request with another
///
/// Says what this one is of the other: the same matter, what came of it, or something that has to do with it.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/links", tag = "Requests", operation_id = "linkRequests",
    params(("If-Match" = Option<String>, Header, description = "The ETag of the request as you read it; then it is done on that revision alone")),
    request_body = Linking,
    responses((status = 200, description = "They are linked", body = RequestBody, headers(("ETag" = String)))),
    security(("token" = ["handle-requests"]))
)]
pub(super) async fn link(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    revision: Revision,
    sent: Sent<Linking>,
) -> Result<Answer, Problem> {
    let kind = LinkKind::named(sent.body.kind.name()).unwrap_or(LinkKind::Related);
    let other = sent.body.other.clone();
    let at = (id.as_str(), revision);
    act(
        room,
        token,
        at,
        &sent,
        Doing::Own,
        move |tx, step, by, at| {
            held(tx, by, at)?;
            let number = number_of(tx, by, &other)?;
            link_requests(tx, step, by, at.0, (kind, &number))
        },
    )
    .await
}

/// Take a link back
///
/// Whichever way it was made. Neither of the two changes otherwise.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/links/{other}/removal", tag = "Requests", operation_id = "unlinkRequests",
    params(
        ("other" = String, Path, description = "The id of the other request"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the request as you read it; then it is done on that revision alone"),
    ),
    responses((status = 200, description = "They are no longer linked", body = RequestBody, headers(("ETag" = String)))),
    security(("token" = ["handle-requests"]))
)]
pub(super) async fn unlink(
    State(room): State<Room>,
    token: Token,
    Path((id, other)): Path<(String, String)>,
    revision: Revision,
    sent: Sent<Nothing>,
) -> Result<Answer, Problem> {
    let other: Option<RequestId> = other.parse().ok();
    let at = (id.as_str(), revision);
    act(
        room,
        token,
        at,
        &sent,
        Doing::Own,
        move |tx, step, by, at| {
            held(tx, by, at)?;
            let links = queries::links(tx, &by.handle, at.0)?;
            let link = links.iter().find(|link| Some(link.id) == other);
            let link = link.ok_or(RequestError::Missing)?;
            drop_link(tx, step, by, (at.0, link.id))
        },
    )
    .await
}

/// Make a request part of another
///
/// Of the same client. The other lives on with the earliest promise; this one's clocks end, and its words stay where they are.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/merging", tag = "Requests", operation_id = "mergeRequest",
    params(("If-Match" = Option<String>, Header, description = "The ETag of the request as you read it; then it is done on that revision alone")),
    request_body = Joined,
    responses((status = 200, description = "It is part of the other, as merged_into says", body = RequestBody, headers(("ETag" = String)))),
    security(("token" = ["handle-requests"]))
)]
pub(super) async fn merge(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    revision: Revision,
    sent: Sent<Joined>,
) -> Result<Answer, Problem> {
    let other = sent.body.other.clone();
    let at = (id.as_str(), revision);
    act(
        room,
        token,
        at,
        &sent,
        Doing::Own,
        move |tx, step, by, at| {
            held(tx, by, at)?;
            let number = number_of(tx, by, &other)?;
            merge_request(tx, step, by, at, &number)
        },
    )
    .await
}

/// Split a request off another
///
/// A new request of the same client, with those messages of the client that belong to it; they stay where they were too. Its clocks run
/// from when the first of them came, with none from now. A mail among them that waits for an answer is owed there, and no longer here.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/splitting", tag = "Requests", operation_id = "splitRequest",
    request_body = SplitOff,
    responses((status = 201, description = "The new request", body = RequestBody, headers(("Location" = String), ("ETag" = String)))),
    security(("token" = ["handle-requests"]))
)]
pub(super) async fn split(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    sent: Sent<SplitOff>,
) -> Result<Answer, Problem> {
    let new = room.new_id();
    let splitting = Splitting {
        subject: sent.body.subject.clone(),
        moved: sent.body.messages.clone(),
        ids: (0..IDS_OF_SPLIT).map(|_| room.world.id()).collect(),
    };
    let once = sent.once(token.id.0, room.world.now());
    let way = (id.as_str(), once, Doing::Own);
    answered(room, token, way, move |tx, step, by, id| {
        let made = split_request(tx, step, by, (id, new), &splitting)?;
        let answer = Answer::json(StatusCode::CREATED, &body(&made, &[]));
        let place = format!("/api/v1/requests/{}", made.id);
        Ok(answer.revision(made.revision).at(place))
    })
    .await
}

/// Set a request aside
///
/// Until then it stands in the view `snoozed` alone; it comes back by itself. Its clocks run on. Null brings it back at once.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/snooze", tag = "Requests", operation_id = "snoozeRequest",
    params(("If-Match" = Option<String>, Header, description = "The ETag of the request as you read it; then it is done on that revision alone")),
    request_body = Aside,
    responses((status = 200, description = "It is done", body = RequestBody, headers(("ETag" = String)))),
    security(("token" = ["handle-requests"]))
)]
pub(super) async fn snooze(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    revision: Revision,
    sent: Sent<Aside>,
) -> Result<Answer, Problem> {
    let until = match sent.body.until.as_deref() {
        None => Instant::from_micros(0),
        Some(text) => instant_of(text, &room.zone())
            .filter(|until| *until > room.world.now())
            .ok_or_else(|| {
                Problem::wrong(
                    "until",
                    "Send a time to come, like 2026-03-02T16:00:00Z, or null.",
                )
            })?,
    };
    let at = (id.as_str(), revision);
    act(
        room,
        token,
        at,
        &sent,
        Doing::Own,
        move |tx, step, by, at| snooze_request(tx, step, by, at, until),
    )
    .await
}

/// Send a request elsewhere
///
/// To another department, another team, or both, with the reason. Nobody of the old team works on it any longer; with `assignee` it is
/// given to somebody at once.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/rerouting", tag = "Requests", operation_id = "rerouteRequest",
    params(("If-Match" = Option<String>, Header, description = "The ETag of the request as you read it; then it is done on that revision alone")),
    request_body = Rerouted,
    responses((status = 200, description = "It is done", body = RequestBody, headers(("ETag" = String)))),
    security(("token" = ["handle-requests"]))
)]
pub(super) async fn reroute(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    revision: Revision,
    sent: Sent<Rerouted>,
) -> Result<Answer, Problem> {
    let faults = |fault: Fault| wrong(&room.rules.now(), vec![fault]);
    let Rerouted {
        department,
        team,
        assignee,
        reason,
    } = sent.body.clone();
    let assignee: Option<PersonId> = match assignee.as_deref().map(str::parse) {
        Some(id) => Some(id.map_err(|_| faults(Fault::UnknownPerson))?),
        None => None,
    };
    let to = Rerouting {
        department,
        team: match team.as_deref().map(str::parse) {
            Some(id) => Some(id.map_err(|_| faults(Fault::UnknownTeam))?),
            None => None,
        },
        reason,
    };
    // What gives it to somebody is an act of its own, with ids of its own.
    let gives = room.step_of_token(&token);
    let at = (id.as_str(), revision);
    act(
        room,
        token,
        at,
        &sent,
        Doing::Own,
        move |tx, step, by, at| {
            let request = reroute_request(tx, step, by, at, &to)?;
            match assignee {
                None => Ok(request),
                some => assign_request(tx, &gives, by, (at.0, None), some),
            }
        },
    )
    .await
}

/// The number by which a command finds the other request: it may be named by its id too.
fn number_of(tx: &Write<'_>, by: &By, other: &str) -> Result<String, RequestError> {
    let Ok(id) = other.trim().parse::<RequestId>() else {
        return Ok(other.to_owned());
    };
    let found = queries::one(tx, &by.handle, id)?;
    Ok(found.ok_or(Fault::UnknownRequest)?.mark())
}
