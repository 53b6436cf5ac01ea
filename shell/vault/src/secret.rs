//! Thirty-two bytes that nobody may see.

use std::fmt;

use zeroize::Zeroizing;

use crate::hex;
use crate::random::{NoRandomness, Random};

/// A secret of 32 bytes: never printed, wiped when dropped, and on the heap so that moving it leaves no copies.
pub(crate) struct Secret(Box<Zeroizing<[u8; 32]>>);

impl Secret {
    pub(crate) fn random(random: &mut dyn Random) -> Result<Self, NoRandomness> {
        Self::filled(|bytes| random.fill(bytes))
    }

    /// A secret that `fill` writes in place.
    pub(crate) fn filled<E>(fill: impl FnOnce(&mut [u8]) -> Result<(), E>) -> Result<Self, E> {
        let mut secret = Self(Box::default());
        fill(secret.0.as_mut_slice())?;
        Ok(secret)
    }

    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        let mut secret = Self(Box::default());
        (bytes.len() == 32).then(|| secret.0.copy_from_slice(bytes))?;
        Some(secret)
    }

    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        hex::decode(text).map(|bytes| Self(Box::new(bytes)))
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn hex(&self) -> Zeroizing<String> {
        hex::encode(self.bytes())
    }
}

impl Clone for Secret {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}
