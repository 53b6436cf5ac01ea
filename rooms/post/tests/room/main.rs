//! Letters leave, wait and are given up, on both databases, against a mail server of the test's own.

#![expect(
    clippy::unwrap_used,
    reason = "these are tests throughout: what is missing fails the test"
)]

mod alerts;
mod desk;
mod hooks;
mod identity;
mod sending;
mod slow;
mod smtp;
mod ways;
