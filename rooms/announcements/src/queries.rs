//! All SQL of the room, and its questions that only read. No list and no single record is asked for without a scope.

use kept_accounts::access::Scope;
use kept_accounts::model::PersonId;
use kept_accounts::within_scope;
use kept_kernel::{Id, Instant};
use kept_store::{Read, Sql, StoreError, Value, params, statements};

use crate::model::{Announcement, AnnouncementId, NEVER, Reader, TextVersion};

/// What an [`Announcement`] is read from; `$6` is whoever asks.
macro_rules! announcement {
    ($rest:expr) => {
        concat!(
            "SELECT a.id, a.author, w.name, a.team, a.department, coalesce(t.name, d.name), v.title, v.text, v.clause,
                a.from_at, a.until_at, a.must_confirm, a.version, a.revision, a.posted_at, a.withdrawn_at,
                EXISTS (SELECT 1 FROM people p WHERE p.state = 'active' AND p.id = $6
                    AND (a.audience = 'company' OR p.team = a.team OR p.department = a.department)),
                r.read_at
             FROM announcements a
             JOIN announcement_versions v ON v.announcement = a.id AND v.version = a.version
             LEFT JOIN people w ON w.id = a.author
             LEFT JOIN teams t ON t.id = a.team
             LEFT JOIN departments d ON d.id = a.department
             LEFT JOIN announcement_readings r ON r.announcement = a.id AND r.version = a.version AND r.person = $6
             WHERE ",
            within_scope!(
                id: "a.id", owner: "a.author", team: "a.team",
                assigned: "people p WHERE p.state = 'active'
                    AND (a.audience = 'company' OR p.team = a.team OR p.department = a.department) AND p.id",
                params: 1, 2, 3, 4, 5
            ),
            $rest
        )
    };
}

statements! {
    CURRENT = announcement!(" AND a.withdrawn_at IS NULL AND a.from_at <= $7 AND a.until_at > $7
        AND (a.from_at < $8 OR a.from_at = $8 AND a.id < $9) ORDER BY a.from_at DESC, a.id DESC LIMIT $10");
    EARLIER = announcement!(" AND a.withdrawn_at IS NULL AND a.until_at <= $7
        AND (a.from_at < $8 OR a.from_at = $8 AND a.id < $9) ORDER BY a.from_at DESC, a.id DESC LIMIT $10");
    /// Also what has not begun and what was withdrawn: for those who may change it. `$7` only has the same place everywhere.
    WRITTEN = announcement!(" AND a.posted_at <= $7
        AND (a.from_at < $8 OR a.from_at = $8 AND a.id < $9) ORDER BY a.from_at DESC, a.id DESC LIMIT $10");
    ONE = announcement!(" AND a.id = $7 AND a.withdrawn_at IS NULL AND a.from_at <= $8");
    ONE_WRITTEN = announcement!(" AND a.id = $7 AND a.posted_at <= $8");
    /// What one person has yet to confirm, the oldest first.
    WAITING = announcement!(" AND a.withdrawn_at IS NULL AND a.from_at <= $7 AND a.until_at > $7 AND a.must_confirm
        AND r.read_at IS NULL AND EXISTS (SELECT 1 FROM people p WHERE p.id = $6 AND p.state = 'active'
            AND (a.audience = 'company' OR p.team = a.team OR p.department = a.department))
        ORDER BY a.from_at, a.id LIMIT $8");
    /// The same, counted: so many at most.
    COUNT_WAITING = concat!("SELECT count(*) FROM (", announcement!(" AND a.withdrawn_at IS NULL AND a.from_at <= $7
        AND a.until_at > $7 AND a.must_confirm AND r.read_at IS NULL
        AND EXISTS (SELECT 1 FROM people p WHERE p.id = $6 AND p.state = 'active'
            AND (a.audience = 'company' OR p.team = a.team OR p.department = a.department))
        LIMIT $8"), ") AS waiting");
    /// Held until the transaction ends, on PostgreSQL too: commands look here before they write.
    HOLD = "UPDATE announcements SET revision = revision WHERE id = $1";
    /// Without a scope: for the room's own jobs and its search.
    ANY = announcement!(" AND a.id IN LIST($7)");
    AFTER = announcement!(" AND a.id > $7 AND a.withdrawn_at IS NULL AND a.from_at <= $8 ORDER BY a.id LIMIT $9");

    ADD = "INSERT INTO announcements (id, author, audience, team, department, from_at, until_at, must_confirm, version, revision,
               posted_at, begun_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, 1, $9, $10)";
    TITLES = "SELECT a.id, v.title FROM announcements a
              JOIN announcement_versions v ON v.announcement = a.id AND v.version = a.version WHERE a.id IN LIST($1)";
    ADD_VERSION = "INSERT INTO announcement_versions (announcement, version, title, text, clause, written_at, written_by)
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
    CHANGE = "UPDATE announcements SET audience = $3, team = $4, department = $5, from_at = $6, until_at = $7, must_confirm = $8,
                  version = $9, revision = revision + 1, begun_at = $10, ended_at = NULL
              WHERE id = $1 AND revision = $2";
    WITHDRAW = "UPDATE announcements SET withdrawn_at = $2, withdrawn_by = $3, revision = revision + 1
                WHERE id = $1 AND withdrawn_at IS NULL";
    RETURN = "UPDATE announcements SET withdrawn_at = NULL, withdrawn_by = NULL, revision = revision + 1
              WHERE id = $1 AND withdrawn_at IS NOT NULL";
    CONFIRM = "INSERT INTO announcement_readings (announcement, version, person, read_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT DO NOTHING";

    /// Those who have not confirmed it first.
    READERS = "SELECT p.id, p.name, t.name, r.read_at,
                  (SELECT max(o.version) FROM announcement_readings o WHERE o.announcement = a.id AND o.person = p.id)
               FROM announcements a
               JOIN people p ON p.state = 'active'
                   AND (a.audience = 'company' OR p.team = a.team OR p.department = a.department)
               LEFT JOIN teams t ON t.id = p.team
               LEFT JOIN announcement_readings r ON r.announcement = a.id AND r.version = a.version AND r.person = p.id
               WHERE a.id = $1 AND (r.read_at IS NULL) = $2 ORDER BY p.folded_name, p.id LIMIT $3";
    COUNT_READERS = "SELECT count(*), count(r.read_at) FROM announcements a
               JOIN people p ON p.state = 'active'
                   AND (a.audience = 'company' OR p.team = a.team OR p.department = a.department)
               LEFT JOIN announcement_readings r ON r.announcement = a.id AND r.version = a.version AND r.person = p.id
               WHERE a.id = $1";
    VERSIONS = "SELECT v.version, v.title, v.text, v.clause, v.written_at, p.name,
                   (SELECT count(*) FROM announcement_readings r WHERE r.announcement = v.announcement AND r.version = v.version)
                FROM announcement_versions v LEFT JOIN people p ON p.id = v.written_by
                WHERE v.announcement = $1 ORDER BY v.version DESC";

    BEGIN_DUE = "UPDATE announcements SET begun_at = $1
                 WHERE id IN (SELECT id FROM announcements WHERE begun_at IS NULL AND withdrawn_at IS NULL AND from_at <= $1
                              ORDER BY from_at, id LIMIT $2)
                 AND begun_at IS NULL RETURNING id";
    END_DUE = "UPDATE announcements SET ended_at = $1
               WHERE id IN (SELECT id FROM announcements WHERE ended_at IS NULL AND withdrawn_at IS NULL AND until_at <= $1
                            ORDER BY until_at, id LIMIT $2)
               AND ended_at IS NULL RETURNING id";
    REMIND_DUE = "SELECT a.id, p.id, v.title FROM announcements a
                  JOIN announcement_versions v ON v.announcement = a.id AND v.version = a.version
                  JOIN people p ON p.state = 'active'
                      AND (a.audience = 'company' OR p.team = a.team OR p.department = a.department)
                  WHERE a.must_confirm AND a.withdrawn_at IS NULL AND a.begun_at <= $2 AND a.until_at > $1
                      AND NOT EXISTS (SELECT 1 FROM announcement_readings r
                                      WHERE r.announcement = a.id AND r.version = a.version AND r.person = p.id)
                      AND NOT EXISTS (SELECT 1 FROM announcement_reminders m WHERE m.announcement = a.id AND m.person = p.id)
                  ORDER BY a.id, p.id LIMIT $3";
    NOTE_REMINDER = "INSERT INTO announcement_reminders (announcement, person, reminded_at) VALUES ($1, $2, $3)
                     ON CONFLICT DO NOTHING";

    WRITTEN_BY = "SELECT v.announcement, v.version, v.title, v.text, v.written_at FROM announcement_versions v
                  WHERE v.written_by = $1 ORDER BY v.written_at, v.announcement, v.version";
    READ_BY = "SELECT r.announcement, r.version, v.title, r.read_at FROM announcement_readings r
               JOIN announcement_versions v ON v.announcement = r.announcement AND v.version = r.version
               WHERE r.person = $1 ORDER BY r.read_at, r.announcement, r.version";
    REMINDED = "SELECT m.announcement, m.reminded_at FROM announcement_reminders m WHERE m.person = $1
                ORDER BY m.reminded_at, m.announcement";
    OF_AUTHOR = "SELECT id FROM announcements WHERE author = $1 ORDER BY id";
    FORGET_AUTHOR = "UPDATE announcements SET author = NULL WHERE author = $1";
    FORGET_WITHDRAWER = "UPDATE announcements SET withdrawn_by = NULL WHERE withdrawn_by = $1";
    FORGET_WRITER = "UPDATE announcement_versions SET written_by = NULL WHERE written_by = $1";
    FORGET_READINGS = "DELETE FROM announcement_readings WHERE person = $1";
    FORGET_REMINDERS = "DELETE FROM announcement_reminders WHERE person = $1";
}

/// Which announcements a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listed {
    /// What people read now.
    Current,
    /// What is over.
    Earlier,
    /// What may be changed, whatever its state.
    Written,
}

/// Where a page of a list goes on: after the announcement with this beginning and id. From the start: [`START`].
pub(crate) type After = (Instant, Id);
/// The start of a list.
pub(crate) const START: After = (NEVER, Id::from_bytes([0xff; 16]));

/// Announcements within a scope, the newest first. For [`Listed::Written`] the scope is that of posting.
pub(crate) fn list(
    read: &Read<'_>,
    scope: &Scope,
    (listed, now): (Listed, Instant),
    (from_at, id): After,
    limit: u32,
) -> Result<Vec<Announcement>, StoreError> {
    let sql = match listed {
        Listed::Current => CURRENT,
        Listed::Earlier => EARLIER,
        Listed::Written => WRITTEN,
    };
    read.all(sql, &asked(scope, params![now, from_at, id, limit]))
}

/// One announcement as it is shown to readers, and to those who may change it.
pub(crate) fn one(
    read: &Read<'_>,
    (reading, posting): (&Scope, &Scope),
    id: AnnouncementId,
    now: Instant,
) -> Result<Option<(Announcement, bool)>, StoreError> {
    if let Some(written) = one_to_change(read, posting, id, now)? {
        return Ok(Some((written, true)));
    }
    Ok(one_to_read(read, reading, id, now)?.map(|found| (found, false)))
}

/// One announcement as it is shown to readers.
pub(crate) fn one_to_read(
    read: &Read<'_>,
    reading: &Scope,
    id: AnnouncementId,
    now: Instant,
) -> Result<Option<Announcement>, StoreError> {
    read.maybe(ONE, &asked(reading, params![id, now]))
}

/// One announcement for whoever may change it.
pub(crate) fn one_to_change(
    read: &Read<'_>,
    posting: &Scope,
    id: AnnouncementId,
    now: Instant,
) -> Result<Option<Announcement>, StoreError> {
    if posting.is_nothing() {
        return Ok(None);
    }
    read.maybe(ONE_WRITTEN, &asked(posting, params![id, now]))
}

/// What a person has yet to confirm, the oldest first, so many at most.
///
/// # Errors
///
/// As the database says.
pub fn waiting(
    read: &Read<'_>,
    scope: &Scope,
    now: Instant,
    limit: u32,
) -> Result<Vec<Announcement>, StoreError> {
    read.all(WAITING, &asked(scope, params![now, limit]))
}

/// How many a person has yet to confirm; 100 stands for more.
///
/// # Errors
///
/// As the database says.
pub fn count_waiting(read: &Read<'_>, scope: &Scope, now: Instant) -> Result<u64, StoreError> {
    let (count,) = read.one(COUNT_WAITING, &asked(scope, params![now, 100]))?;
    Ok(count)
}

/// Announcements for the room itself.
pub(crate) fn these(
    read: &Read<'_>,
    scope: &Scope,
    ids: &[Id],
) -> Result<Vec<Announcement>, StoreError> {
    read.all(ANY, &asked(scope, params![ids]))
}

/// Announcements that have begun, in the order of their ids, for the room itself.
pub(crate) fn begun_after(
    read: &Read<'_>,
    scope: &Scope,
    (after, now): (Id, Instant),
    limit: u32,
) -> Result<Vec<Announcement>, StoreError> {
    read.all(AFTER, &asked(scope, params![after, now, limit]))
}

/// The parameters of [`announcement!`]: the scope, whoever asks, and the rest.
fn asked<'a, const N: usize>(scope: &'a Scope, rest: [Value<'a>; N]) -> Vec<Value<'a>> {
    let [all, own, team, assigned, opened] = scope.params();
    let mut params = vec![all, own, team, assigned, opened, scope.person().into()];
    params.extend(rest);
    params
}

/// How many must read it, and how many have confirmed the version in force.
pub(crate) fn counted(read: &Read<'_>, id: AnnouncementId) -> Result<(u64, u64), StoreError> {
    read.one(COUNT_READERS, &params![id])
}

/// Those who have confirmed it, or those who have not, by name.
pub(crate) fn readers(
    read: &Read<'_>,
    id: AnnouncementId,
    without: bool,
    limit: u32,
) -> Result<Vec<Reader>, StoreError> {
    read.all(READERS, &params![id, without, limit])
}

/// The versions of its text, the newest first.
pub(crate) fn versions(
    read: &Read<'_>,
    id: AnnouncementId,
) -> Result<Vec<TextVersion>, StoreError> {
    read.all(VERSIONS, &params![id])
}

/// The rows of a statement about one person.
pub(crate) fn of_person<T: kept_store::FromRow>(
    read: &Read<'_>,
    sql: Sql,
    person: PersonId,
) -> Result<Vec<T>, StoreError> {
    read.all(sql, &params![person])
}
