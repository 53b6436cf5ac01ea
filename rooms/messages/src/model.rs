//! The words of the room: a mailbox, a mail as it came, and what became of it.

use std::fmt::{self, Write as _};

use kept_kernel::{Id, IdError, Instant};
use kept_store::{FromRow, Row, StoreError, Value};

/// A mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MailboxId(pub Id);

impl fmt::Display for MailboxId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl std::str::FromStr for MailboxId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        text.parse().map(Self)
    }
}

impl From<MailboxId> for Value<'_> {
    fn from(id: MailboxId) -> Self {
        Self::Id(id.0)
    }
}

/// An address at which clients reach the house.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mailbox {
    pub(crate) id: MailboxId,
    /// In small letters.
    pub(crate) address: String,
    /// `Desk`
    pub(crate) name: String,
    /// The name of our own server in what it says of senders.
    pub(crate) server: String,
    /// Whether new requests are confirmed by a machine.
    pub(crate) receipt: bool,
    /// When the last mail came.
    pub(crate) last_mail_at: Option<Instant>,
    /// What stands below its letters.
    pub(crate) signature: String,
    /// Whether it gets what goes to its address with a plus.
    pub(crate) plus: bool,
    /// New requests go to this team, where no rule says more.
    pub(crate) team: Option<Id>,
    /// New requests have this category; empty: none.
    pub(crate) category: String,
}

impl FromRow for Mailbox {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: MailboxId(row.get(0)?),
            address: row.get(1)?,
            name: row.get(2)?,
            server: row.get(3)?,
            receipt: row.get(4)?,
            last_mail_at: row.get(5)?,
            signature: row.get(6)?,
            plus: row.get(7)?,
            team: row.get(8)?,
            category: row.get(9)?,
        })
    }
}

/// A mail that was received: what it is known by, and whether it had come before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// What it is known by.
    pub raw: Id,
    /// Whether the same bytes had come to the same mailbox before.
    pub again: bool,
}

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It opened a request.
    Opened,
    /// It was added to one.
    Added,
    /// It was added to one as a note among us.
    Noted,
    /// A machine wrote it, and the request says so.
    Told,
    /// It is a report about a mail of ours.
    Bounce,
    /// The same mail came to another mailbox before.
    Copy,
    /// It belongs to nothing: somebody looks at it.
    Aside,
}

impl Outcome {
    /// As it is stored and read.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Added => "added",
            Self::Noted => "noted",
            Self::Told => "told",
            Self::Bounce => "bounce",
            Self::Copy => "copy",
            Self::Aside => "aside",
        }
    }
}

/// A mail as it is listed and shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MessageRow {
    pub(crate) id: Id,
    pub(crate) raw: Id,
    pub(crate) sha256: Vec<u8>,
    pub(crate) size: u64,
    pub(crate) mailbox: String,
    pub(crate) message_id: Option<String>,
    pub(crate) in_reply_to: Option<String>,
    pub(crate) subject: String,
    pub(crate) from_name: String,
    pub(crate) from_email: String,
    pub(crate) reply_to: String,
    pub(crate) recipients: String,
    pub(crate) written_at: Option<Instant>,
    pub(crate) received_at: Instant,
    pub(crate) verdict: String,
    pub(crate) automatic: Option<String>,
    pub(crate) flaws: String,
    pub(crate) state: String,
    pub(crate) reason: Option<String>,
    pub(crate) request: Option<Id>,
    pub(crate) settled_at: Option<Instant>,
    /// Why the sender is worth what the verdict says, in lines.
    pub(crate) verdict_why: String,
    /// The message that it became on its request.
    pub(crate) message: Option<Id>,
}

impl MessageRow {
    /// The SHA-256 of its bytes, in hexadecimal digits.
    pub(crate) fn hash(&self) -> String {
        self.sha256.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

impl FromRow for MessageRow {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            raw: row.get(1)?,
            sha256: row.get::<&[u8]>(2)?.to_vec(),
            size: row.get(3)?,
            mailbox: row.get(4)?,
            message_id: row.get(5)?,
            in_reply_to: row.get(6)?,
            subject: row.get(7)?,
            from_name: row.get(8)?,
            from_email: row.get(9)?,
            reply_to: row.get(10)?,
            recipients: row.get(11)?,
            written_at: row.get(12)?,
            received_at: row.get(13)?,
            verdict: row.get(14)?,
            automatic: row.get(15)?,
            flaws: row.get(16)?,
            state: row.get(17)?,
            reason: row.get(18)?,
            request: row.get(19)?,
            settled_at: row.get(20)?,
            verdict_why: row.get(21)?,
            message: row.get(22)?,
        })
    }
}
