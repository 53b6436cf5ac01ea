//! All SQL of the room. What belongs to a contact is never asked for without that contact.

use kept_clients::{ClientId, ContactId};
use kept_kernel::{Id, Instant};
use kept_store::{Read, StoreError, params, statements};

use crate::model::{Change, Consent, Document, PortalSettings, Standing};

macro_rules! consent {
    ($rest:literal) => {
        concat!(
            "SELECT o.id, o.contact, k.name, o.purpose, o.wording, o.source, o.given_at, o.withdrawn_at
             FROM portal_consents o JOIN contacts k ON k.id = o.contact ",
            $rest
        )
    };
}

macro_rules! document {
    ($rest:literal) => {
        concat!(
            "SELECT d.id, d.title, d.name, d.size, d.added_at, p.name, d.contact, k.name
             FROM portal_documents d LEFT JOIN people p ON p.id = d.added_by LEFT JOIN contacts k ON k.id = d.contact ",
            $rest
        )
    };
}

macro_rules! change {
    ($rest:literal) => {
        concat!(
            "SELECT h.id, h.contact, k.name, h.at, h.verified, h.changes, h.seen_at, p.name
             FROM portal_changes h JOIN contacts k ON k.id = h.contact LEFT JOIN people p ON p.id = h.seen_by ",
            $rest
        )
    };
}

statements! {
    SETTINGS = "SELECT opened_at, name, colour, greeting_en, greeting_de, revision FROM portal_settings WHERE id = 1";
    SET_SETTINGS = "UPDATE portal_settings SET opened_at = $2, name = $3, colour = $4, greeting_en = $5, greeting_de = $6,
                        changed_at = $7, changed_by = $8, revision = revision + 1
                    WHERE id = 1 AND revision = $1";

    STANDING = "SELECT speaks_since, shut_at FROM portal_contacts WHERE contact = $1";
    SET_STANDING = "INSERT INTO portal_contacts (contact, speaks_since, shut_at) VALUES ($1, $2, $3)
                    ON CONFLICT (contact) DO UPDATE SET speaks_since = $2, shut_at = $3";

    ADD_LINK = "INSERT INTO portal_links (token, contact, next, made_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
    LINK = "SELECT contact, next FROM portal_links WHERE token = $1 AND used_at IS NULL AND expires_at > $2";
    USE_LINK = "UPDATE portal_links SET used_at = $2 WHERE token = $1 AND used_at IS NULL AND expires_at > $2
                RETURNING contact, next";
    WITHDRAW_LINKS = "UPDATE portal_links SET used_at = $2 WHERE contact = $1 AND used_at IS NULL";

    ADD_SESSION = "INSERT INTO portal_sessions (id, token, contact, made_at, seen_at, acts_until) VALUES ($1, $2, $3, $4, $4, 0)";
    SESSION = "SELECT s.id, s.contact, s.seen_at, s.acts_until FROM portal_sessions s
               JOIN contacts k ON k.id = s.contact
               LEFT JOIN portal_contacts w ON w.contact = s.contact
               WHERE s.token = $1 AND s.ended_at IS NULL AND s.made_at > $2 AND s.seen_at > $3
                   AND k.removed_at IS NULL AND w.shut_at IS NULL";
    /// Inside of a command: whether the session still stands, and may act.
    STILL_ACTS = "SELECT s.contact FROM portal_sessions s
               JOIN contacts k ON k.id = s.contact
               LEFT JOIN portal_contacts w ON w.contact = s.contact
               WHERE s.id = $1 AND s.ended_at IS NULL AND s.acts_until > $2 AND k.removed_at IS NULL AND w.shut_at IS NULL";
    SEEN = "UPDATE portal_sessions SET seen_at = $2 WHERE id = $1 AND seen_at < $2";
    LET_ACT = "UPDATE portal_sessions SET acts_until = $2 WHERE id = $1 AND ended_at IS NULL";
    END_SESSION = "UPDATE portal_sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
    END_SESSIONS_OF = "UPDATE portal_sessions SET ended_at = $2 WHERE contact = $1 AND ended_at IS NULL";

    PUT_CODE = "INSERT INTO portal_codes (session, code, made_at, expires_at, tries) VALUES ($1, $2, $3, $4, 0)
                ON CONFLICT (session) DO UPDATE SET code = $2, made_at = $3, expires_at = $4, tries = 0";
    /// Counts the try before it is looked at: so many at one moment are as many counts.
    TRY_CODE = "UPDATE portal_codes SET tries = tries + 1 WHERE session = $1 AND expires_at > $2 AND tries < $3 RETURNING code";
    CODE_SENT = "SELECT made_at FROM portal_codes WHERE session = $1 AND expires_at > $2 AND tries < $3";
    DROP_CODE = "DELETE FROM portal_codes WHERE session = $1";

    DROP_ASKED = "DELETE FROM portal_addresses WHERE contact = $1 AND changed_at IS NULL";
    ADD_ADDRESS = "INSERT INTO portal_addresses (id, contact, session, email, code, tries, asked_at, expires_at)
                   VALUES ($1, $2, $3, $4, $5, 0, $6, $7)";
    ASKED_ADDRESS = "SELECT email FROM portal_addresses WHERE session = $1 AND changed_at IS NULL AND expires_at > $2 AND tries < $3
                     ORDER BY asked_at DESC, id DESC LIMIT 1";
    TRY_ADDRESS = "UPDATE portal_addresses SET tries = tries + 1
                   WHERE session = $1 AND changed_at IS NULL AND expires_at > $2 AND tries < $3 RETURNING id, email, code";
    SET_ADDRESS = "UPDATE portal_addresses SET email_before = $2, changed_at = $3, undo = $4, undo_until = $5 WHERE id = $1";
    ADDRESS_BACK = "SELECT contact, email_before, changed_at FROM portal_addresses
                    WHERE undo = $1 AND undo_until > $2 AND taken_back_at IS NULL";
    /// What a contact has changed it to by itself at last: what staff wrote since is not taken back.
    LAST_ADDRESS = "SELECT email FROM portal_addresses WHERE contact = $1 AND changed_at IS NOT NULL AND taken_back_at IS NULL
                    ORDER BY changed_at DESC, id DESC LIMIT 1";
    TAKE_BACK = "UPDATE portal_addresses SET taken_back_at = $3 WHERE contact = $1 AND changed_at >= $2 AND taken_back_at IS NULL";
    SWEEP_ADDRESSES = "DELETE FROM portal_addresses WHERE asked_at < $1";

    ADD_LETTER = "INSERT INTO portal_letters (id, contact, kind, at) VALUES ($1, $2, $3, $4)";
    LETTERS_SINCE = "SELECT count(*) FROM portal_letters WHERE contact = $1 AND at > $2";

    DOCUMENTS_FOR = document!("WHERE d.client = $1 AND (d.contact IS NULL OR d.contact = $2) AND d.removed_at IS NULL
                               ORDER BY d.added_at DESC, d.id DESC LIMIT 100");
    DOCUMENTS_OF = document!("WHERE d.client = $1 AND d.removed_at IS NULL ORDER BY d.added_at DESC, d.id DESC LIMIT 200");
    DOCUMENT_FOR = "SELECT name, content FROM portal_documents WHERE id = $1 AND client = $2 AND (contact IS NULL OR contact = $3)
                    AND removed_at IS NULL";
    DOCUMENT_OF = "SELECT name, content FROM portal_documents WHERE id = $1 AND client = $2 AND removed_at IS NULL";
    ADD_DOCUMENT = "INSERT INTO portal_documents (id, client, contact, title, name, size, content, added_at, added_by)
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    REMOVE_DOCUMENT = "UPDATE portal_documents SET removed_at = $3 WHERE id = $1 AND client = $2 AND removed_at IS NULL";

    CONSENTS_OF_CONTACT = consent!("WHERE o.contact = $1 ORDER BY o.given_at DESC, o.id DESC LIMIT 200");
    CONSENTS_OF_CLIENT = consent!("WHERE o.client = $1 ORDER BY o.given_at DESC, o.id DESC LIMIT 200");
    STANDING_CONSENT = "SELECT id FROM portal_consents WHERE contact = $1 AND purpose = $2 AND withdrawn_at IS NULL
                        ORDER BY given_at DESC, id DESC LIMIT 1";
    WITHDRAWN = "SELECT o.id FROM portal_consents o WHERE o.contact = $1 AND o.purpose = $2 AND o.withdrawn_at IS NOT NULL
                     AND NOT EXISTS (SELECT 1 FROM portal_consents s WHERE s.contact = o.contact AND s.purpose = o.purpose
                         AND s.withdrawn_at IS NULL)
                 ORDER BY o.given_at DESC, o.id DESC LIMIT 1";
    ADD_CONSENT = "INSERT INTO portal_consents (id, client, contact, purpose, wording, language, source, given_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    WITHDRAW_CONSENT = "UPDATE portal_consents SET withdrawn_at = $2, withdrawn_by = $3 WHERE id = $1 AND withdrawn_at IS NULL";

    ADD_CHANGE = "INSERT INTO portal_changes (id, client, contact, at, verified, changes) VALUES ($1, $2, $3, $4, $5, $6)";
    CHANGES_OF = change!("WHERE h.client = $1 ORDER BY h.at DESC, h.id DESC LIMIT 50");
    LAST_VERIFIED = "SELECT max(at) FROM portal_changes WHERE client = $1 AND verified";
    SEE_CHANGES = "UPDATE portal_changes SET seen_at = $2, seen_by = $3 WHERE client = $1 AND seen_at IS NULL";

    SWEEP_LINKS = "DELETE FROM portal_links WHERE expires_at < $1";
    SWEEP_LETTERS = "DELETE FROM portal_letters WHERE at < $1";
    SWEEP_CODES = "DELETE FROM portal_codes WHERE session IN (SELECT id FROM portal_sessions WHERE made_at < $1)";
    SWEEP_SESSIONS = "DELETE FROM portal_sessions WHERE made_at < $1";
}

/// How the portal stands.
pub(crate) fn settings(read: &Read<'_>) -> Result<PortalSettings, StoreError> {
    read.one(SETTINGS, &[])
}

/// What staff said of a contact.
pub(crate) fn standing(read: &Read<'_>, contact: ContactId) -> Result<Standing, StoreError> {
    Ok(read.maybe(STANDING, &params![contact])?.unwrap_or_default())
}

/// The documents that a contact may read.
pub(crate) fn documents_for(
    read: &Read<'_>,
    (client, contact): (ClientId, ContactId),
) -> Result<Vec<Document>, StoreError> {
    read.all(DOCUMENTS_FOR, &params![client, contact])
}

/// All documents of a client.
pub(crate) fn documents_of(read: &Read<'_>, client: ClientId) -> Result<Vec<Document>, StoreError> {
    read.all(DOCUMENTS_OF, &params![client])
}

/// What a contact has allowed, and no longer allows.
pub(crate) fn consents(read: &Read<'_>, contact: ContactId) -> Result<Vec<Consent>, StoreError> {
    read.all(CONSENTS_OF_CONTACT, &params![contact])
}

/// The same of all contacts of a client.
pub(crate) fn consents_of(read: &Read<'_>, client: ClientId) -> Result<Vec<Consent>, StoreError> {
    read.all(CONSENTS_OF_CLIENT, &params![client])
}

/// What a client said of its details, the newest first.
pub(crate) fn changes(read: &Read<'_>, client: ClientId) -> Result<Vec<Change>, StoreError> {
    read.all(CHANGES_OF, &params![client])
}

/// When a client last looked at its details here and found them right.
pub(crate) fn last_verified(
    read: &Read<'_>,
    client: ClientId,
) -> Result<Option<Instant>, StoreError> {
    let (at,): (Option<Instant>,) = read.one(LAST_VERIFIED, &params![client])?;
    Ok(at)
}

/// How many letters went to a contact since then.
pub(crate) fn letters_since(
    read: &Read<'_>,
    contact: ContactId,
    since: Instant,
) -> Result<u64, StoreError> {
    let (count,): (u64,) = read.one(LETTERS_SINCE, &params![contact, since])?;
    Ok(count)
}

/// A document, and whose eyes it is for.
pub(crate) type Bytes = (String, Vec<u8>);

/// A document that a contact may read: its name and bytes.
pub(crate) fn document_for(
    read: &Read<'_>,
    (client, contact): (ClientId, ContactId),
    id: Id,
) -> Result<Option<Bytes>, StoreError> {
    read.maybe(DOCUMENT_FOR, &params![id, client, contact])
}
