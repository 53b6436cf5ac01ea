//! What hangs on a request: tags, links, tasks, views, routes, macros, what was done to many, and what is held about people.

use kept_accounts::access::Scope;
use kept_accounts::model::PersonId;
use kept_accounts::within_scope;
use kept_kernel::{Id, Instant};
use kept_store::{FromRow, Read, Row, StoreError, params, statements};

use super::in_reach;
use crate::commands::Change;
use crate::model::{RequestId, mark_of};

statements! {
    COUNT_OVERDUE = "SELECT count(*) FROM (SELECT 1 FROM requests q WHERE q.closed_at IS NULL AND q.assignee = $1
                     AND q.due_at < $2 LIMIT $3) AS counted";
    SEEN = "INSERT INTO request_seen (person, request, messages, seen_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (person, request) DO UPDATE SET messages = excluded.messages, seen_at = excluded.seen_at";

    SEEN_BEFORE = "SELECT messages, seen_at FROM request_seen WHERE person = $1 AND request = $2";

    TAGS = "SELECT tag FROM request_tags WHERE request = $1 ORDER BY tag";
    TAGS_OF = "SELECT request, tag FROM request_tags WHERE request IN LIST($1) ORDER BY request, tag";
    ADD_TAG = "INSERT INTO request_tags (request, tag) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    DROP_TAG = "DELETE FROM request_tags WHERE request = $1 AND tag = $2";
    MOVE_TAGS = "INSERT INTO request_tags (request, tag) SELECT $2, tag FROM request_tags WHERE request = $1
                 ON CONFLICT DO NOTHING";

    /// Both ways, within reach: what the first is of this one, and what this one is of the other.
    LINKS = concat!("SELECT q.id, q.number, q.subject, q.state, l.kind, l.request = $6
               FROM request_links l JOIN requests q ON q.id = CASE WHEN l.request = $6 THEN l.other ELSE l.request END
               WHERE (l.request = $6 OR l.other = $6) AND ", in_reach!(), " ORDER BY q.number, l.kind LIMIT 100");
    ADD_LINK = "INSERT INTO request_links (request, other, kind, made_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    DROP_LINK = "DELETE FROM request_links WHERE request = $1 AND other = $2";
    /// What else the client has open.
    ALSO_OPEN = concat!("SELECT q.id, q.number, q.subject, q.state, '', TRUE FROM requests q
               WHERE q.client = $6 AND q.id <> $7 AND q.closed_at IS NULL AND ", in_reach!(),
               " ORDER BY q.received_at DESC, q.id DESC LIMIT 8");

    /// What is to be done first, by its day; what has none after it.
    TASKS = "SELECT t.id, t.title, t.done_at, p.name, a.name, t.due_on FROM request_tasks t
             LEFT JOIN people p ON p.id = t.done_by LEFT JOIN people a ON a.id = t.assignee
             WHERE t.request = $1 ORDER BY t.due_on NULLS LAST, t.made_at, t.id LIMIT 200";
    TASK = "SELECT t.id, t.title, t.done_at, p.name, a.name, t.due_on FROM request_tasks t
            LEFT JOIN people p ON p.id = t.done_by LEFT JOIN people a ON a.id = t.assignee WHERE t.id = $1 AND t.request = $2";
    ADD_TASK = "INSERT INTO request_tasks (id, request, title, made_at, made_by, assignee, due_on) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    TURN_TASK = "UPDATE request_tasks SET done_at = $3, done_by = $4 WHERE id = $1 AND request = $2";

    VIEWS = "SELECT v.id, v.name, v.query, v.shared_at, v.person FROM request_views v
             WHERE v.person = $1 OR v.shared_at IS NOT NULL ORDER BY v.made_at, v.id LIMIT 30";
    ADD_VIEW = "INSERT INTO request_views (id, person, name, query, shared_at, made_at) VALUES ($1, $2, $3, $4, $5, $6)";
    DROP_VIEW = "DELETE FROM request_views WHERE id = $1 AND person = $2";

    ROUTES = "SELECT r.id, r.place, r.channel, r.category, r.tier, r.words, r.way, r.team, t.name, r.person, p.name, r.last_person, r.skill
              FROM request_routes r LEFT JOIN teams t ON t.id = r.team LEFT JOIN people p ON p.id = r.person
              WHERE r.retired_at IS NULL ORDER BY r.place, r.id LIMIT 200";
    ADD_ROUTE = "INSERT INTO request_routes (id, place, channel, category, tier, words, way, team, person, made_at, skill)
                 VALUES ($1, (SELECT coalesce(max(place), 0) + 1 FROM request_routes), $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    RETIRE_ROUTE = "UPDATE request_routes SET retired_at = $2 WHERE id = $1 AND retired_at IS NULL";
    TURN_OF_ROUTE = "UPDATE request_routes SET last_person = $2 WHERE id = $1";
    /// Who works in a team and has a skill, where one is asked for, with how much they have open.
    OF_TEAM = "SELECT p.id, (SELECT count(*) FROM (SELECT 1 FROM requests q WHERE q.assignee = p.id AND q.closed_at IS NULL
                             LIMIT 200) AS mine)
               FROM people p WHERE p.team = $1 AND p.state = 'active'
                   AND ($2 = '' OR EXISTS (SELECT 1 FROM person_skills s WHERE s.person = p.id AND s.skill = $2))
               ORDER BY p.id LIMIT 200";

    EXPORTS_SINCE = "SELECT COUNT(*) FROM audit WHERE object = $1 AND object_id = $2 AND at > $3 AND act = 'RequestsExported'";
    COLLEAGUES = "SELECT id, name FROM people WHERE state = 'active' ORDER BY folded_name, id LIMIT 200";

    MACROS = "SELECT id, name, text, then_do FROM request_macros WHERE retired_at IS NULL ORDER BY name, id LIMIT 200";
    ADD_MACRO = "INSERT INTO request_macros (id, person, name, text, then_do, made_at) VALUES ($1, $2, $3, $4, $5, $6)";
    MACRO = "SELECT id, name, text, then_do FROM request_macros WHERE id = $1 AND retired_at IS NULL";
    RETIRE_MACRO = "UPDATE request_macros SET retired_at = $2 WHERE id = $1 AND retired_at IS NULL";

    ADD_BULK = "INSERT INTO request_bulks (id, person, what, changes, made_at) VALUES ($1, $2, $3, $4, $5)";
    ADD_BULK_ROW = "INSERT INTO request_bulk_rows (bulk, request, before) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    BULK_CHANGES = "SELECT changes, undone_at FROM request_bulks WHERE id = $1 AND person = $2";
    NEXT_OF_BULK = "SELECT request FROM request_bulk_rows WHERE bulk = $1 AND before = $2 ORDER BY request LIMIT $3";
    DONE_OF_BULK = "SELECT request, before FROM request_bulk_rows WHERE bulk = $1 AND before <> $2 AND before <> $3
                    ORDER BY request LIMIT $4";
    SET_BULK_ROW = "UPDATE request_bulk_rows SET before = $3, why = $4 WHERE bulk = $1 AND request = $2";
    LEFT_OUT_OF_BULK = "SELECT r.request, r.why FROM request_bulk_rows r JOIN request_bulks b ON b.id = r.bulk
                        WHERE r.bulk = $1 AND b.person = $2 AND r.why <> $3 ORDER BY r.request LIMIT 100";
    END_BULK_ROWS = "UPDATE request_bulk_rows SET before = $3 WHERE bulk = $1 AND before = $2";
    BULK_UNDONE = "UPDATE request_bulks SET undone_at = $3 WHERE id = $1 AND person = $2 AND undone_at IS NULL";
    BULK_PROGRESS = "SELECT b.what, b.undone_at, count(r.request),
                         CAST(coalesce(sum(CASE WHEN r.before <> $3 THEN 1 ELSE 0 END), 0) AS BIGINT),
                         CAST(coalesce(sum(CASE WHEN r.before = $4 THEN 1 ELSE 0 END), 0) AS BIGINT), b.changes,
                         CAST(coalesce(sum(CASE WHEN r.why <> $3 THEN 1 ELSE 0 END), 0) AS BIGINT)
                     FROM request_bulks b LEFT JOIN request_bulk_rows r ON r.bulk = b.id
                     WHERE b.id = $1 AND b.person = $2 GROUP BY b.what, b.undone_at, b.changes";

    FORM_OF = "SELECT f.request, q.number FROM request_forms f JOIN requests q ON q.id = f.request WHERE f.token = $1";
    ADD_FORM = "INSERT INTO request_forms (token, request, made_at) VALUES ($1, $2, $3)";
    FORGET_FORMS = "DELETE FROM request_forms WHERE made_at < $1";
    FORM_SITES = "SELECT sites FROM request_web_form WHERE id = 1";
    SET_FORM_SITES = "INSERT INTO request_web_form (id, sites) VALUES (1, $1)
                      ON CONFLICT (id) DO UPDATE SET sites = excluded.sites";

    OPEN_OF_CLIENT = "SELECT id, due_at, due_rule FROM requests WHERE client = $1 AND closed_at IS NULL ORDER BY id LIMIT 500";
    /// It belongs to no client in the journal.
    OPEN_ALONE = "SELECT id, due_at, due_rule FROM requests WHERE id = $1";
    MARK = "SELECT value FROM request_counters WHERE name = $1";
    SET_MARK = "INSERT INTO request_counters (name, value) VALUES ($1, $2)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    AWAKE = "UPDATE requests SET snoozed_until = 0, revision = revision + 1
             WHERE id IN (SELECT id FROM requests WHERE closed_at IS NULL AND snoozed_until > 0 AND snoozed_until <= $1
                          ORDER BY id LIMIT $2)
             AND snoozed_until > 0 RETURNING id";

    /// One that was filed under the wrong client. It does not go back when clients are parted.
    MOVE_TO_CLIENT = "UPDATE requests SET client = $2, came_from = NULL WHERE id = $1";
    /// Those of clients that have become part of another go over to that one.
    GO_OVER = "UPDATE requests SET came_from = coalesce(came_from, client), revision = revision + 1,
                   client = (SELECT c.merged_into FROM clients c WHERE c.id = requests.client)
               WHERE id IN (SELECT q.id FROM clients c JOIN requests q ON q.client = c.id
                            WHERE c.merged_into IS NOT NULL ORDER BY q.id LIMIT $1)
               RETURNING id";
    /// And come back when the two are parted again.
    COME_BACK = "UPDATE requests SET client = came_from, came_from = NULL, revision = revision + 1
                 WHERE id IN (SELECT q.id FROM requests q JOIN clients c ON c.id = q.came_from
                              WHERE c.merged_into IS NULL ORDER BY q.id LIMIT $1)
                 RETURNING id";

    ASKED_BY_CONTACT = "SELECT number, subject, channel, received_at FROM requests WHERE contact = $1 ORDER BY received_at, id";
    ASKED_BY_CLIENT = "SELECT number, subject, channel, received_at FROM requests WHERE client = $1 ORDER BY received_at, id";
    SAID_BY_CONTACT = "SELECT q.number, m.place, m.text, m.at FROM request_messages m JOIN requests q ON q.id = m.request
                       WHERE m.contact = $1 ORDER BY m.at, m.id";
    SAID_TO_CLIENT = "SELECT q.number, m.place, m.text, m.at FROM request_messages m JOIN requests q ON q.id = m.request
                      WHERE q.client = $1 AND m.voice IN ('client', 'us') ORDER BY m.at, m.id";
    SAID_BY = "SELECT q.number, m.place, m.text, m.at FROM request_messages m JOIN requests q ON q.id = m.request
               WHERE m.author = $1 ORDER BY m.at, m.id";
    WITH = "SELECT number, subject, state, received_at FROM requests WHERE assignee = $1 ORDER BY received_at, id";
    VIEWS_OF = "SELECT name, query, made_at FROM request_views WHERE person = $1 ORDER BY made_at, id";
    IDS_OF_CONTACT = "SELECT id FROM requests WHERE contact = $1 ORDER BY id";
    IDS_OF_CLIENT = "SELECT id FROM requests WHERE client = $1 ORDER BY id";
    IDS_WITH = "SELECT id FROM requests WHERE assignee = $1 ORDER BY id";
    FORGET_AUTHOR = "UPDATE request_messages SET author = NULL WHERE author = $1";
    FORGET_ASSIGNEE = "UPDATE requests SET assignee = NULL, revision = revision + 1 WHERE assignee = $1";
    FORGET_SEEN = "DELETE FROM request_seen WHERE person = $1";
    FORGET_VIEWS = "DELETE FROM request_views WHERE person = $1";
    FORGET_TASKS_MADE = "UPDATE request_tasks SET made_by = NULL WHERE made_by = $1";
    FORGET_TASKS_OF = "UPDATE request_tasks SET assignee = NULL WHERE assignee = $1";
    FORGET_TASKS_DONE = "UPDATE request_tasks SET done_by = NULL WHERE done_by = $1";
    FORGET_FILES_ADDED = "UPDATE request_files SET added_by = NULL WHERE added_by = $1";
    FORGET_MACROS = "UPDATE request_macros SET person = NULL WHERE person = $1";
    FORGET_ROUTES = "UPDATE request_routes SET person = NULL, last_person = NULL, retired_at = coalesce(retired_at, $2) WHERE person = $1";
    FORGET_TURNS = "UPDATE request_routes SET last_person = NULL WHERE last_person = $1";
    FORGET_BULK_ROWS = "DELETE FROM request_bulk_rows WHERE bulk IN (SELECT id FROM request_bulks WHERE person = $1)";
    FORGET_BULKS = "DELETE FROM request_bulks WHERE person = $1";
    LETTERS = "SELECT id FROM request_messages WHERE request = $1 AND voice = 'us'";
    FORGET_WORDS = "UPDATE request_messages SET text = $2, contact = NULL WHERE request = $1 AND text <> $2";
    FORGET_FILES = "DELETE FROM request_files WHERE request = $1";
    FORGET_SUBJECT = "UPDATE requests SET subject = $2, resolution = CASE WHEN resolution IS NULL THEN NULL ELSE $2 END,
                          reason = CASE WHEN reason IS NULL THEN NULL ELSE $2 END, contact = NULL, revision = revision + 1
                      WHERE id = $1 AND (subject <> $2 OR contact IS NOT NULL)";
}

/// A request that another one leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Linked {
    pub(crate) id: RequestId,
    pub(crate) number: u64,
    pub(crate) subject: String,
    pub(crate) state: String,
    pub(crate) kind: String,
    /// Whether the kind says what the asked one is of this one; else the other way round.
    pub(crate) forth: bool,
}

impl Linked {
    pub(crate) fn mark(&self) -> String {
        mark_of(self.number)
    }

    /// `duplicate of`, `has the follow-up`.
    pub(crate) fn words(&self) -> &'static str {
        match (self.kind.as_str(), self.forth) {
            ("duplicate", true) => "duplicate of",
            ("duplicate", false) => "has the duplicate",
            ("follow-up", true) => "follow-up of",
            ("follow-up", false) => "has the follow-up",
            ("split", true) => "split off",
            ("split", false) => "has split off",
            ("merged", true) => "part of",
            ("merged", false) => "has taken in",
            _ => "related to",
        }
    }
}

impl FromRow for Linked {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: RequestId(row.get(0)?),
            number: row.get(1)?,
            subject: row.get(2)?,
            state: row.get(3)?,
            kind: row.get(4)?,
            forth: row.get(5)?,
        })
    }
}

/// The links of a request, those within reach.
pub(crate) fn links(
    read: &Read<'_>,
    scope: &Scope,
    id: RequestId,
) -> Result<Vec<Linked>, StoreError> {
    read.all(LINKS, &super::asked(scope, params![id]))
}

/// What else a client has open.
pub(crate) fn also_open(
    read: &Read<'_>,
    scope: &Scope,
    (client, but): (kept_clients::ClientId, RequestId),
) -> Result<Vec<Linked>, StoreError> {
    read.all(ALSO_OPEN, &super::asked(scope, params![client, but]))
}

/// The tags of a request.
pub(crate) fn tags(read: &Read<'_>, id: RequestId) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = read.all(TAGS, &params![id])?;
    Ok(rows.into_iter().map(|(tag,)| tag).collect())
}

/// The tags of several requests, by request.
pub(crate) fn tags_of(
    read: &Read<'_>,
    ids: &[Id],
) -> Result<std::collections::BTreeMap<Id, Vec<String>>, StoreError> {
    let rows: Vec<(Id, String)> = read.all(TAGS_OF, &params![ids])?;
    let mut tags = std::collections::BTreeMap::<Id, Vec<String>>::new();
    for (request, tag) in rows {
        tags.entry(request).or_default().push(tag);
    }
    Ok(tags)
}

/// A task: its id, its title, when it was done and by whom, who is to do it, and until the end of which day.
pub(crate) type TaskRow = (
    Id,
    String,
    Option<Instant>,
    Option<String>,
    Option<String>,
    Option<String>,
);

/// The tasks of a request.
pub(crate) fn tasks(read: &Read<'_>, id: RequestId) -> Result<Vec<TaskRow>, StoreError> {
    read.all(TASKS, &params![id])
}

/// One of them.
pub(crate) fn task(
    read: &Read<'_>,
    id: RequestId,
    task: Id,
) -> Result<Option<TaskRow>, StoreError> {
    read.maybe(TASK, &params![task, id])
}

/// A kept view: its id, name, what follows the question mark, since when it is shared, and whose it is.
pub(crate) type ViewRow = (Id, String, String, Option<Instant>, Id);

/// The views that a person keeps, and those that are shared.
pub(crate) fn views(read: &Read<'_>, person: PersonId) -> Result<Vec<ViewRow>, StoreError> {
    read.all(VIEWS, &params![person])
}

/// Those to whom work can be given: their ids and names.
pub(crate) fn colleagues(read: &Read<'_>) -> Result<Vec<(Id, String)>, StoreError> {
    read.all(COLLEAGUES, &[])
}

/// Words to begin an answer with, and changes that are made with one click.
#[derive(Clone, Debug)]
pub(crate) struct Macro {
    pub(crate) id: Id,
    pub(crate) name: String,
    /// Words to begin an answer with; may be empty.
    pub(crate) text: String,
    pub(crate) changes: Vec<Change>,
}

impl FromRow for Macro {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let changes: String = row.get(3)?;
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            text: row.get(2)?,
            changes: serde_json::from_str(&changes).unwrap_or_default(),
        })
    }
}

/// All macros, by name.
pub(crate) fn macros(read: &Read<'_>) -> Result<Vec<Macro>, StoreError> {
    read.all(MACROS, &[])
}

/// One of them.
pub(crate) fn one_macro(read: &Read<'_>, id: Id) -> Result<Option<Macro>, StoreError> {
    read.maybe(MACRO, &params![id])
}
