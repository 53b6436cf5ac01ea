//! Forms: what clients are asked to fill in, built by us, filled in by them, and written into their record without typing it again.
//!
//! - **Owns** `forms`, `form_versions`, `form_links`, `form_drafts`, `form_answers`, `form_files`.
//! - **Events out**: `send-intake-form`, `send-form-reminder`, `return-intake-form`, `take-over-answers` on the onboarding that waits for
//!   them; `receive-feedback`; by the room of clients what becomes of their facts. Events in: none.
//! - **Gives** to the program its tables, pages, API, [`parts`], and to the portal what [`waiting`] for a contact. Consents and documents
//!   go to whoever keeps them, [`Beside`].
//!
//! What must hold:
//! - An answer belongs to the version that was filled in; a version is never changed.
//! - What comes in by a personal link is written into the record in the transaction that keeps the answer, with what changed. What anybody
//!   may fill in changes no record before somebody of ours has looked.
//! - A personal link is good once; looking at it, or putting aside what was begun, uses nothing up. Only its hash is stored.
//! - Nobody is asked again for what came back, who is no longer a client, or who has withdrawn the consent that it rests on.
//! - What looks like spam is held, to be seen to, and never lost.

mod api;
mod beside;
mod commands;
mod files;
mod jobs;
pub mod model;
mod pages;
mod privacy;
mod queries;
mod room;
mod schema;
mod telling;
mod texts;

pub use api::{api_description, api_routes};
pub use beside::{Allowed, Beside, By, Laid};
pub use commands::{
    FormError, NewDraft, Sending, change_design, make_form, open_door, publish, put_draft_aside,
    send_link,
};
pub use pages::{public_routes, routes};
pub use queries::{Waits, waiting};
pub use room::{Room, parts};
pub use schema::SCHEMA;

/// Every statement of the room, for the checks.
pub fn statements() -> Vec<kept_store::Sql> {
    [queries::STATEMENTS, privacy::STATEMENTS].concat()
}
