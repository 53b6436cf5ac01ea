//! A new master key in place of one that lies in a file.

use super::{Elsewhere, KeysFile, KeysProblem};
use crate::disk::{self, Steps};
use crate::master::MasterKey;
use crate::random::Random;
use crate::sources::{FoundKey, KeyOrigin};

/// Changes the master key that lies in a file: wraps the keys for both, replaces the file, wraps them for the new one
/// alone; what lies elsewhere is written first with both, and last with the new one. A crash at any point leaves the key
/// in the file able to open the keys, wherever they lie; then run it again.
///
/// Backups made before still need the old master key. Whoever had the old key together with the data may have read the
/// database's key: change that as well.
///
/// # Errors
/// [`KeysProblem::NotAFile`] when the key is not in a file that Kept may write; others of reading and writing.
pub fn rotate_master_file(
    keys: &mut KeysFile,
    found: &FoundKey,
    elsewhere: &mut Elsewhere<'_>,
    random: &mut dyn Random,
) -> Result<MasterKey, KeysProblem> {
    rotate(keys, found, elsewhere, random, &Steps::default())
}

pub(super) fn rotate(
    keys: &mut KeysFile,
    found: &FoundKey,
    elsewhere: &mut Elsewhere<'_>,
    random: &mut dyn Random,
    steps: &Steps,
) -> Result<MasterKey, KeysProblem> {
    let KeyOrigin::File(path) = &found.origin else {
        return Err(KeysProblem::NotAFile(found.origin.clone()));
    };
    // A link stays a link: the file that it leads to is replaced.
    let path = disk::settled(path);
    let new = MasterKey::new(random)?;
    keys.for_both((&found.key, &new), elsewhere, random, steps)?;
    let folder = disk::settled(disk::folder_of(&keys.path));
    let text = new.file_text(&folder.display().to_string());
    disk::replace(&path, &text, steps)?;
    keys.for_one(&new, elsewhere, random, steps)?;
    Ok(new)
}
