//! What the tests of rooms stand on: a house on a fresh database with people in it and a clock that is set by hand, and what they
//! reach it by: a browser, a visitor's form, a program with a token.
//!
//! A room's tests make a desk of their own around a [`Ground`]: they say which people work there, and what is served.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "what fails here is the test that asked for it"
)]

mod browser;
mod described;
mod ground;
mod people;
mod program;

pub use browser::{Answer, Browser};
pub use ground::{Ground, Site};
pub use people::PASSWORD;
pub use program::Program;
