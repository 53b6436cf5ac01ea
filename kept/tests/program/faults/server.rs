//! A PostgreSQL server that is shot while clients send, and comes back.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::held::examine;
use super::killed::{at_once, clients};
use crate::runs::{root, scratch};
use crate::served::{Desk, Served};

/// A server of its own; stopped when dropped.
struct Server {
    folder: PathBuf,
    url: String,
}

fn script(action: &str, folder: &Path) -> String {
    let script = root().join("testing/postgres-server");
    let ran = Command::new(script)
        .arg(action)
        .arg(folder)
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{action}: {}",
        String::from_utf8_lossy(&ran.stderr)
    );
    String::from_utf8_lossy(&ran.stdout).trim().to_owned()
}

impl Drop for Server {
    fn drop(&mut self) {
        script("stop", &self.folder);
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn when_the_database_server_is_shot_what_was_answered_is_there_once_and_whole() {
    if std::env::var_os(kept_testing::SERVER).is_none() {
        println!(
            "skipped: when_the_database_server_is_shot: no PostgreSQL here; set {} or run ./test",
            kept_testing::SERVER
        );
        return;
    }
    // Where the server's own user may go as well.
    let folder = std::env::temp_dir().join(format!("kept-shot-{}", std::process::id()));
    let url = script("start", &folder);
    let server = Server { folder, url };
    // The server for tests answers before its log is written; these sessions do not let it.
    let url = format!("{}?options=-csynchronous_commit%3Don", server.url);
    let desk = Desk::at(&scratch("shot"), "data", Some(url));
    let mut clients = clients(&desk);
    let mut served = desk.serve();
    for taken in [40, 25] {
        // Whoever is refused meanwhile stops, and sends it again in the next round.
        at_once(&mut clients, &mut served, taken, |_| {
            script("restart", &server.folder);
        });
    }
    // The same process goes on with the new server.
    at_once(&mut clients, &mut served, 30, Served::shoot);
    examine(&desk, &clients);
    let mut served = desk.serve();
    for client in &mut clients {
        client.repeat(served.port);
    }
    served.shoot();
    let sent: usize = clients.iter().map(|client| client.sent.len()).sum();
    assert_eq!(examine(&desk, &clients), sent);
}
