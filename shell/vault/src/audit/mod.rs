//! Was the history changed? Compares the audit entries in the database with the leaves outside it and with signed
//! checkpoints, and names each entry that was changed, removed, inserted or moved.
//!
//! Three things are known of each entry: its bytes, the leaf hash stored beside them, and the leaf in the file. Where
//! they differ, a checkpoint that covers the place decides which to believe: it fits the leaves of the file, or else
//! those of the database. Where no checkpoint does, the file is believed, since it lies outside the database.
//!
//! The place of an entry should not be part of its bytes: then an entry is known again when it stands elsewhere.

mod compare;
mod explain;

use std::fmt;

use crate::checkpoint::{Checkpoint, CheckpointProblem, SignedCheckpoint, Verifier};
use crate::merkle::Hash;

use compare::Comparison;

/// An audit entry as the database has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<B> {
    /// Its place in the history, from 1.
    pub place: u64,
    /// What was hashed when it was written.
    pub bytes: B,
    /// The leaf hash that is stored beside it.
    pub leaf: Hash,
}

/// What an inspection of the whole history gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Entries in the database.
    pub entries: u64,
    /// Leaves in the file.
    pub leaves: u64,
    /// Entries that a checkpoint vouches for: the largest size of one that fits. What comes later could have been
    /// changed in database and file alike, and nobody would know.
    pub vouched: u64,
    /// What is wrong, by place; checkpoints last. Empty when all is well.
    pub findings: Vec<Finding>,
}

/// One thing that is wrong. Places are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// The entry that was written at `place` is not what it was; it now stands at `at`, nearly always the same.
    Changed {
        /// Where it was written.
        place: u64,
        /// Where it stands.
        at: u64,
    },
    /// The entry that was written at this place is gone.
    Removed {
        /// Where it was written.
        place: u64,
    },
    /// At this place stands an entry that was never written there.
    Inserted {
        /// Where it stands.
        at: u64,
    },
    /// Entries that were written at `first` to `last` stand `by` places later, or earlier when negative.
    Moved {
        /// Where the first of them was written.
        first: u64,
        /// Where the last of them was written.
        last: u64,
        /// How far they were moved.
        by: i64,
    },
    /// The entry is as it was written, but the hash beside it is not.
    HashChanged {
        /// Where it stands.
        place: u64,
    },
    /// The entry is as it was written, as a checkpoint proves, but its leaf in the file is not.
    LeafChanged {
        /// Where it stands.
        place: u64,
    },
    /// The entries are as they were written, as a checkpoint proves, but their leaves are gone from the end of the
    /// file.
    LeavesMissing {
        /// The first of them.
        first: u64,
        /// The last of them.
        last: u64,
    },
    /// No leaf and no checkpoint says anything about these entries at the end. A crash between a commit and the
    /// writing of its leaves does this, and starting Kept mends it; so does someone who adds entries.
    Unwitnessed {
        /// The first of them.
        first: u64,
        /// The last of them.
        last: u64,
    },
    /// A checkpoint is not to be believed, or what it says does not hold.
    Checkpoint {
        /// Its number among those given, from 1.
        number: usize,
        /// What is wrong with it.
        fault: CheckpointFault,
    },
}

/// What is wrong with a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckpointFault {
    /// It cannot be read.
    Unreadable,
    /// None of the keys signed it.
    NotSigned,
    /// It was changed after it was signed.
    Changed,
    /// It was signed, and the history up to this size is another one: database and file were both changed.
    DoesNotFit {
        /// The size that it was signed for.
        size: u64,
    },
    /// It was signed for more entries than there are: the end of the history is gone from database and file.
    Beyond {
        /// The size that it was signed for.
        size: u64,
    },
}

/// Inspects a whole history. Entries come in the order of their places; memory grows with what is wrong, not with the
/// length of the history.
///
/// # Errors
/// The first error of either sequence.
pub fn verify<B: AsRef<[u8]>, E>(
    entries: impl IntoIterator<Item = Result<Entry<B>, E>>,
    leaves: impl IntoIterator<Item = Result<Hash, E>>,
    checkpoints: &[Result<SignedCheckpoint, CheckpointProblem>],
    keys: &[Verifier],
) -> Result<Report, E> {
    let mut findings = Vec::new();
    let mut believed = Vec::new();
    for (number, signed) in (1..).zip(checkpoints) {
        match judge(signed.as_ref(), keys) {
            Ok(checkpoint) => believed.push((number, checkpoint)),
            Err(fault) => findings.push(Finding::Checkpoint { number, fault }),
        }
    }
    believed.sort_by_key(|(number, checkpoint)| (checkpoint.size, *number));
    let mut comparison = Comparison::new(believed);
    comparison.run(entries.into_iter(), leaves.into_iter())?;
    let mut report = comparison.report();
    report.findings.append(&mut findings);
    report
        .findings
        .sort_by_key(|finding| (finding.place(), finding.clone()));
    Ok(report)
}

fn judge<'a>(
    signed: Result<&'a SignedCheckpoint, &CheckpointProblem>,
    keys: &[Verifier],
) -> Result<&'a Checkpoint, CheckpointFault> {
    let signed = signed.map_err(|_| CheckpointFault::Unreadable)?;
    let mut fault = CheckpointFault::NotSigned;
    for key in keys {
        match signed.verified(key) {
            Ok(checkpoint) => return Ok(checkpoint),
            Err(CheckpointProblem::Changed) => fault = CheckpointFault::Changed,
            Err(_) => {}
        }
    }
    Err(fault)
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

impl Finding {
    /// The place where it begins; checkpoints come after all places.
    pub fn place(&self) -> u64 {
        match *self {
            Self::Changed { place, .. }
            | Self::Removed { place }
            | Self::Inserted { at: place }
            | Self::Moved { first: place, .. }
            | Self::HashChanged { place }
            | Self::LeafChanged { place }
            | Self::LeavesMissing { first: place, .. }
            | Self::Unwitnessed { first: place, .. } => place,
            Self::Checkpoint { .. } => u64::MAX,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Changed { place, at } if place == at => write!(f, "Entry {place} was changed."),
            Self::Changed { place, at } => {
                write!(f, "Entry {place} was changed, and stands at {at}.")
            }
            Self::Removed { place } => write!(f, "Entry {place} was removed."),
            Self::Inserted { at } => write!(f, "An entry was inserted at {at}."),
            Self::Moved { first, last, by } => {
                let (way, far) = (if by < 0 { "earlier" } else { "later" }, by.unsigned_abs());
                let places = if far == 1 { "place" } else { "places" };
                if first == last {
                    write!(f, "Entry {first} was moved {far} {places} {way}.")
                } else {
                    let entries = format_args!("Entries {first} to {last}");
                    write!(f, "{entries} were moved {far} {places} {way}.")
                }
            }
            Self::HashChanged { place } => write!(
                f,
                "The hash stored with entry {place} was changed; the entry itself is as it was written."
            ),
            Self::LeafChanged { place } => write!(
                f,
                "The leaf of entry {place} was changed in the file of leaves; the entry itself is as it was written."
            ),
            Self::LeavesMissing { first, last } => write!(
                f,
                "The file of leaves lacks those of entries {first} to {last}; the entries are as they were written."
            ),
            Self::Unwitnessed { first, last } => write!(
                f,
                "Entries {first} to {last} stand after the last leaf, and nothing vouches for them."
            ),
            Self::Checkpoint { number, fault } => write!(f, "Checkpoint {number} {fault}."),
        }
    }
}

impl fmt::Display for CheckpointFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => f.write_str("cannot be read"),
            Self::NotSigned => f.write_str("was not signed by a known key"),
            Self::Changed => f.write_str("was changed after it was signed"),
            Self::DoesNotFit { size } => write!(
                f,
                "vouches for another history of {size} entries: database and file of leaves were both changed"
            ),
            Self::Beyond { size } => write!(
                f,
                "vouches for {size} entries, and there are fewer: the end of the history was removed"
            ),
        }
    }
}
