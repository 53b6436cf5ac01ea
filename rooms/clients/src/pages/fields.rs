//! Fields of the company's own: defined by administrators, filled in for each client.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_journal::audit::Who;
use kept_kernel::Id;
use kept_rooms::Refusal as _;
use kept_store::params;
use kept_ui::form::Choice;
use kept_ui::parts::{Button, Crumb};
use kept_ui::{Failure, Filled, Flash, Form, Frame, page, unprocessable};
use serde::Deserialize;

use super::choices::with_none;
use super::{back, field_of, got, here, id_of, missing, refused, to_change};
use crate::commands::{ClientError, NewField, add_field, retire_field, set_value};
use crate::model::{Client, ClientId, Field, FieldId, FieldKind};
use crate::queries;
use crate::room::Room;

#[derive(Template)]
#[template(path = "clients/fields.html")]
struct FieldsPage {
    frame: Frame,
    crumb: Crumb,
    rows: Vec<Line>,
    kinds: Vec<Choice>,
    form: Filled,
}

struct Line {
    label: String,
    about: String,
    retire: Button,
}

/// A field as it was typed.
#[derive(Deserialize)]
pub struct NewFields {
    label: String,
    kind: String,
    choices: String,
}

async fn fields(room: &Room) -> Result<Vec<Field>, Failure> {
    got(room
        .store
        .read(|read| read.all::<Field>(queries::FIELDS, &[])))
    .await
}

async fn page_of(room: &Room, frame: Frame, form: Filled) -> Result<FieldsPage, Failure> {
    let line = |field: Field| Line {
        about: match field.kind {
            FieldKind::Choice => format!("choice of {}", field.choices.join(", ")),
            kind => kind.name().to_owned(),
        },
        retire: Button::act(
            "Retire",
            format!("/clients/fields/{}/retirement", field.id),
            &frame.csrf,
        )
        .quiet(),
        label: field.label,
    };
    Ok(FieldsPage {
        rows: fields(room).await?.into_iter().map(line).collect(),
        crumb: Crumb::new([("Clients", "/clients")]),
        kinds: FieldKind::ALL
            .map(|kind| Choice::new(kind.name(), kind.name()))
            .to_vec(),
        form,
        frame: frame.titled("Fields of clients").at("clients"),
    })
}

/// The fields.
pub async fn list(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
) -> Result<Response, Failure> {
    signed.require(Action::Configure)?;
    Ok(page(&page_of(&room, frame, Filled::empty()).await?))
}

/// Adds one.
pub async fn add(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    form: Form<NewFields>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::Configure)?;
    let (new, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return Ok(unprocessable(&page_of(&room, frame, filled).await?)),
    };
    let step = room.step(Who::Person(signed.person.0));
    let added = room.store.write(move |tx| {
        let Some(kind) = FieldKind::named(&new.kind) else {
            return Err(ClientError::fault("kind", "Choose what stands in it."));
        };
        let new = NewField {
            label: new.label.clone(),
            kind,
            choices: new.choices.clone(),
        };
        add_field(tx, &step, &scope, &new)
    });
    if let Err(error) = added.await {
        let filled = error.refused().onto(filled)?;
        return Ok(unprocessable(&page_of(&room, frame, filled).await?));
    }
    Ok(back(
        "/clients/fields",
        Flash::said("The field is added to all clients."),
    ))
}

/// Retires one.
pub async fn retire(
    State(room): State<Room>,
    signed: Signed,
    Path(field): Path<String>,
) -> Result<Response, Failure> {
    let scope = signed.require(Action::Configure)?;
    let field = field_of(&field)?;
    let step = room.step(Who::Person(signed.person.0));
    let retired = room
        .store
        .write(move |tx| retire_field(tx, &step, &scope, field));
    retired.await.map_err(refused)?;
    Ok(back(
        "/clients/fields",
        Flash::said("The field is retired. What stands in it is kept."),
    ))
}

#[derive(Template)]
#[template(path = "clients/value.html")]
struct ValuePage {
    frame: Frame,
    crumb: Crumb,
    heading: String,
    action: String,
    label: String,
    choices: Option<Vec<Choice>>,
    date: bool,
    form: Filled,
}

/// What stands in a field.
#[derive(Deserialize)]
pub struct ValueField {
    value: String,
}

fn value_page(frame: Frame, (client, field): (&Client, &Field), form: Filled) -> ValuePage {
    let (name, path) = (client.card.name.clone(), here(client.card.id));
    let choices = field
        .choices
        .iter()
        .map(|choice| Choice::new(choice.clone(), choice.clone()));
    ValuePage {
        crumb: Crumb::new([("Clients", "/clients"), (&*name, &*path)]),
        heading: format!("{} of {name}", field.label),
        action: format!("{path}/facts/{}", field.id),
        label: field.label.clone(),
        choices: (field.kind == FieldKind::Choice).then(|| with_none("Not known", choices)),
        date: field.kind == FieldKind::Date,
        form,
        frame: frame.titled(field.label.clone()).at("clients"),
    }
}

async fn both(
    room: &Room,
    signed: &Signed,
    (id, field): (&str, &str),
) -> Result<(Client, Field), Failure> {
    let scope = signed.require(Action::EditClients)?;
    let client = to_change(room, &scope, id_of(id)?).await?;
    let id: FieldId = field_of(field)?;
    let field = fields(room).await?.into_iter().find(|field| field.id == id);
    Ok((client, field.ok_or_else(missing)?))
}

/// The form with what stands there.
pub async fn value(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path((id, field)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (client, field) = both(&room, &signed, (&id, &field)).await?;
    let of: ClientId = client.card.id;
    let values = room
        .store
        .read(move |read| read.all::<(Id, String)>(queries::VALUES, &params![of]));
    let value = got(values)
        .await?
        .into_iter()
        .find(|(id, _)| *id == field.id.0);
    let form = Filled::with([("value", value.map(|(_, value)| value).unwrap_or_default())]);
    Ok(page(&value_page(frame, (&client, &field), form)))
}

/// Writes it.
pub async fn set(
    State(room): State<Room>,
    signed: Signed,
    frame: Frame,
    Path((id, field)): Path<(String, String)>,
    form: Form<ValueField>,
) -> Result<Response, Failure> {
    let (client, field) = both(&room, &signed, (&id, &field)).await?;
    let scope = signed.require(Action::EditClients)?;
    let (typed, filled) = match form.read() {
        Ok(read) => read,
        Err(filled) => return Ok(unprocessable(&value_page(frame, (&client, &field), filled))),
    };
    let at = (client.card.id, field.id);
    let step = room.step(Who::Person(signed.person.0));
    let set = room
        .store
        .write(move |tx| set_value(tx, &step, &scope, at, &typed.value))
        .await;
    if let Err(error) = set {
        let filled = error.refused().onto(filled)?;
        return Ok(unprocessable(&value_page(frame, (&client, &field), filled)));
    }
    room.changed(at.0);
    Ok(back(&here(at.0), Flash::said("The field is saved.")))
}
