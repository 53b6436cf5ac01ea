//! What a contact of a client sees of their own requests: what was said to them and by them, and what was promised. Notes, what the
//! procedure did, and requests of anybody else are never among it.

use kept_accounts::access::Scope;
use kept_accounts::model::PersonId;
use kept_clients::{ClientId, ContactId};
use kept_journal::InForce;
use kept_kernel::{Id, Instant};
use kept_store::{FromRow, Read, Row, StoreError, params, statements};

pub use crate::model::{FileRow, Message, Request, RequestId, State, Voice, Waiting};

macro_rules! request {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            crate::queries::columns!(),
            crate::queries::tables!(),
            $rest
        )
    };
}

statements! {
    OF_CONTACT = request!("WHERE q.contact = $1 AND q.merged_into IS NULL AND (q.received_at, q.id) < ($2, $3)
                           ORDER BY q.received_at DESC, q.id DESC LIMIT $4");
    OPEN_OF_CONTACT = request!("WHERE q.contact = $1 AND q.merged_into IS NULL AND q.closed_at IS NULL
                                AND (q.resolved_at IS NULL OR q.confirmed_at IS NULL)
                                ORDER BY q.received_at DESC, q.id DESC LIMIT $2");
    COUNT_OPEN_OF_CONTACT = "SELECT count(*), count(CASE WHEN q.resolved_at IS NOT NULL OR q.state = $2 THEN 1 END) FROM requests q
                             WHERE q.contact = $1 AND q.merged_into IS NULL AND q.closed_at IS NULL
                                 AND (q.resolved_at IS NULL OR q.confirmed_at IS NULL)";
    ONE_OF_CONTACT = request!("WHERE q.contact = $1 AND q.id = $2 AND q.merged_into IS NULL");
    SAID_WITH_CLIENT = "SELECT m.place, m.id, m.voice, m.channel, m.author, coalesce(p.name, k.name), m.text, m.clause, m.at
                FROM request_messages m LEFT JOIN people p ON p.id = m.author LEFT JOIN contacts k ON k.id = m.contact
                WHERE m.request = $1 AND m.voice IN ('client', 'us') ORDER BY m.place LIMIT 500";
    FILES_OF_CLIENT = "SELECT f.id, f.place, f.name, f.size FROM request_files f
                JOIN request_messages m ON m.request = f.request AND m.place = f.place
                WHERE f.request = $1 AND m.voice IN ('client', 'us') ORDER BY f.place, f.id LIMIT 200";
    FILE_OF_CLIENT = "SELECT f.name, f.content FROM request_files f
                JOIN request_messages m ON m.request = f.request AND m.place = f.place
                JOIN requests q ON q.id = f.request
                WHERE f.id = $1 AND f.request = $2 AND q.contact = $3 AND q.merged_into IS NULL AND m.voice IN ('client', 'us')";
    PROMISED_TO = "SELECT r.request, r.words, r.due_at, r.made_at, p.name FROM request_promises r JOIN requests q ON q.id = r.request
                LEFT JOIN people p ON p.id = r.person
                WHERE q.contact = $1 AND q.closed_at IS NULL AND q.merged_into IS NULL
                    AND r.kept_at IS NULL AND r.withdrawn_at IS NULL ORDER BY r.due_at, r.id LIMIT 20";
}

/// What was promised in an answer, and is neither kept nor withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// On which request.
    pub request: RequestId,
    /// `by Tuesday noon`
    pub words: String,
    /// Until when.
    pub due_at: Instant,
    /// When it was said.
    pub made_at: Instant,
    /// By whom.
    pub name: Option<String>,
}

impl FromRow for Promise {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            request: RequestId(row.get(0)?),
            words: row.get(1)?,
            due_at: row.get(2)?,
            made_at: row.get(3)?,
            name: row.get(4)?,
        })
    }
}

/// The sites that may show the web form within their pages, as a policy says them; empty: any.
///
/// # Errors
///
/// As the database says.
pub fn form_sites(read: &Read<'_>) -> Result<String, StoreError> {
    let found: Option<(String,)> = read.maybe(crate::queries::FORM_SITES, &[])?;
    Ok(found.map(|(sites,)| sites).unwrap_or_default())
}

/// The start of the list of a contact's requests.
pub const FIRST: (Instant, Id) = (Instant::MAX, Id::from_bytes([0xff; 16]));

/// The requests of a contact, the newest first, after one of them.
///
/// # Errors
///
/// As the database says.
pub fn of_contact(
    read: &Read<'_>,
    contact: ContactId,
    (at, id): (Instant, Id),
    limit: u32,
) -> Result<Vec<Request>, StoreError> {
    read.all(OF_CONTACT, &params![contact, at, id, limit])
}

/// Those of them on which something is left to do for somebody: not closed, and not said to be settled by the contact.
///
/// # Errors
///
/// As the database says.
pub fn open_of_contact(
    read: &Read<'_>,
    contact: ContactId,
    limit: u32,
) -> Result<Vec<Request>, StoreError> {
    read.all(OPEN_OF_CONTACT, &params![contact, limit])
}

/// How many these are, and on how many of them it is the contact's turn: we wait for it, or it is to say whether it is settled.
///
/// # Errors
///
/// As the database says.
pub fn count_open_of_contact(
    read: &Read<'_>,
    contact: ContactId,
) -> Result<(usize, usize), StoreError> {
    let waits = State::Waiting(Waiting::Client).name();
    let (open, theirs): (u64, u64) = read.one(COUNT_OPEN_OF_CONTACT, &params![contact, waits])?;
    Ok((open as usize, theirs as usize))
}

/// What a client has open within reach, the newest first: each with its number and subject, and how it stands. A few are enough.
///
/// # Errors
///
/// As the database says.
pub fn open_of_client(
    read: &Read<'_>,
    scope: &Scope,
    client: ClientId,
) -> Result<Vec<(RequestId, String, String)>, StoreError> {
    let open = crate::queries::also_open(read, scope, (client, RequestId(Id::default())))?;
    let line = |one: crate::queries::Linked| {
        let name = format!("{} {}", one.mark(), one.subject);
        (one.id, name, one.state)
    };
    Ok(open.into_iter().map(line).collect())
}

/// A request of this contact; none: there is no such one, or it is somebody else's.
///
/// # Errors
///
/// As the database says.
pub fn one_of_contact(
    read: &Read<'_>,
    contact: ContactId,
    id: RequestId,
) -> Result<Option<Request>, StoreError> {
    read.maybe(ONE_OF_CONTACT, &params![contact, id])
}

/// What was said between the client and us on a request, in order. Whoever asks has looked whose it is.
///
/// # Errors
///
/// As the database says.
pub fn said(read: &Read<'_>, id: RequestId) -> Result<Vec<Message>, StoreError> {
    read.all(SAID_WITH_CLIENT, &params![id])
}

/// The files that came with what was said.
///
/// # Errors
///
/// As the database says.
pub fn files(read: &Read<'_>, id: RequestId) -> Result<Vec<FileRow>, StoreError> {
    read.all(FILES_OF_CLIENT, &params![id])
}

/// One of these files, of a request of this contact: its name and its bytes.
///
/// # Errors
///
/// As the database says.
pub fn file(
    read: &Read<'_>,
    contact: ContactId,
    (id, file): (RequestId, Id),
) -> Result<Option<(String, Vec<u8>)>, StoreError> {
    read.maybe(FILE_OF_CLIENT, &params![file, id, contact])
}

/// What was promised to a contact and is not done yet, by its time.
///
/// # Errors
///
/// As the database says.
pub fn promised(read: &Read<'_>, contact: ContactId) -> Result<Vec<Promise>, StoreError> {
    read.all(PROMISED_TO, &params![contact])
}

/// The kinds of requests, in the words of the vocabulary.
pub fn categories(rules: &InForce) -> Vec<String> {
    crate::model::choices(&rules.register, "category").to_vec()
}

/// Who works on it, where somebody does.
pub fn specialist(of: &Request) -> Option<(PersonId, &str)> {
    of.assignee.zip(of.assignee_name.as_deref())
}
