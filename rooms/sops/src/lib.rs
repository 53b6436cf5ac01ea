//! The SOPs of the company: the documents with their versions, the vocabulary they are written in, the calendar they run by.
//!
//! Tables: `sop_documents`, `sop_calendars`, `sop_vocabularies`. Each row is a version that was put in force and stays; the
//! newest counts. Events in: none. What the other rooms get is [`InForce`](kept_journal::InForce), made by [`load`].

mod commands;
mod queries;
pub mod set;

pub use commands::{AdoptError, Adopted, adopt, put_calendar, put_vocabulary};
pub use queries::{DocumentRow, LoadProblem, SCHEMA, STATEMENTS, Shipped, documents, load};
pub use set::{Set, SetProblem, Text};
