//! The SOP language: documents whose runnable sentences are the program.
//!
//! [`Register::load`] reads the vocabulary, [`read()`] a set of documents. Reading never fails: it returns a
//! [`Library`] of [`Document`]s and [`Diagnostic`]s; [`check()`] says what does not hold together in it. Nothing here knows a noun, a role or an act by name, and nothing
//! touches a file: texts come in, texts and values go out.

pub mod ast;
mod check;
mod diagnostic;
mod document;
mod explain;
mod format;
mod meaning;
mod outline;
mod read;
mod redline;
mod register;
mod sentence;
mod tables;
mod vocabulary;
mod words;

pub use check::{Context, People, Person, check, not_later};
pub use diagnostic::{Diagnostic, Severity};
pub use document::{Blank, Clause, Distribution, Document, Header, Rule, Slot, SlotText};
pub use explain::{Explanation, Section, Topic, explain, explain_short};
pub use format::format;
pub use read::{Library, Source, read};
pub use redline::{
    BlankChange, ChangeKind, DocumentRedline, ProseChange, Redline, RuleChange, SlotChange,
    TableChange, TransitionNote, ValueChange, WordChange, WordPiece, redline,
};
pub use register::*;
pub use vocabulary::{ActWords, FactWords, MeasureWords, NounWords, Vocabulary, Word, vocabulary};
