//! The keys file: the database's key and the root secrets, wrapped by the master key.
//!
//! ```text
//! kept keys 1
//! database = v1.database.1.0123456789abcdef.…
//! root = v1.root.1.0123456789abcdef.…
//! ```
//!
//! Changing the master key wraps the same keys again; no data is touched. In between the file names each key twice, for
//! the old and for the new master key, so that at every moment the master key that is in its place opens the file:
//!
//! 1. [`KeysFile::begin_master_change`]: keys file for both;
//! 2. the new master key is put in its place (a file is replaced, an environment variable is set anew);
//! 3. [`KeysFile::finish_master_change`]: keys file for the new one alone.
//!
//! Where several nodes share a database, it holds the same text ([`KeysFile::text`]), and each node's file follows it
//! ([`KeysFile::open_shared`]). A change of the master key writes it there first with both, and last with the new one
//! alone, through an [`Elsewhere`].
//!
//! Changing the database's key takes the store's help: [`KeysFile::add_next_database_key`]; the store encrypts into a
//! new file with [`KeysFile::next_database_key`] and renames it over the old one; [`KeysFile::take_next_database_key`].
//! Where a next key stands in the file, the database may be encrypted with either: try both.

mod lines;
mod problem;
mod rotate;
mod shared;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::derive::Roots;
use crate::disk::{self, Steps};
use crate::master::{MasterId, MasterKey};
use crate::random::{NoRandomness, Random};
use crate::secret::Secret;
use crate::wrap::{Kind, WrapProblem, Wrapped};

use lines::{ABOUT, HEAD, Lines};
use problem::{damaged, trouble};

pub use problem::KeysProblem;
pub use rotate::rotate_master_file;
pub use shared::Elsewhere;

/// The key that encrypts the database file.
#[derive(Clone, Debug)]
pub struct DatabaseKey {
    number: u8,
    secret: Secret,
}

/// The opened keys file of a data folder.
///
/// One process may change it at a time; the store's lock on the data folder sees to that.
#[derive(Clone)]
pub struct KeysFile {
    path: PathBuf,
    text: String,
    database: DatabaseKey,
    next: Option<DatabaseKey>,
    roots: Roots,
    masters: Vec<MasterId>,
}

impl DatabaseKey {
    fn new(number: u8, random: &mut dyn Random) -> Result<Self, NoRandomness> {
        let secret = Secret::random(random)?;
        Ok(Self { number, secret })
    }

    /// The 64 hexadecimal digits for `PRAGMA key = "x'…'"`.
    pub fn hex(&self) -> Zeroizing<String> {
        self.secret.hex()
    }

    /// The 32 bytes themselves.
    pub fn bytes(&self) -> &[u8; 32] {
        self.secret.bytes()
    }

    /// Its number: the next key has another one.
    pub fn number(&self) -> u8 {
        self.number
    }
}

impl KeysFile {
    /// The name of the file in the data folder.
    pub const NAME: &str = "kept.keys";

    /// The name of the database file beside it, by which a data folder in use is known.
    pub const DATABASE: &str = "kept.db";

    /// Where the keys file of a data folder lies.
    pub fn path_in(data: &Path) -> PathBuf {
        data.join(Self::NAME)
    }

    /// Opens the keys file of a data folder, or creates it with new keys where there is none and no database either.
    ///
    /// # Errors
    /// [`KeysProblem`]
    pub fn open_or_create(
        data: &Path,
        master: &MasterKey,
        random: &mut dyn Random,
    ) -> Result<Self, KeysProblem> {
        match Self::open(data, master) {
            Err(KeysProblem::Disk(problem)) if problem.is_not_found() => {
                let file = Self::new(data, master, random)?;
                match disk::create(&file.path, &file.text, &Steps::default()) {
                    Ok(()) => Ok(file),
                    Err(problem) if problem.already_exists() => Self::open(data, master),
                    Err(problem) => Err(problem.into()),
                }
            }
            other => other,
        }
    }

    /// The same without writing new keys: for a database that several nodes share, where the first text to be there is the
    /// keys of all. [`KeysFile::open_shared`] then writes the file.
    ///
    /// # Errors
    /// [`KeysProblem`]
    pub fn open_or_new(
        data: &Path,
        master: &MasterKey,
        random: &mut dyn Random,
    ) -> Result<Self, KeysProblem> {
        match Self::open(data, master) {
            Err(KeysProblem::Disk(problem)) if problem.is_not_found() => {
                Self::new(data, master, random)
            }
            other => other,
        }
    }

    /// Opens the keys file of a data folder.
    ///
    /// # Errors
    /// [`KeysProblem`]
    pub fn open(data: &Path, master: &MasterKey) -> Result<Self, KeysProblem> {
        let path = Self::path_in(data);
        let (text, _) = disk::read(&path)?;
        Self::read(path, &text, master)
    }

    fn read(path: PathBuf, text: &str, master: &MasterKey) -> Result<Self, KeysProblem> {
        let lines = Lines::read(text).map_err(|why| damaged(&path, why))?;
        let unwrapping = |problem| trouble(&path, &problem);
        let key = |lines: &[Wrapped]| database_key(lines, master).map_err(unwrapping);
        let database = key(&lines.database)?
            .ok_or_else(|| damaged(&path, "the database's key is missing".into()))?;
        Ok(Self {
            database,
            next: key(&lines.next)?,
            roots: Roots::open(&lines.root, master).map_err(unwrapping)?,
            masters: lines.masters(),
            text: text.to_owned(),
            path,
        })
    }

    /// New keys, unless there is a database, which they would not open.
    fn new(data: &Path, master: &MasterKey, random: &mut dyn Random) -> Result<Self, KeysProblem> {
        if disk::is_there(&data.join(Self::DATABASE))? {
            return Err(KeysProblem::Missing { data: data.into() });
        }
        let mut file = Self {
            path: Self::path_in(data),
            text: String::new(),
            database: DatabaseKey::new(1, random)?,
            next: None,
            roots: Roots::new(random)?,
            masters: vec![master.id()],
        };
        file.text = file.wrapped(&[master], random)?;
        Ok(file)
    }

    /// The text of the file: the keys, wrapped. It is worth nothing without the master key.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The key that encrypts the database.
    pub fn database_key(&self) -> &DatabaseKey {
        &self.database
    }

    /// The key that the database is being encrypted with anew, while that change is under way.
    pub fn next_database_key(&self) -> Option<&DatabaseKey> {
        self.next.as_ref()
    }

    /// The root secrets.
    pub fn roots(&self) -> &Roots {
        &self.roots
    }

    /// The master keys that open the file: one, or two while the master key is being changed, the old one first.
    pub fn masters(&self) -> impl Iterator<Item = MasterId> {
        self.masters.iter().copied()
    }

    /// Writes the keys so that the old and the new master key open them, elsewhere first. May be called again with
    /// another new key.
    ///
    /// # Errors
    /// [`KeysProblem::Elsewhere`], [`KeysProblem::Disk`], [`KeysProblem::Random`]
    pub fn begin_master_change(
        &mut self,
        (old, new): (&MasterKey, &MasterKey),
        elsewhere: &mut Elsewhere<'_>,
        random: &mut dyn Random,
    ) -> Result<(), KeysProblem> {
        self.for_both((old, new), elsewhere, random, &Steps::default())
    }

    /// Writes the keys so that this master key alone opens them, elsewhere last. Call it when the new key is in its place.
    ///
    /// # Errors
    /// [`KeysProblem::MasterChangeNotBegun`] when the file was not written for it, and
    /// [`KeysProblem::OldMasterInPlace`] when it is the one that is to go; those of writing.
    pub fn finish_master_change(
        &mut self,
        new: &MasterKey,
        elsewhere: &mut Elsewhere<'_>,
        random: &mut dyn Random,
    ) -> Result<(), KeysProblem> {
        match self.masters.as_slice() {
            [old, newer] if *old == new.id() => Err(KeysProblem::OldMasterInPlace {
                old: *old,
                new: *newer,
            }),
            masters if !masters.contains(&new.id()) => Err(KeysProblem::MasterChangeNotBegun),
            _ => self.for_one(new, elsewhere, random, &Steps::default()),
        }
    }

    fn for_both(
        &mut self,
        (old, new): (&MasterKey, &MasterKey),
        elsewhere: &mut Elsewhere<'_>,
        random: &mut dyn Random,
        steps: &Steps,
    ) -> Result<(), KeysProblem> {
        let text = self.wrapped(&[old, new], random)?;
        elsewhere(&text).map_err(KeysProblem::Elsewhere)?;
        self.put(text, vec![old.id(), new.id()], steps)
    }

    fn for_one(
        &mut self,
        new: &MasterKey,
        elsewhere: &mut Elsewhere<'_>,
        random: &mut dyn Random,
        steps: &Steps,
    ) -> Result<(), KeysProblem> {
        let text = self.wrapped(&[new], random)?;
        self.put(text, vec![new.id()], steps)?;
        elsewhere(&self.text).map_err(KeysProblem::Elsewhere)
    }

    /// Adds the key that the database is to be encrypted with anew.
    ///
    /// # Errors
    /// [`KeysProblem::DatabaseChangeUnfinished`], [`KeysProblem::MasterChangeUnfinished`], and of writing.
    pub fn add_next_database_key(
        &mut self,
        master: &MasterKey,
        random: &mut dyn Random,
    ) -> Result<&DatabaseKey, KeysProblem> {
        if self.next.is_some() {
            return Err(KeysProblem::DatabaseChangeUnfinished);
        }
        let next = DatabaseKey::new(self.database.number.wrapping_add(1), random)?;
        self.change(master, random, |file| file.next = Some(next))?;
        self.next.as_ref().ok_or(KeysProblem::NoNextKey)
    }

    /// Makes the next key the database's key and forgets the old one. Call it when the database that is in its place
    /// opens with the next key.
    ///
    /// # Errors
    /// [`KeysProblem::NoNextKey`], [`KeysProblem::MasterChangeUnfinished`], and of writing.
    pub fn take_next_database_key(
        &mut self,
        master: &MasterKey,
        random: &mut dyn Random,
    ) -> Result<(), KeysProblem> {
        let next = self.next.clone().ok_or(KeysProblem::NoNextKey)?;
        self.change(master, random, |file| {
            file.database = next;
            file.next = None;
        })
    }

    /// Forgets the next key. Call it when the database that is in its place opens with the present key.
    ///
    /// # Errors
    /// [`KeysProblem::MasterChangeUnfinished`], and of writing.
    pub fn drop_next_database_key(
        &mut self,
        master: &MasterKey,
        random: &mut dyn Random,
    ) -> Result<(), KeysProblem> {
        self.change(master, random, |file| file.next = None)
    }

    /// Adds a root secret, which all new values are sealed with.
    ///
    /// # Errors
    /// [`KeysProblem::MasterChangeUnfinished`], and of writing.
    pub fn add_root(
        &mut self,
        master: &MasterKey,
        random: &mut dyn Random,
    ) -> Result<(), KeysProblem> {
        let mut roots = self.roots.clone();
        roots.add(random)?;
        self.change(master, random, |file| file.roots = roots)
    }

    /// Changes the keys on disk, then here: when writing fails, nothing has changed.
    fn change(
        &mut self,
        master: &MasterKey,
        random: &mut dyn Random,
        edit: impl FnOnce(&mut Self),
    ) -> Result<(), KeysProblem> {
        // The other master key is not at hand, so what is written could not be wrapped for it.
        if self.masters != [master.id()] {
            return Err(KeysProblem::MasterChangeUnfinished);
        }
        let mut changed = self.clone();
        edit(&mut changed);
        let text = changed.wrapped(&[master], random)?;
        changed.put(text, vec![master.id()], &Steps::default())?;
        *self = changed;
        Ok(())
    }

    fn put(
        &mut self,
        text: String,
        masters: Vec<MasterId>,
        steps: &Steps,
    ) -> Result<(), KeysProblem> {
        disk::replace(&self.path, &text, steps)?;
        (self.text, self.masters) = (text, masters);
        Ok(())
    }

    fn wrapped(
        &self,
        masters: &[&MasterKey],
        random: &mut dyn Random,
    ) -> Result<String, NoRandomness> {
        let mut lines = vec![format!("{HEAD}\n{ABOUT}")];
        let keys = [
            ("database", Some(&self.database)),
            ("next", self.next.as_ref()),
        ];
        for master in masters {
            for (word, key) in keys {
                let Some(key) = key else { continue };
                let wrapped =
                    Wrapped::wrap(Kind::Database, key.number, &key.secret, master, random)
                        .map_err(|_| NoRandomness)?;
                lines.push(format!("{word} = {wrapped}\n"));
            }
            let roots = self.roots.wrap(master, random).map_err(|_| NoRandomness)?;
            lines.extend(roots.iter().map(|root| format!("root = {root}\n")));
        }
        Ok(lines.concat())
    }
}

/// The key among the lines that this master key wrapped; `None` where there are no lines.
fn database_key(lines: &[Wrapped], master: &MasterKey) -> Result<Option<DatabaseKey>, WrapProblem> {
    let mine = lines.iter().find(|line| line.master == master.id());
    let Some(line) = mine.or(lines.first()) else {
        return Ok(None);
    };
    let secret = line.unwrap(master)?;
    let number = line.number;
    Ok(Some(DatabaseKey { number, secret }))
}

impl fmt::Debug for KeysFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeysFile")
            .field("path", &self.path)
            .field("masters", &self.masters)
            .finish_non_exhaustive()
    }
}
