//! Sorting more than fits into memory: runs that spill to unnamed temporary files, merged at the end.
//!
//! A record is a key and a payload, both bytes; keys are compared byte by byte. Records with equal keys keep the
//! order in which they were pushed.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering as AtomicOrdering};

/// How many runs are merged at once; more are first merged into one.
const MOST_RUNS: usize = 192;

/// Takes records in any order.
pub struct Sorter {
    folder: PathBuf,
    budget: usize,
    bytes: Vec<u8>,
    places: Vec<Place>,
    runs: Vec<File>,
    spilled: u64,
}

/// Where a record lies in the buffer.
#[derive(Clone, Copy)]
pub struct Place {
    prefix: u64,
    start: usize,
    key: u32,
    payload: u32,
}

impl Place {
    fn key(self, bytes: &[u8]) -> &[u8] {
        bytes
            .get(self.start..self.start + self.key as usize)
            .unwrap_or_default()
    }

    fn payload(self, bytes: &[u8]) -> &[u8] {
        let start = self.start + self.key as usize;
        bytes
            .get(start..start + self.payload as usize)
            .unwrap_or_default()
    }
}

impl Sorter {
    /// Holds about `budget` bytes in memory and spills the rest into `folder`.
    pub fn new(folder: &Path, budget: usize) -> Self {
        Self {
            folder: folder.to_owned(),
            budget,
            bytes: Vec::new(),
            places: Vec::new(),
            runs: Vec::new(),
            spilled: 0,
        }
    }

    /// Adds a record.
    ///
    /// # Errors
    /// When a run cannot be written.
    pub fn push(&mut self, key: &[u8], payload: &[u8]) -> io::Result<()> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(payload);
        self.places.push(Place {
            prefix: prefix(key),
            start,
            key: key.len() as u32,
            payload: payload.len() as u32,
        });
        if self.bytes.len() + self.places.len() * size_of::<Place>() >= self.budget {
            self.spill()?;
        }
        Ok(())
    }

    /// The records in order.
    ///
    /// # Errors
    /// When a run cannot be written or read.
    pub fn finish(mut self) -> io::Result<Sorted> {
        if self.runs.is_empty() {
            self.sort();
            return Ok(Sorted::Memory {
                bytes: self.bytes,
                places: self.places.into_iter(),
            });
        }
        if !self.places.is_empty() {
            self.spill()?;
        }
        Ok(Sorted::Runs(Merge::new(self.runs)?))
    }

    /// How many bytes went to temporary files.
    pub const fn spilled(&self) -> u64 {
        self.spilled
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        self.places.sort_by(|a, b| {
            let keys = || a.key(bytes).cmp(b.key(bytes));
            a.prefix.cmp(&b.prefix).then_with(keys)
        });
    }

    fn spill(&mut self) -> io::Result<()> {
        self.sort();
        let mut out = BufWriter::with_capacity(1 << 18, scratch_file(&self.folder)?);
        for place in &self.places {
            write_record(&mut out, place.key(&self.bytes), place.payload(&self.bytes))?;
        }
        self.spilled += self.bytes.len() as u64;
        self.bytes.clear();
        self.places.clear();
        self.runs.push(rewound(out)?);
        if self.runs.len() >= MOST_RUNS {
            let mut merge = Merge::new(std::mem::take(&mut self.runs))?;
            let mut out = BufWriter::with_capacity(1 << 18, scratch_file(&self.folder)?);
            while let Some((key, payload)) = merge.next()? {
                write_record(&mut out, key, payload)?;
            }
            self.runs.push(rewound(out)?);
        }
        Ok(())
    }
}

/// The first eight bytes of a key as a number that compares as they do.
fn prefix(key: &[u8]) -> u64 {
    let mut first = [0; 8];
    for (to, from) in first.iter_mut().zip(key) {
        *to = *from;
    }
    u64::from_be_bytes(first)
}

fn write_record(out: &mut impl Write, key: &[u8], payload: &[u8]) -> io::Result<()> {
    out.write_all(&(key.len() as u32).to_le_bytes())?;
    out.write_all(&(payload.len() as u32).to_le_bytes())?;
    out.write_all(key)?;
    out.write_all(payload)
}

fn rewound(out: BufWriter<File>) -> io::Result<File> {
    let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

/// A new file that only this process can read and that is gone when it is closed.
fn scratch_file(folder: &Path) -> io::Result<File> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, AtomicOrdering::Relaxed);
    let path = folder.join(format!("kept-{}-{number}.run", std::process::id()));
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path)?;
    // Unlinked at once: an interrupted run leaves nothing behind. Where an open file cannot be removed, it stays in
    // the temporary folder until that is emptied.
    let _ = fs::remove_file(&path);
    Ok(file)
}

/// Records in order.
pub enum Sorted {
    /// All fitted into memory.
    Memory {
        /// Keys and payloads.
        bytes: Vec<u8>,
        /// Where they lie, in order.
        places: std::vec::IntoIter<Place>,
    },
    /// They are merged from files.
    Runs(Merge),
}

impl Sorted {
    /// The next record.
    ///
    /// # Errors
    /// When a run cannot be read.
    pub fn next(&mut self) -> io::Result<Option<(&[u8], &[u8])>> {
        match self {
            Self::Memory { bytes, places } => Ok(places
                .next()
                .map(|place| (place.key(bytes), place.payload(bytes)))),
            Self::Runs(merge) => merge.next(),
        }
    }
}

/// A run that is being read: its next record.
struct Head {
    prefix: u64,
    key: Vec<u8>,
    payload: Vec<u8>,
    run: usize,
}

impl Head {
    fn order(&self, other: &Self) -> Ordering {
        let prefixes = self.prefix.cmp(&other.prefix);
        let keys = || self.key.cmp(&other.key);
        prefixes.then_with(keys).then(self.run.cmp(&other.run))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.order(other) == Ordering::Equal
    }
}

impl Eq for Head {}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order(other)
    }
}

/// Merges runs.
pub struct Merge {
    readers: Vec<BufReader<File>>,
    heads: BinaryHeap<Reverse<Head>>,
    current: Option<Head>,
}

impl Merge {
    fn new(runs: Vec<File>) -> io::Result<Self> {
        let mut merge = Self {
            readers: Vec::new(),
            heads: BinaryHeap::new(),
            current: None,
        };
        for (run, file) in runs.into_iter().enumerate() {
            merge.readers.push(BufReader::with_capacity(1 << 17, file));
            merge.refill(Head {
                prefix: 0,
                key: Vec::new(),
                payload: Vec::new(),
                run,
            })?;
        }
        Ok(merge)
    }

    fn next(&mut self) -> io::Result<Option<(&[u8], &[u8])>> {
        if let Some(head) = self.current.take() {
            self.refill(head)?;
        }
        self.current = self.heads.pop().map(|head| head.0);
        let head = self.current.as_ref();
        Ok(head.map(|head| (head.key.as_slice(), head.payload.as_slice())))
    }

    /// Reads the next record of the head's run into it, and puts it among the heads.
    fn refill(&mut self, mut head: Head) -> io::Result<()> {
        let Some(reader) = self.readers.get_mut(head.run) else {
            return Ok(());
        };
        let mut lengths = [0; 8];
        match reader.read_exact(&mut lengths) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            other => other?,
        }
        let both = u64::from_le_bytes(lengths);
        head.key.resize(both as u32 as usize, 0);
        head.payload.resize((both >> 32) as usize, 0);
        reader.read_exact(&mut head.key)?;
        reader.read_exact(&mut head.payload)?;
        head.prefix = prefix(&head.key);
        self.heads.push(Reverse(head));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sorted(records: &[(Vec<u8>, u32)], budget: usize) -> Vec<(Vec<u8>, u32)> {
        let mut sorter = Sorter::new(&std::env::temp_dir(), budget);
        for (key, payload) in records {
            sorter.push(key, &payload.to_le_bytes()).unwrap();
        }
        let mut sorted = sorter.finish().unwrap();
        let mut all = Vec::new();
        while let Some((key, payload)) = sorted.next().unwrap() {
            all.push((
                key.to_vec(),
                u32::from_le_bytes(payload.try_into().unwrap()),
            ));
        }
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
        #[test]
        fn spilling_gives_the_order_that_memory_gives(
            keys in prop::collection::vec(prop::collection::vec(0_u8..4, 0..12), 0..300),
        ) {
            let records: Vec<_> = keys.into_iter().zip(0..).collect();
            let mut expected = records.clone();
            expected.sort_by(|a, b| a.0.cmp(&b.0));
            prop_assert_eq!(&sorted(&records, 1 << 20), &expected);
            prop_assert_eq!(&sorted(&records, 700), &expected);
        }
    }

    #[test]
    fn more_runs_than_can_be_open_at_once_are_merged_in_between() {
        let records: Vec<_> = (0..2_000_u32)
            .map(|n| (n.wrapping_mul(2_654_435_761).to_be_bytes().to_vec(), n))
            .collect();
        let mut expected = records.clone();
        expected.sort();
        assert_eq!(sorted(&records, 300), expected);
    }
}
