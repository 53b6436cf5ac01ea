//! The program as its users run it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "these are tests throughout: what is missing fails the test"
)]

mod bad_input;
mod clock;
mod demo;
mod faults;
mod judged;
mod keeping;
mod live;
mod lived;
mod mail;
mod oracle;
mod replay;
mod runs;
mod served;
mod sop;
mod whatif;
