//! Backup and restore.

use std::fs;

use kept_store::{Dialect, Place};
use kept_testing::Home;

use super::house::{Street, dump, names};

/// How a public key of age begins.
const RECIPIENT: &str = "age1";

#[test]
fn a_house_moves_from_sqlite_to_postgres_and_back_and_every_row_is_the_same() {
    let Some(server) = Home::new(Dialect::Postgres, "a_house_moves") else {
        return;
    };
    let Place::Server { url } = server.place() else {
        return;
    };
    let street = Street::new("moves");
    street.house("one", 700);
    let key = street.key_file("one");
    street.well(&["backup", "--data", "one", "--out", "one.backup"]);
    let first = dump(&street.store("one", &key));
    let to_server = ["--data", "two", "--key-file", &key, "--database-url", url];
    street.well(&[&["restore", "--from", "one.backup"], &to_server[..]].concat());
    street.well(&[&["audit", "verify"], &to_server[..]].concat());
    street.well(&[&["backup", "--out", "two.backup"], &to_server[..]].concat());
    let again = street.ends(
        2,
        &[
            "restore",
            "--from",
            "two.backup",
            "--data",
            "x",
            "--key-file",
            &key,
            "--database-url",
            url,
        ],
    );
    assert!(again.contains("in use"), "{again}");
    street.well(&[
        "restore",
        "--from",
        "two.backup",
        "--data",
        "three",
        "--key-file",
        &key,
    ]);
    street.well(&["audit", "verify", "--data", "three", "--key-file", &key]);
    let last = dump(&street.store("three", &key));
    let mut compared = 0;
    for ((name, before), (other, after)) in first.iter().zip(&last) {
        assert_eq!(name, other);
        // Backup and restore are acts: they are in the audit, after all that was there.
        let acts = if name.starts_with("audit") {
            after.len() - before.len()
        } else {
            0
        };
        assert!(acts <= 3, "{name}: {acts}");
        assert_eq!(before.as_slice(), &after[..after.len() - acts], "{name}");
        compared += before.len();
    }
    assert!(compared > 2_800, "{compared}");
}

#[test]
fn a_backup_opens_with_its_passphrase_or_its_key_and_with_no_other() {
    let street = Street::new("locks");
    street.house("one", 10);
    let key = street.key_file("one");
    fs::write(street.folder.join("phrase"), "a long enough phrase\n").unwrap();
    fs::write(street.folder.join("other"), "another phrase than it\n").unwrap();
    street.well(&[
        "backup",
        "--data",
        "one",
        "--out",
        "p.backup",
        "--passphrase-file",
        "phrase",
    ]);
    let restore = |from: &str, more: &[&str]| {
        let all = [
            "restore",
            "--from",
            from,
            "--data",
            "two",
            "--key-file",
            &key,
        ];
        street.kept(&[&all[..], more].concat())
    };
    for (more, says) in [
        (&[][..], "--passphrase-file"),
        (&["--passphrase-file", "other"][..], "does not open"),
    ] {
        let ran = restore("p.backup", more);
        assert_eq!(ran.status, 2);
        assert!(ran.err.contains(says), "{}", ran.err);
    }
    assert!(!street.folder.join("two").exists());
    assert_eq!(
        restore("p.backup", &["--passphrase-file", "phrase"]).status,
        0
    );
    fs::remove_dir_all(street.folder.join("two")).unwrap();

    let pair = age::x25519::Identity::generate();
    let public = pair.to_public().to_string();
    assert!(public.starts_with(RECIPIENT));
    let secret = age::secrecy::ExposeSecret::expose_secret(&pair.to_string()).to_owned();
    fs::write(street.folder.join("pair"), format!("# a key\n{secret}\n")).unwrap();
    street.well(&[
        "backup",
        "--data",
        "one",
        "--out",
        "r.backup",
        "--recipient",
        &public,
    ]);
    let ran = restore("r.backup", &[]);
    assert!(
        ran.status == 2 && ran.err.contains("--identity"),
        "{}",
        ran.err
    );
    assert_eq!(restore("r.backup", &["--identity", "pair"]).status, 0);
}

#[test]
fn a_damaged_backup_is_refused_and_leaves_nothing() {
    let street = Street::new("damaged");
    street.house("one", 40);
    let key = street.key_file("one");
    street.well(&["backup", "--data", "one", "--out", "one.backup"]);
    let bytes = fs::read(street.folder.join("one.backup")).unwrap();
    let before = street.names();
    let mut tries: Vec<Vec<u8>> = vec![
        bytes[..bytes.len() / 2].to_vec(),
        bytes[..bytes.len() - 1].to_vec(),
        Vec::new(),
    ];
    for at in (3..bytes.len()).step_by(bytes.len() / 12) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 4;
        tries.push(flipped);
    }
    for bytes in tries {
        fs::write(street.folder.join("one.backup"), bytes).unwrap();
        street.ends(
            2,
            &[
                "restore",
                "--from",
                "one.backup",
                "--data",
                "two",
                "--key-file",
                &key,
            ],
        );
        assert_eq!(street.names(), before);
    }
}

#[test]
fn a_backup_is_never_overwritten_and_a_house_never_restored_over_another() {
    let street = Street::new("over");
    street.house("one", 10);
    let key = street.key_file("one");
    street.well(&["backup", "--data", "one", "--out", "one.backup"]);
    let told = street.ends(2, &["backup", "--data", "one", "--out", "one.backup"]);
    assert!(told.contains("never overwritten"), "{told}");
    street.house("two", 20);
    let before = names(&street.folder.join("two"));
    let told = street.ends(
        2,
        &[
            "restore",
            "--from",
            "one.backup",
            "--data",
            "two",
            "--key-file",
            &key,
        ],
    );
    assert!(told.contains("in use"), "{told}");
    assert_eq!(names(&street.folder.join("two")), before);
    let told = street.ends(2, &["backup", "--data", "nowhere", "--out", "n.backup"]);
    assert!(told.contains("There are no data"), "{told}");
    assert!(!street.folder.join("nowhere").exists());
}
