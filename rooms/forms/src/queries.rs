//! All SQL of the room. Answers of clients are never listed without a scope.

use kept_accounts::access::Scope;
use kept_accounts::within_scope;
use kept_clients::{ClientId, ContactId};
use kept_kernel::{Id, Instant};
use kept_store::{Read, StoreError, Value, params, statements};

use crate::files::FileRow;
use crate::model::{Answer, Design, FormId, FormRow};

macro_rules! form {
    ($rest:literal) => {
        concat!(
            "SELECT f.id, f.kind, f.language, f.design, f.version, f.revision, f.public_at, f.sites, f.made_at, v.design,
                f.remind_days, f.remind_times
             FROM forms f LEFT JOIN form_versions v ON v.form = f.id AND v.version = f.version ",
            $rest
        )
    };
}

/// The answers in reach: those of clients in reach, and those of nobody for whoever reaches all clients.
macro_rules! answer {
    ($rest:literal) => {
        concat!(
            "SELECT a.id, a.form, a.version, a.client, c.name, a.contact, k.name, a.given_at, a.given, a.changes, a.held, a.taken_at,
                a.seen_at, v.design
             FROM form_answers a JOIN form_versions v ON v.form = a.form AND v.version = a.version
             LEFT JOIN clients c ON c.id = a.client LEFT JOIN contacts k ON k.id = a.contact WHERE ",
            within_scope!(
                id: "c.id", owner: "c.owner", team: "c.team",
                assigned: "client_team t WHERE t.client = c.id AND t.person",
                params: 1, 2, 3, 4, 5
            ),
            $rest
        )
    };
}

statements! {
    FORMS = form!("WHERE f.retired_at IS NULL ORDER BY f.made_at, f.id LIMIT 500");
    FORMS_AFTER = form!("WHERE f.retired_at IS NULL AND f.id > $1 ORDER BY f.id LIMIT $2");
    FORM = form!("WHERE f.id = $1 AND f.retired_at IS NULL");
    HOLD = "UPDATE forms SET revision = revision WHERE id = $1";
    ADD_FORM = "INSERT INTO forms (id, kind, language, design, version, revision, sites, made_at, made_by)
                VALUES ($1, $2, $3, $4, 0, 1, '', $5, $6)";
    SET_DESIGN = "UPDATE forms SET design = $3, language = $4, revision = revision + 1 WHERE id = $1 AND revision = $2";
    ADD_VERSION = "INSERT INTO form_versions (form, version, design, published_at, published_by) VALUES ($1, $2, $3, $4, $5)";
    SET_VERSION = "UPDATE forms SET version = $2, revision = revision + 1 WHERE id = $1";
    SET_DOOR = "UPDATE forms SET public_at = $2, sites = $3, revision = revision + 1 WHERE id = $1";
    SET_REMINDERS = "UPDATE forms SET remind_days = $2, remind_times = $3 WHERE id = $1";
    VERSION_DESIGN = "SELECT design FROM form_versions WHERE form = $1 AND version = $2";
    RETIRE = "UPDATE forms SET retired_at = $2, public_at = NULL, revision = revision + 1 WHERE id = $1 AND retired_at IS NULL";

    ADD_LINK = "INSERT INTO form_links (id, token, form, client, contact, project, sealed, made_at, made_by, expires_at, look_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    LINK = "SELECT id, form, client, contact, expires_at FROM form_links WHERE token = $1 AND used_at IS NULL AND expires_at > $2";
    USE_LINK = "UPDATE form_links SET used_at = $2, look_at = NULL WHERE token = $1 AND used_at IS NULL AND expires_at > $2
                RETURNING id, form, client, contact, project";
    HOLD_LINK = "UPDATE form_links SET reminded = reminded WHERE token = $1 AND used_at IS NULL AND expires_at > $2
                RETURNING id, form, client, contact";
    LINKS_OF_CLIENT = "SELECT l.id, v.design, k.name, l.made_at, l.used_at, l.expires_at, l.reminded, l.look_at, l.told_at, d.filled,
                    d.saved_at
                FROM form_links l
                JOIN forms f ON f.id = l.form JOIN form_versions v ON v.form = f.id AND v.version = f.version
                JOIN contacts k ON k.id = l.contact LEFT JOIN form_drafts d ON d.link = l.id
                WHERE l.client = $1 ORDER BY l.made_at DESC, l.id DESC LIMIT 50";
    WAITING = "SELECT l.sealed, v.design, l.made_at, d.filled FROM form_links l
                JOIN forms f ON f.id = l.form JOIN form_versions v ON v.form = f.id AND v.version = f.version
                LEFT JOIN form_drafts d ON d.link = l.id
                WHERE l.contact = $1 AND l.client = $2 AND l.used_at IS NULL AND l.expires_at > $3 AND f.retired_at IS NULL
                ORDER BY l.made_at, l.id LIMIT 10";

    /// Those that were not filled in and are to be looked at.
    TO_LOOK_AT = "SELECT id FROM form_links WHERE look_at <= $1 ORDER BY look_at, id LIMIT $2";
    /// Claimed: of two that look at it, one finds nothing.
    LOOK = "UPDATE form_links SET look_at = NULL WHERE id = $1 AND look_at <= $2 AND used_at IS NULL
                RETURNING form, contact, project, sealed, made_by, reminded";
    SET_REMINDED = "UPDATE form_links SET reminded = reminded + 1, look_at = $2, expires_at = $3 WHERE id = $1";
    SET_TOLD = "UPDATE form_links SET told_at = $2 WHERE id = $1";

    DRAFT = "SELECT version, filled FROM form_drafts WHERE link = $1";
    HAS_DRAFT = "SELECT version FROM form_drafts WHERE link = $1";
    PUT_DRAFT = "INSERT INTO form_drafts (link, version, filled, begun_at, saved_at) VALUES ($1, $2, $3, $4, $4)
                 ON CONFLICT (link) DO UPDATE SET version = $2, filled = $3, saved_at = $4";
    DROP_DRAFT = "DELETE FROM form_drafts WHERE link = $1";

    ADD_FILE = "INSERT INTO form_files (id, answer, link, field, name, size, sha256, content, added_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    FILES_OF_LINK = "SELECT id, answer, field, name, size, sha256 FROM form_files WHERE link = $1 ORDER BY added_at, id";
    FILES_OF_ANSWERS = "SELECT id, answer, field, name, size, sha256 FROM form_files WHERE answer IN LIST($1) ORDER BY answer, added_at, id";
    SIZE_OF_LINK = "SELECT count(*), CAST(coalesce(sum(size), 0) AS BIGINT) FROM form_files WHERE link = $1";
    FILE = "SELECT name, content FROM form_files WHERE id = $1 AND answer = $2";
    CONTENTS = "SELECT name, content FROM form_files WHERE answer = $1 AND field = $2 ORDER BY added_at, id";
    DROP_FILE = "DELETE FROM form_files WHERE id = $1 AND link = $2";
    DROP_FILES_IN = "DELETE FROM form_files WHERE link = $1 AND field = $2";
    DROP_FILES_OF = "DELETE FROM form_files WHERE answer = $1";
    FILES_TO_ANSWER = "UPDATE form_files SET answer = $2, link = NULL WHERE link = $1";

    SWEEP_DRAFTS = "DELETE FROM form_drafts WHERE link IN (SELECT id FROM form_links WHERE expires_at < $1)";
    SWEEP_FILES = "DELETE FROM form_files WHERE link IN (SELECT id FROM form_links WHERE expires_at < $1)";

    ADD_ANSWER = "INSERT INTO form_answers (id, form, version, client, contact, given_at, given, changes, seal, held, taken_at)
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    BY_SEAL = "SELECT id FROM form_answers WHERE seal = $1";
    ANSWERS = answer!(" AND a.form = $6 AND (a.given_at, a.id) < ($7, $8) ORDER BY a.given_at DESC, a.id DESC LIMIT $9");
    ANSWER = answer!(" AND a.id = $6 AND a.form = $7");
    ANSWERS_OF_CLIENT = answer!(" AND a.client = $6 ORDER BY a.given_at DESC, a.id DESC LIMIT 50");
    SET_TAKEN = "UPDATE form_answers SET client = $2, contact = $3, taken_at = $4, held = NULL WHERE id = $1 AND taken_at IS NULL";
    SET_CHANGES = "UPDATE form_answers SET changes = $2 WHERE id = $1";
    SET_SEEN = "UPDATE form_answers SET seen_at = $2, seen_by = $3 WHERE id = $1 AND seen_at IS NULL";
    DROP_ANSWER = "DELETE FROM form_answers WHERE id = $1 AND form = $2 AND client IS NULL";
    COUNT_UNSEEN = "SELECT form, count(*) FROM form_answers WHERE seen_at IS NULL GROUP BY form ORDER BY form";
    EXPORTS_SINCE = "SELECT COUNT(*) FROM audit WHERE object = 'form' AND object_id = $1 AND at > $2 AND act = 'AnswersExported'";
}

/// Before all answers, the newest first.
pub(crate) const FIRST: (Instant, Id) = (Instant::MAX, Id::from_bytes([0xff; 16]));

/// The parameters of a statement within a scope.
pub(crate) fn asked<'a, const N: usize>(scope: &'a Scope, rest: [Value<'a>; N]) -> Vec<Value<'a>> {
    let [all, own, team, assigned, opened] = scope.params();
    let mut params = vec![all, own, team, assigned, opened];
    params.extend(rest);
    params
}

/// A form.
pub(crate) fn form(read: &Read<'_>, id: FormId) -> Result<Option<FormRow>, StoreError> {
    read.maybe(FORM, &params![id])
}

/// Answers within reach, the newest first.
pub(crate) fn answers(
    read: &Read<'_>,
    scope: &Scope,
    form: FormId,
    ((at, id), limit): ((Instant, Id), u32),
) -> Result<Vec<Answer>, StoreError> {
    read.all(ANSWERS, &asked(scope, params![form, at, id, limit]))
}

/// An answer within reach.
pub(crate) fn answer(
    read: &Read<'_>,
    scope: &Scope,
    (form, id): (FormId, Id),
) -> Result<Option<Answer>, StoreError> {
    read.maybe(ANSWER, &asked(scope, params![id, form]))
}

/// Something that a contact is asked to fill in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waits {
    /// The token of its link, sealed: [`Room::path`](crate::Room::path) opens it.
    pub sealed: Vec<u8>,
    /// The title of the form.
    pub title: String,
    /// Since when it waits.
    pub since: Instant,
    /// How many fields are filled in, of how many, where it was begun.
    pub done: Option<(usize, usize)>,
}

/// The links that wait for a contact of a client.
///
/// # Errors
///
/// As the database says.
pub fn waiting(
    read: &Read<'_>,
    (client, contact): (ClientId, ContactId),
    now: Instant,
) -> Result<Vec<Waits>, StoreError> {
    type Found = (Vec<u8>, String, Instant, Option<String>);
    let found: Vec<Found> = read.all(WAITING, &params![contact, client, now])?;
    let waits = |(sealed, design, since, filled): Found| {
        let design = Design::read(&design);
        Waits {
            sealed,
            done: filled.map(|filled| design.progress(&pairs(&filled))),
            title: design.title,
            since,
        }
    };
    Ok(found.into_iter().map(waits).collect())
}

/// The values of a draft as they are stored.
pub(crate) fn pairs(filled: &str) -> Vec<(String, String)> {
    serde_json::from_str(filled).unwrap_or_default()
}

/// What was put aside with a link, as far as it still means the same in the design that is filled in now; none: nothing was.
pub(crate) fn draft(
    read: &Read<'_>,
    (link, form): (Id, &FormRow),
    design: &Design,
) -> Result<Option<Vec<(String, String)>>, StoreError> {
    let found: Option<(u32, String)> = read.maybe(DRAFT, &params![link])?;
    let Some((version, filled)) = found else {
        return Ok(None);
    };
    let mut filled = pairs(&filled);
    if version != form.version {
        let before: Option<(String,)> = read.maybe(VERSION_DESIGN, &params![form.id, version])?;
        let before = before
            .map(|(text,)| Design::read(&text))
            .unwrap_or_default();
        // Another field may have taken the name of one that went.
        let same = |name: &str| {
            let of = |design: &Design| {
                let field = design.fields.iter().find(|field| field.id == name);
                field.map(|field| (field.kind, field.label.clone()))
            };
            of(&before).is_some() && of(&before) == of(design)
        };
        filled.retain(|(name, _)| same(name));
    }
    Ok(Some(filled))
}

/// The files of answers.
pub(crate) fn files_of(read: &Read<'_>, answers: &[Answer]) -> Result<Vec<FileRow>, StoreError> {
    let ids: Vec<Id> = answers.iter().map(|one| one.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    read.all(FILES_OF_ANSWERS, &params![&ids[..]])
}
