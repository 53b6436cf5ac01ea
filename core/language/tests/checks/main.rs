//! The checks: each diagnostic with a text that must give it, and one like it that must not.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test reads the repository's own files and stops where one is missing"
)]

#[path = "../support/mod.rs"]
mod support;

mod definitions;
mod gates;
mod governance;
mod logic;
mod noise;
mod prose;
mod set;
mod shipped;
mod tables;
mod time;
mod versions;
