//! Why a command refused, in the one form that pages and the API read.

use kept_store::StoreError;
use kept_ui::{Failure, Filled};

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field of the form, and of the JSON.
    pub field: &'static str,
    /// A sentence that says how to go on.
    pub words: String,
}

impl FieldError {
    /// Fields, each with its sentence.
    pub fn all(wrong: Vec<(&'static str, String)>) -> Vec<Self> {
        let one = |(field, words)| Self { field, words };
        wrong.into_iter().map(one).collect()
    }
}

/// Why a command did nothing.
#[derive(Clone, Debug)]
pub enum Refused {
    /// Something that was filled in needs another look.
    Fields(Vec<FieldError>),
    /// Whoever asks may not do this, or may not any longer.
    NotAllowed(String),
    /// There is no such record, or none in reach.
    Missing(String),
    /// The record has changed since it was read.
    Changed(String),
    /// The record stands in a state in which this cannot be done.
    Conflict(String),
    /// The database.
    Store(StoreError),
}

/// An error of a command. Each room's error says of each of its variants what it is.
pub trait Refusal {
    /// What it is.
    fn refused(self) -> Refused;
}

impl Refused {
    /// The form again, with what is wrong at its fields; a failure where no form can mend it.
    ///
    /// # Errors
    ///
    /// The page that says so.
    pub fn onto(self, filled: Filled) -> Result<Filled, Failure> {
        match self {
            Self::Fields(errors) => Ok(errors.into_iter().fold(filled, |filled, error| {
                filled.wrong(error.field, error.words)
            })),
            Self::Changed(words) | Self::Conflict(words) => Ok(filled.refused(words)),
            other => Err(other.failure()),
        }
    }

    /// As a page of its own: for an act without a form to fill in.
    pub fn failure(self) -> Failure {
        match self {
            Self::Fields(errors) => {
                let words: Vec<_> = errors.into_iter().map(|error| error.words).collect();
                Failure::conflict("That was not done", words.join(" "))
            }
            Self::NotAllowed(words) => Failure::forbidden("You may not do this", words),
            Self::Missing(words) => Failure::not_found(words),
            Self::Changed(words) | Self::Conflict(words) => {
                Failure::conflict("That was not done", words)
            }
            Self::Store(error) => failed(error),
        }
    }
}

/// The database did not do it.
pub fn failed(error: StoreError) -> Failure {
    if error.is_passing() {
        return Failure::unavailable(5);
    }
    Failure::internal(error)
}
