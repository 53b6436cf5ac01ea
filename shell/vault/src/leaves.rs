//! The leaves of the audit tree in a file outside the database: 32 bytes for each entry, in order, only appended.
//!
//! The leaf of the entry at place *n*, counted from 1, begins at byte 32 · (*n* − 1). The file is written after the
//! commit of its entries, so after a crash it may be a little behind, never ahead; what is missing is appended from the
//! database at the next start. It belongs on another disk, or is copied to another machine: then whoever changes the
//! database cannot change it as well.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Read};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::disk::{self, DiskProblem};
use crate::merkle::{Frontier, Hash};

const RECORD: u64 = 32;

/// The open file; one process at a time.
#[derive(Debug)]
pub struct Leaves {
    path: PathBuf,
    file: File,
    size: u64,
    cut: u64,
    /// A write or its sync failed, so what the file holds is not known.
    broken: bool,
}

/// How the file stands to the tree in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The same leaves.
    Even,
    /// So many leaves are missing at its end: append them from the database, and look again.
    Behind(u64),
    /// The same leaves and so many more: the database was put back to an older state.
    Ahead(u64),
    /// Other leaves: one of the two was changed. [`crate::audit::verify`] says where.
    Different,
}

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LeavesProblem {
    /// Another process has it open.
    #[error("{path} is in use by another process. Stop that one first.", path = path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// Leaves were to be appended at another place than the end.
    #[error("the next leaf belongs at place {next}, and place {given} was given")]
    NotNext {
        /// The place after the last leaf.
        next: u64,
        /// The place that was given.
        given: u64,
    },
    /// An earlier write failed: open the file again, which finds out what it holds.
    #[error("{path} could not be written before, so it must be opened again", path = path.display())]
    Broken {
        /// The file.
        path: PathBuf,
    },
    /// The file could not be read or written.
    #[error("The list of audit leaves is not at hand: {0}.")]
    Disk(#[from] DiskProblem),
}

impl Leaves {
    /// Opens the file, or makes an empty one. What a crash left of the last write is cut off, a leaf written in part or
    /// zeros that the file system put in place of leaves: see [`Leaves::cut`].
    ///
    /// # Errors
    /// [`LeavesProblem::InUse`], [`LeavesProblem::Disk`]
    pub fn open(path: &Path) -> Result<Self, LeavesProblem> {
        let new = !path.exists();
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = on(path, "opened", options.mode(0o600).open(path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LeavesProblem::InUse { path: path.into() });
            }
            Err(TryLockError::Error(error)) => on(path, "locked", Err(error))?,
        }
        if new {
            on(path, "created", disk::sync_folder(disk::folder_of(path)))?;
        }
        let length = on(path, "read", file.metadata())?.len();
        let size = on(path, "read", written(&file, length / RECORD))?;
        let cut = length - size * RECORD;
        if cut > 0 {
            let whole = file.set_len(length - cut).and_then(|()| file.sync_all());
            on(path, "mended", whole)?;
        }
        Ok(Self {
            path: path.into(),
            file,
            size,
            cut,
            broken: false,
        })
    }

    /// Leaves in the file.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Bytes left by a crash that were cut off when the file was opened: worth a line in the log.
    pub fn cut(&self) -> u64 {
        self.cut
    }

    /// Appends leaves, the first of them for the entry at `place`. They are on disk when this returns.
    ///
    /// # Errors
    /// [`LeavesProblem`]; after [`LeavesProblem::Disk`] the file must be opened again.
    pub fn append(&mut self, place: u64, leaves: &[Hash]) -> Result<(), LeavesProblem> {
        if self.broken {
            let path = self.path.clone();
            return Err(LeavesProblem::Broken { path });
        }
        let (next, given) = (self.size + 1, place);
        if next != given {
            return Err(LeavesProblem::NotNext { next, given });
        }
        let bytes: Vec<u8> = leaves.iter().flat_map(|leaf| *leaf.bytes()).collect();
        let written = self
            .file
            .write_all_at(&bytes, self.size * RECORD)
            .and_then(|()| self.file.sync_data());
        // After a failed sync the kernel may forget what it had to write: trying again would only look like success.
        self.broken = written.is_err();
        on(&self.path, "written", written)?;
        self.size += leaves.len() as u64;
        Ok(())
    }

    /// The leaf of the entry at a place, counted from 1. At a start it is enough to compare the last one with the
    /// database: the whole file takes seconds to read when it is long.
    ///
    /// # Errors
    /// [`LeavesProblem::Disk`]
    pub fn at(&self, place: u64) -> Result<Option<Hash>, LeavesProblem> {
        let Some(index) = place.checked_sub(1).filter(|index| *index < self.size) else {
            return Ok(None);
        };
        on(&self.path, "read", record(&self.file, index)).map(Some)
    }

    /// Compares the file with the frontier that the database keeps. Reads the whole file.
    ///
    /// # Errors
    /// [`LeavesProblem::Disk`]
    pub fn standing(&self, database: &Frontier) -> Result<Standing, LeavesProblem> {
        if let Some(missing) = database.size().checked_sub(self.size).filter(|n| *n > 0) {
            return Ok(Standing::Behind(missing));
        }
        let mut frontier = Frontier::default();
        for leaf in read_leaves(&self.path)?.take(database.size() as usize) {
            frontier.append(leaf?);
        }
        Ok(match self.size - database.size() {
            _ if frontier != *database => Standing::Different,
            0 => Standing::Even,
            more => Standing::Ahead(more),
        })
    }
}

/// The leaves in a file, in order, whoever has it open. A last leaf written in part is passed over.
///
/// # Errors
/// [`LeavesProblem::Disk`], here and for each leaf.
pub fn read_leaves(
    path: &Path,
) -> Result<impl Iterator<Item = Result<Hash, LeavesProblem>>, LeavesProblem> {
    let file = on(path, "read", File::open(path))?;
    let mut bytes = BufReader::with_capacity(64 * 1024, file);
    Ok(std::iter::from_fn(move || {
        let mut leaf = [0; RECORD as usize];
        match bytes.read_exact(&mut leaf) {
            Ok(()) => Some(Ok(Hash::from_bytes(leaf))),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => None,
            Err(error) => Some(on(path, "read", Err(error))),
        }
    }))
}

/// The number of leaves without the zeros behind the last of them. No hash is zero.
fn written(file: &File, mut size: u64) -> io::Result<u64> {
    while size > 0 && record(file, size - 1)? == Hash::from_bytes([0; RECORD as usize]) {
        size -= 1;
    }
    Ok(size)
}

fn record(file: &File, index: u64) -> io::Result<Hash> {
    let mut leaf = [0; RECORD as usize];
    file.read_exact_at(&mut leaf, index * RECORD)?;
    Ok(Hash::from_bytes(leaf))
}

fn on<T>(path: &Path, doing: &'static str, result: io::Result<T>) -> Result<T, LeavesProblem> {
    result.map_err(|source| disk::problem(path, doing, source).into())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;
    use std::path::PathBuf;

    use super::{Leaves, LeavesProblem, Standing, read_leaves};
    use crate::disk::scratch::Scratch;
    use crate::merkle::{Frontier, Hash, leaf_hash};

    fn leaves(count: u8) -> Vec<Hash> {
        (0..count).map(|number| leaf_hash(&[number])).collect()
    }

    fn frontier(leaves: &[Hash]) -> Frontier {
        let mut frontier = Frontier::default();
        for leaf in leaves {
            frontier.append(*leaf);
        }
        frontier
    }

    fn file(scratch: &Scratch, count: u8) -> PathBuf {
        let path = scratch.path().join("leaves");
        Leaves::open(&path)
            .unwrap()
            .append(1, &leaves(count))
            .unwrap();
        path
    }

    #[test]
    fn leaves_are_read_back_in_their_order_over_several_openings() {
        let scratch = Scratch::new();
        let path = file(&scratch, 5);
        let mut again = Leaves::open(&path).unwrap();
        assert_eq!((again.size(), again.cut()), (5, 0));
        again.append(6, &leaves(8)[5..]).unwrap();
        let read: Vec<_> = read_leaves(&path).unwrap().map(Result::unwrap).collect();
        assert_eq!(read, leaves(8));
        assert_eq!(fs::metadata(&path).unwrap().len(), 8 * 32);
    }

    #[test]
    fn a_leaf_written_in_part_is_cut_off_and_written_again() {
        for torn in 1..32 {
            let scratch = Scratch::new();
            let path = file(&scratch, 3);
            let mut raw = fs::OpenOptions::new().append(true).open(&path).unwrap();
            raw.write_all(&[7; 32][..torn]).unwrap();
            drop(raw);
            assert_eq!(read_leaves(&path).unwrap().count(), 3);
            let mut mended = Leaves::open(&path).unwrap();
            assert_eq!((mended.size(), mended.cut()), (3, torn as u64));
            mended.append(4, &leaves(4)[3..]).unwrap();
            assert_eq!(
                mended.standing(&frontier(&leaves(4))).unwrap(),
                Standing::Even
            );
        }
    }

    #[test]
    fn zeros_that_a_power_cut_left_in_place_of_leaves_are_cut_off() {
        let scratch = Scratch::new();
        let path = file(&scratch, 3);
        let raw = fs::OpenOptions::new().write(true).open(&path).unwrap();
        raw.set_len(512).unwrap();
        let mended = Leaves::open(&path).unwrap();
        assert_eq!((mended.size(), mended.cut()), (3, 512 - 3 * 32));
        assert_eq!(mended.at(3).unwrap(), leaves(3).pop());
        assert_eq!(mended.at(4).unwrap(), None);
        assert_eq!(mended.at(0).unwrap(), None);
    }

    #[test]
    fn after_a_failed_write_nothing_more_is_taken_until_the_file_is_opened_again() {
        let scratch = Scratch::new();
        let path = file(&scratch, 3);
        let mut open = Leaves::open(&path).unwrap();
        // A file opened for reading alone stands for a disk that takes no more.
        open.file = fs::File::open(&path).unwrap();
        let more = &leaves(4)[3..];
        assert!(matches!(open.append(4, more), Err(LeavesProblem::Disk(_))));
        assert!(matches!(
            open.append(4, more),
            Err(LeavesProblem::Broken { .. })
        ));
        drop(open);
        let mut again = Leaves::open(&path).unwrap();
        again.append(4, more).unwrap();
        assert_eq!(again.size(), 4);
    }

    #[test]
    fn the_file_tells_how_it_stands_to_the_database() {
        let scratch = Scratch::new();
        let path = file(&scratch, 6);
        let open = Leaves::open(&path).unwrap();
        let standing = |count| open.standing(&frontier(&leaves(count))).unwrap();
        assert_eq!(standing(6), Standing::Even);
        assert_eq!(standing(9), Standing::Behind(3));
        assert_eq!(standing(4), Standing::Ahead(2));
        assert_eq!(standing(0), Standing::Ahead(6));
        let mut other = leaves(6);
        other.swap(1, 2);
        assert_eq!(
            open.standing(&frontier(&other)).unwrap(),
            Standing::Different
        );
        assert_eq!(
            open.standing(&frontier(&other[..3])).unwrap(),
            Standing::Different
        );
    }

    #[test]
    fn leaves_go_to_the_end_only() {
        let scratch = Scratch::new();
        let mut open = Leaves::open(&file(&scratch, 3)).unwrap();
        for place in [0, 1, 3, 5] {
            let refused = open.append(place, &leaves(1)).unwrap_err();
            assert!(matches!(refused, LeavesProblem::NotNext { next: 4, .. }));
        }
        assert_eq!(open.size(), 3);
    }

    #[test]
    fn two_processes_do_not_write_the_same_file() {
        let scratch = Scratch::new();
        let path = file(&scratch, 3);
        let open = Leaves::open(&path).unwrap();
        assert!(matches!(
            Leaves::open(&path),
            Err(LeavesProblem::InUse { .. })
        ));
        assert_eq!(read_leaves(&path).unwrap().count(), 3, "reading is allowed");
        drop(open);
        assert!(Leaves::open(&path).is_ok());
    }
}
