//! Messages that come in by mail: received, kept as they came, read, and brought to the request that they belong to.
//!
//! - **Owns** `mailboxes`, `mailbox_sources`, `mail_raw`, `mail_messages`, `mail_bounced`, `mail_answers`, `mail_too_large`,
//!   `mail_other_ids`, `mail_own_ids`, `mail_pictures`, `mail_returned`, `mailbox_grants`, `mailbox_consents`.
//! - **Events**: none of its own. What a mail brings about is told by whoever it is brought to, through [`Desk`].
//! - **Gives** to the program its tables, pages, API, [`parts`], [`entries`] of the palette, and [`Room::receive`] for every door by which mail comes in.
//!
//! What must hold:
//! - The bytes of a mail are kept, and that is durable, before anybody is told that it was received. The same bytes in the same
//!   mailbox are one mail.
//! - Every mail ends somewhere that people look at: on a request, or set aside with the reason. One that cannot be handled holds up
//!   no other.
//! - The mail's row, what it does to a request, and all that follows of it are kept together, or not at all.
//! - Whom a mail is from is a claim. It joins a conversation by an id that we gave out, or as somebody who takes part; it never has
//!   a colleague's rights.
//! - What is fetched from another server is marked or moved there only after it is kept here, and is never deleted.
//! - What a machine wrote by itself is not answered by this one, moves no clock and reopens nothing. What this one answers by
//!   itself is counted, and stops.

mod api;
mod consent;
mod desk;
mod error;
mod fetch;
mod handle;
mod jobs;
mod lmtp;
mod model;
mod pages;
mod pictures;
mod privacy;
mod queries;
mod receive;
mod room;
mod schema;
mod too_large;

pub use api::{api_description, api_routes};
pub use consent::is_allowed;
pub use desk::{Desk, DeskError, Narrowed, Step, Written};
pub use lmtp::{Door, Pace};
pub use model::{MailboxId, Taken};
pub use pages::routes;
pub use queries::{STATEMENTS, addresses, also_known_as, identity, left_as};
pub use receive::{ReceiveError, add_mailbox};
pub use room::{Room, entries, parts};
pub use schema::SCHEMA;
