//! All SQL of the room. Answers of clients are never listed without a scope.

use kept_accounts::access::Scope;
use kept_accounts::within_scope;
use kept_clients::{ClientId, ContactId};
use kept_kernel::{Id, Instant};
use kept_store::{Read, StoreError, Value, params, statements};

use crate::model::{Answer, FormId, FormRow};

macro_rules! form {
    ($rest:literal) => {
        concat!(
            "SELECT f.id, f.kind, f.language, f.design, f.version, f.revision, f.public_at, f.sites, f.made_at, v.design
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
    RETIRE = "UPDATE forms SET retired_at = $2, public_at = NULL, revision = revision + 1 WHERE id = $1 AND retired_at IS NULL";

    ADD_LINK = "INSERT INTO form_links (id, token, form, client, contact, project, sealed, made_at, made_by, expires_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    LINK = "SELECT form, client, contact, project FROM form_links WHERE token = $1 AND used_at IS NULL AND expires_at > $2";
    USE_LINK = "UPDATE form_links SET used_at = $2 WHERE token = $1 AND used_at IS NULL AND expires_at > $2
                RETURNING form, client, contact, project";
    LINKS_OF_CLIENT = "SELECT l.id, v.design, k.name, l.made_at, l.used_at, l.expires_at FROM form_links l
                JOIN forms f ON f.id = l.form JOIN form_versions v ON v.form = f.id AND v.version = f.version
                JOIN contacts k ON k.id = l.contact WHERE l.client = $1 ORDER BY l.made_at DESC, l.id DESC LIMIT 50";
    WAITING = "SELECT l.id, l.sealed, v.design, l.made_at FROM form_links l
                JOIN forms f ON f.id = l.form JOIN form_versions v ON v.form = f.id AND v.version = f.version
                WHERE l.contact = $1 AND l.client = $2 AND l.used_at IS NULL AND l.expires_at > $3 AND f.retired_at IS NULL
                ORDER BY l.made_at, l.id LIMIT 10";

    ADD_ANSWER = "INSERT INTO form_answers (id, form, version, client, contact, given_at, given, changes, seal, held, taken_at)
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    BY_SEAL = "SELECT id FROM form_answers WHERE seal = $1";
    ANSWERS = answer!(" AND a.form = $6 AND (a.given_at, a.id) < ($7, $8) ORDER BY a.given_at DESC, a.id DESC LIMIT $9");
    ANSWER = answer!(" AND a.id = $6 AND a.form = $7");
    ANSWERS_OF_CLIENT = answer!(" AND a.client = $6 ORDER BY a.given_at DESC, a.id DESC LIMIT 50");
    SET_TAKEN = "UPDATE form_answers SET client = $2, contact = $3, changes = $4, taken_at = $5, held = NULL
                 WHERE id = $1 AND taken_at IS NULL";
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

/// A link that waits for a contact: its id, its sealed token, the design of its form, and when it was made.
pub type Waits = (Id, Vec<u8>, String, Instant);

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
    read.all(WAITING, &params![contact, client, now])
}
