//! What the room holds about a person: taken out for them, and erased.

use kept_accounts::model::PersonId;
use kept_kernel::{Id, Instant};
use kept_rooms::{About, Erasable, Erased, Exportable, Sheet};
use kept_store::{Read, StoreError, Write, params};

use crate::model::AnnouncementId;
use crate::{queries, search};

/// The room as far as it holds something about people.
pub(crate) struct AboutPeople;

impl Exportable for AboutPeople {
    fn sheets(&self, read: &Read<'_>, about: About) -> Result<Vec<Sheet>, StoreError> {
        let About::Person(person) = about else {
            return Ok(Vec::new());
        };
        let person = PersonId(person);
        let written: Vec<(Id, u32, String, String, Instant)> =
            queries::of_person(read, queries::WRITTEN_BY, person)?;
        let readings: Vec<(Id, u32, String, Instant)> =
            queries::of_person(read, queries::READ_BY, person)?;
        let reminders: Vec<(Id, Instant)> = queries::of_person(read, queries::REMINDED, person)?;
        let written = written.into_iter().map(|(id, version, title, text, at)| {
            vec![
                id.to_string(),
                version.to_string(),
                title,
                text,
                at.to_string(),
            ]
        });
        let readings = readings.into_iter().map(|(id, version, title, at)| {
            vec![id.to_string(), version.to_string(), title, at.to_string()]
        });
        let reminders = reminders
            .into_iter()
            .map(|(id, at)| vec![id.to_string(), at.to_string()]);
        Ok(vec![
            Sheet {
                name: "Announcements written".into(),
                columns: vec!["announcement", "version", "title", "text", "written at"],
                rows: written.collect(),
            },
            Sheet {
                name: "Announcements read".into(),
                columns: vec!["announcement", "version", "title", "read at"],
                rows: readings.collect(),
            },
            Sheet {
                name: "Reminders of announcements".into(),
                columns: vec!["announcement", "reminded at"],
                rows: reminders.collect(),
            },
        ])
    }
}

impl Erasable for AboutPeople {
    fn erase(&self, tx: &Write<'_>, about: About, at: Instant) -> Result<Vec<Erased>, StoreError> {
        let About::Person(person) = about else {
            return Ok(Vec::new());
        };
        let theirs: Vec<(Id,)> = tx.all(queries::OF_AUTHOR, &params![person])?;
        let run = |sql| tx.execute(sql, &params![person]);
        let announcements = run(queries::FORGET_AUTHOR)? + run(queries::FORGET_WITHDRAWER)?;
        let versions = run(queries::FORGET_WRITER)?;
        let readings = run(queries::FORGET_READINGS)? + run(queries::FORGET_REMINDERS)?;
        for (id,) in theirs {
            search::follow(tx, AnnouncementId(id), at)?;
        }
        let stay = Some("They are the company's word to its people.");
        Ok(vec![
            Erased {
                what: "announcements",
                rows: announcements,
                stays_because: stay,
            },
            Erased {
                what: "versions of announcements",
                rows: versions,
                stays_because: stay,
            },
            Erased {
                what: "confirmations and reminders",
                rows: readings,
                stays_because: None,
            },
        ])
    }
}
