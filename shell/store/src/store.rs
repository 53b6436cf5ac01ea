//! The store: queues in front of database threads.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Sender, TrySendError, bounded};
use tokio::sync::oneshot;

use crate::error::{AsStore, OpenError, StoreError};
use crate::job::{Answer, Closure, Coming, Job};
use crate::key::Key;
use crate::postgres::address::{self, Address};
use crate::postgres::link::Link;
use crate::postgres::worker::Worker;
use crate::sql::Dialect;
use crate::sqlite::connection::{self, Use};
use crate::sqlite::reader;
use crate::sqlite::writer::Writer;
use crate::transaction::{Read, Write};

/// Where the database lies.
#[derive(Clone, Debug)]
pub enum Place {
    /// An encrypted SQLite file, made when it is not there.
    File {
        /// The file.
        path: PathBuf,
        /// Its key.
        key: Key,
    },
    /// A PostgreSQL server: `postgres://user:password@host/database?sslmode=verify-full&sslrootcert=ca.crt`.
    Server {
        /// The URL.
        url: String,
    },
}

/// How a store works. The defaults are for a server on a small machine.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Threads that read. SQLite: as many as cores; more only cost memory.
    pub readers: usize,
    /// Connections that write, on PostgreSQL. SQLite has one writer.
    pub writers: usize,
    /// How much work may wait before more is refused with [`StoreError::Busy`].
    pub queue: usize,
    /// How much of the file the thread that writes may keep in memory, in MiB, on SQLite. Where millions of rows go in at random places,
    /// much of it saves reading each page again.
    pub writer_memory: u32,
    /// How long a write may take, the wait included.
    pub write_time: Duration,
    /// How long a read may take, the wait included.
    pub read_time: Duration,
    /// What happens at the named points of a commit: tests stop the process there.
    pub points: Points,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            readers: std::thread::available_parallelism()
                .map_or(2, usize::from)
                .clamp(2, 8),
            writers: 8,
            queue: 1024,
            writer_memory: connection::WRITER_MEMORY,
            write_time: Duration::from_secs(20),
            read_time: Duration::from_secs(10),
            points: Points::default(),
        }
    }
}

/// A moment in the life of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// Everything is written, nothing is durable.
    BeforeCommit,
    /// It is durable, and nobody has been told.
    AfterCommit,
}

/// A hook at the named points.
#[derive(Clone, Default)]
pub struct Points(Option<Arc<dyn Fn(Point) + Send + Sync>>);

impl Points {
    /// Calls `hook` at each point, on the database's thread.
    pub fn new(hook: impl Fn(Point) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(hook)))
    }

    pub(crate) fn reach(&self, point: Point) {
        if let Some(hook) = &self.0 {
            hook(point);
        }
    }
}

impl fmt::Debug for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "Points(…)"
        } else {
            "Points"
        })
    }
}

/// How much a store has committed since it was opened.
#[derive(Clone, Debug, Default)]
pub struct Counters(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    groups: AtomicU64,
    writes: AtomicU64,
}

impl Counters {
    pub(crate) fn committed(&self, jobs: usize) {
        self.0.groups.fetch_add(1, Ordering::Relaxed);
        self.0.writes.fetch_add(jobs as u64, Ordering::Relaxed);
    }

    /// Commits, each with one wait for the disk.
    pub fn groups(&self) -> u64 {
        self.0.groups.load(Ordering::Relaxed)
    }

    /// Writes inside them.
    pub fn writes(&self) -> u64 {
        self.0.writes.load(Ordering::Relaxed)
    }
}

/// A database: reads and writes are closures that run on its own threads.
///
/// Clones share it. Dropping the last one lets what is queued finish and waits for the threads.
#[derive(Clone)]
pub struct Store(Arc<Shared>);

struct Shared {
    /// `None` only while closing.
    writes: Option<Sender<Box<dyn Job>>>,
    reads: Option<Sender<Box<dyn Job>>>,
    threads: Vec<JoinHandle<()>>,
    dialect: Dialect,
    settings: Settings,
    counters: Counters,
}

impl Store {
    /// Opens the database and starts its threads. The schema is not looked at: see [`Store::migrate`](crate::Store::migrate).
    ///
    /// # Errors
    ///
    /// [`OpenError`] where the file cannot be read with this key, or the server cannot be reached.
    pub fn open(place: &Place, settings: Settings) -> Result<Self, OpenError> {
        let counters = Counters::default();
        let (writes, write_jobs) = bounded(settings.queue);
        let (reads, read_jobs) = bounded(settings.queue);
        let mut threads = Vec::new();
        let dialect = match place {
            Place::File { path, key } => {
                let writer = Writer {
                    connection: connection::open(path, key, Use::Write(settings.writer_memory))?,
                    points: settings.points.clone(),
                    counters: counters.clone(),
                };
                let readers: Vec<_> = (0..settings.readers.max(1))
                    .map(|_| connection::open(path, key, Use::Read))
                    .collect::<Result<_, _>>()?;
                threads.push(thread("kept-writer", path, move || {
                    writer.serve(&write_jobs);
                })?);
                for connection in readers {
                    let jobs = read_jobs.clone();
                    threads.push(thread("kept-reader", path, move || {
                        reader::serve(connection, &jobs);
                    })?);
                }
                Dialect::Sqlite
            }
            Place::Server { url } => {
                let address = reach(url)?;
                for writes in [true, false] {
                    let (count, jobs) = if writes {
                        (settings.writers, &write_jobs)
                    } else {
                        (settings.readers, &read_jobs)
                    };
                    for _ in 0..count.max(1) {
                        let worker = Worker {
                            address: address.clone(),
                            writes,
                            points: settings.points.clone(),
                            counters: counters.clone(),
                        };
                        let jobs = jobs.clone();
                        threads.push(thread("kept-postgres", Path::new(""), move || {
                            worker.serve(&jobs);
                        })?);
                    }
                }
                Dialect::Postgres
            }
        };
        Ok(Self(Arc::new(Shared {
            writes: Some(writes),
            reads: Some(reads),
            threads,
            dialect,
            settings,
            counters,
        })))
    }

    /// Runs a closure in a transaction; the answer comes after the commit, durable. All of it is kept or nothing.
    ///
    /// The closure may run more than once, so ids, instants and random values are made outside and moved in; it must not
    /// use the store itself.
    ///
    /// # Errors
    ///
    /// The closure's own error undoes its changes. The store's: see [`StoreError`].
    pub fn write<F, T, E>(&self, run: F) -> Answer<T, E>
    where
        F: Fn(&Write<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + AsStore + Send + 'static,
    {
        self.write_within(self.0.settings.write_time, run)
    }

    /// As [`Store::write`], with a time of its own: for what is done once in a while, and takes the longer the more there is.
    pub(crate) fn write_within<F, T, E>(&self, time: Duration, run: F) -> Answer<T, E>
    where
        F: Fn(&Write<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + AsStore + Send + 'static,
    {
        send(self.0.writes.as_ref(), Instant::now() + time, run)
    }

    /// Runs a closure that only reads, on one consistent view.
    ///
    /// # Errors
    ///
    /// The closure's own, or the store's.
    pub fn read<F, T, E>(&self, run: F) -> Answer<T, E>
    where
        F: Fn(&Read<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + AsStore + Send + 'static,
    {
        let deadline = Instant::now() + self.0.settings.read_time;
        send(self.0.reads.as_ref(), deadline, move |tx: &Write<'_>| {
            run(tx)
        })
    }

    /// Which database this is.
    pub fn dialect(&self) -> Dialect {
        self.0.dialect
    }

    /// What has been committed since it was opened.
    pub fn counters(&self) -> &Counters {
        &self.0.counters
    }
}

fn send<F, T, E>(queue: Option<&Sender<Box<dyn Job>>>, deadline: Instant, run: F) -> Answer<T, E>
where
    F: Fn(&Write<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + AsStore + Send + 'static,
{
    let (caller, answer) = oneshot::channel();
    let job = Box::new(Closure {
        run,
        deadline,
        result: None,
        caller,
    });
    let refused = match queue.map(|queue| queue.try_send(job)) {
        Some(Ok(())) => return Answer(Coming::Later(answer)),
        Some(Err(TrySendError::Full(_))) => StoreError::Busy,
        Some(Err(TrySendError::Disconnected(_))) | None => StoreError::Gone,
    };
    Answer(Coming::Now(Some(refused.into())))
}

/// A server that answers, or why not: a wrong password is told at the start, not at the first request.
fn reach(url: &str) -> Result<Address, OpenError> {
    let refused = |message: String| OpenError::Refused {
        place: without_password(url),
        message,
    };
    let address = Address::read(url).map_err(refused)?;
    Link::connect(&address, false).map_err(|error| refused(error + address::hint(url)))?;
    Ok(address)
}

fn without_password(url: &str) -> String {
    let Some((before, host)) = url.rsplit_once('@') else {
        return url.to_owned();
    };
    let (scheme, user) = before.split_once("://").unwrap_or(("", before));
    let user = user.split(':').next().unwrap_or_default();
    format!("{scheme}://{user}@{host}")
}

fn thread(
    name: &str,
    place: &Path,
    run: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, OpenError> {
    std::thread::Builder::new()
        .name(name.into())
        .spawn(run)
        .map_err(|error| OpenError::Refused {
            place: place.display().to_string(),
            message: error.to_string(),
        })
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.writes = None;
        self.reads = None;
        for thread in self.threads.drain(..) {
            // A closure that held the last handle runs this on the thread itself.
            if thread.thread().id() != std::thread::current().id() {
                // A panic outside a closure has been printed; there is nobody to tell.
                let _ = thread.join();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(
            without_password("postgres://kept:se@cret@db/kept"),
            "postgres://kept@db/kept"
        );
        assert_eq!(without_password("postgres://db/kept"), "postgres://db/kept");
    }
}
