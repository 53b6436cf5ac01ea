//! Documents of records that were there before the search, or that are made of something else than rows.

use std::collections::BTreeSet;
use std::sync::Arc;

use kept_kernel::Id;
use kept_store::{Read, Store, StoreError, params, statements};

use crate::documents::{Document, put, remove};

/// How many documents are read and written at once.
const SLICE: u32 = 256;

statements! {
    ANY_OF_KIND = "SELECT number FROM documents WHERE kind = $1 LIMIT 1";
    RECORDS_OF_KIND = "SELECT record FROM documents WHERE kind = $1 ORDER BY record";
}

/// What a room gives to the search besides what it writes along with its records.
pub trait Searchable: Send + Sync {
    /// The kind of its documents: `announcement`. A room with several is several.
    fn kind(&self) -> &'static str;

    /// The documents of its records after that one, in the order of their ids, so many at most.
    ///
    /// # Errors
    ///
    /// As the database says.
    fn documents(
        &self,
        read: &Read<'_>,
        after: Id,
        limit: u32,
    ) -> Result<Vec<Document>, StoreError>;
}

/// Writes the documents of a room when there are none of its kind yet.
///
/// # Errors
///
/// As the database says; calling it again goes on where there is still nothing.
pub fn fill(store: &Store, of: &Arc<dyn Searchable>) -> Result<u64, StoreError> {
    let kind = of.kind();
    let any: Option<(i64,)> = store
        .read(move |read| read.maybe(ANY_OF_KIND, &params![kind]))
        .wait()?;
    match any {
        Some(_) => Ok(0),
        None => Ok(write_all(store, of)?.len() as u64),
    }
}

/// Writes all documents of a room anew, and takes out those that it has no longer: for what is made of something else than
/// rows, such as the clauses in force.
///
/// # Errors
///
/// As the database says; calling it again mends it.
pub fn refresh(store: &Store, of: &Arc<dyn Searchable>) -> Result<(), StoreError> {
    let kind = of.kind();
    let written = write_all(store, of)?;
    let there: Vec<(Id,)> = store
        .read(move |read| read.all(RECORDS_OF_KIND, &params![kind]))
        .wait()?;
    let gone: Vec<Id> = there
        .into_iter()
        .map(|(record,)| record)
        .filter(|record| !written.contains(record))
        .collect();
    if gone.is_empty() {
        return Ok(());
    }
    store
        .write(move |tx| gone.iter().try_for_each(|record| remove(tx, kind, *record)))
        .wait()
}

fn write_all(store: &Store, of: &Arc<dyn Searchable>) -> Result<BTreeSet<Id>, StoreError> {
    let (mut after, mut written) = (Id::default(), BTreeSet::new());
    loop {
        let asked = Arc::clone(of);
        let slice = store
            .read(move |read| asked.documents(read, after, SLICE))
            .wait()?;
        let Some(last) = slice.last() else {
            return Ok(written);
        };
        after = last.record;
        written.extend(slice.iter().map(|document| document.record));
        store
            .write(move |tx| slice.iter().try_for_each(|document| put(tx, document)))
            .wait()?;
    }
}
