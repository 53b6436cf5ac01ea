//! A PostgreSQL server that is shot and comes back.

use std::path::{Path, PathBuf};
use std::process::Command;

use kept_store::Place;

use crate::writer::{Task, examine};

/// A server of its own; stopped when dropped.
struct Server {
    folder: PathBuf,
    url: String,
}

fn script(action: &str, folder: &Path) -> Option<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../postgres-server");
    let ran = Command::new(script).arg(action).arg(folder).output().ok()?;
    ran.status
        .success()
        .then(|| String::from_utf8_lossy(&ran.stdout).trim().to_owned())
}

impl Server {
    fn start(test: &str) -> Option<Self> {
        if std::env::var_os(kept_testing::SERVER).is_none() {
            println!(
                "skipped: {test}: no PostgreSQL here; set {} or run ./test",
                kept_testing::SERVER
            );
            return None;
        }
        // Where the server's own user may go as well.
        let folder = std::env::temp_dir().join(format!("kept-faults-{}", std::process::id()));
        let url = script("start", &folder).expect("a PostgreSQL server of its own");
        Some(Self { folder, url })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = script("stop", &self.folder);
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn a_server_that_is_shot_in_mid_write_loses_nothing_that_was_answered() {
    let Some(server) = Server::start("a_server_that_is_shot") else {
        return;
    };
    let audit = tempfile::tempdir().unwrap();
    // The server for tests answers before its log is written; this session does not let it.
    let url = format!("{}?options=-csynchronous_commit%3Don", server.url);
    let place = Place::Server { url };
    let task = Task {
        place: &place,
        folder: None,
        first: 0,
        count: 1_000_000,
        in_flight: 32,
        stop: None,
    };
    let mut writer = task.start();
    for _ in 0..3 {
        writer.read(150);
        script("restart", &server.folder).expect("the server restarts");
    }
    writer.read(300);
    let said = writer.kill();
    assert!(said.kept.len() > 400, "{said:?}");
    examine(&place, audit.path(), &[&said]);
}
