//! A disk that is full while clients send.

use std::path::Path;
use std::process::Command;

use super::clients::{Client, Way};
use super::held::examine;
use crate::served::Desk;
use tempfile::TempDir;

/// A disk in memory that can be made small; taken away when dropped.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn new(test: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        if !mount(&["-t", "tmpfs", "-o", "size=256m", "tmpfs"], folder.path()) {
            println!("skipped: {test}: a small disk cannot be mounted here; run as root");
            return None;
        }
        Some(Self(folder))
    }

    /// Leaves so many KiB free.
    fn leave(&self, free: u64) {
        let ran = Command::new("df")
            .args(["--output=used", "-k"])
            .arg(self.0.path())
            .output()
            .unwrap();
        let text = String::from_utf8(ran.stdout).unwrap();
        let used: u64 = text.lines().nth(1).unwrap().trim().parse().unwrap();
        let size = format!("remount,size={}k", used + free);
        assert!(mount(&["-o", &size], self.0.path()));
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

#[test]
fn on_a_full_disk_a_request_is_refused_as_not_now_and_taken_in_when_there_is_room() {
    let Some(disk) = SmallDisk::new("on_a_full_disk_a_request_is_refused") else {
        return;
    };
    let elsewhere = tempfile::tempdir().unwrap();
    let data = disk.0.path().join("data").display().to_string();
    let desk = Desk::at(elsewhere.path(), &data, None);
    let token = desk.token("shop");
    let mut clients = [
        Client::new("shop", Way::Api { token }),
        Client::new("visitor", Way::Form),
    ];
    let mut served = desk.serve();
    let mut refused = [0, 0];
    // A form that was shown before there was no room.
    let form = clients[1].next(served.port).unwrap();
    disk.leave(256);
    for _ in 0..2_000 {
        let mut next = clients[0].next(served.port).unwrap();
        let taken = next.send("shop", &clients[0].way, served.port);
        clients[0].sent.push(next.clone());
        if !taken {
            assert_eq!(
                next.refused.unwrap(),
                (503, "application/problem+json".to_owned())
            );
            refused[0] += 1;
        }
        if refused[0] == 3 {
            break;
        }
    }
    let mut form = form;
    if !form.send("visitor", &Way::Form, served.port) {
        assert_eq!(
            form.refused.clone().unwrap(),
            (503, "text/html; charset=utf-8".to_owned())
        );
        refused[1] += 1;
    }
    clients[1].sent.push(form);
    assert_eq!(refused, [3, 1], "{}", clients[0].sent.len());
    disk.leave(64 << 10);
    for client in &mut clients {
        client.repeat(served.port);
    }
    served.shoot();
    let sent: usize = clients.iter().map(|client| client.sent.len()).sum();
    assert_eq!(examine(&desk, &clients), sent);
}
