//! Statements: one text for both databases.
//!
//! A statement is written once, in [`statements!`](crate::statements), and named. Parameters are `$1`, `$2` … in any
//! order. Three marks stand for what the databases say differently:
//!
//! | in the text | SQLite | PostgreSQL |
//! | --- | --- | --- |
//! | `id IN LIST($1)` | `id IN rarray($1)` | `id = ANY($1)` |
//! | `/*skip locked*/` | nothing: there is one writer | `FOR UPDATE SKIP LOCKED` |
//!
//! Definitions of tables use type words as well; see [`migrate`](crate::migrate).

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Which database a store lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite with SQLCipher: one encrypted file.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// A named statement. Only [`statements!`](crate::statements) makes one, so that every statement of the product is on
/// a list which tests prepare on both databases, and no text of a user can become SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sql {
    name: &'static str,
    text: &'static str,
}

impl Sql {
    /// Used by [`statements!`](crate::statements).
    ///
    /// # Panics
    ///
    /// While compiling, for a text that would begin or end a transaction: on PostgreSQL the rest of the closure would
    /// then run without one.
    #[doc(hidden)]
    pub const fn new(name: &'static str, text: &'static str) -> Self {
        let mut words = TRANSACTION_WORDS.as_slice();
        while let [word, rest @ ..] = words {
            assert!(
                !begins_with(text, word),
                "the store begins and ends transactions; a statement must not"
            );
            words = rest;
        }
        Self { name, text }
    }

    /// A statement made of names of the schema, for copying whole tables. The texts are kept for the life of the
    /// program, so that they key the statement caches like all others; there are a few for each table.
    pub(crate) fn made(name: &'static str, text: String) -> Self {
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        let text = match made.get(text.as_str()) {
            Some(text) => *text,
            None => {
                let text: &'static str = text.leak();
                made.insert(text);
                text
            }
        };
        Self { name, text }
    }

    /// The statement's name, as it stands in messages.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The text as written.
    pub const fn text(self) -> &'static str {
        self.text
    }

    /// The statement for so many rows at once; none: it has no list `VALUES ($1, $2, …)`.
    pub(crate) fn with_rows(self, rows: usize) -> Option<String> {
        with_rows(self.text, rows)
    }

    /// The text as this database wants it.
    pub fn for_dialect(self, dialect: Dialect) -> Cow<'static, str> {
        match dialect {
            Dialect::Sqlite if self.text.contains(LIST) => {
                self.text.replace(LIST, "IN rarray(").into()
            }
            Dialect::Postgres if MARKS.iter().any(|mark| self.text.contains(mark)) => self
                .text
                .replace(LIST, "= ANY(")
                .replace(SKIP_LOCKED, "FOR UPDATE SKIP LOCKED")
                .into(),
            _ => self.text.into(),
        }
    }
}

/// `… VALUES ($1, $2) tail` with so many rows, their parameters numbered on; none: it has no such list.
fn with_rows(text: &str, rows: usize) -> Option<String> {
    let (head, rest) = text.split_once("VALUES (")?;
    let mut depth = 1_usize;
    let end = rest.find(|letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        depth == 0
    })?;
    let (list, tail) = (rest.get(..end)?, rest.get(end + 1..)?);
    let mut parts = list.split('$');
    let first = parts.next()?;
    let parameters: Vec<(usize, &str)> = parts
        .map(|part| {
            let digits = part
                .find(|letter: char| !letter.is_ascii_digit())
                .unwrap_or(part.len());
            let (number, after) = part.split_at(digits);
            Some((number.parse().ok()?, after))
        })
        .collect::<Option<_>>()?;
    let width = parameters.iter().map(|(number, _)| *number).max()?;
    let row = |at: usize| {
        let parameters = parameters
            .iter()
            .map(|(number, after)| format!("${}{after}", at * width + number));
        format!("({first}{})", parameters.collect::<String>())
    };
    let lists: Vec<String> = (0..rows).map(row).collect();
    Some(format!("{head}VALUES {}{tail}", lists.join(", ")))
}

static MADE: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

const LIST: &str = "IN LIST(";
const SKIP_LOCKED: &str = "/*skip locked*/";
const MARKS: [&str; 2] = [LIST, SKIP_LOCKED];
const TRANSACTION_WORDS: [&str; 8] = [
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "END",
    "START",
    "ABORT",
];

#[expect(
    clippy::indexing_slicing,
    reason = "runs while compiling, within the length it has just compared"
)]
const fn begins_with(text: &str, word: &str) -> bool {
    let (text, word) = (text.trim_ascii_start().as_bytes(), word.as_bytes());
    if text.len() < word.len() {
        return false;
    }
    let mut at = 0;
    while at < word.len() {
        if !text[at].eq_ignore_ascii_case(&word[at]) {
            return false;
        }
        at += 1;
    }
    text.len() == word.len() || !text[at].is_ascii_alphanumeric()
}

/// Declares the statements of a part and the list `STATEMENTS` of them all.
///
/// ```
/// kept_store::statements! {
///     /// One note by its id: text, instant.
///     NOTE = "SELECT text, written_at FROM notes WHERE id = $1";
///     /// Takes a note away.
///     DELETE_NOTE = "DELETE FROM notes WHERE id = $1";
/// }
/// assert_eq!(STATEMENTS.len(), 2);
/// ```
#[macro_export]
macro_rules! statements {
    ($($(#[$note:meta])* $name:ident = $text:expr;)+) => {
        $($(#[$note])* pub(crate) const $name: $crate::Sql = $crate::Sql::new(stringify!($name), $text);)+
        /// Every statement of this part, for the checks on both databases.
        pub const STATEMENTS: &[$crate::Sql] = &[$($name),+];
    };
}

#[cfg(test)]
mod tests {
    use super::{Dialect, Sql, begins_with, with_rows};

    #[test]
    fn the_marks_become_what_each_database_says() {
        let sql = Sql::new(
            "CLAIM",
            "SELECT id FROM t WHERE id IN LIST($1) /*skip locked*/",
        );
        assert_eq!(
            sql.for_dialect(Dialect::Postgres),
            "SELECT id FROM t WHERE id = ANY($1) FOR UPDATE SKIP LOCKED"
        );
        assert_eq!(
            sql.for_dialect(Dialect::Sqlite),
            "SELECT id FROM t WHERE id IN rarray($1) /*skip locked*/"
        );
    }

    #[test]
    fn words_that_end_a_transaction_are_told_from_names_that_look_like_them() {
        assert!(begins_with("  commit", "COMMIT"));
        assert!(begins_with("Rollback to x", "ROLLBACK"));
        assert!(!begins_with("commitments", "COMMIT"));
        assert!(!begins_with("UPDATE t", "COMMIT"));
    }

    #[test]
    fn a_statement_for_one_row_becomes_one_for_many() {
        assert_eq!(
            with_rows(
                "INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                3
            )
            .as_deref(),
            Some("INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4), ($5, $6) ON CONFLICT DO NOTHING")
        );
        assert_eq!(
            with_rows(
                "INSERT INTO t (a, b) VALUES ('x', lower($1)) RETURNING a",
                2
            )
            .as_deref(),
            Some("INSERT INTO t (a, b) VALUES ('x', lower($1)), ('x', lower($2)) RETURNING a")
        );
        assert_eq!(with_rows("DELETE FROM t", 2), None);
    }
}
