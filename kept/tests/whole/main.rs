//! The whole site, as `kept serve` serves it: what it lets whom do, and what stands on each of its answers.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests throughout: what is missing fails the test"
)]

mod access;
mod api;
mod ask;
mod clients;
mod desk;
mod exports;
mod fields;
mod flood;
mod forms;
mod harvesting;
mod headers;
mod hearing;
mod lapsed;
mod lists;
mod mailing;
mod mails;
mod nested;
mod nodes;
mod portal;
mod postfix;
mod records;
mod requests;
mod signing_in;
mod stolen;
mod table;
mod through_postfix;
mod two_houses;
mod ways;
