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
//! Changing the database's key takes the store's help: [`KeysFile::add_next_database_key`]; the store encrypts into a
//! new file with [`KeysFile::next_database_key`] and renames it over the old one; [`KeysFile::take_next_database_key`].
//! Where a next key stands in the file, the database may be encrypted with either: try both.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::derive::Roots;
use crate::disk::{self, DiskProblem, Steps};
use crate::master::{MasterId, MasterKey};
use crate::random::{NoRandomness, Random};
use crate::secret::Secret;
use crate::sources::{FoundKey, KeyOrigin};
use crate::wrap::{Kind, WrapProblem, Wrapped};

const HEAD: &str = "kept keys 1";

const ABOUT: &str = "\
# The keys of this data, encrypted by its master key, which lies elsewhere. Back this file up with the data:
# neither opens without the other.
";

/// The key that encrypts the database file.
#[derive(Clone, Debug)]
pub struct DatabaseKey {
    number: u8,
    secret: Secret,
}

/// The opened keys file of a data folder.
///
/// One process may change it at a time; the store's lock on the data folder sees to that.
pub struct KeysFile {
    path: PathBuf,
    database: DatabaseKey,
    next: Option<DatabaseKey>,
    roots: Roots,
    masters: BTreeSet<MasterId>,
}

/// Why the keys file cannot be used. None has changed anything.
#[derive(Debug, thiserror::Error)]
pub enum KeysProblem {
    /// Another master key wrapped the keys.
    #[error(
        "{path} needs the master key {needed}, and the one given is {given}. \
         Put the right key in its place, or name it with --key-file.",
        path = path.display()
    )]
    OtherMaster {
        /// The keys file.
        path: PathBuf,
        /// The master key that opens it.
        needed: MasterId,
        /// The one that was given.
        given: MasterId,
    },
    /// There is a database, and its keys file is gone.
    #[error(
        "The database in {data} cannot be opened without {name}, and that file is missing. \
         Put it back from a backup of this data. No new keys were made, since they would not open this database.",
        data = data.display(), name = KeysFile::NAME
    )]
    Missing {
        /// The data folder.
        data: PathBuf,
    },
    /// The file does not read as a keys file.
    #[error("{path} is damaged: {why}. Put it back from a backup of this data.", path = path.display())]
    Damaged {
        /// The keys file.
        path: PathBuf,
        /// What is wrong, as half a sentence.
        why: String,
    },
    /// A change of the master key was begun and not finished.
    #[error(
        "The change of the master key was begun and not finished: finish it first, so that no key is lost."
    )]
    MasterChangeUnfinished,
    /// The change to this master key was not begun, so the file was not written for both.
    #[error(
        "The change to this master key was not begun. Begin it first, then put the new key in its place."
    )]
    MasterChangeNotBegun,
    /// A change of the database's key was begun and not finished.
    #[error("The change of the database's key was begun and not finished: finish it first.")]
    DatabaseChangeUnfinished,
    /// There is no next key of the database.
    #[error("No change of the database's key was begun.")]
    NoNextKey,
    /// The master key did not come from a file that Kept may write.
    #[error(
        "The master key comes from {0}, which Kept cannot change. Begin the change, put the new key there, start again, \
         then finish the change."
    )]
    NotAFile(KeyOrigin),
    /// A file could not be read or written.
    #[error("The keys are not at hand: {0}.")]
    Disk(#[from] DiskProblem),
    /// No random bytes for new keys.
    #[error(transparent)]
    Random(#[from] NoRandomness),
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
                if disk::is_there(&data.join(Self::DATABASE))? {
                    return Err(KeysProblem::Missing { data: data.into() });
                }
                Self::create(data, master, random)
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
        let lines = Lines::read(&text).map_err(|why| damaged(&path, why))?;
        let unwrapping = |problem| trouble(&path, &problem);
        let key = |lines: &[Wrapped]| database_key(lines, master).map_err(unwrapping);
        let database = key(&lines.database)?
            .ok_or_else(|| damaged(&path, "the database's key is missing".into()))?;
        Ok(Self {
            database,
            next: key(&lines.next)?,
            roots: Roots::open(&lines.root, master).map_err(unwrapping)?,
            masters: lines.all().map(Wrapped::master).collect(),
            path,
        })
    }

    /// Creates the keys file of a data folder with new keys; one that is there is opened instead.
    fn create(
        data: &Path,
        master: &MasterKey,
        random: &mut dyn Random,
    ) -> Result<Self, KeysProblem> {
        let file = Self {
            path: Self::path_in(data),
            database: DatabaseKey::new(1, random)?,
            next: None,
            roots: Roots::new(random)?,
            masters: [master.id()].into(),
        };
        let text = file.text(&[master], random)?;
        match disk::create(&file.path, &text, &Steps::default()) {
            Ok(()) => Ok(file),
            Err(problem) if problem.already_exists() => Self::open(data, master),
            Err(problem) => Err(problem.into()),
        }
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

    /// The master keys that open the file: one, or two while the master key is being changed.
    pub fn masters(&self) -> impl Iterator<Item = MasterId> {
        self.masters.iter().copied()
    }

    /// Writes the file so that the old and the new master key open it. May be called again with another new key.
    ///
    /// # Errors
    /// [`KeysProblem::Disk`], [`KeysProblem::Random`]
    pub fn begin_master_change(
        &mut self,
        old: &MasterKey,
        new: &MasterKey,
        random: &mut dyn Random,
    ) -> Result<(), KeysProblem> {
        self.write(&[old, new], random, &Steps::default())
    }

    /// Writes the file so that this master key alone opens it. Call it when the new key is in its place.
    ///
    /// # Errors
    /// [`KeysProblem::MasterChangeNotBegun`], [`KeysProblem::Disk`], [`KeysProblem::Random`]
    pub fn finish_master_change(
        &mut self,
        new: &MasterKey,
        random: &mut dyn Random,
    ) -> Result<(), KeysProblem> {
        if !self.masters.contains(&new.id()) {
            return Err(KeysProblem::MasterChangeNotBegun);
        }
        self.write(&[new], random, &Steps::default())
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
        if self.masters.iter().ne([&master.id()]) {
            return Err(KeysProblem::MasterChangeUnfinished);
        }
        let mut changed = Self {
            path: self.path.clone(),
            database: self.database.clone(),
            next: self.next.clone(),
            roots: self.roots.clone(),
            masters: self.masters.clone(),
        };
        edit(&mut changed);
        changed.write(&[master], random, &Steps::default())?;
        *self = changed;
        Ok(())
    }

    fn write(
        &mut self,
        masters: &[&MasterKey],
        random: &mut dyn Random,
        steps: &Steps,
    ) -> Result<(), KeysProblem> {
        disk::replace(&self.path, &self.text(masters, random)?, steps)?;
        self.masters = masters.iter().map(|master| master.id()).collect();
        Ok(())
    }

    fn text(
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

fn rotate(
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

/// The lines of a keys file.
#[derive(Default)]
struct Lines {
    database: Vec<Wrapped>,
    next: Vec<Wrapped>,
    root: Vec<Wrapped>,
}

impl Lines {
    fn read(text: &str) -> Result<Self, String> {
        let mut found = Self::default();
        let mut lines = text.lines();
        if lines.next() != Some(HEAD) {
            return Err(format!("its first line is not “{HEAD}”"));
        }
        for (number, line) in (2..).zip(lines) {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            found
                .take(line)
                .ok_or_else(|| format!("line {number} is not a wrapped key"))?;
        }
        Ok(found)
    }

    fn take(&mut self, line: &str) -> Option<()> {
        let (word, text) = line.split_once(" = ")?;
        let wrapped: Wrapped = text.trim().parse().ok()?;
        let (lines, kind) = match word {
            "database" => (&mut self.database, Kind::Database),
            "next" => (&mut self.next, Kind::Database),
            "root" => (&mut self.root, Kind::Root),
            _ => return None,
        };
        (wrapped.kind == kind).then(|| lines.push(wrapped))
    }

    fn all(&self) -> impl Iterator<Item = &Wrapped> {
        self.database.iter().chain(&self.next).chain(&self.root)
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

fn trouble(path: &Path, problem: &WrapProblem) -> KeysProblem {
    match problem {
        WrapProblem::OtherMaster { needed, given } => KeysProblem::OtherMaster {
            path: path.into(),
            needed: *needed,
            given: *given,
        },
        WrapProblem::Malformed => damaged(path, "the root secret is missing".into()),
        WrapProblem::Damaged => damaged(path, "the text of a key was changed".into()),
        WrapProblem::Random(problem) => (*problem).into(),
    }
}

fn damaged(path: &Path, why: String) -> KeysProblem {
    KeysProblem::Damaged {
        path: path.into(),
        why,
    }
}

impl fmt::Debug for KeysFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeysFile")
            .field("path", &self.path)
            .field("masters", &self.masters)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{KeysFile, KeysProblem, rotate};
    use crate::derive::Purpose;
    use crate::disk::Steps;
    use crate::disk::scratch::Scratch;
    use crate::master::MasterKey;
    use crate::random::seeded;
    use crate::sources::{FoundKey, KeyOrigin, KeySources};

    fn master(seed: u64) -> MasterKey {
        MasterKey::new(&mut seeded(seed)).unwrap()
    }

    fn new_file(data: &Path, seed: u64) -> KeysFile {
        KeysFile::open_or_create(data, &master(seed), &mut seeded(seed + 100)).unwrap()
    }

    /// All that must not get lost: the database's key and a derived one.
    fn keys_of(file: &KeysFile) -> (String, [u8; 32]) {
        let derived = *file.roots().derive(Purpose::Totp).bytes();
        (file.database_key().hex().to_string(), derived)
    }

    #[test]
    fn the_keys_are_made_once_and_found_again() {
        let data = Scratch::new();
        let made = keys_of(&new_file(data.path(), 1));
        assert_eq!(made.0.len(), 64);
        let again = KeysFile::open_or_create(data.path(), &master(1), &mut seeded(9)).unwrap();
        assert_eq!(keys_of(&again), made);
        assert_eq!(data.names(), ["kept.keys"]);
    }

    #[test]
    fn a_database_without_its_keys_file_gets_no_new_keys() {
        let data = Scratch::new();
        std::fs::write(data.path().join("kept.db"), "data").unwrap();
        let refused =
            KeysFile::open_or_create(data.path(), &master(1), &mut seeded(9)).unwrap_err();
        assert!(matches!(refused, KeysProblem::Missing { .. }));
        assert!(
            refused
                .to_string()
                .contains("kept.keys, and that file is missing"),
            "{refused}"
        );
        assert_eq!(data.names(), ["kept.db"]);
    }

    #[test]
    fn no_key_stands_readable_in_the_file_or_in_a_printout() {
        let data = Scratch::new();
        let file = new_file(data.path(), 1);
        let text = std::fs::read_to_string(data.path().join("kept.keys")).unwrap();
        let hex = file.database_key().hex();
        assert!(!text.contains(hex.as_str()));
        assert!(text.starts_with("kept keys 1\n#"));
        let printed = format!("{file:?} {:?} {:?}", file.database_key(), file.roots());
        assert!(
            printed.contains('…') && !printed.contains(hex.as_str()),
            "{printed}"
        );
    }

    #[test]
    fn another_master_key_is_named_and_opens_nothing() {
        let data = Scratch::new();
        new_file(data.path(), 1);
        let problem = KeysFile::open(data.path(), &master(2)).unwrap_err();
        let (needed, given) = (master(1).id(), master(2).id());
        assert!(problem.to_string().contains(&format!(
            "needs the master key {needed}, and the one given is {given}"
        )));
        assert!(matches!(problem, KeysProblem::OtherMaster { .. }));
    }

    #[test]
    fn a_damaged_file_is_refused_with_its_line() {
        let data = Scratch::new();
        new_file(data.path(), 1);
        let path = data.path().join("kept.keys");
        let text = std::fs::read_to_string(&path).unwrap();
        let roots = text.lines().filter(|line| !line.starts_with("root"));
        let without_root: String = roots.flat_map(|line| [line, "\n"]).collect();
        let mut flipped = text.clone().into_bytes();
        let last = flipped.len() - 5;
        flipped[last] = if flipped[last] == b'A' { b'B' } else { b'A' };
        let flipped = String::from_utf8(flipped).unwrap();
        for (wrong, why) in [
            (String::new(), "its first line is not"),
            (text.replace("keys 1", "keys 2"), "its first line is not"),
            (
                text.replace("root =", "wurzel ="),
                "line 5 is not a wrapped key",
            ),
            (
                text.replace("root =", "database ="),
                "line 5 is not a wrapped key",
            ),
            (
                text.replace("database =", "next ="),
                "the database's key is missing",
            ),
            (without_root, "the root secret is missing"),
            (flipped, "the text of a key was changed"),
        ] {
            std::fs::write(&path, wrong).unwrap();
            let problem = KeysFile::open_or_create(data.path(), &master(1), &mut seeded(9));
            let problem = problem.unwrap_err().to_string();
            assert!(problem.contains(why), "{problem} instead of {why}");
        }
    }

    #[test]
    fn while_the_master_key_is_changed_both_open_the_keys_and_then_the_new_one_alone() {
        let data = Scratch::new();
        let mut file = new_file(data.path(), 1);
        let keys = keys_of(&file);
        let (old, new) = (master(1), master(2));
        let mut random = seeded(5);
        let early = file.finish_master_change(&new, &mut random);
        assert!(matches!(early, Err(KeysProblem::MasterChangeNotBegun)));
        file.begin_master_change(&old, &new, &mut random).unwrap();
        for either in [&old, &new] {
            let open = KeysFile::open(data.path(), either).unwrap();
            assert_eq!(keys_of(&open), keys);
            assert_eq!(open.masters().count(), 2);
        }
        file.finish_master_change(&new, &mut random).unwrap();
        assert_eq!(keys_of(&KeysFile::open(data.path(), &new).unwrap()), keys);
        assert!(KeysFile::open(data.path(), &old).is_err());
    }

    #[test]
    fn nothing_else_is_changed_while_the_master_key_is() {
        let data = Scratch::new();
        let mut file = new_file(data.path(), 1);
        let mut random = seeded(5);
        file.begin_master_change(&master(1), &master(2), &mut random)
            .unwrap();
        let refused = file
            .add_next_database_key(&master(1), &mut random)
            .unwrap_err();
        assert!(matches!(refused, KeysProblem::MasterChangeUnfinished));
        assert!(file.next_database_key().is_none());
        let refused = file.add_root(&master(1), &mut random).unwrap_err();
        assert!(matches!(refused, KeysProblem::MasterChangeUnfinished));
    }

    #[test]
    fn a_crash_at_any_point_of_a_master_change_leaves_a_key_that_opens_the_data() {
        let mut cuts = 0;
        loop {
            let scratch = Scratch::new();
            let data = scratch.path().join("data");
            std::fs::create_dir(&data).unwrap();
            let sources = KeySources {
                config_home: Some(scratch.path().join("config")),
                ..KeySources::default()
            };
            let mut random = seeded(7);
            let found = sources.find_or_create(&data, &mut random).unwrap();
            let keys = keys_of(&KeysFile::open_or_create(&data, &found.key, &mut random).unwrap());
            let done = rotate(&data, &found, &mut random, &Steps::cut_after(cuts));
            let now = sources.find_or_create(&data, &mut random).unwrap();
            let open =
                KeysFile::open(&data, &now.key).unwrap_or_else(|e| panic!("after {cuts}: {e}"));
            assert_eq!(keys_of(&open), keys, "after {cuts}");
            // And it can be run again to the end.
            let new = rotate(&data, &now, &mut random, &Steps::default()).unwrap();
            let last = sources.find(&data).unwrap().unwrap();
            assert_eq!(last.key.id(), new.id());
            let open = KeysFile::open(&data, &last.key).unwrap();
            assert_eq!(keys_of(&open), keys);
            assert_eq!(open.masters().collect::<Vec<_>>(), [new.id()]);
            if done.is_ok() {
                break;
            }
            cuts += 1;
        }
        assert!(cuts >= 15, "three files in five steps each, {cuts}");
    }

    #[test]
    fn a_master_key_that_is_no_file_is_not_changed_behind_ones_back() {
        let data = Scratch::new();
        new_file(data.path(), 1);
        let found = FoundKey {
            key: master(1),
            origin: KeyOrigin::Environment,
            created: false,
        };
        let refused = super::rotate_master_file(data.path(), &found, &mut seeded(3)).unwrap_err();
        assert!(
            refused.to_string().contains("comes from KEPT_KEY"),
            "{refused}"
        );
    }

    #[test]
    fn the_database_gets_a_next_key_which_then_takes_the_place_of_the_old_one() {
        let data = Scratch::new();
        let mut file = new_file(data.path(), 1);
        let mut random = seeded(5);
        let old = file.database_key().hex();
        let none = file
            .take_next_database_key(&master(1), &mut random)
            .unwrap_err();
        assert!(matches!(none, KeysProblem::NoNextKey));
        let next = file
            .add_next_database_key(&master(1), &mut random)
            .unwrap()
            .hex();
        assert_ne!(*old, *next);
        let twice = file
            .add_next_database_key(&master(1), &mut random)
            .unwrap_err();
        assert!(matches!(twice, KeysProblem::DatabaseChangeUnfinished));
        let mut again = KeysFile::open(data.path(), &master(1)).unwrap();
        assert_eq!(*again.database_key().hex(), *old);
        assert_eq!(*again.next_database_key().unwrap().hex(), *next);
        again
            .take_next_database_key(&master(1), &mut random)
            .unwrap();
        let last = KeysFile::open(data.path(), &master(1)).unwrap();
        assert_eq!(
            (&*last.database_key().hex(), last.database_key().number()),
            (&*next, 2)
        );
        assert!(last.next_database_key().is_none());
    }

    #[test]
    fn a_change_of_the_databases_key_can_be_given_up() {
        let data = Scratch::new();
        let mut file = new_file(data.path(), 1);
        let keys = keys_of(&file);
        file.add_next_database_key(&master(1), &mut seeded(5))
            .unwrap();
        file.drop_next_database_key(&master(1), &mut seeded(6))
            .unwrap();
        let again = KeysFile::open(data.path(), &master(1)).unwrap();
        assert!(again.next_database_key().is_none());
        assert_eq!(keys_of(&again), keys);
    }

    #[test]
    fn an_added_root_secret_is_kept_beside_the_old_one_through_a_master_change() {
        let data = Scratch::new();
        let mut file = new_file(data.path(), 1);
        let mut random = seeded(5);
        file.add_root(&master(1), &mut random).unwrap();
        file.begin_master_change(&master(1), &master(2), &mut random)
            .unwrap();
        file.finish_master_change(&master(2), &mut random).unwrap();
        let again = KeysFile::open(data.path(), &master(2)).unwrap();
        let numbers: Vec<_> = again.roots().all().map(crate::RootSecret::number).collect();
        assert_eq!(numbers, [1, 2]);
        assert_eq!(keys_of(&again), keys_of(&file));
    }
}
