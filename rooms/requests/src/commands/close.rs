//! The end of a request, through the gate of the SOPs in force; and opening it again.

use kept_accounts::queries::person;
use kept_engine::ShutGate;
use kept_journal::{InForce, live};
use kept_kernel::{Id, Instant};
use kept_store::{Read, StoreError, Write, params};
use serde::{Deserialize, Serialize};

use super::change::word;
use super::{By, RequestError, Step, Work, held, held_to_give, not_over};
use crate::model::{Fault, Request, RequestId};
use crate::queries;

/// How it is closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closing {
    /// Why it is closed although a gate is shut; none: only when all are open.
    pub despite: Option<String>,
    /// Why the client is not asked for feedback; none: they are.
    pub unasked: Option<String>,
}

/// What is over needs no answer any more.
pub(super) const NO_ANSWER: &str = "mark-email-as-needing-no-answer";

/// Closes a request. The gates of the SOPs in force decide; whom they let pass needs a reason.
///
/// # Errors
///
/// [`RequestError`], with what is missing and which clause asks for it.
pub fn close_request(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    at: (RequestId, Option<u32>),
    closing: &Closing,
) -> Result<Request, RequestError> {
    let request = held_to_give(tx, by, at)?;
    not_over(&request)?;
    let case = ("request", &*request.id.to_string());
    let answer = live::may(tx, &step.rules, case, "close-request", step.act.at)?;
    let despite = words(closing.despite.as_ref());
    if !answer.is_open() && (despite.is_none() || !may_pass(tx, step, by, &answer.shut)?) {
        return Err(RequestError::Gate(gates_in_words(&step.rules, answer.shut)));
    }
    let ending = if !answer.is_open() {
        Some("permission")
    } else if request.confirmed_at.is_some() {
        Some("confirmed by the client")
    } else {
        request.notice_at.map(|_| "silence after notice")
    };
    let mut work = Work::on(tx, step, request);
    work.request.closed_at = Some(work.at());
    work.request.ending = ending.map(str::to_owned);
    work.request.reason = despite.filter(|_| !answer.is_open()).map(str::to_owned);
    work.no_longer_waits();
    let unasked = words(closing.unasked.as_ref());
    let mut said = work
        .said()
        .choice("ending", ending)
        .text("reason against asking", unasked);
    if !answer.is_open() {
        said = said.text("reason for ending", despite).proof("reason");
    }
    work.tell("close-request", &said)?;
    work.mail_settled(NO_ANSWER)?;
    let words = match (ending, despite.filter(|_| !answer.is_open())) {
        (_, Some(reason)) => format!("Closed by permission: {reason}"),
        (Some(ending), None) => format!("Closed: {ending}"),
        (None, None) => "Closed".to_owned(),
    };
    work.machine(&words, "close")?;
    work.finish("RequestClosed", &serde_json::json!({ "ending": ending }))
}

/// Gates with what is missing in words that say it: a gate that only knows that its condition fails tells its own sentence.
pub(crate) fn gates_in_words(rules: &InForce, mut shut: Vec<ShutGate>) -> Vec<ShutGate> {
    for gate in &mut shut {
        let Some((_, rule)) = rules.library.rule(&gate.rule) else {
            continue;
        };
        for missing in &mut gate.missing {
            if missing.starts_with("its condition") || missing.starts_with("what bars it") {
                let sentence = kept_language::explain_short(&rules.register, &rules.library, rule);
                sentence.trim_end_matches('.').clone_into(missing);
            }
        }
    }
    shut
}

fn words(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// Whether whoever acts holds, for each gate that is shut, a role that the SOPs let pass.
fn may_pass(tx: &Write<'_>, step: &Step, by: &By, shut: &[ShutGate]) -> Result<bool, StoreError> {
    let Some(who) = by.person() else {
        return Ok(false);
    };
    let Some(who) = person(tx, who)? else {
        return Ok(false);
    };
    let register = &step.rules.register;
    let holds = |role: &str| {
        let role = register.role(role).map(|role| register[role].id.as_str());
        role.is_some_and(|role| who.roles.iter().any(|held| held == role))
    };
    Ok(shut
        .iter()
        .all(|gate| gate.may_pass.iter().any(|(role, _)| holds(role))))
}

/// An ending that nobody confirms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The same as another.
    Duplicate,
    /// Nothing that a client wants.
    Spam,
    /// The client no longer wants it.
    Withdrawn,
}

impl End {
    /// From its word.
    pub fn named(word: &str) -> Option<Self> {
        let all = [Self::Duplicate, Self::Spam, Self::Withdrawn];
        all.into_iter().find(|end| end.name() == word)
    }

    /// Its word, as in the vocabulary.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::Spam => "spam",
            Self::Withdrawn => "withdrawn",
        }
    }

    const fn act(self) -> &'static str {
        match self {
            Self::Duplicate => "mark-request-as-duplicate",
            Self::Spam => "mark-request-as-spam",
            Self::Withdrawn => "withdraw-request",
        }
    }

    const fn rule(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate-with-reason",
            Self::Spam => "spam-with-reason",
            Self::Withdrawn => "withdrawn-with-reason",
        }
    }
}

/// Ends a request that is no request, or no longer one. It drops out of the figures.
///
/// # Errors
///
/// [`RequestError`]
pub fn end_request(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    at: (RequestId, Option<u32>),
    (end, reason): (End, &str),
) -> Result<Request, RequestError> {
    let request = held(tx, by, at)?;
    not_over(&request)?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Fault::NoReason.into());
    }
    let mut work = Work::on(tx, step, request);
    work.request.closed_at = Some(work.at());
    work.request.ending = Some(end.name().to_owned());
    work.request.reason = Some(reason.to_owned());
    work.no_longer_waits();
    let said = work
        .said()
        .choice("ending", Some(end.name()))
        .text("reason for ending", Some(reason));
    work.tell(end.act(), &said)?;
    work.mail_settled(NO_ANSWER)?;
    work.machine(&format!("Ended as {}: {reason}", end.name()), end.rule())?;
    work.finish("RequestEnded", &serde_json::json!({ "ending": end.name() }))
}

/// What an ending takes away from a request, so that it can be given back.
#[derive(Serialize, Deserialize)]
pub(super) struct Ended {
    /// For whom it waited.
    pub(super) waiting: Option<String>,
    /// Until when it was set aside.
    aside: i64,
    /// The mails that waited for an answer: on which request, and at which place.
    mails: Vec<(String, u32)>,
}

/// What a request has that an ending would take away.
pub(super) fn ended(read: &Read<'_>, request: &Request) -> Result<Ended, StoreError> {
    let mails: Vec<(Id, u32)> = read.all(queries::MAILS_THAT_WAIT, &params![request.id])?;
    Ok(Ended {
        waiting: request.waiting.map(|one| word(one).to_owned()),
        aside: request.snoozed_until.micros(),
        mails: mails
            .into_iter()
            .map(|(request, place)| (request.to_string(), place))
            .collect(),
    })
}

/// Takes back that a request has ended. It is open again, and so is what it owed to the writers of mails: from now, since until now
/// nobody was owed anything. For whom it waited is the caller's to say.
pub(super) fn take_end_back(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    id: RequestId,
    before: &Ended,
) -> Result<Request, RequestError> {
    let request = held(tx, by, (id, None))?;
    if request.closed_at.is_none() {
        return Err(RequestError::State("It was opened again meanwhile."));
    }
    let mut work = Work::on(tx, step, request);
    reopened(&mut work, "the ending was taken back")?;
    work.request.snoozed_until = Instant::from_micros(before.aside);
    for (request, place) in &before.mails {
        let request: Option<Id> = request.parse().ok();
        tx.execute(queries::MAIL_WAITS_AGAIN, &params![request, *place])?;
    }
    if !before.mails.is_empty() {
        let (said, at) = (work.said(), work.at());
        work.mail_came(&said, at)?;
    }
    work.finish(
        "RequestReopened",
        &serde_json::json!({ "ending": "taken back" }),
    )
}

/// Opens a request again that was resolved or closed.
///
/// # Errors
///
/// [`RequestError`]
pub fn reopen_request(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    at: (RequestId, Option<u32>),
    reason: &str,
) -> Result<Request, RequestError> {
    let request = held(tx, by, at)?;
    if request.merged_into.is_some() {
        return not_over(&request).map(|()| request);
    }
    if request.resolved_at.is_none() && request.closed_at.is_none() {
        return Err(RequestError::State("It is open."));
    }
    let mut work = Work::on(tx, step, request);
    reopened(&mut work, reason)?;
    work.finish("RequestReopened", &serde_json::json!({}))
}

/// It is open again, and says so.
pub(super) fn reopened(work: &mut Work<'_, '_>, reason: &str) -> Result<(), StoreError> {
    let at = work.at();
    let one = &mut work.request;
    one.resolved_at = None;
    one.notice_at = None;
    one.confirmed_at = None;
    one.closed_at = None;
    one.ending = None;
    one.reason = None;
    one.snoozed_until = Instant::from_micros(0);
    one.reopened_at = Some(at);
    let said = work.said();
    work.tell("reopen-request", &said)?;
    let words = match reason.trim() {
        "" => "Opened again".to_owned(),
        reason => format!("Opened again: {reason}"),
    };
    work.machine(&words, "resolve")
}
