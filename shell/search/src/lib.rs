//! Search: one table of documents behind [`find()`], the same answers on both databases.
//!
//! A room puts the words of a record into a [`Document`], in the transaction that changes the record ([`put`], [`remove`]).
//! What is found is right from that moment on: the full-text index follows in batches ([`index_some`], run by a job), and
//! until then a document is compared word by word. So writing costs one row, and a lost index costs a rebuild and no data.
//!
//! What must hold, and is tested on both:
//! - **The words are ours.** [`words`] splits and folds, for the index and for what is asked; no database does. So an accent, a
//!   capital or a strange letter means the same everywhere.
//! - **Rights are part of the question.** A [`Reach`] narrows inside the statement: what is found is all documents, filtered by
//!   the check, and no page of results comes up short for what was taken out of it.
//! - **Newest first, never ranked.** Ranking gathers every hit of every word first.
//! - What comes back is text and places in it ([`Marked`]), never HTML.

mod beginnings;
mod documents;
mod fill;
mod find;
mod fold;
mod index;
mod marks;
mod place;
mod query;

pub use documents::{Document, SCHEMA, begin_circle, id_of, put, remove, set_circle};
pub use fill::{Searchable, fill, refresh};
pub use find::{Hit, Hits, Reach, find};
pub use fold::{Word, words};
pub use index::{index_some, is_lost, rebuild};
pub use marks::{Marked, excerpt, marked};
pub use query::Query;

/// The statements that both databases understand, for the checks.
pub fn statements() -> Vec<kept_store::Sql> {
    [
        beginnings::STATEMENTS,
        documents::STATEMENTS,
        fill::STATEMENTS,
        find::STATEMENTS,
        index::STATEMENTS,
    ]
    .concat()
}

/// The statements that only this database understands, for the checks.
pub fn statements_of(dialect: kept_store::Dialect) -> Vec<kept_store::Sql> {
    match dialect {
        kept_store::Dialect::Sqlite => {
            [find::sqlite::STATEMENTS, index::sqlite::STATEMENTS].concat()
        }
        kept_store::Dialect::Postgres => {
            [find::postgres::STATEMENTS, index::postgres::STATEMENTS].concat()
        }
    }
}
