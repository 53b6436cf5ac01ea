//! The audit: who did what to which record, in the transaction of the act. No act without an entry, no entry without
//! an act.
//!
//! Each entry carries the hash of its bytes. [`Sealing`] gathers the hashes into a tree (RFC 6962), writes them to a file
//! outside the database and signs the root from time to time; [`inspect`] says which entries were tampered with.

mod author;
mod sealing;

use kept_kernel::{Id, Instant};
use kept_store::{FromRow, Row, StoreError, Write, params, statements};
use kept_vault::merkle;

pub use author::{Author, AuthorError};
pub use sealing::{Sealing, SealingProblem, inspect};

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// A person with an account.
    Person(Id),
    /// A contact of a client, through the portal.
    Contact(Id),
    /// A program with a token.
    Token(Id),
    /// Kept itself: a timer, a job, an import.
    Kept,
    /// Somebody at the command line of the server.
    Console,
    /// Nobody who is known: a failed sign-in, a public form.
    Unknown,
}

impl Who {
    /// How it is written in the entry: a word, and the id where there is one.
    pub fn text(self) -> String {
        match self {
            Self::Person(id) => format!("person {id}"),
            Self::Contact(id) => format!("contact {id}"),
            Self::Token(id) => format!("token {id}"),
            Self::Kept => "kept".into(),
            Self::Console => "console".into(),
            Self::Unknown => "unknown".into(),
        }
    }
}

/// One line of the audit. Personal data do not belong in it: records are named by their ids.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// Its identity, made outside the transaction.
    pub id: Id,
    /// When it was done.
    pub at: Instant,
    /// By whom.
    pub who: Who,
    /// What, as a past tense: `PersonInvited`, `RequestRead`.
    pub act: &'a str,
    /// The kind of the record: `person`, `request`.
    pub object: &'a str,
    /// Which record; empty where it is none.
    pub object_id: &'a str,
    /// More, as a JSON object; `{}` where there is none.
    pub detail: &'a str,
}

/// An entry as it stands in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its place in the order of commits, from 1.
    pub place: u64,
    /// Its identity.
    pub id: Id,
    /// When.
    pub at: Instant,
    /// See [`Who::text`].
    pub who: String,
    /// What.
    pub act: String,
    /// The kind of the record.
    pub object: String,
    /// Which record.
    pub object_id: String,
    /// More, as JSON.
    pub detail: String,
    /// The hash beside it.
    pub leaf: [u8; 32],
}

statements! {
    WRITE = "INSERT INTO audit (id, at, who, act, object, object_id, detail, leaf)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    /// In the order of commits, after a place.
    AFTER = "SELECT place, id, at, who, act, object, object_id, detail, leaf FROM audit
             WHERE place > $1 ORDER BY place LIMIT $2";
    OF_OBJECT = "SELECT place, id, at, who, act, object, object_id, detail, leaf FROM audit
                 WHERE object = $1 AND object_id = $2 AND place < $3 ORDER BY place DESC LIMIT $4";
    /// What begins with this word.
    ALARMS = "SELECT place, id, at, who, act, object, object_id, detail, leaf FROM audit
              WHERE act >= 'Alarm' AND act < 'Alarn' AND place < $1 ORDER BY place DESC LIMIT $2";
    LATEST = "SELECT place, id, at, who, act, object, object_id, detail, leaf FROM audit
              WHERE place < $1 ORDER BY place DESC LIMIT $2";
    LAST_CHECKPOINT = "SELECT size, frontier FROM audit_checkpoints ORDER BY size DESC LIMIT 1";
    CHECKPOINTS = "SELECT note FROM audit_checkpoints ORDER BY size";
    ADD_CHECKPOINT = "INSERT INTO audit_checkpoints (size, frontier, note, at) VALUES ($1, $2, $3, $4)
                      ON CONFLICT DO NOTHING";
}

/// Writes an entry; it is kept with the caller's transaction or not at all.
///
/// # Errors
///
/// As the database says.
pub fn write(tx: &Write<'_>, entry: &Entry<'_>) -> Result<(), StoreError> {
    let who = entry.who.text();
    let bytes = canonical(
        entry.id,
        entry.at,
        [&who, entry.act, entry.object, entry.object_id, entry.detail],
    );
    let leaf = merkle::leaf_hash(&bytes);
    let leaf: &[u8] = leaf.bytes();
    let row = params![
        entry.id,
        entry.at,
        &who,
        entry.act,
        entry.object,
        entry.object_id,
        entry.detail,
        leaf
    ];
    tx.put(WRITE, &row)
}

/// Entries about one record, the newest first, before a place.
///
/// # Errors
///
/// As the database says.
pub fn of_object(
    read: &kept_store::Read<'_>,
    (object, object_id): (&str, &str),
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<Written>, StoreError> {
    read.all(
        OF_OBJECT,
        &params![object, object_id, place_or_end(before), limit],
    )
}

/// The newest entries of all, before a place.
///
/// # Errors
///
/// As the database says.
pub fn latest(
    read: &kept_store::Read<'_>,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<Written>, StoreError> {
    read.all(LATEST, &params![place_or_end(before), limit])
}

/// The newest entries that say that somebody did what should be looked at, before a place: their acts begin with `Alarm`.
///
/// # Errors
///
/// As the database says.
pub fn alarms(
    read: &kept_store::Read<'_>,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<Written>, StoreError> {
    read.all(ALARMS, &params![place_or_end(before), limit])
}

fn place_or_end(before: Option<u64>) -> i64 {
    before.map_or(i64::MAX, |place| place as i64)
}

/// What is hashed: each part with its length before it, so that no two entries give the same bytes.
fn canonical(id: Id, at: Instant, texts: [&str; 5]) -> Vec<u8> {
    let mut bytes = id.bytes().to_vec();
    bytes.extend(at.micros().to_be_bytes());
    for text in texts {
        bytes.extend((text.len() as u64).to_be_bytes());
        bytes.extend(text.as_bytes());
    }
    bytes
}

impl Written {
    fn bytes(&self) -> Vec<u8> {
        canonical(
            self.id,
            self.at,
            [
                &self.who,
                &self.act,
                &self.object,
                &self.object_id,
                &self.detail,
            ],
        )
    }
}

impl FromRow for Written {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            place: row.get(0)?,
            id: row.get(1)?,
            at: row.get(2)?,
            who: row.get(3)?,
            act: row.get(4)?,
            object: row.get(5)?,
            object_id: row.get(6)?,
            detail: row.get(7)?,
            leaf: row.get(8)?,
        })
    }
}
