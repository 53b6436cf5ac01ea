//! The room on both databases: commands, pages, the API, jobs, search, privacy.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests throughout: what is missing fails the test"
)]

mod api;
mod desk;
mod importing;
mod merging;
mod pages;
mod privacy;
mod reading;
mod rights;
mod takeover;
mod tiers;
