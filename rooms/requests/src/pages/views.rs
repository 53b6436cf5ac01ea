//! Views of the queue that people keep.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_kernel::Id;
use kept_rooms::{Refusal as _, Refused};
use kept_ui::{Failure, Flash, Form, see_other};
use serde::Deserialize;

use super::{missing, queue, reading};
use crate::commands::{drop_view, keep_view};
use crate::room::Room;

/// A view to keep.
#[derive(Deserialize)]
pub struct Kept {
    name: String,
    query: Option<String>,
    shared: bool,
}

/// Keeps a view.
pub async fn keep(
    State(room): State<Room>,
    signed: Signed,
    form: Form<Kept>,
) -> Result<Response, Failure> {
    let scope = reading(&signed)?;
    let (kept, _) = form.read().map_err(|_| missing())?;
    let step = room.step_of(&signed);
    let query = queue::cleaned(&kept.query.unwrap_or_default());
    let place = format!("/requests?{query}");
    room.store
        .write(move |tx| keep_view(tx, &step, &scope, (&kept.name, &query, kept.shared)))
        .await
        .map_err(|error| error.refused().failure())?;
    Ok(see_other(&place)
        .with(Flash::said("The view is kept."))
        .into_response())
}

/// Takes a view away.
pub async fn remove(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = reading(&signed)?;
    let id: Id = id.parse().map_err(|_| missing())?;
    let step = room.step_of(&signed);
    room.store
        .write(move |tx| drop_view(tx, &step, &scope, id))
        .await
        .map_err(|error| match error.refused() {
            Refused::Missing(_) => missing(),
            other => other.failure(),
        })?;
    Ok(see_other("/requests")
        .with(Flash::said("The view is gone."))
        .into_response())
}
