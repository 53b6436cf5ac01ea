//! The full-text index: it follows the documents in batches, and can be made anew from them.

use kept_store::{Dialect, Read, Store, StoreError, Write, params, statements};

use crate::documents::{Document, Stored, columns, reached_by, sequence, stored};

statements! {
    /// In the order of their index: in another one, all documents would be looked through for the few that wait.
    PENDING = concat!("SELECT ", columns!(), " FROM documents d WHERE d.pending ORDER BY d.kind, d.number LIMIT $1 /*skip locked*/");
    INDEXED = "UPDATE documents SET pending = $2 WHERE number IN LIST($1)";
    REMOVALS = "SELECT number FROM document_removals ORDER BY number LIMIT $1 /*skip locked*/";
    DROP_REMOVALS = "DELETE FROM document_removals WHERE number IN LIST($1)";
    SLICE = "SELECT number FROM documents WHERE number > $1 ORDER BY number LIMIT $2";
    ANY_INDEXED = "SELECT number FROM documents WHERE NOT pending LIMIT 1";
}

/// Statements of SQLite alone.
pub(crate) mod sqlite {
    kept_store::statements! {
        DROP_WORDS = "DELETE FROM document_words WHERE rowid IN LIST($1)";
        ADD_WORDS = "INSERT INTO document_words (rowid, words) VALUES ($1, $2)";
        ANY_WORDS = "SELECT rowid FROM document_words LIMIT 1";
    }
}

/// Statements of PostgreSQL alone.
pub(crate) mod postgres {
    kept_store::statements! {
        DROP_WORDS = "DELETE FROM document_words WHERE number IN LIST($1)";
        ADD_WORDS = "INSERT INTO document_words (number, words) VALUES ($1, CAST(CAST($2 AS TEXT) AS TSVECTOR))";
        ANY_WORDS = "SELECT number FROM document_words LIMIT 1";
    }
}

/// Brings so many new and changed documents into the index, and takes out as many that are gone; how many there were. A job
/// calls it until it says 0; 64 at once keep up with every write rate that was measured.
///
/// # Errors
///
/// As the database says; the documents stay as they are, and are found all the same.
pub fn index_some(tx: &Write<'_>, limit: u32) -> Result<usize, StoreError> {
    let gone: Vec<(i64,)> = tx.all(REMOVALS, &params![limit])?;
    let gone: Vec<i64> = gone.into_iter().map(|(number,)| number).collect();
    let pending = stored(tx, PENDING, &params![limit])?;
    let changed: Vec<i64> = pending.iter().map(|stored| stored.number).collect();
    if gone.is_empty() && changed.is_empty() {
        return Ok(0);
    }
    let (drop_words, add_words) = match tx.dialect() {
        Dialect::Sqlite => (sqlite::DROP_WORDS, sqlite::ADD_WORDS),
        Dialect::Postgres => (postgres::DROP_WORDS, postgres::ADD_WORDS),
    };
    let both = [&gone[..], &changed[..]].concat();
    tx.execute(drop_words, &params![&both[..]])?;
    for Stored { number, document } in &pending {
        let words = written(document, tx.dialect());
        tx.execute(add_words, &params![*number, &words])?;
    }
    tx.execute(INDEXED, &params![&changed[..], false])?;
    tx.execute(DROP_REMOVALS, &params![&gone[..]])?;
    Ok(both.len())
}

/// The words of a document as the index takes them.
fn written(document: &Document, dialect: Dialect) -> String {
    let (sequence, reached) = (sequence(document), reached_by(document));
    match dialect {
        // Every letter beyond ASCII is part of a word there, so this one keeps a place that no word has.
        Dialect::Sqlite => {
            let words = sequence
                .iter()
                .map(|word| word.as_deref().unwrap_or("\u{fffd}"));
            let whole: Vec<_> = words.chain(reached.iter().map(String::as_str)).collect();
            whole.join(" ")
        }
        Dialect::Postgres => {
            let mut places = std::collections::BTreeMap::<&str, Vec<String>>::new();
            for (place, word) in (1..).zip(&sequence) {
                if let Some(word) = word {
                    places.entry(word).or_default().push(i32::to_string(&place));
                }
            }
            let lexemes = places
                .into_iter()
                .map(|(word, places)| format!("'{word}':{}", places.join(",")));
            let reached = reached.iter().map(|mark| format!("'{mark}'"));
            let whole: Vec<_> = lexemes.chain(reached).collect();
            whole.join(" ")
        }
    }
}

/// Has the whole index made anew, by the job that follows the documents. Until it has, they are compared one by one, the
/// newest first, and old ones may be missed.
///
/// # Errors
///
/// As the database says; calling it again goes on.
pub fn rebuild(store: &Store) -> Result<u64, StoreError> {
    const SLICES: u32 = 2_000;
    let (mut after, mut all) = (0_i64, 0);
    loop {
        let (last, count) = store
            .write(move |tx| {
                let slice: Vec<(i64,)> = tx.all(SLICE, &params![after, SLICES])?;
                let slice: Vec<i64> = slice.into_iter().map(|(number,)| number).collect();
                tx.execute(INDEXED, &params![&slice[..], true])?;
                Ok::<_, StoreError>((slice.last().copied(), slice.len() as u64))
            })
            .wait()?;
        all += count;
        match last {
            Some(last) => after = last,
            None => return Ok(all),
        }
    }
}

/// Whether there are documents that should be in the index, and the index is empty: after a backup was put back.
///
/// # Errors
///
/// As the database says.
pub fn is_lost(read: &Read<'_>) -> Result<bool, StoreError> {
    let any: Option<(i64,)> = read.maybe(ANY_INDEXED, &[])?;
    if any.is_none() {
        return Ok(false);
    }
    let words: Option<(i64,)> = read.maybe(
        match read.dialect() {
            Dialect::Sqlite => sqlite::ANY_WORDS,
            Dialect::Postgres => postgres::ANY_WORDS,
        },
        &[],
    )?;
    Ok(words.is_none())
}
