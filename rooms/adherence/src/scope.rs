//! Who may see which figures and cases.

use std::fmt;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use kept_journal::Directory;
use kept_journal::audit::Author;
use kept_journal::obligations::Owed;
use kept_store::{Read, StoreError};
use kept_ui::Failure;

/// How far a reader sees. The program puts it beside each request; where it is missing there is no such page. Every handler
/// of the room asks for it, so that none can forget to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reach {
    /// All figures and cases.
    Whole,
    /// Those of what this team owes.
    Team(String),
    /// Those of what this person owes.
    Own(String),
}

impl Reach {
    /// Whether a case is in reach, by what is owed on it.
    pub fn holds(&self, duties: &[Owed], directory: &Directory) -> bool {
        let owned = |by: &dyn Fn(&str) -> bool| {
            let owners = duties.iter().filter_map(|duty| duty.owner.as_deref());
            owners.into_iter().any(by)
        };
        match self {
            Self::Whole => true,
            Self::Own(person) => owned(&|owner| owner == person),
            Self::Team(team) => owned(&|owner| directory.team_of(owner) == Some(team)),
        }
    }
}

/// What is told of a case that somebody looks at: its kind, its name, the client that it belongs to.
pub type Noted = dyn Fn(&str, &str, Option<&str>) + Send + Sync;

/// Whether somebody may look at a record in its own room: its kind and its name. Then they may see what it owes, too.
pub type Open = dyn Fn(&Read<'_>, &str, &str) -> Result<bool, StoreError> + Send + Sync;

/// Who looks, and acts. The program puts it beside each request; what a client's case tells somebody is written down in their
/// name, and what they have done is confirmed in its transaction.
#[derive(Clone)]
pub struct Reader {
    /// Who it is, with the right to see figures.
    pub author: Author,
    /// Notes that they look at a case.
    pub noted: Arc<Noted>,
    /// Whether a record is open to them.
    pub open: Arc<Open>,
}

impl fmt::Debug for Reader {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Reader").field(&self.author).finish()
    }
}

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let reader = parts.extensions.get::<Self>().cloned();
        reader.ok_or_else(|| Failure::not_found("There is no such page"))
    }
}

/// Who takes data out. The program puts it beside each request; every file that is made is recorded in their name.
#[derive(Clone, Debug)]
pub struct Exporter {
    /// Takes figures out: whoever sees them.
    pub figures: Author,
    /// Takes cases out; none: may not.
    pub cases: Option<Author>,
}

impl<S: Sync> FromRequestParts<S> for Exporter {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let exporter = parts.extensions.get::<Self>().cloned();
        exporter.ok_or_else(|| Failure::not_found("There is no such page"))
    }
}

impl<S: Sync> FromRequestParts<S> for Reach {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let reach = parts.extensions.get::<Self>().cloned();
        reach.ok_or_else(|| Failure::not_found("There is no such page"))
    }
}
