//! What each fuzz target does with its bytes: any of them must be read without a panic, and what is read must obey
//! the laws that hold for every input.
#![expect(
    clippy::missing_panics_doc,
    reason = "a broken law is a panic: that is what each of these is for"
)]

mod calendar;
mod documents;
mod logs;
mod mail;
mod vocabulary;

pub use calendar::{calendar_feed, calendar_file};
pub use documents::{sop_document, sop_sentence};
pub use logs::{log, mapping};
pub use mail::mail;
pub use vocabulary::vocabulary;

/// The text of an input; `None` for bytes that are no UTF-8, which the program refuses before any reader.
fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// A number that follows from the input and differs between inputs (FNV-1a), to choose instants and amounts by.
fn number(bytes: &[u8], salt: u64) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ salt;
    bytes.iter().fold(start, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
