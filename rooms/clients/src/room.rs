//! The room in the hands of the program: what its pages, its API and its jobs share.

use std::fmt;
use std::sync::Arc;

use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_journal::Rules;
use kept_journal::audit::Who;
use kept_rooms::{Entry, Parts, RecordPage, RecordPages};
use kept_store::Store;
use kept_ui::{Icon, Live};
use kept_world::World;

use crate::beside::Requests;
use crate::commands::Step;
use crate::jobs::jobs;
use crate::model::ClientId;
use crate::privacy::AboutPeople;
use crate::record::{Clients, Contacts};
use crate::search::Found;

/// What changes when any client does: the lists listen to this.
pub(crate) const TOPIC: &str = "clients";

/// The room. Clones share it.
#[derive(Clone)]
pub struct Room {
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) rules: Rules,
    live: Live,
    /// What records of all rooms are called, for the timeline.
    pub(crate) pages: RecordPages,
    pub(crate) requests: Option<Arc<dyn Requests>>,
}

impl Room {
    /// A room over a store whose schema has been migrated.
    pub fn new((store, world): (Store, World), rules: Rules, live: Live) -> Self {
        Self {
            store,
            world,
            rules,
            live,
            pages: RecordPages::default(),
            requests: None,
        }
    }

    /// The same, whose pages call records of other rooms by their names, and show the requests of a client.
    #[must_use]
    pub fn beside(self, pages: Vec<Arc<dyn RecordPage>>, requests: Arc<dyn Requests>) -> Self {
        Self {
            pages: pages.into(),
            requests: Some(requests),
            ..self
        }
    }

    /// What changes when this client does: its pages listen to it.
    pub(crate) fn topic(id: ClientId) -> String {
        format!("client:{id}")
    }

    /// Tells the lists, after the commit.
    pub(crate) fn any_changed(&self) {
        self.live.changed([TOPIC, kept_journal::live::TOPIC], None);
    }

    /// Tells the pages that show a client, after the commit.
    pub(crate) fn changed(&self, id: ClientId) {
        let owed = kept_journal::live::TOPIC;
        self.live.changed([&Self::topic(id), TOPIC, owed], None);
    }

    /// An act by somebody, now.
    pub fn step(&self, by: Who) -> Step {
        Step::new(&self.world, &self.rules, by)
    }
}

impl fmt::Debug for Room {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Room(clients)")
    }
}

/// What the room hands to the program.
pub fn parts(room: &Room) -> Parts {
    Parts {
        searchable: vec![Arc::new(Found)],
        exportable: vec![Arc::new(AboutPeople)],
        erasable: vec![Arc::new(AboutPeople)],
        pages: vec![Arc::new(Clients), Arc::new(Contacts)],
        jobs: jobs(room),
    }
}

/// What the palette offers of the room.
pub fn entries(signed: &Signed) -> Vec<Entry> {
    let add = Entry::act("Add a client", "/clients/new", Icon::CLIENTS)
        .also("new customer company person account");
    Vec::from_iter(signed.may(Action::EditClients).then_some(add))
}
