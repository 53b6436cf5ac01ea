//! What the search finds of the room.

use kept_accounts::access::{Action, Scope, for_kept};
use kept_kernel::{Id, Instant};
use kept_search::{Document, Searchable, put, remove};
use kept_store::{Read, StoreError, Write};
use kept_ui::prose;
use kept_world::World;

use crate::model::{Announcement, AnnouncementId, Audience};
use crate::queries;

/// The kind of the documents.
pub const KIND: &str = "announcement";

/// The room as far as it is found.
pub(crate) struct Found(pub World);

impl Searchable for Found {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn documents(
        &self,
        read: &Read<'_>,
        after: Id,
        limit: u32,
    ) -> Result<Vec<Document>, StoreError> {
        let all = queries::begun_after(read, &own_scope(), (after, self.0.now()), limit)?;
        Ok(all.iter().map(document).collect())
    }
}

/// Lets the search say what the announcement says now. What has not begun or was withdrawn is not found.
pub(crate) fn follow(tx: &Write<'_>, id: AnnouncementId, now: Instant) -> Result<(), StoreError> {
    for announcement in queries::these(tx, &own_scope(), &[id.0])? {
        if announcement.withdrawn_at.is_some() || announcement.from_at > now {
            remove(tx, KIND, id.0)?;
        } else {
            put(tx, &document(&announcement))?;
        }
    }
    Ok(())
}

/// The scope of the room's own work.
pub(crate) fn own_scope() -> Scope {
    for_kept(Action::ReadAnnouncements)
}

/// Its relations are those of the lists: the author, the team, and those to whom it is addressed.
fn document(announcement: &Announcement) -> Document {
    Document {
        kind: KIND.to_owned(),
        record: announcement.id.0,
        name: None,
        title: announcement.title.clone(),
        text: prose::plain(&announcement.text),
        language: "en".to_owned(),
        href: format!("/announcements/{}", announcement.id),
        owner: announcement.author.map(|author| author.0),
        team: announcement.audience.team().map(|team| team.0),
        circle: match announcement.audience {
            Audience::Company => None,
            Audience::Department(id) => Some(id.0),
            Audience::Team(id) => Some(id.0),
        },
        anyone: announcement.audience == Audience::Company,
        updated_at: announcement.posted_at,
    }
}
