//! New keys in the place of old ones.

use std::fs::{self, File};

use super::house::{Street, dump, names};

#[test]
fn a_new_master_key_opens_the_house_and_the_old_one_its_old_backups() {
    let street = Street::new("master");
    street.house("one", 10);
    let key = street.key_file("one");
    fs::copy(&key, street.path("old.key")).unwrap();
    street.well(&["backup", "--data", "one", "--out", "old.backup"]);
    street.well(&["key", "rotate", "--data", "one"]);
    street.is_healthy("one");
    let told = street.ends(
        2,
        &["import", "list", "--data", "one", "--key-file", "old.key"],
    );
    assert!(told.contains("needs the master key"), "{told}");
    street.ends(
        2,
        &[
            "restore",
            "--from",
            "old.backup",
            "--data",
            "two",
            "--key-file",
            &key,
        ],
    );
    street.well(&[
        "restore",
        "--from",
        "old.backup",
        "--data",
        "two",
        "--key-file",
        "old.key",
    ]);
}

#[test]
fn a_new_database_key_survives_a_crash_at_every_step() {
    let street = Street::new("database");
    street.house("one", 60);
    let key = street.key_file("one");
    let before = dump(&street.store("one", &key));
    let file = street.folder.join("one/kept.db");
    for (step, switched) in [
        ("next key named", false),
        ("file written", false),
        ("file in place", true),
    ] {
        let page = fs::read(&file).unwrap()[..4096].to_vec();
        let rotate = ["key", "rotate", "--database", "--data", "one"];
        let ran = street.kept_with(&[("KEPT_STOP_AT", step)], &rotate);
        assert_eq!(
            ran.status, -1,
            "{step}: it ends as a crash would: {}",
            ran.err
        );
        let seen = street.kept(&["doctor", "--data", "one"]);
        assert!(
            seen.status == 1 && seen.out.contains("broken off"),
            "{step}: {}",
            seen.out
        );
        street.well(&["import", "list", "--data", "one"]);
        street.is_healthy("one");
        assert_eq!(dump(&street.store("one", &key)), before, "{step}");
        assert_eq!(
            fs::read(&file).unwrap()[..4096] != page[..],
            switched,
            "{step}"
        );
        let left = names(&street.folder.join("one"));
        assert!(
            !left.iter().any(|name| name.contains("next")),
            "{step}: {left:?}"
        );
    }
    let page = fs::read(&file).unwrap()[..4096].to_vec();
    street.well(&["key", "rotate", "--database", "--data", "one"]);
    assert_ne!(fs::read(&file).unwrap()[..4096], page[..]);
    // Only the act itself has come to it.
    let after = dump(&street.store("one", &key));
    for ((name, rows), (_, now)) in before.iter().zip(&after) {
        let acts = usize::from(name.starts_with("audit"));
        assert_eq!(
            (rows.as_slice(), rows.len() + acts),
            (&now[..rows.len()], now.len()),
            "{name}"
        );
    }
    street.well(&["audit", "verify", "--data", "one"]);
}

#[test]
fn keys_are_not_changed_while_another_process_has_the_data() {
    let street = Street::new("held");
    street.house("one", 10);
    let other = File::open(street.folder.join("one/kept.lock")).unwrap();
    other.lock_shared().unwrap();
    let told = street.ends(2, &["key", "rotate", "--database", "--data", "one"]);
    assert!(told.contains("in use by another process"), "{told}");
    street.well(&["backup", "--data", "one", "--out", "one.backup"]);
    other.unlock().unwrap();
    street.well(&["key", "rotate", "--database", "--data", "one"]);
}
