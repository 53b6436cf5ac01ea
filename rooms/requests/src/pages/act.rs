//! Acts on a request, from its page; and acts on many, from the queue.

mod fields;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::model::PersonId;
use kept_kernel::{Id, Instant};
use kept_rooms::{Refusal as _, Refused};
use kept_store::Write;
use kept_ui::{Failure, Filled, Flash, Form, Frame, see_other, unprocessable};
use serde::Deserialize;

use super::one::{Shown, shown_page};
use super::{id_of, missing};
use crate::commands::{Bulk, By, RequestError, Step, bulk_change, undo_bulk};
use crate::model::{Fault, Request, RequestId};
use crate::room::{Doing, Room, by};
use fields::{Done, Fields};

/// So many can be done at once, and taken back.
const AT_ONCE: usize = crate::commands::MOST_AT_ONCE;

type Command = Box<dyn Fn(&Write<'_>, &Step, &By) -> Result<Request, RequestError> + Send + Sync>;

/// Does something on a request.
pub async fn act(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path((id, act)): Path<(String, String)>,
    headers: HeaderMap,
    form: Form<Fields>,
) -> Result<Response, Failure> {
    let (by, id) = (by(&signed), id_of(&id)?);
    if by.handle.is_nothing() && by.assign.is_nothing() {
        return Err(missing());
    }
    let (fields, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return again(&room, &signed, frame, id, filled).await,
    };
    let done = match fields.command(&room, &signed, (id, &act)) {
        Ok(Some(done)) => done,
        Ok(None) => return Err(missing()),
        Err(faults) => {
            let fields = faults.into_iter().map(Into::into).collect();
            let filled = Refused::Fields(fields).onto(filled)?;
            return again(&room, &signed, frame, id, filled).await;
        }
    };
    let Done {
        command,
        said,
        way,
        undo,
    } = done;
    let step = room.step_of(&signed);
    let written = room.store.write(move |tx| command(tx, &step, &by)).await;
    match written {
        Ok(request) => {
            room.changed(Some(id), own(&headers));
            let place = way.unwrap_or_else(|| format!("/requests/{}", request.id));
            let flash = Flash::said(said);
            let flash = match &undo {
                Some(path) => flash.undo(path),
                None => flash,
            };
            Ok(see_other(&place).with(flash).into_response())
        }
        Err(error) => match error.refused() {
            Refused::Missing(_) => Err(missing()),
            other => {
                let filled = other.onto(filled)?;
                again(&room, &signed, frame, id, filled).await
            }
        },
    }
}

/// The request of the page that did it: that page knows already, and what is said there once must not go to a refresh.
fn own(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-turbo-request-id")?.to_str().ok()
}

/// The page again, with what was written and why it was not done.
async fn again(
    room: &Room,
    signed: &Signed,
    frame: Frame,
    id: RequestId,
    filled: Filled,
) -> Result<Response, Failure> {
    let shown = Shown::with(filled);
    Ok(unprocessable(
        &shown_page(room, signed, frame, id, shown).await?,
    ))
}

/// What is done to many.
#[derive(Deserialize)]
pub struct Many {
    what: String,
    pick: Vec<String>,
    assignee: Option<String>,
    tag: Option<String>,
}

/// Does one thing to all that were selected.
pub async fn bulk(
    State(room): State<Room>,
    signed: Signed,
    form: Form<Many>,
) -> Result<Response, Failure> {
    let by = by(&signed);
    if by.handle.is_nothing() && by.assign.is_nothing() {
        return Err(missing());
    }
    let (many, _) = form.read().map_err(|_| missing())?;
    let ids = many.pick.iter().take(AT_ONCE).map(|id| id.parse());
    let ids: Vec<RequestId> = ids.collect::<Result<_, _>>().map_err(|_| missing())?;
    let now = room.world.now();
    let Some(change) = many.change(signed.person, now) else {
        let flash = Flash::said("Nothing was done: choose to whom they are given, or write a tag.");
        return Ok(see_other("/requests").with(flash).into_response());
    };
    if ids.is_empty() {
        let flash = Flash::said("Nothing was done: select some requests first.");
        return Ok(see_other("/requests").with(flash).into_response());
    }
    let bulk = room.world.id();
    let steps: Vec<Step> = ids.iter().map(|_| room.step_of(&signed)).collect();
    let done = room
        .store
        .write(move |tx| bulk_change(tx, &steps, &by, (bulk, &ids), &change))
        .await
        .map_err(|error| error.refused().failure())?;
    room.changed(None, None);
    let flash = Flash::said(format!("Done on {done} requests."))
        .undo(&format!("/requests/bulk/{bulk}/undo"));
    Ok(see_other("/requests").with(flash).into_response())
}

impl Many {
    fn change(&self, me: PersonId, now: Instant) -> Option<Bulk> {
        match self.what.as_str() {
            "assign" => match self.assignee.as_deref()? {
                "me" => Some(Bulk::Assign(Some(me))),
                "nobody" => Some(Bulk::Assign(None)),
                other => Some(Bulk::Assign(Some(other.parse().ok()?))),
            },
            "tag" => self.tag.clone().map(Bulk::Tag),
            "snooze" => Some(Bulk::Snooze(now.plus_micros(86_400_000_000))),
            _ => None,
        }
    }
}

/// Takes back what was done to many.
pub async fn undo(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let by = by(&signed);
    if by.handle.is_nothing() && by.assign.is_nothing() {
        return Err(missing());
    }
    let bulk: Id = id.parse().map_err(|_| missing())?;
    let steps: Vec<Step> = (0..AT_ONCE).map(|_| room.step_of(&signed)).collect();
    let done = room
        .store
        .write(move |tx| undo_bulk(tx, &steps, &by, bulk))
        .await
        .map_err(|error| match error.refused() {
            Refused::Missing(_) => missing(),
            other => other.failure(),
        })?;
    room.changed(None, None);
    let flash = Flash::said(format!("Taken back on {done} requests."));
    Ok(see_other("/requests").with(flash).into_response())
}

/// A sign that somebody writes on a request.
#[derive(Deserialize)]
pub struct Sign {
    writes: bool,
}

/// Takes the sign.
pub async fn present(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
    form: Form<Sign>,
) -> Result<Response, Failure> {
    let scope = super::reading(&signed)?;
    let id = id_of(&id)?;
    let found = room
        .store
        .read(move |read| crate::queries::one(read, &scope, id));
    super::got(found).await?.ok_or_else(missing)?;
    let (sign, _) = form.read().map_err(|_| missing())?;
    let doing = if sign.writes {
        Doing::Writes
    } else {
        Doing::Looks
    };
    let now = room.world.now();
    if room
        .looking
        .seen(id, (signed.person, &signed.name, doing), now)
    {
        room.looked(id);
    }
    Ok(see_other(&format!("/requests/{id}")).into_response())
}

/// One of the faults of a form.
fn fault<T>(fault: Fault) -> Result<T, Vec<Fault>> {
    Err(vec![fault])
}
