//! The calendar from outside: worked values, laws, files, and comparisons with others.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests read the shared files, say what they skip, and stop where their own data is wrong"
)]

mod adding;
mod agreement;
mod crosscheck;
mod explaining;
mod feeds;
mod files;
mod laws;
mod oracle;
mod pausing;
mod texts;
mod weeks;
