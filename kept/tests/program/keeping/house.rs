//! A house with some history, in a folder of its own.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use kept_store::copy::{Cell, Kind, rows, tables};
use kept_store::{Key, Place, Settings, Store, StoreError};
use kept_vault::{KeySources, KeysFile};

use crate::runs::{Ran, root, scratch};

/// A folder with houses in it, and the home of their keys.
pub struct Street {
    pub folder: PathBuf,
}

impl Street {
    pub fn new(name: &str) -> Self {
        let folder = scratch(&format!("keeping-{name}"));
        Self { folder }
    }

    pub fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    pub fn kept(&self, arguments: &[&str]) -> Ran {
        self.kept_with(&[], arguments)
    }

    pub fn kept_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_kept"))
            .args(arguments)
            .current_dir(&self.folder)
            .env("HOME", self.folder.join("home"))
            .env_remove("XDG_CONFIG_HOME")
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        Ran {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a command that must end well.
    pub fn well(&self, arguments: &[&str]) -> String {
        let ran = self.kept(arguments);
        assert_eq!(ran.status, 0, "{arguments:?}: {}{}", ran.out, ran.err);
        ran.out
    }

    /// The doctor must find nothing, beyond what the machine has too little of: tests run where the disk is nearly full too.
    pub fn is_healthy(&self, name: &str) {
        let ran = self.kept(&["doctor", "--data", name, "--json"]);
        let findings: Vec<serde_json::Value> = serde_json::from_str(&ran.out).unwrap();
        let wrong = findings
            .iter()
            .find(|found| found["state"] != "good" && found["about"] != "free space");
        assert_eq!(wrong, None, "{}", ran.err);
    }

    /// The same, which must end with this status.
    pub fn ends(&self, status: i32, arguments: &[&str]) -> String {
        let ran = self.kept(arguments);
        assert_eq!(ran.status, status, "{arguments:?}: {}{}", ran.out, ran.err);
        ran.out + &ran.err
    }

    /// A house with a history of so many requests.
    pub fn house(&self, name: &str, requests: u32) {
        let mut log = String::from("case_id,activity,timestamp,resource,customer\n");
        for number in 0..requests {
            for (hour, activity) in [
                (9, "Assign seriousness"),
                (10, "Take in charge ticket"),
                (16, "Resolve ticket"),
            ] {
                let day = number % 27 + 1;
                let (person, client) = (number % 5, number % 11);
                writeln!(log, "Case {number},{activity},2012-10-{day:02}T{hour:02}:00:00+00:00,Value {person},Value {client}").unwrap();
            }
        }
        fs::write(self.folder.join("log.csv"), log).unwrap();
        let mapping = root().join("examples/helpdesk/mapping.toml");
        let mapping = mapping.display().to_string();
        self.well(&[
            "import",
            "history",
            "--mapping",
            &mapping,
            "--events",
            "log.csv",
            "--data",
            name,
        ]);
    }

    /// The file with the master key of a house that was made here.
    pub fn key_file(&self, name: &str) -> String {
        let keys = self.folder.join("home/.config/kept");
        let found = fs::read_dir(keys)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let begins = format!("{name}-");
        let mine = |path: &PathBuf| {
            path.file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with(&begins)
        };
        found.into_iter().find(mine).unwrap().display().to_string()
    }

    /// The database of a house, opened beside the program.
    pub fn store(&self, name: &str, key_file: &str) -> Store {
        let data = self.folder.join(name);
        let sources = KeySources {
            key_file: Some(key_file.into()),
            ..KeySources::default()
        };
        let master = sources.find(&data).unwrap().unwrap();
        let keys = KeysFile::open(&data, &master.key).unwrap();
        let place = Place::File {
            path: data.join(KeysFile::DATABASE),
            key: Key::new(*keys.database_key().bytes()),
        };
        Store::open(&place, Settings::default()).unwrap()
    }

    pub fn names(&self) -> Vec<String> {
        names(&self.folder)
    }
}

pub fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Every row of every table; JSON in one form.
pub fn dump(store: &Store) -> Vec<(String, Vec<Vec<Cell>>)> {
    store
        .read(|read| {
            let tables = tables(&[
                kept_journal::SCHEMA,
                kept_search::SCHEMA,
                kept_api::SCHEMA,
                kept_accounts::SCHEMA,
                kept_sops::SCHEMA,
                kept_announcements::SCHEMA,
                kept_clients::SCHEMA,
                kept_requests::SCHEMA,
                kept_templates::SCHEMA,
                kept_messages::SCHEMA,
                kept_portal::SCHEMA,
                kept_forms::SCHEMA,
                kept_adherence::SCHEMA,
                kept_post::SCHEMA,
            ])
            .unwrap();
            let mut all = Vec::new();
            for table in &tables {
                let mut found = Vec::new();
                rows(read, table, |row| {
                    let cells = table.columns.iter().zip(row);
                    found.push(
                        cells
                            .map(|(column, cell)| plain(column.kind, cell))
                            .collect(),
                    );
                    Ok::<_, StoreError>(())
                })?;
                all.push((table.name.clone(), found));
            }
            Ok::<_, StoreError>(all)
        })
        .wait()
        .unwrap()
}

fn plain(kind: Kind, cell: &Cell) -> Cell {
    match cell {
        Cell::Text(text) if kind == Kind::Json => {
            let value: serde_json::Value = serde_json::from_str(text).unwrap();
            Cell::Text(sorted(value).to_string())
        }
        other => other.clone(),
    }
}

/// The same JSON with its names in order: PostgreSQL keeps what a JSON says, not how it was written.
fn sorted(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(map) => {
            let mut pairs: Vec<_> = map.into_iter().collect();
            pairs.sort_by(|one, other| one.0.cmp(&other.0));
            pairs
                .into_iter()
                .map(|(name, value)| (name, sorted(value)))
                .collect()
        }
        serde_json::Value::Array(list) => list.into_iter().map(sorted).collect(),
        other => other,
    }
}
