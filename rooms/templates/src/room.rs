//! The room in the hands of the program: what its pages and its API share.

use std::fmt;
use std::sync::Arc;

use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_accounts::commands::Act;
use kept_journal::Rules;
use kept_journal::audit::Who;
use kept_rooms::{Entry, Parts};
use kept_store::Store;
use kept_ui::{Icon, Live};
use kept_world::World;

use crate::model::TemplateId;
use crate::privacy::AboutPeople;

/// What changes when a template does.
pub(crate) const TOPIC: &str = "templates";

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

    pub(crate) fn new_id(&self) -> TemplateId {
        TemplateId(self.world.id())
    }

    /// An act by somebody, now.
    pub(crate) fn act(&self, who: Who) -> Act {
        Act {
            who,
            at: self.world.now(),
            entry: self.world.id(),
        }
    }

    /// Tells the pages that show templates, after the commit.
    pub(crate) fn changed(&self) {
        self.live.changed([TOPIC], None);
    }
}

impl fmt::Debug for Room {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Room(templates)")
    }
}

/// What the room hands to the program.
pub fn parts() -> Parts {
    Parts {
        exportable: vec![Arc::new(AboutPeople)],
        erasable: vec![Arc::new(AboutPeople)],
        ..Parts::default()
    }
}

/// What the palette offers of the room.
pub fn entries(signed: &Signed) -> Vec<Entry> {
    let all = Entry::place("Templates", "/templates", Icon::MAIL)
        .also("texts wording script letter snippet reply macro");
    Vec::from_iter(signed.may(Action::ReadTemplates).then_some(all))
}
