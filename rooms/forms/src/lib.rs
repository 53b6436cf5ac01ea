//! Forms: what clients are asked to fill in, built by us, filled in by them, and written into their record without typing it again.
//!
//! - **Owns** `forms`, `form_versions`, `form_links`, `form_answers`.
//! - **Events out**: `send-intake-form`, `return-intake-form`, `take-over-answers` on the onboarding that waits for them;
//!   `receive-feedback`; by the room of clients what becomes of their facts. Events in: none.
//! - **Gives** to the program its tables, pages, API, [`parts`], and to the portal what [`waiting`] for a contact.
//!
//! What must hold:
//! - An answer belongs to the version that was filled in; a version is never changed.
//! - What comes in by a personal link is written into the record in the transaction that keeps the answer, with what changed. What anybody
//!   may fill in changes no record before somebody of ours has looked.
//! - A personal link is good once; looking at it uses nothing up. Only its hash is stored.
//! - What looks like spam is held, to be seen to, and never lost.

mod api;
mod commands;
pub mod model;
mod pages;
mod privacy;
mod queries;
mod room;
mod schema;
mod telling;
mod texts;

pub use api::{api_description, api_routes};
pub use commands::{FormError, Sending, make_form, open_door, publish, send_link};
pub use pages::{public_routes, routes};
pub use queries::waiting;
pub use room::{Room, parts};
pub use schema::SCHEMA;

/// Every statement of the room, for the checks.
pub fn statements() -> Vec<kept_store::Sql> {
    [queries::STATEMENTS, privacy::STATEMENTS].concat()
}
