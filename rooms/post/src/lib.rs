//! Outgoing post: mail to people and clients, and what happened to other systems.
//!
//! - **Owns** `mail_server`, `mailbox_mail_servers`, `mailbox_trials`, `webhook_endpoints`. What waits lies in the journal's outbox.
//! - **Events** in and out: none.
//! - **Gives** to the program its tables, the pages of its settings, the jobs that send, and what `kept doctor` says of them.
//!
//! What must hold:
//! - A letter counts as sent exactly when the server has said so. It is sent at least once, with the same message id. What the server
//!   said is kept, and what became of the letter since.
//! - Without settings, and while the server cannot be reached, letters wait. None is ever thrown away by itself.
//! - What waits can be read, tried again and discarded by those who configure the house. What people write to clients is read with
//!   its record, not here.
//! - An alert is mailed once to each person whom it was told to, without a word of a client's.
//! - Another system is told of each event that it asked for, in the order of the journal, at least once, with the same id. What it is
//!   told names records and acts, and no facts.
//! - Passwords and secrets lie sealed; a secret is shown once, when it is made.

mod hooks;
mod mail;
mod outside;
mod pages;
mod room;
mod schema;

pub use mail::{Health, MailServer, came_back, health, own_address};
pub use outside::Outside;
pub use pages::routes;
pub use room::{Room, jobs};
pub use schema::SCHEMA;

/// Every statement of the room, for the checks.
pub fn statements() -> Vec<kept_store::Sql> {
    let mail = mail::STATEMENTS.iter().copied();
    mail.chain([hooks::STATEMENTS]).flatten().copied().collect()
}
