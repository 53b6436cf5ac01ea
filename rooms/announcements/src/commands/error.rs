//! Why the commands refuse: one error for each, and what each of its variants is to a page and to the API.

use kept_accounts::access::Denied;
use kept_rooms::{FieldError, Refusal, Refused};
use kept_store::{AsStore, StoreError};

use crate::model::Fault;

/// Why an announcement was not posted.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PostAnnouncementError {
    /// What was typed cannot stand.
    #[error("What was written needs another look.")]
    Faults(Vec<Fault>),
    /// A program without a person has posted it.
    #[error("An announcement has an author: use a token that belongs to a person.")]
    NoAuthor,
    /// Whoever asks may not address these people, or may not any longer.
    #[error("You may not post to these people, or may not any longer. Nothing was posted.")]
    NotAllowed,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why an announcement was not changed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ChangeAnnouncementError {
    /// What was typed cannot stand.
    #[error("What was written needs another look.")]
    Faults(Vec<Fault>),
    /// There is none, or it is out of reach.
    #[error("There is no such announcement")]
    Missing,
    /// Somebody else has changed it.
    #[error(
        "Somebody has changed this announcement since you opened it. Look at it in another window, then send yours again or leave it."
    )]
    Changed,
    /// It was withdrawn.
    #[error("This announcement was withdrawn. Post a new one.")]
    Withdrawn,
    /// Whoever asks may not address these people, or may not any longer.
    #[error("You may not post to these people, or may not any longer. Nothing was changed.")]
    NotAllowed,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why an announcement was not withdrawn, or not returned.
#[derive(Clone, Debug, thiserror::Error)]
pub enum WithdrawAnnouncementError {
    /// There is none, or it is out of reach.
    #[error("There is no such announcement")]
    Missing,
    /// It stands like that already.
    #[error("Somebody has done that already. Load the page again.")]
    Already,
    /// Whoever asks may not change it any longer.
    #[error("You may no longer change this announcement. Nothing was done.")]
    NotAllowed,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a reading was not confirmed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ConfirmReadingError {
    /// There is none, or it is not addressed to whoever asks.
    #[error("There is no such announcement")]
    Missing,
    /// Another version was read than the one in force.
    #[error("The text has changed since you opened it. Read it as it is now, then confirm.")]
    Changed,
    /// It is over, or nobody has to confirm it.
    #[error("Reading this announcement is not to be confirmed, or not any longer.")]
    NotAsked,
    /// A program without a person reads nothing.
    #[error("Only a person reads: use a token that belongs to a person.")]
    NoPerson,
    /// The session has ended.
    #[error("You are no longer signed in. Nothing was confirmed.")]
    NotAllowed,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What all of them have in common: the store sees through them, and a lost right is one of them.
macro_rules! as_command_errors {
    ($($name:ident)+) => {$(
        impl AsStore for $name {
            fn store(&self) -> Option<&StoreError> {
                match self {
                    Self::Store(error) => Some(error),
                    _ => None,
                }
            }
        }

        impl From<Denied> for $name {
            fn from(denied: Denied) -> Self {
                match denied {
                    Denied::NotAllowed => Self::NotAllowed,
                    Denied::Store(error) => Self::Store(error),
                }
            }
        }
    )+};
}

as_command_errors! { PostAnnouncementError ChangeAnnouncementError WithdrawAnnouncementError ConfirmReadingError }

fn fields(faults: Vec<Fault>) -> Refused {
    Refused::Fields(faults.into_iter().map(FieldError::from).collect())
}

impl Refusal for PostAnnouncementError {
    fn refused(self) -> Refused {
        let words = self.to_string();
        match self {
            Self::Faults(faults) => fields(faults),
            Self::NoAuthor | Self::NotAllowed => Refused::NotAllowed(words),
            Self::Store(error) => Refused::Store(error),
        }
    }
}

impl Refusal for ChangeAnnouncementError {
    fn refused(self) -> Refused {
        let words = self.to_string();
        match self {
            Self::Faults(faults) => fields(faults),
            Self::Missing => Refused::Missing(words),
            Self::Changed => Refused::Changed(words),
            Self::Withdrawn => Refused::Conflict(words),
            Self::NotAllowed => Refused::NotAllowed(words),
            Self::Store(error) => Refused::Store(error),
        }
    }
}

impl Refusal for WithdrawAnnouncementError {
    fn refused(self) -> Refused {
        let words = self.to_string();
        match self {
            Self::Missing => Refused::Missing(words),
            Self::Already => Refused::Conflict(words),
            Self::NotAllowed => Refused::NotAllowed(words),
            Self::Store(error) => Refused::Store(error),
        }
    }
}

impl Refusal for ConfirmReadingError {
    fn refused(self) -> Refused {
        let words = self.to_string();
        match self {
            Self::Missing => Refused::Missing(words),
            Self::Changed => Refused::Changed(words),
            Self::NotAsked => Refused::Conflict(words),
            Self::NoPerson | Self::NotAllowed => Refused::NotAllowed(words),
            Self::Store(error) => Refused::Store(error),
        }
    }
}
