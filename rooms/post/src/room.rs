//! The room in the hands of the program.

use std::fmt;
use std::sync::Arc;

use kept_accounts::commands::Act;
use kept_accounts::model::PersonId;
use kept_journal::Rules;
use kept_journal::audit::Who;
use kept_mail::{Marks, Patience};
use kept_outbound::Guard;
use kept_rooms::Job;
use kept_store::Store;
use kept_vault::{NoRandomness, Sealer};
use kept_world::World;

use crate::outside::Outside;
use crate::{hooks, mail};

/// The room. Clones share it.
#[derive(Clone)]
pub struct Room {
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) rules: Rules,
    pub(crate) sealer: Arc<Sealer>,
    /// By which our mails are known again when they are answered.
    pub(crate) marks: Marks,
    /// Where people reach the house; links in letters begin with it.
    pub(crate) base_url: Arc<str>,
    /// Where webhooks may go.
    pub(crate) guard: Guard,
    pub(crate) outside: Arc<dyn Outside>,
    /// How long mail servers are waited for.
    pub(crate) patience: Patience,
}

impl Room {
    /// A room over a store whose schema has been migrated. `sealer` is the one of
    /// [`Purpose::Connectors`](kept_vault::Purpose::Connectors).
    pub fn new(
        (store, world): (Store, World),
        rules: Rules,
        (sealer, marks): (Sealer, Marks),
        base_url: &str,
        (guard, outside): (Guard, Arc<dyn Outside>),
    ) -> Self {
        Self {
            store,
            world,
            rules,
            sealer: Arc::new(sealer),
            marks,
            base_url: base_url.into(),
            guard,
            outside,
            patience: Patience::default(),
        }
    }

    /// With another patience for mail servers.
    #[must_use]
    pub fn waiting(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Encrypts a secret of another system for one place.
    pub(crate) fn sealed(&self, place: &[u8], secret: &[u8]) -> Result<Vec<u8>, NoRandomness> {
        let fresh = self.world.random::<64>()?;
        let mut fresh = fresh.iter().copied();
        let mut random = |bytes: &mut [u8]| {
            for (byte, random) in bytes.iter_mut().zip(&mut fresh) {
                *byte = random;
            }
        };
        self.sealer.seal(place, secret, &mut random)
    }

    /// An act by somebody, now.
    pub(crate) fn act(&self, person: PersonId) -> Act {
        Act {
            who: Who::Person(person.0),
            at: self.world.now(),
            entry: self.world.id(),
        }
    }
}

impl fmt::Debug for Room {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Room(post)")
    }
}

/// What the room does by itself.
pub fn jobs(room: &Room) -> Vec<Job> {
    let mut jobs = mail::jobs(room);
    jobs.extend(hooks::jobs(room));
    jobs
}
