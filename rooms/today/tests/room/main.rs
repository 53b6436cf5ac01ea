//! What people owe and were told, on both databases: pages, alerts, the API.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "these are tests throughout: what is missing fails the test"
)]

mod alerts;
mod api;
mod desk;
mod today;
