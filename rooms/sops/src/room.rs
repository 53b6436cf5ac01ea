//! The room: what its pages share.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use kept_charts::Interval;
use kept_journal::Rules;
use kept_store::Store;
use kept_ui::{Failure, Frame};
use kept_world::World;

use crate::made::Made;
use crate::queries::Shipped;

/// How a clause is kept, as measured by whoever measures it.
#[derive(Clone, PartialEq, Debug)]
pub struct MarginFigure {
    /// The share met in time; none without a verdict.
    pub interval: Option<Interval>,
    /// How many duties were opened.
    pub triggered: u64,
    /// How many are past their deadline and not done.
    pub open: u64,
    /// How many were excused.
    pub excused: u64,
}

/// The figures of each document's rules, by their identities, in the order in which documents are asked for by their codes.
/// It may wait for the database, so it is never asked on a thread that serves others.
pub type Margins = Arc<dyn Fn(&[String]) -> Vec<HashMap<String, MarginFigure>> + Send + Sync>;

/// What the pages of SOPs are made of. Clones share it.
#[derive(Clone)]
pub struct Room {
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) rules: Rules,
    pub(crate) shipped: Arc<Shipped>,
    margins: Margins,
    pub(crate) made: Made,
    /// Whether whoever asks sees how the clauses are kept, and what runs under them.
    pub(crate) sees_cases: bool,
}

/// Put into a request by the program where whoever asks may see adherence with the cases behind it. Others read the
/// documents without figures, and see nothing of what runs under them.
#[derive(Clone, Copy, Debug)]
pub struct SeesCases;

impl FromRequestParts<Self> for Room {
    type Rejection = Infallible;

    /// The room as far as whoever asks may see it.
    async fn from_request_parts(parts: &mut Parts, room: &Self) -> Result<Self, Infallible> {
        let sees_cases = parts.extensions.get::<SeesCases>().is_some();
        Ok(Self {
            sees_cases,
            ..room.clone()
        })
    }
}

impl Room {
    /// A room over this store. `shipped` counts until the company puts its own in force.
    pub fn new(
        (store, world): (Store, World),
        rules: Rules,
        shipped: Shipped,
        margins: Margins,
    ) -> Self {
        Self {
            store,
            world,
            rules,
            shipped: Arc::new(shipped),
            margins,
            made: Made::default(),
            sees_cases: false,
        }
    }

    /// The figures of the rules of these documents, in their order; none for who may not see them.
    pub(crate) async fn margins(
        &self,
        codes: Vec<String>,
    ) -> Result<Vec<HashMap<String, MarginFigure>>, Failure> {
        if !self.sees_cases {
            return Ok(codes.iter().map(|_| HashMap::new()).collect());
        }
        let margins = Arc::clone(&self.margins);
        let found = tokio::task::spawn_blocking(move || margins(&codes)).await;
        found.map_err(Failure::internal)
    }
}

impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Room(sops)")
    }
}

/// Whether the person who asks may read SOPs. Every handler of the room asks here, and nowhere else.
///
/// # Errors
///
/// Nobody has signed in.
pub(crate) fn may_read(frame: &Frame) -> Result<(), Failure> {
    if frame.viewer.is_none() {
        return Err(Failure::forbidden(
            "Sign in first",
            "SOPs are shown to people of the company.",
        ));
    }
    Ok(())
}
