//! The room as a whole: commands on both databases, pages through the router, rights against an independent judge.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in a test a panic is the failure"
)]

mod desk;
mod device;
mod managing;
mod pages;
mod passkeys;
mod people;
mod secrets;
mod settings;
mod signing_in;
