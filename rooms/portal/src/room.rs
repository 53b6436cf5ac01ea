//! The room in the hands of the program: what its pages and jobs share.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use kept_accounts::commands::Act;
use kept_clients::{ClientId, ContactId};
use kept_journal::Rules;
use kept_journal::audit::Who;
use kept_kernel::{Id, Instant};
use kept_rooms::{Job, Parts};
use kept_store::{Read, Store, StoreError, params};
use kept_ui::{Jar, Live, Tongue};
use kept_vault::{NoRandomness, Sealer, Token};
use kept_visitors::{Often, Seals};
use kept_world::World;

use crate::commands::Step;
use crate::privacy::AboutPeople;
use crate::{queries, texts};

const DAY: i64 = 86_400_000_000;
/// Links, counts and sessions that are over are kept so long.
const KEPT_DAYS: i64 = 90;

/// Something that waits for a contact in another room: a form to fill in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What it is called.
    pub title: String,
    /// Where it is done.
    pub href: String,
    /// Since when it waits.
    pub since: Instant,
    /// How many of its fields hold something, of how many, where it was begun.
    pub done: Option<(usize, usize)>,
}

/// What other rooms lay in the portal. The program joins it with this room.
pub trait Beside: Send + Sync {
    /// What waits for a contact.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn waiting(
        &self,
        read: &Read<'_>,
        of: (ClientId, ContactId),
        tongue: Tongue,
    ) -> Result<Vec<Waiting>, StoreError>;
}

/// Nothing.
struct Nothing;

impl Beside for Nothing {
    fn waiting(
        &self,
        _: &Read<'_>,
        _: (ClientId, ContactId),
        _: Tongue,
    ) -> Result<Vec<Waiting>, StoreError> {
        Ok(Vec::new())
    }
}

/// The room. Clones share it.
#[derive(Clone)]
pub struct Room {
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) rules: Rules,
    pub(crate) requests: kept_requests::Room,
    pub(crate) seals: Seals,
    pub(crate) often: Often,
    pub(crate) jar: Jar,
    pub(crate) beside: Arc<dyn Beside>,
    live: Live,
}

impl Room {
    /// A room over a store whose schema has been migrated, with the room of requests that clients write to. The sealer is for codes;
    /// `https` says whether browsers reach us over HTTPS.
    pub fn new(
        (store, world): (Store, World),
        (rules, live): (Rules, Live),
        requests: kept_requests::Room,
        sealer: Sealer,
        https: bool,
    ) -> Self {
        let seals = Seals::new(sealer, world.clone());
        Self {
            store,
            world,
            rules,
            requests,
            seals,
            often: Often::default(),
            jar: Jar { https },
            beside: Arc::new(Nothing),
            live,
        }
    }

    /// With what other rooms lay in the portal.
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
        Step::new(act, self.rules.now(), ids)
    }

    /// A new secret for a link or a session.
    ///
    /// # Errors
    ///
    /// Where the machine gives no randomness.
    pub fn token(&self) -> Result<Token, NoRandomness> {
        let bytes: [u8; 32] = self.world.random()?;
        let mut rest = bytes.into_iter();
        Token::new(&mut |place: &mut [u8]| {
            for byte in place {
                *byte = rest.next().unwrap_or_default();
            }
        })
    }

    /// Six figures that nobody can foresee.
    pub(crate) fn code(&self) -> Result<String, NoRandomness> {
        let bytes: [u8; 8] = self.world.random()?;
        // A share of less than one in ten million million: no figure is more likely in earnest.
        Ok(format!("{:06}", u64::from_be_bytes(bytes) % 1_000_000))
    }

    /// Tells the pages of a client that something of it is another now.
    pub(crate) fn changed(&self, client: ClientId) {
        let topic = format!("client:{client}");
        self.live
            .changed([topic.as_str(), kept_journal::live::TOPIC], None);
    }

    /// The company's zone.
    pub(crate) fn zone(&self) -> TimeZone {
        let rules = self.rules.now();
        rules.program.company_calendar().time_zone().clone()
    }

    /// Forgets what is over.
    fn sweep(&self) -> Result<(), StoreError> {
        let now = self.world.now();
        let swept = self.store.write(move |tx| {
            let long_ago = now.plus_micros(-KEPT_DAYS * DAY);
            tx.execute(queries::SWEEP_LINKS, &params![now.plus_micros(-DAY)])?;
            tx.execute(queries::SWEEP_LETTERS, &params![now.plus_micros(-2 * DAY)])?;
            tx.execute(queries::SWEEP_CODES, &params![long_ago])?;
            tx.execute(queries::SWEEP_SESSIONS, &params![long_ago])?;
            tx.execute(queries::SWEEP_ADDRESSES, &params![long_ago])?;
            Ok::<_, StoreError>(())
        });
        swept.wait()
    }
}

impl fmt::Debug for Room {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Room(portal)")
    }
}

/// Whether clients come in.
///
/// # Errors
///
/// As the database says.
pub fn is_open(read: &Read<'_>) -> Result<bool, StoreError> {
    Ok(queries::settings(read)?.is_open())
}

/// The words and the path of a link to a request, for a contact who is let in; none: the portal is closed to them. `settles`: they are
/// led there to say whether it is settled.
///
/// # Errors
///
/// As the database says.
pub fn request_link(
    read: &Read<'_>,
    (request, contact): (Id, ContactId),
    settles: bool,
) -> Result<Option<(String, String)>, StoreError> {
    let shut = queries::standing(read, contact)?.shut_at.is_some();
    let card = kept_clients::read::contact(read, contact)?;
    let Some(card) = card.filter(|_| !shut) else {
        return Ok(None);
    };
    if !is_open(read)? {
        return Ok(None);
    }
    let words = texts::words(Tongue::of(&card.language).unwrap_or_default());
    let path = format!("/portal/requests/{request}");
    let key = if settles {
        "mail.settle"
    } else {
        "mail.request"
    };
    Ok(Some((words.say(key).to_owned(), path)))
}

/// What the room hands to the program.
pub fn parts(room: &Room) -> Parts {
    let room = room.clone();
    Parts {
        exportable: vec![Arc::new(AboutPeople)],
        erasable: vec![Arc::new(AboutPeople)],
        jobs: vec![Job::new(
            "portal: forget what is over",
            Duration::from_hours(6),
            move || room.sweep(),
        )],
        ..Parts::default()
    }
}
