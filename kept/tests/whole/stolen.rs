//! What somebody gets who takes the data folder away: nothing that can be read.

use std::fs;
use std::path::Path;

use kept_store::Dialect;
use kept_testing::Home;

use crate::ask::Asker;
use crate::desk::{Desk, PASSWORD};

/// Every file below a folder, with its bytes.
fn files(folder: &Path, out: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, out);
        } else {
            out.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
}

#[test]
fn the_data_folder_holds_no_name_no_address_no_secret_and_no_case_in_readable_form() {
    let Some(home) = Home::new(Dialect::Sqlite, "stolen") else {
        return;
    };
    let desk = Desk::with_history(&home);
    let hired = desk.hire("administrator");
    let (_, secret) = desk.sign_in(&hired.email);
    let asker = Asker::with_session(&desk, "administrator", &secret);
    let form = "name=Adelheid+Quartz&email=adelheid@client.example&roles=approver";
    let page = asker.send(&desk, "POST", "/settings/people", (form, true));
    let link = page.between("token=", "<");
    asker.send(&desk, "POST", "/settings/teams", ("name=Undercover", true));
    let words = [
        PASSWORD,
        &secret,
        &link,
        &hired.email,
        "Adelheid",
        "adelheid",
        "Undercover",
        "$argon2id$",
        "request",
        "Case 1",
        "SQLite format 3",
        "CREATE TABLE",
    ];
    let mut all = Vec::new();
    files(&home.folder().join("data"), &mut all);
    assert!(
        all.iter()
            .any(|(name, bytes)| name.ends_with(".db") && bytes.len() > 100_000)
    );
    for (name, bytes) in &all {
        for word in words {
            let found = bytes
                .windows(word.len())
                .any(|window| window == word.as_bytes());
            assert!(!found, "{word} can be read in {name}");
        }
    }
}
