//! A disk that is full, that fails, that forgets.

use std::path::{Path, PathBuf};
use std::process::Command;

use kept_faults::{KEY, open};
use kept_store::copy::{Cell, rows, tables};
use kept_store::{Dialect, Key, Place, StoreError};
use kept_testing::{Home, Kept as _, settings};
use tempfile::TempDir;

use crate::writer::{Task, examine};

/// A small disk in memory; taken away when dropped.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn new(test: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = mount(&["-t", "tmpfs", "-o", "size=3m", "tmpfs"], folder.path());
        if !mounted {
            println!("skipped: {test}: a small disk cannot be mounted here; run as root");
            return None;
        }
        Some(Self(folder))
    }

    fn make_room(&self) {
        assert!(mount(&["-o", "remount,size=64m"], self.0.path()));
    }
}

fn mount(options: &[&str], at: &Path) -> bool {
    let run = Command::new("mount").args(options).arg(at).output();
    run.is_ok_and(|ran| ran.status.success())
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

fn file(folder: &Path) -> Place {
    Place::File {
        path: folder.join("kept.db"),
        key: Key::new(KEY),
    }
}

fn task(place: &Place) -> Task<'_> {
    Task {
        place,
        folder: None,
        first: 0,
        count: 100_000,
        in_flight: 8,
        stop: None,
    }
}

#[test]
fn on_a_full_disk_it_says_so_and_goes_on_when_there_is_room() {
    let Some(disk) = SmallDisk::new("on_a_full_disk") else {
        return;
    };
    let audit = tempfile::tempdir().unwrap();
    let place = file(disk.0.path());
    let mut writer = task(&place).start();
    assert!(writer.read_to_refusal());
    assert!(
        writer.said.why.contains("disk is full"),
        "{}",
        writer.said.why
    );
    let before = writer.said.kept.len();
    disk.make_room();
    for _ in 0..64 {
        writer.go_on();
    }
    writer.read(500);
    let said = writer.kill();
    assert!(
        said.kept.len() > before + 300,
        "{before}, {}",
        said.kept.len()
    );
    examine(&place, audit.path(), &[&said]);
}

/// Runs the writer under strace, which makes the disk fail at the syncs with these numbers.
fn with_failing_syncs(when: &str, in_flight: u64) {
    let home = Home::new(Dialect::Sqlite, "sync").unwrap();
    let inject = format!("inject=fsync,fdatasync:error=EIO:when={when}");
    let mut arguments = vec!["strace", "-f", "-qq", "-o", "/dev/null"];
    arguments.extend(["-e", "trace=fsync,fdatasync", "-e", &inject]);
    let task = Task {
        count: 300,
        in_flight,
        ..task(home.place())
    };
    let (said, status) = task.start_under(&arguments).end();
    assert!(status.success());
    assert!(!said.unknown.is_empty(), "{when}: nothing failed");
    assert!(said.kept.len() > 10, "{said:?}");
    examine(home.place(), home.folder(), &[&said]);
}

#[test]
fn when_the_disk_fails_to_sync_nobody_is_told_that_it_was_kept_or_that_it_was_not() {
    if Command::new("strace").arg("-V").output().is_err() {
        println!(
            "skipped: when_the_disk_fails_to_sync: strace is missing; install it with your packages"
        );
        return;
    }
    with_failing_syncs("60..70", 1);
    with_failing_syncs("25+", 8);
}

fn dump(place: &Place) -> Result<Vec<Vec<Cell>>, String> {
    let store = open(place, settings())?;
    let tables = tables(&[kept_journal::SCHEMA]).map_err(|error| error.to_string())?;
    store
        .read(move |read| {
            let mut all = Vec::new();
            for table in &tables {
                rows(read, table, |row| {
                    all.push(row.to_vec());
                    Ok::<_, StoreError>(())
                })?;
            }
            Ok::<_, StoreError>(all)
        })
        .wait()
        .map_err(|error| error.to_string())
}

#[test]
fn a_flipped_bit_is_an_error_and_never_another_answer() {
    let home = Home::new(Dialect::Sqlite, "flipped").unwrap();
    let (said, status) = Task {
        count: 300,
        ..task(home.place())
    }
    .start()
    .end();
    assert!(status.success() && said.kept.len() == 300);
    let whole = dump(home.place()).unwrap();
    let bytes = std::fs::read(home.file().unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = file(folder.path());
    let mut found = 0;
    // A prime step: every part of a page is hit in one page or another.
    for at in (11..bytes.len()).step_by(6_011) {
        let mut flipped = bytes.clone();
        if let Some(byte) = flipped.get_mut(at) {
            *byte ^= 1 << (at % 8);
        }
        let path: PathBuf = folder.path().join("kept.db");
        std::fs::write(&path, &flipped).unwrap();
        match dump(&copy) {
            Err(_) => found += 1,
            Ok(rows) => {
                // A page that no row needed: the inspection of the whole file finds it.
                assert_eq!(rows, whole, "byte {at}");
                let store = open(&copy, settings()).unwrap();
                assert_ne!(store.damage().kept(), Vec::<String>::new(), "byte {at}");
                found += 1;
            }
        }
        for beside in ["kept.db-wal", "kept.db-shm"] {
            let _ = std::fs::remove_file(folder.path().join(beside));
        }
    }
    assert!(found > 20, "{found}");
}
