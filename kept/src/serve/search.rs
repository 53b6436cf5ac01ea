//! Searching all rooms at once: the palette, the page for searching, and the job that keeps the index.

mod job;
mod palette;
mod results;

use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_accounts::queries::circles_of;
use kept_search::{Hits, Query, Reach, find};
use kept_store::{Read, Store, StoreError};
use kept_ui::Icon;
use kept_ui::routes::{Routes, get};
use kept_world::World;

pub use job::jobs;

/// What the pages of searching need.
#[derive(Clone)]
pub struct Search {
    /// The database.
    pub store: Store,
    /// It knows what is to be done next.
    pub today: kept_today::Room,
    /// The time.
    pub world: World,
}

/// The pages.
pub fn routes(search: Search) -> Routes {
    Routes::new()
        .route("/palette", get(palette::palette))
        .route("/search", get(results::results))
        .with_state(search)
}

/// A kind of record that can be found, and the right that it takes.
struct Kind {
    key: &'static str,
    /// `Announcements`
    all: &'static str,
    /// `announcement`
    one: &'static str,
    icon: Icon,
    action: Action,
}

/// All kinds, in the order in which they are shown.
const KINDS: [Kind; 5] = [
    Kind {
        key: "request",
        all: "Requests",
        one: "request",
        icon: Icon::REQUESTS,
        action: Action::ReadRequests,
    },
    Kind {
        key: "client",
        all: "Clients",
        one: "client",
        icon: Icon::CLIENTS,
        action: Action::ReadClients,
    },
    Kind {
        key: "clause",
        all: "Clauses of SOPs",
        one: "clause",
        icon: Icon::SOPS,
        action: Action::ReadSops,
    },
    Kind {
        key: "announcement",
        all: "Announcements",
        one: "announcement",
        icon: Icon::BELL,
        action: Action::ReadAnnouncements,
    },
    Kind {
        key: "person",
        all: "People",
        one: "colleague",
        icon: Icon::CLIENTS,
        action: Action::ManageAccounts,
    },
];

/// What of these kinds answers a question within what somebody reaches, so many of each.
fn found<'k>(
    read: &Read<'_>,
    signed: &Signed,
    query: &Query,
    kinds: impl Iterator<Item = &'k Kind>,
    (after, limit): (Option<i64>, usize),
) -> Result<Vec<(&'k Kind, Hits)>, StoreError> {
    let circles = circles_of(read, signed.person)?;
    let mut found = Vec::new();
    for kind in kinds {
        let reach = Reach::of(&signed.scope(kind.action).params());
        let reach = circles
            .iter()
            .fold(reach, |reach, circle| reach.in_circle(Some(*circle)));
        let hits = find(read, query, (kind.key, &reach), after, limit)?;
        if !hits.hits.is_empty() {
            found.push((kind, hits));
        }
    }
    Ok(found)
}
