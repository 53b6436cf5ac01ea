//! The room on both databases: writing, approval, versions, preview, the API, privacy.

#![expect(
    clippy::unwrap_used,
    reason = "these are tests throughout: what is missing fails the test"
)]

mod api;
mod approval;
mod desk;
mod texts;
