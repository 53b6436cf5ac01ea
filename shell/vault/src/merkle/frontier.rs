//! The right edge of the tree: all that is needed to go on appending.

use super::hash::{Hash, node_hash};

/// The hashes of the largest whole subtrees, from left to right, one for each bit of the number of leaves.
///
/// At most 64 hashes, however long the history; it is stored beside the entries and goes on with the next one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

/// The root of the tree over these leaf hashes.
pub fn root_of(leaves: impl IntoIterator<Item = Hash>) -> Hash {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        frontier.append(leaf);
    }
    frontier.root()
}

impl Frontier {
    /// Leaves so far.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds the hash of the next leaf; on average two hashes are computed.
    pub fn append(&mut self, leaf: Hash) {
        let mut whole = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                whole = node_hash(left, whole);
            }
        }
        self.peaks.push(whole);
        self.size += 1;
    }

    /// The root of the tree over all leaves so far.
    pub fn root(&self) -> Hash {
        self.peaks
            .iter()
            .rev()
            .copied()
            .reduce(|right, left| node_hash(left, right))
            .unwrap_or_else(Hash::of_nothing)
    }

    /// The bytes to store: the number of leaves, big-endian, then the hashes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        for peak in &self.peaks {
            bytes.extend_from_slice(peak.bytes());
        }
        bytes
    }

    /// From the stored bytes; `None` when their length does not fit the number of leaves that they name.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (size, rest) = bytes.split_first_chunk()?;
        let size = u64::from_be_bytes(*size);
        let (peaks, left) = rest.as_chunks();
        let fits = left.is_empty() && peaks.len() == size.count_ones() as usize;
        fits.then(|| Self {
            size,
            peaks: peaks.iter().copied().map(Hash::from_bytes).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Frontier, root_of};
    use crate::merkle::{leaf_hash, naive_root};

    /// The eight entries of the certificate transparency log's reference tests.
    const ENTRIES: [&[u8]; 8] = [
        b"",
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[
            0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d,
            0x6e, 0x6f,
        ],
    ];

    /// Their roots, for the first entry, the first two, and so on.
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    #[test]
    fn the_roots_are_those_of_the_reference_tests() {
        let mut frontier = Frontier::default();
        for (entry, root) in ENTRIES.into_iter().zip(ROOTS) {
            frontier.append(leaf_hash(entry));
            assert_eq!(
                frontier.root().to_string(),
                root,
                "{} entries",
                frontier.size()
            );
        }
    }

    #[test]
    fn the_root_of_no_entries_is_the_hash_of_nothing() {
        assert_eq!(
            Frontier::default().root().to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn bytes_of_another_length_are_no_frontier() {
        let mut frontier = Frontier::default();
        for number in 0..13_u8 {
            frontier.append(leaf_hash(&[number]));
        }
        let bytes = frontier.to_bytes();
        assert_eq!(bytes.len(), 8 + 3 * 32);
        for length in 0..bytes.len() {
            assert_eq!(Frontier::from_bytes(&bytes[..length]), None, "{length}");
        }
        assert_eq!(
            Frontier::from_bytes(&[bytes.as_slice(), &[0; 32]].concat()),
            None
        );
    }

    proptest! {
        #[test]
        fn the_root_is_that_of_the_recursive_definition(count in 0_u32..300) {
            let leaves: Vec<_> = (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect();
            prop_assert_eq!(root_of(leaves.iter().copied()), naive_root(&leaves));
        }

        #[test]
        fn a_stored_frontier_goes_on_as_if_it_had_never_been_away(before in 0_u32..200, after in 0_u32..50) {
            let mut frontier = Frontier::default();
            for number in 0..before {
                frontier.append(leaf_hash(&number.to_be_bytes()));
            }
            let mut again = Frontier::from_bytes(&frontier.to_bytes()).unwrap();
            prop_assert_eq!(&again, &frontier);
            for number in 0..after {
                frontier.append(leaf_hash(&number.to_be_bytes()));
                again.append(leaf_hash(&number.to_be_bytes()));
            }
            prop_assert_eq!(again.root(), frontier.root());
        }
    }
}
