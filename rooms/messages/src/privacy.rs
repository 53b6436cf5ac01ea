//! What the room holds about clients, contacts and people: taken out for them, and erased. A mail that was brought to a request goes
//! with it: its bytes, and who wrote it to whom.

use std::sync::Arc;

use kept_kernel::{Id, Instant};
use kept_rooms::{About, Erasable, Erased, Exportable, Sheet};
use kept_store::{Read, StoreError, Write, params};

use crate::desk::Desk;
use crate::queries;

/// The room as far as it holds something about people.
pub(crate) struct AboutPeople(pub(crate) Arc<dyn Desk>);

impl Exportable for AboutPeople {
    fn sheets(&self, read: &Read<'_>, about: About) -> Result<Vec<Sheet>, StoreError> {
        let mut rows = Vec::new();
        for request in self.0.requests_of(read, about)? {
            let found: Vec<(String, String, Instant)> =
                read.all(queries::SAID_BY, &params![request])?;
            rows.extend(
                found
                    .into_iter()
                    .map(|(subject, from, at)| vec![subject, from, at.to_string()]),
            );
        }
        Ok(vec![Sheet {
            name: "Mails".into(),
            columns: vec!["subject", "from", "received at"],
            rows,
        }])
    }
}

impl Erasable for AboutPeople {
    fn erase(&self, tx: &Write<'_>, about: About, _at: Instant) -> Result<Vec<Erased>, StoreError> {
        if let About::Person(id) = about {
            let rows = tx.execute(queries::FORGET_MAKER, &params![id])?
                + tx.execute(queries::FORGET_SETTLER, &params![id])?;
            return Ok(vec![Erased {
                what: "mailboxes and mails seen to",
                rows,
                stays_because: Some("They are the company's."),
            }]);
        }
        let mut rows = 0;
        for request in self.0.requests_of(tx, about)? {
            rows += tx.execute(queries::FORGET_RETURNED, &params![request])?;
            let mails: Vec<(Id, Id)> = tx.all(queries::OF_REQUEST, &params![request])?;
            for (mail, raw) in mails {
                rows += tx.execute(queries::FORGET_MESSAGE, &params![mail])?;
                tx.execute(queries::FORGET_PICTURES, &params![mail])?;
                let nothing: &[u8] = &[];
                tx.execute(queries::FORGET_RAW, &params![raw, nothing])?;
            }
        }
        Ok(vec![Erased {
            what: "mails",
            rows,
            stays_because: Some("That a mail came is counted, without a word."),
        }])
    }
}
