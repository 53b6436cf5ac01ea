//! All SQL of the room, and its questions that only read.

use kept_kernel::Id;
use kept_store::{Read, StoreError, params, statements};

use crate::model::{Template, TemplateId, Text, TextVersion};

/// What a [`Template`] is read from.
macro_rules! template {
    ($rest:expr) => {
        concat!(
            "SELECT t.id, t.name, t.occasion, t.channel, t.language, t.version, t.approved_version, t.revision, t.retired_at,
                v.subject, v.body, v.asked_at IS NOT NULL
             FROM templates t JOIN template_versions v ON v.template = t.id AND v.version = t.version ",
            $rest
        )
    };
}

/// What a [`Text`] is read from: the approved version.
macro_rules! text {
    ($rest:expr) => {
        concat!(
            "SELECT t.id, v.version, t.name, t.occasion, t.language, v.subject, v.body
             FROM templates t JOIN template_versions v ON v.template = t.id ",
            $rest
        )
    };
}

statements! {
    ALL = template!("ORDER BY t.occasion, t.language, t.name, t.id LIMIT 1000");
    AFTER = template!("WHERE t.id > $1 ORDER BY t.id LIMIT $2");
    ONE = template!("WHERE t.id = $1");
    /// Held until the transaction ends, on PostgreSQL too.
    HOLD = "UPDATE templates SET revision = revision WHERE id = $1";
    VERSIONS = "SELECT v.version, v.subject, v.body, v.written_at, v.written_by, w.name, v.asked_at, v.approved_at, a.name,
                    v.returned_at, v.why
                FROM template_versions v LEFT JOIN people w ON w.id = v.written_by LEFT JOIN people a ON a.id = v.approved_by
                WHERE v.template = $1 ORDER BY v.version DESC LIMIT 200";
    OFFERED = text!("AND v.version = t.approved_version WHERE t.channel = $1 AND t.retired_at IS NULL
                     ORDER BY t.occasion, t.language, t.name, t.id LIMIT 500");
    TEXT_OF = text!("WHERE t.id = $1 AND v.version = $2 AND v.approved_at IS NOT NULL");
    APPROVED = text!("AND v.version = t.approved_version WHERE t.id = $1 AND t.retired_at IS NULL");
    OF_OCCASION = text!("AND v.version = t.approved_version WHERE t.occasion = $1 AND t.channel = 'email' AND t.language = $2
                         AND t.retired_at IS NULL ORDER BY t.name, t.id LIMIT 1");
    ADD = "INSERT INTO templates (id, name, occasion, channel, language, shipped, version, approved_version, revision, made_at)
           VALUES ($1, $2, $3, $4, $5, $6, 1, $7, 1, $8) ON CONFLICT (shipped) DO NOTHING";
    ADD_VERSION = "INSERT INTO template_versions (template, version, subject, body, written_at, written_by, approved_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
    SHIPPED = "SELECT shipped FROM templates WHERE shipped IS NOT NULL ORDER BY shipped";
    CHANGE = "UPDATE templates SET name = $3, occasion = $4, channel = $5, language = $6, version = $7, revision = revision + 1
              WHERE id = $1 AND revision = $2";
    ASK = "UPDATE template_versions SET asked_at = $3, asked_by = $4, returned_at = NULL, returned_by = NULL, why = NULL
           WHERE template = $1 AND version = $2 AND asked_at IS NULL AND approved_at IS NULL";
    HANDS = "SELECT written_by, asked_by, asked_at, approved_at FROM template_versions WHERE template = $1 AND version = $2";
    APPROVE = "UPDATE template_versions SET approved_at = $3, approved_by = $4 WHERE template = $1 AND version = $2 AND approved_at IS NULL";
    OFFER = "UPDATE templates SET approved_version = $2, revision = revision + 1 WHERE id = $1";
    RETURN = "UPDATE template_versions SET asked_at = NULL, asked_by = NULL, returned_at = $3, returned_by = $4, why = $5
              WHERE template = $1 AND version = $2 AND asked_at IS NOT NULL AND approved_at IS NULL";
    TOUCH = "UPDATE templates SET revision = revision + 1 WHERE id = $1";
    RETIRE = "UPDATE templates SET retired_at = $2, revision = revision + 1 WHERE id = $1 AND retired_at IS NULL";
    BRING_BACK = "UPDATE templates SET retired_at = NULL, revision = revision + 1 WHERE id = $1 AND retired_at IS NOT NULL";
    WRITTEN_BY = "SELECT t.name, v.version, v.subject, v.body, v.written_at FROM template_versions v JOIN templates t ON t.id = v.template
                  WHERE v.written_by = $1 ORDER BY v.written_at, t.id, v.version";
    FORGET_WRITER = "UPDATE template_versions SET written_by = NULL WHERE written_by = $1";
    FORGET_ASKER = "UPDATE template_versions SET asked_by = NULL WHERE asked_by = $1";
    FORGET_APPROVER = "UPDATE template_versions SET approved_by = NULL WHERE approved_by = $1";
    FORGET_RETURNER = "UPDATE template_versions SET returned_by = NULL WHERE returned_by = $1";
}

/// All of them, by occasion, language and name.
pub(crate) fn all(read: &Read<'_>) -> Result<Vec<Template>, StoreError> {
    read.all(ALL, &[])
}

/// In the order of their ids, after one.
pub(crate) fn after(read: &Read<'_>, id: Id, limit: u32) -> Result<Vec<Template>, StoreError> {
    read.all(AFTER, &params![id, limit])
}

/// One of them.
pub(crate) fn one(read: &Read<'_>, id: TemplateId) -> Result<Option<Template>, StoreError> {
    read.maybe(ONE, &params![id])
}

/// Its texts, the newest first.
pub(crate) fn versions(read: &Read<'_>, id: TemplateId) -> Result<Vec<TextVersion>, StoreError> {
    read.all(VERSIONS, &params![id])
}

/// What is approved for a channel, by occasion, language and name.
///
/// # Errors
///
/// As the database says.
pub fn offered(read: &Read<'_>, channel: &str) -> Result<Vec<Text>, StoreError> {
    read.all(OFFERED, &params![channel])
}

/// An approved text: the one in use, or a version that was.
///
/// # Errors
///
/// As the database says.
pub fn text_of(read: &Read<'_>, id: Id, version: Option<u32>) -> Result<Option<Text>, StoreError> {
    match version {
        Some(version) => read.maybe(TEXT_OF, &params![id, version]),
        None => read.maybe(APPROVED, &params![id]),
    }
}

/// The approved mail of an occasion in a language (`de-CH` is `de`), else in English.
///
/// # Errors
///
/// As the database says.
pub fn of_occasion(
    read: &Read<'_>,
    occasion: &str,
    language: &str,
) -> Result<Option<Text>, StoreError> {
    let main = language.split(['-', '_']).next().unwrap_or_default();
    let main = main.to_lowercase();
    let found: Option<Text> = read.maybe(OF_OCCASION, &params![occasion, &main])?;
    match found {
        None if main != "en" => read.maybe(OF_OCCASION, &params![occasion, "en"]),
        found => Ok(found),
    }
}
