//! The SOP language: documents whose runnable sentences are the program.
//!
//! [`Register::load`] reads the vocabulary, [`read`] a set of documents. Reading never fails: it returns a
//! [`Library`] of [`Document`]s and [`Diagnostic`]s. Nothing here knows a noun, a role or an act by name, and nothing
//! touches a file: texts come in, texts and values go out.

pub mod ast;
mod diagnostic;
mod document;
mod format;
mod meaning;
mod outline;
mod read;
mod register;
mod sentence;
mod tables;
mod words;

pub use diagnostic::{Diagnostic, Severity};
pub use document::{Blank, Clause, Distribution, Document, Header, Rule, Slot, SlotText};
pub use format::format;
pub use read::{Library, Source, read};
pub use register::*;
