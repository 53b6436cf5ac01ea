//! The room of adherence on both databases: judgements and pages.

#![expect(
    clippy::unwrap_used,
    reason = "these are tests throughout: what is missing fails the test"
)]

mod desk;
mod judging;
mod pages;
