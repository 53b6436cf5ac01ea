//! The program as its users run it.

mod bad_input;
mod clock;
mod common;
mod oracle;
mod replay;
mod sop;
