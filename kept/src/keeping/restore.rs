//! `kept restore`: a backup into a new folder, and into a file or a server.
//!
//! First all of the backup is read: decrypted, counted, its hashes compared, its keys opened with the master key. Then a
//! folder beside the one that was named is filled, all rows in one transaction; they are read back and their hashes
//! compared. Only then the folder gets its name. So there is never half a house; what a broken restore leaves is that
//! other folder, and tables without rows on a server.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kept_store::copy::{Loader, Table, rows, tables};
use kept_store::{Dialect, Key, Place, Schema, Store, StoreError};
use kept_vault::{FoundKey, KeysFile};
use kept_world::World;

use super::archive::{Head, Opener, Reader, Seen};
use super::audit::{record, report, seal_into};
use super::backup::{FILES, Trouble};
use super::canonical::RowsHash;
use crate::ask::RestoreAsked;
use crate::house::{migrate, private_folder, schemas, shared, sources};
use crate::tell::{Failure, Outcome, answer, count, remark};

/// `kept restore`.
pub fn restore(asked: &RestoreAsked) -> Result<Outcome, Failure> {
    let data = &asked.house.data;
    refuse_in_use(data)?;
    let sources = sources(asked.house.key_file.as_deref());
    let master = sources
        .find(data)
        .and_then(|found| found.ok_or_else(|| sources.missing(data)))
        .map_err(|problem| Failure::new(problem.to_string()))?;
    let opener = Opener::asked(
        asked.identity.as_deref(),
        asked.passphrase_file.as_deref(),
        &master.key,
    )?;
    let head = Reader::open(&asked.from, &opener)?.head().clone();
    let then = schemas_of(&head)?;
    let tables = Arc::new(tables(&then).map_err(|error| Failure::new(error.to_string()))?);
    let staging = Staging::beside(data)?;
    let seen = Reader::open(&asked.from, &opener)?.read(
        &tables,
        |name, bytes| staging.add(name, bytes),
        |_, _| Ok(()),
    )?;
    let keys = KeysFile::open(&staging.path, &master.key)
        .map_err(|problem| Failure::new(problem.to_string()))?;
    let place = match &asked.house.database_url {
        Some(url) => Place::Server { url: url.clone() },
        None => Place::File {
            path: staging.path.join(KeysFile::DATABASE),
            key: Key::new(*keys.database_key().bytes()),
        },
    };
    let store =
        Store::open(&place, super::settings()).map_err(|error| Failure::new(error.to_string()))?;
    let world = World::system();
    store
        .migrate(&then, world.now())
        .map_err(|error| Failure::new(error.to_string()))?;
    refuse_full(&store, &tables)?;
    load(&store, &tables, &asked.from, &opener, &seen)?;
    compare(&store, &tables, &seen)?;
    migrate(&store, world.now())?;
    let is_server = store.dialect() == Dialect::Postgres;
    shared::put(&store, is_server.then(|| keys.text()))?;
    store.analyze()?;
    record(&store, &world, "BackupRestored")?;
    let folder = staging.path.join("audit");
    kept_journal::place(&store)?;
    seal_into(&store, &world, &folder, &keys)?;
    let report = report(&store, &folder, &keys)?;
    drop(store);
    staging.put(data)?;
    tell(asked, &head, &seen, &master)?;
    if report.is_sound() {
        return Ok(Outcome::Fine);
    }
    for finding in &report.findings {
        answer(&format!("{finding}\n"))?;
    }
    Ok(Outcome::Findings)
}

fn tell(asked: &RestoreAsked, head: &Head, seen: &Seen, master: &FoundKey) -> Result<(), Failure> {
    answer(&format!(
        "{} rows of {} were put into {}. Each was read back and compared.\n",
        count(seen.rows),
        head.made_at,
        asked.house.data.display()
    ))?;
    if asked.house.key_file.is_some() {
        remark(&format!(
            "these data open with the key that comes from {}: name it at every start, with --key-file or KEPT_KEY_FILE.",
            master.origin
        ));
    }
    Ok(())
}

/// A folder that holds anything is somebody's.
fn refuse_in_use(data: &Path) -> Result<(), Failure> {
    match fs::read_dir(data).map(|mut entries| entries.next().is_some()) {
        Ok(true) => Err(Failure::new(format!(
            "The folder {} is in use: it is not empty. Restore into a new one; nothing was changed.",
            data.display()
        ))),
        Ok(false) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::new(format!(
            "The folder {} cannot be looked into: {error}.",
            data.display()
        ))),
    }
}

/// The schema of the backup's day: this program's, up to the migrations that had been run.
fn schemas_of(head: &Head) -> Result<Vec<Schema>, Failure> {
    let newer = || {
        Failure::new(format!(
            "This backup was written by a later version of Kept ({}). Restore it with that version.",
            head.program
        ))
    };
    let known = schemas();
    let unknown = |owner: &String| !known.iter().any(|schema| schema.owner == owner);
    if head.schemas.iter().any(|(owner, _)| unknown(owner)) {
        return Err(newer());
    }
    known
        .iter()
        .filter_map(|schema| {
            let (_, run) = head
                .schemas
                .iter()
                .find(|(owner, _)| owner == schema.owner)?;
            let migrations = schema.migrations.get(..*run as usize);
            Some(migrations.ok_or_else(newer).map(|migrations| Schema {
                owner: schema.owner,
                migrations,
            }))
        })
        .collect()
}

fn refuse_full(store: &Store, tables: &Arc<Vec<Table>>) -> Result<(), Failure> {
    let tables = Arc::clone(tables);
    let found = store.read(move |read| {
        // A migration may have put rows into other tables; every act of a person leaves one here.
        for table in tables.iter().filter(|table| table.name == "audit") {
            rows(read, table, |_| {
                Err(Trouble::File(Failure::new(
                    "The database is in use: it has rows. Restore into an empty one; nothing was changed.",
                )))
            })?;
        }
        Ok::<_, Trouble>(())
    });
    Ok(found.wait()?)
}

fn load(
    store: &Store,
    tables: &Arc<Vec<Table>>,
    from: &Path,
    opener: &Opener,
    seen: &Seen,
) -> Result<(), Failure> {
    let (tables, from, opener) = (Arc::clone(tables), from.to_owned(), opener.clone());
    let numbers: std::collections::BTreeMap<String, Option<i64>> = seen
        .tables
        .iter()
        .map(|(name, (_, _, given))| (name.clone(), *given))
        .collect();
    let loaded = store.write(move |tx| {
        let mut loader = Loader::begin(tx, &tables)?;
        let mut trouble = None;
        // Read again from the file: a closure may run more than once.
        let read = Reader::open(&from, &opener)?.read(
            &tables,
            |_, _| Ok(()),
            |table, rows| {
                let Some(table) = tables.get(table) else {
                    return Ok(());
                };
                loader.add(table, rows).map_err(|error| {
                    trouble = Some(error.clone());
                    error.into()
                })
            },
        );
        match (read, trouble) {
            (_, Some(error)) => return Err(Trouble::Store(error)),
            (read, None) => read?,
        };
        loader.finish(|table| numbers.get(&table.name).copied().flatten())?;
        Ok::<_, Trouble>(())
    });
    Ok(loaded.wait()?)
}

/// Reads every row back.
fn compare(store: &Store, tables: &Arc<Vec<Table>>, seen: &Seen) -> Result<(), Failure> {
    let read_tables = Arc::clone(tables);
    let hashes: Vec<String> = store
        .read(move |read| {
            let mut hashes = Vec::new();
            for table in read_tables.iter() {
                let mut hash = RowsHash::new();
                rows(read, table, |row| {
                    hash.add(&table.columns, row);
                    Ok::<_, StoreError>(())
                })?;
                hashes.push(hash.finish());
            }
            Ok::<_, StoreError>(hashes)
        })
        .wait()?;
    for (table, hash) in tables.iter().zip(hashes) {
        if seen
            .tables
            .get(&table.name)
            .is_none_or(|(_, was, _)| *was != hash)
        {
            return Err(Failure::new(format!(
                "The rows of {} read back differently from what the backup holds. The folder was not put in place; try again on another disk.",
                table.name
            )));
        }
    }
    Ok(())
}

/// The folder that is filled before it gets its name. It is taken away when it does not.
struct Staging {
    path: PathBuf,
    kept: bool,
}

impl Staging {
    fn beside(data: &Path) -> Result<Self, Failure> {
        let mut name = std::path::absolute(data)?.into_os_string();
        name.push(format!(".restoring-{}", std::process::id()));
        let path = PathBuf::from(name);
        private_folder(&path.join("audit"))?;
        Ok(Self { path, kept: false })
    }

    fn add(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        if !FILES.contains(&name) {
            return Err(Failure::new(format!(
                "The backup holds a file {name} that this program does not know. Restore it with the version that wrote it."
            )));
        }
        let path = self.path.join(name);
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&path)?;
        Ok(file.write_all(bytes)?)
    }

    fn put(mut self, data: &Path) -> Result<(), Failure> {
        let sync = |path: &Path| File::open(path).and_then(|file| file.sync_all());
        for name in FILES.iter().chain(&[KeysFile::DATABASE, "audit"]) {
            let path = self.path.join(name);
            if path.exists() {
                sync(&path)?;
            }
        }
        sync(&self.path)?;
        let data = std::path::absolute(data)?;
        // An empty folder gives way to it; one that has been filled meanwhile does not.
        fs::rename(&self.path, &data).map_err(|error| {
            Failure::new(format!(
                "{} cannot be put in place: {error}.",
                data.display()
            ))
        })?;
        self.kept = true;
        sync(data.parent().unwrap_or(Path::new(".")))?;
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
