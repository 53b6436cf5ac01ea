//! Everything that was said between clients and us, of all requests: for the page of messages, and for programs. Notes and what the
//! procedure did are not among it.

use kept_accounts::access::Scope;
use kept_accounts::within_scope;
use kept_kernel::{Id, Instant};
use kept_search::{Query, Reach, find};
use kept_store::{FromRow, Read, Row, StoreError, Value, params, statements};

use crate::queries::in_reach;

/// So many requests are looked through for words.
const FOUND: usize = 200;

/// What a [`Said`] is read from.
macro_rules! said {
    ($($which:expr),+) => {
        concat!(
            "SELECT m.id, m.voice, m.channel, m.at, coalesce(p.name, r.name, k.name, ''), m.text, q.id, q.number, q.subject, q.client,
                c.name, r.mail, coalesce(r.email, '')
             FROM request_messages m JOIN requests q ON q.id = m.request JOIN clients c ON c.id = q.client
             LEFT JOIN people p ON p.id = m.author LEFT JOIN contacts k ON k.id = m.contact
             LEFT JOIN request_mails r ON r.request = m.request AND r.place = m.place
             WHERE m.voice IN ('client', 'us') AND (m.at < $6 OR m.at = $6 AND m.id < $7)
                 AND ($8 = '' OR m.voice = $8) AND ($9 = '' OR m.channel = $9) AND ",
            $($which),+, in_reach!(), " ORDER BY m.at DESC, m.id DESC LIMIT $10"
        )
    };
}

statements! {
    ALL = said!("");
    /// What one of us has said.
    MINE = said!("m.author = $11 AND ");
    /// What was said on these requests.
    ON = said!("m.request IN LIST($11) AND ");
    TEXTS = "SELECT id, text FROM request_messages WHERE id IN LIST($1) ORDER BY id";
}

/// Which messages are asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `client`, `us`, or empty for both.
    pub voice: String,
    /// A channel in the words of the vocabulary, or empty for all.
    pub channel: String,
    /// What this person has said; none: everybody's.
    pub author: Option<Id>,
    /// On requests that are found by these words; empty: on all.
    pub words: String,
    /// Before this instant and id.
    pub before: (Instant, Id),
    /// So many at most.
    pub limit: u32,
}

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The message; of ours its letter too.
    pub id: Id,
    /// Whether it is ours.
    pub ours: bool,
    /// By which way.
    pub channel: String,
    /// When.
    pub at: Instant,
    /// Who said it; may be empty.
    pub name: String,
    /// The words, in Markdown.
    pub text: String,
    /// The request.
    pub request: Id,
    /// Its number.
    pub number: u64,
    /// Its subject.
    pub subject: String,
    /// The client.
    pub client: Id,
    /// Its name.
    pub client_name: String,
    /// The mail, where it came in as one.
    pub mail: Option<Id>,
    /// The address that it came from.
    pub email: String,
}

impl FromRow for Said {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let voice: &str = row.get(1)?;
        Ok(Self {
            ours: voice == "us",
            id: row.get(0)?,
            channel: row.get(2)?,
            at: row.get(3)?,
            name: row.get(4)?,
            text: row.get(5)?,
            request: row.get(6)?,
            number: row.get(7)?,
            subject: row.get(8)?,
            client: row.get(9)?,
            client_name: row.get(10)?,
            mail: row.get(11)?,
            email: row.get(12)?,
        })
    }
}

/// What was said within reach, the newest first.
///
/// # Errors
///
/// As the database says.
pub fn said(read: &Read<'_>, scope: &Scope, asked: &Asked) -> Result<Vec<Said>, StoreError> {
    let [all, own, team, assigned, opened] = scope.params();
    let (at, id) = asked.before;
    let mut values: Vec<Value<'_>> = vec![all, own, team, assigned, opened];
    values.extend(params![at, id, &asked.voice, &asked.channel, asked.limit]);
    if !asked.words.trim().is_empty() {
        let found = requests_with(read, scope, &asked.words)?;
        values.push(Value::from(&found[..]));
        let mut said: Vec<Said> = read.all(ON, &values)?;
        said.retain(|one| asked.author.is_none() || one.ours);
        return Ok(said);
    }
    match asked.author {
        Some(author) => {
            values.push(author.into());
            read.all(MINE, &values)
        }
        None => read.all(ALL, &values),
    }
}

/// The same on these requests alone, whatever was asked of words and authors.
///
/// # Errors
///
/// As the database says.
pub fn said_on(
    read: &Read<'_>,
    scope: &Scope,
    asked: &Asked,
    requests: &[Id],
) -> Result<Vec<Said>, StoreError> {
    let [all, own, team, assigned, opened] = scope.params();
    let (at, id) = asked.before;
    let mut values: Vec<Value<'_>> = vec![all, own, team, assigned, opened];
    values.extend(params![
        at,
        id,
        &asked.voice,
        &asked.channel,
        asked.limit,
        requests
    ]);
    read.all(ON, &values)
}

/// The words of these messages, in Markdown. Whoever asks knows that they are within reach.
///
/// # Errors
///
/// As the database says.
pub fn texts(read: &Read<'_>, messages: &[Id]) -> Result<Vec<(Id, String)>, StoreError> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    read.all(TEXTS, &params![messages])
}

/// The requests within reach that are found by some words.
fn requests_with(read: &Read<'_>, scope: &Scope, words: &str) -> Result<Vec<Id>, StoreError> {
    let reach = Reach::of(&scope.params());
    let query = Query::parse(words);
    let found = find(read, &query, (crate::search::KIND, &reach), None, FOUND)?;
    Ok(found.hits.into_iter().map(|hit| hit.record).collect())
}
