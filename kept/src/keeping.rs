//! What keeps a company's data safe: migrations, the doctor, the audit, keys, backups.

mod archive;
mod audit;
mod backup;
mod canonical;
mod change;
mod doctor;
pub mod lock;
mod restore;
pub mod rotation;

pub use audit::{seal, sealing};

use crate::ask::{AuditCommand, HouseAsked, Keeping, KeyCommand};
use crate::house::{self, Ground, Means};
use crate::tell::{Failure, Outcome, answer};
use kept_store::Settings;
use kept_world::World;

/// Runs one of these commands.
pub fn run(command: &Keeping) -> Result<Outcome, Failure> {
    match command {
        Keeping::Migrate(asked) => migrate(asked),
        Keeping::Doctor(asked) => doctor::doctor(asked),
        Keeping::Audit { command } => match command {
            AuditCommand::Verify(asked) => audit::verify(asked),
            AuditCommand::Seal(asked) => audit::seal_now(asked),
        },
        Keeping::Key { command } => match command {
            KeyCommand::Rotate(asked) => rotation::rotate(asked),
            KeyCommand::Change(asked) => change::change(asked),
        },
        Keeping::Backup(asked) => backup::backup(asked),
        Keeping::Restore(asked) => restore::restore(asked),
    }
}

fn migrate(asked: &HouseAsked) -> Result<Outcome, Failure> {
    let mut ground = Ground::lay(asked, &means())?;
    let store = ground.store(settings())?;
    let mut run = std::mem::take(&mut ground.migrated);
    run.extend(house::migrate(&store, World::system().now())?);
    for step in &run {
        answer(&format!("{} {}: {}\n", step.owner, step.number, step.name))?;
    }
    if run.is_empty() {
        answer("Nothing was to do: the tables are up to date.\n")?;
    }
    Ok(Outcome::Fine)
}

/// The same with time and chance.
fn means() -> Means {
    Means {
        store: settings(),
        ..Means::default()
    }
}

/// For work on all data, which takes as long as it takes.
fn settings() -> Settings {
    let day = std::time::Duration::from_hours(24);
    Settings {
        write_time: day,
        read_time: day,
        ..Settings::default()
    }
}
