//! The power goes: whatever was not on the disk is forgotten.
//!
//! An ext4 image on a loop device is shut down without writing its journal, as `xfs_io -x -c shutdown` does it, and mounted
//! again.

use std::path::Path;
use std::process::Command;

use kept_faults::KEY;
use kept_store::{Key, Place};
use tempfile::TempDir;

use crate::writer::{Said, Task, examine};

/// `EXT4_IOC_SHUTDOWN` with `EXT4_GOING_FLAGS_NOLOGFLUSH`.
const CUT: &str = "import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack('I', 2))";

/// A disk whose power can be cut; taken away when dropped.
struct Disk {
    folder: TempDir,
}

fn run(program: &str, arguments: &[&str]) -> bool {
    let ran = Command::new(program).args(arguments).output();
    ran.is_ok_and(|ran| ran.status.success())
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

impl Disk {
    fn new(test: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let disk = Self { folder };
        let image = disk.folder.path().join("image");
        std::fs::create_dir(disk.at()).unwrap();
        let file = std::fs::File::create(&image).unwrap();
        file.set_len(48 << 20).unwrap();
        if run("mkfs.ext4", &["-q", text(&image)]) && disk.mount() {
            return Some(disk);
        }
        println!(
            "skipped: {test}: an ext4 image cannot be mounted here; run as root, with e2fsprogs"
        );
        None
    }

    fn at(&self) -> std::path::PathBuf {
        self.folder.path().join("disk")
    }

    fn mount(&self) -> bool {
        let image = self.folder.path().join("image");
        run("mount", &["-o", "loop", text(&image), text(&self.at())])
    }

    fn cut(&self) -> bool {
        run("python3", &["-c", CUT, text(&self.at())])
    }

    fn come_back(&self) {
        assert!(run("umount", &[text(&self.at())]));
        assert!(self.mount());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        run("umount", &["-l", text(&self.at())]);
    }
}

#[test]
fn what_was_answered_is_there_after_the_power_was_cut() {
    let test = "what_was_answered_is_there_after_the_power_was_cut";
    let Some(disk) = Disk::new(test) else { return };
    let (data, audit) = (disk.at().join("kept.db"), disk.at().join("audit"));
    let place = Place::File {
        path: data,
        key: Key::new(KEY),
    };
    let mut said: Vec<Said> = Vec::new();
    for (round, acknowledged) in [3_u64, 250, 700, 40].into_iter().enumerate() {
        let task = Task {
            place: &place,
            folder: Some(&audit),
            first: round as u64 * 1_000_000,
            count: 500_000,
            in_flight: 16,
            stop: None,
        };
        let mut writer = task.start();
        writer.read(acknowledged);
        if !disk.cut() {
            println!(
                "skipped: {test}: the power of a disk cannot be cut here; python3 and ext4 are needed"
            );
            writer.silence();
            return;
        }
        // While a file system is shut down, an fsync whose journal another one gave up may still answer that all is well.
        // After a real power cut no one would hear of it.
        said.push(writer.silence());
        disk.come_back();
        examine(&place, &audit, &said.iter().collect::<Vec<_>>());
    }
}
