//! The mail servers of single mailboxes, and the mail that a mailbox sends to itself to show that it can.

use kept_accounts::access::Scope;
use kept_accounts::commands::Act;
use kept_journal::outbox::{self, Fate};
use kept_kernel::{Id, Instant};
use kept_mail::{Address, Letter, Server, Shown, Stage, Trouble, Voice, put};
use kept_store::{FromRow, Read, Row, StoreError, Write, params, statements};

use super::commands::SaveServerError;
use super::server::{Draft, MailServer};
use crate::room::Room;

statements! {
    OWN_SERVERS = "SELECT s.host, s.port, s.protection, s.username, s.password, s.address, s.trouble, s.advice, s.trouble_at,
                       s.quiet_until, s.mailbox, s.by_consent
                   FROM mailbox_mail_servers s ORDER BY s.address";
    OWN_SERVER = "SELECT s.host, s.port, s.protection, s.username, s.password, s.address, s.trouble, s.advice, s.trouble_at,
                      s.quiet_until, s.mailbox, s.by_consent
                  FROM mailbox_mail_servers s WHERE s.mailbox = $1";
    SAVE_OWN = "INSERT INTO mailbox_mail_servers (mailbox, address, host, port, protection, username, password, changed_at, changed_by,
                    quiet_until, by_consent)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10)
                ON CONFLICT (mailbox) DO UPDATE SET address = excluded.address, host = excluded.host, port = excluded.port,
                    protection = excluded.protection, username = excluded.username, password = excluded.password, by_consent = excluded.by_consent,
                    changed_at = excluded.changed_at, changed_by = excluded.changed_by, trouble = NULL, advice = NULL,
                    trouble_at = NULL, quiet_until = 0";
    DROP_OWN = "DELETE FROM mailbox_mail_servers WHERE mailbox = $1";
    OWN_TROUBLE = "UPDATE mailbox_mail_servers SET trouble = $2, advice = $3, trouble_at = $4, quiet_until = $5 WHERE mailbox = $1";
    OWN_WELL = "UPDATE mailbox_mail_servers SET trouble = NULL, advice = NULL, trouble_at = NULL, quiet_until = 0
                WHERE mailbox = $1 AND trouble IS NOT NULL";
    BEGIN_TRIAL = "INSERT INTO mailbox_trials (mailbox, letter, begun_at) VALUES ($1, $2, $3)
                   ON CONFLICT (mailbox) DO UPDATE SET letter = excluded.letter, begun_at = excluded.begun_at, arrived_at = NULL";
    TRIAL = "SELECT letter, begun_at, arrived_at FROM mailbox_trials WHERE mailbox = $1";
    CAME_BACK = "UPDATE mailbox_trials SET arrived_at = $2 WHERE letter = $1 AND arrived_at IS NULL";
    IS_TRIAL = "SELECT letter FROM mailbox_trials WHERE letter = $1";
}

/// The mail server of one mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnServer {
    pub(crate) mailbox: Id,
    pub(crate) server: MailServer,
}

impl FromRow for OwnServer {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            server: MailServer::of_mailbox(row)?,
            mailbox: row.get(10)?,
        })
    }
}

impl OwnServer {
    /// As letters are sent with it. Waits for the network where its provider has to be asked for a token.
    pub(crate) fn opened(&self, room: &Room) -> Result<Server, Trouble> {
        let server = &self.server;
        if server.by_consent {
            let token = room.outside.token(self.mailbox)?;
            return Ok(server.with(Shown::Token(token)));
        }
        let place = sealed_for(self.mailbox, &server.host, &server.user);
        server.opened_at(&room.sealer, &place).ok_or_else(closed)
    }
}

/// The password does not open.
pub(super) fn closed() -> Trouble {
    Trouble::said(
        Stage::SignIn,
        "the password that is kept cannot be opened with the keys of this house",
        "Type it again in the settings of mail.",
    )
}

/// What its password is sealed for: this mailbox on this host, and no other.
pub(crate) fn sealed_for(mailbox: Id, host: &str, user: &str) -> Vec<u8> {
    format!("mailbox mail server {mailbox} {user}@{host}").into_bytes()
}

pub(crate) fn own_servers(read: &Read<'_>) -> Result<Vec<OwnServer>, StoreError> {
    read.all(OWN_SERVERS, &[])
}

pub(crate) fn own_server(read: &Read<'_>, mailbox: Id) -> Result<Option<OwnServer>, StoreError> {
    read.maybe(OWN_SERVER, &params![mailbox])
}

/// Saves the server of a mailbox. `sealed` is a new password; none: the one that is kept stays, for the same user and host.
pub(crate) fn save_own(
    tx: &Write<'_>,
    (act, scope): (&Act, &Scope),
    (mailbox, address): (Id, &str),
    draft: &Draft,
    sealed: Option<&[u8]>,
) -> Result<(), SaveServerError> {
    scope.confirm(tx)?;
    let before = own_server(tx, mailbox)?.map(|own| own.server);
    let same = before.filter(|before| before.user == draft.user && before.host == draft.host);
    let kept = same.and_then(|before| before.password);
    let password = sealed
        .or(kept.as_deref())
        .filter(|_| !draft.user.is_empty() && !draft.by_consent);
    let row = params![
        mailbox,
        address,
        &draft.host,
        i64::from(draft.port),
        draft.protection.word(),
        &draft.user,
        password,
        act.at,
        scope.person(),
        draft.by_consent,
    ];
    tx.execute(SAVE_OWN, &row)?;
    let detail = serde_json::json!({ "host": draft.host, "port": draft.port });
    let id = mailbox.to_string();
    Ok(act.write(tx, "MailboxServerChanged", ("mailbox", &id), &detail)?)
}

/// Its letters leave through the house's server again.
pub(crate) fn drop_own(
    tx: &Write<'_>,
    (act, scope): (&Act, &Scope),
    mailbox: Id,
) -> Result<(), SaveServerError> {
    scope.confirm(tx)?;
    if tx.execute(DROP_OWN, &params![mailbox])? == 0 {
        return Err(SaveServerError::Missing);
    }
    let (id, nothing) = (mailbox.to_string(), serde_json::json!({}));
    Ok(act.write(tx, "MailboxServerRemoved", ("mailbox", &id), &nothing)?)
}

pub(crate) fn own_trouble(
    tx: &Write<'_>,
    mailbox: Id,
    (words, advice): (&str, &str),
    (now, quiet): (Instant, Instant),
) -> Result<(), StoreError> {
    let row = params![mailbox, words, advice, now, quiet];
    tx.execute(OWN_TROUBLE, &row).map(drop)
}

pub(crate) fn own_well(tx: &Write<'_>, mailbox: Id) -> Result<(), StoreError> {
    tx.execute(OWN_WELL, &params![mailbox]).map(drop)
}

/// A mail that a mailbox sent to itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trial {
    pub(crate) begun_at: Instant,
    /// When it came back; none: it has not.
    pub(crate) arrived_at: Option<Instant>,
    /// How it stands on its way out.
    pub(crate) fate: Option<Fate>,
}

/// The last trial of a mailbox.
pub(crate) fn trial(read: &Read<'_>, mailbox: Id) -> Result<Option<Trial>, StoreError> {
    let found: Option<(Id, Instant, Option<Instant>)> = read.maybe(TRIAL, &params![mailbox])?;
    let Some((letter, begun_at, arrived_at)) = found else {
        return Ok(None);
    };
    let fate = outbox::fates(read, &[letter])?.pop().map(|(_, fate)| fate);
    Ok(Some(Trial {
        begun_at,
        arrived_at,
        fate,
    }))
}

/// Has a mailbox send a mail to itself.
pub(crate) fn begin_trial(
    tx: &Write<'_>,
    (act, scope): (&Act, &Scope),
    (mailbox, address): (Id, &str),
    parcel: Id,
) -> Result<(), SaveServerError> {
    scope.confirm(tx)?;
    let to = Address {
        name: String::new(),
        email: address.to_owned(),
    };
    let text = "This mail was sent to see whether mail leaves this mailbox and comes back to it. Nobody needs to do anything with it.";
    let letter = Letter {
        from: Some(address.to_owned()),
        ..Letter::to_address(to, Voice::Machine, "A test of this mailbox", text)
    };
    put(tx, parcel, &letter, act.at)?;
    tx.execute(BEGIN_TRIAL, &params![mailbox, parcel, act.at])?;
    let (id, nothing) = (mailbox.to_string(), serde_json::json!({}));
    Ok(act.write(tx, "MailboxTried", ("mailbox", &id), &nothing)?)
}

/// A letter of ours has come back to one of our mailboxes. True: it was sent to see whether it does.
///
/// # Errors
///
/// As the database says.
pub fn came_back(tx: &Write<'_>, letter: Id, at: Instant) -> Result<bool, StoreError> {
    let known: Option<(Id,)> = tx.maybe(IS_TRIAL, &params![letter])?;
    if known.is_some() {
        tx.execute(CAME_BACK, &params![letter, at])?;
    }
    Ok(known.is_some())
}
