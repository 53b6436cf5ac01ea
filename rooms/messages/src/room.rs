//! The room in the hands of the program: what its doors, its pages, its API and its jobs share.

use std::fmt;
use std::sync::Arc;

use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_accounts::commands::Act;
use kept_accounts::model::PersonId;
use kept_journal::audit::Who;
use kept_mail::checking::Resolver;
use kept_mail::{Marks, Patience};
use kept_outbound::{Guard, Trust};
use kept_rooms::{Entry, Parts};
use kept_store::Store;
use kept_ui::Icon;
use kept_vault::Sealer;
use kept_world::World;

use crate::desk::Desk;
use crate::jobs::jobs;
use crate::privacy::AboutPeople;

/// The room. Clones share it.
#[derive(Clone)]
pub struct Room {
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) desk: Arc<dyn Desk>,
    /// By which our own mails are known again.
    pub(crate) marks: Marks,
    /// How mailboxes of other servers are reached; none: they are not.
    pub(crate) outward: Option<Arc<Outward>>,
    /// How long their servers are waited for.
    pub(crate) patience: Patience,
    /// Who is asked about senders; none: nobody, and only our own mail server vouches for them.
    pub(crate) resolver: Option<Arc<dyn Resolver>>,
    /// From where pictures of mails are fetched: whoever wrote a mail chooses, so out in the world alone, whatever else is allowed.
    pub(crate) pictures_from: Guard,
    /// Where people reach the house: a provider sends them back there.
    pub(crate) base_url: Arc<str>,
}

/// How mailboxes of other servers are reached.
#[derive(Debug)]
pub(crate) struct Outward {
    /// What their passwords are sealed with.
    pub(crate) sealer: Sealer,
    pub(crate) guard: Guard,
    pub(crate) trust: Trust,
}

impl Room {
    /// A room over a store whose schema has been migrated.
    pub fn new((store, world): (Store, World), desk: Arc<dyn Desk>, marks: Marks) -> Self {
        Self {
            store,
            world,
            desk,
            marks,
            outward: None,
            patience: Patience::default(),
            resolver: None,
            pictures_from: Guard::World,
            base_url: Arc::from(""),
        }
    }

    /// Reached by people at this address.
    #[must_use]
    pub fn reached_at(self, base_url: &str) -> Self {
        Self {
            base_url: Arc::from(base_url.trim_end_matches('/')),
            ..self
        }
    }

    /// With pictures from anywhere: for tests alone, which have no world.
    #[must_use]
    pub fn with_pictures_from(self, guard: Guard) -> Self {
        Self {
            pictures_from: guard,
            ..self
        }
    }

    /// With a check of our own of who wrote a mail, where our mail server has made none.
    #[must_use]
    pub fn checking(self, resolver: Arc<dyn Resolver>) -> Self {
        Self {
            resolver: Some(resolver),
            ..self
        }
    }

    /// With mailboxes of other servers, whose mail is fetched. `sealer` is the one of
    /// [`Purpose::Connectors`](kept_vault::Purpose::Connectors).
    #[must_use]
    pub fn fetching(self, sealer: Sealer, guard: Guard, trust: Trust) -> Self {
        let outward = Outward {
            sealer,
            guard,
            trust,
        };
        Self {
            outward: Some(Arc::new(outward)),
            ..self
        }
    }

    /// With another patience for the servers of mailboxes.
    #[must_use]
    pub fn waiting(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Encrypts a secret of another system for one place; none without randomness, or where nothing is fetched.
    pub(crate) fn sealed(&self, place: &[u8], secret: &[u8]) -> Option<Vec<u8>> {
        let outward = self.outward.as_ref()?;
        let mut fresh = self.world.random::<64>().ok()?.into_iter();
        let mut random = |bytes: &mut [u8]| {
            for (byte, random) in bytes.iter_mut().zip(&mut fresh) {
                *byte = random;
            }
        };
        outward.sealer.seal(place, secret, &mut random).ok()
    }

    /// An act by somebody, now.
    pub(crate) fn act(&self, person: PersonId) -> Act {
        self.act_of(Who::Person(person.0))
    }

    pub(crate) fn act_of(&self, who: Who) -> Act {
        Act {
            who,
            at: self.world.now(),
            entry: self.world.id(),
        }
    }
}

impl fmt::Debug for Room {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Room(messages)")
    }
}

/// What the palette offers of the room.
pub fn entries(signed: &Signed) -> Vec<Entry> {
    let sees = signed.scope(Action::HandleRequests).is_everything();
    let aside = Entry::place("Mail set aside", "/messages/aside", Icon::MAIL)
        .also("email held bounce automatic colleague");
    Vec::from_iter(sees.then_some(aside))
}

/// What the room hands to the program.
pub fn parts(room: &Room) -> Parts {
    Parts {
        exportable: vec![Arc::new(AboutPeople(Arc::clone(&room.desk)))],
        erasable: vec![Arc::new(AboutPeople(Arc::clone(&room.desk)))],
        jobs: jobs(room),
        ..Parts::default()
    }
}
