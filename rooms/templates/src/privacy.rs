//! What the room holds about a person: taken out for them, and erased.

use kept_kernel::Instant;
use kept_rooms::{About, Erasable, Erased, Exportable, Sheet};
use kept_store::{Read, StoreError, Write, params};

use crate::queries;

/// The room as far as it holds something about people.
pub(crate) struct AboutPeople;

/// A text that somebody wrote.
type Written = (String, u32, String, String, Instant);

impl Exportable for AboutPeople {
    fn sheets(&self, read: &Read<'_>, about: About) -> Result<Vec<Sheet>, StoreError> {
        let About::Person(person) = about else {
            return Ok(Vec::new());
        };
        let rows: Vec<Written> = read.all(queries::WRITTEN_BY, &params![person])?;
        let row = |(name, version, subject, body, at): Written| {
            vec![name, version.to_string(), subject, body, at.to_string()]
        };
        Ok(vec![Sheet {
            name: "Templates written".into(),
            columns: vec!["template", "version", "subject", "text", "written at"],
            rows: rows.into_iter().map(row).collect(),
        }])
    }
}

impl Erasable for AboutPeople {
    fn erase(&self, tx: &Write<'_>, about: About, _at: Instant) -> Result<Vec<Erased>, StoreError> {
        let About::Person(person) = about else {
            return Ok(Vec::new());
        };
        let run = |sql| tx.execute(sql, &params![person]);
        let rows = run(queries::FORGET_WRITER)?
            + run(queries::FORGET_ASKER)?
            + run(queries::FORGET_APPROVER)?
            + run(queries::FORGET_RETURNER)?;
        Ok(vec![Erased {
            what: "versions of templates",
            rows,
            stays_because: Some("They are the company's texts."),
        }])
    }
}
