//! What the doctor and the audit find.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use kept_store::{StoreError, params, statements};
use serde_json::Value;

use super::house::Street;

statements! {
    TAMPER = "UPDATE audit SET who = 'somebody else' WHERE place = $1";
    TAKE_AWAY = "DELETE FROM audit WHERE place = $1";
}

#[test]
fn migrating_says_what_ran_and_then_that_nothing_is_to_do() {
    let street = Street::new("migrate");
    let ran = street.well(&["migrate", "--data", "one"]);
    assert!(ran.starts_with("journal 1: journal\n"), "{ran}");
    let ran = street.well(&["migrate", "--data", "one"]);
    assert!(ran.contains("Nothing was to do"), "{ran}");
}

#[test]
fn what_needs_a_house_makes_none_where_the_folder_was_mistyped() {
    let street = Street::new("mistyped");
    for command in [
        &["import", "list"][..],
        &["import", "undo", "019c0fbd-7340-7fff-bfff-ffffffffffff"],
        &["audit", "seal"],
        &["audit", "verify"],
        &["key", "rotate"],
        &["backup", "--out", "one.backup"],
    ] {
        let told = street.ends(2, &[command, &["--data", "mistyped"]].concat());
        let names = told.contains("There are no data of Kept in mistyped, and nothing was made");
        assert!(
            names && told.contains("kept migrate"),
            "{command:?}: {told}"
        );
        assert!(!street.folder.join("mistyped").exists(), "{command:?}");
        assert!(
            !street.folder.join("home/.config/kept").exists(),
            "{command:?}"
        );
    }
}

#[test]
fn each_tampered_entry_is_named_and_no_other() {
    let street = Street::new("tampered");
    street.house("one", 10);
    for _ in 0..6 {
        let list = street.well(&["import", "list", "--data", "one"]);
        let id = list.split_whitespace().next().unwrap().to_owned();
        street.well(&["import", "undo", &id, "--data", "one"]);
    }
    let told = street.well(&["audit", "verify", "--data", "one"]);
    assert!(told.contains("7 entries, 7 of them vouched for"), "{told}");
    let store = street.store("one", &street.key_file("one"));
    store
        .write(|tx| {
            tx.execute(TAMPER, &params![3_i64])?;
            tx.execute(TAKE_AWAY, &params![5_i64])?;
            Ok::<_, StoreError>(())
        })
        .wait()
        .unwrap();
    drop(store);
    let told = street.ends(1, &["audit", "verify", "--data", "one"]);
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(
        lines[..2],
        ["Entry 3 was changed.", "Entry 5 was removed."],
        "{told}"
    );
    let json = street.ends(1, &["audit", "verify", "--data", "one", "--json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["findings"].as_array().unwrap().len(), 2);
}

#[test]
fn the_doctor_names_what_is_wrong_and_how_to_mend_it() {
    let street = Street::new("doctor");
    assert!(
        street
            .ends(1, &["doctor", "--data", "one"])
            .contains("there is no folder")
    );
    street.house("one", 10);
    street.is_healthy("one");
    let mode = |path: &str, mode: u32| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let (data, key) = (street.path("one"), street.key_file("one"));
    mode(&data, 0o755);
    let told = street.ends(1, &["doctor", "--data", "one"]);
    assert!(told.contains("chmod 700"), "{told}");
    mode(&data, 0o700);
    mode(&key, 0o644);
    let told = street.ends(1, &["doctor", "--data", "one"]);
    assert!(told.contains("chmod 600"), "{told}");
    mode(&key, 0o600);
    fs::remove_file(street.folder.join("one/audit/leaves")).unwrap();
    let json = street.ends(1, &["doctor", "--data", "one", "--json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    let wrong: Vec<&Value> = json
        .as_array()
        .unwrap()
        .iter()
        .filter(|found| found["state"] != "good" && found["about"] != "free space")
        .collect();
    assert!(
        wrong.len() == 1 && wrong[0]["mend"] == "Run: kept audit seal",
        "{json}"
    );
    street.well(&["audit", "seal", "--data", "one"]);
    street.is_healthy("one");
}

#[test]
fn the_doctor_finds_a_damaged_page_and_a_lost_file() {
    let street = Street::new("page");
    street.house("one", 200);
    let file = street.folder.join("one/kept.db");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();
    let told = street.ends(1, &["doctor", "--data", "one"]);
    assert!(
        told.contains("damaged") && told.contains("restore the last backup"),
        "{told}"
    );
    fs::remove_file(&file).unwrap();
    let told = street.ends(1, &["doctor", "--data", "one"]);
    assert!(told.contains("there is no file"), "{told}");
}
