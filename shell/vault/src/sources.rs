//! Where the master key comes from: given, named, handed over by systemd, or created at first start.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::crypto;
use crate::disk::{self, DiskProblem, Steps};
use crate::hex;
use crate::keys::KeysFile;
use crate::master::MasterKey;
use crate::random::{NoRandomness, Random};

/// The name of the systemd credential.
const CREDENTIAL: &str = "kept.key";

/// Files whose presence says that a data folder is in use.
const IN_USE: [&str; 2] = [KeysFile::NAME, KeysFile::DATABASE];

/// Where to look for the master key, in this order: `key`, `key_file`, `credentials`, the default place.
///
/// The default place is `kept/NAME.key` in `config_home`, or in `.config` of `home`, or `NAME.key` in `system`, where
/// NAME is made from the data folder's path: two installations on a machine have two keys.
#[derive(Default)]
pub struct KeySources {
    /// The key itself, as 64 hexadecimal digits (`KEPT_KEY`).
    pub key: Option<Zeroizing<String>>,
    /// A file that holds it (`--key-file`).
    pub key_file: Option<PathBuf>,
    /// The folder of systemd credentials (`CREDENTIALS_DIRECTORY`); one named `kept.key` holds the key.
    pub credentials: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`
    pub config_home: Option<PathBuf>,
    /// `HOME`
    pub home: Option<PathBuf>,
    /// Instead of `/etc/kept`, where there is no home.
    pub system: Option<PathBuf>,
}

/// A master key and where it came from.
#[derive(Debug)]
pub struct FoundKey {
    /// The key.
    pub key: MasterKey,
    /// Where it was found.
    pub origin: KeyOrigin,
    /// Whether it was made just now: then say where it lies, and to keep a copy.
    pub created: bool,
}

/// Where a master key was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyOrigin {
    /// In the environment variable `KEPT_KEY`.
    Environment,
    /// In a systemd credential, this file.
    Credential(PathBuf),
    /// In this file, which Kept may write.
    File(PathBuf),
}

/// Why there is no master key. Each says what to do; none has changed anything.
#[derive(Debug, thiserror::Error)]
pub enum KeyProblem {
    /// The data folder is in use, and no key was found.
    #[error(
        "The data in {data} cannot be opened without its key, and no key was found.\nLooked in: {places}.\n\
         Put the key back from its copy, or name it with --key-file: a data folder that was moved or renamed \
         left its key under the old name. \
         No new key was made, since it would not open this data.",
        data = data.display(), places = places.join(", ")
    )]
    Missing {
        /// The data folder.
        data: PathBuf,
        /// Where a key was looked for, as a person names it.
        places: Vec<String>,
    },
    /// What is there is no key.
    #[error(
        "{place} does not hold a key. A key is 64 hexadecimal digits. Put the right one there; nothing was changed."
    )]
    Malformed {
        /// Where it stands.
        place: KeyOrigin,
    },
    /// Others than the owner may read the key file.
    #[error(
        "Others may read the key file {path} (mode {mode:03o}). Run: chmod 600 {quoted}",
        path = path.display(), quoted = quoted(path)
    )]
    Readable {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The key file lies in the data folder, so that who steals one has both.
    #[error(
        "The key file {path} lies inside the data folder {data}, so whoever copies the data has its key. \
         Move the key elsewhere and name it with --key-file.",
        path = path.display(), data = data.display()
    )]
    InsideData {
        /// The file.
        path: PathBuf,
        /// The data folder.
        data: PathBuf,
    },
    /// A file could not be read or written.
    #[error("The key is not at hand: {0}.")]
    Disk(#[from] DiskProblem),
    /// No random bytes for a new key.
    #[error(transparent)]
    Random(#[from] NoRandomness),
}

impl KeySources {
    /// From the environment, which `variable` looks up, and the file named on the command line.
    pub fn from_environment(
        variable: impl Fn(&str) -> Option<OsString>,
        key_file: Option<PathBuf>,
    ) -> Self {
        let text = |value: OsString| Zeroizing::new(value.to_string_lossy().into_owned());
        let folder = |name| variable(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        Self {
            key: variable("KEPT_KEY").map(text),
            key_file,
            credentials: folder("CREDENTIALS_DIRECTORY"),
            // The XDG base directory specification: a relative path is to be ignored.
            config_home: folder("XDG_CONFIG_HOME").filter(|path| path.is_absolute()),
            home: folder("HOME").filter(|path| path.is_absolute()),
            system: None,
        }
    }

    /// The key, or `None` where no source has one.
    ///
    /// # Errors
    /// [`KeyProblem`] for a key that must not be used.
    pub fn find(&self, data: &Path) -> Result<Option<FoundKey>, KeyProblem> {
        if let Some(text) = &self.key {
            let origin = KeyOrigin::Environment;
            return found(MasterKey::from_hex(text), origin).map(Some);
        }
        let data = disk::settled(data);
        if let (None, Some(path)) = (&self.key_file, self.credential()) {
            // systemd guards the folder; with access lists the file's own group bits do not say who may read it.
            if let Some((text, _)) = read(&path, &data)? {
                let origin = KeyOrigin::Credential(path);
                return found(MasterKey::from_file_text(&text), origin).map(Some);
            }
        }
        let path = self.file(&data);
        let Some((text, mode)) = read(&path, &data)? else {
            return Ok(None);
        };
        if mode & 0o077 != 0 {
            return Err(KeyProblem::Readable { path, mode });
        }
        found(MasterKey::from_file_text(&text), KeyOrigin::File(path)).map(Some)
    }

    /// The key; at first start, when the data folder is not in use, a new one in the file that was named or in the
    /// default place.
    ///
    /// # Errors
    /// [`KeyProblem::Missing`] when the folder is in use and there is no key; others for keys that must not be used.
    pub fn find_or_create(
        &self,
        data: &Path,
        random: &mut dyn Random,
    ) -> Result<FoundKey, KeyProblem> {
        if let Some(found) = self.find(data)? {
            return Ok(found);
        }
        for name in IN_USE {
            if disk::is_there(&data.join(name))? {
                return Err(self.missing(data));
            }
        }
        self.create(data, random)
    }

    /// Makes a new key in the file that was named or in the default place. Use it where the caller knows that nothing
    /// is encrypted yet, as with a database elsewhere; [`KeySources::find_or_create`] finds out by the data folder.
    ///
    /// # Errors
    /// [`KeyProblem`]; a file that is there is never overwritten.
    pub fn create(&self, data: &Path, random: &mut dyn Random) -> Result<FoundKey, KeyProblem> {
        let data = disk::settled(data);
        let path = self.file(&data);
        refuse_inside(&path, &data)?;
        let key = MasterKey::new(random)?;
        let text = key.file_text(&data.display().to_string());
        match disk::create(&path, &text, &Steps::default()) {
            Ok(()) => Ok(FoundKey {
                key,
                origin: KeyOrigin::File(path),
                created: true,
            }),
            // Another process was faster: its key is the key.
            Err(error) if error.already_exists() => match self.find(&data)? {
                Some(found) => Ok(found),
                None => Err(error.into()),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// The problem of data that has no key, with all places that were looked in.
    pub fn missing(&self, data: &Path) -> KeyProblem {
        let data = disk::settled(data);
        let mut places = vec!["KEPT_KEY (not set)".to_owned()];
        if self.key_file.is_none() {
            places.push(match self.credential() {
                Some(path) => path.display().to_string(),
                None => "systemd credentials (none)".into(),
            });
        }
        places.push(self.file(&data).display().to_string());
        KeyProblem::Missing { data, places }
    }

    fn credential(&self) -> Option<PathBuf> {
        Some(self.credentials.as_ref()?.join(CREDENTIAL))
    }

    /// The file that was named, or the default place.
    fn file(&self, data: &Path) -> PathBuf {
        if let Some(path) = &self.key_file {
            return path.clone();
        }
        let home = || Some(self.home.as_ref()?.join(".config"));
        let folder = match self.config_home.clone().or_else(home) {
            Some(config) => config.join("kept"),
            None => self.system.clone().unwrap_or_else(|| "/etc/kept".into()),
        };
        folder.join(format!("{}.key", name_of(data)))
    }
}

/// The last part of the path, so that a person knows it again, and a hash of all of it.
fn name_of(data: &Path) -> String {
    let last = data.file_name().unwrap_or_default().to_string_lossy();
    let plain: String = last
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .take(40)
        .collect();
    let hash = crypto::sha256(&[data.as_os_str().as_encoded_bytes()]);
    let hash = hex::encode(&hash);
    let (short, _) = hash.split_at(12);
    if plain.is_empty() {
        short.to_owned()
    } else {
        format!("{plain}-{short}")
    }
}

fn read(path: &Path, data: &Path) -> Result<Option<(Zeroizing<String>, u32)>, KeyProblem> {
    match disk::read(path) {
        Ok(read) => refuse_inside(path, data).map(|()| Some(read)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn refuse_inside(path: &Path, data: &Path) -> Result<(), KeyProblem> {
    let (path, data) = (disk::settled(path), data.to_owned());
    if path.starts_with(&data) {
        return Err(KeyProblem::InsideData { path, data });
    }
    Ok(())
}

fn found(key: Option<MasterKey>, origin: KeyOrigin) -> Result<FoundKey, KeyProblem> {
    match key {
        Some(key) => Ok(FoundKey {
            key,
            origin,
            created: false,
        }),
        None => Err(KeyProblem::Malformed { place: origin }),
    }
}

/// The path as one word for a shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    if text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
    {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

impl fmt::Display for KeyOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => f.write_str("KEPT_KEY"),
            Self::Credential(path) | Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

impl fmt::Debug for KeySources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySources")
            .field("key", &self.key.as_ref().map(|_| "…"))
            .field("key_file", &self.key_file)
            .field("credentials", &self.credentials)
            .field("config_home", &self.config_home)
            .field("home", &self.home)
            .finish_non_exhaustive()
    }
}
