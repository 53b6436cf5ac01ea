//! What the room holds about a client, a contact or a person: taken out for them, and erased.

use kept_journal::outbox;
use kept_kernel::{Id, Instant};
use kept_rooms::{About, Erasable, Erased, Exportable, Sheet};
use kept_store::{Read, Sql, StoreError, Write, params};

use crate::model::{RequestId, mark_of};
use crate::{queries, search};

/// Stands where words were that had to go.
const ERASED: &str = "(erased)";

/// The room as far as it holds something about people.
pub(crate) struct AboutPeople;

impl Exportable for AboutPeople {
    fn sheets(&self, read: &Read<'_>, about: About) -> Result<Vec<Sheet>, StoreError> {
        match about {
            About::Contact(id) => Ok(vec![
                asked(read, queries::ASKED_BY_CONTACT, id)?,
                said(read, ("Said on requests", queries::SAID_BY_CONTACT), id)?,
            ]),
            About::Client(id) => Ok(vec![
                asked(read, queries::ASKED_BY_CLIENT, id)?,
                said(read, ("Said on requests", queries::SAID_TO_CLIENT), id)?,
            ]),
            About::Person(id) => Ok(vec![
                with(read, id)?,
                said(read, ("Written on requests", queries::SAID_BY), id)?,
                views(read, id)?,
                promised(read, id)?,
                drafts(read, id)?,
            ]),
        }
    }
}

fn asked(read: &Read<'_>, sql: Sql, id: Id) -> Result<Sheet, StoreError> {
    let rows: Vec<(u64, String, String, Instant)> = read.all(sql, &params![id])?;
    let row = |(number, subject, channel, at): (u64, String, String, Instant)| {
        vec![mark_of(number), subject, channel, at.to_string()]
    };
    Ok(Sheet {
        name: "Requests".into(),
        columns: vec!["request", "subject", "channel", "received at"],
        rows: rows.into_iter().map(row).collect(),
    })
}

fn said(read: &Read<'_>, (name, sql): (&str, Sql), id: Id) -> Result<Sheet, StoreError> {
    let rows: Vec<(u64, u32, String, Instant)> = read.all(sql, &params![id])?;
    let row = |(number, place, text, at): (u64, u32, String, Instant)| {
        vec![mark_of(number), place.to_string(), text, at.to_string()]
    };
    Ok(Sheet {
        name: name.into(),
        columns: vec!["request", "message", "text", "at"],
        rows: rows.into_iter().map(row).collect(),
    })
}

fn with(read: &Read<'_>, id: Id) -> Result<Sheet, StoreError> {
    let rows: Vec<(u64, String, String, Instant)> = read.all(queries::WITH, &params![id])?;
    let row = |(number, subject, state, at): (u64, String, String, Instant)| {
        vec![mark_of(number), subject, state, at.to_string()]
    };
    Ok(Sheet {
        name: "Requests with this person".into(),
        columns: vec!["request", "subject", "state", "received at"],
        rows: rows.into_iter().map(row).collect(),
    })
}

fn views(read: &Read<'_>, id: Id) -> Result<Sheet, StoreError> {
    let rows: Vec<(String, String, Instant)> = read.all(queries::VIEWS_OF, &params![id])?;
    let row = |(name, query, at): (String, String, Instant)| vec![name, query, at.to_string()];
    Ok(Sheet {
        name: "Views of the queue".into(),
        columns: vec!["name", "query", "made at"],
        rows: rows.into_iter().map(row).collect(),
    })
}

fn promised(read: &Read<'_>, id: Id) -> Result<Sheet, StoreError> {
    let rows: Vec<(u64, String, Instant, Instant)> =
        read.all(queries::PROMISED_BY, &params![id])?;
    let row = |(number, words, due, made): (u64, String, Instant, Instant)| {
        vec![mark_of(number), words, due.to_string(), made.to_string()]
    };
    Ok(Sheet {
        name: "Promises on requests".into(),
        columns: vec!["request", "words", "due at", "made at"],
        rows: rows.into_iter().map(row).collect(),
    })
}

fn drafts(read: &Read<'_>, id: Id) -> Result<Sheet, StoreError> {
    let rows: Vec<(String, String, Instant)> = read.all(queries::DRAFTS_BY, &params![id])?;
    let row = |(place, draft, at): (String, String, Instant)| vec![place, draft, at.to_string()];
    Ok(Sheet {
        name: "Drafts of answers".into(),
        columns: vec!["request", "draft", "kept at"],
        rows: rows.into_iter().map(row).collect(),
    })
}

impl Erasable for AboutPeople {
    fn erase(&self, tx: &Write<'_>, about: About, at: Instant) -> Result<Vec<Erased>, StoreError> {
        match about {
            About::Contact(id) => words(tx, queries::IDS_OF_CONTACT, id),
            About::Client(id) => words(tx, queries::IDS_OF_CLIENT, id),
            About::Person(id) => person(tx, id, at),
        }
    }
}

/// The words go; that there was a request, when, and how it was kept, stays.
fn words(tx: &Write<'_>, ids: Sql, of: Id) -> Result<Vec<Erased>, StoreError> {
    let ids: Vec<(Id,)> = tx.all(ids, &params![of])?;
    let (mut requests, mut messages, mut files) = (0, 0, 0);
    for (id,) in ids {
        let letters: Vec<(Id,)> = tx.all(queries::LETTERS, &params![id])?;
        for (letter,) in letters {
            outbox::forget(tx, letter, kept_mail::TOPIC)?;
        }
        messages += tx.execute(queries::FORGET_WORDS, &params![id, ERASED])?;
        tx.execute(queries::FORGET_MAILS, &params![id])?;
        tx.execute(queries::FORGET_PEOPLE, &params![id])?;
        tx.execute(queries::FORGET_LEAVING, &params![id])?;
        tx.execute(queries::FORGET_PROMISES, &params![id, ERASED])?;
        tx.execute(queries::FORGET_WRITTEN, &params![id, ERASED])?;
        tx.execute(queries::FORGET_DRAFTS_ON, &params![&id.to_string()])?;
        files += tx.execute(queries::FORGET_FILES, &params![id])?;
        requests += tx.execute(queries::FORGET_SUBJECT, &params![id, ERASED])?;
        search::follow(tx, RequestId(id))?;
    }
    Ok(vec![
        Erased {
            what: "requests",
            rows: requests,
            stays_because: Some(
                "That it was asked and how it was kept is counted, without a word.",
            ),
        },
        Erased {
            what: "messages on requests",
            rows: messages,
            stays_because: Some("Their order is kept, without a word."),
        },
        Erased {
            what: "files on requests",
            rows: files,
            stays_because: None,
        },
    ])
}

fn person(tx: &Write<'_>, id: Id, at: Instant) -> Result<Vec<Erased>, StoreError> {
    let theirs: Vec<(Id,)> = tx.all(queries::IDS_WITH, &params![id])?;
    let run = |sql| tx.execute(sql, &params![id]);
    let requests = run(queries::FORGET_ASSIGNEE)?;
    let messages = run(queries::FORGET_AUTHOR)?;
    let own = run(queries::FORGET_SEEN)?
        + run(queries::FORGET_VIEWS)?
        + run(queries::FORGET_BULK_ROWS)?
        + run(queries::FORGET_LEAVING_BY)?
        + run(queries::FORGET_DRAFTS_BY)?
        + run(queries::FORGET_BULKS)?;
    let names = run(queries::FORGET_TASKS_MADE)?
        + run(queries::FORGET_TASKS_DONE)?
        + run(queries::FORGET_TASKS_OF)?
        + run(queries::FORGET_FILES_ADDED)?
        + run(queries::FORGET_MACROS)?
        + run(queries::FORGET_HOUSE_WORDS)?
        + run(queries::FORGET_PROMISER)?
        + tx.execute(queries::FORGET_ROUTES, &params![id, at])?
        + run(queries::FORGET_TURNS)?;
    for (request,) in theirs {
        search::follow(tx, RequestId(request))?;
    }
    let stay = Some("They are the company's work for its clients.");
    Ok(vec![
        Erased {
            what: "requests",
            rows: requests,
            stays_because: stay,
        },
        Erased {
            what: "messages on requests",
            rows: messages,
            stays_because: stay,
        },
        Erased {
            what: "tasks, files, answers and rules of requests",
            rows: names,
            stays_because: stay,
        },
        Erased {
            what: "views and reading marks of requests",
            rows: own,
            stays_because: None,
        },
    ])
}
