//! The room in the hands of the program: what its pages, its API and its jobs share.

use std::fmt;
use std::sync::Arc;

use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_accounts::commands::Act;
use kept_journal::audit::Who;
use kept_journal::{Happened, Rules, happened};
use kept_rooms::{Entry, Parts};
use kept_store::Store;
use kept_ui::{Icon, Live};
use kept_world::World;

use crate::commands::Step;
use crate::jobs::jobs;
use crate::model::AnnouncementId;
use crate::privacy::AboutPeople;
use crate::record::Announcements;
use crate::search::Found;

/// What changes when an announcement does: pages that show it listen to this.
pub(crate) const TOPIC: &str = "announcements";

/// The room. Clones share it.
#[derive(Clone)]
pub struct Room {
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) rules: Rules,
    live: Live,
}

impl Room {
    /// A room over a store whose schema has been migrated.
    pub fn new((store, world): (Store, World), rules: Rules, live: Live) -> Self {
        Self {
            store,
            world,
            rules,
            live,
        }
    }

    /// A new announcement's identity.
    pub(crate) fn new_id(&self) -> AnnouncementId {
        AnnouncementId(self.world.id())
    }

    /// An act by somebody, now, with the event that tells of it.
    pub(crate) fn step(&self, by: Who, act: &str, id: AnnouncementId) -> Step {
        let entry = self.world.id();
        let at = self.world.now();
        let record = id.to_string();
        let noun = "announcement";
        let told = Happened {
            noun,
            record: &record,
            act,
            by,
        };
        let rules = self.rules.now();
        Step {
            act: Act { who: by, at, entry },
            event: happened(&rules, told, entry, at),
            rules,
        }
    }

    /// Tells the pages that show announcements, after the commit. `by` is the request whose own page knows already.
    pub(crate) fn changed(&self, by: Option<&str>) {
        self.live.changed([TOPIC], by);
    }
}

impl fmt::Debug for Room {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Room(announcements)")
    }
}

/// What the room hands to the program.
pub fn parts(room: &Room) -> Parts {
    Parts {
        searchable: vec![Arc::new(Found(room.world.clone()))],
        exportable: vec![Arc::new(AboutPeople)],
        erasable: vec![Arc::new(AboutPeople)],
        pages: vec![Arc::new(Announcements)],
        jobs: jobs(room),
    }
}

/// What the palette offers of the room.
pub fn entries(signed: &Signed) -> Vec<Entry> {
    let post = Entry::act("Post an announcement", "/announcements/new", Icon::BELL)
        .also("write tell news notice inform everyone");
    Vec::from_iter(signed.may(Action::PostAnnouncements).then_some(post))
}
