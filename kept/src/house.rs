//! The house: the data folder with its keys, the store, the machine's time and chance. Every command that works on a
//! company's own data opens it here.

use std::path::{Path, PathBuf};

use kept_engine::People;
use kept_journal::InForce;
use kept_kernel::Instant;
use kept_sops::{Shipped, Text};
use kept_store::{Dialect, Key, Place, Schema, Settings, Store};
use kept_vault::{KeySources, KeysFile, SystemRandom};
use kept_world::World;

use crate::ask::HouseAsked;
use crate::shipped;
use crate::tell::{Failure, remark};

/// An open house.
pub struct House {
    /// Its folder.
    pub data: PathBuf,
    /// The database.
    pub store: Store,
    /// Time and chance.
    pub world: World,
    /// The keys.
    pub keys: KeysFile,
}

/// The tables of all parts, in the order in which they are made.
pub fn schemas() -> Vec<Schema> {
    vec![kept_journal::SCHEMA, kept_sops::SCHEMA]
}

impl House {
    /// Opens the folder, its keys and the database, and brings the schema up to date. The first time it makes them.
    pub fn open(asked: &HouseAsked) -> Result<Self, Failure> {
        let data = asked.data.clone();
        let keys = keys(&data, asked.key_file.as_deref())?;
        let place = match &asked.database_url {
            Some(url) => Place::Server { url: url.clone() },
            None => Place::File {
                path: data.join(KeysFile::DATABASE),
                key: Key::new(*keys.database_key().bytes()),
            },
        };
        let world = World::system();
        let store = Store::open(&place, Settings::default())
            .map_err(|error| Failure::new(error.to_string()))?;
        migrate(&store, world.now())?;
        Ok(Self {
            data,
            store,
            world,
            keys,
        })
    }

    /// The SOPs in force.
    pub fn rules(&self) -> Result<InForce, Failure> {
        kept_sops::load(&self.store, &shipped(), People::default())
            .map_err(|error| Failure::new(error.to_string()))
    }

    /// Where the files lie that show whether the audit was changed.
    pub fn audit_folder(&self) -> PathBuf {
        self.data.join("audit")
    }
}

/// The keys of a data folder; at first start they are made, and it is said where the master key lies.
fn keys(data: &Path, key_file: Option<&Path>) -> Result<KeysFile, Failure> {
    let told = |error: &dyn std::fmt::Display| Failure::new(error.to_string());
    std::fs::create_dir_all(data).map_err(|error| {
        Failure::new(format!(
            "The data folder {} cannot be made: {error}.",
            data.display()
        ))
    })?;
    let sources = KeySources::from_environment(
        |name| std::env::var_os(name),
        key_file.map(Path::to_path_buf),
    );
    let found = sources
        .find_or_create(data, &mut SystemRandom)
        .map_err(|error| told(&error))?;
    if found.created {
        remark(&format!(
            "a new key for {} was made: {}. Keep a copy elsewhere: without it the data cannot be read.",
            data.display(),
            found.origin
        ));
    }
    KeysFile::open_or_create(data, &found.key, &mut SystemRandom).map_err(|error| told(&error))
}

fn migrate(store: &Store, now: Instant) -> Result<(), Failure> {
    let told = |error: &dyn std::fmt::Display| Failure::new(error.to_string());
    let run = store
        .migrate(&schemas(), now)
        .map_err(|error| told(&error))?;
    if !run.is_empty() && store.dialect() == Dialect::Postgres {
        store.analyze().map_err(|error| told(&error))?;
    }
    Ok(())
}

/// What the program ships, which counts until the company puts its own in force.
pub fn shipped() -> Shipped {
    Shipped {
        documents: shipped::SOPS.iter().map(shipped::Shipped::text).collect(),
        vocabulary: shipped::VOCABULARY
            .iter()
            .map(shipped::Shipped::text)
            .collect(),
        calendar: Text {
            name: "calendar.toml".to_owned(),
            text: CALENDAR.to_owned(),
        },
    }
}

/// The working time that counts until the company says its own.
const CALENDAR: &str = "\
zone = \"UTC\"

[hours]
monday = [\"09:00-17:00\"]
tuesday = [\"09:00-17:00\"]
wednesday = [\"09:00-17:00\"]
thursday = [\"09:00-17:00\"]
friday = [\"09:00-17:00\"]
";
