//! What a house stands on: the folder, its keys, and where the database is.
//!
//! With a file the keys come from the folder alone. With a server they come from the row that all its nodes share, and the
//! folder follows: so a node with an empty folder opens what another has sealed, given the same master key.

use std::path::PathBuf;

use kept_store::{Key, Migrated, Place, Settings, Store};
use kept_vault::{FoundKey, KeysFile, SystemRandom};

use super::{Means, master, migrate, private_folder, shared, sources};
use crate::ask::HouseAsked;
use crate::keeping::lock::Lock;
use crate::keeping::rotation;
use crate::tell::Failure;

/// What a house stands on.
pub struct Ground {
    /// Its folder.
    pub data: PathBuf,
    /// The master key and where it was found.
    pub master: FoundKey,
    /// The keys.
    pub keys: KeysFile,
    /// Where the database is.
    pub place: Place,
    /// Holds others off who want the folder for themselves.
    pub lock: Lock,
    /// The migrations that were run while the keys were looked for in the database.
    pub migrated: Vec<Migrated>,
    /// The server's database, which was opened for its keys.
    opened: Option<Store>,
}

impl Ground {
    /// Opens the folder and its keys. The first time it makes them.
    pub fn lay(asked: &HouseAsked, means: &Means) -> Result<Self, Failure> {
        private_folder(&asked.data)?;
        let lock = Lock::shared(&asked.data)?;
        if let Some(url) = &asked.database_url {
            let server = Server::open(url, means)?;
            return server.ground(asked, lock, true);
        }
        let master = master(&asked.data, asked.key_file.as_deref())?;
        let keys = KeysFile::open_or_create(&asked.data, &master.key, &mut SystemRandom)
            .map_err(|error| told(&error))?;
        Self::of_file(asked, lock, master, keys)
    }

    /// Whether a house is there: its keys are in the folder, or on the server, from which a node with an empty folder takes them.
    pub fn is_there(asked: &HouseAsked, means: &Means) -> Result<bool, Failure> {
        let has_keys = asked.data.join(KeysFile::NAME).exists();
        match &asked.database_url {
            Some(url) if !has_keys => shared::is_there(url, means),
            _ => Ok(has_keys),
        }
    }

    /// Opens the folder of a house that is there, and makes no keys. `alone`: while nobody else has it.
    pub fn existing(asked: &HouseAsked, alone: bool, means: &Means) -> Result<Self, Failure> {
        let data = &asked.data;
        let take_lock = || {
            if alone {
                Lock::alone(data)
            } else {
                Lock::shared(data)
            }
        };
        if !Self::is_there(asked, means)? {
            return Err(nothing_in(asked));
        }
        if let Some(url) = &asked.database_url {
            private_folder(data)?;
            let lock = take_lock()?;
            return Server::open(url, means)?.ground(asked, lock, false);
        }
        let lock = take_lock()?;
        let master = present_master(asked)?;
        let keys = KeysFile::open(data, &master.key).map_err(|error| told(&error))?;
        Self::of_file(asked, lock, master, keys)
    }

    fn of_file(
        asked: &HouseAsked,
        lock: Lock,
        master: FoundKey,
        keys: KeysFile,
    ) -> Result<Self, Failure> {
        let data = asked.data.clone();
        let (lock, keys) = rotation::settle(&data, lock, &master, keys)?;
        let place = Place::File {
            path: data.join(KeysFile::DATABASE),
            key: Key::new(*keys.database_key().bytes()),
        };
        Ok(Self {
            data,
            master,
            keys,
            place,
            lock,
            migrated: Vec::new(),
            opened: None,
        })
    }

    /// Opens the database as it is.
    pub fn store(&self, settings: Settings) -> Result<Store, Failure> {
        match &self.opened {
            Some(store) => Ok(store.clone()),
            None => Store::open(&self.place, settings).map_err(|error| told(&error)),
        }
    }

    /// The server's database, where the keys lie a second time.
    pub fn shared(&self) -> Option<&Store> {
        self.opened.as_ref()
    }
}

/// A server's database with its tables.
struct Server {
    place: Place,
    store: Store,
    migrated: Vec<Migrated>,
}

impl Server {
    fn open(url: &str, means: &Means) -> Result<Self, Failure> {
        let place = Place::Server {
            url: url.to_owned(),
        };
        let store = Store::open(&place, means.store.clone()).map_err(|error| told(&error))?;
        let migrated = migrate(&store, means.world.now())?;
        Ok(Self {
            place,
            store,
            migrated,
        })
    }

    /// The keys as the database says them; where it says none, those of the folder, or new ones, become the keys of all.
    fn ground(self, asked: &HouseAsked, lock: Lock, make: bool) -> Result<Ground, Failure> {
        let data = asked.data.clone();
        let (master, text) = match shared::text(&self.store)? {
            Some(text) => (shared::master(asked, &text)?, text),
            None => {
                let master = if make {
                    master(&data, asked.key_file.as_deref())?
                } else {
                    present_master(asked)?
                };
                let own = KeysFile::open_or_new(&data, &master.key, &mut SystemRandom)
                    .map_err(|error| told(&error))?;
                let text = shared::first(&self.store, own.text())?;
                (master, text)
            }
        };
        let keys =
            KeysFile::open_shared(&data, &text, &master.key).map_err(|error| told(&error))?;
        Ok(Ground {
            data,
            master,
            keys,
            place: self.place,
            lock,
            migrated: self.migrated,
            opened: Some(self.store),
        })
    }
}

fn present_master(asked: &HouseAsked) -> Result<FoundKey, Failure> {
    let sources = sources(asked.key_file.as_deref());
    sources
        .find(&asked.data)
        .and_then(|found| found.ok_or_else(|| sources.missing(&asked.data)))
        .map_err(|error| told(&error))
}

fn nothing_in(asked: &HouseAsked) -> Failure {
    Failure::new(format!(
        "There are no data of Kept in {}, and nothing was made there. Name their folder with --data, or make a new house with \
         kept migrate.",
        asked.data.display()
    ))
}

fn told(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(error.to_string())
}
