//! A line to a server that keeps a mailbox (IMAP, RFC 9051 and 3501): the little of it that fetching mail needs.
//!
//! Written here: it is the same line as for LMTP, a reader that survives any bytes and has bounds for all of them, and the libraries
//! at hand bring a parser of the whole protocol, an async runtime of their own, or a date library. It never deletes.
//!
//! INVARIANT: what the server says is bounded, line by line and answer by answer. A server that talks rubbish is a [`Trouble`](crate::Trouble).

mod line;
mod session;
mod sign_in;
mod trouble;

pub use line::Answer;
pub use session::{Folder, Imap, Sized, Woken};
pub use sign_in::Credentials;

#[cfg(test)]
mod tests;
