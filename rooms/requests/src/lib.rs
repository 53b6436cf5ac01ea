//! Requests: what clients ask of us, from the first word to the closing, with everything that was said on the way.
//!
//! - **Owns** `requests`, `request_messages`, `request_mails`, `request_people`, `request_files`, `request_tags`, `request_links`, `request_tasks`, `request_seen`,
//!   `request_views`, `request_routes`, `request_macros`, `request_house_words`, `request_remarks`, `request_promises`, `request_drafts`, `request_written`, `request_bulks`, `request_bulk_rows`, `request_forms`, `request_web_form`,
//!   `request_counters`, `request_numbers`.
//! - **Events out**: all acts of the vocabulary that have a request for their case; that a mail of the conversation came, was answered or
//!   needs no answer; that a request was merged into another, was split off one, or was filed wrongly.
//!   Events in: none.
//! - **Gives** to the program its tables, pages, API, [`parts`], [`entries`] of the palette, the number that is overdue for a
//!   person ([`count_overdue`]), [`takeover`] for requests whose history is imported, and to what brings messages in
//!   ([`client_writes`], [`commands::mail_opens`] and its kin, [`mailed`]); to the portal [`read`], what a contact sees of their own requests, and
//!   [`commands::contact_replies`] and its kin.
//!
//! What must hold:
//! - A request belongs to a client, also when it comes from a stranger: then the client is new, and to be checked.
//! - What was said is never changed; a message is added to the end of its request, once.
//! - Every act writes the row, its event with all that the rules make of it, its audit entry and the document of the search
//!   together, or nothing.
//! - Whoever changes a request says which revision they saw; where somebody was faster, nothing is done and what was written is
//!   kept.
//! - A gate of the SOPs in force is asked before the act; passing one all the same takes the role that the SOP names, and a reason.

pub mod mailed;
pub mod model;
pub mod read;
pub mod said;
pub mod takeover;

mod api;
mod client_pages;
pub mod commands;
mod drafts;
mod due;
mod jobs;
mod mailboxes;
mod numbers;
mod pages;
mod privacy;
mod queries;
mod record;
mod room;
mod routing;
mod schema;
mod search;
mod tables;
mod telling;
mod texts;
mod visitors;
mod wording;

pub use api::{api_description, api_routes};
pub use client_pages::{ClientPages, LedTo};
pub use commands::{client_writes, open_request};
pub use mailboxes::Mailboxes;
pub use pages::{public_routes, routes};
pub use queries::{count_overdue, statements};
pub use room::{Room, entries, parts};
pub use schema::SCHEMA;
pub use telling::Doer;
pub use texts::{Text, Texts};
