//! Acts on a request, from its page.

mod fields;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_kernel::Id;
use kept_rooms::{Refusal as _, Refused};
use kept_store::Write;
use kept_ui::{Failure, Filled, Flash, Form, Frame, see_other, unprocessable};
use serde::Deserialize;

use super::one::{Shown, shown_page};
use super::{id_of, missing};
use crate::commands::{By, RequestError, Step};
use crate::drafts;
use crate::model::{Fault, Request, RequestId, instant_of};
use crate::queries;
use crate::room::{Doing, Room, by};
use crate::wording::{self, Remarked};
use fields::Done;
pub use fields::Fields;

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
    let (mut fields, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return again(&room, &signed, frame, id, filled).await,
    };
    if fields.answers(&act) {
        fields.remarked = remarked(&room, &signed, id, &fields).await?;
        fields.house = room.own_addresses().await?;
    }
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
    let (said_there, me) = (act == "messages", signed.person);
    let written = room.store.write(move |tx| {
        let request = command(tx, &step, &by)?;
        if said_there {
            drafts::drop_draft(tx, me, &drafts::on(id))?;
        }
        Ok::<_, RequestError>(request)
    });
    let written = written.await;
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

/// What there is to remark on an answer that is being sent.
async fn remarked(
    room: &Room,
    signed: &Signed,
    id: RequestId,
    fields: &Fields,
) -> Result<Remarked, Failure> {
    let (me, now) = (signed.person, room.world.now());
    let scope = signed.scope(Action::ReadRequests);
    let around = room
        .store
        .read(move |read| wording::around(read, &scope, (id, me), now));
    // Without a request there is nothing to send either; the command says so.
    let Some(around) = super::got(around).await? else {
        return Ok(Remarked::new());
    };
    let next_at = fields
        .update()
        .and_then(|text| instant_of(text, &room.zone()));
    let looked = around.look(&room.rules.now(), (fields.words(), next_at), now);
    Ok(wording::counted(&looked))
}

/// The request of the page that did it: that page knows already, and what is said there once must not go to a refresh.
pub(super) fn own(headers: &HeaderMap) -> Option<&str> {
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

/// Leads to the request on which a promise was made.
pub async fn promise(
    State(room): State<Room>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let scope = super::reading(&signed)?;
    let promise: Id = id.parse().map_err(|_| missing())?;
    let found = room.store.read(move |read| {
        let Some(id) = queries::request_of_promise(read, promise)? else {
            return Ok(None);
        };
        queries::one(read, &scope, id)
    });
    let request = super::got(found).await?.ok_or_else(missing)?;
    Ok(see_other(&format!("/requests/{}#promises", request.id)).into_response())
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
    let found = room.store.read(move |read| queries::one(read, &scope, id));
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
