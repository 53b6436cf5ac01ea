//! What can be done in the room. Each command runs in the caller's transaction, looks inside it whether it may, and writes its rows,
//! events, letters and the entry of the audit, all of which are kept together or not at all.
//!
//! Ids, instants, tokens and codes come ready-made, since a transaction may run again.

pub(crate) mod acts;
mod address;
mod code;
mod consent;
mod enter;
mod staff;

use std::fmt;
use std::sync::Arc;

use kept_accounts::access::Denied;
use kept_accounts::commands::Act;
use kept_clients::ContactId;
use kept_clients::commands::ClientError;
use kept_journal::InForce;
use kept_kernel::{Id, Instant};
use kept_requests::commands::{OpenRequestError, RequestError};
use kept_rooms::{FieldError, Refusal, Refused};
use kept_store::{AsStore, StoreError, Write, params};

pub use acts::{Details, ask, confirm, reject, reply, say_details};
pub use address::{
    AddressTried, NewAddress, UNDO_DAYS, address_back_stands, ask_for_address, asked_address,
    take_back_address, try_address,
};
pub use code::{CODE_MINUTES, CodeTried, MOST_TRIES, send_code, try_code};
pub use consent::{NewConsent, give_consent, has_withdrawn, keep_consent, withdraw_consent};
pub use enter::{Entering, LINK_MINUTES, ask_for_link, enter, leave, link_stands};
pub use staff::{
    LARGEST_DOCUMENT, NewDocument, NewSettings, add_document, invite, lay_document, mark_seen,
    remove_document, set_settings, set_standing,
};

use crate::queries;

/// Whoever has entered a code may do things for so many minutes after the last one.
pub const ACTS_MINUTES: i64 = 30;
pub(crate) const MINUTE: i64 = 60_000_000;
/// So many ids a command needs at most.
const IDS: usize = 8;

/// An act, now, with ids for all that it may make. Made outside the transaction, by [`Room::step`](crate::Room::step).
#[derive(Clone)]
pub struct Step {
    /// Who, when, and the entry of the audit.
    pub act: Act,
    /// The rules by which events are judged.
    pub rules: Arc<InForce>,
    pub(crate) ids: [Id; IDS],
}

impl fmt::Debug for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Step({:?})", self.act)
    }
}

impl Step {
    pub(crate) fn new(act: Act, rules: Arc<InForce>, ids: [Id; IDS]) -> Self {
        Self { act, rules, ids }
    }

    fn at(&self) -> Instant {
        self.act.at
    }

    fn audit(
        &self,
        tx: &Write<'_>,
        act: &str,
        object: (&str, Id),
        detail: &serde_json::Value,
    ) -> Result<(), StoreError> {
        self.act
            .write(tx, act, (object.0, &object.1.to_string()), detail)
    }
}

/// Why nothing was done.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PortalError {
    /// The session may not act, or not any longer: a code is asked for.
    #[error("Enter the code that we sent you first.")]
    Locked,
    /// There is nothing of this name for whoever asks.
    #[error("There is no such page")]
    Missing,
    /// Somebody else has changed it.
    #[error(
        "Somebody has changed this since you opened it. It is shown as it is now; look, then send yours again."
    )]
    Changed,
    /// What was typed cannot stand: the field, and how to go on.
    #[error("What was written needs another look.")]
    Fields(Vec<(&'static str, String)>),
    /// It stands in a state in which this cannot be done.
    #[error("{0}")]
    State(&'static str),
    /// Whoever asks may not do this, or may not any longer.
    #[error("You may not do this, or may not any longer. Nothing was done.")]
    NotAllowed,
    /// A request could not be changed.
    #[error(transparent)]
    Request(RequestError),
    /// A request could not be opened.
    #[error(transparent)]
    Open(OpenRequestError),
    /// Details could not be written.
    #[error(transparent)]
    Client(ClientError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AsStore for PortalError {
    fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::Request(error) => error.store(),
            Self::Open(error) => error.store(),
            Self::Client(error) => error.store(),
            _ => None,
        }
    }
}

impl From<Denied> for PortalError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NotAllowed => Self::NotAllowed,
            Denied::Store(error) => Self::Store(error),
        }
    }
}

impl Refusal for PortalError {
    fn refused(self) -> Refused {
        let words = self.to_string();
        match self {
            Self::Fields(wrong) => Refused::Fields(FieldError::all(wrong)),
            Self::Missing => Refused::Missing(words),
            Self::Changed => Refused::Changed(words),
            Self::State(_) => Refused::Conflict(words),
            Self::Locked | Self::NotAllowed => Refused::NotAllowed(words),
            Self::Request(error) => error.refused(),
            Self::Open(error) => error.refused(),
            Self::Client(error) => error.refused(),
            Self::Store(error) => Refused::Store(error),
        }
    }
}

/// The contact whose session may act at this moment; it may go on for a while then.
fn acting(tx: &Write<'_>, session: Id, at: Instant) -> Result<ContactId, PortalError> {
    let found: Option<(Id,)> = tx.maybe(queries::STILL_ACTS, &params![session, at])?;
    let (contact,) = found.ok_or(PortalError::Locked)?;
    let until = at.plus_micros(ACTS_MINUTES * MINUTE);
    tx.execute(queries::LET_ACT, &params![session, until])?;
    Ok(ContactId(contact))
}
