//! The room on both databases: commands, pages, the API, jobs, search, privacy.

#![expect(
    clippy::unwrap_used,
    reason = "these are tests throughout: what is missing fails the test"
)]

mod api;
mod desk;
mod pages;
mod privacy;
mod rights;
mod time;
