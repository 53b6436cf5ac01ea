//! The full-text index: it follows the documents in batches, and can be made anew from them.

use std::collections::{BTreeMap, BTreeSet};

use kept_store::{Dialect, Read, Store, StoreError, Write, params, statements};

use crate::beginnings;
use crate::documents::{Stored, beginning_mark, columns, kind_mark, reached_by, sequence, stored};
use crate::place::{first_row, windows_of};

statements! {
    /// In the order of their index: in another one, all documents would be looked through for the few that wait.
    PENDING = concat!("SELECT ", columns!(), " FROM documents d WHERE d.pending ORDER BY d.kind, d.number LIMIT $1 /*skip locked*/");
    INDEXED = "UPDATE documents SET pending = $2 WHERE number IN LIST($1)";
    REMOVALS = "SELECT number, kind FROM document_removals ORDER BY number LIMIT $1 /*skip locked*/";
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
        /// What came lately lies beside the index, and every question reads through it.
        TIDY = "SELECT gin_clean_pending_list(CAST('document_words_by_word' AS REGCLASS))";
    }
}

/// Brings so many new and changed documents into the index, and takes out as many that are gone; how many there were. A job
/// calls it until it says 0; 64 at once keep up with every write rate that was measured.
///
/// # Errors
///
/// As the database says; the documents stay as they are, and are found all the same.
pub fn index_some(tx: &Write<'_>, limit: u32) -> Result<usize, StoreError> {
    let gone: Vec<(i64, String)> = tx.all(REMOVALS, &params![limit])?;
    let pending = stored(tx, PENDING, &params![limit])?;
    if gone.is_empty() && pending.is_empty() {
        return Ok(0);
    }
    let dialect = tx.dialect();
    let (drop_words, add_words) = match dialect {
        Dialect::Sqlite => (sqlite::DROP_WORDS, sqlite::ADD_WORDS),
        Dialect::Postgres => (postgres::DROP_WORDS, postgres::ADD_WORDS),
    };
    let mut coming: Vec<Coming> = pending.iter().map(|one| Coming::of(one, dialect)).collect();
    // The index of SQLite writes itself down whenever a row comes that stands before the last one.
    coming.sort_by_key(|one| one.row);
    let rows_gone = gone
        .iter()
        .map(|(number, kind)| row(kind, *number, dialect));
    let rows: Vec<i64> = rows_gone.chain(coming.iter().map(|one| one.row)).collect();
    tx.execute(drop_words, &params![&rows[..]])?;
    for Coming {
        row,
        sequence,
        reached,
        windows,
    } in &coming
    {
        let words = match dialect {
            Dialect::Sqlite => for_sqlite(sequence, reached),
            Dialect::Postgres => for_postgres(sequence, reached.iter().chain(windows)),
        };
        tx.execute(add_words, &params![*row, &words])?;
    }
    beginnings::learn(
        tx,
        coming
            .iter()
            .flat_map(|one| one.sequence.iter().flatten())
            .map(String::as_str),
    )?;
    let changed: Vec<i64> = pending.iter().map(|stored| stored.number).collect();
    tx.execute(INDEXED, &params![&changed[..], false])?;
    let gone: Vec<i64> = gone.iter().map(|(number, _)| *number).collect();
    tx.execute(DROP_REMOVALS, &params![&gone[..]])?;
    if dialect == Dialect::Postgres && pending.len() < limit as usize {
        let _: (i64,) = tx.one(postgres::TIDY, &[])?;
    }
    Ok(rows.len())
}

/// A document on its way into the index.
struct Coming {
    row: i64,
    sequence: Vec<Option<String>>,
    /// Who may find it, as words.
    reached: Vec<String>,
    /// What it is and where it stands, as words of PostgreSQL.
    windows: Vec<String>,
}

impl Coming {
    fn of(stored: &Stored, dialect: Dialect) -> Self {
        let Stored { number, document } = stored;
        let windows = windows_of(&document.kind, *number);
        Self {
            row: row(&document.kind, *number, dialect),
            sequence: sequence(document),
            reached: reached_by(document),
            windows: windows.chain([kind_mark(&document.kind)]).collect(),
        }
    }
}

/// Where a document stands in the index.
fn row(kind: &str, number: i64, dialect: Dialect) -> i64 {
    match dialect {
        Dialect::Sqlite => first_row(kind) + number,
        Dialect::Postgres => number,
    }
}

/// Every letter beyond ASCII is part of a word there, so that the one between the parts keeps a place that no word has.
fn for_sqlite(sequence: &[Option<String>], reached: &[String]) -> String {
    let words = sequence
        .iter()
        .map(|word| word.as_deref().unwrap_or("\u{fffd}"));
    let whole: Vec<_> = words.chain(reached.iter().map(String::as_str)).collect();
    whole.join(" ")
}

/// As a `tsvector`, with the beginnings of its words as words of their own.
fn for_postgres<'w>(
    sequence: &[Option<String>],
    marks: impl Iterator<Item = &'w String>,
) -> String {
    let mut places = BTreeMap::<&str, Vec<String>>::new();
    let mut begun = BTreeSet::new();
    for (place, word) in (1..).zip(sequence) {
        if let Some(word) = word {
            places.entry(word).or_default().push(i32::to_string(&place));
            begun.extend(beginnings::of(word));
        }
    }
    let lexemes = places
        .into_iter()
        .map(|(word, places)| format!("'{word}':{}", places.join(",")));
    let begun = begun
        .into_iter()
        .map(|word| format!("'{}'", beginning_mark(word)));
    let marks = marks.map(|mark| format!("'{mark}'"));
    let whole: Vec<_> = lexemes.chain(begun).chain(marks).collect();
    whole.join(" ")
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
