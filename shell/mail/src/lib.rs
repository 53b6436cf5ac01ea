//! Mail. What leaves the house: what a letter is, how it becomes a message, and how a message is given to a server. What comes in:
//! how raw bytes are read ([`reading`]), who wrote them ([`checking`]), how our own mails are known again ([`Marks`]), and what of a mail is brought to a request
//! ([`Mail`]).
//!
//! - [`Letter`] is what a room puts into the outbox, in the transaction of its cause. It names people by their ids: who they are and
//!   where they are reached is looked up when it leaves.
//! - [`compose`] makes the message. Its id follows from that of the parcel, so that it is the same at every try.
//! - [`Server`] gives messages to a mail server, and says step by step what is wrong with its settings.
//!
//! INVARIANT: a letter that a machine wrote says so, and asks for no automatic answer.

pub mod checking;
pub mod imap;
pub mod oauth;
pub mod reading;

mod body;
mod brought;
mod dkim;
mod letter;
mod marks;
mod message;
mod other_ids;
mod patience;
mod sender;
mod server;
mod shown;
mod trouble;

pub use brought::{Counts, Mail, MailFile, Placed, Standing};
pub use dkim::{DkimError, DkimKey};
pub use letter::{Address, Before, Letter, Link, Recipient, TOPIC, Thread, Voice, put};
pub use marks::Marks;
pub use message::{
    ComposeError, Enclosed, Envelope, Message, Sender, compose, is_address, message_id,
};
pub use other_ids::other_ids;
pub use patience::Patience;
pub use sender::{Identity, unknown_field};
pub use server::{Line, Machine, Protection, Server, SignIn, Step, Taken};
pub use shown::Shown;
pub use trouble::{Stage, Trouble};
