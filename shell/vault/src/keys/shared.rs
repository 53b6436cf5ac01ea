//! The keys of a database that several nodes share: their text lies there too, and each node's file follows it.

use std::path::Path;

use super::{KeysFile, KeysProblem};
use crate::crypto;
use crate::derive::Roots;
use crate::disk::{self, Steps};
use crate::master::{MasterId, MasterKey};

/// Writes the text of the keys where other nodes read it; what went wrong as half a sentence.
pub type Elsewhere<'a> = dyn FnMut(&str) -> Result<(), String> + 'a;

impl KeysFile {
    /// Opens the keys as the shared database says them. A folder without a keys file gets one; a file that holds the same
    /// keys in another wrapping is brought in line. What holds other keys, or opens with another master key than those of
    /// the text, is refused and left as it is: it may belong to another house.
    ///
    /// # Errors
    /// [`KeysProblem::OtherMasterShared`], [`KeysProblem::OtherMasterHere`], [`KeysProblem::OtherKeys`]; others of reading
    /// and writing.
    pub fn open_shared(data: &Path, text: &str, master: &MasterKey) -> Result<Self, KeysProblem> {
        let path = Self::path_in(data);
        let shared = match Self::read(path.clone(), text, master) {
            Err(KeysProblem::OtherMaster { needed, given, .. }) => {
                return Err(KeysProblem::OtherMasterShared { needed, given });
            }
            Err(KeysProblem::Damaged { why, .. }) => {
                return Err(KeysProblem::DamagedShared { why });
            }
            other => other?,
        };
        match Self::open(data, master) {
            Ok(own) if own.text == shared.text => Ok(own),
            Ok(own) if own.same_keys(&shared) => {
                disk::replace(&path, &shared.text, &Steps::default())?;
                Ok(shared)
            }
            Ok(_) => Err(KeysProblem::OtherKeys { path }),
            Err(KeysProblem::Disk(problem)) if problem.is_not_found() => {
                if disk::is_there(&data.join(Self::DATABASE))? {
                    return Err(KeysProblem::Missing { data: data.into() });
                }
                match disk::create(&path, &shared.text, &Steps::default()) {
                    // Another process of this node was faster: look at what it wrote.
                    Err(problem) if problem.already_exists() => {
                        Self::open_shared(data, text, master)
                    }
                    created => created.map(|()| shared).map_err(Into::into),
                }
            }
            Err(KeysProblem::OtherMaster { needed, given, .. }) => {
                // While the master key is being changed the text names the old one too, and this node already has the new.
                let is_change = shared.masters.contains(&needed);
                if is_change && !disk::is_there(&data.join(Self::DATABASE))? {
                    disk::replace(&path, &shared.text, &Steps::default())?;
                    return Ok(shared);
                }
                Err(KeysProblem::OtherMasterHere {
                    path,
                    needed,
                    given,
                })
            }
            Err(other) => Err(other),
        }
    }

    /// The master keys that open a text of keys, so that a person is told which one is missing.
    ///
    /// # Errors
    /// [`KeysProblem::DamagedShared`]
    pub fn masters_of(text: &str) -> Result<Vec<MasterId>, KeysProblem> {
        let lines = super::Lines::read(text);
        let lines = lines.map_err(|why| KeysProblem::DamagedShared { why })?;
        Ok(lines.masters())
    }

    fn same_keys(&self, other: &Self) -> bool {
        let same = |one: &[u8], other: &[u8]| crypto::same(one, other);
        let next = |keys: &Self| keys.next.as_ref().map(|key| *key.bytes());
        same(self.database.bytes(), other.database.bytes())
            && next(self) == next(other)
            && secrets(&self.roots) == secrets(&other.roots)
    }
}

/// What tells whether two are the same without telling what they are.
fn secrets(roots: &Roots) -> Vec<(u8, [u8; 32])> {
    let mac = |root: &crate::RootSecret| {
        let key = root.derive(crate::Purpose::Sessions);
        (root.number(), key.mac(b"the same root"))
    };
    roots.all().map(mac).collect()
}
