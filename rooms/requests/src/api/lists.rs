//! What people have set up for working on requests, for programs: macros and the views that they keep.

use axum::extract::State;
use axum::http::StatusCode;
use kept_accounts::Token;
use kept_accounts::access::Action;
use kept_accounts::model::PersonId;
use kept_api::{Answer, PageOf, Problem};

use super::body::{MacroBody, ViewBody, macro_body, view_body};
use super::may;
use crate::queries;
use crate::room::Room;

/// List macros
///
/// Words to begin an answer with, and steps that are done at once, by name; at most 200.
#[utoipa::path(
    get, path = "/api/v1/macros", tag = "Requests", operation_id = "listMacros",
    responses((status = 200, description = "All of them", body = PageOf<MacroBody>)),
    security(("token" = ["handle-requests"]))
)]
pub(super) async fn macros(State(room): State<Room>, token: Token) -> Result<Answer, Problem> {
    may(&token, Action::HandleRequests)?;
    let found = room.store.read(queries::macros).await?;
    let items: Vec<_> = found.iter().map(macro_body).collect();
    Ok(Answer::json(StatusCode::OK, &PageOf { items, next: None }))
}

/// List kept views
///
/// Those that the token's person keeps, and those that are shared with everybody, in the order in which they were made; at most 30.
#[utoipa::path(
    get, path = "/api/v1/views", tag = "Requests", operation_id = "listViews",
    responses((status = 200, description = "All of them", body = PageOf<ViewBody>)),
    security(("token" = ["read-requests"]))
)]
pub(super) async fn views(State(room): State<Room>, token: Token) -> Result<Answer, Problem> {
    may(&token, Action::ReadRequests)?;
    let me = token.person().map(|person| person.0);
    // Nobody has the id of zeros: a program of the company's own sees what is shared.
    let person = PersonId(me.unwrap_or_default());
    let found = room.store.read(move |read| queries::views(read, person));
    let found = found.await?;
    let items: Vec<_> = found.iter().map(|view| view_body(view, me)).collect();
    Ok(Answer::json(StatusCode::OK, &PageOf { items, next: None }))
}
