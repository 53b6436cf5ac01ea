//! Receiving: the bytes of a mail are kept before anything is made of them. Every door by which mail comes in ends here.

use kept_journal::audit::Who;
use kept_kernel::Id;
use kept_mail::checking::Client;
use kept_mail::is_address;
use kept_mail::reading::sha256;
use kept_store::{AsStore, StoreError, Write, params};

use crate::model::{Mailbox, MailboxId, Taken};
use crate::queries::{self, folded};
use crate::room::Room;

/// The most bytes of a mail that is received.
pub(crate) const LARGEST: usize = 25 * 1024 * 1024;

/// Why a mail was not received. The sender keeps it, and tries again where that can help.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ReceiveError {
    /// No mailbox has this address.
    #[error("there is no mailbox {0} here; add it in Kept under Settings, Mailboxes")]
    NoMailbox(String),
    /// There are several mailboxes, or none, and none was named.
    #[error("name the mailbox with --mailbox: there is not exactly one")]
    WhichMailbox,
    /// There are no bytes.
    #[error("the mail is empty")]
    Empty,
    /// There are too many bytes.
    #[error("the mail is larger than 25 MB")]
    TooLarge,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AsStore for ReceiveError {
    fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl Room {
    /// Whether a mailbox has this address.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub fn knows(&self, address: &str) -> Result<bool, StoreError> {
        let address = address.to_owned();
        let found = self
            .store
            .read(move |read| queries::mailbox_at(read, &address));
        Ok(found.wait()?.is_some())
    }

    /// Receives a mail: when this returns, its bytes are durable. It is handled by [`Room::handle`], at once or by a job. Blocks.
    ///
    /// # Errors
    ///
    /// [`ReceiveError`]
    pub fn receive(&self, address: Option<&str>, raw: &[u8]) -> Result<Taken, ReceiveError> {
        self.receive_from(address, raw, None)
    }

    /// The same, for a server that told which machine handed the mail to it, and that is trusted with that.
    ///
    /// # Errors
    ///
    /// [`ReceiveError`]
    pub fn receive_from(
        &self,
        address: Option<&str>,
        raw: &[u8],
        client: Option<Client>,
    ) -> Result<Taken, ReceiveError> {
        if raw.is_empty() {
            return Err(ReceiveError::Empty);
        }
        if raw.len() > LARGEST {
            return Err(ReceiveError::TooLarge);
        }
        let address = address.map(str::to_owned);
        self.keep(raw, client, move |tx| mailbox(tx, address.as_deref()))
    }

    /// The same, for a mailbox that is known.
    pub(crate) fn receive_for(&self, id: MailboxId, raw: &[u8]) -> Result<Taken, ReceiveError> {
        if raw.is_empty() {
            return Err(ReceiveError::Empty);
        }
        self.keep(raw, None, move |tx| {
            queries::mailbox(tx, id)?.ok_or(ReceiveError::WhichMailbox)
        })
    }

    fn keep(
        &self,
        raw: &[u8],
        client: Option<Client>,
        mailbox: impl Fn(&Write<'_>) -> Result<Mailbox, ReceiveError> + Send + 'static,
    ) -> Result<Taken, ReceiveError> {
        let (id, now, hash, raw) = (self.world.id(), self.world.now(), sha256(raw), raw.to_vec());
        let kept = self.store.write(move |tx| {
            let mailbox = mailbox(tx)?;
            let size = i64::try_from(raw.len()).unwrap_or(i64::MAX);
            let told = client.as_ref().map(|client| {
                let address = client.address.to_string();
                (address, client.helo.clone(), client.from.clone())
            });
            let (address, helo, from) = match &told {
                Some((address, helo, from)) => (Some(address), Some(helo), Some(from)),
                None => (None, None, None),
            };
            let row = params![id, mailbox.id, &hash, size, &raw, now, address, helo, from];
            let added = tx.execute(queries::ADD_RAW, &row)? == 1;
            if added {
                tx.execute(queries::MAIL_CAME, &params![mailbox.id, now])?;
                return Ok(Taken {
                    raw: id,
                    again: false,
                });
            }
            let (raw,): (Id,) = tx.one(queries::RAW_ALIKE, &params![mailbox.id, &hash])?;
            Ok::<_, ReceiveError>(Taken { raw, again: true })
        });
        kept.wait()
    }
}

/// The mailbox of an address; without one, the only one.
pub(crate) fn mailbox(tx: &Write<'_>, address: Option<&str>) -> Result<Mailbox, ReceiveError> {
    match address {
        Some(address) => queries::mailbox_at(tx, address)?
            .ok_or_else(|| ReceiveError::NoMailbox(folded(address))),
        None => {
            let mut all = queries::mailboxes(tx)?;
            let only = all.pop().filter(|_| all.is_empty());
            only.ok_or(ReceiveError::WhichMailbox)
        }
    }
}

/// Adds a mailbox from the command line of the server, or says anew what is known of it. False: that is no address.
///
/// # Errors
///
/// As the database says.
pub fn add_mailbox(
    room: &Room,
    address: &str,
    name: &str,
    server: &str,
) -> Result<bool, StoreError> {
    if !is_address(address) {
        return Ok(false);
    }
    let (id, act) = (MailboxId(room.world.id()), room.act_of(Who::Console));
    let (address, name, server) = (
        folded(address),
        name.to_owned(),
        server.trim().to_lowercase(),
    );
    let added = room.store.write(move |tx| {
        let nobody: Option<Id> = None;
        let row = params![id, &address, &name, &server, false, act.at, nobody];
        tx.execute(queries::PUT_MAILBOX, &row)?;
        let detail = serde_json::json!({ "address": address });
        act.write(tx, "MailboxSaved", ("mailbox", &address), &detail)?;
        Ok::<_, StoreError>(true)
    });
    added.wait()
}
