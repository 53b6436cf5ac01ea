//! The room in the hands of the program.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use kept_accounts::Signed;
use kept_journal::{InForce, Rules, alerts, live, obligations};
use kept_kernel::Instant;
use kept_rooms::{Job, RecordPage, RecordPages};
use kept_store::{Read, Store, StoreError};
use kept_ui::{Count, Live};
use kept_world::World;

use crate::who;

/// What changes when somebody owes other things than before, or is told something.
pub(crate) const TOPIC: &str = live::TOPIC;
/// What changes once a minute, since every clock on the page does.
pub(crate) const MINUTE: &str = "minute";
/// So many are counted for the rail; it stands for more.
const COUNTED: u32 = 100;

/// Pieces of other rooms that wait for a person: panels, one after the other.
pub type Cards = dyn Fn(&Read<'_>, &Signed, Instant) -> Result<String, StoreError> + Send + Sync;

/// The room. Clones share it.
#[derive(Clone)]
pub struct Room {
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) rules: Rules,
    pub(crate) live: Live,
    pub(crate) cards: Arc<Cards>,
    pub(crate) pages: RecordPages,
}

impl Room {
    /// A room over a store whose schema has been migrated. `pages` are those of the rooms whose records duties are about.
    pub fn new(
        (store, world): (Store, World),
        rules: Rules,
        live: Live,
        pages: Vec<Arc<dyn RecordPage>>,
        cards: Arc<Cards>,
    ) -> Self {
        Self {
            store,
            world,
            rules,
            live,
            cards,
            pages: pages.into(),
        }
    }

    /// The page of a record's kind.
    pub(crate) fn page_of(&self, noun: &str) -> Option<&dyn RecordPage> {
        self.pages.of(noun)
    }

    /// Where a record is shown: on its room's page, else as a case for those who reach it, else where the rule stands.
    pub(crate) fn href(
        &self,
        (noun, id): (&str, &str),
        (code, rule): (&str, &str),
        reaches_case: bool,
    ) -> String {
        match self.page_of(noun).and_then(|page| page.href(id)) {
            Some(href) => href,
            None if reaches_case => {
                format!("/adherence/cases/{}/{}", segment(noun), segment(id))
            }
            None => format!("/sops/{code}#{rule}"),
        }
    }

    /// Tells the pages that show what is owed, after the commit.
    pub(crate) fn changed(&self) {
        self.live.changed([TOPIC], None);
    }
}

/// A part of a path: whatever a foreign system calls its records.
fn segment(text: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    encoded.replace('+', "%20")
}

impl fmt::Debug for Room {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Room(today)")
    }
}

/// The numbers in the rail: what is overdue of one's own, and what one was told and has not seen. By the keys of the menu.
///
/// # Errors
///
/// As the database says.
pub fn counts(
    read: &Read<'_>,
    rules: &InForce,
    signed: &Signed,
    now: Instant,
) -> Result<Vec<(&'static str, Count)>, StoreError> {
    let hearer = who::hearer(rules, signed);
    let overdue = obligations::count_due(read, &hearer, now, COUNTED)?;
    let told = alerts::count_open(read, &hearer, COUNTED)?;
    let count = |number: u64, word: &str| Count {
        number,
        word: word.to_owned(),
        state: "overdue",
    };
    let counts = [
        ("today", count(overdue, "overdue")),
        ("alerts", count(told, "not seen")),
    ];
    Ok(counts
        .into_iter()
        .filter(|(_, count)| count.number > 0)
        .collect())
}

/// What the room does by itself: when a minute has passed its pages are fetched again, since every clock on them has moved. In a
/// house whose time runs faster that is every few seconds.
pub fn job(room: &Room) -> Job {
    let (live, world) = (room.live.clone(), room.world.clone());
    let told = AtomicI64::new(0);
    Job::new("today: the minute", Duration::from_secs(5), move || {
        let minute = world.now().micros().div_euclid(60_000_000);
        if told.swap(minute, Ordering::Relaxed) != minute {
            live.changed([MINUTE], None);
        }
        Ok::<_, StoreError>(())
    })
}
