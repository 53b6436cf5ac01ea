//! Single values, encrypted: secrets of one-time codes, passwords of connectors, keys of clients.

use zeroize::Zeroizing;

use crate::derive::{DerivedKey, Purpose, Roots};
use crate::random::{NoRandomness, Random};

/// The layout of a sealed value: this byte, the number of the root secret, then nonce, encrypted text and tag.
const LAYOUT: u8 = 1;

/// Encrypts and decrypts values of one purpose: AES-256-GCM with random nonces, good for four thousand million values
/// under one root secret.
#[derive(Debug)]
pub struct Sealer {
    purpose: Purpose,
    newest: (u8, DerivedKey),
    older: Vec<(u8, DerivedKey)>,
}

/// Why a sealed value does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealProblem {
    /// It is no sealed value, or one of a newer Kept.
    #[error("this is no sealed value, or one of a newer Kept")]
    Malformed,
    /// It was sealed with a root secret that is not here.
    #[error("it was sealed with root secret {0}, which this installation does not have")]
    NoRoot(u8),
    /// It was changed, or belongs to something else.
    #[error("it was changed, or belongs to another record")]
    Damaged,
}

impl Sealer {
    /// For values of one purpose.
    pub fn new(roots: &Roots, purpose: Purpose) -> Self {
        let key = |root: &crate::RootSecret| (root.number(), root.derive(purpose));
        let newest = key(roots.newest());
        let older = roots
            .all()
            .map(key)
            .filter(|(number, _)| *number != newest.0);
        Self {
            purpose,
            older: older.collect(),
            newest,
        }
    }

    /// Encrypts a value. `associated` says what it belongs to (a table and an id): it is not stored, but only the same
    /// one opens the value, so that nobody can move it to another record.
    ///
    /// # Errors
    /// [`NoRandomness`]
    pub fn seal(
        &self,
        associated: &[u8],
        plain: &[u8],
        random: &mut dyn Random,
    ) -> Result<Vec<u8>, NoRandomness> {
        let (number, key) = &self.newest;
        let head = [LAYOUT, *number];
        let sealed = key
            .seal(&self.about(head, associated), plain, random)
            .map_err(|_| NoRandomness)?;
        Ok([head.as_slice(), &sealed].concat())
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
        let Some((&[LAYOUT, number], rest)) = sealed.split_first_chunk() else {
            return Err(SealProblem::Malformed);
        };
        let (_, key) = self
            .older
            .iter()
            .chain([&self.newest])
            .find(|(known, _)| *known == number)
            .ok_or(SealProblem::NoRoot(number))?;
        key.open(&self.about([LAYOUT, number], associated), rest)
            .ok_or(SealProblem::Damaged)
    }

    /// Whether a value was sealed with an older root secret: then seal it again when it is next written.
    pub fn is_outdated(&self, sealed: &[u8]) -> bool {
        !sealed.starts_with(&[LAYOUT, self.newest.0])
    }

    fn about(&self, head: [u8; 2], associated: &[u8]) -> Vec<u8> {
        // The zero ends the label, so that no associated data can pass for another purpose's.
        [
            head.as_slice(),
            self.purpose.label().as_bytes(),
            &[0],
            associated,
        ]
        .concat()
    }
}

#[cfg(test)]
mod tests {
    use super::{SealProblem, Sealer};
    use crate::derive::{Purpose, Roots};
    use crate::random::seeded;

    #[test]
    fn a_value_opens_for_its_own_record_and_purpose_only() {
        let mut random = seeded(1);
        let roots = Roots::new(&mut random).unwrap();
        let totp = Sealer::new(&roots, Purpose::Totp);
        let sealed = totp.seal(b"people/1", b"JBSWY3DP", &mut random).unwrap();
        assert_eq!(
            totp.open(b"people/1", &sealed).unwrap().as_slice(),
            b"JBSWY3DP"
        );
        assert_eq!(totp.open(b"people/2", &sealed), Err(SealProblem::Damaged));
        let other = Sealer::new(&roots, Purpose::Connectors);
        assert_eq!(other.open(b"people/1", &sealed), Err(SealProblem::Damaged));
    }

    #[test]
    fn values_of_an_older_root_secret_still_open_and_are_known_as_outdated() {
        let mut random = seeded(1);
        let mut roots = Roots::new(&mut random).unwrap();
        let sealed = Sealer::new(&roots, Purpose::Files)
            .seal(b"a", b"x", &mut random)
            .unwrap();
        roots.add(&mut random).unwrap();
        let sealer = Sealer::new(&roots, Purpose::Files);
        assert_eq!(sealer.open(b"a", &sealed).unwrap().as_slice(), b"x");
        assert!(sealer.is_outdated(&sealed));
        let again = sealer.seal(b"a", b"x", &mut random).unwrap();
        assert!(!sealer.is_outdated(&again));
    }

    #[test]
    fn every_changed_byte_of_a_sealed_value_is_noticed() {
        let mut random = seeded(1);
        let sealer = Sealer::new(&Roots::new(&mut random).unwrap(), Purpose::Files);
        let sealed = sealer.seal(b"a", b"text", &mut random).unwrap();
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 2;
            assert!(sealer.open(b"a", &changed).is_err(), "byte {place}");
        }
        assert_eq!(sealer.open(b"a", b""), Err(SealProblem::Malformed));
        assert_eq!(sealer.open(b"a", &[1, 9, 0]), Err(SealProblem::NoRoot(9)));
    }

    #[test]
    fn the_same_value_is_sealed_differently_each_time() {
        let mut random = seeded(1);
        let sealer = Sealer::new(&Roots::new(&mut random).unwrap(), Purpose::Files);
        let mut seal = || sealer.seal(b"a", b"text", &mut random).unwrap();
        assert_ne!(seal(), seal());
    }
}
