//! The room of SOPs on both databases: what counts as in force, and its pages.

#![expect(
    clippy::unwrap_used,
    reason = "these are tests throughout: what is missing fails the test"
)]

mod desk;
mod pages;
mod shipped;
