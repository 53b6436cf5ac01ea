//! The pages of imports.

mod list;
mod log;
mod new;
mod said;

use kept_journal::audit::AuthorError;
use kept_kernel::Id;
use kept_store::{Answer, StoreError};
use kept_ui::Failure;
use kept_ui::routes::{Routes, get, post};

use crate::room::Room;

/// The routes of the room. Whoever reaches them may import; who it is comes as an [`Author`](kept_journal::audit::Author) in the
/// extensions of the request.
pub fn routes(room: Room) -> Routes {
    Routes::new()
        .route("/history", get(list::list))
        .route("/history/new", get(new::form))
        .route("/history/logs", post(new::take))
        .route("/history/logs/{id}", get(log::log))
        .route("/history/logs/{id}/mapping", post(log::map))
        .route("/history/logs/{id}/import", post(log::import))
        .route("/history/logs/{id}/removal", post(log::remove))
        .route("/history/logs/{id}/bad-lines.csv", get(log::bad_lines))
        .route("/history/imports/{id}", get(log::import_alone))
        .route("/history/imports/{id}/undo", post(log::undo))
        .with_state(room)
}

/// Waits for the database; what goes wrong there is not the reader's fault.
async fn got<T: Send + Unpin>(answer: Answer<T, StoreError>) -> Result<T, Failure> {
    answer.await.map_err(failed)
}

fn failed(error: StoreError) -> Failure {
    match error {
        StoreError::Busy | StoreError::Timeout => Failure::unavailable(5),
        other => Failure::internal(other),
    }
}

/// What an act could not be done for.
fn undone(error: AuthorError) -> Failure {
    match error {
        AuthorError::Store(error) => failed(error),
        AuthorError::Lapsed => Failure::conflict(
            "You may no longer do this",
            "Nothing was changed. Sign in again, or ask an administrator.",
        ),
    }
}

/// Runs work that waits for files or the database beside the threads that serve.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(Failure::internal)
}

fn id_of(text: &str) -> Result<Id, Failure> {
    text.parse().map_err(|_| nothing())
}

fn nothing() -> Failure {
    Failure::not_found("There is no such import").way_on("/history", "All imports")
}
