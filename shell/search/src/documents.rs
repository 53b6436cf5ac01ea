//! The table of documents: what can be found, and who may find it.

use std::fmt::Write as _;

use kept_kernel::{Id, Instant};
use kept_store::{
    FromRow, Migration, Read, Row, Schema, StoreError, Value, Write, params, statements,
};

use crate::fold::words;

/// The tables of search.
pub const SCHEMA: Schema = Schema {
    owner: "search",
    migrations: &[
        Migration {
            number: 1,
            name: "documents",
            text: DOCUMENTS,
        },
        Migration {
            number: 2,
            name: "reach among the words",
            text: REACH,
        },
        Migration {
            number: 3,
            name: "kinds and beginnings",
            text: PLACES,
        },
    ],
};

const DOCUMENTS: &str = "
    CREATE TABLE documents (
        number $SERIAL,
        kind $TEXT NOT NULL,
        record $ID NOT NULL,
        name $TEXT,
        folded_name $TEXT,
        title $TEXT NOT NULL,
        text $TEXT NOT NULL,
        language $TEXT NOT NULL,
        href $TEXT NOT NULL,
        owner $ID,
        team $ID,
        circle $ID,
        anyone $BOOL NOT NULL,
        updated_at $INT NOT NULL,
        pending $BOOL NOT NULL,
        UNIQUE (kind, record)
    ) $STRICT;
    CREATE INDEX documents_pending ON documents (kind, number) WHERE pending;
    CREATE INDEX documents_by_name ON documents (kind, folded_name) WHERE folded_name IS NOT NULL;
    -- Who belongs to a circle: the account team of a client.
    CREATE TABLE document_circles (
        circle $ID NOT NULL,
        person $ID NOT NULL,
        PRIMARY KEY (circle, person)
    ) $STRICT;
    -- Documents that are gone and whose words are still in the index.
    CREATE TABLE document_removals (
        number $INT NOT NULL PRIMARY KEY
    ) $STRICT;
    --sqlite CREATE VIRTUAL TABLE document_words USING fts5(words, content='', contentless_delete=1, detail=full, tokenize='ascii');
    --postgres CREATE TABLE document_words (number BIGINT PRIMARY KEY, words TSVECTOR NOT NULL);
    --postgres CREATE INDEX document_words_by_word ON document_words USING GIN (words);
";

const REACH: &str = "
    CREATE INDEX document_circles_of_person ON document_circles (person, circle);
    -- The index says from now on whose a document is, and has the beginnings of words as words of their own: what somebody has
    -- typed two or three letters of is looked up and not gathered. The job makes it anew.
    --sqlite DROP TABLE document_words;
    --sqlite CREATE VIRTUAL TABLE document_words USING fts5(words, content='', contentless_delete=1, detail=full, tokenize='ascii', prefix='2 3');
    UPDATE documents SET pending = TRUE WHERE NOT pending;
";

const PLACES: &str = "
    -- The words that documents in the index have, to find those that begin as somebody types. None is ever taken out: what no document
    -- has any longer finds nothing.
    CREATE TABLE document_vocabulary (
        word $TEXT NOT NULL PRIMARY KEY
    ) $STRICT;
    -- Where a document stands in the index depends on its kind.
    DROP TABLE document_removals;
    CREATE TABLE document_removals (
        number $INT NOT NULL PRIMARY KEY,
        kind $TEXT NOT NULL
    ) $STRICT;
    --sqlite DROP TABLE document_words;
    --sqlite CREATE VIRTUAL TABLE document_words USING fts5(words, content='', contentless_delete=1, detail=full, tokenize='ascii', prefix='2 3');
    --postgres TRUNCATE document_words;
    UPDATE documents SET pending = TRUE WHERE NOT pending;
";

/// Stands before what is among the words of a document and is none. It is no letter, so nobody can type it.
pub(crate) const MARK: char = '§';
/// More words of a document are not found.
const MOST_WORDS: usize = 16_000;
/// PostgreSQL remembers so many places of a word in a document; both forget the others.
const MOST_PLACES: u32 = 250;

statements! {
    PUT = "INSERT INTO documents (kind, record, name, title, text, language, href, owner, team, circle, anyone, updated_at, pending,
               folded_name)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
           ON CONFLICT (kind, record) DO UPDATE SET name = $3, folded_name = $14, title = $4, text = $5, language = $6, href = $7, owner = $8,
               team = $9, circle = $10, anyone = $11, updated_at = $12, pending = $13";
    REMOVE = "DELETE FROM documents WHERE kind = $1 AND record = $2 RETURNING number";
    NOTE_REMOVAL = "INSERT INTO document_removals (number, kind) VALUES ($1, $2)";
    LEAVE_CIRCLE = "DELETE FROM document_circles WHERE circle = $1";
    JOIN_CIRCLE = "INSERT INTO document_circles (circle, person) VALUES ($1, $2) ON CONFLICT DO NOTHING";
}

/// The words of a record, and who may find it. Its relations to people are those of the record itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// What it is: `announcement`. Letters, figures and hyphens.
    pub kind: String,
    /// Which one.
    pub record: Id,
    /// The number or mark by which people call it, `SR 4.3`: found at once when it is typed whole.
    pub name: Option<String>,
    /// Its title, as it is shown.
    pub title: String,
    /// The rest, as plain text.
    pub text: String,
    /// The language, `en`.
    pub language: String,
    /// Where it is shown: a path.
    pub href: String,
    /// Who is responsible for it.
    pub owner: Option<Id>,
    /// The team it belongs to.
    pub team: Option<Id>,
    /// The circle of people who are assigned to it: a client, a department.
    pub circle: Option<Id>,
    /// Whether everyone counts as assigned to it.
    pub anyone: bool,
    /// When it was last changed.
    pub updated_at: Instant,
}

/// Puts a record among what can be found, or what it says now in the place of what it said.
///
/// # Errors
///
/// As the database says.
pub fn put(tx: &Write<'_>, document: &Document) -> Result<(), StoreError> {
    let folded = document.name.as_deref().map(folded_name);
    tx.put(
        PUT,
        &params![
            &document.kind,
            document.record,
            &document.name,
            &document.title,
            &document.text,
            &document.language,
            &document.href,
            document.owner,
            document.team,
            document.circle,
            document.anyone,
            document.updated_at,
            true,
            &folded,
        ],
    )
}

/// Takes a record away from what can be found. Its words leave the index with the next batch.
///
/// # Errors
///
/// As the database says.
pub fn remove(tx: &Write<'_>, kind: &str, record: Id) -> Result<(), StoreError> {
    let number: Option<(i64,)> = tx.maybe(REMOVE, &params![kind, record])?;
    if let Some((number,)) = number {
        tx.put(NOTE_REMOVAL, &params![number, kind])?;
    }
    Ok(())
}

/// Says who belongs to a circle from now on: one call for all documents that hang on a client.
///
/// # Errors
///
/// As the database says.
pub fn set_circle(tx: &Write<'_>, circle: Id, people: &[Id]) -> Result<(), StoreError> {
    tx.put(LEAVE_CIRCLE, &params![circle])?;
    begin_circle(tx, circle, people)
}

/// The same for a circle that is new.
///
/// # Errors
///
/// As the database says.
pub fn begin_circle(tx: &Write<'_>, circle: Id, people: &[Id]) -> Result<(), StoreError> {
    let rows: Vec<[Value<'_>; 2]> = people
        .iter()
        .map(|person| params![circle, *person])
        .collect();
    tx.put_each(JOIN_CIRCLE, &rows)
}

/// An identity for what has a name and no id of its own: the clause of a document. The same name gives the same.
pub fn id_of(kind: &str, name: &str) -> Id {
    let text = format!("{kind}\n{name}");
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    let mut bytes = [0; 16];
    bytes
        .iter_mut()
        .zip(digest.as_ref())
        .for_each(|(to, from)| *to = *from);
    Id::from_bytes(bytes)
}

/// A name as it is compared: `SR 4.3` is `sr 4 3`.
pub(crate) fn folded_name(name: &str) -> String {
    let words: Vec<_> = words(name).into_iter().map(|word| word.folded).collect();
    words.join(" ")
}

/// The words of a document in the order of the index: its name, title and text, apart from each other. Nothing stands
/// where a phrase must not reach across, and where a word has come too often.
pub(crate) fn sequence(document: &Document) -> Vec<Option<String>> {
    let mut seen = std::collections::HashMap::<String, u32>::new();
    let mut sequence = Vec::new();
    let name = document.name.as_deref().unwrap_or_default();
    for part in [name, &document.title, &document.text] {
        sequence.push(None);
        for word in words(part) {
            let times = seen.entry(word.folded.clone()).or_default();
            *times += 1;
            sequence.push((*times <= MOST_PLACES).then_some(word.folded));
        }
    }
    sequence.truncate(MOST_WORDS);
    sequence
}

/// Who may find a document, as words among its own: its owner, its team, its circle, or everyone. The mark before them is no letter, so
/// nobody can type one.
pub(crate) fn reached_by(document: &Document) -> Vec<String> {
    let of = [
        document.owner.map(|owner| mark_of('o', owner)),
        document.team.map(|team| mark_of('t', team)),
        document.circle.map(|circle| mark_of('c', circle)),
        document.anyone.then(|| ANYONE.to_owned()),
    ];
    of.into_iter().flatten().collect()
}

/// Stands among the words of what everyone may find.
pub(crate) const ANYONE: &str = "§a";

/// The word for an owner (`o`), a team (`t`) or a circle (`c`).
pub(crate) fn mark_of(relation: char, id: Id) -> String {
    let id = id.bytes().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    format!("{MARK}{relation}{id}")
}

/// The word of PostgreSQL for what begins so.
pub(crate) fn beginning_mark(beginning: &str) -> String {
    format!("{MARK}b.{beginning}")
}

/// The word of PostgreSQL for what is of this kind.
pub(crate) fn kind_mark(kind: &str) -> String {
    format!("{MARK}k.{kind}")
}

/// The columns of a [`Stored`] document, in its order; `d` is the table.
macro_rules! columns {
    () => {
        "d.number, d.kind, d.record, d.name, d.title, d.text, d.language, d.href, d.owner, d.team, d.circle, d.anyone, d.updated_at"
    };
}
pub(crate) use columns;

/// A document as it lies in its row.
pub(crate) struct Stored {
    pub number: i64,
    pub document: Document,
}

impl FromRow for Stored {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            number: row.get(0)?,
            document: Document {
                kind: row.get(1)?,
                record: row.get(2)?,
                name: row.get(3)?,
                title: row.get(4)?,
                text: row.get(5)?,
                language: row.get(6)?,
                href: row.get(7)?,
                owner: row.get(8)?,
                team: row.get(9)?,
                circle: row.get(10)?,
                anyone: row.get(11)?,
                updated_at: row.get(12)?,
            },
        })
    }
}

/// Documents of a statement that gives [`columns!`].
pub(crate) fn stored(
    read: &Read<'_>,
    sql: kept_store::Sql,
    params: &[Value<'_>],
) -> Result<Vec<Stored>, StoreError> {
    read.all(sql, params)
}
