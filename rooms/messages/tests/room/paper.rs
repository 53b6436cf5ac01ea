//! A desk of paper: requests with what was said on them, as plainly as can be.

use kept_accounts::access::Scope;
use kept_kernel::{Id, Instant};
use kept_mail::{Counts, Mail, Placed, Standing};
use kept_messages::{Desk, DeskError, Narrowed, Step, Written};
use kept_rooms::About;
use kept_store::{Migration, Read, Schema, StoreError, Write, params, statements};
use kept_world::World;

pub const SCHEMA: Schema = Schema {
    owner: "paper",
    migrations: &[Migration {
        number: 1,
        name: "paper",
        text: "
            CREATE TABLE paper_requests (
                id $ID NOT NULL PRIMARY KEY,
                number $INT NOT NULL,
                subject $TEXT NOT NULL,
                follows $ID,
                merged_into $ID,
                closed_at $INT
            ) $STRICT;
            CREATE TABLE paper_lines (
                id $ID NOT NULL PRIMARY KEY,
                request $ID NOT NULL,
                how $TEXT NOT NULL,
                text $TEXT NOT NULL
            ) $STRICT;
            CREATE TABLE paper_people (request $ID NOT NULL, email $TEXT NOT NULL, PRIMARY KEY (request, email)) $STRICT;
            CREATE TABLE paper_files (id $ID NOT NULL PRIMARY KEY, request $ID NOT NULL, name $TEXT NOT NULL) $STRICT;
        ",
    }],
};

statements! {
    NEXT = "SELECT coalesce(max(number), 1000) + 1 FROM paper_requests";
    ADD = "INSERT INTO paper_requests (id, number, subject, follows) VALUES ($1, $2, $3, $4)";
    LINE = "INSERT INTO paper_lines (id, request, how, text) VALUES ($1, $2, $3, $4)";
    PERSON = "INSERT INTO paper_people (request, email) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    FILE = "INSERT INTO paper_files (id, request, name) VALUES ($1, $2, $3)";
    OURS = "SELECT id, request FROM paper_lines WHERE how = 'us' ORDER BY id";
    TEXTS = "SELECT id, text FROM paper_lines WHERE id IN LIST($1) ORDER BY id";
    OF = "SELECT request FROM paper_lines WHERE id = $1";
    ONE = "SELECT merged_into, closed_at FROM paper_requests WHERE id = $1";
    NUMBERED = "SELECT id FROM paper_requests WHERE number = $1";
    TAKES_PART = "SELECT request FROM paper_people WHERE request = $1 AND email = $2";
    REOPEN = "UPDATE paper_requests SET closed_at = NULL WHERE id = $1";
    NUMBER = "SELECT number FROM paper_requests WHERE id = $1";
}

/// The desk.
pub struct Paper(pub World);

struct Prepared {
    request: Id,
    line: Id,
}

impl Desk for Paper {
    fn prepare(&self) -> Box<dyn Step> {
        Box::new(Prepared {
            request: self.0.id(),
            line: self.0.id(),
        })
    }

    fn of_message(&self, read: &Read<'_>, message: Id) -> Result<Option<Id>, StoreError> {
        let found: Option<(Id,)> = read.maybe(OF, &params![message])?;
        Ok(found.map(|(id,)| id))
    }

    fn standing(&self, read: &Read<'_>, request: Id) -> Result<Option<Standing>, StoreError> {
        let found: Option<(Option<Id>, Option<Instant>)> = read.maybe(ONE, &params![request])?;
        match found {
            Some((Some(into), _)) => self.standing(read, into),
            Some((None, closed_at)) => Ok(Some(Standing { request, closed_at })),
            None => Ok(None),
        }
    }

    fn numbered(&self, read: &Read<'_>, number: u64) -> Result<Option<Id>, StoreError> {
        let found: Option<(Id,)> = read.maybe(NUMBERED, &params![number as i64])?;
        Ok(found.map(|(id,)| id))
    }

    fn takes_part(&self, read: &Read<'_>, request: Id, email: &str) -> Result<bool, StoreError> {
        let found: Option<(Id,)> = read.maybe(TAKES_PART, &params![request, email])?;
        Ok(found.is_some())
    }

    fn categories(&self) -> Vec<String> {
        vec!["billing".to_owned(), "technical fault".to_owned()]
    }

    fn in_reach(&self, _: &Read<'_>, scope: &Scope, _: Id) -> Result<bool, StoreError> {
        Ok(scope.is_everything())
    }

    fn requests_of(&self, _: &Read<'_>, _: About) -> Result<Vec<Id>, StoreError> {
        Ok(Vec::new())
    }

    fn written(
        &self,
        read: &Read<'_>,
        _: &Scope,
        narrowed: &Narrowed,
        ((before, _), _): ((Instant, Id), u32),
    ) -> Result<Vec<Written>, StoreError> {
        if narrowed.ours == Some(false) {
            return Ok(Vec::new());
        }
        let at = self.0.now();
        let rows: Vec<(Id, Id)> = read.all(OURS, &[])?;
        let written = |(id, request)| Written {
            id,
            ours: true,
            channel: "email".to_owned(),
            mail: None,
            subject: "Pump".to_owned(),
            text: "We come".to_owned(),
            at,
            request,
            name: "Maya".to_owned(),
        };
        let rows = rows.into_iter().map(written);
        let asked = |one: &Written| {
            let requests = narrowed.requests.as_ref();
            one.at < before && requests.is_none_or(|all| all.contains(&one.request))
        };
        Ok(rows.filter(asked).collect())
    }

    fn texts(&self, read: &Read<'_>, messages: &[Id]) -> Result<Vec<(Id, String)>, StoreError> {
        read.all(TEXTS, &params![messages])
    }

    fn own_addresses(&self, _: &Read<'_>) -> Result<Vec<String>, StoreError> {
        Ok(vec!["house@desk.example".to_owned()])
    }

    fn came_back(&self, tx: &Write<'_>, letter: Id, _: Instant) -> Result<bool, StoreError> {
        let found: Option<(Id,)> = tx.maybe(OF, &params![letter])?;
        Ok(found.is_some())
    }

    fn changed(&self, _: Option<Id>) {}
}

impl Step for Prepared {
    fn open(
        &self,
        tx: &Write<'_>,
        mail: &Mail<'_>,
        follows: Option<Id>,
    ) -> Result<Placed, DeskError> {
        if mail.subject == "refuse me" && mail.files.iter().all(|file| file.name != "mail.eml") {
            return Err(DeskError::Refused("the desk is full".to_owned()));
        }
        if mail.subject == "refuse me always" {
            return Err(DeskError::Refused("the desk is full".to_owned()));
        }
        let (number,): (i64,) = tx.one(NEXT, &[])?;
        tx.execute(ADD, &params![self.request, number, mail.subject, follows])?;
        self.put(tx, self.request, mail, "opens")
    }

    fn add(
        &self,
        tx: &Write<'_>,
        request: Id,
        mail: &Mail<'_>,
        counts: Counts,
    ) -> Result<Placed, DeskError> {
        let how = match counts {
            Counts::Client => "client",
            Counts::Reopens => "reopens",
            Counts::Note(_) => "note",
        };
        if counts == Counts::Reopens {
            tx.execute(REOPEN, &params![request])?;
        }
        self.put(tx, request, mail, how)
    }

    fn tell(&self, tx: &Write<'_>, request: Id, words: &str) -> Result<(), DeskError> {
        tx.execute(LINE, &params![self.line, request, "machine", words])?;
        Ok(())
    }
}

impl Prepared {
    fn put(
        &self,
        tx: &Write<'_>,
        request: Id,
        mail: &Mail<'_>,
        how: &str,
    ) -> Result<Placed, DeskError> {
        tx.execute(LINE, &params![self.line, request, how, mail.text])?;
        for (_, email) in &mail.people {
            let email = email.to_lowercase();
            tx.execute(PERSON, &params![request, &email])?;
        }
        for file in &mail.files {
            tx.execute(FILE, &params![file.id, request, file.name])?;
        }
        let (number,): (i64,) = tx.one(NUMBER, &params![request])?;
        Ok(Placed {
            request,
            number: number as u64,
            message: self.line,
        })
    }
}
