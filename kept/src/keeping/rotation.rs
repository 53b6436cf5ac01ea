//! New keys: for the master key in its place, and for the database by writing its file anew.
//!
//! The database's key changes in these steps, and after a crash between any two of them the next start goes on:
//!
//! 1. the keys file names the next key beside the present one;
//! 2. the database is written into `kept.db.next` under the next key, held against the old one, and synced;
//! 3. `kept.db.next` is renamed to `kept.db`;
//! 4. the keys file names the next key alone.
//!
//! Between 1 and 3 `kept.db` opens with the present key, so the next one is forgotten and `kept.db.next` removed; from 3
//! on it opens with the next one, which is taken. [`settle`] looks which it is.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use kept_store::{Key, Place, encrypt_anew, opens_with};
use kept_vault::{DatabaseKey, FoundKey, KeysFile, SystemRandom, rotate_master_file};

use super::lock::Lock;
use crate::ask::{HouseAsked, RotateAsked};
use crate::house::{Ground, House, shared};
use crate::tell::{Failure, Outcome, answer};

/// `kept key rotate`.
pub fn rotate(asked: &RotateAsked) -> Result<Outcome, Failure> {
    let mut ground = Ground::existing(&asked.house, true, &super::means())?;
    if asked.database {
        database(ground)?;
        record(&asked.house, "DatabaseKeyChanged")?;
        answer("The database is encrypted with a new key now.\n")?;
        return Ok(Outcome::Fine);
    }
    let mut elsewhere = elsewhere(&ground);
    let new = rotate_master_file(
        &mut ground.keys,
        &ground.master,
        &mut elsewhere,
        &mut SystemRandom,
    )
    .map_err(|error| told(&error))?;
    drop(elsewhere);
    let place = ground.master.origin.clone();
    drop(ground);
    record(&asked.house, "MasterKeyChanged")?;
    answer(&format!(
        "The master key was changed: {place} holds {} now. Keep a copy of it. Backups made before need the old one.\n",
        new.id()
    ))?;
    Ok(Outcome::Fine)
}

/// Where the keys lie a second time: in the database, when it is a server's.
pub(super) fn elsewhere(ground: &Ground) -> impl FnMut(&str) -> Result<(), String> + use<> {
    shared::follow(ground.shared().cloned(), ground.keys.text(), || {
        stop_here("keys in the database");
    })
}

pub(super) fn record(asked: &HouseAsked, act: &'static str) -> Result<(), Failure> {
    let house = House::existing(asked)?;
    super::audit::record(&house.store, &house.world, act)?;
    super::seal(&house)
}

fn database(mut ground: Ground) -> Result<(), Failure> {
    let Place::File { path, .. } = &ground.place else {
        return Err(Failure::new(
            "A PostgreSQL server has no key of Kept: encrypt the disk that it writes to.",
        ));
    };
    let next_file = next_file(path);
    remove(&next_file)?;
    let present = key(ground.keys.database_key());
    let master = &ground.master.key;
    let next = ground
        .keys
        .add_next_database_key(master, &mut SystemRandom)
        .map_err(|error| told(&error))?;
    let next = key(next);
    // Whatever fails from here on, the next opening of the data finds out what is in place; see `settle`.
    stop_here("next key named");
    encrypt_anew(path, &present, &next_file, &next).map_err(|error| told(&error))?;
    stop_here("file written");
    put_in_place(&next_file, path)?;
    stop_here("file in place");
    ground
        .keys
        .take_next_database_key(master, &mut SystemRandom)
        .map_err(|error| told(&error))
}

/// Ends a change of the database's key that was broken off, whichever way it had come to.
pub fn settle(
    data: &Path,
    lock: Lock,
    master: &FoundKey,
    keys: KeysFile,
) -> Result<(Lock, KeysFile), Failure> {
    if keys.next_database_key().is_none() {
        return Ok((lock, keys));
    }
    let shared = lock.is_shared();
    let lock = lock.now_alone(data)?;
    let mut keys = KeysFile::open(data, &master.key).map_err(|error| told(&error))?;
    if let Some(next) = keys.next_database_key().map(key) {
        let path = data.join(KeysFile::DATABASE);
        let switched = path.exists() && opens_with(&path, &next).map_err(|error| told(&error))?;
        let settled = if switched {
            keys.take_next_database_key(&master.key, &mut SystemRandom)
        } else {
            remove(&next_file(&path))?;
            keys.drop_next_database_key(&master.key, &mut SystemRandom)
        };
        settled.map_err(|error| told(&error))?;
    }
    let lock = if shared { lock.now_shared()? } else { lock };
    Ok((lock, keys))
}

fn put_in_place(next: &Path, path: &Path) -> Result<(), Failure> {
    let run = || {
        // The log of the old file must not be taken for one of the new file.
        for end in ["-wal", "-shm"] {
            let beside = with_end(path, end);
            if fs::metadata(&beside).is_ok_and(|about| end == "-shm" || about.len() == 0) {
                fs::remove_file(beside)?;
            } else if beside.exists() {
                return Err(std::io::Error::other("its log is not empty"));
            }
        }
        fs::rename(next, path)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    };
    run().map_err(|error| Failure::new(format!("{} cannot be replaced: {error}.", path.display())))
}

fn next_file(path: &Path) -> PathBuf {
    with_end(path, ".next")
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn remove(next: &Path) -> Result<(), Failure> {
    for path in [
        next.to_owned(),
        with_end(next, "-wal"),
        with_end(next, "-shm"),
    ] {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failure::new(format!(
                    "{} cannot be removed: {error}.",
                    path.display()
                )));
            }
            _ => {}
        }
    }
    Ok(())
}

fn key(key: &DatabaseKey) -> Key {
    Key::new(*key.bytes())
}

fn told(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(error.to_string())
}

/// Tests end the process here as a crash would.
fn stop_here(step: &str) {
    if cfg!(debug_assertions) && std::env::var_os("KEPT_STOP_AT").is_some_and(|at| at == step) {
        std::process::abort();
    }
}
