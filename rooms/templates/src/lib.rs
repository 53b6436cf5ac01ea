//! Templates: the texts that people begin with when they write to clients or call them, and those by which requests answer by themselves.
//!
//! - **Owns** `templates`, `template_versions`.
//! - **Events**: none. What was sent from a template says which version it was; that is kept with what was sent.
//! - **Gives** to the program its tables, pages, API, [`parts`], [`entries`] of the palette, and what others may ask: what is
//!   [`offered`], one version ([`text_of`]), and the text of an occasion in a language ([`of_occasion`]).
//!
//! What must hold:
//! - A version is never changed: another text is another version.
//! - Only what somebody else has approved than whoever wrote it is offered. While a new version waits, the approved one goes on.
//! - A template has no field that there is not; a value is never read as a field.
//! - What a text asks of its writer is a field too, `{{ask: why}}`: a remark in brackets would be sent to the client.

pub mod model;

mod api;
mod commands;
mod pages;
mod privacy;
mod queries;
mod room;
mod schema;
mod shipped;

pub use api::{api_description, api_routes};
pub use commands::{
    TemplateError, add_template, approve, ask_approval, change_template, retire, return_version,
};
pub use pages::routes;
pub use queries::{STATEMENTS, of_occasion, offered, text_of};
pub use room::{Room, entries, parts};
pub use schema::SCHEMA;
pub use shipped::install;
