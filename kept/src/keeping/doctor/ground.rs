//! The folder, the keys, the room on the disk.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use kept_vault::{FoundKey, KeyOrigin, KeysFile};

use super::Finding;
use crate::ask::HouseAsked;
use crate::house::sources;
use crate::tell::count;

/// Below so much free space a warning comes, in bytes.
const LEAST_ROOM: u64 = 1 << 30;

pub(super) fn folder(data: &Path) -> Vec<Finding> {
    let about = "data folder";
    let Ok(meta) = data.metadata() else {
        return vec![Finding::fault(
            about,
            format!("there is no folder {}", data.display()),
            "Name the right one with --data, or make a new one with kept migrate.",
        )];
    };
    let mode = meta.permissions().mode() & 0o777;
    if !others_may(mode) {
        return vec![Finding::good(about, data.display().to_string())];
    }
    vec![Finding::warning(
        about,
        format!("others may look into {} (mode {mode:03o})", data.display()),
        format!("Run: chmod 700 {}", data.display()),
    )]
}

fn others_may(mode: u32) -> bool {
    mode & 0o077 != 0
}

/// Looks at the keys; opens them.
pub(super) fn keys(asked: &HouseAsked, findings: &mut Vec<Finding>) -> Option<KeysFile> {
    let about = "master key";
    let sources = sources(asked.key_file.as_deref());
    let found = match sources.find(&asked.data) {
        Ok(Some(found)) => found,
        Ok(None) => {
            let problem = sources.missing(&asked.data).to_string();
            findings.push(Finding::fault(about, "none was found", problem));
            return None;
        }
        Err(problem) => {
            let problem = problem.to_string();
            findings.push(Finding::fault(about, "it cannot be used", problem));
            return None;
        }
    };
    if found.origin == KeyOrigin::Environment && asked.key_file.is_some() {
        findings.push(Finding::warning(
            about,
            "KEPT_KEY and a key file are both named; KEPT_KEY counts",
            "Name one of them only.",
        ));
    } else {
        let found = format!("{} from {}", found.key.id(), found.origin);
        findings.push(Finding::good(about, found));
    }
    keys_file(&asked.data, &found, findings)
}

fn keys_file(data: &Path, master: &FoundKey, findings: &mut Vec<Finding>) -> Option<KeysFile> {
    let about = "keys of the data";
    let keys = match KeysFile::open(data, &master.key) {
        Ok(keys) => keys,
        Err(problem) => {
            let problem = problem.to_string();
            findings.push(Finding::fault(about, "they do not open", problem));
            return None;
        }
    };
    let path = KeysFile::path_in(data);
    let mode = path
        .metadata()
        .map_or(0, |meta| meta.permissions().mode() & 0o777);
    if others_may(mode) {
        findings.push(Finding::warning(
            about,
            format!("others may read {} (mode {mode:03o})", path.display()),
            format!("Run: chmod 600 {}", path.display()),
        ));
    } else if keys.masters().count() > 1 {
        findings.push(Finding::warning(
            about,
            "two master keys open them: a change of the master key was begun and not finished",
            match master.origin {
                KeyOrigin::File(_) => {
                    "Run: kept key rotate; or, where the change was begun by kept key change, kept key change --finish"
                }
                _ => "Put the new key in its place, then run: kept key change --finish",
            },
        ));
    } else if keys.next_database_key().is_some() {
        findings.push(Finding::warning(
            about,
            "a change of the database's key was broken off",
            "Run: kept migrate, which opens the data and ends it.",
        ));
    } else {
        findings.push(Finding::good(about, path.display().to_string()));
    }
    Some(keys)
}

/// Whether there is room to go on writing, and for a new key or a backup.
pub(super) fn room(data: &Path, findings: &mut Vec<Finding>) {
    let about = "free space";
    let Ok(disk) = rustix::fs::statvfs(data) else {
        return;
    };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let size = data
        .join(KeysFile::DATABASE)
        .metadata()
        .map_or(0, |meta| meta.len());
    let text = format!("{} MB", count(free / 1_000_000));
    if free >= LEAST_ROOM.max(size) {
        findings.push(Finding::good(about, text));
    } else {
        findings.push(Finding::warning(
            about,
            format!(
                "{text}, and the database takes {} MB",
                count(size / 1_000_000)
            ),
            "Make room: when the disk is full nothing can be saved, and a new key for the database needs its size again.",
        ));
    }
}
