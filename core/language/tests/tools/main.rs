//! The tools on SOP text, over the five SOPs that ship with the product and over small documents.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test reads the repository's own files and stops where one is missing"
)]

#[path = "../support/mod.rs"]
mod support;

mod explain;
mod format;
mod noise;
mod redline;
mod shipped;
mod vocabulary;
