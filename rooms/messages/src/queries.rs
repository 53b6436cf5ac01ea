//! All SQL of the room, and its questions that only read.

use kept_kernel::{Id, Instant};
use kept_mail::Identity;
use kept_store::{Read, StoreError, Write, params, statements};

use crate::fetch::Source;
use crate::model::{Mailbox, MailboxId, MessageRow};

/// What a [`Source`] is read from.
macro_rules! source {
    ($rest:expr) => {
        concat!(
            "SELECT s.mailbox, s.host, s.port, s.protection, s.username, s.secret, s.folder, s.move_to, s.uid_validity, s.last_uid,
                s.changed_at, s.reached_at, s.trouble, s.advice, s.trouble_at, s.tries, s.quiet_until, s.sent_folder, s.sent_validity, s.sent_uid, s.by_consent
             FROM mailbox_sources s ",
            $rest
        )
    };
}

/// What a [`Mailbox`] is read from.
macro_rules! mailbox {
    ($rest:expr) => {
        concat!(
            "SELECT id, address, name, server, receipt, last_mail_at, signature, plus, team, category FROM mailboxes ",
            $rest
        )
    };
}

/// What a [`MessageRow`] is read from.
macro_rules! message {
    ($rest:expr) => {
        concat!(
            "SELECT m.id, m.raw, w.sha256, w.size, b.address, m.message_id, m.in_reply_to, m.subject, m.from_name, m.from_email,
                m.reply_to, m.recipients, m.written_at, m.received_at, m.verdict, m.automatic, m.flaws, m.state, m.reason,
                m.request, m.settled_at, m.verdict_why, m.message
             FROM mail_messages m JOIN mail_raw w ON w.id = m.raw JOIN mailboxes b ON b.id = m.mailbox ",
            $rest
        )
    };
}

statements! {
    // Mailboxes are made by hand, and all of them count: one that were left out would not be fetched, or taken for somebody else's.
    MAILBOXES = mailbox!("WHERE retired_at IS NULL ORDER BY address");
    MAILBOX = mailbox!("WHERE id = $1");
    MAILBOX_AT = mailbox!("WHERE address = $1 AND retired_at IS NULL");
    ADDRESSES = "SELECT address FROM mailboxes";
    PUT_MAILBOX = "INSERT INTO mailboxes (id, address, name, server, receipt, made_at, made_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
                   ON CONFLICT (address) DO UPDATE SET name = excluded.name, server = excluded.server,
                       receipt = excluded.receipt, retired_at = NULL";
    DRESS_MAILBOX = "UPDATE mailboxes SET signature = $2, plus = $3, team = $4, category = $5 WHERE address = $1";
    TEAM_NAMED = "SELECT id FROM teams WHERE id = $1";
    SOURCES = source!("JOIN mailboxes b ON b.id = s.mailbox WHERE b.retired_at IS NULL ORDER BY s.mailbox");
    SOURCE = source!("WHERE s.mailbox = $1");
    PUT_SOURCE = "INSERT INTO mailbox_sources (mailbox, host, port, protection, username, secret, folder, move_to, last_uid, changed_at,
                      tries, quiet_until, sent_folder, by_consent)
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, 0, 0, $10, $11)
                  ON CONFLICT (mailbox) DO UPDATE SET host = excluded.host, port = excluded.port, protection = excluded.protection,
                      username = excluded.username, secret = excluded.secret, move_to = excluded.move_to, by_consent = excluded.by_consent,
                      uid_validity = CASE WHEN mailbox_sources.host = excluded.host AND mailbox_sources.folder = excluded.folder
                          AND mailbox_sources.username = excluded.username THEN mailbox_sources.uid_validity ELSE NULL END,
                      sent_validity = NULL, sent_folder = excluded.sent_folder, folder = excluded.folder, changed_at = excluded.changed_at, tries = 0, quiet_until = 0, trouble = NULL,
                      advice = NULL, trouble_at = NULL";
    GRANT = "SELECT g.mailbox, g.preset, g.authorize_url, g.token_url, g.scope, g.client_id, g.client_secret, g.refresh_token,
                 g.access_token, g.expires_at, g.granted_at, g.refused, g.refused_at
             FROM mailbox_grants g WHERE g.mailbox = $1";
    PUT_GRANT = "INSERT INTO mailbox_grants (mailbox, preset, authorize_url, token_url, scope, client_id, client_secret, expires_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, 0)
                 ON CONFLICT (mailbox) DO UPDATE SET preset = excluded.preset, authorize_url = excluded.authorize_url,
                     scope = excluded.scope, client_secret = excluded.client_secret,
                     refresh_token = CASE WHEN mailbox_grants.token_url = excluded.token_url
                         AND mailbox_grants.client_id = excluded.client_id THEN mailbox_grants.refresh_token ELSE NULL END,
                     granted_at = CASE WHEN mailbox_grants.token_url = excluded.token_url
                         AND mailbox_grants.client_id = excluded.client_id THEN mailbox_grants.granted_at ELSE NULL END,
                     access_token = NULL, token_url = excluded.token_url, client_id = excluded.client_id";
    GRANTED = "UPDATE mailbox_grants SET refresh_token = $2, access_token = $3, expires_at = $4, granted_at = $5, refused = NULL,
                   refused_at = NULL WHERE mailbox = $1";
    REFRESHED = "UPDATE mailbox_grants SET refresh_token = coalesce($2, refresh_token), access_token = $3, expires_at = $4,
                     refused = NULL, refused_at = NULL WHERE mailbox = $1 AND refresh_token = $5";
    GRANT_REFUSED = "UPDATE mailbox_grants SET refused = $2, refused_at = $3, access_token = NULL
                     WHERE mailbox = $1 AND refresh_token = $4";
    DROP_ACCESS = "UPDATE mailbox_grants SET access_token = NULL WHERE mailbox = $1";
    DROP_GRANT = "DELETE FROM mailbox_grants WHERE mailbox = $1";
    ADD_CONSENT = "INSERT INTO mailbox_consents (state, mailbox, person, verifier, made_at) VALUES ($1, $2, $3, $4, $5)";
    TAKE_CONSENT = "DELETE FROM mailbox_consents WHERE state = $1 AND person = $2 RETURNING mailbox, verifier, made_at";
    FORGET_CONSENTS = "DELETE FROM mailbox_consents WHERE made_at < $1";
    TRY_SOURCE_AGAIN = "UPDATE mailbox_sources SET quiet_until = 0, tries = 0 WHERE mailbox = $1";
    DROP_SOURCE = "DELETE FROM mailbox_sources WHERE mailbox = $1";
    FETCHED_TO = "UPDATE mailbox_sources SET uid_validity = $2, last_uid = $3 WHERE mailbox = $1 AND changed_at = $4";
    LOOKED_TO = "UPDATE mailbox_sources SET sent_validity = $2, sent_uid = $3 WHERE mailbox = $1 AND changed_at = $4";
    ADD_OTHER_ID = "INSERT INTO mail_other_ids (message_id, parcel, at) VALUES ($1, $2, $3) ON CONFLICT (message_id) DO NOTHING";
    PUT_OWN_ID = "INSERT INTO mail_own_ids (parcel, message_id, at) VALUES ($1, $2, $3)
                  ON CONFLICT (parcel) DO UPDATE SET message_id = excluded.message_id, at = excluded.at";
    OWN_IDS = "SELECT parcel, message_id FROM mail_own_ids WHERE parcel IN LIST($1) ORDER BY parcel";
    OTHER_ID = "SELECT parcel FROM mail_other_ids WHERE message_id = $1";
    REACHED_SOURCE = "UPDATE mailbox_sources SET reached_at = $2, trouble = NULL, advice = NULL, trouble_at = NULL, tries = 0,
                          quiet_until = 0 WHERE mailbox = $1";
    SOURCE_TROUBLE = "UPDATE mailbox_sources SET trouble = $2, advice = $3, trouble_at = $4, tries = tries + 1, quiet_until = $5
                      WHERE mailbox = $1";
    TELL_OF = "UPDATE mailboxes SET told_at = $2 WHERE id = $1 AND (told_at IS NULL OR told_at < $3)";
    CAME_LATELY = "SELECT received_at FROM mail_raw WHERE mailbox = $1 ORDER BY received_at DESC, id DESC LIMIT 40";
    ADD_TOO_LARGE = "INSERT INTO mail_too_large (id, mailbox, at, size, sender, subject) VALUES ($1, $2, $3, $4, $5, $6)";
    TOO_LARGE = "SELECT b.address, t.at, t.size, t.sender, t.subject FROM mail_too_large t JOIN mailboxes b ON b.id = t.mailbox
                 ORDER BY t.at DESC, t.id DESC LIMIT 50";
    TOO_LARGE_LATELY = "SELECT count(*) FROM (SELECT 1 FROM mail_too_large WHERE mailbox = $1 AND at > $2 LIMIT $3) AS few";
    FORGET_TOO_LARGE = "DELETE FROM mail_too_large WHERE at < $1";
    SETTLED_LONG_AGO = "SELECT id, raw FROM mail_messages WHERE settled_at < $1 AND settled_at IS NOT NULL AND request IS NULL
                            AND (subject <> '' OR from_email <> '' OR message_id IS NOT NULL)
                        ORDER BY settled_at, id LIMIT $2";
    RETIRE_MAILBOX = "UPDATE mailboxes SET retired_at = $2 WHERE id = $1 AND retired_at IS NULL";
    MAIL_CAME = "UPDATE mailboxes SET last_mail_at = $2 WHERE id = $1";

    ADD_RAW = "INSERT INTO mail_raw (id, mailbox, sha256, size, content, received_at, state, tries, next_try_at, client_address,
                   client_helo, envelope_from)
               VALUES ($1, $2, $3, $4, $5, $6, 'waiting', 0, $6, $7, $8, $9) ON CONFLICT (mailbox, sha256) DO NOTHING";
    RAW_ALIKE = "SELECT id FROM mail_raw WHERE mailbox = $1 AND sha256 = $2";
    WAITING = "SELECT id FROM mail_raw WHERE state = 'waiting' AND next_try_at <= $1 ORDER BY next_try_at, id LIMIT $2";
    RAW = "SELECT w.mailbox, w.content, w.received_at, w.tries, b.server, w.client_address, w.client_helo, w.envelope_from
           FROM mail_raw w JOIN mailboxes b ON b.id = w.mailbox WHERE w.id = $1 AND w.state = 'waiting'";
    CONTENT = "SELECT w.content FROM mail_messages m JOIN mail_raw w ON w.id = m.raw WHERE m.id = $1";
    CLAIM = "UPDATE mail_raw SET state = 'handled', handled_at = $2 WHERE id = $1 AND state = 'waiting'";
    AGAIN = "UPDATE mail_raw SET tries = tries + 1, next_try_at = $2, reason = $3 WHERE id = $1 AND state = 'waiting'";
    LAST_HANDLED = "SELECT max(received_at) FROM mail_messages";

    ADD = "INSERT INTO mail_messages (id, raw, mailbox, message_id, in_reply_to, subject, from_name, from_email, reply_to, recipients,
               written_at, received_at, verdict, automatic, flaws, digest, state, reason, request, message, verdict_why)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";
    WITH_ID = "SELECT id, request, digest FROM mail_messages WHERE message_id = $1 AND request IS NOT NULL ORDER BY id LIMIT 20";
    ONE = message!("WHERE m.id = $1");
    LATELY = message!("WHERE m.received_at < $1 OR m.received_at = $1 AND m.id < $2
                       ORDER BY m.received_at DESC, m.id DESC LIMIT $3");
    LATELY_ON = message!("WHERE m.request IN LIST($4) AND (m.received_at < $1 OR m.received_at = $1 AND m.id < $2)
                          ORDER BY m.received_at DESC, m.id DESC LIMIT $3");
    ASIDE = message!("WHERE m.state = 'aside' AND m.settled_at IS NULL AND (m.received_at > $1 OR m.received_at = $1 AND m.id > $2)
                      ORDER BY m.received_at, m.id LIMIT $3");
    COUNT_ASIDE = "SELECT count(*) FROM (SELECT 1 FROM mail_messages WHERE state = 'aside' AND settled_at IS NULL LIMIT $1) AS few";
    SETTLE = "UPDATE mail_messages SET settled_at = $2, settled_by = $3, state = coalesce($4, state)
              WHERE id = $1 AND state = 'aside' AND settled_at IS NULL";

    PLACE = "UPDATE mail_messages SET request = $2, message = $3 WHERE id = $1";

    BOUNCED = "INSERT INTO mail_bounced (address, status, said, since_at, request, mail) VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (address) DO UPDATE SET status = excluded.status, said = excluded.said, request = excluded.request,
                   mail = excluded.mail";
    ALL_BOUNCED = "SELECT address, status, said, since_at, request FROM mail_bounced ORDER BY since_at DESC, address LIMIT 200";
    REACHED = "DELETE FROM mail_bounced WHERE address = $1";
    ADD_RETURNED = "INSERT INTO mail_returned (parcel, address, request, at) VALUES ($1, $2, $3, $4)
                    ON CONFLICT (parcel, address) DO NOTHING";
    RETURNED = "SELECT address FROM mail_returned WHERE parcel = $1 ORDER BY address";
    FORGET_RETURNED = "DELETE FROM mail_returned WHERE request = $1";

    ADD_ANSWER = "INSERT INTO mail_answers (id, address, at) VALUES ($1, $2, $3)";
    ANSWERS_TO = "SELECT count(*), max(at) FROM mail_answers WHERE address = $1 AND at > $2";
    ANSWERS_SINCE = "SELECT count(*) FROM (SELECT 1 FROM mail_answers WHERE at > $1 LIMIT $2) AS few";
    FORGET_ANSWERS = "DELETE FROM mail_answers WHERE at < $1";

    OF_REQUEST = "SELECT id, raw FROM mail_messages WHERE request = $1 ORDER BY id";
    SAID_BY = "SELECT subject, from_email, received_at FROM mail_messages WHERE request = $1 ORDER BY received_at, id";
    FORGET_MESSAGE = "UPDATE mail_messages SET subject = '', from_name = '', from_email = '', reply_to = '', recipients = '[]',
                          message_id = NULL, in_reply_to = NULL, reason = NULL, verdict_why = ''
                      WHERE id = $1 AND (subject <> '' OR from_email <> '' OR message_id IS NOT NULL)";
    ADD_PICTURE = "INSERT INTO mail_pictures (mail, place, content, fetched_at) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (mail, place) DO UPDATE SET content = excluded.content, fetched_at = excluded.fetched_at";
    PICTURE = "SELECT content FROM mail_pictures WHERE mail = $1 AND place = $2";
    FORGET_PICTURES = "DELETE FROM mail_pictures WHERE mail = $1";
    FORGET_RAW = "UPDATE mail_raw SET content = $2, size = 0, client_address = NULL, client_helo = NULL, envelope_from = NULL
                  WHERE id = $1";
    FORGET_MAKER = "UPDATE mailboxes SET made_by = NULL WHERE made_by = $1";
    FORGET_SETTLER = "UPDATE mail_messages SET settled_by = NULL WHERE settled_by = $1";
}

/// The mailboxes in use.
pub(crate) fn mailboxes(read: &Read<'_>) -> Result<Vec<Mailbox>, StoreError> {
    read.all(MAILBOXES, &[])
}

/// A mailbox, in use or not.
pub(crate) fn mailbox(read: &Read<'_>, id: MailboxId) -> Result<Option<Mailbox>, StoreError> {
    read.maybe(MAILBOX, &params![id])
}

/// Where the mail of all mailboxes is fetched from.
pub(crate) fn sources(read: &Read<'_>) -> Result<Vec<Source>, StoreError> {
    read.all(SOURCES, &[])
}

/// Where the mail of a mailbox is fetched from.
pub(crate) fn source(read: &Read<'_>, mailbox: MailboxId) -> Result<Option<Source>, StoreError> {
    read.maybe(SOURCE, &params![mailbox])
}

/// The mailbox in use that has this address, also where a token stands behind a `+`.
pub(crate) fn mailbox_at(read: &Read<'_>, address: &str) -> Result<Option<Mailbox>, StoreError> {
    let folded = folded(address);
    if let Some(found) = read.maybe(MAILBOX_AT, &params![&folded])? {
        return Ok(Some(found));
    }
    let Some((local, domain)) = folded.split_once('@') else {
        return Ok(None);
    };
    let Some((plain, _)) = local.split_once('+') else {
        return Ok(None);
    };
    let plain = format!("{plain}@{domain}");
    read.maybe(MAILBOX_AT, &params![&plain])
}

/// How the mailbox with this address signs its letters; none: it is not in use.
///
/// # Errors
///
/// As the database says.
pub fn identity(read: &Read<'_>, address: &str) -> Result<Option<Identity>, StoreError> {
    let found: Option<Mailbox> = read.maybe(MAILBOX_AT, &params![&folded(address)])?;
    Ok(found.map(|one| Identity {
        email: one.address,
        name: one.name,
        signature: one.signature,
        plus: one.plus,
    }))
}

/// The mailboxes in use: what they are known by, and their addresses.
///
/// # Errors
///
/// As the database says.
pub fn addresses(read: &Read<'_>) -> Result<Vec<(Id, String)>, StoreError> {
    let all = mailboxes(read)?.into_iter();
    Ok(all.map(|one| (one.id.0, one.address)).collect())
}

/// The parcel that left the house and was given this id on the way.
pub(crate) fn parcel_known_as(read: &Read<'_>, id: &str) -> Result<Option<Id>, StoreError> {
    let found: Option<(Id,)> = read.maybe(OTHER_ID, &params![id])?;
    Ok(found.map(|(parcel,)| parcel))
}

/// A parcel is known under these ids too, which others gave it.
///
/// # Errors
///
/// As the database says.
pub fn also_known_as(
    tx: &Write<'_>,
    parcel: Id,
    ids: &[String],
    at: Instant,
) -> Result<(), StoreError> {
    for id in ids {
        tx.execute(ADD_OTHER_ID, &params![id, parcel, at])?;
    }
    Ok(())
}

/// A parcel left the house as the mail with this id.
///
/// # Errors
///
/// As the database says.
pub fn left_as(tx: &Write<'_>, parcel: Id, id: &str, at: Instant) -> Result<(), StoreError> {
    tx.execute(PUT_OWN_ID, &params![parcel, id, at]).map(drop)
}

/// The ids that these parcels left under, where they have left.
pub(crate) fn own_ids(read: &Read<'_>, parcels: &[Id]) -> Result<Vec<(Id, String)>, StoreError> {
    if parcels.is_empty() {
        return Ok(Vec::new());
    }
    read.all(OWN_IDS, &params![parcels])
}

/// Whose copies of a mail of ours came back, in small letters.
pub(crate) fn returned(read: &Read<'_>, parcel: Id) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = read.all(RETURNED, &params![parcel])?;
    Ok(rows.into_iter().map(|(address,)| address).collect())
}

/// A mail.
pub(crate) fn one(read: &Read<'_>, id: Id) -> Result<Option<MessageRow>, StoreError> {
    read.maybe(ONE, &params![id])
}

/// The latest mails, before an instant and an id.
pub(crate) fn lately(
    read: &Read<'_>,
    (at, id): (Instant, Id),
    limit: u32,
) -> Result<Vec<MessageRow>, StoreError> {
    read.all(LATELY, &params![at, id, limit])
}

/// The same on these requests alone.
pub(crate) fn lately_on(
    read: &Read<'_>,
    requests: &[Id],
    (at, id): (Instant, Id),
    limit: u32,
) -> Result<Vec<MessageRow>, StoreError> {
    read.all(LATELY_ON, &params![at, id, limit, requests])
}

/// What was set aside, the oldest first, after an instant and an id.
pub(crate) fn aside(
    read: &Read<'_>,
    (at, id): (Instant, Id),
    limit: u32,
) -> Result<Vec<MessageRow>, StoreError> {
    read.all(ASIDE, &params![at, id, limit])
}

/// An address in small letters, without what stands around it.
pub(crate) fn folded(address: &str) -> String {
    address.trim().trim_matches(['<', '>']).to_lowercase()
}
