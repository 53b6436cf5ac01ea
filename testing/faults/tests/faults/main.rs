//! What was answered survives: whatever stops the program, its database or its disk.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "in a test a panic is the failure"
)]

mod clock;
mod cut;
mod disk;
mod killed;
mod others;
mod power;
mod server;
mod writer;
