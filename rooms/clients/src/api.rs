//! The routes of the room for programs.

mod acts;
mod body;
mod contacts;
mod own;
mod pairs;
mod tier;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use kept_accounts::Token;
use kept_accounts::access::{Action, Scope, log_read};
use kept_accounts::commands::Act;
use kept_api::{Answer, Asked, Cursor, IfMatch, PageOf, Problem, Sent, limit_of};
use kept_journal::InForce;
use kept_kernel::Id;
use kept_rooms::{Refusal as _, Refused};
use kept_store::{Read, StoreError, params};
use kept_ui::routes::{Routes, get, patch, post};
use serde::Deserialize;
use utoipa::OpenApi;

use crate::commands::{ClientError, add_client, change_client};
use crate::model::{Client, ClientId, Draft, Fault, Typed, values};
use crate::queries::{self, asked, by_id};
use crate::read;
use crate::room::Room;
use body::{ClientBody, body};

/// The routes. They need `Extension<Accounts>` around them.
pub fn api_routes(room: Room) -> Routes {
    Routes::new()
        .route("/api/v1/clients", get(list).post(add))
        .route("/api/v1/clients/{id}", get(one).patch(change))
        .route(
            "/api/v1/clients/{id}/contacts",
            get(contacts::list).post(contacts::add),
        )
        .route(
            "/api/v1/clients/{id}/contacts/{contact}",
            patch(contacts::change),
        )
        .route(
            "/api/v1/clients/{id}/contacts/{contact}/removal",
            post(contacts::remove),
        )
        .route("/api/v1/client-fields", get(own::fields))
        .route("/api/v1/clients/{id}/fields", get(own::values))
        .route("/api/v1/clients/{id}/fields/{field}", post(own::set))
        .route("/api/v1/clients/{id}/team", get(own::team).post(own::join))
        .route(
            "/api/v1/clients/{id}/team/{person}/removal",
            post(own::leave),
        )
        .route(
            "/api/v1/clients/{id}/notes",
            get(own::notes).post(own::write),
        )
        .route("/api/v1/clients/{id}/notes/{note}/pinning", post(own::pin))
        .route(
            "/api/v1/clients/{id}/notes/{note}/removal",
            post(own::unwrite),
        )
        .route("/api/v1/clients/{id}/tier", post(tier::set))
        .route("/api/v1/clients/{id}/tier/removal", post(tier::drop))
        .route(
            "/api/v1/clients/{id}/revenue",
            get(tier::amounts).post(tier::enter),
        )
        .route(
            "/api/v1/clients/{id}/revenue/{revenue}/removal",
            post(tier::take_out),
        )
        .route("/api/v1/duplicates", get(pairs::list))
        .route(
            "/api/v1/clients/{id}/merges",
            get(pairs::merges).post(pairs::merge),
        )
        .route("/api/v1/merges/{id}/undoing", post(pairs::unmerge))
        .route("/api/v1/clients/{id}/apart", post(pairs::apart))
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
    add,
    change,
    contacts::list,
    contacts::add,
    contacts::change,
    contacts::remove,
    own::fields,
    own::values,
    own::set,
    own::team,
    own::join,
    own::leave,
    own::notes,
    own::write,
    own::pin,
    own::unwrite,
    tier::set,
    tier::drop,
    tier::amounts,
    tier::enter,
    tier::take_out,
    pairs::list,
    pairs::merges,
    pairs::merge,
    pairs::unmerge,
    pairs::apart
))]
struct Described;

/// Which clients are asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    tier: Option<String>,
    email: Option<String>,
    q: Option<String>,
    after: Option<String>,
    limit: Option<u32>,
}

const ON_A_PAGE: u32 = 50;

/// List clients
///
/// In the order in which they were added, as far as the token reaches. `email` gives the client of the contact with this
/// address, `q` those whose name, or a contact's, begins like this: both on one page.
#[utoipa::path(
    get, path = "/api/v1/clients", tag = "Clients", operation_id = "listClients",
    params(
        ("tier" = Option<String>, Query, description = "Only those of this tier"),
        ("email" = Option<String>, Query, description = "Only the one with a contact of this address"),
        ("q" = Option<String>, Query, description = "Only those whose name, contact or address begins like this"),
        ("after" = Option<String>, Query, description = "What next said on the page before"),
        ("limit" = Option<u32>, Query, description = "1 to 50 on a page"),
    ),
    responses(
        (status = 200, description = "A page of the list", body = PageOf<ClientBody>),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["read-clients"]))
)]
async fn list(
    State(room): State<Room>,
    token: Token,
    Asked(which): Asked<Which>,
) -> Result<Answer, Problem> {
    let scope = may(&token, Action::ReadClients)?;
    let limit = limit_of(which.limit, ON_A_PAGE)?;
    let tier = tier_of(&room.rules.now(), which.tier.as_deref().unwrap_or_default())?;
    let after = match which.after.as_deref() {
        None => Id::default(),
        Some(text) => Cursor::parse(text)?.id,
    };
    let found = room.store.read(move |read| {
        if let Some(email) = &which.email {
            let found = read::contact_by_email(read, email)?;
            let ids: Vec<ClientId> = found.into_iter().map(|(_, client)| client.id).collect();
            return of_ids(read, &scope, &ids);
        }
        if let Some(words) = &which.q {
            let cards = read::pick(read, &scope, words, limit)?;
            let ids: Vec<ClientId> = cards.iter().map(|card| card.id).collect();
            return of_ids(read, &scope, &ids);
        }
        by_id(read, &scope, (after, &tier), limit + 1)
    });
    let found = found.await?;
    let shown = limit as usize;
    let last = found.get(shown).and_then(|_| found.get(shown - 1));
    let next = last.map(|last| {
        Cursor {
            at: last.made_at,
            id: last.card.id.0,
        }
        .text()
    });
    let items: Vec<_> = found.iter().take(shown).map(body).collect();
    Ok(Answer::json(StatusCode::OK, &PageOf { items, next }))
}

/// A tier as the vocabulary writes it; empty: of all.
fn tier_of(rules: &InForce, word: &str) -> Result<String, Problem> {
    let tiers = values(&rules.register, "client", "tier");
    if word.is_empty() || tiers.is_empty() {
        return Ok(word.to_owned());
    }
    let found = tiers.iter().find(|tier| tier.eq_ignore_ascii_case(word));
    let none = || Problem::not_among("tier", tiers.iter().map(String::as_str));
    found.cloned().ok_or_else(none)
}

/// These clients in the order of the ids, as far as they are within reach.
fn of_ids(read: &Read<'_>, scope: &Scope, ids: &[ClientId]) -> Result<Vec<Client>, StoreError> {
    let mut found = Vec::new();
    for id in ids {
        found.extend(within(read, scope, *id)?);
    }
    Ok(found)
}

/// A client within reach; one that was merged as the one that lives on.
fn within(read: &Read<'_>, scope: &Scope, id: ClientId) -> Result<Option<Client>, StoreError> {
    let Some(card) = read::client(read, scope, id)? else {
        return Ok(None);
    };
    read.maybe(queries::ONE, &asked(scope, params![card.id]))
}

/// Read a client
///
/// The `ETag` is its revision, for changing it. A client that was merged is answered as the one that lives on, with that one's id.
#[utoipa::path(
    get, path = "/api/v1/clients/{id}", tag = "Clients", operation_id = "readClient",
    params(("id" = String, Path, description = "Which one")),
    responses(
        (status = 200, description = "The client", body = ClientBody, headers(("ETag" = String, description = "Its revision"))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["read-clients"]))
)]
async fn one(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
) -> Result<Answer, Problem> {
    let scope = may(&token, Action::ReadClients)?;
    let id = id_of(&id)?;
    let found = room.store.read(move |read| within(read, &scope, id));
    let found: Client = found.await?.ok_or_else(missing)?;
    log(&room, &token, found.card.id).await?;
    Ok(answer(StatusCode::OK, &found))
}

/// A read for a person is written down like one on a page.
async fn log(room: &Room, token: &Token, id: ClientId) -> Result<(), Problem> {
    let Some(person) = token.scope(Action::ReadClients).person() else {
        return Ok(());
    };
    let act = Act {
        who: token.who(),
        at: room.world.now(),
        entry: room.world.id(),
    };
    room.store
        .write(move |tx| log_read(tx, &act, person, ("client", id.0)))
        .await?;
    Ok(())
}

/// Add a client
///
/// A name is enough. Whoever reaches only their own clients becomes its account manager. Send an `Idempotency-Key` to be able to
/// send it again.
#[utoipa::path(
    post, path = "/api/v1/clients", tag = "Clients", operation_id = "addClient",
    params(("Idempotency-Key" = Option<String>, Header, description = "A text of your own; the same gives the same answer for 24 hours")),
    request_body = Typed,
    responses(
        (status = 201, description = "It is added", body = ClientBody, headers(("Location" = String), ("ETag" = String))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["edit-clients"]))
)]
async fn add(State(room): State<Room>, token: Token, sent: Sent<Typed>) -> Result<Answer, Problem> {
    let scope = may(&token, Action::EditClients)?;
    let step = room.step(token.who());
    let once = sent.once(token.id.0, step.at)?;
    let draft = sent
        .body
        .understood(&step.rules.register, Draft::default())
        .map_err(wrong)?;
    let added = room.store.write(move |tx| {
        once.run(tx, || {
            let id = add_client(tx, &step, &scope, &draft)?;
            let place = format!("/api/v1/clients/{id}");
            Ok::<_, ClientError>(answer(StatusCode::CREATED, &made(tx, id)?).at(place))
        })
    });
    let added = added.await?;
    room.any_changed();
    Ok(added)
}

/// Change a client
///
/// What is left out stays; an empty text takes it away.
#[utoipa::path(
    patch, path = "/api/v1/clients/{id}", tag = "Clients", operation_id = "changeClient",
    params(
        ("id" = String, Path, description = "Which one"),
        ("If-Match" = String, Header, description = "The ETag of the client as you read it"),
    ),
    request_body = Typed,
    responses(
        (status = 200, description = "It is changed", body = ClientBody, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = ["edit-clients"]))
)]
async fn change(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    revision: Result<IfMatch, Problem>,
    sent: Sent<Typed>,
) -> Result<Answer, Problem> {
    let scope = may(&token, Action::EditClients)?;
    let id = id_of(&id)?;
    let revision = revision_of(&room, (&scope, id), revision).await?;
    let step = room.step(token.who());
    let typed = sent.body;
    let changed = room.store.write(move |tx| {
        let before: Option<Client> = tx.maybe(queries::ONE, &asked(&scope, params![id]))?;
        let before = before.ok_or(ClientError::Missing)?;
        let draft = typed
            .understood(&step.rules.register, before.draft())
            .map_err(ClientError::Faults)?;
        change_client(tx, &step, &scope, (id, revision), &draft)?;
        Ok::<_, ClientError>(answer(StatusCode::OK, &made(tx, id)?))
    });
    let changed = changed
        .await
        .map_err(|error| Problem::from(error.refused()))?;
    room.changed(id);
    Ok(changed)
}

/// The revision that a change is meant for. Where there is none, whether the client is there is said first.
async fn revision_of(
    room: &Room,
    (scope, id): (&Scope, ClientId),
    revision: Result<IfMatch, Problem>,
) -> Result<u32, Problem> {
    let problem = match revision {
        Ok(IfMatch(revision)) => return Ok(revision),
        Err(problem) => problem,
    };
    let scope = scope.clone();
    let found = room.store.read(move |read| within(read, &scope, id));
    found.await?.ok_or_else(missing)?;
    Err(problem)
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

fn id_of(text: &str) -> Result<ClientId, Problem> {
    text.parse().map_err(|_| missing())
}

fn missing() -> Problem {
    Problem::missing("There is no such client within reach of this token.")
}

/// The client as the command has left it.
fn made(read: &Read<'_>, id: ClientId) -> Result<Client, StoreError> {
    read.one(queries::ANY, &params![id])
}

fn answer(status: StatusCode, client: &Client) -> Answer {
    Answer::json(status, &body(client)).revision(client.revision)
}
