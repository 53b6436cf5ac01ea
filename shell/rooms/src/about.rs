//! What is held about one person: taken out for them, and erased.

use kept_kernel::{Id, Instant};
use kept_store::{Read, StoreError, Write};

/// Whom it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Somebody who works here, or did.
    Person(Id),
    /// A client.
    Client(Id),
    /// A contact of a client.
    Contact(Id),
}

/// Rows of one kind, as they are taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// `Announcements read`.
    pub name: String,
    /// What the columns are.
    pub columns: Vec<&'static str>,
    /// The rows, each with a text for each column.
    pub rows: Vec<Vec<String>>,
}

/// A room that holds something about people or clients.
pub trait Exportable: Send + Sync {
    /// All rows that are about them, a sheet for each kind; no sheet for what the room never holds.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn sheets(&self, read: &Read<'_>, about: About) -> Result<Vec<Sheet>, StoreError>;
}

/// What was done with rows of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erased {
    /// Which rows: `announcements`.
    pub what: &'static str,
    /// How many.
    pub rows: u64,
    /// Why they stay, without the name; nothing: they are gone.
    pub stays_because: Option<&'static str>,
}

/// A room that can forget people or clients.
pub trait Erasable: Send + Sync {
    /// Takes them out of every row of the room, in the caller's transaction: rows go, or stay without the name. Doing it
    /// again does nothing, since erasures are done anew after a backup was put back.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn erase(&self, tx: &Write<'_>, about: About, at: Instant) -> Result<Vec<Erased>, StoreError>;
}
