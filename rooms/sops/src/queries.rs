//! The tables of the room, and what is read from them.

use std::sync::Arc;

use kept_engine::{Calendars, People};
use kept_journal::codec::Codec;
use kept_journal::{Directory, InForce};
use kept_kernel::{Id, Instant};
use kept_language::Register;
use kept_store::{FromRow, Migration, Read, Row, Schema, Store, StoreError, statements};

use crate::set::{self, Set, SetProblem, Text};

/// The tables of the room and their migrations.
pub const SCHEMA: Schema = Schema {
    owner: "sops",
    migrations: &[Migration {
        number: 1,
        name: "documents",
        text: "
            CREATE TABLE sop_documents (
                number $SERIAL,
                id $ID NOT NULL UNIQUE,
                code $TEXT NOT NULL,
                version $TEXT NOT NULL,
                title $TEXT NOT NULL,
                name $TEXT NOT NULL,
                text $TEXT NOT NULL,
                adopted_at $INT NOT NULL,
                adopted_by $TEXT NOT NULL,
                withdrawn_at $INT
            ) $STRICT;
            CREATE INDEX sop_documents_by_code ON sop_documents (code, number);
            CREATE TABLE sop_calendars (
                number $SERIAL,
                name $TEXT NOT NULL,
                text $TEXT NOT NULL,
                feeds $TEXT NOT NULL,
                put_at $INT NOT NULL,
                put_by $TEXT NOT NULL
            ) $STRICT;
            CREATE TABLE sop_vocabularies (
                number $SERIAL,
                name $TEXT NOT NULL,
                text $TEXT NOT NULL,
                put_at $INT NOT NULL,
                put_by $TEXT NOT NULL
            ) $STRICT;",
    }],
};

statements! {
    /// All versions that were not withdrawn, the oldest first.
    DOCUMENTS = "SELECT number, id, code, version, title, name, text, adopted_at FROM sop_documents
                 WHERE withdrawn_at IS NULL ORDER BY code, number";
    LATEST_CALENDAR = "SELECT name, text, feeds FROM sop_calendars ORDER BY number DESC LIMIT 1";
    VOCABULARIES = "SELECT name, text FROM sop_vocabularies ORDER BY number";
    STAMP = "SELECT (SELECT coalesce(max(adopted_at), 0) FROM sop_documents),
                 (SELECT coalesce(max(withdrawn_at), 0) FROM sop_documents),
                 (SELECT coalesce(max(put_at), 0) FROM sop_calendars),
                 (SELECT coalesce(max(put_at), 0) FROM sop_vocabularies)";
    ADD_DOCUMENT = "INSERT INTO sop_documents (id, code, version, title, name, text, adopted_at, adopted_by)
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    WITHDRAW = "UPDATE sop_documents SET withdrawn_at = $1 WHERE withdrawn_at IS NULL AND code = $2";
    WITHDRAW_OTHERS = "UPDATE sop_documents SET withdrawn_at = $1 WHERE withdrawn_at IS NULL";
    ADD_CALENDAR = "INSERT INTO sop_calendars (name, text, feeds, put_at, put_by) VALUES ($1, $2, $3, $4, $5)";
    ADD_VOCABULARY = "INSERT INTO sop_vocabularies (name, text, put_at, put_by) VALUES ($1, $2, $3, $4)";
}

/// A version of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentRow {
    /// Its number: later versions have higher ones.
    pub number: i64,
    /// Its identity.
    pub id: Id,
    /// `SR`.
    pub code: String,
    /// `1.0`.
    pub version: String,
    /// Its title.
    pub title: String,
    /// The file's name.
    pub name: String,
    /// The document itself.
    pub text: String,
    /// When it was put in force.
    pub adopted_at: Instant,
}

/// Why the SOPs in force cannot be made ready.
#[derive(Debug, thiserror::Error)]
pub enum LoadProblem {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The texts. They were checked before they were put in force, so the program has changed since.
    #[error(transparent)]
    Set(#[from] SetProblem),
}

/// The documents in force with all their versions, the oldest first.
///
/// # Errors
///
/// As the database says.
pub fn documents(read: &Read<'_>) -> Result<Vec<DocumentRow>, StoreError> {
    read.all(DOCUMENTS, &[])
}

/// The texts that what is in force is made of.
#[derive(Clone, Debug)]
pub struct Texts {
    /// All versions of the documents, the oldest first; the shipped ones until the company has its own.
    pub documents: Vec<Text>,
    /// Whether the company has its own.
    pub own: bool,
    /// The calendar and its feeds.
    pub calendar: (Text, Vec<Text>),
    /// The vocabularies, the shipped ones first.
    pub vocabularies: Vec<Text>,
}

/// The texts in force.
///
/// # Errors
///
/// As the database says.
pub fn in_force(store: &Store, shipped: &Shipped) -> Result<Texts, StoreError> {
    let shipped = shipped.clone();
    store.read(move |read| texts(read, &shipped)).wait()
}

pub(crate) fn texts(read: &Read<'_>, shipped: &Shipped) -> Result<Texts, StoreError> {
    let documents: Vec<DocumentRow> = documents(read)?;
    let calendar: Option<(String, String, String)> = read.maybe(LATEST_CALENDAR, &[])?;
    let own: Vec<(String, String)> = read.all(VOCABULARIES, &[])?;
    let calendar = match calendar {
        Some((name, text, feeds)) => (Text { name, text }, feeds_from(&feeds)),
        None => (shipped.calendar.clone(), Vec::new()),
    };
    let mine = !documents.is_empty();
    let documents = if documents.is_empty() {
        shipped.documents.clone()
    } else {
        documents
            .into_iter()
            .map(|row| Text {
                name: row.name,
                text: row.text,
            })
            .collect()
    };
    let own = own.into_iter().map(|(name, text)| Text { name, text });
    Ok(Texts {
        documents,
        own: mine,
        calendar,
        vocabularies: shipped.vocabulary.iter().cloned().chain(own).collect(),
    })
}

/// What the product ships, which counts until the company puts its own in force.
#[derive(Clone, Debug)]
pub struct Shipped {
    /// The five SOPs.
    pub documents: Vec<Text>,
    /// Their vocabulary.
    pub vocabulary: Vec<Text>,
    /// Working time: Monday to Friday.
    pub calendar: Text,
}

/// The SOPs in force, ready to run.
///
/// # Errors
///
/// [`LoadProblem`]
pub fn load(store: &Store, shipped: &Shipped, people: People) -> Result<InForce, LoadProblem> {
    load_with(store, shipped, |_| people)
}

/// The same; the people are told in the words of the register in force.
///
/// # Errors
///
/// [`LoadProblem`]
pub fn load_with(
    store: &Store,
    shipped: &Shipped,
    people: impl FnOnce(&Register) -> People,
) -> Result<InForce, LoadProblem> {
    Ok(in_force(store, shipped)?.compile_with(people)?)
}

/// Another value after every change of what is in force: for those who hold it.
///
/// # Errors
///
/// As the database says.
pub fn stamp(read: &Read<'_>) -> Result<[i64; 4], StoreError> {
    let (adopted, withdrawn, calendar, words) = read.one(STAMP, &[])?;
    Ok([adopted, withdrawn, calendar, words])
}

impl Texts {
    pub(crate) fn compile(self, people: People) -> Result<InForce, SetProblem> {
        self.compile_with(|_| people)
    }

    fn compile_with(self, people: impl FnOnce(&Register) -> People) -> Result<InForce, SetProblem> {
        let register = set::register(&self.vocabularies)?;
        let people = people(&register);
        let calendar = set::calendar(&self.calendar.0, &self.calendar.1)?;
        let latest = set::latest(&register, &self.documents);
        let set = Set::read(&register, self.documents, set::plain)?;
        let program = set.compile(&register, Calendars::company(calendar), people)?;
        let codec = Arc::new(Codec::new(&register));
        Ok(InForce {
            directory: Directory::default(),
            library: set::library(&register, &latest),
            program,
            codec,
            register,
        })
    }
}

pub(crate) fn feeds_to(feeds: &[Text]) -> String {
    let pairs: Vec<_> = feeds.iter().map(|feed| (&feed.name, &feed.text)).collect();
    serde_json::to_string(&pairs).unwrap_or_default()
}

fn feeds_from(text: &str) -> Vec<Text> {
    let pairs: Vec<(String, String)> = serde_json::from_str(text).unwrap_or_default();
    pairs
        .into_iter()
        .map(|(name, text)| Text { name, text })
        .collect()
}

impl FromRow for DocumentRow {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            number: row.get(0)?,
            id: row.get(1)?,
            code: row.get(2)?,
            version: row.get(3)?,
            title: row.get(4)?,
            name: row.get(5)?,
            text: row.get(6)?,
            adopted_at: row.get(7)?,
        })
    }
}
