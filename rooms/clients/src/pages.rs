//! The pages of clients.

mod act;
mod choices;
mod compare;
mod contact;
mod export;
mod fields;
mod import;
mod list;
mod merge;
mod one;
mod owed;
mod said;
mod team;
mod tier;
mod timeline;
mod write;

use axum::response::{IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::access::{Action, Scope};
use kept_kernel::Id;
use kept_rooms::{Refusal as _, Refused};
use kept_store::{Answer, StoreError};
use kept_ui::routes::{Routes, get, post};
use kept_ui::{Failure, Filled, Flash, see_other};

use crate::commands::ClientError;
use crate::model::{Client, ClientId, ContactId, Fault, FieldId};
use crate::queries::{self, asked};
use crate::room::Room;

/// The routes of the room.
pub fn routes(room: Room) -> Routes {
    Routes::new()
        .route("/clients", get(list::list).post(write::add))
        .route("/clients/new", get(write::ask))
        .route("/clients/duplicates", get(merge::duplicates))
        .route("/clients/fields", get(fields::list).post(fields::add))
        .route("/clients/fields/{field}/retirement", post(fields::retire))
        .route("/clients/merges/{merge}/undo", post(merge::undo))
        .route("/clients/export.csv", get(export::clients))
        .route("/clients/contacts.csv", get(export::contacts))
        .route("/clients/import", get(import::ask))
        .route("/clients/imports", post(import::take))
        .route("/clients/imports/{import}", get(import::show))
        .route("/clients/imports/{import}/mapping", post(import::map))
        .route("/clients/imports/{import}/run", post(import::run))
        .route("/clients/imports/{import}/undo", post(import::undo))
        .route("/clients/{id}", get(one::one).post(write::change))
        .route("/clients/{id}/edit", get(write::edit))
        .route("/clients/{id}/archive", post(act::archive))
        .route("/clients/{id}/archive/undo", post(act::bring_back))
        .route("/clients/{id}/contacts", post(contact::add))
        .route("/clients/{id}/contacts/new", get(contact::ask))
        .route("/clients/{id}/contacts/{contact}", post(contact::change))
        .route("/clients/{id}/contacts/{contact}/edit", get(contact::edit))
        .route(
            "/clients/{id}/contacts/{contact}/removal",
            post(contact::remove),
        )
        .route(
            "/clients/{id}/contacts/{contact}/removal/undo",
            post(contact::undo),
        )
        .route("/clients/{id}/notes", post(act::note))
        .route("/clients/{id}/notes/{note}/pin", post(act::pin))
        .route("/clients/{id}/notes/{note}/removal", post(act::remove_one))
        .route(
            "/clients/{id}/notes/{note}/removal/undo",
            post(act::return_one),
        )
        .route("/clients/{id}/team", get(team::show).post(team::join))
        .route("/clients/{id}/team/{person}/removal", post(team::leave))
        .route("/clients/{id}/tier", get(tier::show).post(tier::by_hand))
        .route("/clients/{id}/tier/removal", post(tier::drop))
        .route("/clients/{id}/revenue", post(tier::add))
        .route(
            "/clients/{id}/revenue/{revenue}/removal",
            post(tier::remove),
        )
        .route(
            "/clients/{id}/facts/{field}",
            get(fields::value).post(fields::set),
        )
        .route("/clients/{id}/merge", get(merge::show).post(merge::merge))
        .route("/clients/{id}/apart", post(merge::apart))
        .with_state(room)
}

/// How far the asker reaches: for reading, and for changing, which may be nowhere.
fn scopes(signed: &Signed) -> Result<(Scope, Scope), Failure> {
    let reading = signed.require(Action::ReadClients)?;
    Ok((reading, signed.scope(Action::EditClients)))
}

/// Waits for the database; what goes wrong there is not the reader's fault.
async fn got<T: Send + Unpin>(answer: Answer<T, StoreError>) -> Result<T, Failure> {
    answer.await.map_err(kept_rooms::failed)
}

fn id_of(text: &str) -> Result<ClientId, Failure> {
    text.parse().map_err(|_| missing())
}

fn contact_of(text: &str) -> Result<ContactId, Failure> {
    text.parse().map_err(|_| missing())
}

fn field_of(text: &str) -> Result<FieldId, Failure> {
    text.parse().map_err(|_| missing())
}

fn row_of(text: &str) -> Result<Id, Failure> {
    text.parse().map_err(|_| missing())
}

/// There is none, or it is not for this person: the two look alike.
fn missing() -> Failure {
    Failure::not_found("There is no such client").way_on("/clients", "All clients")
}

/// A client for whoever may change it.
async fn to_change(room: &Room, scope: &Scope, id: ClientId) -> Result<Client, Failure> {
    if scope.is_nothing() {
        return Err(missing());
    }
    let scope = scope.clone();
    let found = room
        .store
        .read(move |read| read.maybe::<Client>(queries::ONE, &asked(&scope, [id.into()])));
    let found = got(found).await?.ok_or_else(missing)?;
    if found.card.merged_into.is_some() {
        return Err(missing());
    }
    Ok(found)
}

/// What is missing and what is out of reach look alike.
fn refused(error: ClientError) -> Failure {
    match error.refused() {
        Refused::Missing(_) => missing(),
        other => other.failure(),
    }
}

fn wrong(faults: Vec<Fault>, filled: Filled) -> Result<Filled, Failure> {
    Refused::Fields(faults.into_iter().map(Into::into).collect()).onto(filled)
}

/// Back to a page, with what was done.
fn back(path: &str, flash: Flash) -> Response {
    see_other(path).with(flash).into_response()
}

fn here(id: ClientId) -> String {
    format!("/clients/{id}")
}
