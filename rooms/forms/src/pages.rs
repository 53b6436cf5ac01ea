//! The pages of forms: building them, what came in, sending one; and the pages on which they are filled in.

mod answers;
mod build;
mod fill;
mod list;
mod open;
mod personal;
mod send;
mod sent;

use kept_rooms::Refusal as _;
use kept_store::{Answer, StoreError};
use kept_ui::routes::{Routes, get, post};
use kept_ui::{Failure, Form};

use crate::Room;
use crate::commands::FormError;
use crate::model::FormId;

/// The routes of people who work here.
pub fn routes(room: Room) -> Routes {
    Routes::new()
        .route("/forms", get(list::list).post(list::make))
        .route("/forms/ask", post(list::allow))
        .route("/forms/{id}", get(build::show).post(build::words))
        .route("/forms/{id}/fields", post(build::add))
        .route("/forms/{id}/fields/{field}", post(build::change))
        .route("/forms/{id}/publication", post(build::publish))
        .route("/forms/{id}/door", post(build::door))
        .route("/forms/{id}/reminders", post(build::reminders))
        .route("/forms/{id}/retirement", post(build::retire))
        .route("/forms/{id}/preview", get(build::preview))
        .route("/forms/{id}/answers", get(answers::list))
        .route("/forms/{id}/answers.csv", get(answers::export))
        .route("/forms/{id}/answers/{answer}", get(answers::one))
        .route("/forms/{id}/answers/{answer}/acts", post(answers::act))
        .route(
            "/forms/{id}/answers/{answer}/files/{file}",
            get(answers::file),
        )
        .route("/clients/{id}/forms", get(send::show).post(send::send))
        .with_state(room)
}

/// The routes for people without an account: they carry no cookie, and what they may do stands in a sealed token or in their address.
/// They are merged beside the pages, not inside of `Ui::dress`.
pub fn public_routes(room: Room) -> Routes {
    Routes::new()
        .route("/f/{id}", get(open::open).post(open::send_openly))
        .route("/f/{id}/embed", get(open::embed).post(open::send_embedded))
        .route("/f/for/{token}", get(personal::look).post(personal::send))
        .route("/f/for/{token}/draft", post(personal::keep))
        .with_state(room)
}

/// Waits for the database; what goes wrong there is not the reader's fault.
async fn got<T: Send + Unpin>(answer: Answer<T, StoreError>) -> Result<T, Failure> {
    answer.await.map_err(kept_rooms::failed)
}

/// The same of a command.
async fn done<T: Send + Unpin>(answer: Answer<T, FormError>) -> Result<T, Failure> {
    answer.await.map_err(|error| error.refused().failure())
}

fn missing() -> Failure {
    Failure::not_found("There is no such form").way_on("/forms", "All forms")
}

fn id_of(text: &str) -> Result<FormId, Failure> {
    text.parse().map_err(|_| missing())
}

/// A form that has nothing but its button, or all that it asks for.
fn only<T>(form: Form<T>) -> Result<T, Failure> {
    let read = form.read();
    read.map(|(typed, _)| typed).map_err(|_| {
        Failure::conflict(
            "That was not done",
            "Load the page again and send it once more.",
        )
    })
}
