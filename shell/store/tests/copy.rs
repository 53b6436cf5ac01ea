//! Whole tables go from one database to the other and back, and nothing changes on the way.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the failure")]

use kept_kernel::{Id, Instant};
use kept_store::copy::{Cell, Kind, Loader, Table, given, rows, tables};
use kept_store::{
    Dialect, Key, Migration, Place, Schema, Store, StoreError, encrypt_anew, opens_with, params,
    statements,
};
use kept_testing::{Home, Kept as _, on_both};

statements! {
    ADD_TEAM = "INSERT INTO teams (id, name, above, head) VALUES ($1, $2, $3, $4)";
    ADD_PERSON = "INSERT INTO people (id, team, name, weight, active, extra, photo) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    SET_HEAD = "UPDATE teams SET head = $2 WHERE id = $1";
    ADD_NOTE = "INSERT INTO a_notes (person, text) VALUES ($1, $2)";
    DROP_NOTES = "DELETE FROM a_notes WHERE number > $1";
    ADD_ENTRY = "INSERT INTO entries (id, text) VALUES ($1, $2)";
    NEXT_NOTE = "INSERT INTO a_notes (person, text) VALUES ($1, 'next') RETURNING number";
}

/// Names are in the opposite order of their references, two tables refer to each other, and one to itself.
const SCHEMA: Schema = Schema {
    owner: "copying",
    migrations: &[Migration {
        number: 1,
        name: "all kinds",
        text: "
            CREATE TABLE teams (
                id $ID NOT NULL PRIMARY KEY, name $TEXT NOT NULL, above $ID REFERENCES teams (id), head $ID
                --sqlite REFERENCES people (id)
            ) $STRICT;
            CREATE TABLE people (
                id $ID NOT NULL PRIMARY KEY, team $ID NOT NULL REFERENCES teams (id), name $TEXT NOT NULL,
                weight $REAL, active $BOOL NOT NULL, extra $JSON, photo $BYTES
            ) $STRICT;
            --postgres ALTER TABLE teams ADD FOREIGN KEY (head) REFERENCES people (id);
            CREATE TABLE a_notes (
                number $SERIAL, person $ID NOT NULL REFERENCES people (id), text $TEXT NOT NULL
            ) $STRICT;
            CREATE TABLE pairs (
                one $INT NOT NULL, two $TEXT NOT NULL, PRIMARY KEY (two, one)
            ) $STRICT;
            INSERT INTO pairs (one, two) VALUES (1, 'a'), (2, 'a'), (1, 'b');
            CREATE TABLE entries (place $PLACE, id $ID NOT NULL, text $TEXT NOT NULL) $STRICT;
        ",
    }],
};

const NOW: Instant = Instant::from_seconds(1_769_790_600);

fn id(number: u64) -> Id {
    let mut random = [0; 10];
    random[2..].copy_from_slice(&number.to_be_bytes());
    Id::from_parts(NOW, random)
}

fn opened(home: &Home) -> Store {
    let store = home.open();
    store.migrate(&[SCHEMA], NOW).unwrap();
    store
}

fn filled(home: &Home) -> Store {
    let store = opened(home);
    store
        .write(|tx| {
            // The team above has a later id than the one below, and its head a later one still.
            tx.execute(ADD_TEAM, &params![id(9), "above", None::<Id>, None::<Id>])?;
            tx.execute(ADD_TEAM, &params![id(1), "below", id(9), None::<Id>])?;
            for number in 100..4_300_u64 {
                let bytes = number.to_be_bytes();
                let row = params![
                    id(number),
                    id(1),
                    "Łódź 'quoted' \u{1F600}",
                    0.1 * number as f64,
                    number % 2 == 0,
                    kept_store::Value::Json("{\"a\": [1, 0.5], \"b\": \"x\"}"),
                    &bytes
                ];
                tx.execute(ADD_PERSON, &row)?;
            }
            tx.execute(
                ADD_PERSON,
                &params![
                    id(99),
                    id(9),
                    "",
                    None::<f64>,
                    false,
                    None::<&str>,
                    None::<&[u8]>
                ],
            )?;
            tx.execute(SET_HEAD, &params![id(9), id(100)])?;
            for number in 0..20_u64 {
                tx.execute(ADD_NOTE, &params![id(100 + number), "note"])?;
                tx.execute(ADD_ENTRY, &params![id(number), "entry"])?;
            }
            tx.execute(DROP_NOTES, &params![15_i64])
        })
        .kept();
    store
}

type Dump = Vec<(String, Option<i64>, Vec<Vec<Cell>>)>;

fn dump(store: &Store) -> Dump {
    store
        .read(|read| {
            let tables = tables(&[SCHEMA]).unwrap();
            let mut all = Vec::new();
            for table in &tables {
                let mut found = Vec::new();
                rows(read, table, |row| {
                    found.push(row.to_vec());
                    Ok::<_, StoreError>(())
                })?;
                all.push((table.name.clone(), given(read, table)?, found));
            }
            Ok::<_, StoreError>(all)
        })
        .kept()
}

fn load(store: &Store, dump: &Dump) {
    let dump = dump.clone();
    store
        .write(move |tx| {
            let tables: Vec<Table> = tables(&[SCHEMA]).unwrap();
            let mut loader = Loader::begin(tx, &tables)?;
            for (table, (name, _, rows)) in tables.iter().zip(&dump) {
                assert_eq!(&table.name, name);
                for slice in rows.chunks(777) {
                    loader.add(table, slice)?;
                }
            }
            loader.finish(|table| dump.iter().find(|(name, ..)| *name == table.name)?.1)
        })
        .kept();
}

/// Places that SQLite had given out are all that may differ in what was given.
fn rows_of(dump: Dump) -> Vec<(String, Vec<Vec<Cell>>)> {
    dump.into_iter()
        .map(|(name, _, rows)| (name, rows))
        .collect()
}

on_both! {
    fn a_copy_in_the_same_database_holds_every_row(home) {
        let dialect = home.open().dialect();
        let whole = dump(&filled(home));
        assert_eq!(whole.iter().map(|(_, _, rows)| rows.len()).sum::<usize>(), 2 + 4_201 + 15 + 3 + 20);
        let Some(other) = Home::new(dialect, "a_copy") else { return };
        let store = opened(&other);
        load(&store, &whole);
        assert_eq!(dump(&store), whole);
    }

    fn a_number_that_was_given_out_is_not_given_again(home) {
        let whole = dump(&filled(home));
        let dialect = home.open().dialect();
        let Some(other) = Home::new(dialect, "a_copy") else { return };
        let store = opened(&other);
        load(&store, &whole);
        let (number,): (i64,) = store.write(|tx| tx.one::<(i64,)>(NEXT_NOTE, &params![id(100)])).kept();
        assert_eq!(number, 21, "16 to 20 were given and taken away");
    }

    fn a_row_that_breaks_a_rule_leaves_nothing(home) {
        let store = filled(home);
        let before = dump(&store);
        let refused = store.write(|tx| {
            let tables = tables(&[SCHEMA]).unwrap();
            let mut loader = Loader::begin(tx, &tables)?;
            let notes = tables.iter().find(|table| table.name == "a_notes").unwrap();
            loader.add(notes, &[vec![Cell::Int(1), Cell::Blob(id(5).bytes().to_vec()), Cell::Text("x".into())]])?;
            loader.finish(|_| None)
        }).wait();
        assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
        assert_eq!(dump(&store), before);
    }
}

#[test]
fn from_sqlite_to_postgres_and_back_every_row_is_the_same() {
    let Some(postgres) = Home::new(Dialect::Postgres, "from_sqlite_to_postgres") else {
        return;
    };
    let homes =
        [Dialect::Sqlite, Dialect::Sqlite].map(|dialect| Home::new(dialect, "copy").unwrap());
    let first = dump(&filled(&homes[0]));
    let server = opened(&postgres);
    load(&server, &first);
    let second = dump(&server);
    let back = opened(&homes[1]);
    load(&back, &second);
    let third = dump(&back);
    assert_eq!(rows_of(third.clone()), rows_of(second));
    assert_eq!(rows_of(third), rows_of(first));
}

#[test]
fn a_file_under_another_key_holds_the_same_and_the_old_key_does_not_open_it() {
    let home = Home::new(Dialect::Sqlite, "another key").unwrap();
    let whole = dump(&filled(&home));
    let (from, to) = (home.file().unwrap(), home.folder().join("anew.db"));
    let (old, new) = (Key::new([7; 32]), Key::new([8; 32]));
    encrypt_anew(&from, &old, &to, &new).unwrap();
    assert!(opens_with(&to, &new).unwrap() && !opens_with(&to, &old).unwrap());
    assert!(opens_with(&from, &old).unwrap());
    let place = Place::File { path: to, key: new };
    let store = Store::open(&place, kept_testing::settings()).unwrap();
    assert_eq!(dump(&store), whole);
    assert_eq!(store.damage().kept(), Vec::<String>::new());
}

#[test]
fn a_file_that_others_have_open_is_not_encrypted_anew() {
    let home = Home::new(Dialect::Sqlite, "open elsewhere").unwrap();
    let store = filled(&home);
    let refused = encrypt_anew(
        &home.file().unwrap(),
        &Key::new([7; 32]),
        &home.folder().join("anew.db"),
        &Key::new([8; 32]),
    );
    assert!(refused.is_err());
    drop(store);
}

#[test]
fn tables_come_after_those_they_refer_to_and_know_their_kinds() {
    let tables = tables(&[SCHEMA]).unwrap();
    let at = |name: &str| tables.iter().position(|table| table.name == name).unwrap();
    assert!(at("teams") < at("people") && at("people") < at("a_notes"));
    let people = &tables[at("people")];
    let kinds: Vec<Kind> = people.columns.iter().map(|column| column.kind).collect();
    assert_eq!(
        kinds,
        [
            Kind::Id,
            Kind::Id,
            Kind::Text,
            Kind::Real,
            Kind::Bool,
            Kind::Json,
            Kind::Bytes
        ]
    );
    let late: Vec<&str> = tables
        .iter()
        .flat_map(|table| &table.columns)
        .filter(|column| column.late)
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(late, ["above", "head"]);
    assert_eq!(tables[at("pairs")].key, [1, 0]);
}
