//! What came in by mail: what a message was as one, who takes part, files that are kept once.

use kept_kernel::Id;
use kept_store::{FromRow, Read, Row, StoreError, params, statements};

use crate::model::RequestId;

statements! {
    ADD_MAIL = "INSERT INTO request_mails (request, place, mail, message_id, name, email, subject, verdict, has_html)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    MAIL_IDS = "SELECT message_id FROM request_mails WHERE request = $1 AND message_id IS NOT NULL ORDER BY place DESC LIMIT 20";
    MAILS = "SELECT place, mail, name, email, subject, verdict, has_html FROM request_mails WHERE request = $1 ORDER BY place LIMIT 500";
    ADD_PERSON = "INSERT INTO request_people (request, email, name, since_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    PERSON_OF = "SELECT request FROM request_people WHERE request = $1 AND email = $2";
    FILE_ALIKE = "SELECT id FROM request_files WHERE request = $1 AND sha256 = $2 ORDER BY id LIMIT 1";
    ADD_MAILED_FILE = "INSERT INTO request_files (id, request, place, name, size, content, added_at, sha256)
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    MESSAGE_AT = "SELECT id FROM request_messages WHERE request = $1 AND place = $2";
    OF_MESSAGE = "SELECT request FROM request_messages WHERE id = $1";
    OF_NUMBER = "SELECT id FROM requests WHERE number = $1";
    FORGET_MAILS = "DELETE FROM request_mails WHERE request = $1";
    FORGET_PEOPLE = "DELETE FROM request_people WHERE request = $1";
}

/// What a message was as a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MailOf {
    /// The message, by its place.
    pub(crate) place: u32,
    /// The mail, where it came in.
    pub(crate) mail: Id,
    /// Who says to have written it.
    pub(crate) name: String,
    /// Their address.
    pub(crate) email: String,
    /// Its subject.
    pub(crate) subject: String,
    /// What the sender is worth.
    pub(crate) verdict: String,
    /// Whether it can be shown as HTML too.
    pub(crate) has_html: bool,
}

impl FromRow for MailOf {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            place: row.get(0)?,
            mail: row.get(1)?,
            name: row.get(2)?,
            email: row.get(3)?,
            subject: row.get(4)?,
            verdict: row.get(5)?,
            has_html: row.get(6)?,
        })
    }
}

/// The ids of the mails that came in on a request, the latest first.
pub(crate) fn mail_ids(read: &Read<'_>, id: RequestId) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = read.all(MAIL_IDS, &params![id])?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// What the messages of a request were as mails.
pub(crate) fn mails(read: &Read<'_>, id: RequestId) -> Result<Vec<MailOf>, StoreError> {
    read.all(MAILS, &params![id])
}
