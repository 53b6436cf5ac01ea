//! The room: what its pages share, and the one piece of work that runs beside them.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant as Stopwatch};

use kept_journal::Rules;
use kept_kernel::Id;
use kept_store::{Store, StoreError};
use kept_world::World;

use crate::queries;
use crate::shelf::Shelf;

/// So often at most open pages are told that the work has gone on.
const TELL: Duration = Duration::from_millis(400);

/// A mapping that comes with the program.
#[derive(Clone, Debug)]
pub struct ShippedMapping {
    /// `ServiceNow`.
    pub name: &'static str,
    /// The mapping.
    pub text: &'static str,
}

/// What the room asks of others, wired by the program.
pub struct Outside {
    /// Open pages of imports are fetched again.
    pub changed: Box<dyn Fn() + Send + Sync>,
    /// The journal is judged again. False: a judgement runs already, and does not see all of what was imported.
    pub judge: Box<dyn Fn() -> bool + Send + Sync>,
    /// How far the judgement is that runs: so many events of so many; none: none runs.
    pub judging: Box<dyn Fn() -> Option<(u64, u64)> + Send + Sync>,
}

/// What the pages of imports are made of. Clones share it.
#[derive(Clone)]
pub struct Room(Arc<Shared>);

struct Shared {
    store: Store,
    world: World,
    rules: Rules,
    shelf: Shelf,
    shipped: Vec<ShippedMapping>,
    outside: Outside,
    running: Mutex<Running>,
    stopping: AtomicBool,
}

#[derive(Default)]
struct Running {
    task: Option<Arc<Task>>,
    thread: Option<JoinHandle<()>>,
    /// What the last one failed with, and what it was about.
    failed: Option<(Id, String)>,
}

/// Work that runs: about a log or an import.
pub struct Task {
    /// The log's or the import's id.
    pub about: Id,
    step: Mutex<&'static str>,
    done: AtomicU64,
    of: AtomicU64,
    told: Mutex<Stopwatch>,
}

/// How far the work is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// `Reading the log`.
    pub what: &'static str,
    /// How much is done.
    pub done: u64,
    /// Of how much.
    pub of: u64,
}

impl Room {
    /// A room over this store, with its files on this shelf. Files that belong to no log are thrown away.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn new(
        (store, world): (Store, World),
        rules: Rules,
        shelf: Shelf,
        shipped: Vec<ShippedMapping>,
        outside: Outside,
    ) -> Result<Self, StoreError> {
        // A file that cannot be thrown away is tried again at the next start.
        let _ = shelf.tidy(&queries::standing(&store)?);
        Ok(Self(Arc::new(Shared {
            store,
            world,
            rules,
            shelf,
            shipped,
            outside,
            running: Mutex::default(),
            stopping: AtomicBool::new(false),
        })))
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn world(&self) -> &World {
        &self.0.world
    }

    pub(crate) fn rules(&self) -> &Rules {
        &self.0.rules
    }

    pub(crate) fn shelf(&self) -> &Shelf {
        &self.0.shelf
    }

    pub(crate) fn shipped(&self) -> &[ShippedMapping] {
        &self.0.shipped
    }

    pub(crate) fn outside(&self) -> &Outside {
        &self.0.outside
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.0.stopping.load(Ordering::Relaxed)
    }

    /// Begins work on a thread of its own. False: other work runs, one at a time.
    pub(crate) fn begin(
        &self,
        about: Id,
        work: impl FnOnce(&Self, &Task) -> Result<(), String> + Send + 'static,
    ) -> bool {
        let mut running = self.running();
        if running.task.is_some() || self.is_stopping() {
            return false;
        }
        let task = Arc::new(Task {
            about,
            step: Mutex::new("Beginning"),
            done: AtomicU64::new(0),
            of: AtomicU64::new(0),
            told: Mutex::new(Stopwatch::now()),
        });
        let (room, own) = (self.clone(), Arc::clone(&task));
        let begun = thread::Builder::new()
            .name("kept-history".into())
            .spawn(move || {
                let done = work(&room, &own);
                let mut running = room.running();
                running.task = None;
                running.failed = done.err().map(|problem| (about, problem));
                drop(running);
                (room.outside().changed)();
            });
        match begun {
            Ok(thread) => {
                running.failed = None;
                running.task = Some(task);
                running.thread = Some(thread);
                true
            }
            Err(_) => false,
        }
    }

    /// The work that runs.
    pub(crate) fn task(&self) -> Option<Arc<Task>> {
        self.running().task.clone()
    }

    /// Has the journal judged, once no other judgement runs.
    pub(crate) fn judge(&self, task: &Task) {
        let mut told = false;
        while !(self.outside().judge)() && !self.is_stopping() {
            if !told {
                told = true;
                task.begin(self, "Waiting for the judgement that runs", 0);
            }
            thread::sleep(TELL);
        }
    }

    /// What the last work about this failed with.
    pub(crate) fn failed(&self, about: Id) -> Option<String> {
        let running = self.running();
        let failed = running.failed.as_ref();
        failed.and_then(|(of, problem)| (*of == about).then(|| problem.clone()))
    }

    /// Breaks off what runs and waits for it: an import keeps what it has, and can be gone on with. For when the program
    /// ends.
    pub fn stop(&self) {
        self.0.stopping.store(true, Ordering::Relaxed);
        let thread = self.running().thread.take();
        if let Some(thread) = thread {
            // A panic there has been printed.
            let _ = thread.join();
        }
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        let running = self.0.running.lock();
        running.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Task {
    /// A part of the work begins.
    pub(crate) fn begin(&self, room: &Room, what: &'static str, of: u64) {
        *self.step.lock().unwrap_or_else(PoisonError::into_inner) = what;
        self.done.store(0, Ordering::Relaxed);
        self.of.store(of, Ordering::Relaxed);
        (room.outside().changed)();
    }

    /// So much of it is done.
    pub(crate) fn at(&self, room: &Room, done: u64) {
        self.done.store(done, Ordering::Relaxed);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.elapsed() >= TELL {
            *told = Stopwatch::now();
            drop(told);
            (room.outside().changed)();
        }
    }

    /// How far it is.
    pub fn step(&self) -> Step {
        Step {
            what: *self.step.lock().unwrap_or_else(PoisonError::into_inner),
            done: self.done.load(Ordering::Relaxed),
            of: self.of.load(Ordering::Relaxed),
        }
    }
}

impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Room(history)")
    }
}

impl fmt::Debug for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Outside")
    }
}
