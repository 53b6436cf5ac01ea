//! Fields of the company's own, the account team and notes of a client, for programs.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use kept_accounts::Token;
use kept_accounts::access::Action;
use kept_accounts::model::PersonId;
use kept_api::{Answer, Asked, Cursor, Nothing, PageOf, Problem, Sent, limit_of};
use kept_kernel::{Id, Instant};
use kept_store::{Read, StoreError, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::acts::{act, read, whole};
use super::may;
use crate::commands::{
    ClientError, join_team, leave_team, pin_note, remove_note, set_value, write_note,
};
use crate::model::{ClientId, Field, FieldId, Note};
use crate::queries;
use crate::room::Room;

/// A field of the company's own.
#[derive(Serialize, ToSchema)]
#[schema(as = ClientField)]
pub(super) struct FieldBody {
    /// Its identity.
    #[schema(example = "019c0fbd-7340-7fff-bfff-ffffffffffff")]
    id: String,
    /// What it is called.
    #[schema(example = "Contract number")]
    label: String,
    /// text, number, date or choice.
    #[schema(example = "text")]
    kind: &'static str,
    /// What can be chosen, of a choice.
    #[schema(example = json!([]))]
    choices: Vec<String>,
}

/// List the fields of clients
///
/// Those that the company has added, in their order.
#[utoipa::path(
    get, path = "/api/v1/client-fields", tag = "Clients", operation_id = "listClientFields",
    responses((status = 200, description = "All of them", body = PageOf<FieldBody>)),
    security(("token" = ["read-clients"]))
)]
pub(super) async fn fields(State(room): State<Room>, token: Token) -> Result<Answer, Problem> {
    may(&token, Action::ReadClients)?;
    let found = room
        .store
        .read(|read| read.all::<Field>(queries::FIELDS, &[]));
    let body = |field: Field| FieldBody {
        id: field.id.to_string(),
        label: field.label,
        kind: field.kind.name(),
        choices: field.choices,
    };
    Ok(whole(found.await?.into_iter().map(body).collect()))
}

/// What a client has in a field of the company's own.
#[derive(Serialize, ToSchema)]
#[schema(as = ClientValue)]
pub(super) struct ValueBody {
    /// The field.
    #[schema(example = "019c0fbd-7340-7fff-bfff-ffffffffffff")]
    field: String,
    /// What it is called.
    #[schema(example = "Contract number")]
    label: String,
    /// What stands in it; null: nothing.
    #[schema(example = "K-2209")]
    value: Option<String>,
}

fn values_of(read: &Read<'_>, id: ClientId) -> Result<Vec<ValueBody>, StoreError> {
    let fields: Vec<Field> = read.all(queries::FIELDS, &[])?;
    let mut values: Vec<(Id, String)> = read.all(queries::VALUES, &params![id])?;
    let mut value_of = |field: &Field| {
        let place = values.iter().position(|(id, _)| *id == field.id.0)?;
        Some(values.swap_remove(place).1)
    };
    let body = |field: Field| ValueBody {
        field: field.id.to_string(),
        value: value_of(&field),
        label: field.label,
    };
    Ok(fields.into_iter().map(body).collect())
}

/// Read the own fields of a client
#[utoipa::path(
    get, path = "/api/v1/clients/{id}/fields", tag = "Clients", operation_id = "readClientFields",
    responses((status = 200, description = "All fields, with what stands in them", body = PageOf<ValueBody>)),
    security(("token" = ["read-clients"]))
)]
pub(super) async fn values(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
) -> Result<Answer, Problem> {
    let found = read(&room, &token, (&id, Action::ReadClients), values_of);
    Ok(whole(found.await?))
}

/// What is to stand in a field.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewClientValue)]
pub(super) struct NewValue {
    /// As its kind says; an empty text takes it away.
    #[schema(example = "K-2209")]
    value: String,
}

/// Fill in a field of a client
#[utoipa::path(
    post, path = "/api/v1/clients/{id}/fields/{field}", tag = "Clients", operation_id = "setClientField",
    params(("field" = String, Path, description = "Which field, as its list says")),
    request_body = NewValue,
    responses((status = 200, description = "All fields, with what stands in them now", body = PageOf<ValueBody>)),
    security(("token" = ["edit-clients"]))
)]
pub(super) async fn set(
    State(room): State<Room>,
    token: Token,
    Path((id, field)): Path<(String, String)>,
    sent: Sent<NewValue>,
) -> Result<Answer, Problem> {
    let (field, value): (Option<FieldId>, _) = (field.parse().ok(), sent.body.value.clone());
    act(&room, &token, (&id, &sent), move |tx, step, scope, id| {
        let field = field.ok_or(ClientError::Missing)?;
        set_value(tx, step, scope, (id, field), &value)?;
        Ok(whole(values_of(tx, id)?))
    })
    .await
}

/// Somebody who works for a client.
#[derive(Serialize, ToSchema)]
#[schema(as = Member)]
pub(super) struct MemberBody {
    /// Who.
    #[schema(example = "019c0fbd-7340-7fff-bfff-fffffffffff0")]
    person: String,
    /// Their name.
    #[schema(example = "Jonas Weber")]
    name: String,
    /// In which part.
    #[schema(example = "account manager")]
    part: String,
}

fn team_of(read: &Read<'_>, id: ClientId) -> Result<Vec<MemberBody>, StoreError> {
    let rows: Vec<(Id, String, String)> = read.all(queries::ACCOUNT_TEAM, &params![id])?;
    let body = |(person, name, part): (Id, String, String)| MemberBody {
        person: person.to_string(),
        name,
        part,
    };
    Ok(rows.into_iter().map(body).collect())
}

/// List the account team of a client
///
/// By name.
#[utoipa::path(
    get, path = "/api/v1/clients/{id}/team", tag = "Clients", operation_id = "listAccountTeam",
    responses((status = 200, description = "Who works for it", body = PageOf<MemberBody>)),
    security(("token" = ["read-clients"]))
)]
pub(super) async fn team(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
) -> Result<Answer, Problem> {
    let found = read(&room, &token, (&id, Action::ReadClients), team_of);
    Ok(whole(found.await?))
}

/// Somebody to be taken into the account team.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewMember)]
pub(super) struct Joins {
    /// Who, by id.
    #[schema(example = "019c0fbd-7340-7fff-bfff-fffffffffff0")]
    person: String,
    /// In which part.
    #[serde(default)]
    #[schema(example = "Technical")]
    part: String,
}

/// Take somebody into the account team
///
/// Whoever is in it gets the part that is said.
#[utoipa::path(
    post, path = "/api/v1/clients/{id}/team", tag = "Clients", operation_id = "joinAccountTeam",
    request_body = Joins,
    responses((status = 200, description = "Who works for it now", body = PageOf<MemberBody>)),
    security(("token" = ["edit-clients"]))
)]
pub(super) async fn join(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    sent: Sent<Joins>,
) -> Result<Answer, Problem> {
    let (person, part): (Option<PersonId>, _) =
        (sent.body.person.parse().ok(), sent.body.part.clone());
    act(&room, &token, (&id, &sent), move |tx, step, scope, id| {
        let nobody = || ClientError::fault("person", "Send the id of somebody who works here.");
        join_team(tx, step, scope, id, (person.ok_or_else(nobody)?, &part))?;
        Ok(whole(team_of(tx, id)?))
    })
    .await
}

/// Take somebody out of the account team
///
/// The account manager stays in it for as long as they are that.
#[utoipa::path(
    post, path = "/api/v1/clients/{id}/team/{person}/removal", tag = "Clients", operation_id = "leaveAccountTeam",
    params(("person" = String, Path, description = "Who, by id")),
    responses((status = 200, description = "Who works for it now", body = PageOf<MemberBody>)),
    security(("token" = ["edit-clients"]))
)]
pub(super) async fn leave(
    State(room): State<Room>,
    token: Token,
    Path((id, person)): Path<(String, String)>,
    sent: Sent<Nothing>,
) -> Result<Answer, Problem> {
    let person: Option<PersonId> = person.parse().ok();
    act(&room, &token, (&id, &sent), move |tx, step, scope, id| {
        leave_team(tx, step, scope, id, person.ok_or(ClientError::Missing)?)?;
        Ok(whole(team_of(tx, id)?))
    })
    .await
}

/// A note about a client.
#[derive(Serialize, ToSchema)]
#[schema(as = ClientNote)]
pub(super) struct NoteBody {
    /// Its identity.
    #[schema(example = "019c0fbd-7340-7fff-bfff-ffffffffffff")]
    id: String,
    /// What it says.
    #[schema(example = "They move to Turku in June")]
    text: String,
    /// When it was written.
    #[schema(example = "2026-02-27T08:12:45Z")]
    written_at: String,
    /// By whom.
    #[schema(example = "Jonas Weber")]
    written_by: Option<String>,
    /// Whether it stands on top.
    #[schema(example = false)]
    pinned: bool,
}

fn note_body(note: &Note) -> NoteBody {
    NoteBody {
        id: note.id.to_string(),
        text: note.text.clone(),
        written_at: note.written_at.timestamp().to_string(),
        written_by: note.written_by.clone(),
        pinned: note.pinned_at.is_some(),
    }
}

/// Which notes are asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WhichNotes {
    after: Option<String>,
    limit: Option<u32>,
}

const NOTES: u32 = 50;

/// List the notes about a client
///
/// Those that stand on top, on the first page, and then the latest first.
#[utoipa::path(
    get, path = "/api/v1/clients/{id}/notes", tag = "Clients", operation_id = "listNotes",
    params(
        ("after" = Option<String>, Query, description = "What next said on the page before"),
        ("limit" = Option<u32>, Query, description = "1 to 50 on a page, beside those on top"),
    ),
    responses((status = 200, description = "A page of the list", body = PageOf<NoteBody>)),
    security(("token" = ["read-clients"]))
)]
pub(super) async fn notes(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    Asked(which): Asked<WhichNotes>,
) -> Result<Answer, Problem> {
    let limit = limit_of(which.limit, NOTES)?;
    let after = which.after.as_deref().map(Cursor::parse).transpose()?;
    let start = after.map_or(
        (Instant::from_micros(i64::MAX), Id::from_bytes([0xff; 16])),
        |after| (after.at, after.id),
    );
    let found = read(
        &room,
        &token,
        (&id, Action::ReadClients),
        move |read, id| {
            let pinned: Vec<Note> = match after {
                None => read.all(queries::PINNED, &params![id])?,
                Some(_) => Vec::new(),
            };
            let notes: Vec<Note> =
                read.all(queries::NOTES, &params![id, start.0, start.1, limit + 1])?;
            Ok((pinned, notes))
        },
    );
    let (pinned, notes) = found.await?;
    let key = |note: &Note| Cursor {
        at: note.written_at,
        id: note.id,
    };
    let PageOf { items, next } = PageOf::cut(&notes, limit, key, note_body);
    let items: Vec<_> = pinned.iter().map(note_body).chain(items).collect();
    Ok(Answer::json(StatusCode::OK, &PageOf { items, next }))
}

/// A note to be written.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewClientNote)]
pub(super) struct NewNote {
    /// What the next person should know, in up to 2,000 letters.
    #[schema(example = "They move to Turku in June")]
    text: String,
}

/// Write a note about a client
#[utoipa::path(
    post, path = "/api/v1/clients/{id}/notes", tag = "Clients", operation_id = "addNote",
    request_body = NewNote,
    responses((status = 201, description = "It is written", body = NoteBody)),
    security(("token" = ["edit-clients"]))
)]
pub(super) async fn write(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
    sent: Sent<NewNote>,
) -> Result<Answer, Problem> {
    let text = sent.body.text.clone();
    act(&room, &token, (&id, &sent), move |tx, step, scope, id| {
        let note = write_note(tx, step, scope, id, &text)?;
        let place = format!("/api/v1/clients/{id}/notes");
        Ok(note_answer(tx, StatusCode::CREATED, note)?.at(place))
    })
    .await
}

/// Whether a note stands on top.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Pinning)]
pub(super) struct Pins {
    /// Whether it does.
    #[schema(example = true)]
    pinned: bool,
}

/// Keep a note on top, or no longer
#[utoipa::path(
    post, path = "/api/v1/clients/{id}/notes/{note}/pinning", tag = "Clients", operation_id = "pinNote",
    params(("note" = String, Path, description = "Which note, as the list says")),
    request_body = Pins,
    responses((status = 200, description = "It stands so", body = NoteBody)),
    security(("token" = ["edit-clients"]))
)]
pub(super) async fn pin(
    State(room): State<Room>,
    token: Token,
    Path((id, note)): Path<(String, String)>,
    sent: Sent<Pins>,
) -> Result<Answer, Problem> {
    let (note, pinned): (Option<Id>, _) = (note.parse().ok(), sent.body.pinned);
    act(&room, &token, (&id, &sent), move |tx, step, scope, id| {
        let note = note.ok_or(ClientError::Missing)?;
        pin_note(tx, step, scope, (id, note), pinned)?;
        note_answer(tx, StatusCode::OK, note)
    })
    .await
}

/// Take a note away
#[utoipa::path(
    post, path = "/api/v1/clients/{id}/notes/{note}/removal", tag = "Clients", operation_id = "removeNote",
    params(("note" = String, Path, description = "Which note, as the list says")),
    responses((status = 200, description = "The note that is gone", body = NoteBody)),
    security(("token" = ["edit-clients"]))
)]
pub(super) async fn unwrite(
    State(room): State<Room>,
    token: Token,
    Path((id, note)): Path<(String, String)>,
    sent: Sent<Nothing>,
) -> Result<Answer, Problem> {
    let note: Option<Id> = note.parse().ok();
    act(&room, &token, (&id, &sent), move |tx, step, scope, id| {
        let note = note.ok_or(ClientError::Missing)?;
        remove_note(tx, step, scope, (id, note))?;
        note_answer(tx, StatusCode::OK, note)
    })
    .await
}

fn note_answer(read: &Read<'_>, status: StatusCode, note: Id) -> Result<Answer, ClientError> {
    let note: Note = read.one(queries::NOTE, &params![note])?;
    Ok(Answer::json(status, &note_body(&note)))
}
