//! The words of the house, and what was remarked on answers that were sent all the same.

use kept_accounts::model::PersonId;
use kept_kernel::{Id, Instant};
use kept_store::{FromRow, Read, Row, StoreError, params, statements};
use kept_wording::HouseWord;

use crate::model::RequestId;

statements! {
    HOUSE_WORDS = "SELECT id, avoid, say, why FROM request_house_words WHERE retired_at IS NULL ORDER BY avoid, id LIMIT 500";
    ADD_HOUSE_WORD = "INSERT INTO request_house_words (id, person, avoid, say, why, made_at) VALUES ($1, $2, $3, $4, $5, $6)";
    RETIRE_HOUSE_WORD = "UPDATE request_house_words SET retired_at = $2 WHERE id = $1 AND retired_at IS NULL";
    FORGET_HOUSE_WORDS = "UPDATE request_house_words SET person = NULL WHERE person = $1";
    ADD_REMARKED = "INSERT INTO request_remarks (message, kind, number) VALUES ($1, $2, $3)";
    ADD_PROMISE = "INSERT INTO request_promises (id, request, message, person, words, due_at, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    KEEP_PROMISE = "UPDATE request_promises SET kept_at = $3 WHERE id = $1 AND request = $2 AND kept_at IS NULL AND withdrawn_at IS NULL";
    WITHDRAW_PROMISE = "UPDATE request_promises SET withdrawn_at = $3, reason = $4
                        WHERE id = $1 AND request = $2 AND kept_at IS NULL AND withdrawn_at IS NULL";
    PROMISES = "SELECT r.id, r.words, p.name, r.due_at, r.kept_at, r.withdrawn_at, r.reason FROM request_promises r
                LEFT JOIN people p ON p.id = r.person WHERE r.request = $1 ORDER BY r.due_at, r.id LIMIT 100";
    PROMISES_ON = "SELECT id FROM request_promises WHERE request = $1 ORDER BY made_at DESC, id DESC LIMIT 18";
    REQUEST_OF_PROMISE = "SELECT request FROM request_promises WHERE id = $1";
    PROMISES_CALLED = "SELECT id, words FROM request_promises WHERE id IN LIST($1)";
    PROMISED_BY = "SELECT q.number, r.words, r.due_at, r.made_at FROM request_promises r JOIN requests q ON q.id = r.request
                   WHERE r.person = $1 ORDER BY r.made_at, r.id";
    ADD_WRITTEN = "INSERT INTO request_written (message, request, template, version, name, text, edited) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    WRITTEN_OF = "SELECT message, name, version, text, edited FROM request_written WHERE request = $1 ORDER BY message DESC LIMIT 500";
    FORGET_WRITTEN = "UPDATE request_written SET text = $2 WHERE request = $1 AND text <> $2";
    PUT_DRAFT = "INSERT INTO request_drafts (person, place, draft, kept_at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (person, place) DO UPDATE SET draft = excluded.draft, kept_at = excluded.kept_at";
    DROP_DRAFT = "DELETE FROM request_drafts WHERE person = $1 AND place = $2";
    DRAFT = "SELECT draft FROM request_drafts WHERE person = $1 AND place = $2";
    OLD_DRAFTS = "DELETE FROM request_drafts WHERE kept_at < $1";
    FORGET_DRAFTS_ON = "DELETE FROM request_drafts WHERE place = $1";
    FORGET_DRAFTS_BY = "DELETE FROM request_drafts WHERE person = $1";
    DRAFTS_BY = "SELECT place, draft, kept_at FROM request_drafts WHERE person = $1 ORDER BY kept_at, place";
    WROTE_SINCE = "SELECT at FROM request_messages WHERE author = $1 AND at >= $2 AND voice IN ('us', 'note')
                   ORDER BY at DESC LIMIT 1";
    LEAVES_SINCE = "SELECT made_at FROM request_leaving WHERE person = $1 AND made_at >= $2 ORDER BY made_at DESC LIMIT 1";
    FORGET_PROMISER = "UPDATE request_promises SET person = NULL WHERE person = $1";
    FORGET_PROMISES = "UPDATE request_promises SET words = $2, reason = CASE WHEN reason IS NULL THEN NULL ELSE $2 END
                       WHERE request = $1 AND words <> $2";
    SAID_BY_CLIENT = "SELECT text FROM request_messages WHERE request = $1 AND voice = 'client' ORDER BY place DESC LIMIT 20";
    WRITTEN_SINCE = "SELECT place FROM request_messages WHERE request = $1 AND voice = 'us' AND author = $2 AND at > $3
                     ORDER BY place DESC LIMIT 1";
}

/// A word of the house: its id, and how the house speaks.
pub(crate) type HouseRow = (Id, HouseWord);

/// The words of the house, in order.
pub(crate) fn house_words(read: &Read<'_>) -> Result<Vec<HouseRow>, StoreError> {
    let rows: Vec<(Id, String, String, String)> = read.all(HOUSE_WORDS, &[])?;
    let word = |(id, avoid, say, why)| (id, HouseWord { avoid, say, why });
    Ok(rows.into_iter().map(word).collect())
}

/// Whether a person has written to the client on a request since then.
pub(crate) fn wrote_since(
    read: &Read<'_>,
    id: RequestId,
    (person, since): (PersonId, Instant),
) -> Result<bool, StoreError> {
    let found: Option<(u32,)> = read.maybe(WRITTEN_SINCE, &params![id, person, since])?;
    Ok(found.is_some())
}

/// The newest that the client has said on a request.
pub(crate) fn said_by_client(read: &Read<'_>, id: RequestId) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = read.all(SAID_BY_CLIENT, &params![id])?;
    Ok(rows.into_iter().map(|(text,)| text).collect())
}

/// A promise as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PromiseRow {
    pub(crate) id: Id,
    pub(crate) words: String,
    /// Who made it.
    pub(crate) name: Option<String>,
    pub(crate) due_at: Instant,
    pub(crate) kept_at: Option<Instant>,
    pub(crate) withdrawn_at: Option<Instant>,
    /// Why it was withdrawn.
    pub(crate) reason: Option<String>,
}

impl FromRow for PromiseRow {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            words: row.get(1)?,
            name: row.get(2)?,
            due_at: row.get(3)?,
            kept_at: row.get(4)?,
            withdrawn_at: row.get(5)?,
            reason: row.get(6)?,
        })
    }
}

/// The promises made on a request, by their time.
pub(crate) fn promises(read: &Read<'_>, id: RequestId) -> Result<Vec<PromiseRow>, StoreError> {
    read.all(PROMISES, &params![id])
}

/// The request on which a promise was made.
pub(crate) fn request_of_promise(
    read: &Read<'_>,
    promise: Id,
) -> Result<Option<RequestId>, StoreError> {
    let found: Option<(Id,)> = read.maybe(REQUEST_OF_PROMISE, &params![promise])?;
    Ok(found.map(|(id,)| RequestId(id)))
}

/// From which template a message was begun: the message, the template's name and version, its text with the values of then, and
/// whether it was changed.
pub(crate) type WrittenRow = (Id, String, u32, String, bool);

/// Which messages of a request were begun with a template.
pub(crate) fn written(read: &Read<'_>, id: RequestId) -> Result<Vec<WrittenRow>, StoreError> {
    read.all(WRITTEN_OF, &params![id])
}
