//! The keys in a database that several nodes share: the text of `kept.keys`, wrapped by the master key, as its one row.
//!
//! On PostgreSQL the row counts and the files of the nodes follow it. A SQLite file lies beside its keys, so it has none.

use kept_store::{
    Migration, Place, Schema, Settings, Store, StoreError, Write, params, statements,
};
use kept_vault::{FoundKey, KeysFile};

use super::{Means, sources};
use crate::ask::HouseAsked;
use crate::tell::Failure;

/// The table.
pub const SCHEMA: Schema = Schema {
    owner: "keys",
    migrations: &[Migration {
        number: 1,
        name: "wrapped keys",
        text: "
            CREATE TABLE wrapped_keys (
                place $INT NOT NULL PRIMARY KEY CHECK (place = 1),
                wrapped $TEXT NOT NULL
            ) $STRICT;
        ",
    }],
};

statements! {
    TEXT = "SELECT wrapped FROM wrapped_keys WHERE place = 1";
    FIRST = "INSERT INTO wrapped_keys (place, wrapped) VALUES (1, $1) ON CONFLICT DO NOTHING";
    REPLACE = "UPDATE wrapped_keys SET wrapped = $2 WHERE place = 1 AND wrapped IN ($1, $2)";
    FORGET = "DELETE FROM wrapped_keys";
}

/// The keys as the database has them.
pub fn text(store: &Store) -> Result<Option<String>, StoreError> {
    let read = store.read(|read| read.maybe::<(String,)>(TEXT, &params![]));
    Ok(read.wait()?.map(|(text,)| text))
}

/// Whether a server's database has keys. One without tables has none.
pub fn is_there(url: &str, means: &Means) -> Result<bool, Failure> {
    let place = Place::Server {
        url: url.to_owned(),
    };
    let settings = Settings {
        readers: 1,
        writers: 1,
        ..means.store.clone()
    };
    let store = Store::open(&place, settings).map_err(|error| Failure::new(error.to_string()))?;
    Ok(text(&store).is_ok_and(|text| text.is_some()))
}

/// Puts a text there where none is; gives what is there then. Of two nodes that start at once the first makes the keys.
pub fn first(store: &Store, own: &str) -> Result<String, StoreError> {
    let own = own.to_owned();
    let put = store.write(move |tx: &Write<'_>| {
        tx.execute(FIRST, &params![&own])?;
        let (text,): (String,) = tx.one(TEXT, &params![])?;
        Ok::<_, StoreError>(text)
    });
    put.wait()
}

/// What a restored database says, whatever its backup said: the keys of the folder on a server, and none in a file.
pub fn put(store: &Store, own: Option<&str>) -> Result<(), StoreError> {
    let own = own.map(str::to_owned);
    let put = store.write(move |tx: &Write<'_>| {
        tx.execute(FORGET, &params![])?;
        if let Some(own) = &own {
            tx.execute(FIRST, &params![own])?;
        }
        Ok::<_, StoreError>(())
    });
    put.wait()
}

/// Writes other texts of the same keys in the place of `before`; never over what another node wrote meanwhile.
pub fn follow<W: FnMut()>(
    store: Option<Store>,
    before: &str,
    mut written: W,
) -> impl FnMut(&str) -> Result<(), String> + use<W> {
    let mut before = before.to_owned();
    move |text: &str| {
        let Some(store) = &store else { return Ok(()) };
        let (was, now) = (before.clone(), text.to_owned());
        let replaced = store.write(move |tx: &Write<'_>| tx.execute(REPLACE, &params![&was, &now]));
        match replaced.wait() {
            Ok(1) => {
                text.clone_into(&mut before);
                written();
                Ok(())
            }
            Ok(_) => Err("another node has changed them meanwhile".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// The master key that a shared database needs. None is made: it would not open what is there.
pub fn master(asked: &HouseAsked, text: &str) -> Result<FoundKey, Failure> {
    let told = |error: &dyn std::fmt::Display| Failure::new(error.to_string());
    let sources = sources(asked.key_file.as_deref());
    let found = sources.find(&asked.data).map_err(|error| told(&error))?;
    let Some(found) = found else {
        let masters = KeysFile::masters_of(text).map_err(|error| told(&error))?;
        let needed = masters.last().map(ToString::to_string).unwrap_or_default();
        return Err(Failure::new(format!(
            "The keys in the database need the master key {needed}, and this node has none. Copy it from a node that works \
             with this database: kept doctor says there where it lies. Put it into KEPT_KEY, or into a file that \
             --key-file names. No new key was made, since it would not open what is there.\n{}",
            sources.missing(&asked.data)
        )));
    };
    Ok(found)
}
