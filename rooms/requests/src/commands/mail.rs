//! What comes in as a mail: it opens a request, or is added to one. Whoever calls has decided which, and knows what the sender is
//! worth. The mail itself stays where it came in; here are its words, its files, and who takes part.

use kept_accounts::model::{PersonId, TeamId};
use kept_kernel::{Id, Instant};
use kept_mail::reading::Verdict;
use kept_mail::{Counts, Mail, Placed};
use kept_store::{StoreError, Write, params};

use super::close::reopened;
use super::hang::LinkKind;
use super::open::opened;
use super::work::NewMessage;
use super::{OpenRequestError, RequestError, Step, Work};
use crate::model::draft::{LONGEST_SUBJECT, LONGEST_TEXT};
use crate::model::{Asker, Draft, Expected, Request, RequestId, Voice, Waiting};
use crate::queries;

/// Opens a request by a mail. `follows` is one that it comes of and is no part of.
///
/// # Errors
///
/// [`OpenRequestError`]
pub fn mail_opens(
    tx: &Write<'_>,
    step: &Step,
    id: RequestId,
    mail: &Mail<'_>,
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
        category: mail.category.map(str::to_owned),
        urgency: None,
        impact: None,
        contacted_at: step.act.at,
        read_back: false,
        expected: Expected::default(),
    };
    let mut request = opened(tx, step, None, id, (&draft, mail.needs_answer))?;
    if request.team.is_none() && request.assignee.is_none() {
        request.team = mail.team.map(TeamId);
        if request.team.is_some() {
            tx.execute(queries::GIVE_TO_TEAM, &params![id, mail.team])?;
        }
    }
    if let Some(other) = follows {
        let kind = LinkKind::FollowUp.name();
        tx.execute(queries::ADD_LINK, &params![id, other, kind, step.act.at])?;
    }
    // What was said stands first; the procedure's own lines follow.
    // Who stands beside the writer of the first mail was chosen by them. A forged one chooses nobody.
    let admitted = (mail.verdict != Verdict::Forged).then_some(step.act.at);
    Ok(put(tx, step, &request, (1, mail, admitted))?)
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
    mail: &Mail<'_>,
    counts: Counts,
) -> Result<Placed, RequestError> {
    tx.execute(queries::HOLD, &params![id])?;
    let request = queries::any(tx, id)?.ok_or(RequestError::Missing)?;
    let mut work = Work::on(tx, step, request);
    let (voice, author) = match counts {
        Counts::Note(person) => (Voice::Note, Some(PersonId(person))),
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
            if mail.needs_answer {
                let (said, at) = (work.said(), work.at());
                work.mail_came(&said, at)?;
            }
            "ClientWroteAgain"
        }
    };
    if counts == Counts::Reopens {
        reopened(&mut work, "the client wrote again")?;
    }
    let request = work.finish(act, &serde_json::json!({ "mail": mail.id.to_string() }))?;
    let mail = Mail {
        needs_answer: mail.needs_answer && !matches!(counts, Counts::Note(_)),
        ..mail.clone()
    };
    Ok(put(tx, step, &request, (place, &mail, None))?)
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
    work.request.snoozed_until = Instant::from_micros(0);
    let said = work.said();
    work.tell("client-writes-again", &said)
}

/// What a message was as a mail, who takes part, and the files: one that the request has already is not kept twice. Whom a later mail
/// brings along is asked for before anybody writes to them.
fn put(
    tx: &Write<'_>,
    step: &Step,
    request: &Request,
    (place, mail, admitted): (u32, &Mail<'_>, Option<Instant>),
) -> Result<Placed, StoreError> {
    let id = request.id;
    tx.execute(
        queries::ADD_MAIL,
        &params![
            id,
            place,
            mail.id,
            mail.message_id,
            mail.name,
            mail.email,
            mail.subject,
            mail.verdict.word(),
            mail.has_html,
            mail.came_to,
            mail.sent_by,
            mail.needs_answer,
        ],
    )?;
    let at = step.act.at;
    for (name, email) in &mail.people {
        let folded = email.to_lowercase();
        tx.execute(
            queries::ADD_PERSON,
            &params![id, &folded, *name, at, admitted],
        )?;
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
        request: id.0,
        number: request.number,
        message,
    })
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
