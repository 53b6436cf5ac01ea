//! A new master key in place of one that lies in a file.

use std::path::Path;

use super::{KeysFile, KeysProblem};
use crate::disk::{self, Steps};
use crate::master::MasterKey;
use crate::random::Random;
use crate::sources::{FoundKey, KeyOrigin};

/// Changes the master key that lies in a file: wraps the keys for both, replaces the file, wraps them for the new one
/// alone. A crash at any point leaves the key in the file able to open the keys; then run it again.
///
/// Backups made before still need the old master key. Whoever had the old key together with the data may have read the
/// database's key: change that as well.
///
/// # Errors
/// [`KeysProblem::NotAFile`] when the key is not in a file that Kept may write; others of reading and writing.
pub fn rotate_master_file(
    data: &Path,
    found: &FoundKey,
    random: &mut dyn Random,
) -> Result<MasterKey, KeysProblem> {
    rotate(data, found, random, &Steps::default())
}

pub(super) fn rotate(
    data: &Path,
    found: &FoundKey,
    random: &mut dyn Random,
    steps: &Steps,
) -> Result<MasterKey, KeysProblem> {
    let KeyOrigin::File(path) = &found.origin else {
        return Err(KeysProblem::NotAFile(found.origin.clone()));
    };
    // A link stays a link: the file that it leads to is replaced.
    let path = disk::settled(path);
    let mut keys = KeysFile::open(data, &found.key)?;
    let new = MasterKey::new(random)?;
    keys.write(&[&found.key, &new], random, steps)?;
    let folder = disk::settled(data).display().to_string();
    disk::replace(&path, &new.file_text(&folder), steps)?;
    keys.write(&[&new], random, steps)?;
    Ok(new)
}
