//! The house: the data folder with its keys, the store, the machine's time and chance. Every command that works on a
//! company's own data opens it here.

mod ground;
pub mod shared;

pub use ground::Ground;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kept_accounts::Accounts;
use kept_accounts::model::Roles;
use kept_journal::{InForce, Rules};
use kept_kernel::Instant;
use kept_language::Register;
use kept_mail::Marks;
use kept_outbound::Guard;
use kept_sops::{Shipped, Text};
use kept_store::{Dialect, Migrated, Schema, Settings, Store};
use kept_vault::{
    FoundKey, KeySources, KeysFile, PasswordCost, Passwords, Purpose, Sealer, SystemRandom,
};
use kept_world::World;

use crate::ask::HouseAsked;
use crate::keeping::lock::Lock;
use crate::shipped;
use crate::staff;
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
    /// What trying a password costs.
    pub cost: PasswordCost,
    _lock: Lock,
}

/// What a house works with, beside its folder. Tests bring a clock of their own and cheap passwords.
pub struct Means {
    /// Time and chance.
    pub world: World,
    /// What trying a password costs.
    pub cost: PasswordCost,
    /// How the database is worked with.
    pub store: Settings,
}

impl Default for Means {
    fn default() -> Self {
        Self {
            world: World::system(),
            cost: PasswordCost::STANDARD,
            store: Settings::default(),
        }
    }
}

impl Means {
    /// The usual ones, at the time that is asked for.
    fn of(asked: &HouseAsked) -> Result<Self, Failure> {
        Ok(match &asked.clock {
            Some(file) => Self {
                world: told_by(file)?,
                ..Self::default()
            },
            None => Self::default(),
        })
    }
}

/// The tables of all parts, in the order in which they are made.
pub fn schemas() -> Vec<Schema> {
    vec![
        kept_journal::SCHEMA,
        kept_search::SCHEMA,
        kept_api::SCHEMA,
        kept_accounts::SCHEMA,
        kept_sops::SCHEMA,
        kept_announcements::SCHEMA,
        kept_clients::SCHEMA,
        kept_requests::SCHEMA,
        kept_templates::SCHEMA,
        kept_messages::SCHEMA,
        kept_portal::SCHEMA,
        kept_forms::SCHEMA,
        kept_adherence::SCHEMA,
        kept_history::SCHEMA,
        shared::SCHEMA,
        kept_post::SCHEMA,
    ]
}

/// The SOPs in force, with the people who work here.
pub fn rules(store: &Store, world: &World) -> Result<InForce, Failure> {
    let told = |error: &dyn std::fmt::Display| Failure::new(error.to_string());
    let staff = staff::staff(store, world).map_err(|error| told(&error))?;
    let people = |register: &Register| staff::people(&staff, register);
    let mut rules =
        kept_sops::load_with(store, &shipped(), people).map_err(|error| told(&error))?;
    rules.directory = staff::directory(&staff);
    Ok(rules)
}

fn told_by(file: &Path) -> Result<World, Failure> {
    let world = World::told_by(file.to_owned());
    world.map_err(|error| {
        Failure::new(format!(
            "The clock {} cannot be read: {error}.",
            file.display()
        ))
    })
}

impl House {
    /// Opens the folder, its keys and the database, and brings the schema up to date. The first time it makes them: for what is meant
    /// to make a house, and for nothing else.
    pub fn open(asked: &HouseAsked) -> Result<Self, Failure> {
        Self::open_with(asked, Means::of(asked)?)
    }

    /// The same, for work that needs other means.
    pub fn open_with(asked: &HouseAsked, means: Means) -> Result<Self, Failure> {
        Self::on(Ground::lay(asked, &means)?, means)
    }

    /// Opens a house for what may well be the first thing that is done with it, such as putting an SOP in force: where there was none
    /// it is made, and that is said, so that nobody who has mistyped the folder looks elsewhere for what was done.
    pub fn begun(asked: &HouseAsked) -> Result<Self, Failure> {
        let means = Means::of(asked)?;
        if !Ground::is_there(asked, &means)? {
            remark(&format!(
                "there was no house in {}, so a new one is made there",
                asked.data.display()
            ));
        }
        Self::open_with(asked, means)
    }

    /// Opens a house that is there. Where there is none it says so and makes nothing: a folder that was mistyped does not become a
    /// house of its own, in which what is done now would lie unseen.
    pub fn existing(asked: &HouseAsked) -> Result<Self, Failure> {
        Self::existing_with(asked, Means::of(asked)?)
    }

    /// The same, for work that needs other means.
    pub fn existing_with(asked: &HouseAsked, means: Means) -> Result<Self, Failure> {
        Self::on(Ground::existing(asked, false, &means)?, means)
    }

    fn on(ground: Ground, means: Means) -> Result<Self, Failure> {
        let store = ground.store(means.store)?;
        migrate(&store, means.world.now())?;
        Ok(Self {
            data: ground.data,
            store,
            world: means.world,
            keys: ground.keys,
            cost: means.cost,
            _lock: ground.lock,
        })
    }

    /// The SOPs in force, with the people who work here.
    pub fn rules(&self) -> Result<InForce, Failure> {
        rules(&self.store, &self.world)
    }

    /// The people of the company.
    pub fn accounts(&self, settings: kept_accounts::Settings) -> Result<Accounts, Failure> {
        let sealer = Sealer::new(self.keys.roots(), Purpose::Totp);
        let passwords = Passwords::new(self.cost, &mut SystemRandom)
            .map_err(|error| Failure::new(error.to_string()))?;
        Ok(Accounts::new(
            self.store.clone(),
            self.world.clone(),
            sealer,
            passwords,
            settings,
        ))
    }

    /// What the accounts take from the SOPs in force: the roles, and the zone of new people.
    pub fn account_settings(rules: &InForce) -> kept_accounts::Settings {
        let roles = rules
            .register
            .roles()
            .map(|(_, role)| (role.id.as_str(), role.says.as_str()));
        kept_accounts::Settings {
            company: kept_clients::read::company(rules).unwrap_or_default(),
            roles: Roles::new(roles),
            zone: rules.program.company_calendar().zone().to_owned(),
            ..kept_accounts::Settings::default()
        }
    }

    /// Mail and webhooks, with links that begin at this address.
    pub fn post(
        &self,
        rules: &Rules,
        base_url: &str,
        way: (Guard, Arc<dyn kept_post::Outside>),
    ) -> kept_post::Room {
        let sealer = Sealer::new(self.keys.roots(), Purpose::Connectors);
        kept_post::Room::new(
            (self.store.clone(), self.world.clone()),
            rules.clone(),
            (sealer, Marks::new(self.keys.roots())),
            base_url,
            way,
        )
    }

    /// Where the logs lie that were sent to be imported.
    pub fn log_shelf(&self) -> kept_history::Shelf {
        let sealer = Sealer::new(self.keys.roots(), Purpose::Files);
        kept_history::Shelf::new(self.data.join("history"), sealer)
    }

    /// Where the files lie that show whether the audit was changed.
    pub fn audit_folder(&self) -> PathBuf {
        self.data.join("audit")
    }
}

/// Makes a folder that only its owner may enter, when it is not there.
pub fn private_folder(folder: &Path) -> Result<(), Failure> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| {
            Failure::new(format!(
                "The folder {} cannot be made: {error}.",
                folder.display()
            ))
        })
}

/// Where the master key is looked for.
pub fn sources(key_file: Option<&Path>) -> KeySources {
    KeySources::from_environment(
        |name| std::env::var_os(name),
        key_file.map(Path::to_path_buf),
    )
}

/// The master key of a data folder; at first start it is made, and it is said where it lies.
fn master(data: &Path, key_file: Option<&Path>) -> Result<FoundKey, Failure> {
    let found = sources(key_file)
        .find_or_create(data, &mut SystemRandom)
        .map_err(|error| Failure::new(error.to_string()))?;
    if found.created {
        remark(&format!(
            "a new key for {} was made: {}. Keep a copy elsewhere: without it the data cannot be read.",
            data.display(),
            found.origin
        ));
    }
    Ok(found)
}

/// Brings the schema up to date; says what was run.
pub fn migrate(store: &Store, now: Instant) -> Result<Vec<Migrated>, Failure> {
    let told = |error: &dyn std::fmt::Display| Failure::new(error.to_string());
    let run = store
        .migrate(&schemas(), now)
        .map_err(|error| told(&error))?;
    if !run.is_empty() && store.dialect() == Dialect::Postgres {
        store.analyze().map_err(|error| told(&error))?;
    }
    Ok(run)
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
