//! What comes in as a mail: it opens a request, or is added to one. Whoever calls has decided which, and knows what the sender is
//! worth. The mail itself stays where it came in; here are its words, its files, and who takes part.

use kept_accounts::model::PersonId;
use kept_kernel::Id;
use kept_store::{StoreError, Write, params};

use super::close::reopened;
use super::hang::LinkKind;
use super::open::open_request;
use super::work::NewMessage;
use super::{OpenRequestError, RequestError, Step, Work};
use crate::model::draft::{LONGEST_SUBJECT, LONGEST_TEXT};
use crate::model::{Asker, Draft, Expected, Request, RequestId, Voice, Waiting};
use crate::queries;

/// A mail, as far as it belongs on a request.
#[derive(Clone, Debug)]
pub struct MailedIn<'a> {
    /// Its identity, where it came in.
    pub mail: Id,
    /// Its own id, without brackets.
    pub message_id: Option<&'a str>,
    /// The name of whoever says to have written it; may be empty.
    pub name: &'a str,
    /// Their address.
    pub email: &'a str,
    /// Its subject; may be empty.
    pub subject: &'a str,
    /// What the sender is worth: verified, unverified, forged.
    pub verdict: &'a str,
    /// Its words.
    pub text: &'a str,
    /// Whether it can be shown as HTML too.
    pub has_html: bool,
    /// Who else takes part: names and addresses.
    pub people: Vec<(&'a str, &'a str)>,
    /// What came with it.
    pub files: Vec<MailedFile<'a>>,
}

/// A file that came with a mail.
#[derive(Clone, Copy, Debug)]
pub struct MailedFile<'a> {
    /// What it will be known by.
    pub id: Id,
    /// What it is called.
    pub name: &'a str,
    /// Its bytes.
    pub content: &'a [u8],
    /// Their SHA-256.
    pub sha256: &'a [u8; 32],
}

/// How the words of a mail count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// As the client's.
    Client,
    /// As the client's, who is not content: what was over is open again.
    Reopens,
    /// As a note among us, by one of us.
    Note(PersonId),
}

/// Where a mail has got to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// On this request.
    pub request: RequestId,
    /// The number that people call it by.
    pub number: u64,
    /// As this message.
    pub message: Id,
}

/// Opens a request by a mail. `follows` is one that it comes of and is no part of.
///
/// # Errors
///
/// [`OpenRequestError`]
pub fn mail_opens(
    tx: &Write<'_>,
    step: &Step,
    id: RequestId,
    mail: &MailedIn<'_>,
    follows: Option<RequestId>,
) -> Result<Placed, OpenRequestError> {
    let subject = cut(mail.subject, LONGEST_SUBJECT);
    let draft = Draft {
        asker: Asker::Stranger {
            name: mail.name.to_owned(),
            email: mail.email.to_owned(),
        },
        channel: "email".to_owned(),
        subject: if subject.trim().is_empty() {
            "A mail without a subject".to_owned()
        } else {
            subject
        },
        body: cut(mail.text.trim(), LONGEST_TEXT),
        category: None,
        urgency: None,
        impact: None,
        contacted_at: step.act.at,
        read_back: false,
        expected: Expected::default(),
    };
    let request = open_request(tx, step, None, id, &draft)?;
    if let Some(other) = follows {
        let kind = LinkKind::FollowUp.name();
        tx.execute(queries::ADD_LINK, &params![id, other, kind, step.act.at])?;
    }
    // What was said stands first; the procedure's own lines follow.
    Ok(put(tx, step, &request, (1, mail))?)
}

/// Adds a mail to a request.
///
/// # Errors
///
/// [`RequestError`]
pub fn mail_adds(
    tx: &Write<'_>,
    step: &Step,
    id: RequestId,
    mail: &MailedIn<'_>,
    counts: Counts,
) -> Result<Placed, RequestError> {
    tx.execute(queries::HOLD, &params![id])?;
    let request = queries::any(tx, id)?.ok_or(RequestError::Missing)?;
    let mut work = Work::on(tx, step, request);
    let (voice, author) = match counts {
        Counts::Note(person) => (Voice::Note, Some(person)),
        Counts::Client | Counts::Reopens => (Voice::Client, None),
    };
    let contact = work.request.contact.filter(|_| {
        let known = work.request.email.as_deref();
        author.is_none() && known.is_some_and(|known| known.eq_ignore_ascii_case(mail.email))
    });
    let text = cut(mail.text.trim(), LONGEST_TEXT);
    let text = if text.is_empty() { "(no words)" } else { &text };
    work.message(NewMessage {
        voice,
        channel: "email",
        author,
        contact,
        text,
        clause: None,
    })?;
    let place = work.request.messages;
    let act = match counts {
        Counts::Note(_) => "RequestNoted",
        Counts::Client | Counts::Reopens => {
            client_wrote(&mut work)?;
            "ClientWroteAgain"
        }
    };
    if counts == Counts::Reopens {
        reopened(&mut work, "the client wrote again")?;
    }
    let request = work.finish(act, &serde_json::json!({ "mail": mail.mail.to_string() }))?;
    Ok(put(tx, step, &request, (place, mail))?)
}

/// Adds a line of the procedure: what a machine wrote is nobody's word, and moves no clock.
///
/// # Errors
///
/// [`RequestError`]
pub fn mail_tells(
    tx: &Write<'_>,
    step: &Step,
    id: RequestId,
    words: &str,
) -> Result<(), RequestError> {
    tx.execute(queries::HOLD, &params![id])?;
    let request = queries::any(tx, id)?.ok_or(RequestError::Missing)?;
    let mut work = Work::on(tx, step, request);
    work.message(NewMessage {
        voice: Voice::Machine,
        channel: "",
        author: None,
        contact: None,
        text: &cut(words, 600),
        clause: None,
    })?;
    work.finish("RequestToldByMail", &serde_json::json!({}))?;
    Ok(())
}

/// What waits for the client waits no longer, and what was set aside comes back.
fn client_wrote(work: &mut Work<'_, '_>) -> Result<(), StoreError> {
    if work.request.waiting == Some(Waiting::Client) {
        work.no_longer_waits();
    }
    work.request.snoozed_until = kept_kernel::Instant::from_micros(0);
    let said = work.said();
    work.tell("client-writes-again", &said)
}

/// What a message was as a mail, who takes part, and the files: one that the request has already is not kept twice.
fn put(
    tx: &Write<'_>,
    step: &Step,
    request: &Request,
    (place, mail): (u32, &MailedIn<'_>),
) -> Result<Placed, StoreError> {
    let id = request.id;
    tx.execute(
        queries::ADD_MAIL,
        &params![
            id,
            place,
            mail.mail,
            mail.message_id,
            mail.name,
            mail.email,
            mail.subject,
            mail.verdict,
            mail.has_html,
        ],
    )?;
    let at = step.act.at;
    for (name, email) in &mail.people {
        let folded = email.to_lowercase();
        tx.execute(queries::ADD_PERSON, &params![id, &folded, *name, at])?;
    }
    for file in &mail.files {
        let hash = &file.sha256[..];
        if tx
            .maybe::<(Id,)>(queries::FILE_ALIKE, &params![id, hash])?
            .is_some()
        {
            continue;
        }
        let size = i64::try_from(file.content.len()).unwrap_or(i64::MAX);
        tx.execute(
            queries::ADD_MAILED_FILE,
            &params![file.id, id, place, file.name, size, file.content, at, hash],
        )?;
    }
    let (message,): (Id,) = tx.one(queries::MESSAGE_AT, &params![id, place])?;
    Ok(Placed {
        request: id,
        number: request.number,
        message,
    })
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
