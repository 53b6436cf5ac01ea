//! Who wrote a mail that waits: as our own server said when it came in, else as our own check finds. It is asked before anything is
//! written, and whatever is not answered holds nothing up.

use std::panic::{AssertUnwindSafe, catch_unwind};

use kept_kernel::{Id, Instant};
use kept_mail::checking::{Client, Finding, finding};
use kept_mail::reading::{Incoming, server_says};
use kept_store::{FromRow, Row, StoreError, params};

use crate::model::MailboxId;
use crate::queries;
use crate::room::Room;

/// So much of what our server said is kept.
const SAID: usize = 1_000;

/// A mail that waits, read, with what its sender is worth.
pub(super) struct Judged {
    pub(super) mailbox: MailboxId,
    pub(super) content: Vec<u8>,
    pub(super) received_at: Instant,
    pub(super) tries: u32,
    pub(super) mail: Incoming,
    pub(super) finding: Finding,
}

/// A mail that waits, as it came.
struct Waiting {
    mailbox: MailboxId,
    content: Vec<u8>,
    received_at: Instant,
    tries: u32,
    /// The name of our own server in what it says of senders; empty: there is none.
    server: String,
    client: Option<Client>,
}

impl FromRow for Waiting {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let address: Option<String> = row.get(5)?;
        let (helo, from): (Option<String>, Option<String>) = (row.get(6)?, row.get(7)?);
        let client = address.and_then(|address| {
            Some(Client {
                address: address.parse().ok()?,
                helo: helo.unwrap_or_default(),
                from: from.unwrap_or_default(),
            })
        });
        Ok(Self {
            mailbox: MailboxId(row.get(0)?),
            content: row.get::<&[u8]>(1)?.to_vec(),
            received_at: row.get(2)?,
            tries: row.get(3)?,
            server: row.get(4)?,
            client,
        })
    }
}

impl Room {
    /// Reads a mail that waits and judges its sender; none: it does not wait any longer.
    pub(super) fn judged(&self, raw: Id) -> Result<Option<Judged>, StoreError> {
        let found = self
            .store
            .read(move |read| read.maybe::<Waiting>(queries::RAW, &params![raw]));
        let Some(waiting) = found.wait()? else {
            return Ok(None);
        };
        let mail = Incoming::read(&waiting.content);
        let finding = self.finding(&waiting, &mail);
        Ok(Some(Judged {
            mailbox: waiting.mailbox,
            content: waiting.content,
            received_at: waiting.received_at,
            tries: waiting.tries,
            mail,
            finding,
        }))
    }

    fn finding(&self, waiting: &Waiting, mail: &Incoming) -> Finding {
        if let Some(verdict) = server_says(mail, &waiting.server) {
            let said = mail.results.first().map_or("", String::as_str);
            let said: String = said.chars().take(SAID).collect();
            let reasons = vec![format!("Our mail server says: {said}")];
            return Finding { verdict, reasons };
        }
        let Some(resolver) = &self.resolver else {
            return Finding::unverified("No server that we trust has said who wrote it.");
        };
        let raw = (&*waiting.content, mail);
        let (client, at) = (waiting.client.as_ref(), waiting.received_at);
        // Should the check fall over something, the mail is still a mail.
        let found = catch_unwind(AssertUnwindSafe(|| finding(raw, client, &**resolver, at)));
        found.unwrap_or_else(|_| Finding::unverified("Its sender could not be checked."))
    }
}
