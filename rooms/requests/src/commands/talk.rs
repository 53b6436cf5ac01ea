//! What is said: to the client, among us, by the client; and waiting for somebody to say something.

use std::collections::BTreeMap;

use kept_clients::ContactId;
use kept_kernel::Instant;
use kept_mail::Address;
use kept_store::{StoreError, Write, params};

use super::close::NO_ANSWER;
use super::leaving::has_seen_all;
use super::promises::{self, Promised};
use super::texts::{self, Says};
use super::work::{NewMessage, Outward};
use super::{By, RequestError, Step, Work, held, not_over};
use crate::model::{Expected, Fault, Request, RequestId, Voice, Waiting};
use crate::queries::{self, Participant};
use crate::telling::Doer;
use crate::texts::Begun;

/// Words to the client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The words, in Markdown.
    pub text: String,
    /// By which way; empty: by mail.
    pub channel: String,
    /// What they are told to expect.
    pub expected: Expected,
    /// How many messages whoever writes has seen, with those that are about to leave; none: whatever there is.
    pub seen: Option<u32>,
    /// The addresses of those who read it too; none: all who take part.
    pub cc: Option<Vec<String>>,
    /// Those who take part from this answer on, and read it too.
    pub admits: Vec<Address>,
    /// What was remarked on the words before they were sent, by kind, and how often.
    pub remarked: BTreeMap<String, u32>,
    /// What they promise, as whoever wrote them has it recorded.
    pub promised: Vec<Promised>,
    /// Why it goes by another way than the contact prefers.
    pub otherwise: Option<String>,
    /// The template that it was begun with.
    pub from: Option<Begun>,
}

impl Answer {
    fn way(&self) -> &str {
        if self.channel.is_empty() {
            "email"
        } else {
            &self.channel
        }
    }
}

/// Tells the client that we have it, and what to expect. An empty text says just that in words of our own.
///
/// # Errors
///
/// [`RequestError`]
pub fn acknowledge_request(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    at: (RequestId, Option<u32>),
    answer: &Answer,
) -> Result<Request, RequestError> {
    let request = held(tx, by, at)?;
    acknowledged(tx, step, request, answer)
}

/// Acknowledges a request that is held.
pub(super) fn acknowledged(
    tx: &Write<'_>,
    step: &Step,
    request: Request,
    answer: &Answer,
) -> Result<Request, RequestError> {
    not_over(&request)?;
    if !answer.expected.is_something() {
        return Err(Fault::NothingExpected.into());
    }
    let mut work = Work::on(tx, step, request);
    let says = Says {
        expected: Some(&answer.expected),
        ..Says::default()
    };
    let ready = match answer.text.trim() {
        "" => texts::of_occasion(&work, "acknowledgement", says)?,
        _ => None,
    };
    let text = match (answer.text.trim(), &ready) {
        ("", Some(ready)) => ready.words.clone(),
        ("", None) => receipt(&work, &answer.expected),
        (text, _) => text.to_owned(),
    };
    let words = Outward {
        text: &text,
        ..Outward::default()
    };
    let message = work.write_to_client(answer.way(), &words)?;
    if let Some(ready) = &ready {
        texts::keep(&work, message, ready)?;
    }
    expect(&mut work, &answer.expected);
    let said = work
        .said()
        .expecting(&answer.expected)
        .proof("message-to-client");
    work.tell("acknowledge-request", &said)?;
    let at = work.at();
    work.request.acknowledged_at.get_or_insert(at);
    work.finish("RequestAcknowledged", &serde_json::json!({}))
}

fn expect(work: &mut Work<'_, '_>, expected: &Expected) {
    if expected.done_at.is_some() {
        work.request.expected_at = expected.done_at;
    }
    if expected.update_at.is_some() {
        work.request.update_at = expected.update_at;
    }
}

/// What a client is told who is told no more.
fn receipt(work: &Work<'_, '_>, expected: &Expected) -> String {
    let zone = work.step.rules.program.company_calendar().time_zone();
    let when = |at: Instant| {
        let at = at.timestamp().to_zoned(zone.clone());
        at.strftime("%A %-d %B, %H:%M").to_string()
    };
    let next = match (expected.done_at, expected.update_at, &expected.reason) {
        (Some(at), _, _) => format!("We expect to be done by {}.", when(at)),
        (None, Some(at), _) => format!("You hear from us again by {}.", when(at)),
        (None, None, Some(reason)) => format!("We cannot say yet when we are done: {reason}"),
        (None, None, None) => String::new(),
    };
    format!(
        "Thank you, we have your request “{}”. Its number is {}. {next}",
        work.request.subject,
        work.request.mark()
    )
}

/// Answers the client. The first answer also tells them that we have it.
///
/// # Errors
///
/// [`RequestError`]
pub fn reply_to_request(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    at: (RequestId, Option<u32>),
    answer: &Answer,
) -> Result<Request, RequestError> {
    let request = held(tx, by, at)?;
    not_over(&request)?;
    has_seen_all(tx, &request, answer)?;
    answered(tx, step, request, answer)
}

/// Says that the client's mail needs no answer.
///
/// # Errors
///
/// [`RequestError`]
pub fn needs_no_answer(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    id: RequestId,
) -> Result<Request, RequestError> {
    let request = held(tx, by, (id, None))?;
    let waits: (Option<Instant>,) = tx.one(queries::MAIL_WAITS_SINCE, &params![id])?;
    if waits.0.is_none() {
        return Err(RequestError::State(
            "No mail of the client waits for an answer.",
        ));
    }
    let mut work = Work::on(tx, step, request);
    work.mail_settled(NO_ANSWER)?;
    work.finish("MailNeedsNoAnswer", &serde_json::json!({}))
}

/// Answers on a request that is held.
pub(super) fn answered(
    tx: &Write<'_>,
    step: &Step,
    request: Request,
    answer: &Answer,
) -> Result<Request, RequestError> {
    let text = answer.text.trim();
    if text.is_empty() {
        return Err(Fault::NoText.into());
    }
    no_gap(text)?;
    let (id, place) = (request.id, request.messages + 1);
    let cc = admitted(tx, (id, step.act.at), answer)?;
    let mut words = Outward {
        text,
        cc: copies(tx, &request, cc.as_deref())?,
        ..Outward::default()
    };
    if let Doer::Person(me) = step.doer {
        words.files = tx.all(queries::ENCLOSED, &params![id, me])?;
        tx.execute(queries::DROP_STOPPED, &params![id, me])?;
        tx.execute(queries::ENCLOSE, &params![id, place, me])?;
    }
    let mut work = Work::on(tx, step, request);
    let message = work.write_to_client(answer.way(), &words)?;
    for (kind, number) in &answer.remarked {
        tx.put(queries::ADD_REMARKED, &params![message, kind, *number])?;
    }
    promises::make(&mut work, message, &answer.promised)?;
    if let Some(from) = answer.from {
        texts::keep_begun(&work, message, (from, text, &answer.expected))?;
    }
    expect(&mut work, &answer.expected);
    let said = work
        .said()
        .expecting(&answer.expected)
        .proof("message-to-client");
    work.tell("answer-request", &said)?;
    work.mail_settled("answer-email")?;
    let at = work.at();
    work.request.acknowledged_at.get_or_insert(at);
    work.request.answered_at.get_or_insert(at);
    work.finish("RequestAnswered", &detail(answer))
}

/// A gap that a template has left is filled before the words are sent.
pub(super) fn no_gap(text: &str) -> Result<(), RequestError> {
    match kept_wording::merge::gaps(text).first() {
        Some(gap) => Err(Fault::Gap(gap).into()),
        None => Ok(()),
    }
}

/// What the audit keeps of an answer beside that it was given.
fn detail(answer: &Answer) -> serde_json::Value {
    let mut detail = serde_json::Map::new();
    if !answer.remarked.is_empty() {
        detail.insert("remarked".into(), serde_json::json!(answer.remarked));
    }
    if !answer.promised.is_empty() {
        detail.insert("promises".into(), answer.promised.len().into());
    }
    if !answer.admits.is_empty() {
        detail.insert("people admitted".into(), answer.admits.len().into());
    }
    if let Some(why) = &answer.otherwise {
        detail.insert("not by the preferred way".into(), why.clone().into());
    }
    detail.into()
}

/// Has those take part who are copied for the first time. Who reads it of all who do; none: all of them.
fn admitted(
    tx: &Write<'_>,
    (id, at): (RequestId, Instant),
    answer: &Answer,
) -> Result<Option<Vec<String>>, StoreError> {
    let mut cc = answer.cc.clone();
    for one in &answer.admits {
        let email = one.email.to_lowercase();
        let row = params![id, &email, &one.name, at, Some(at)];
        tx.execute(queries::ADD_PERSON, &row)?;
        // A mail may have brought them along, or they were left out before.
        tx.execute(queries::ADMIT, &params![id, &email, at])?;
        if let Some(cc) = &mut cc {
            cc.push(email);
        }
    }
    Ok(cc)
}

/// Who reads an answer too: those of the chosen who take part. Whoever a mail brought along and nobody has admitted is not among them.
fn copies(
    tx: &Write<'_>,
    request: &Request,
    chosen: Option<&[String]>,
) -> Result<Vec<Address>, StoreError> {
    let people = queries::people(tx, request.id, request.email.as_deref())?;
    let reads = |one: &Participant| {
        let is_chosen = |chosen: &[String]| chosen.contains(&one.email);
        one.admitted && chosen.is_none_or(is_chosen) && kept_mail::is_address(&one.email)
    };
    let people = people.into_iter().filter(reads);
    Ok(people
        .map(|one| Address {
            name: one.name,
            email: one.email,
        })
        .collect())
}

/// Admits somebody whom a mail brought along, so that they are written to; or leaves them out.
///
/// # Errors
///
/// [`RequestError`]
pub fn admit_person(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    id: RequestId,
    (email, admit): (&str, bool),
) -> Result<Request, RequestError> {
    let request = held(tx, by, (id, None))?;
    let sql = if admit {
        queries::ADMIT
    } else {
        queries::LEAVE_OUT
    };
    if tx.execute(sql, &params![id, email, step.act.at])? == 0 {
        return Err(RequestError::State("Nobody with this address takes part."));
    }
    let act = if admit {
        "RequestPersonAdmitted"
    } else {
        "RequestPersonLeftOut"
    };
    Work::on(tx, step, request).finish(act, &serde_json::json!({}))
}

/// Writes something down that the client never sees. No clock hears of it.
///
/// # Errors
///
/// [`RequestError`]
pub fn note_request(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    id: RequestId,
    text: &str,
) -> Result<Request, RequestError> {
    let request = held(tx, by, (id, None))?;
    let text = text.trim();
    if text.is_empty() {
        return Err(Fault::NoText.into());
    }
    let mut work = Work::on(tx, step, request);
    let author = match step.doer {
        Doer::Person(person) => Some(person),
        _ => None,
    };
    work.message(NewMessage {
        voice: Voice::Note,
        channel: "",
        author,
        contact: None,
        text,
        clause: None,
    })?;
    work.finish("RequestNoted", &serde_json::json!({}))
}

/// The client has written again: what waits for them waits no longer. Whoever calls knows that it is the client; a word of
/// thanks reopens nothing by itself.
///
/// # Errors
///
/// [`RequestError`]
pub fn client_writes(
    tx: &Write<'_>,
    step: &Step,
    id: RequestId,
    (channel, contact, text): (&str, Option<ContactId>, &str),
) -> Result<Request, RequestError> {
    tx.execute(queries::HOLD, &kept_store::params![id])?;
    let request = queries::any(tx, id)?.ok_or(RequestError::Missing)?;
    let text = text.trim();
    if text.is_empty() {
        return Err(Fault::NoText.into());
    }
    let mut work = Work::on(tx, step, request);
    work.message(NewMessage {
        voice: Voice::Client,
        channel,
        author: None,
        contact,
        text,
        clause: None,
    })?;
    if work.request.waiting == Some(Waiting::Client) {
        work.no_longer_waits();
    }
    work.request.snoozed_until = Instant::from_micros(0);
    let said = work.said();
    work.tell("client-writes-again", &said)?;
    work.finish("ClientWroteAgain", &serde_json::json!({}))
}

/// Waits for the client or for somebody else outside. What stands still meanwhile the SOPs say.
///
/// # Errors
///
/// [`RequestError`]
pub fn wait_for(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    at: (RequestId, Option<u32>),
    whom: Waiting,
) -> Result<Request, RequestError> {
    let request = held(tx, by, at)?;
    not_over(&request)?;
    if request.resolved_at.is_some() {
        return Err(RequestError::State(
            "This request is resolved. It waits for the client's word already.",
        ));
    }
    if request.waiting == Some(whom) {
        return Err(RequestError::State("It waits for them already."));
    }
    let mut work = Work::on(tx, step, request);
    if work.request.waiting.is_some() {
        let said = work.said();
        work.tell("end-waiting", &said)?;
    }
    work.request.waiting = Some(whom);
    work.request.waiting_since = Some(work.at());
    let (act, words) = match whom {
        Waiting::Client => ("set-waiting-for-client", "Waiting for the client"),
        Waiting::ThirdParty => ("set-waiting-for-third-party", "Waiting for a third party"),
    };
    let said = work.said();
    work.tell(act, &said)?;
    work.machine(words, "resolve")?;
    work.finish("RequestWaits", &serde_json::json!({ "for": words }))
}

/// Goes on with what waited.
///
/// # Errors
///
/// [`RequestError`]
pub fn end_waiting(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    at: (RequestId, Option<u32>),
) -> Result<Request, RequestError> {
    let request = held(tx, by, at)?;
    if request.waiting.is_none() {
        return Err(RequestError::State("It waits for nobody."));
    }
    let mut work = Work::on(tx, step, request);
    work.no_longer_waits();
    let said = work.said();
    work.tell("end-waiting", &said)?;
    work.machine("The waiting has ended", "resolve")?;
    work.finish("RequestGoesOn", &serde_json::json!({}))
}
