//! What waits for a person, for the Today page and the rail.

use askama::Template;
use kept_accounts::access::Scope;
use kept_kernel::Instant;
use kept_store::{Read, StoreError};

use crate::queries::waiting;

/// So many are shown at once; the others follow as these are done.
const SHOWN: u32 = 3;

/// Announcements that a person has yet to confirm, as a panel. Writes nothing when there are none.
#[derive(Template, Clone, Debug)]
#[template(path = "announcements/card.html")]
pub struct Card {
    waiting: Vec<Line>,
}

#[derive(Clone, Debug)]
struct Line {
    title: String,
    href: String,
    from: String,
}

impl Card {
    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

impl askama::filters::HtmlSafe for Card {}

/// The card of a person; `scope` is theirs for reading announcements.
///
/// # Errors
///
/// As the database says.
pub fn card(read: &Read<'_>, scope: &Scope, now: Instant) -> Result<Card, StoreError> {
    let waiting = waiting(read, scope, now, SHOWN)?;
    let line = |announcement: crate::model::Announcement| Line {
        href: format!("/announcements/{}", announcement.id),
        from: announcement.author_name.unwrap_or_default(),
        title: announcement.title,
    };
    Ok(Card {
        waiting: waiting.into_iter().map(line).collect(),
    })
}
