//! The pages of the room.

mod alerts;
mod today;
mod why;

use kept_store::{Answer, StoreError};
use kept_ui::Failure;
use kept_ui::routes::{Routes, get, post};

use crate::room::Room;

/// The routes of the room.
pub fn routes(room: Room) -> Routes {
    Routes::new()
        .route("/", get(today::today))
        .route("/today/duties/{number}/why", get(why::card))
        .route("/alerts", get(alerts::alerts))
        .route("/alerts/seen", post(alerts::all_seen))
        .route("/alerts/{number}/seen", post(alerts::seen))
        .with_state(room)
}

/// Waits for the database; what goes wrong there is not the reader's fault.
async fn got<T: Send + Unpin>(answer: Answer<T, StoreError>) -> Result<T, Failure> {
    answer.await.map_err(kept_rooms::failed)
}
