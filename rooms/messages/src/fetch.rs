//! Mail that is fetched from another server. What has come is kept here first, and only then marked or moved there; nothing is ever
//! deleted. How far it was fetched stands in a row, so that a fetch which dies half-way goes on where it was; the same bytes are kept
//! once, whatever is fetched twice.
//!
//! A server that cannot be reached is left alone for a while, longer each time, and the administrators are told.

pub(crate) mod providers;
mod sent;
mod source;
mod watch;

use kept_mail::imap::Imap;
use kept_mail::{Stage, Trouble};
use kept_store::{StoreError, params};

use crate::queries;
use crate::receive::{LARGEST, ReceiveError};
use crate::room::Room;

pub(crate) use source::{CONSENT, Draft, Source, Typed, probe, sealed_for};
pub(crate) use watch::{Watch, silences};

/// So many mails are asked for their size at once.
const AT_ONCE: usize = 100;
/// After so many tries a mail that its server does not hand over is passed over.
const TRIES: u32 = 4;

/// Why a fetch has ended before its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// On the other side.
    #[error(transparent)]
    There(#[from] Trouble),
    /// Here.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Room {
    /// Opens a line to where a mailbox lies, as far as its folder.
    pub(crate) fn reach(&self, source: &Source) -> Result<Imap, Trouble> {
        let outward = self.outward.as_ref().ok_or_else(unreachable)?;
        let mut line = Imap::open(
            (&source.host, source.port),
            source.protection,
            (outward.guard, &outward.trust),
            self.patience,
        )?;
        let who = source.credentials(self)?;
        let shown = line.sign_in(&who);
        if shown.is_err() && source.by_consent {
            self.token_refused(source.mailbox.0);
        }
        shown?;
        Ok(line)
    }

    /// Fetches all that has come since the last time; how many mails that are.
    pub(crate) fn fetch(&self, source: &Source, line: &mut Imap) -> Result<usize, FetchError> {
        self.look_at_sent(source, line)?;
        let folder = line.select(&source.folder)?;
        let (new, mut cursor) = match source.uid_validity {
            Some(known) if known == folder.uid_validity => {
                (line.after(source.last_uid)?, source.last_uid)
            }
            // The server numbers its mails anew: what came since we began is looked at again, and what is here already is known.
            Some(_) => (line.since(&source.since())?, 0),
            // What lay there before we began stays there.
            None => (Vec::new(), line.after(0)?.last().copied().unwrap_or(0)),
        };
        let mut took = 0;
        let validity = folder.uid_validity;
        for some in new.chunks(AT_ONCE) {
            for one in line.sizes(some)? {
                took += usize::from(self.take(source, line, (one.uid, one.size))?);
                cursor = one.uid;
                self.remember(source, (validity, cursor))?;
            }
            // What has gone meanwhile has no size.
            cursor = some.last().copied().unwrap_or(cursor);
        }
        self.remember(source, (validity, cursor))?;
        let (mailbox, now) = (source.mailbox, self.world.now());
        let well = self
            .store
            .write(move |tx| tx.execute(queries::REACHED_SOURCE, &params![mailbox, now]));
        well.wait()?;
        Ok(took)
    }

    /// Fetches the mail of a mailbox once; how many mails were new. Blocks.
    ///
    /// # Errors
    ///
    /// What stands in the way, in words; it is written down too.
    pub fn fetch_once(&self, address: &str) -> Result<usize, String> {
        let address = address.to_owned();
        let found = self.store.read(move |read| {
            let Some(of) = queries::mailbox_at(read, &address)? else {
                return Ok(None);
            };
            queries::source(read, of.id)
        });
        let words = |error: &dyn std::fmt::Display| error.to_string();
        let found: Option<Source> = found.wait().map_err(|error: StoreError| words(&error))?;
        let source = found.ok_or_else(|| "no mail is fetched for this mailbox".to_owned())?;
        let fetched = self.reach(&source).map_err(FetchError::There);
        let fetched = fetched.and_then(|mut line| {
            let took = self.fetch(&source, &mut line)?;
            line.close();
            Ok(took)
        });
        fetched.map_err(|error| {
            let noted = watch::noted(self, source.mailbox, &error);
            noted
                .err()
                .map_or_else(|| words(&error), |error| words(&error))
        })
    }

    fn remember(&self, source: &Source, (validity, uid): (u32, u32)) -> Result<(), StoreError> {
        let (mailbox, changed_at) = (source.mailbox, source.changed_at);
        let row = move |tx: &kept_store::Write<'_>| {
            let row = params![mailbox, i64::from(validity), i64::from(uid), changed_at];
            tx.execute(queries::FETCHED_TO, &row)
        };
        self.store.write(row).wait().map(drop)
    }

    /// Takes one mail in. False: it was here, or could not be taken, which is written down.
    fn take(
        &self,
        source: &Source,
        line: &mut Imap,
        (uid, size): (u32, u64),
    ) -> Result<bool, FetchError> {
        if size > LARGEST as u64 {
            let head = line.head(uid)?.unwrap_or_default();
            self.refuse(source.mailbox, size, &head)?;
            line.mark_seen(uid)?;
            return Ok(false);
        }
        let raw = match line.mail(uid, LARGEST + 1024) {
            Ok(Some(raw)) => raw,
            Ok(None) => return Ok(false),
            // One mail that its server cannot hand over does not hold up those behind it for ever.
            Err(trouble) if source.tries >= TRIES && trouble.stage == Stage::Fetch => {
                self.refuse(source.mailbox, size, b"")?;
                self.remember(source, (source.uid_validity.unwrap_or(0), uid))?;
                return Err(trouble.into());
            }
            Err(trouble) => return Err(trouble.into()),
        };
        let again = match self.receive_for(source.mailbox, &raw) {
            Ok(taken) => {
                // It is kept. What cannot be made of it now is made later, by a job.
                let _ = self.handle(taken.raw);
                taken.again
            }
            Err(ReceiveError::Store(error)) => return Err(error.into()),
            // It is empty, or its mailbox has gone.
            Err(_) => true,
        };
        if source.move_to.is_empty() {
            line.mark_seen(uid)?;
        } else {
            line.move_to(uid, &source.move_to)?;
        }
        Ok(!again)
    }
}

fn unreachable() -> Trouble {
    Trouble::said(
        Stage::Connect,
        "mail is fetched by kept serve alone",
        "Start kept serve.",
    )
}
