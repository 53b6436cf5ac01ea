//! The room: what its pages share, and the judgement that runs beside them.

use std::collections::HashMap;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use kept_charts::Interval;
use kept_journal::{Rules, events, live};
use kept_rooms::{RecordPage, RecordPages};
use kept_store::{Read, Store, StoreError};
use kept_world::World;

use crate::figures::RuleFigures;
use crate::judge::{Judging, judge};
use crate::queries::{self, CountRow, Judgement, Within};
use crate::written::{KeptParts, Written};

/// So often at most open pages are told how far a judgement is.
const TELL: Duration = Duration::from_millis(500);

/// Between two judgements that nobody asked for lie ten minutes, in microseconds.
const LEAST_PAUSE: i64 = 600_000_000;
/// And six hours where nothing has happened and no deadline has passed: what the company's own calendar opens then.
const IDLE_PAUSE: i64 = 21_600_000_000;

/// What the pages of adherence are made of. Clones share it.
#[derive(Clone)]
pub struct Room(Arc<Shared>, RecordPages);

struct Shared {
    store: Store,
    world: World,
    rules: Rules,
    /// What was read of the judgement in force: it never changes, so every page shares it.
    shown: Mutex<Option<Arc<Shown>>>,
    running: Mutex<Running>,
    asked: Box<dyn Fn() -> Judging + Send + Sync>,
    told: Box<dyn Fn() + Send + Sync>,
}

/// The judgement in force, as read.
#[derive(Debug)]
pub struct Shown {
    /// The judgement.
    pub judgement: Judgement,
    /// The figures of its rules.
    pub rules: Vec<RuleFigures>,
    /// Its months; none where it has no duty.
    pub months: Option<Within>,
    /// How the duties of each rule stand, month by month: as many rows as rules have months.
    pub counts: HashMap<String, Vec<CountRow>>,
    /// The parts of rules that were read already.
    pub(crate) parts: Mutex<KeptParts>,
    /// What pages have written of it already.
    pub(crate) written: Mutex<Written>,
}

/// How a judgement that runs is coming along.
#[derive(Clone, Default, Debug)]
struct Running {
    progress: Option<Arc<Coming>>,
    failed: Option<String>,
}

/// How far it has come.
#[derive(Debug, Default)]
struct Coming {
    done: AtomicU64,
    of: AtomicU64,
}

/// What runs beside the pages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum State {
    /// Nothing; what went wrong with the last one.
    Idle(Option<String>),
    /// A judgement: so many events of so many.
    Judging(u64, u64),
}

/// A rule's figures for the margin of its document.
#[derive(Clone, Debug)]
pub struct MarginFigure {
    /// The document's code.
    pub code: String,
    /// The rule's identity.
    pub rule: String,
    /// The share met in time; none without a verdict.
    pub interval: Option<Interval>,
    /// How that stands, in words.
    pub verdict: &'static str,
    /// How many duties were opened.
    pub triggered: u64,
    /// How many are past their deadline and not done.
    pub open: u64,
    /// How many were excused.
    pub excused: u64,
}

impl Room {
    /// A room over this store. `asked` says up to when a new judgement judges, and against which target; `told` is called
    /// while one runs and when it is in force, so that open pages can be refreshed.
    pub fn new(
        (store, world): (Store, World),
        rules: Rules,
        asked: impl Fn() -> Judging + Send + Sync + 'static,
        told: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        let shared = Shared {
            store,
            world,
            rules,
            shown: Mutex::default(),
            running: Mutex::default(),
            asked: Box::new(asked),
            told: Box::new(told),
        };
        Self(Arc::new(shared), RecordPages::default())
    }

    /// The same, which calls the records of these pages by their names.
    #[must_use]
    pub fn naming(self, pages: Vec<Arc<dyn RecordPage>>) -> Self {
        Self(self.0, pages.into())
    }

    pub(crate) fn pages(&self) -> &RecordPages {
        &self.1
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn rules(&self) -> &Rules {
        &self.0.rules
    }

    pub(crate) fn world(&self) -> &World {
        &self.0.world
    }

    /// Judges the journal on a thread of its own. False: it is being judged already, or cannot be.
    pub fn begin_judging(&self) -> bool {
        let coming = Arc::new(Coming::default());
        {
            let mut running = self.running();
            if running.progress.is_some() {
                return false;
            }
            *running = Running {
                progress: Some(Arc::clone(&coming)),
                failed: None,
            };
        }
        let room = self.clone();
        let begun = thread::Builder::new()
            .name("kept-judge".into())
            .spawn(move || room.judged(&coming));
        if let Err(error) = begun {
            *self.running() = Running {
                progress: None,
                failed: Some(error.to_string()),
            };
            return false;
        }
        true
    }

    /// Has the journal judged anew where something has happened since or a deadline has passed, so long after the last time that
    /// judging takes a twentieth of the machine's time at most; seldom where nothing has. Whether it was begun.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn keep_fresh(&self) -> Result<bool, StoreError> {
        if !live::lived(&self.0.store, &self.0.rules.now())? {
            return Ok(false);
        }
        let last = self.store().read(|read| {
            let last = queries::latest(read)?;
            last.map(|(begun_at, in_force_at)| {
                let idle = live::judged_since(read, begun_at, 1)?.is_empty();
                Ok((begun_at, in_force_at, idle))
            })
            .transpose()
        });
        let due = last.wait()?.is_none_or(|(begun_at, in_force_at, idle)| {
            let took = in_force_at.micros_since(begun_at).max(0);
            let pause = if idle { IDLE_PAUSE } else { LEAST_PAUSE };
            self.0.world.now().micros_since(in_force_at) >= pause.max(took.saturating_mul(20))
        });
        Ok(due && self.begin_judging())
    }

    /// Judges the journal here and now, and says what went wrong.
    fn judged(&self, coming: &Coming) {
        let shared = &*self.0;
        if let Ok(Some(span)) = events::span(&shared.store) {
            coming.of.store(span.events, Ordering::Relaxed);
        }
        let rules = shared.rules.now();
        let mut last_told = Instant::now();
        let outcome = judge(
            &shared.store,
            &shared.world,
            &rules,
            (shared.asked)(),
            |done| {
                coming.done.store(done, Ordering::Relaxed);
                if last_told.elapsed() >= TELL {
                    last_told = Instant::now();
                    (shared.told)();
                }
                ControlFlow::Continue(())
            },
        );
        *self.running() = Running {
            progress: None,
            failed: outcome.err().map(|error| error.to_string()),
        };
        (shared.told)();
    }

    /// What runs beside the pages.
    pub fn state(&self) -> State {
        let running = self.running();
        match &running.progress {
            Some(coming) => State::Judging(
                coming.done.load(Ordering::Relaxed),
                coming.of.load(Ordering::Relaxed),
            ),
            None => State::Idle(running.failed.clone()),
        }
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        let running = self.0.running.lock();
        running.unwrap_or_else(PoisonError::into_inner)
    }

    /// The judgement in force. It is read once for all pages.
    pub(crate) fn shown(&self, read: &Read<'_>) -> Result<Option<Arc<Shown>>, StoreError> {
        let kept = || self.0.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, number) = (kept().clone(), queries::current_number(read)?);
        if let Some(shown) = known
            && Some(shown.judgement.number) == number
        {
            return Ok(Some(shown));
        }
        let Some(judgement) = queries::current(read)? else {
            return Ok(None);
        };
        let months = queries::months_span(read, judgement.number)?;
        let mut counts: HashMap<String, Vec<CountRow>> = HashMap::new();
        if let Some(months) = months {
            for row in queries::months(read, judgement.number, months)? {
                let name = format!("{}/{}", row.code, row.rule);
                counts.entry(name).or_default().push(row);
            }
        }
        let shown = Arc::new(Shown {
            rules: queries::figures(read, judgement.number)?,
            months,
            counts,
            judgement,
            parts: Mutex::default(),
            written: Mutex::default(),
        });
        *kept() = Some(Arc::clone(&shown));
        Ok(Some(shown))
    }

    /// The figures for the margins of documents. Waits for the database: not for inside an async runtime.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn margins(&self, codes: &[String]) -> Result<Vec<MarginFigure>, StoreError> {
        let room = self.clone();
        let shown = self.store().read(move |read| room.shown(read)).wait()?;
        let Some(shown) = shown else {
            return Ok(Vec::new());
        };
        let target = shown.judgement.frame.target;
        let own = shown.rules.iter().filter_map(|rule| {
            let (own, id) = rule.card.rule.split_once('/')?;
            codes.iter().any(|code| code == own).then(|| MarginFigure {
                code: own.to_owned(),
                rule: id.to_owned(),
                interval: rule
                    .share
                    .map(|share| share.drawn(Some(target), rule.standing.state())),
                verdict: rule.standing.words(),
                triggered: rule.counts.triggered,
                open: rule.counts.overdue,
                excused: rule.counts.excused,
            })
        });
        Ok(own.collect())
    }
}

impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Room(adherence)")
    }
}
