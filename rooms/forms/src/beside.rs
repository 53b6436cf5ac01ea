//! What other rooms keep of what a form brings: consents, and documents of clients. The program joins them with this room.

use std::sync::Arc;

use kept_clients::{ClientId, ContactId};
use kept_journal::InForce;
use kept_journal::audit::Who;
use kept_kernel::{Id, Instant};
use kept_store::{Read, StoreError, Write};

/// By whom it is kept and when, with ids for what is made.
#[derive(Clone)]
pub struct By {
    /// Who.
    pub who: Who,
    /// When.
    pub at: Instant,
    /// The rules by which events are judged.
    pub rules: Arc<InForce>,
    /// For the entry of the audit, the row and the event.
    pub ids: [Id; 3],
}

/// A consent that was given in a form.
#[derive(Clone, Copy, Debug)]
pub struct Allowed<'a> {
    /// Whose.
    pub contact: ContactId,
    /// Of which client.
    pub client: ClientId,
    /// For what, in the words of the vocabulary.
    pub purpose: &'a str,
    /// The words that were read.
    pub wording: &'a str,
    /// Their language.
    pub language: &'a str,
    /// `form “So that we know you”, version 2`.
    pub source: &'a str,
    /// When it was given.
    pub given_at: Instant,
}

/// A file that is laid among the documents of a client.
#[derive(Clone, Copy, Debug)]
pub struct Laid<'a> {
    /// Who sent it.
    pub contact: ContactId,
    /// Of which client.
    pub client: ClientId,
    /// What it is.
    pub title: &'a str,
    /// The name of the file.
    pub name: &'a str,
    /// Its bytes.
    pub content: &'a [u8],
}

/// Whoever keeps consents and documents.
pub trait Beside: Send + Sync {
    /// Whether a contact has withdrawn what it once allowed for a purpose, and does not allow it now.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn withdrawn(&self, read: &Read<'_>, of: (ContactId, &str)) -> Result<bool, StoreError>;

    /// Keeps a consent. False: the contact allows this already.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn allow(&self, tx: &Write<'_>, by: By, allowed: Allowed<'_>) -> Result<bool, StoreError>;

    /// Lays a file among the documents of the client.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn lay(&self, tx: &Write<'_>, by: By, laid: Laid<'_>) -> Result<(), StoreError>;
}

/// Nobody keeps any.
pub(crate) struct Nobody;

impl Beside for Nobody {
    fn withdrawn(&self, _: &Read<'_>, _: (ContactId, &str)) -> Result<bool, StoreError> {
        Ok(false)
    }

    fn allow(&self, _: &Write<'_>, _: By, _: Allowed<'_>) -> Result<bool, StoreError> {
        Ok(false)
    }

    fn lay(&self, _: &Write<'_>, _: By, _: Laid<'_>) -> Result<(), StoreError> {
        Ok(())
    }
}
