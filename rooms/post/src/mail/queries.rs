//! All SQL of mail.

use kept_journal::outbox;
use kept_kernel::Instant;
use kept_mail::TOPIC;
use kept_store::{Read, StoreError, params, statements};

use super::server::MailServer;

statements! {
    SERVER = "SELECT host, port, protection, username, password, from_name, from_email, trouble, advice, trouble_at, quiet_until,
                  dkim_selector, dkim_key, signing_since
              FROM mail_server WHERE id = 1";
    SAVE = "INSERT INTO mail_server (id, host, port, protection, username, password, from_name, from_email, changed_at, changed_by,
                quiet_until)
            VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8, $9, 0)
            ON CONFLICT (id) DO UPDATE SET host = excluded.host, port = excluded.port, protection = excluded.protection,
                username = excluded.username, password = excluded.password, from_name = excluded.from_name,
                from_email = excluded.from_email, changed_at = excluded.changed_at, changed_by = excluded.changed_by,
                trouble = NULL, advice = NULL, trouble_at = NULL, quiet_until = 0";
    TROUBLE = "UPDATE mail_server SET trouble = $1, advice = $2, trouble_at = $3, quiet_until = $4 WHERE id = 1";
    WELL = "UPDATE mail_server SET trouble = NULL, advice = NULL, trouble_at = NULL, quiet_until = 0
            WHERE id = 1 AND trouble IS NOT NULL";
    SET_KEY = "UPDATE mail_server SET dkim_selector = $1, dkim_key = $2, signing_since = NULL WHERE id = 1";
    SET_SIGNING = "UPDATE mail_server SET signing_since = $1 WHERE id = 1 AND dkim_key IS NOT NULL";
    UNMAILED = "SELECT number FROM alerts WHERE mailed_at IS NULL ORDER BY number LIMIT 1";
    NAME = "SELECT name FROM people WHERE id = $1";
}

/// The mail server; none: it was never set.
pub(crate) fn mail_server(read: &Read<'_>) -> Result<Option<MailServer>, StoreError> {
    read.maybe(SERVER, &[])
}

/// The name of somebody who works here, or has.
pub(crate) fn name_of(
    read: &Read<'_>,
    person: kept_kernel::Id,
) -> Result<Option<String>, StoreError> {
    let found: Option<(String,)> = read.maybe(NAME, &params![person])?;
    Ok(found.map(|(name,)| name))
}

/// How mail stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// The server; none: it was never set.
    pub server: Option<MailServer>,
    /// How many letters wait; 1,000 stands for more.
    pub waiting: u64,
    /// How many were given up.
    pub given_up: u64,
    /// Since when the one waits that should have left first.
    pub oldest: Option<Instant>,
}

/// How mail stands.
///
/// # Errors
///
/// As the database says.
pub fn health(read: &Read<'_>) -> Result<Health, StoreError> {
    let (waiting, given_up) = outbox::counts(read, TOPIC, 1_000)?;
    let start = (Instant::MIN, kept_kernel::Id::default());
    let first = outbox::unsent(read, TOPIC, start, 1)?;
    Ok(Health {
        server: mail_server(read)?,
        waiting,
        given_up,
        oldest: first.first().map(|letter| letter.made_at),
    })
}

/// The address from which the house writes; none where there is no mail server.
///
/// # Errors
///
/// As the database says.
pub fn own_address(read: &Read<'_>) -> Result<Option<String>, StoreError> {
    Ok(mail_server(read)?.map(|server| server.from_email))
}
