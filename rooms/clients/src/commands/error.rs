//! Why a command refuses: what each reason is to a page and to the API.

use kept_accounts::access::Denied;
use kept_rooms::{FieldError, Refusal, Refused};
use kept_store::{AsStore, StoreError};

use crate::model::Fault;

/// Why nothing was done. What each command can say of this stands with it; all of them end like this, since a client that is
/// out of reach, was changed or was merged is the same to all.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ClientError {
    /// What was typed cannot stand.
    #[error("What was written needs another look.")]
    Faults(Vec<Fault>),
    /// There is no such client, contact or note, or it is out of reach.
    #[error("There is no such client, or it is not in your reach")]
    Missing,
    /// Somebody else has changed it.
    #[error(
        "Somebody has changed this since you opened it. Look at it in another window, then send yours again or leave it."
    )]
    Changed,
    /// It stands in a state in which this cannot be done.
    #[error("{0}")]
    Conflict(&'static str),
    /// Whoever asks may not do this, or may not any longer.
    #[error("You may not do this, or may not any longer. Nothing was changed.")]
    NotAllowed,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ClientError {
    /// One thing that cannot stand.
    pub(crate) fn fault(field: &'static str, words: &str) -> Self {
        Self::Faults(vec![Fault(field, words.to_owned())])
    }
}

impl AsStore for ClientError {
    fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl From<Denied> for ClientError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NotAllowed => Self::NotAllowed,
            Denied::Store(error) => Self::Store(error),
        }
    }
}

impl Refusal for ClientError {
    fn refused(self) -> Refused {
        let words = self.to_string();
        match self {
            Self::Faults(faults) => {
                Refused::Fields(faults.into_iter().map(FieldError::from).collect())
            }
            Self::Missing => Refused::Missing(words),
            Self::Changed => Refused::Changed(words),
            Self::Conflict(_) => Refused::Conflict(words),
            Self::NotAllowed => Refused::NotAllowed(words),
            Self::Store(error) => Refused::Store(error),
        }
    }
}
