//! The SOP language: documents whose runnable sentences are the program.
//!
//! [`Register::load`] reads the vocabulary, [`read`] a document; [`check`] looks at a set of documents together.
//! Reading never fails: it returns a [`Document`] and [`Diagnostic`]s. Nothing here knows a noun, a role or an act
//! by name, and nothing touches a file: texts come in, texts and values go out.

pub mod ast;
mod document;
mod register;

pub use document::{Blank, Clause, Distribution, Document, Header, Rule, Slot, SlotText};
pub use register::*;
