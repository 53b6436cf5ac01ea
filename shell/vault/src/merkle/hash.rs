//! Hashes of leaves and nodes.

use std::fmt;
use std::str::FromStr;

use crate::crypto;
use crate::hex;

/// A SHA-256 in the tree: of a leaf, a node or the root. Prints as 64 hexadecimal digits. It is no secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

/// The hash of an entry: SHA-256 of a zero byte and the entry, so that no leaf can pass for a node.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Hash(crypto::sha256(&[&[0], entry]))
}

/// The hash of a node: SHA-256 of a one byte and the hashes of both sides.
pub fn node_hash(left: Hash, right: Hash) -> Hash {
    Hash(crypto::sha256(&[&[1], &left.0, &right.0]))
}

impl Hash {
    /// From the 32 bytes that were stored.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes to store.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The root of a tree without entries: SHA-256 of nothing.
    pub(crate) fn of_nothing() -> Self {
        Self(crypto::sha256(&[]))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        hex::decode(text).map(|bytes| Self(*bytes)).ok_or(())
    }
}
