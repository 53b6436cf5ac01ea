//! The SOPs of the company: the documents with their versions, the vocabulary they are written in, the calendar they run by.
//!
//! Tables: `sop_documents`, `sop_calendars`, `sop_vocabularies`. Each row is a version that was put in force and stays; the
//! newest counts. Events in: none. What the other rooms get is [`InForce`](kept_journal::InForce), made by [`load`].
//!
//! What the margin of a document shows is measured elsewhere and comes in as [`Margins`], which the program wires.

pub mod blanks;
mod commands;
mod made;
mod pages;
mod queries;
mod reading;
mod room;
mod search;
mod sentence;
pub mod set;

pub use commands::{AdoptError, Adopted, adopt, put_calendar, put_vocabulary, replace};
pub use pages::routes;
pub use queries::{
    DocumentRow, LoadProblem, SCHEMA, STATEMENTS, Shipped, Texts, documents, in_force, load,
    load_with, stamp,
};
pub use room::{MarginFigure, Margins, Room, SeesCases};
pub use search::ClausesFound;
pub use set::{Set, SetProblem, Text};
