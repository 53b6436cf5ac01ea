//! Sealing the audit: the leaves go to a file outside the database, and the root is signed.

use std::fs::{OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kept_store::{Store, StoreError, params};
use kept_vault::audit::{Entry, Report, verify};
use kept_vault::checkpoint::{SignedCheckpoint, Signer, Verifier};
use kept_vault::merkle::{Frontier, Hash};
use kept_vault::{Leaves, LeavesProblem, read_leaves};
use kept_world::World;

use super::{ADD_CHECKPOINT, AFTER, LAST_CHECKPOINT, Written};
use crate::sequencer;

/// How many entries are handled at once.
const SLICE: u32 = 1_000;

/// Why the audit could not be sealed or inspected. The entries themselves are safe in the database.
#[derive(Debug, thiserror::Error)]
pub enum SealingProblem {
    /// The database.
    #[error("the audit entries could not be read: {0}")]
    Store(#[from] StoreError),
    /// The file of leaves.
    #[error(transparent)]
    Leaves(#[from] LeavesProblem),
    /// The file of checkpoints.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
}

/// Seals the audit of one store. One for each node.
pub struct Sealing {
    store: Store,
    world: World,
    leaves: Leaves,
    signer: Signer,
    checkpoints: PathBuf,
}

impl Sealing {
    /// Opens the two files in a folder that lies outside the database: `leaves` and `checkpoints`.
    ///
    /// # Errors
    ///
    /// Where they cannot be opened, or another process seals already.
    pub fn open(
        store: Store,
        world: World,
        signer: Signer,
        folder: &Path,
    ) -> Result<Self, SealingProblem> {
        std::fs::create_dir_all(folder).map_err(|source| SealingProblem::File {
            path: folder.into(),
            source,
        })?;
        let leaves = Leaves::open(&folder.join("leaves"))?;
        Ok(Self {
            store,
            world,
            leaves,
            signer,
            checkpoints: folder.join("checkpoints"),
        })
    }

    /// Brings the leaves outside up to what has been committed. Returns how many were added.
    ///
    /// # Errors
    ///
    /// [`SealingProblem`]; the next pass goes on where this one ended.
    pub fn follow(&mut self) -> Result<u64, SealingProblem> {
        sequencer::place(&self.store)?;
        let before = self.leaves.size();
        loop {
            let written = after(&self.store, self.leaves.size())?;
            let hashes: Vec<Hash> = written
                .iter()
                .map(|entry| Hash::from_bytes(entry.leaf))
                .collect();
            self.leaves.append(self.leaves.size() + 1, &hashes)?;
            if hashes.len() < SLICE as usize {
                return Ok(self.leaves.size() - before);
            }
        }
    }

    /// Signs the root over all entries so far, when there are new ones. Returns the number of entries it covers.
    ///
    /// # Errors
    ///
    /// [`SealingProblem`]; nothing is signed then.
    pub fn sign(&mut self) -> Result<Option<u64>, SealingProblem> {
        self.follow()?;
        let last: Option<(i64, Vec<u8>)> = self
            .store
            .read(|read| read.maybe::<(i64, Vec<u8>)>(LAST_CHECKPOINT, &[]))
            .wait()?;
        let mut frontier = last
            .and_then(|(_, bytes)| Frontier::from_bytes(&bytes))
            .unwrap_or_default();
        let signed = frontier.size();
        loop {
            let written = after(&self.store, frontier.size())?;
            for entry in &written {
                frontier.append(Hash::from_bytes(entry.leaf));
            }
            if written.len() < SLICE as usize {
                break;
            }
        }
        if frontier.size() == signed {
            return Ok(None);
        }
        let now = self.world.now();
        let note = self
            .signer
            .sign(frontier.size(), frontier.root(), now)
            .to_string();
        self.append_note(&note)
            .map_err(|source| SealingProblem::File {
                path: self.checkpoints.clone(),
                source,
            })?;
        let (size, bytes) = (frontier.size() as i64, frontier.to_bytes());
        self.store
            .write(move |tx| tx.execute(ADD_CHECKPOINT, &params![size, &bytes, &note, now]))
            .wait()?;
        Ok(Some(frontier.size()))
    }

    fn append_note(&self, note: &str) -> io::Result<()> {
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.checkpoints)?;
        file.write_all(format!("{note}\n").as_bytes())?;
        file.sync_data()
    }
}

fn after(store: &Store, place: u64) -> Result<Vec<Written>, StoreError> {
    store
        .read(move |read| read.all(AFTER, &params![place as i64, SLICE]))
        .wait()
}

/// Compares the entries in the database with the files in `folder` and names every entry that was tampered with. Entries
/// may be written and sealed by others meanwhile: it looks at those that were there when it began.
///
/// # Errors
///
/// Where the database or the files cannot be read.
pub fn inspect(store: &Store, folder: &Path, keys: &[Verifier]) -> Result<Report, SealingProblem> {
    let path = folder.join("checkpoints");
    let notes = match std::fs::read_to_string(&path) {
        Ok(text) => SignedCheckpoint::read_all(&text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(source) => return Err(SealingProblem::File { path, source }),
    };
    let file = folder.join("leaves");
    let until = extent(store, &file)?;
    let leaves: Box<dyn Iterator<Item = Result<Hash, SealingProblem>>> = if file.exists() {
        let leaves = read_leaves(&file)?.map(|leaf| leaf.map_err(SealingProblem::from));
        Box::new(leaves.take(until as usize))
    } else {
        Box::new(std::iter::empty())
    };
    let entries = Entries::of(store)
        .take_while(|entry| !entry.as_ref().is_ok_and(|entry| entry.place > until));
    verify(entries, leaves, &notes, keys)
}

/// How long the leaves of the newest entries are waited for, while another process seals.
const SEALED_WITHIN: Duration = Duration::from_secs(4);

/// The last place to look at: that of the newest entry or leaf.
fn extent(store: &Store, file: &Path) -> Result<u64, SealingProblem> {
    // The leaves first: entries that come in between have none yet, and a leaf without its entry would be a finding.
    let sealed = leaves_in(file);
    let newest = store
        .read(|read| super::latest(read, None, 1))
        .wait()?
        .first()
        .map_or(0, |entry| entry.place);
    let begun = Instant::now();
    while leaves_in(file) < newest && is_sealing(file) && begun.elapsed() < SEALED_WITHIN {
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(sealed.max(newest))
}

fn leaves_in(file: &Path) -> u64 {
    file.metadata().map_or(0, |about| about.len() / 32)
}

/// Whether another process has the file of leaves.
fn is_sealing(file: &Path) -> bool {
    let opened = std::fs::File::open(file);
    opened.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// All entries in order, read slice by slice so that no snapshot is held for long.
struct Entries<'s> {
    store: &'s Store,
    slice: std::vec::IntoIter<Written>,
    last: u64,
}

impl<'s> Entries<'s> {
    fn of(store: &'s Store) -> Self {
        Self {
            store,
            slice: Vec::new().into_iter(),
            last: 0,
        }
    }
}

impl Iterator for Entries<'_> {
    type Item = Result<Entry<Vec<u8>>, SealingProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.slice.as_slice().is_empty() {
            match after(self.store, self.last) {
                Ok(slice) => self.slice = slice.into_iter(),
                Err(error) => return Some(Err(error.into())),
            }
        }
        let written = self.slice.next()?;
        self.last = written.place;
        Some(Ok(Entry {
            place: written.place,
            bytes: written.bytes(),
            leaf: Hash::from_bytes(written.leaf),
        }))
    }
}
