//! What the room holds about clients, their contacts and the people who work for them: taken out for them, and erased.

use kept_kernel::{Id, Instant};
use kept_rooms::{About, Erasable, Erased, Exportable, Sheet};
use kept_store::{Read, Sql, StoreError, Write, params, statements};

statements! {
    ANSWERS_OF_CONTACT = "SELECT id, given_at, given, changes FROM form_answers WHERE contact = $1 ORDER BY given_at, id";
    ANSWERS_OF_WHOLE = "SELECT id, given_at, given, changes FROM form_answers WHERE client = $1 ORDER BY given_at, id";
    LINKS_MADE_BY = "SELECT id, made_at FROM form_links WHERE made_by = $1 ORDER BY made_at, id";
    BLANK_OF_CONTACT = "UPDATE form_answers SET given = '[]', changes = '[]' WHERE contact = $1 AND given <> '[]'";
    BLANK_OF_CLIENT = "UPDATE form_answers SET given = '[]', changes = '[]' WHERE client = $1 AND given <> '[]'";
    FILES_OF_CONTACT = "SELECT f.id, f.added_at, f.name, f.size FROM form_files f JOIN form_answers a ON a.id = f.answer
                        WHERE a.contact = $1 ORDER BY f.added_at, f.id";
    FILES_OF_WHOLE = "SELECT f.id, f.added_at, f.name, f.size FROM form_files f JOIN form_answers a ON a.id = f.answer
                      WHERE a.client = $1 ORDER BY f.added_at, f.id";
    DRAFTS_OF_CONTACT = "SELECT l.id, d.saved_at, d.filled FROM form_drafts d JOIN form_links l ON l.id = d.link
                         WHERE l.contact = $1 ORDER BY d.saved_at, l.id";
    DRAFTS_OF_WHOLE = "SELECT l.id, d.saved_at, d.filled FROM form_drafts d JOIN form_links l ON l.id = d.link
                       WHERE l.client = $1 ORDER BY d.saved_at, l.id";
    DROP_FILES_OF_CONTACT = "DELETE FROM form_files WHERE answer IN (SELECT id FROM form_answers WHERE contact = $1)
                             OR link IN (SELECT id FROM form_links WHERE contact = $1)";
    DROP_FILES_OF_CLIENT = "DELETE FROM form_files WHERE answer IN (SELECT id FROM form_answers WHERE client = $1)
                            OR link IN (SELECT id FROM form_links WHERE client = $1)";
    DROP_DRAFTS_OF_CONTACT = "DELETE FROM form_drafts WHERE link IN (SELECT id FROM form_links WHERE contact = $1)";
    DROP_DRAFTS_OF_CLIENT = "DELETE FROM form_drafts WHERE link IN (SELECT id FROM form_links WHERE client = $1)";
    DROP_LINKS_OF_CONTACT = "DELETE FROM form_links WHERE contact = $1";
    DROP_LINKS_OF_CLIENT = "DELETE FROM form_links WHERE client = $1";
    FORGET_MAKER = "UPDATE forms SET made_by = NULL WHERE made_by = $1";
    FORGET_PUBLISHER = "UPDATE form_versions SET published_by = NULL WHERE published_by = $1";
    FORGET_SENDER = "UPDATE form_links SET made_by = NULL WHERE made_by = $1";
    FORGET_SEER = "UPDATE form_answers SET seen_by = NULL WHERE seen_by = $1";
}

/// The room as far as it holds something about people and clients.
pub(crate) struct AboutPeople;

impl Exportable for AboutPeople {
    fn sheets(&self, read: &Read<'_>, about: About) -> Result<Vec<Sheet>, StoreError> {
        let (sql, id) = match about {
            About::Person(person) => {
                let sent: Vec<(Id, Instant)> = read.all(LINKS_MADE_BY, &params![person])?;
                let rows = sent
                    .into_iter()
                    .map(|(id, at)| vec![id.to_string(), at.to_string()]);
                return Ok(vec![Sheet {
                    name: "Forms sent".into(),
                    columns: vec!["link", "sent at"],
                    rows: rows.collect(),
                }]);
            }
            About::Client(client) => ([ANSWERS_OF_WHOLE, FILES_OF_WHOLE, DRAFTS_OF_WHOLE], client),
            About::Contact(contact) => (
                [ANSWERS_OF_CONTACT, FILES_OF_CONTACT, DRAFTS_OF_CONTACT],
                contact,
            ),
        };
        let [sql, files, drafts] = sql;
        let answers: Vec<(Id, Instant, String, String)> = read.all(sql, &params![id])?;
        let rows = answers
            .into_iter()
            .map(|(id, at, given, changes)| vec![id.to_string(), at.to_string(), given, changes]);
        let files: Vec<(Id, Instant, String, u64)> = read.all(files, &params![id])?;
        let files = files.into_iter().map(|(id, at, name, size)| {
            vec![id.to_string(), at.to_string(), name, size.to_string()]
        });
        let drafts: Vec<(Id, Instant, String)> = read.all(drafts, &params![id])?;
        let drafts = drafts
            .into_iter()
            .map(|(id, at, filled)| vec![id.to_string(), at.to_string(), filled]);
        Ok(vec![
            Sheet {
                name: "Forms filled in".into(),
                columns: vec!["answer", "given at", "given", "changes"],
                rows: rows.collect(),
            },
            Sheet {
                name: "Files sent with forms".into(),
                columns: vec!["file", "sent at", "name", "size"],
                rows: files.collect(),
            },
            Sheet {
                name: "Forms begun".into(),
                columns: vec!["link", "saved at", "filled in"],
                rows: drafts.collect(),
            },
        ])
    }
}

impl Erasable for AboutPeople {
    fn erase(&self, tx: &Write<'_>, about: About, _at: Instant) -> Result<Vec<Erased>, StoreError> {
        let run = |sqls: &[Sql], id: Id| -> Result<u64, StoreError> {
            let mut rows = 0;
            for sql in sqls {
                rows += tx.execute(*sql, &params![id])?;
            }
            Ok(rows)
        };
        let (what, rows, stays_because) = match about {
            About::Person(person) => {
                let all = [FORGET_MAKER, FORGET_PUBLISHER, FORGET_SENDER, FORGET_SEER];
                let stay = Some("They are the company's forms and the clients' answers.");
                ("forms and answers", run(&all, person)?, stay)
            }
            About::Client(client) => {
                let all = [
                    DROP_FILES_OF_CLIENT,
                    DROP_DRAFTS_OF_CLIENT,
                    BLANK_OF_CLIENT,
                    DROP_LINKS_OF_CLIENT,
                ];
                ("answers to forms", run(&all, client)?, None)
            }
            About::Contact(contact) => {
                let all = [
                    DROP_FILES_OF_CONTACT,
                    DROP_DRAFTS_OF_CONTACT,
                    BLANK_OF_CONTACT,
                    DROP_LINKS_OF_CONTACT,
                ];
                ("answers to forms", run(&all, contact)?, None)
            }
        };
        Ok(vec![Erased {
            what,
            rows,
            stays_because,
        }])
    }
}
