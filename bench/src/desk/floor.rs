//! The floor under loading and reading: the same rows by bare rusqlite, in an encrypted file with the same tables and indexes.
//!
//! Loading goes table by table, each in one transaction and in the order of the table, without foreign keys: nobody who takes rows
//! as they come can be faster.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Instant as Stopwatch;

use kept::House;
use rusqlite::{Connection, params};

use super::Asked;
use crate::place;

const CLIENTS: [&str; 9] = [
    "clients",
    "contacts",
    "client_sources",
    "client_team",
    "client_keys",
    "client_revenues",
    "client_tiers",
    "client_notes",
    "document_circles",
];
const REQUESTS: [&str; 3] = ["requests", "request_messages", "request_seen"];
const JOURNAL: [&str; 4] = ["records", "events", "obligations", "timers"];
/// They belong to clients and requests alike.
const DOCUMENTS: [&str; 1] = ["documents"];

/// How large the database is, with what is not yet written back.
pub fn size(data: &Path) -> u64 {
    let of = |name: &str| fs::metadata(data.join(name)).map_or(0, |file| file.len());
    of("kept.db") + of("kept.db-wal")
}

/// The key of a house, as a statement names it.
fn key(asked: &Asked) -> Result<String, String> {
    let house = House::open(&asked.house).map_err(|error| error.to_string())?;
    let key = house.keys.database_key();
    let text = key.bytes().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    Ok(format!("\"x'{text}'\""))
}

/// A connection to the file of a house, as the store opens it to read.
pub fn reader(asked: &Asked) -> Result<Connection, String> {
    let key = key(asked)?;
    let open = || {
        let connection = Connection::open(asked.house.data.join("kept.db"))?;
        connection.execute_batch(&format!(
            "PRAGMA key = {key}; PRAGMA cipher_hmac_algorithm = HMAC_SHA256; PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -32768; PRAGMA query_only = ON;"
        ))?;
        Ok(connection)
    };
    open().map_err(|error: rusqlite::Error| error.to_string())
}

pub fn floor(asked: &Asked) -> Result<(), String> {
    let (key, data) = (key(asked)?, &asked.house.data);
    let path = data.join("floor.db");
    let gone = || {
        for name in ["floor.db", "floor.db-wal", "floor.db-shm"] {
            // It is there only when a run before was broken off.
            let _ = fs::remove_file(data.join(name));
        }
    };
    gone();
    let done = copy(&path, &data.join("kept.db"), &key).map_err(|error| error.to_string());
    gone();
    done
}

fn copy(path: &Path, house: &Path, key: &str) -> rusqlite::Result<()> {
    let floor = Connection::open(path)?;
    floor.execute_batch(&format!(
        "PRAGMA key = {key}; PRAGMA cipher_hmac_algorithm = HMAC_SHA256; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = OFF; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON;
         PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 1000; PRAGMA cipher_default_hmac_algorithm = HMAC_SHA256;
         ATTACH '{}' AS house KEY {key};",
        house.display()
    ))?;
    println!("| floor | rows | seconds | rows of the first a second | on a processor, s |");
    println!("| --- | --- | --- | --- | --- |");
    for (name, tables) in [
        ("events and obligations", &JOURNAL[..]),
        ("clients", &CLIENTS[..]),
        ("requests", &REQUESTS[..]),
        ("documents of both", &DOCUMENTS[..]),
    ] {
        let (watch, before) = (Stopwatch::now(), place::processor_seconds());
        let (mut first, mut all) = (None, 0);
        for table in tables {
            let rows = table_of(&floor, table)?;
            first.get_or_insert(rows);
            all += rows;
        }
        let seconds = watch.elapsed().as_secs_f64();
        let processor = place::processor_seconds().zip(before);
        println!(
            "| {name} | {all} | {seconds:.1} | {:.0} | {:.1} |",
            first.unwrap_or_default() as f64 / seconds,
            processor.map_or(0.0, |(after, before)| after - before)
        );
    }
    Ok(())
}

/// A table with its indexes, and all its rows.
fn table_of(floor: &Connection, table: &str) -> rusqlite::Result<usize> {
    let mut find = floor.prepare(
        "SELECT sql FROM house.sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL AND type IN ('table', 'index')
         ORDER BY type DESC, name",
    )?;
    let made: Vec<String> = find
        .query_map(params![table], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for sql in made {
        floor.execute_batch(&sql)?;
    }
    floor.execute(
        &format!("INSERT INTO main.{table} SELECT * FROM house.{table}"),
        [],
    )
}
