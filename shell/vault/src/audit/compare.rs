//! The pass over the whole history: entry against leaf, place by place, and roots against checkpoints.

use std::iter::Peekable;

use super::{CheckpointFault, Entry, Finding, Report, explain};
use crate::checkpoint::Checkpoint;
use crate::merkle::{Frontier, Hash, leaf_hash};

/// An entry whose bytes do not give the leaf at its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loose {
    pub(super) place: u64,
    /// The hash of its bytes.
    pub(super) hash: Hash,
    /// The hash stored beside them.
    pub(super) stored: Hash,
}

/// A place where entry and leaf do not agree.
#[derive(Clone, Copy, Debug)]
struct Disagreement {
    place: u64,
    entry: Option<Loose>,
    leaf: Option<Hash>,
}

/// Whom to believe about the places since the last checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Witness {
    /// The leaves of the file.
    File,
    /// The database where bytes and stored hash agree, and the file elsewhere.
    Agreement,
    /// The bytes in the database.
    Bytes,
}

pub(super) struct Comparison<'a> {
    /// Checkpoints to believe, the largest first.
    checkpoints: Vec<(usize, &'a Checkpoint)>,
    /// What each witness makes of the history. There is only the first while all agree.
    trees: Vec<(Witness, Frontier)>,
    /// Since the last checkpoint that fits.
    open: Vec<Disagreement>,
    /// To be explained: the file is believed about these.
    settled: Vec<Disagreement>,
    /// Entries at a place that has one already.
    doubles: Vec<Loose>,
    findings: Vec<Finding>,
    entries: u64,
    leaves: u64,
    vouched: u64,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(mut checkpoints: Vec<(usize, &'a Checkpoint)>) -> Self {
        checkpoints.reverse();
        Self {
            checkpoints,
            trees: vec![(Witness::File, Frontier::default())],
            open: Vec::new(),
            settled: Vec::new(),
            doubles: Vec::new(),
            findings: Vec::new(),
            entries: 0,
            leaves: 0,
            vouched: 0,
        }
    }

    pub(super) fn run<B: AsRef<[u8]>, E>(
        &mut self,
        entries: impl Iterator<Item = Result<Entry<B>, E>>,
        leaves: impl Iterator<Item = Result<Hash, E>>,
    ) -> Result<(), E> {
        let mut leaves = leaves.fuse();
        let mut entries = entries.peekable();
        let mut place = 0;
        self.meet_checkpoints(place);
        loop {
            let leaf = leaves.next().transpose()?;
            self.leaves += u64::from(leaf.is_some());
            // An entry may claim the last place that there is; nothing comes after it.
            place = place.saturating_add(1);
            let entry = self.entry_at(place, &mut entries)?;
            match (leaf, entry) {
                (Some(leaf), Some(entry)) if entry.hash == leaf => self.agree(entry),
                (None, None) if entries.peek().is_none() => break,
                // Far behind the last leaf: there is nothing to compare up to the next entry.
                (None, None) => place = before_next(place, &mut entries),
                (leaf, entry) => self.disagree(Disagreement { place, entry, leaf }),
            }
            self.meet_checkpoints(place);
        }
        Ok(())
    }

    /// The first entry at this place; others there, or out of order, are set aside.
    fn entry_at<B: AsRef<[u8]>, E>(
        &mut self,
        place: u64,
        entries: &mut Peekable<impl Iterator<Item = Result<Entry<B>, E>>>,
    ) -> Result<Option<Loose>, E> {
        let mut first = None;
        while let Some(entry) =
            entries.next_if(|next| next.as_ref().is_ok_and(|entry| entry.place <= place))
        {
            let entry = entry?;
            self.entries += 1;
            let loose = Loose {
                place: entry.place,
                hash: leaf_hash(entry.bytes.as_ref()),
                stored: entry.leaf,
            };
            if first.is_none() && entry.place == place {
                first = Some(loose);
            } else {
                self.doubles.push(loose);
            }
        }
        if let Some(error) = entries.next_if(Result::is_err) {
            error?;
        }
        Ok(first)
    }

    fn agree(&mut self, entry: Loose) {
        for (_, tree) in &mut self.trees {
            tree.append(entry.hash);
        }
        if entry.stored != entry.hash {
            self.findings
                .push(Finding::HashChanged { place: entry.place });
        }
    }

    fn disagree(&mut self, found: Disagreement) {
        if let [(Witness::File, tree)] = self.trees.as_slice() {
            let tree = tree.clone();
            self.trees.push((Witness::Agreement, tree.clone()));
            self.trees.push((Witness::Bytes, tree));
        }
        for (witness, tree) in &mut self.trees {
            let believed = match found.entry {
                Some(entry) if witness.believes(&found) => Some(entry.hash),
                _ => found.leaf,
            };
            // Without a leaf the tree stays short, and no checkpoint behind fits it.
            if let Some(leaf) = believed {
                tree.append(leaf);
            }
        }
        self.open.push(found);
    }

    /// Compares the trees with the checkpoints of this size.
    fn meet_checkpoints(&mut self, size: u64) {
        while let Some((number, checkpoint)) =
            self.checkpoints.pop_if(|(_, next)| next.size == size)
        {
            let fits = |(_, tree): &(Witness, Frontier)| {
                tree.size() == size && tree.root() == checkpoint.root
            };
            match self.trees.iter().find(|tree| fits(tree)).cloned() {
                Some((witness, tree)) => {
                    self.vouched = size;
                    self.trees = vec![(Witness::File, tree)];
                    self.settle(witness);
                }
                None => self.findings.push(Finding::Checkpoint {
                    number,
                    fault: CheckpointFault::DoesNotFit { size },
                }),
            }
        }
    }

    /// Closes all open places by what `witness` says.
    fn settle(&mut self, witness: Witness) {
        for found in std::mem::take(&mut self.open) {
            let place = found.place;
            let Some(entry) = found.entry.filter(|_| witness.believes(&found)) else {
                self.settled.push(found);
                continue;
            };
            if entry.stored != entry.hash {
                self.findings.push(Finding::HashChanged { place });
            }
            match found.leaf {
                Some(_) => self.findings.push(Finding::LeafChanged { place }),
                None => self.leaf_missing(place),
            }
        }
    }

    fn leaf_missing(&mut self, place: u64) {
        match self.findings.last_mut() {
            Some(Finding::LeavesMissing { last, .. }) if *last + 1 == place => *last = place,
            _ => {
                let (first, last) = (place, place);
                self.findings.push(Finding::LeavesMissing { first, last });
            }
        }
    }

    pub(super) fn report(mut self) -> Report {
        self.settle(Witness::File);
        for (number, checkpoint) in std::mem::take(&mut self.checkpoints) {
            let size = checkpoint.size;
            let fault = CheckpointFault::Beyond { size };
            self.findings.push(Finding::Checkpoint { number, fault });
        }
        let entries = self.settled.iter().filter_map(|found| found.entry);
        let entries = entries.chain(self.doubles).collect();
        let leaves = self
            .settled
            .iter()
            .filter_map(|found| Some((found.place, found.leaf?)));
        self.findings
            .extend(explain::explain(entries, leaves.collect(), self.leaves));
        Report {
            entries: self.entries,
            leaves: self.leaves,
            vouched: self.vouched,
            findings: self.findings,
        }
    }
}

/// The place before the one where the next entry stands.
fn before_next<B, E>(
    place: u64,
    entries: &mut Peekable<impl Iterator<Item = Result<Entry<B>, E>>>,
) -> u64 {
    match entries.peek() {
        Some(Ok(entry)) => entry.place.saturating_sub(1).max(place),
        _ => place,
    }
}

impl Witness {
    /// Whether it believes the bytes in the database about this place, and not the file.
    fn believes(self, found: &Disagreement) -> bool {
        found.entry.is_some_and(|entry| match self {
            Self::File => false,
            Self::Agreement => entry.stored == entry.hash,
            Self::Bytes => true,
        })
    }
}
