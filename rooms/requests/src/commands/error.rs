//! Why the commands refuse, and what each reason is to a page and to the API.

use std::fmt::Write as _;

use kept_accounts::access::Denied;
use kept_engine::ShutGate;
use kept_rooms::{FieldError, Refusal, Refused};
use kept_store::{AsStore, StoreError};

use crate::model::Fault;

/// Why a request was not opened.
#[derive(Clone, Debug, thiserror::Error)]
pub enum OpenRequestError {
    /// What was typed cannot stand.
    #[error("What was written needs another look.")]
    Faults(Vec<Fault>),
    /// Whoever asks may not take requests, or may not any longer.
    #[error("You may not take requests, or may not any longer. Nothing was opened.")]
    NotAllowed,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why nothing was done on a request.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RequestError {
    /// What was typed cannot stand.
    #[error("What was written needs another look.")]
    Faults(Vec<Fault>),
    /// There is none, or it is out of reach.
    #[error("There is no such request")]
    Missing,
    /// Somebody else has changed it.
    #[error(
        "Somebody has changed this request since you opened it. It is shown as it is now; look, then send yours again."
    )]
    Changed,
    /// It stands in a state in which this cannot be done.
    #[error("{0}")]
    State(&'static str),
    /// A gate of the SOPs is shut.
    #[error("{}", gates(.0))]
    Gate(Vec<ShutGate>),
    /// Whoever asks may not do this, or may not any longer.
    #[error("You may not do this, or may not any longer. Nothing was done.")]
    NotAllowed,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is missing, and which clause asks for it.
fn gates(shut: &[ShutGate]) -> String {
    let mut words = String::from("This cannot be done yet.");
    for gate in shut {
        let missing = gate.missing.join(", or ");
        // Writing to a text cannot fail.
        let _ = write!(words, " {} asks for more: {missing}.", gate.clause);
        for (who, _) in &gate.may_pass {
            let _ = write!(
                words,
                " {} may do it all the same, with a reason.",
                capital(who)
            );
        }
    }
    words
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// What both have in common: the store sees through them, and a lost right is one of them.
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

        impl From<Fault> for $name {
            fn from(fault: Fault) -> Self {
                Self::Faults(vec![fault])
            }
        }
    )+};
}

as_command_errors! { OpenRequestError RequestError }

fn fields(faults: Vec<Fault>) -> Refused {
    Refused::Fields(faults.into_iter().map(FieldError::from).collect())
}

impl Refusal for OpenRequestError {
    fn refused(self) -> Refused {
        let words = self.to_string();
        match self {
            Self::Faults(faults) => fields(faults),
            Self::NotAllowed => Refused::NotAllowed(words),
            Self::Store(error) => Refused::Store(error),
        }
    }
}

impl Refusal for RequestError {
    fn refused(self) -> Refused {
        let words = self.to_string();
        match self {
            Self::Faults(faults) => fields(faults),
            Self::Missing => Refused::Missing(words),
            Self::Changed => Refused::Changed(words),
            Self::State(_) | Self::Gate(_) => Refused::Conflict(words),
            Self::NotAllowed => Refused::NotAllowed(words),
            Self::Store(error) => Refused::Store(error),
        }
    }
}
