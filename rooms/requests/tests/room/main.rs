//! The room on both databases: the whole path, commands, pages, the API, search, privacy.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests throughout: what is missing fails the test"
)]

mod api;
mod desk;
mod leaving;
mod many;
mod messages;
mod pages;
mod path;
mod privacy;
mod public;
mod rights;
mod takeover;
mod texts;
mod wording;
