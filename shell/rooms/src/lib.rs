//! What rooms have in common, and what a room hands to the program.
//!
//! Rooms do not know each other. What all of them can do stands here as traits and plain data: records that are found
//! ([`Searchable`]), taken out ([`Exportable`]) and erased ([`Erasable`]), work that comes round ([`Job`]), lines of the palette
//! ([`Entry`]), pages of records that other rooms speak of ([`RecordPage`]). A room puts them into its [`Parts`], and the
//! program joins the parts of all rooms. A command says why it refused as [`Refused`], which a page and the API each tell in
//! their way.
//!
//! This is no framework: nothing here calls a room, or is called on the way of a request.

mod about;
mod entry;
mod job;
mod parts;
mod record_names;
mod record_page;
mod refused;

pub use about::{About, Erasable, Erased, Exportable, Sheet};
pub use entry::Entry;
pub use job::{Job, JobProblem};
pub use kept_search::Searchable;
pub use parts::Parts;
pub use record_names::{RecordNames, RecordPages};
pub use record_page::RecordPage;
pub use refused::{FieldError, Refusal, Refused, failed};
