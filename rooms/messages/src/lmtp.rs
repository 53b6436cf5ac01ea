//! The door for mail servers: LMTP (RFC 2033), and SMTP for those that speak only that, in the house's own network.
//!
//! A small reader of our own rather than a crate: fifteen verbs, and every rule that guards the door in one place. Only `CRLF.CRLF`
//! ends a mail, and a bare return or line feed is refused, so that nobody smuggles a second mail within a first one. Nothing is
//! relayed: an address that is no mailbox here is refused when it is named. `250` for a mail is said after its bytes are durable,
//! and then only.

mod door;
mod session;

pub use door::{Door, Pace};
