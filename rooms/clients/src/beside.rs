//! What other rooms show on the page of a client: the program joins them, since rooms do not know each other.

use kept_accounts::Signed;
use kept_accounts::access::Scope;
use kept_store::{Read, StoreError};

use crate::model::ClientId;

/// A request that a client has open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRequest {
    /// Where it is shown.
    pub href: String,
    /// Its number and its subject.
    pub name: String,
    /// How it stands, in a word.
    pub state: String,
}

/// The requests of clients, as far as somebody may see them.
pub trait Requests: Send + Sync {
    /// How far somebody sees requests.
    fn reach(&self, signed: &Signed) -> Scope;

    /// What a client has open of them, the newest first; a few are enough.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn open(
        &self,
        read: &Read<'_>,
        scope: &Scope,
        client: ClientId,
    ) -> Result<Vec<OpenRequest>, StoreError>;

    /// Where all of a client's are listed.
    fn all(&self, client: ClientId) -> String;

    /// Where somebody notes a new one of a client; none: they may not.
    fn note(&self, signed: &Signed, client: ClientId) -> Option<String>;
}
