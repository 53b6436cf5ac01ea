//! What can be done in the room. Each command runs in the caller's transaction, looks inside it whether it may, and writes rows, events,
//! letters and the entry of the audit, all of which are kept together or not at all.

mod answer;
mod build;
mod draft;
mod record;
mod remind;
mod send;
mod taking;

use std::fmt;
use std::sync::Arc;

use kept_accounts::access::Denied;
use kept_accounts::commands::Act;
use kept_clients::commands::ClientError;
use kept_journal::InForce;
use kept_kernel::{Id, Instant};
use kept_rooms::{FieldError, Refusal, Refused};
use kept_store::{AsStore, StoreError, Write};

pub(crate) use answer::SOURCE;
pub use answer::{NewAnswer, answer_openly, answer_personally};
pub(crate) use build::purposes;
pub use build::{change_design, make_form, open_door, publish, retire, set_reminders};
pub use draft::{NewDraft, put_draft_aside};
pub(crate) use record::mapped_target;
pub(crate) use remind::look_at_link;
pub(crate) use send::path_of;
pub use send::{Sending, Stands, link_stands, send_link};
pub use taking::{drop_held, mark_seen, take_in};

use crate::beside::Beside;

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
    /// For whom is taken in, and for what is written into their record.
    pub(crate) clients: [kept_clients::commands::Step; 2],
    /// Whoever keeps consents and documents.
    pub(crate) beside: Arc<dyn Beside>,
}

impl fmt::Debug for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Step({:?})", self.act)
    }
}

impl Step {
    pub(crate) fn new(
        act: Act,
        rules: Arc<InForce>,
        ids: [Id; IDS],
        clients: [kept_clients::commands::Step; 2],
        beside: Arc<dyn Beside>,
    ) -> Self {
        Self {
            act,
            rules,
            ids,
            clients,
            beside,
        }
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
pub enum FormError {
    /// There is none, or it is out of reach.
    #[error("There is no such form")]
    Missing,
    /// Somebody else has changed it.
    #[error(
        "Somebody has changed this form since you opened it. It is shown as it is now; look, then send yours again."
    )]
    Changed,
    /// What was typed cannot stand: the field, and how to go on.
    #[error("What was written needs another look.")]
    Fields(Vec<(&'static str, String)>),
    /// What was filled in cannot stand: the fields of the form, and the keys of the words that say why.
    #[error("What was filled in needs another look.")]
    Values(Vec<(String, &'static str)>),
    /// It stands in a state in which this cannot be done.
    #[error("{0}")]
    State(&'static str),
    /// Whoever asks may not do this, or may not any longer.
    #[error("You may not do this, or may not any longer. Nothing was done.")]
    NotAllowed,
    /// The record could not be written.
    #[error(transparent)]
    Client(ClientError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AsStore for FormError {
    fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::Client(error) => error.store(),
            _ => None,
        }
    }
}

impl From<Denied> for FormError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NotAllowed => Self::NotAllowed,
            Denied::Store(error) => Self::Store(error),
        }
    }
}

impl Refusal for FormError {
    fn refused(self) -> Refused {
        let words = self.to_string();
        match self {
            Self::Fields(wrong) => Refused::Fields(FieldError::all(wrong)),
            Self::Missing => Refused::Missing(words),
            Self::Changed => Refused::Changed(words),
            Self::State(_) | Self::Values(_) => Refused::Conflict(words),
            Self::NotAllowed => Refused::NotAllowed(words),
            Self::Client(error) => error.refused(),
            Self::Store(error) => Refused::Store(error),
        }
    }
}
