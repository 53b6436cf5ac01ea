//! The room of mail that comes in, on both databases, with a desk of paper in the place of the room of requests.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests throughout: what is missing fails the test"
)]

mod aside;
mod bounces;
mod consent;
mod desk;
mod door;
mod dovecot;
mod faults;
mod fetching;
mod paper;
mod pictures;
mod provider;
mod rubbish;
mod slow;
mod threads;
mod writers;
