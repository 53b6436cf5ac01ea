//! Who acts through a request, and whether they still may when it comes to the transaction.

use std::fmt;
use std::sync::Arc;

use kept_store::{AsStore, Read, StoreError};

use super::Who;

type Stands = Arc<dyn Fn(&Read<'_>) -> Result<bool, StoreError> + Send + Sync>;

/// Who acts. For a room that knows no accounts: commands confirm it inside their transaction, before they write.
#[derive(Clone)]
pub struct Author {
    who: Who,
    /// None: nothing can take the right away, as from the command line.
    stands: Option<Stands>,
}

/// An act by an author was not done.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AuthorError {
    /// The session or the right has ended since the request came in.
    #[error(
        "You may no longer do this. Nothing was changed; sign in again, or ask an administrator."
    )]
    Lapsed,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AsStore for AuthorError {
    fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::Lapsed => None,
        }
    }
}

impl Author {
    /// Somebody whose right stands as long as this says so, asked inside the transaction.
    pub fn new(
        who: Who,
        stands: impl Fn(&Read<'_>) -> Result<bool, StoreError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            who,
            stands: Some(Arc::new(stands)),
        }
    }

    /// Who it is.
    pub fn who(&self) -> Who {
        self.who
    }

    /// Looks whether the right still stands. Commands call it inside their transaction, before they write.
    ///
    /// # Errors
    ///
    /// [`AuthorError::Lapsed`] when it does not.
    pub fn confirm(&self, read: &Read<'_>) -> Result<(), AuthorError> {
        match &self.stands {
            Some(stands) if !stands(read)? => Err(AuthorError::Lapsed),
            _ => Ok(()),
        }
    }
}

impl From<Who> for Author {
    fn from(who: Who) -> Self {
        Self { who, stands: None }
    }
}

impl fmt::Debug for Author {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Author({})", self.who.text())
    }
}
