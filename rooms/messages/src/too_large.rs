//! Mail that was not taken: that it came, from whom and how large it was, is written down by whichever door it came. Where a mail
//! server handed it over, that server tells the sender; where it was fetched, nobody else does, and a note leaves from here.

use kept_kernel::{Id, Instant};
use kept_mail::reading::Incoming;
use kept_mail::{Address, Before, Letter, Thread, Voice, is_address, put};
use kept_store::{StoreError, Write, params};

use crate::model::{Mailbox, MailboxId};
use crate::queries;
use crate::receive::{LARGEST, ReceiveError, mailbox};
use crate::room::Room;

const HOUR: i64 = 3_600 * 1_000_000;
/// So many are written down in an hour for a mailbox: a server that announces and never sends could go on for ever.
const AN_HOUR: u32 = 100;

impl Room {
    /// Writes down that a mail of so many bytes was too large to be taken: `from` is whom the server named, `head` the mail's first
    /// bytes, as far as they are known. Tells nobody. Blocks.
    ///
    /// # Errors
    ///
    /// [`ReceiveError`]: there is no such mailbox, or the database cannot be asked.
    pub fn note_too_large(
        &self,
        address: Option<&str>,
        (from, size): (&str, u64),
        head: &[u8],
    ) -> Result<(), ReceiveError> {
        let mail = Incoming::read(head);
        let (id, now) = (self.world.id(), self.world.now());
        let (address, from) = (address.map(str::to_owned), from.to_owned());
        let noted = self.store.write(move |tx| {
            let mailbox = mailbox(tx, address.as_deref())?;
            note(tx, (id, mailbox.id, now), (&mail, &from), size)?;
            Ok::<_, ReceiveError>(())
        });
        noted.wait()
    }

    /// Writes down that a mail was not fetched, and tells its sender where it is too large.
    pub(crate) fn refuse(
        &self,
        mailbox: MailboxId,
        size: u64,
        head: &[u8],
    ) -> Result<(), StoreError> {
        let mail = Incoming::read(head);
        let (id, now) = (self.world.id(), self.world.now());
        let answer = [self.world.id(), self.world.id()];
        let refused = self.store.write(move |tx| {
            let Some(mailbox) = queries::mailbox(tx, mailbox)? else {
                return Ok(());
            };
            note(tx, (id, mailbox.id, now), (&mail, ""), size)?;
            if size > LARGEST as u64 {
                tell(tx, (&mailbox, &mail), (answer, now))?;
            }
            Ok::<_, StoreError>(())
        });
        refused.wait()
    }
}

fn note(
    tx: &Write<'_>,
    (id, mailbox, now): (Id, MailboxId, Instant),
    (mail, from): (&Incoming, &str),
    size: u64,
) -> Result<(), StoreError> {
    let hour = now.plus_micros(-HOUR);
    let lately = params![mailbox, hour, AN_HOUR];
    let (lately,): (u64,) = tx.one(queries::TOO_LARGE_LATELY, &lately)?;
    if lately >= u64::from(AN_HOUR) {
        return Ok(());
    }
    let sender = mail.author().map_or(from, |author| author.email.as_str());
    let bytes = i64::try_from(size).unwrap_or(i64::MAX);
    let row = params![id, mailbox, now, bytes, sender, &mail.subject];
    tx.execute(queries::ADD_TOO_LARGE, &row).map(drop)
}

/// A note to whoever sent what is too large, within the bounds of all that is answered by a machine.
fn tell(
    tx: &Write<'_>,
    (mailbox, mail): (&Mailbox, &Incoming),
    ([parcel, entry], now): ([Id; 2], Instant),
) -> Result<(), StoreError> {
    let to = mail.answer_to().map(|to| queries::folded(&to.email));
    let Some(address) = to.filter(|to| is_address(to) && mail.automatic.is_none()) else {
        return Ok(());
    };
    if !crate::handle::may_answer(tx, entry, &address, now)? {
        return Ok(());
    }
    let to = Address {
        name: String::new(),
        email: address,
    };
    let text = "Your mail is larger than 25 MB and was not taken.\n\nSend its files in several mails, or ask us for another way. This note was sent by a machine.";
    let before = mail.message_id.clone().map(Before::Theirs);
    let letter = Letter {
        from: Some(mailbox.address.clone()),
        thread: Some(Thread {
            in_reply_to: before.clone(),
            references: before.into_iter().collect(),
            ..Thread::default()
        }),
        ..Letter::to_address(to, Voice::Answer, "Your mail is too large", text)
    };
    put(tx, parcel, &letter, now)
}
