//! What the room holds about clients, their contacts and the people who work for them: taken out for them, and erased.

use kept_kernel::{Id, Instant};
use kept_rooms::{About, Erasable, Erased, Exportable, Sheet};
use kept_store::{Read, StoreError, Write, params, statements};

macro_rules! contacts_of {
    () => {
        "IN (SELECT id FROM contacts WHERE client = $1)"
    };
}

statements! {
    CONSENTS = "SELECT id, purpose, wording, source, given_at, withdrawn_at FROM portal_consents WHERE contact = $1 ORDER BY given_at, id";
    CONSENTS_OF_ALL = "SELECT id, purpose, wording, source, given_at, withdrawn_at FROM portal_consents WHERE client = $1 ORDER BY given_at, id";
    CHANGES = "SELECT at, changes FROM portal_changes WHERE contact = $1 ORDER BY at, id";
    CHANGES_OF_ALL = "SELECT at, changes FROM portal_changes WHERE client = $1 ORDER BY at, id";
    ADDRESSES = "SELECT email_before, email, changed_at FROM portal_addresses WHERE contact = $1 AND changed_at IS NOT NULL
                 ORDER BY changed_at, id";
    SESSIONS = "SELECT made_at, seen_at FROM portal_sessions WHERE contact = $1 ORDER BY made_at, id";
    DOCUMENTS = "SELECT id, title, name, added_at FROM portal_documents WHERE contact = $1 AND removed_at IS NULL ORDER BY added_at, id";
    DOCUMENTS_OF_ALL = "SELECT id, title, name, added_at FROM portal_documents WHERE client = $1 AND removed_at IS NULL ORDER BY added_at, id";
    SHARED_BY = "SELECT id, title, name, added_at FROM portal_documents WHERE added_by = $1 ORDER BY added_at, id";

    DROP_CODES = "DELETE FROM portal_codes WHERE session IN (SELECT id FROM portal_sessions WHERE contact = $1)";
    DROP_SESSIONS = "DELETE FROM portal_sessions WHERE contact = $1";
    DROP_LINKS = "DELETE FROM portal_links WHERE contact = $1";
    DROP_ADDRESSES = "DELETE FROM portal_addresses WHERE contact = $1";
    DROP_LETTERS = "DELETE FROM portal_letters WHERE contact = $1";
    DROP_STANDING = "DELETE FROM portal_contacts WHERE contact = $1";
    DROP_DOCUMENTS = "DELETE FROM portal_documents WHERE contact = $1";
    BLANK_CHANGES = "UPDATE portal_changes SET changes = '[]' WHERE contact = $1 AND changes <> '[]'";

    DROP_CODES_OF = concat!("DELETE FROM portal_codes WHERE session IN (SELECT id FROM portal_sessions WHERE contact ", contacts_of!(), ")");
    DROP_SESSIONS_OF = concat!("DELETE FROM portal_sessions WHERE contact ", contacts_of!());
    DROP_LINKS_OF = concat!("DELETE FROM portal_links WHERE contact ", contacts_of!());
    DROP_ADDRESSES_OF = concat!("DELETE FROM portal_addresses WHERE contact ", contacts_of!());
    DROP_LETTERS_OF = concat!("DELETE FROM portal_letters WHERE contact ", contacts_of!());
    DROP_STANDING_OF = concat!("DELETE FROM portal_contacts WHERE contact ", contacts_of!());
    DROP_DOCUMENTS_OF = "DELETE FROM portal_documents WHERE client = $1";
    BLANK_CHANGES_OF = "UPDATE portal_changes SET changes = '[]' WHERE client = $1 AND changes <> '[]'";

    FORGET_SHARER = "UPDATE portal_documents SET added_by = NULL WHERE added_by = $1";
    FORGET_SEER = "UPDATE portal_changes SET seen_by = NULL WHERE seen_by = $1";
    FORGET_SETTER = "UPDATE portal_settings SET changed_by = NULL WHERE changed_by = $1";
}

/// The room as far as it holds something about people and clients.
pub(crate) struct AboutPeople;

type ConsentRow = (Id, String, String, String, Instant, Option<Instant>);

impl Exportable for AboutPeople {
    fn sheets(&self, read: &Read<'_>, about: About) -> Result<Vec<Sheet>, StoreError> {
        match about {
            About::Person(person) => {
                let shared = read.all(SHARED_BY, &params![person])?;
                Ok(vec![documents("Documents shared with clients", shared)])
            }
            About::Client(client) => Ok(vec![
                consents(read.all(CONSENTS_OF_ALL, &params![client])?),
                changes(read.all(CHANGES_OF_ALL, &params![client])?),
                documents("Documents", read.all(DOCUMENTS_OF_ALL, &params![client])?),
            ]),
            About::Contact(contact) => {
                let sessions: Vec<(Instant, Instant)> = read.all(SESSIONS, &params![contact])?;
                let sessions = sessions
                    .into_iter()
                    .map(|(made, seen)| vec![made.to_string(), seen.to_string()]);
                let moved: Vec<(Option<String>, String, Instant)> =
                    read.all(ADDRESSES, &params![contact])?;
                let moved = moved
                    .into_iter()
                    .map(|(old, new, at)| vec![old.unwrap_or_default(), new, at.to_string()]);
                Ok(vec![
                    Sheet {
                        name: "Changes of the address".into(),
                        columns: vec!["before", "after", "changed at"],
                        rows: moved.collect(),
                    },
                    consents(read.all(CONSENTS, &params![contact])?),
                    changes(read.all(CHANGES, &params![contact])?),
                    documents("Documents", read.all(DOCUMENTS, &params![contact])?),
                    Sheet {
                        name: "Visits of the portal".into(),
                        columns: vec!["came in", "last seen"],
                        rows: sessions.collect(),
                    },
                ])
            }
        }
    }
}

fn consents(rows: Vec<ConsentRow>) -> Sheet {
    let rows = rows
        .into_iter()
        .map(|(id, purpose, wording, source, given, withdrawn)| {
            let withdrawn = withdrawn.map(|at| at.to_string()).unwrap_or_default();
            let given = given.to_string();
            vec![id.to_string(), purpose, wording, source, given, withdrawn]
        });
    Sheet {
        name: "Consents".into(),
        columns: vec![
            "consent",
            "purpose",
            "wording",
            "source",
            "given at",
            "withdrawn at",
        ],
        rows: rows.collect(),
    }
}

fn changes(rows: Vec<(Instant, String)>) -> Sheet {
    let rows = rows
        .into_iter()
        .map(|(at, what)| vec![at.to_string(), what]);
    Sheet {
        name: "Details said in the portal".into(),
        columns: vec!["at", "changes"],
        rows: rows.collect(),
    }
}

fn documents(name: &str, rows: Vec<(Id, String, String, Instant)>) -> Sheet {
    let rows = rows
        .into_iter()
        .map(|(id, title, name, at)| vec![id.to_string(), title, name, at.to_string()]);
    Sheet {
        name: name.into(),
        columns: vec!["document", "title", "file", "added at"],
        rows: rows.collect(),
    }
}

impl Erasable for AboutPeople {
    fn erase(&self, tx: &Write<'_>, about: About, _at: Instant) -> Result<Vec<Erased>, StoreError> {
        let run = |sqls: &[kept_store::Sql], id: Id| -> Result<u64, StoreError> {
            let mut rows = 0;
            for sql in sqls {
                rows += tx.execute(*sql, &params![id])?;
            }
            Ok(rows)
        };
        let gone = |what, rows| Erased {
            what,
            rows,
            stays_because: None,
        };
        match about {
            About::Person(person) => {
                let rows = run(&[FORGET_SHARER, FORGET_SEER, FORGET_SETTER], person)?;
                Ok(vec![Erased {
                    what: "documents, settings and looks at changes",
                    rows,
                    stays_because: Some("They are the company's."),
                }])
            }
            About::Contact(contact) => {
                let visits = [
                    DROP_CODES,
                    DROP_SESSIONS,
                    DROP_LINKS,
                    DROP_ADDRESSES,
                    DROP_LETTERS,
                    DROP_STANDING,
                ];
                let visits = run(&visits, contact)?;
                let said = run(&[DROP_DOCUMENTS, BLANK_CHANGES], contact)?;
                Ok(vec![
                    gone("visits of the portal", visits),
                    gone("documents and details of the portal", said),
                ])
            }
            About::Client(client) => {
                let visits = [
                    DROP_CODES_OF,
                    DROP_SESSIONS_OF,
                    DROP_LINKS_OF,
                    DROP_ADDRESSES_OF,
                    DROP_LETTERS_OF,
                    DROP_STANDING_OF,
                ];
                let visits = run(&visits, client)?;
                let said = run(&[DROP_DOCUMENTS_OF, BLANK_CHANGES_OF], client)?;
                Ok(vec![
                    gone("visits of the portal", visits),
                    gone("documents and details of the portal", said),
                ])
            }
        }
    }
}
