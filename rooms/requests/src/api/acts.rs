//! Acts on a request, for programs.

pub(super) mod input;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use kept_accounts::Token;
use kept_accounts::access::Action;
use kept_accounts::model::PersonId;
use kept_api::{Answer, Once, OnceError, Problem, Sent};
use kept_kernel::{Id, Instant};
use kept_store::Write;
use kept_wording::Looked;

use super::body::{RemarkBody, RequestBody, body, remarks};
use super::seen::Revision;
use super::{id_of, missing, wrong};
use crate::commands::{
    By, Closing, Correction, End, Judged, RequestError, Resolving, Step, StepDone,
    acknowledge_request, assign_request, client_writes, close_request, confirm_resolution,
    correct_request, do_step, end_request, end_waiting, held, note_request, prioritise_request,
    reopen_request, reply_to_request, resolve_request, wait_for,
};
use crate::model::{Fault, Request, RequestId, Waiting, instant_of};
use crate::queries;
use crate::room::{Room, by_token};
use crate::telling::Doer;
use crate::wording;
use input::{
    Acknowledgement, Assignment, Closure, Corrected, DoneStep, Judgement, Nothing, Reopening,
    Resolution, Said, Waits, Whom, Words, expected,
};

/// Whose act it is.
#[derive(Clone, Copy)]
pub(super) enum Doing {
    /// That of the token's person, or of the program where it has none.
    Own,
    /// The same, which those who give work to others may do too.
    Giving,
    /// That of the program.
    Automatic,
}

/// Does something on a request, once for each key, and answers with the request as it stands then.
pub(super) async fn act<T, F>(
    room: Room,
    token: Token,
    at: (&str, Revision),
    sent: &Sent<T>,
    doing: Doing,
    command: F,
) -> Result<Answer, Problem>
where
    F: Fn(&Write<'_>, &Step, &By, (RequestId, Option<u32>)) -> Result<Request, RequestError>
        + Send
        + 'static,
{
    act_with(room, token, at, sent, (doing, Vec::new()), command).await
}

/// The same, with what is remarked on the words that it sends.
async fn act_with<T, F>(
    room: Room,
    token: Token,
    (id, Revision(revision)): (&str, Revision),
    sent: &Sent<T>,
    (doing, remarks): (Doing, Vec<RemarkBody>),
    command: F,
) -> Result<Answer, Problem>
where
    F: Fn(&Write<'_>, &Step, &By, (RequestId, Option<u32>)) -> Result<Request, RequestError>
        + Send
        + 'static,
{
    let once = sent.once(token.id.0, room.world.now());
    answered(room, token, (id, once, doing), move |tx, step, by, id| {
        let request = command(tx, step, by, (id, revision))?;
        let tags = queries::tags(tx, id)?;
        let mut body = body(&request, &tags);
        body.remarks.clone_from(&remarks);
        let answer = Answer::json(StatusCode::OK, &body);
        Ok(answer.revision(request.revision))
    })
    .await
}

/// The same, with an answer of its own.
pub(super) async fn answered<F>(
    room: Room,
    token: Token,
    (id, once, doing): (&str, Result<Once, Problem>, Doing),
    command: F,
) -> Result<Answer, Problem>
where
    F: Fn(&Write<'_>, &Step, &By, RequestId) -> Result<Answer, RequestError> + Send + 'static,
{
    let by = by_token(&token);
    let gives = matches!(doing, Doing::Giving) && !by.assign.is_nothing();
    if by.handle.is_nothing() && !gives {
        return Err(Problem::without_scope(Action::HandleRequests.name()));
    }
    let id = id_of(id)?;
    let mut step = room.step_of_token(&token);
    if matches!(doing, Doing::Automatic) {
        step.doer = Doer::System;
    }
    let once = once?;
    let done = room
        .store
        .write(move |tx| once.run(tx, || command(tx, &step, &by, id)));
    let done = done.await.map_err(|error| match error {
        OnceError::Refused(RequestError::Missing) => missing(),
        OnceError::Refused(RequestError::Faults(faults)) => wrong(&room.rules.now(), faults),
        other => other.into(),
    })?;
    room.changed(Some(id), None);
    Ok(done)
}

/// Correct a request
///
/// Puts right what it was filed as: what it is about, and who asks. Whoever is named is looked for among the contacts of its client first.
/// Somebody of another client is refused with 409 unless `moves` is true: then the request goes over to that client with all that is owed on
/// it, its promises and its conversation by mail. An answer that is about to leave must leave first, or be taken back.
#[utoipa::path(
    patch, path = "/api/v1/requests/{id}", tag = "Requests", operation_id = "correctRequest",
    params(
        ("id" = String, Path, description = "Which one"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the request as you read it; then it is done on that revision alone"),
        ("Idempotency-Key" = Option<String>, Header, description = "A text of your own; the same gives the same answer for 24 hours"),
    ),
    request_body = Corrected,
    responses(
        (status = 200, description = "It is put right", body = RequestBody, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["handle-requests"]))
)]
pub(super) async fn correct(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    revision: Revision,
    sent: Sent<Corrected>,
) -> Result<Answer, Problem> {
    let Corrected {
        subject,
        asked_by,
        moves,
    } = sent.body.clone();
    let at = (id.as_str(), revision);
    act(
        room,
        token,
        at,
        &sent,
        Doing::Own,
        move |tx, step, by, at| {
            let subject = match &subject {
                Some(subject) => subject.clone(),
                None => held(tx, by, at)?.subject,
            };
            let correction = Correction {
                subject,
                who: asked_by.clone().unwrap_or_default(),
                moves,
            };
            correct_request(tx, step, by, at, &correction)
        },
    )
    .await
}

/// Say something on a request
///
/// To the client (`us`: the client gets a mail where they have an address), among us (`note`), or what the client has written (`client`).
/// What could be said better in words to the client is in `remarks`; they are sent all the same.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/messages", tag = "Requests", operation_id = "addMessage",
    params(
        ("id" = String, Path, description = "Which one"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the request as you read it; then it is done on that revision alone"),
        ("Idempotency-Key" = Option<String>, Header, description = "A text of your own; the same gives the same answer for 24 hours"),
    ),
    request_body = Words,
    responses(
        (status = 200, description = "It is done", body = RequestBody, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["handle-requests"]))
)]
pub(super) async fn say(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    revision: Revision,
    sent: Sent<Words>,
) -> Result<Answer, Problem> {
    let zone = room.zone();
    let expected = sent.body.expected(&zone)?;
    let Words {
        voice,
        text,
        channel,
        ..
    } = sent.body.clone();
    let contact = None;
    let looked = match voice {
        Said::Us => looked_at(&room, &token, &id, (&text, expected.update_at)).await?,
        Said::Note | Said::Client => Looked::default(),
    };
    let remarked = wording::counted(&looked);
    act_with(
        room,
        token,
        (&id, revision),
        &sent,
        (Doing::Own, remarks(&sent.body.text, &looked)),
        move |tx, step, by, at| match voice {
            Said::Us => {
                let answer = crate::commands::Answer {
                    text: text.clone(),
                    channel: channel.clone(),
                    expected: expected.clone(),
                    remarked: remarked.clone(),
                    ..Default::default()
                };
                reply_to_request(tx, step, by, at, &answer)
            }
            Said::Note => note_request(tx, step, by, at.0, &text),
            Said::Client => {
                held(tx, by, at)?;
                let channel = if channel.is_empty() { "API" } else { &channel };
                client_writes(tx, step, at.0, (channel, contact, &text))
            }
        },
    )
    .await
}

/// What there is to remark on words that are sent; nothing where the request is out of reach, as the command says then.
async fn looked_at(
    room: &Room,
    token: &Token,
    id: &str,
    (text, next_at): (&str, Option<Instant>),
) -> Result<Looked, Problem> {
    let (id, now) = (id_of(id)?, room.world.now());
    let scope = token.scope(Action::HandleRequests);
    let me = token.person().unwrap_or(PersonId(Id::default()));
    if scope.is_nothing() {
        return Ok(Looked::default());
    }
    let around = room
        .store
        .read(move |read| wording::around(read, &scope, (id, me), now));
    let around = around.await?;
    let looked = around.map(|around| around.look(&room.rules.now(), (text, next_at), now));
    Ok(looked.unwrap_or_default())
}

/// Acknowledge a request
///
/// The client is told that we have it, and what to expect: say when we expect to be done, when we will write again, or why neither is known. With `automatic` the record shows that no person did it.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/acknowledgement", tag = "Requests", operation_id = "acknowledgeRequest",
    params(
        ("id" = String, Path, description = "Which one"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the request as you read it; then it is done on that revision alone"),
        ("Idempotency-Key" = Option<String>, Header, description = "A text of your own; the same gives the same answer for 24 hours"),
    ),
    request_body = Acknowledgement,
    responses(
        (status = 200, description = "It is done", body = RequestBody, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["handle-requests"]))
)]
pub(super) async fn acknowledge(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    revision: Revision,
    sent: Sent<Acknowledgement>,
) -> Result<Answer, Problem> {
    let zone = room.zone();
    let expected = expected(
        &zone,
        [&sent.body.expected_at, &sent.body.update_at],
        sent.body.reason.as_ref(),
    )?;
    let answer = crate::commands::Answer {
        text: sent.body.text.clone(),
        channel: sent.body.channel.clone(),
        expected,
        ..Default::default()
    };
    let doing = if sent.body.automatic {
        Doing::Automatic
    } else {
        Doing::Own
    };
    act(
        room,
        token,
        (&id, revision),
        &sent,
        doing,
        move |tx, step, by, at| acknowledge_request(tx, step, by, at, &answer),
    )
    .await
}

/// Say how urgent a request is
///
/// The priority follows from urgency and impact by the table of the SOPs in force.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/priority", tag = "Requests", operation_id = "prioritiseRequest",
    params(
        ("id" = String, Path, description = "Which one"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the request as you read it; then it is done on that revision alone"),
        ("Idempotency-Key" = Option<String>, Header, description = "A text of your own; the same gives the same answer for 24 hours"),
    ),
    request_body = Judgement,
    responses(
        (status = 200, description = "It is done", body = RequestBody, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["handle-requests"]))
)]
pub(super) async fn prioritise(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    revision: Revision,
    sent: Sent<Judgement>,
) -> Result<Answer, Problem> {
    let judged = Judged {
        category: sent.body.category.clone(),
        urgency: sent.body.urgency.clone(),
        impact: sent.body.impact.clone(),
    };
    act(
        room,
        token,
        (&id, revision),
        &sent,
        Doing::Own,
        move |tx, step, by, at| prioritise_request(tx, step, by, at, &judged),
    )
    .await
}

/// Give a request to somebody
///
/// Null puts it back: nobody works on it.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/assignment", tag = "Requests", operation_id = "assignRequest",
    params(
        ("id" = String, Path, description = "Which one"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the request as you read it; then it is done on that revision alone"),
        ("Idempotency-Key" = Option<String>, Header, description = "A text of your own; the same gives the same answer for 24 hours"),
    ),
    request_body = Assignment,
    responses(
        (status = 200, description = "It is done", body = RequestBody, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["handle-requests"]))
)]
pub(super) async fn assign(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    revision: Revision,
    sent: Sent<Assignment>,
) -> Result<Answer, Problem> {
    let to = match sent.body.assignee.as_deref() {
        Some(to) => Some(
            to.parse()
                .map_err(|_| wrong(&room.rules.now(), vec![Fault::UnknownPerson]))?,
        ),
        None => None,
    };
    act(
        room,
        token,
        (&id, revision),
        &sent,
        Doing::Giving,
        move |tx, step, by, at| assign_request(tx, step, by, at, to),
    )
    .await
}

/// Wait for the client or a third party
///
/// `nobody` ends the waiting. What stands still meanwhile the SOPs say.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/waiting", tag = "Requests", operation_id = "setWaiting",
    params(
        ("id" = String, Path, description = "Which one"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the request as you read it; then it is done on that revision alone"),
        ("Idempotency-Key" = Option<String>, Header, description = "A text of your own; the same gives the same answer for 24 hours"),
    ),
    request_body = Waits,
    responses(
        (status = 200, description = "It is done", body = RequestBody, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["handle-requests"]))
)]
pub(super) async fn wait(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    revision: Revision,
    sent: Sent<Waits>,
) -> Result<Answer, Problem> {
    let whom = sent.body.r#for;
    act(
        room,
        token,
        (&id, revision),
        &sent,
        Doing::Own,
        move |tx, step, by, at| match whom {
            Whom::Client => wait_for(tx, step, by, at, Waiting::Client),
            Whom::ThirdParty => wait_for(tx, step, by, at, Waiting::ThirdParty),
            Whom::Nobody => end_waiting(tx, step, by, at),
        },
    )
    .await
}

/// Do a step of the procedure
///
/// One that leaves nothing on the request but that it was done, such as `examine-request` or `escalate-request`.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/steps", tag = "Requests", operation_id = "doStep",
    params(
        ("id" = String, Path, description = "Which one"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the request as you read it; then it is done on that revision alone"),
        ("Idempotency-Key" = Option<String>, Header, description = "A text of your own; the same gives the same answer for 24 hours"),
    ),
    request_body = DoneStep,
    responses(
        (status = 200, description = "It is done", body = RequestBody, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["handle-requests"]))
)]
pub(super) async fn step(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    revision: Revision,
    sent: Sent<DoneStep>,
) -> Result<Answer, Problem> {
    let zone = room.zone();
    let agreed_at = match sent.body.agreed_at.as_deref() {
        Some(text) => Some(instant_of(text, &zone).ok_or_else(|| {
            Problem::wrong("agreed_at", "Send a time like 2026-03-02T16:00:00Z.")
        })?),
        None => None,
    };
    let done = StepDone {
        act: sent.body.act.clone(),
        words: sent.body.words.clone(),
        agreed_at,
    };
    act(
        room,
        token,
        (&id, revision),
        &sent,
        Doing::Giving,
        move |tx, step, by, at| do_step(tx, step, by, at, &done),
    )
    .await
}

/// Resolve a request
///
/// What was done is written down. With `notice` the client is told at once, and until when we wait for their word.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/resolution", tag = "Requests", operation_id = "resolveRequest",
    params(
        ("id" = String, Path, description = "Which one"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the request as you read it; then it is done on that revision alone"),
        ("Idempotency-Key" = Option<String>, Header, description = "A text of your own; the same gives the same answer for 24 hours"),
    ),
    request_body = Resolution,
    responses(
        (status = 200, description = "It is done", body = RequestBody, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["handle-requests"]))
)]
pub(super) async fn resolve(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    revision: Revision,
    sent: Sent<Resolution>,
) -> Result<Answer, Problem> {
    let link = id_of(&id).ok().and_then(|id| room.link(id));
    let resolving = Resolving {
        resolution: sent.body.resolution.clone(),
        notice: sent.body.notice,
        link,
    };
    act(
        room,
        token,
        (&id, revision),
        &sent,
        Doing::Own,
        move |tx, step, by, at| resolve_request(tx, step, by, at, &resolving),
    )
    .await
}

/// Record that the client confirms the resolution
///
/// For whoever has heard it from the client.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/confirmation", tag = "Requests", operation_id = "confirmResolution",
    params(
        ("id" = String, Path, description = "Which one"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the request as you read it; then it is done on that revision alone"),
        ("Idempotency-Key" = Option<String>, Header, description = "A text of your own; the same gives the same answer for 24 hours"),
    ),
    responses(
        (status = 200, description = "It is done", body = RequestBody, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["handle-requests"]))
)]
pub(super) async fn confirm(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    revision: Revision,
    sent: Sent<Nothing>,
) -> Result<Answer, Problem> {
    act(
        room,
        token,
        (&id, revision),
        &sent,
        Doing::Own,
        |tx, step, by, at| confirm_resolution(tx, step, Some(by), at),
    )
    .await
}

/// Close a request
///
/// The gates of the SOPs in force decide; a refusal says what is missing and which clause asks for it. Whom the SOPs let pass sends why in `despite`. With `ending` duplicate, spam or withdrawn, and a `reason`, it ends without anybody's confirmation.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/closure", tag = "Requests", operation_id = "closeRequest",
    params(
        ("id" = String, Path, description = "Which one"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the request as you read it; then it is done on that revision alone"),
        ("Idempotency-Key" = Option<String>, Header, description = "A text of your own; the same gives the same answer for 24 hours"),
    ),
    request_body = Closure,
    responses(
        (status = 200, description = "It is done", body = RequestBody, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["handle-requests"]))
)]
pub(super) async fn close(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    revision: Revision,
    sent: Sent<Closure>,
) -> Result<Answer, Problem> {
    let end = match sent.body.ending.as_deref() {
        Some(word) => Some(End::named(word).ok_or_else(|| {
            Problem::wrong("ending", "Send duplicate, spam or withdrawn, or nothing.")
        })?),
        None => None,
    };
    let reason = sent.body.reason.clone().unwrap_or_default();
    let closing = Closing {
        despite: sent.body.despite.clone(),
        unasked: sent.body.unasked.clone(),
    };
    act(
        room,
        token,
        (&id, revision),
        &sent,
        Doing::Giving,
        move |tx, step, by, at| match end {
            Some(end) => end_request(tx, step, by, at, (end, &reason)),
            None => close_request(tx, step, by, at, &closing),
        },
    )
    .await
}

/// Open a request again
///
/// One that was resolved or closed.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/reopening", tag = "Requests", operation_id = "reopenRequest",
    params(
        ("id" = String, Path, description = "Which one"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the request as you read it; then it is done on that revision alone"),
        ("Idempotency-Key" = Option<String>, Header, description = "A text of your own; the same gives the same answer for 24 hours"),
    ),
    request_body = Reopening,
    responses(
        (status = 200, description = "It is done", body = RequestBody, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["handle-requests"]))
)]
pub(super) async fn reopen(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    revision: Revision,
    sent: Sent<Reopening>,
) -> Result<Answer, Problem> {
    let reason = sent.body.reason.clone().unwrap_or_default();
    act(
        room,
        token,
        (&id, revision),
        &sent,
        Doing::Own,
        move |tx, step, by, at| reopen_request(tx, step, by, at, &reason),
    )
    .await
}
