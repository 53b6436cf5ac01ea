//! A key for one client or one file. Deleting it makes all that it sealed unreadable, wherever copies of that lie; a
//! backup that still holds the key does not count as deleted, so erasures are replayed when one is restored.

use zeroize::Zeroizing;

use crate::crypto;
use crate::random::{NoRandomness, Random};
use crate::seal::{SealProblem, Sealer};
use crate::secret::Secret;

/// What stands before all that an item's key seals.
const LAYOUT: u8 = 1;

/// A random key that belongs to one client or one file. It is stored sealed ([`ItemKey::sealed`]) and
/// deleted when the client is erased.
#[derive(Clone, Debug)]
pub struct ItemKey(Secret);

impl ItemKey {
    /// A new key.
    ///
    /// # Errors
    /// [`NoRandomness`]
    pub fn new(random: &mut dyn Random) -> Result<Self, NoRandomness> {
        Secret::random(random).map(Self)
    }

    /// The key as it is stored; `owner` names whom it belongs to, as a table and an id do.
    ///
    /// # Errors
    /// [`NoRandomness`]
    pub fn sealed(
        &self,
        sealer: &Sealer,
        owner: &[u8],
        random: &mut dyn Random,
    ) -> Result<Vec<u8>, NoRandomness> {
        sealer.seal(owner, self.0.bytes(), random)
    }

    /// The key from how it is stored.
    ///
    /// # Errors
    /// [`SealProblem`]
    pub fn unsealed(sealer: &Sealer, owner: &[u8], stored: &[u8]) -> Result<Self, SealProblem> {
        let bytes = sealer.open(owner, stored)?;
        Secret::from_slice(&bytes)
            .map(Self)
            .ok_or(SealProblem::Malformed)
    }

    /// Encrypts a value that belongs to the same client or file; `associated` says which one it is.
    ///
    /// # Errors
    /// [`NoRandomness`]
    pub fn seal(
        &self,
        associated: &[u8],
        plain: &[u8],
        random: &mut dyn Random,
    ) -> Result<Vec<u8>, NoRandomness> {
        let sealed = crypto::seal(&self.0, associated, plain, random).map_err(|_| NoRandomness)?;
        Ok([[LAYOUT].as_slice(), &sealed].concat())
    }

    /// The value again.
    ///
    /// # Errors
    /// [`SealProblem`]
    pub fn open(
        &self,
        associated: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealProblem> {
        let Some((&LAYOUT, rest)) = sealed.split_first() else {
            return Err(SealProblem::Malformed);
        };
        crypto::open(&self.0, associated, rest).ok_or(SealProblem::Damaged)
    }
}

#[cfg(test)]
mod tests {
    use super::ItemKey;
    use crate::derive::{Purpose, Roots};
    use crate::random::seeded;
    use crate::seal::{SealProblem, Sealer};

    #[test]
    fn what_a_clients_key_sealed_opens_with_the_stored_key_of_that_client_alone() {
        let mut random = seeded(1);
        let sealer = Sealer::new(&Roots::new(&mut random).unwrap(), Purpose::ClientKeys);
        let key = ItemKey::new(&mut random).unwrap();
        let stored = key.sealed(&sealer, b"clients/1", &mut random).unwrap();
        let note = key
            .seal(b"note/7", b"allergic to tests", &mut random)
            .unwrap();
        let again = ItemKey::unsealed(&sealer, b"clients/1", &stored).unwrap();
        assert_eq!(
            again.open(b"note/7", &note).unwrap().as_slice(),
            b"allergic to tests"
        );
        assert_eq!(again.open(b"note/8", &note), Err(SealProblem::Damaged));
        assert_eq!(again.open(b"note/7", b""), Err(SealProblem::Malformed));
        let other = ItemKey::unsealed(&sealer, b"clients/2", &stored).unwrap_err();
        assert_eq!(other, SealProblem::Damaged);
    }

    #[test]
    fn without_a_clients_key_what_it_sealed_stays_shut_to_all_other_keys() {
        let mut random = seeded(1);
        let erased = ItemKey::new(&mut random).unwrap();
        let note = erased.seal(b"note/7", b"text", &mut random).unwrap();
        drop(erased);
        let another = ItemKey::new(&mut random).unwrap();
        assert_eq!(another.open(b"note/7", &note), Err(SealProblem::Damaged));
    }
}
