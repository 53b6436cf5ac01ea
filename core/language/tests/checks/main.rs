//! The checks: each diagnostic with a text that must give it, and one that must not.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test reads the repository's own files and stops where one is missing"
)]

#[path = "../support/mod.rs"]
mod support;

mod set;
mod shipped;
