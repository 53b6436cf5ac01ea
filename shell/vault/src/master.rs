//! The master key: the one secret that is not kept with the data.

use std::fmt;
use std::str::FromStr;

use zeroize::Zeroizing;

use crate::crypto;
use crate::hex;
use crate::random::{NoRandomness, Random};
use crate::secret::Secret;

/// The key that wraps all others. It lies outside the data folder, and without it the data cannot be read.
#[derive(Clone, Debug)]
pub struct MasterKey(Secret);

/// Names a master key without telling anything about it; prints as 16 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MasterId([u8; 8]);

impl MasterKey {
    /// A new key from 32 random bytes.
    ///
    /// # Errors
    /// [`NoRandomness`]
    pub fn new(random: &mut dyn Random) -> Result<Self, NoRandomness> {
        Secret::random(random).map(Self)
    }

    /// Reads 64 hexadecimal digits; blanks around them do not matter. `None` for anything else.
    pub fn from_hex(text: &str) -> Option<Self> {
        Secret::from_hex(text.trim()).map(Self)
    }

    /// The 64 hexadecimal digits, for the one place where a person keeps the key.
    pub fn hex(&self) -> Zeroizing<String> {
        self.0.hex()
    }

    /// The name of this key.
    pub fn id(&self) -> MasterId {
        let derived = crypto::hkdf(&self.0, &[b"kept 1 master id"]);
        let mut id = [0; 8];
        for (to, from) in id.iter_mut().zip(derived.bytes()) {
            *to = *from;
        }
        MasterId(id)
    }

    /// The passphrase of backups that only this key shall open: 64 hexadecimal digits that tell nothing about the key.
    pub fn backup_passphrase(&self) -> Zeroizing<String> {
        crypto::hkdf(&self.0, &[b"kept 1 backup"]).hex()
    }

    /// Reads the text of a key file: lines that begin with `#` are for people, one line is the key.
    pub(crate) fn from_file_text(text: &str) -> Option<Self> {
        let mut lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let key = Self::from_hex(lines.next()?)?;
        lines.next().is_none().then_some(key)
    }

    /// The text of a key file for the data in `folder`.
    pub(crate) fn file_text(&self, folder: &str) -> Zeroizing<String> {
        let folder: String = folder.chars().filter(|c| !c.is_control()).collect();
        Zeroizing::new(format!(
            "# The master key of Kept for the data in {folder}\n\
             # Without it that data cannot be read. Keep a copy in a safe place, apart from the backups.\n\
             {}\n",
            *self.hex()
        ))
    }

    /// The key that wraps others: the master key itself never encrypts anything.
    pub(crate) fn wrapping(&self) -> Secret {
        crypto::hkdf(&self.0, &[b"kept 1 wrapping"])
    }
}

impl fmt::Display for MasterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl fmt::Debug for MasterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for MasterId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        hex::decode(text).map(|id| Self(*id)).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::{MasterId, MasterKey};
    use crate::random::seeded;

    #[test]
    fn a_key_file_reads_back_as_the_same_key() {
        let key = MasterKey::new(&mut seeded(1)).unwrap();
        let text = key.file_text("/srv/a\nb");
        let again = MasterKey::from_file_text(&text).unwrap();
        assert_eq!(*again.hex(), *key.hex());
        assert_eq!(again.id(), key.id());
    }

    #[test]
    fn a_key_file_with_two_keys_or_none_is_refused() {
        let key = MasterKey::new(&mut seeded(1)).unwrap();
        let twice = format!("{}\n{}\n", *key.hex(), *key.hex());
        for text in ["", "# nothing\n", &twice, &key.hex()[1..]] {
            assert!(MasterKey::from_file_text(text).is_none());
        }
    }

    #[test]
    fn a_master_key_is_never_printed() {
        let key = MasterKey::new(&mut seeded(1)).unwrap();
        assert_eq!(format!("{key:?}"), "MasterKey(…)");
    }

    #[test]
    fn the_name_of_a_key_is_no_part_of_it() {
        let key = MasterKey::new(&mut seeded(1)).unwrap();
        let name = key.id().to_string();
        assert_eq!(name.len(), 16);
        assert!(!key.hex().contains(&name));
        assert_eq!(name.parse::<MasterId>(), Ok(key.id()));
    }
}
