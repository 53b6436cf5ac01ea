//! The portal: where clients see how they stand with us without asking, and say what they have to say.
//!
//! - **Owns** `portal_settings`, `portal_contacts`, `portal_links`, `portal_sessions`, `portal_codes`, `portal_letters`,
//!   `portal_addresses`, `portal_documents`, `portal_consents`, `portal_changes`.
//! - **Events out**: `record-consent`, `withdraw-consent`, `confirm-withdrawal`; by the rooms of requests and clients what clients do to
//!   theirs, `verify-client-details` among it. Events in: none.
//! - **Gives** to the program its tables, routes, [`Room::session_layer`], [`parts`], and whether it [`is_open`].
//!
//! What must hold:
//! - Nobody learns at the door whether an address is known: the answer is the same.
//! - A link is good once, for an hour, and looking at it uses nothing up. Only hashes of links and sessions are stored, and codes sealed.
//! - A session reads. To do anything takes a code that went by mail, is good for ten minutes and five tries, and lets act for half an
//!   hour; each command looks inside its transaction whether it still does.
//! - A contact sees its own requests, and what lies there for it or for all of its client. What is of anybody else looks like what is
//!   not there. Only who speaks for a client sees and says the details of the client.
//! - Neither session is good for the other's pages: whoever works here is nobody in the portal.
//! - A contact's address is changed only after a code that went to the new one, is never that of another contact, and can be taken back from
//!   the old one for a week. Whether an address is another's is not said.
//! - A contact is sent so many letters in an hour and a day, whoever asks for them.

mod colours;
pub mod commands;
pub mod model;
mod pages;
mod privacy;
mod queries;
mod review;
mod room;
mod schema;
mod session;
mod telling;
mod texts;

pub use pages::routes;
pub use room::{Beside, Room, Waiting, is_open, parts, request_link};
pub use schema::SCHEMA;

/// Every statement of the room, for the checks.
pub fn statements() -> Vec<kept_store::Sql> {
    [queries::STATEMENTS, privacy::STATEMENTS].concat()
}
