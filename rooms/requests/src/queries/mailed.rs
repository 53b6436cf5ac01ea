//! What came in by mail: what a message was as one, who takes part, files that are kept once.

use kept_kernel::Id;
use kept_mail::Before;
use kept_store::{FromRow, Read, Row, StoreError, params, statements};

use crate::model::RequestId;

statements! {
    ADD_MAIL = "INSERT INTO request_mails (request, place, mail, message_id, name, email, subject, verdict, has_html, came_to, sent_by, needs_answer)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    /// Also of what was merged into it.
    MAIL_SETTLED = "UPDATE request_mails SET needs_answer = FALSE
                    WHERE request IN (SELECT id FROM requests WHERE id = $1 OR merged_into = $1) AND needs_answer";
    MAIL_WAITS_SINCE = "SELECT min(m.at) FROM request_mails r
                        JOIN request_messages m ON m.request = r.request AND m.place = r.place
                        WHERE r.request IN (SELECT id FROM requests WHERE id = $1 OR merged_into = $1) AND r.needs_answer";
    MAILS_THAT_WAIT = "SELECT request, place FROM request_mails
                       WHERE request IN (SELECT id FROM requests WHERE id = $1 OR merged_into = $1) AND needs_answer
                       ORDER BY request, place LIMIT 1000";
    MAIL_WAITS_AGAIN = "UPDATE request_mails SET needs_answer = TRUE WHERE request = $1 AND place = $2";
    MAIL_IDS = "SELECT place, message_id FROM request_mails WHERE request = $1 AND message_id IS NOT NULL ORDER BY place DESC LIMIT 20";
    OUR_MAILS = "SELECT place, id FROM request_messages WHERE request = $1 AND voice = 'us' AND channel NOT IN ('phone', 'in person')
                 ORDER BY place DESC LIMIT 20";
    LAST_MAIL = "SELECT subject, came_to FROM request_mails WHERE request = $1 AND came_to <> '' ORDER BY place DESC LIMIT 1";
    WRITES_FROM = "SELECT writes_from FROM requests WHERE id = $1 AND writes_from <> ''";
    SET_WRITES_FROM = "UPDATE requests SET writes_from = $2 WHERE id = $1";
    PEOPLE = "SELECT email, name, admitted_at IS NOT NULL FROM request_people WHERE request = $1 AND left_out_at IS NULL
              ORDER BY since_at, email LIMIT 100";
    ADMIT = "UPDATE request_people SET admitted_at = coalesce(admitted_at, $3), left_out_at = NULL WHERE request = $1 AND email = $2";
    LEAVE_OUT = "UPDATE request_people SET left_out_at = $3, admitted_at = NULL WHERE request = $1 AND email = $2";
    ENCLOSE = "UPDATE request_files SET place = $2 WHERE request = $1 AND place = 0 AND added_by = $3";
    ENCLOSED = "SELECT id, name FROM request_files WHERE request = $1 AND place = 0 AND added_by = $2 ORDER BY id LIMIT 50";
    TAKE_OFF = "DELETE FROM request_files WHERE id = $1 AND request = $2 AND place = 0 AND added_by = $3";
    ANY_FILE = "SELECT name, content FROM request_files WHERE id = $1";
    MAILS = "SELECT place, mail, name, email, subject, verdict, has_html, sent_by, needs_answer FROM request_mails
             WHERE request = $1 AND (place <= 1 OR place > $2) ORDER BY place LIMIT 5000";
    ADD_PERSON = "INSERT INTO request_people (request, email, name, since_at, admitted_at) VALUES ($1, $2, $3, $4, $5)
                  ON CONFLICT DO NOTHING";
    PERSON_OF = "SELECT request FROM request_people WHERE request = $1 AND email = $2 AND admitted_at IS NOT NULL";
    FILE_ALIKE = "SELECT id FROM request_files WHERE request = $1 AND sha256 = $2 ORDER BY id LIMIT 1";
    ADD_MAILED_FILE = "INSERT INTO request_files (id, request, place, name, size, content, added_at, sha256)
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    /// What a message of one request was as a mail, who came with it, and its files, for one that is split off.
    COPY_MAIL = "INSERT INTO request_mails (request, place, mail, message_id, name, email, subject, verdict, has_html, came_to, sent_by, needs_answer)
                 SELECT $3, CAST($4 AS BIGINT), mail, message_id, name, email, subject, verdict, has_html, came_to, sent_by, needs_answer
                 FROM request_mails WHERE request = $1 AND place = $2";
    /// Those of a request at these places that nobody has answered, in the order in which they came.
    WAITING_AT = "SELECT r.place, m.at FROM request_mails r JOIN request_messages m ON m.request = r.request AND m.place = r.place
                  WHERE r.request = $1 AND r.place IN LIST($2) AND r.needs_answer ORDER BY m.at, r.place LIMIT 50";
    WAIT_ELSEWHERE = "UPDATE request_mails SET needs_answer = FALSE WHERE request = $1 AND place IN LIST($2) AND needs_answer";
    COPY_PEOPLE = "INSERT INTO request_people (request, email, name, since_at, admitted_at, left_out_at)
                   SELECT $3, p.email, p.name, p.since_at, p.admitted_at, p.left_out_at FROM request_people p
                   WHERE p.request = $1 AND p.since_at = (SELECT m.at FROM request_messages m JOIN request_mails w
                       ON w.request = m.request AND w.place = m.place WHERE m.request = $1 AND m.place = $2)
                   ON CONFLICT DO NOTHING";
    FILES_AT = "SELECT id FROM request_files WHERE request = $1 AND place = $2 ORDER BY id LIMIT 200";
    COPY_FILE = "INSERT INTO request_files (id, request, place, name, size, content, added_at, added_by, sha256)
                 SELECT $2, $3, CAST($4 AS BIGINT), name, size, content, added_at, added_by, sha256 FROM request_files WHERE id = $1";
    KEEP_ANSWER = "INSERT INTO request_leaving (id, request, person, draft, made_at, leaves_at) VALUES ($1, $2, $3, $4, $5, $6)";
    DROP_STOPPED = "DELETE FROM request_leaving WHERE request = $1 AND person = $2 AND stopped IS NOT NULL";
    SAID_SINCE = "SELECT place FROM request_messages WHERE request = $1 AND place > $2 AND voice IN ('client', 'us') ORDER BY place LIMIT 1";
    STOP_MINE = "UPDATE request_leaving SET stopped = $3 WHERE request = $1 AND person = $2 AND stopped IS NULL";
    HASTEN_MINE = "UPDATE request_leaving SET leaves_at = $3 WHERE request = $1 AND person = $2 AND stopped IS NULL";
    STOP = "UPDATE request_leaving SET stopped = $2 WHERE id = $1";
    DUE_TO_LEAVE = "SELECT id FROM request_leaving WHERE stopped IS NULL AND leaves_at <= $1 ORDER BY leaves_at, id LIMIT $2";
    WRITER_OF = "SELECT person FROM request_leaving WHERE id = $1 AND stopped IS NULL";
    LEAVING = "SELECT request, person, draft, made_at, leaves_at FROM request_leaving WHERE id = $1 AND stopped IS NULL";
    LEAVING_OF = "SELECT l.person, p.name, l.draft, l.leaves_at, l.stopped FROM request_leaving l JOIN people p ON p.id = l.person
                  WHERE l.request = $1 ORDER BY l.made_at, l.id LIMIT 20";
    HELD = "SELECT count(*), 1 FROM request_leaving WHERE request = $1 AND stopped IS NULL";
    DROP_LEAVING = "DELETE FROM request_leaving WHERE id = $1 AND stopped IS NULL";
    FORGET_LEAVING = "DELETE FROM request_leaving WHERE request = $1";
    FORGET_LEAVING_BY = "DELETE FROM request_leaving WHERE person = $1";
    GIVE_TO_TEAM = "UPDATE requests SET team = $2 WHERE id = $1 AND team IS NULL";
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
    /// The address that it was sent from, where it asks for answers to another.
    pub(crate) sent_by: Option<String>,
    /// Whether it is the client's, and nobody has answered it yet.
    pub(crate) needs_answer: bool,
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
            sent_by: row.get(7)?,
            needs_answer: row.get(8)?,
        })
    }
}

/// The mails of a request, theirs and ours, the oldest first; the first twenty of either are left out when there are more.
pub(crate) fn before(read: &Read<'_>, id: RequestId) -> Result<Vec<Before>, StoreError> {
    let theirs: Vec<(u32, String)> = read.all(MAIL_IDS, &params![id])?;
    let ours: Vec<(u32, Id)> = read.all(OUR_MAILS, &params![id])?;
    let theirs = theirs
        .into_iter()
        .map(|(place, id)| (place, Before::Theirs(id)));
    let ours = ours
        .into_iter()
        .map(|(place, id)| (place, Before::ours(id)));
    let mut all: Vec<(u32, Before)> = theirs.chain(ours).collect();
    all.sort_by_key(|(place, _)| *place);
    Ok(all.into_iter().map(|(_, before)| before).collect())
}

/// Somebody who takes part beside the contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Participant {
    pub(crate) email: String,
    pub(crate) name: String,
    /// Whether they are written to; else somebody is to say so first.
    pub(crate) admitted: bool,
}

impl FromRow for Participant {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            email: row.get(0)?,
            name: row.get(1)?,
            admitted: row.get(2)?,
        })
    }
}

/// Who takes part beside whoever has this address, and who is asked for.
pub(crate) fn people(
    read: &Read<'_>,
    id: RequestId,
    but: Option<&str>,
) -> Result<Vec<Participant>, StoreError> {
    let mut people: Vec<Participant> = read.all(PEOPLE, &params![id])?;
    let but = but.map(str::to_lowercase);
    people.retain(|one| but.as_deref() != Some(one.email.as_str()));
    Ok(people)
}

/// What the messages of a request were as mails.
pub(crate) fn mails(read: &Read<'_>, id: RequestId, after: u32) -> Result<Vec<MailOf>, StoreError> {
    read.all(MAILS, &params![id, after])
}
