//! The room in the hands of the program: what its pages and its API share.

use std::fmt;
use std::sync::Arc;

use jiff::tz::TimeZone;
use kept_accounts::commands::Act;
use kept_clients::ClientId;
use kept_journal::Rules;
use kept_journal::audit::Who;
use kept_kernel::Id;
use kept_rooms::Parts;
use kept_store::Store;
use kept_ui::Live;
use kept_vault::{NoRandomness, Sealer, Token};
use kept_visitors::{Often, Seals};
use kept_world::World;

use crate::beside::{Beside, Nobody};
use crate::commands::{SOURCE, Sending, Step, path_of};
use crate::files::MOST;
use crate::jobs::jobs;
use crate::model::MOST_FIELDS;
use crate::privacy::AboutPeople;

/// What changes when any form or answer does.
pub(crate) const TOPIC: &str = "forms";

/// The room. Clones share it.
#[derive(Clone)]
pub struct Room {
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) rules: Rules,
    pub(crate) seals: Seals,
    pub(crate) often: Often,
    /// Where browsers reach us: for what is written down to be put into other pages.
    pub(crate) base_url: Arc<str>,
    /// Whoever keeps consents and documents.
    pub(crate) beside: Arc<dyn Beside>,
    live: Live,
}

impl Room {
    /// A room over a store whose schema has been migrated. The sealer is for forms and links of people without an account.
    pub fn new(
        (store, world): (Store, World),
        (rules, live): (Rules, Live),
        sealer: Sealer,
        base_url: &str,
    ) -> Self {
        let seals = Seals::new(sealer, world.clone());
        Self {
            store,
            world,
            rules,
            seals,
            often: Often::default(),
            base_url: base_url.into(),
            beside: Arc::new(Nobody),
            live,
        }
    }

    /// With whoever keeps consents and documents.
    #[must_use]
    pub fn with(self, beside: Arc<dyn Beside>) -> Self {
        Self { beside, ..self }
    }

    /// An act by somebody, now.
    pub fn step(&self, who: Who) -> Step {
        let act = Act {
            who,
            at: self.world.now(),
            entry: self.world.id(),
        };
        let ids = std::array::from_fn(|_| self.world.id());
        let clients = || {
            let step = kept_clients::commands::Step::new(&self.world, &self.rules, who);
            step.from_source(SOURCE)
        };
        let beside = Arc::clone(&self.beside);
        Step::new(act, self.rules.now(), ids, [clients(), clients()], beside)
    }

    /// Ids for all that one answer may make in the record.
    pub(crate) fn spare(&self) -> Vec<Id> {
        let most = 3 * (MOST_FIELDS + MOST);
        (0..most).map(|_| self.world.id()).collect()
    }

    /// A link that is to be sent.
    ///
    /// # Errors
    ///
    /// Where the machine gives no randomness.
    pub fn sending(&self) -> Result<Sending, NoRandomness> {
        let bytes: [u8; 32] = self.world.random()?;
        let mut rest = bytes.into_iter();
        let token = Token::new(&mut |place: &mut [u8]| {
            for byte in place {
                *byte = rest.next().unwrap_or_default();
            }
        })?;
        let sealed = self.seals.closed(FOR_LINK, token.text().as_bytes());
        Ok(Sending {
            id: self.world.id(),
            sealed: sealed.ok_or(NoRandomness)?,
            token,
        })
    }

    /// The path of a personal link that was sealed.
    pub fn path(&self, sealed: &[u8]) -> Option<String> {
        let text = self.seals.opened(FOR_LINK, sealed)?;
        let text = String::from_utf8(text).ok()?;
        Some(path_of(&text))
    }

    /// Tells the pages that show forms and answers, and those of a client.
    pub(crate) fn changed(&self, client: Option<ClientId>) {
        let client = client.map(|client| format!("client:{client}"));
        let owed = kept_journal::live::TOPIC.to_owned();
        let topics = [Some(TOPIC.to_owned()), Some(owed), client];
        self.live.changed(topics.into_iter().flatten(), None);
    }

    /// The company's zone.
    pub(crate) fn zone(&self) -> TimeZone {
        let rules = self.rules.now();
        rules.program.company_calendar().time_zone().clone()
    }
}

const FOR_LINK: &[u8] = b"forms/link";

impl fmt::Debug for Room {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Room(forms)")
    }
}

/// What the room hands to the program.
pub fn parts(room: &Room) -> Parts {
    Parts {
        exportable: vec![Arc::new(AboutPeople)],
        erasable: vec![Arc::new(AboutPeople)],
        jobs: jobs(room),
        ..Parts::default()
    }
}
