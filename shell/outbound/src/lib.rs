//! What goes out to other systems: over the web, one client that cannot be led astray, and the signature by which the other side
//! knows us; and lines ([`Wire`]) for what speaks something else.
//!
//! It is hyper's client, which is in the tree for the server, and a line that this crate opens itself: the name is resolved once,
//! every address is looked at, and the line goes to one of those that were looked at. There are no redirects, and every step has an
//! end.
//!
//! INVARIANT: nothing is sent to an address of this machine or its network, unless whoever runs the house has allowed it.

mod address;
mod client;
mod dns;
mod sign;
mod wire;

pub use address::is_global;
pub use client::{Answer, Guard, OutboundError, Target, TargetError, get, post, post_form};
pub use dns::{Dns, DnsError, Kind, Record};
pub use sign::{MalformedSecret, SECRET_PREFIX, SigningSecret};
pub use wire::{TooSlow, Trust, Wire};
