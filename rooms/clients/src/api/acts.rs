//! What the routes beside a client have in common: they read what belongs to one within reach, or do something to it once.

use axum::http::StatusCode;
use kept_accounts::Token;
use kept_accounts::access::{Action, Scope};
use kept_api::{Answer, PageOf, Problem, Sent};
use kept_store::{Read, StoreError, Write};
use serde::Serialize;

use super::{answer, id_of, log, made, may, missing, within};
use crate::commands::{ClientError, Step};
use crate::model::ClientId;
use crate::room::Room;

/// Reads what belongs to a client. The read is written down like that of the client itself.
pub(super) async fn read<T, F>(
    room: &Room,
    token: &Token,
    (id, action): (&str, Action),
    gather: F,
) -> Result<T, Problem>
where
    T: Send + Unpin + 'static,
    F: Fn(&Read<'_>, ClientId) -> Result<T, StoreError> + Send + 'static,
{
    let scope = may(token, action)?;
    let id = id_of(id)?;
    let found = room.store.read(move |read| {
        let Some(client) = within(read, &scope, id)? else {
            return Ok::<_, StoreError>(None);
        };
        Ok(Some((client.card.id, gather(read, client.card.id)?)))
    });
    let (id, found) = found.await?.ok_or_else(missing)?;
    log(room, token, id).await?;
    Ok(found)
}

/// Does something to a client, once for each key.
pub(super) async fn act<B, F>(
    room: &Room,
    token: &Token,
    (id, sent): (&str, &Sent<B>),
    command: F,
) -> Result<Answer, Problem>
where
    F: Fn(&Write<'_>, &Step, &Scope, ClientId) -> Result<Answer, ClientError> + Send + 'static,
{
    let scope = may(token, Action::EditClients)?;
    let id = id_of(id)?;
    let step = room.step(token.who());
    let once = sent.once(token.id.0, step.at)?;
    let done = room
        .store
        .write(move |tx| once.run(tx, || command(tx, &step, &scope, id)));
    let done = done.await?;
    room.changed(id);
    Ok(done)
}

/// The client as the command has left it.
pub(super) fn left(tx: &Write<'_>, id: ClientId) -> Result<Answer, ClientError> {
    Ok(answer(StatusCode::OK, &made(tx, id)?))
}

/// A list that has one page.
pub(super) fn whole<T: Serialize>(items: Vec<T>) -> Answer {
    Answer::json(StatusCode::OK, &PageOf { items, next: None })
}
