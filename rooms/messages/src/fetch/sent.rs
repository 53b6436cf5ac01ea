//! The folder of what was sent: there lies our mail as the provider passed it on, and where it gave it an id of its own, that id is
//! written down. Nothing is changed there. A folder that cannot be opened holds up no mail that comes in.

use kept_mail::imap::Imap;
use kept_store::{Write, params};

use super::{FetchError, Source};
use crate::queries;
use crate::room::Room;

/// So many mails are looked at each time.
const AT_ONCE: usize = 200;

impl Room {
    /// Looks at what has come there since the last time.
    pub(super) fn look_at_sent(&self, source: &Source, line: &mut Imap) -> Result<(), FetchError> {
        if source.sent_folder.is_empty() {
            return Ok(());
        }
        let folder = match line.select(&source.sent_folder) {
            Ok(folder) => folder,
            Err(trouble) if trouble.said.starts_with("the server said") => return Ok(()),
            Err(trouble) => return Err(trouble.into()),
        };
        let known = source.sent_validity == Some(folder.uid_validity);
        let mut new = line.after(if known { source.sent_uid } else { 0 })?;
        let mut cursor = source.sent_uid;
        if !known {
            // What was sent before we began was not sent by us, or is known.
            cursor = new.last().copied().unwrap_or(0);
            new.clear();
        }
        new.truncate(AT_ONCE);
        for uid in new {
            let head = line.head(uid)?.unwrap_or_default();
            self.note_other_id(&head)?;
            cursor = uid;
        }
        let (mailbox, changed_at) = (source.mailbox, source.changed_at);
        let (validity, uid) = (i64::from(folder.uid_validity), i64::from(cursor));
        if known && cursor == source.sent_uid {
            return Ok(());
        }
        let looked = self.store.write(move |tx: &Write<'_>| {
            tx.execute(
                queries::LOOKED_TO,
                &params![mailbox, validity, uid, changed_at],
            )
        });
        Ok(looked.wait().map(drop)?)
    }

    fn note_other_id(&self, head: &[u8]) -> Result<(), FetchError> {
        let Some((parcel, Some(id))) = self.marks.letter(head) else {
            return Ok(());
        };
        if id.is_empty() || id.len() > 998 || self.marks.parcel(&id) == Some(parcel) {
            return Ok(());
        }
        let (now, ids) = (self.world.now(), vec![id]);
        let noted = self
            .store
            .write(move |tx| queries::also_known_as(tx, parcel, &ids, now));
        Ok(noted.wait()?)
    }
}
