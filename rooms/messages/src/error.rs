//! Why the commands refuse.

use kept_accounts::access::Denied;
use kept_rooms::{FieldError, Refusal, Refused};
use kept_store::{AsStore, StoreError};

use crate::desk::DeskError;

/// Why something was not done with a mailbox or a mail.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum MessagesError {
    /// The right is gone.
    #[error("You may no longer do this. Nothing was changed.")]
    NotAllowed,
    /// There is none, or it was settled meanwhile.
    #[error("There is no such mail, or somebody has seen to it meanwhile")]
    Missing,
    /// A field.
    #[error("{1}")]
    Field(&'static str, &'static str),
    /// The desk did not take it.
    #[error("{0}")]
    Refused(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AsStore for MessagesError {
    fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl From<Denied> for MessagesError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NotAllowed => Self::NotAllowed,
            Denied::Store(error) => Self::Store(error),
        }
    }
}

impl From<DeskError> for MessagesError {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Refused(words) => Self::Refused(words),
            DeskError::Store(error) => Self::Store(error),
        }
    }
}

impl Refusal for MessagesError {
    fn refused(self) -> Refused {
        let words = self.to_string();
        match self {
            Self::NotAllowed => Refused::NotAllowed(words),
            Self::Missing => Refused::Missing(words),
            Self::Field(field, words) => Refused::Fields(vec![FieldError {
                field,
                words: words.to_owned(),
            }]),
            Self::Refused(words) => Refused::Conflict(words),
            Self::Store(error) => Refused::Store(error),
        }
    }
}
