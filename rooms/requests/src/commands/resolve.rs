//! It is done: what was done is written down, the client is told, and says whether it is.

use kept_journal::live;
use kept_kernel::{Duration, Instant};
use kept_store::{StoreError, Write, params};

use super::texts::{self, Says};
use super::work::Outward;
use super::{By, RequestError, Step, Work, held, not_over};
use crate::model::{Fault, Request, RequestId};
use crate::queries;
use crate::texts::Notice;

/// The occasions of the texts that say what was done: when it is, and when we wait for the client's word.
pub const RESOLUTION: &str = "resolution";
/// See [`RESOLUTION`].
pub const CLOSING_NOTICE: &str = "closing notice";

/// How a request was resolved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolving {
    /// What was done, so that the next colleague finds it.
    pub resolution: String,
    /// The client is told at once, and until when we wait for their word.
    pub notice: bool,
    /// Where they confirm it: a path of ours with a token.
    pub link: Option<String>,
}

/// Resolves a request.
///
/// # Errors
///
/// [`RequestError`]
pub fn resolve_request(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    at: (RequestId, Option<u32>),
    resolving: &Resolving,
) -> Result<Request, RequestError> {
    let request = held(tx, by, at)?;
    not_over(&request)?;
    if request.resolved_at.is_some() {
        return Err(RequestError::State("It is resolved already."));
    }
    let resolution = resolving.resolution.trim();
    if resolution.is_empty() {
        return Err(Fault::NoResolution.into());
    }
    let mut work = Work::on(tx, step, request);
    work.request.resolution = Some(resolution.to_owned());
    work.request.resolved_at = Some(work.at());
    work.request.confirmed_at = None;
    work.no_longer_waits();
    let said = work.said().text("resolution", Some(resolution));
    work.tell("resolve-request", &said)?;
    work.machine(&format!("Resolved: {resolution}"), "resolve")?;
    if resolving.notice {
        notice(&mut work, RESOLUTION, resolving.link.as_deref())?;
    }
    work.finish(
        "RequestResolved",
        &serde_json::json!({ "notice": resolving.notice }),
    )
}

/// Tells the client what was done and until when we wait for their word.
///
/// # Errors
///
/// [`RequestError`]
pub fn send_notice(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    at: (RequestId, Option<u32>),
    link: Option<&str>,
) -> Result<Request, RequestError> {
    let request = held(tx, by, at)?;
    noticed(tx, step, request, (CLOSING_NOTICE, link))
}

/// Whoever says what was done has done it.
pub(super) fn is_resolved(request: &Request) -> Result<(), RequestError> {
    if request.resolved_at.is_some() {
        return Ok(());
    }
    Err(RequestError::State(
        "Resolve it first: the notice says what was done.",
    ))
}

/// Sends the notice on a request that is held, in the words of an occasion.
pub(super) fn noticed(
    tx: &Write<'_>,
    step: &Step,
    request: Request,
    (occasion, link): (&str, Option<&str>),
) -> Result<Request, RequestError> {
    not_over(&request)?;
    is_resolved(&request)?;
    let mut work = Work::on(tx, step, request);
    notice(&mut work, occasion, link)?;
    work.finish("ClosingNoticeSent", &serde_json::json!({}))
}

/// In the words that are approved for the occasion, else in our own.
fn notice(work: &mut Work<'_, '_>, occasion: &str, link: Option<&str>) -> Result<(), StoreError> {
    let until = silence(work)?;
    let says = Says {
        notice: Some(Notice { until }),
        ..Says::default()
    };
    let ready = texts::of_occasion(work, occasion, says)?;
    let text = match &ready {
        Some(ready) => ready.words.clone(),
        None => own_words(work, until),
    };
    let words = Outward {
        text: &text,
        link,
        ..Outward::default()
    };
    let message = work.write_to_client("email", &words)?;
    if let Some(ready) = &ready {
        texts::keep(work, message, ready)?;
    }
    let said = work.said().proof("message-to-client");
    work.tell("send-closing-notice", &said)?;
    work.mail_settled("answer-email")?;
    work.request.notice_at = Some(work.at());
    Ok(())
}

/// What a notice says where no text is approved.
fn own_words(work: &Work<'_, '_>, until: Option<Instant>) -> String {
    let zone = work.step.rules.program.company_calendar().time_zone();
    let until = until.map(|at| {
        let at = at.timestamp().to_zoned(zone.clone());
        at.strftime("%A %-d %B, %H:%M").to_string()
    });
    let resolution = work.request.resolution.clone().unwrap_or_default();
    let wait = match until {
        Some(until) => format!("If we hear nothing from you until {until}, we close it."),
        None => "Please tell us whether this settles it.".to_owned(),
    };
    let mark = work.request.mark();
    format!(
        "We have done what you asked for in {mark}, “{}”.\n\n{resolution}\n\n{wait}",
        work.request.subject
    )
}

/// Until when the gate of closing waits for the client's word after a notice of now, as far as the SOPs in force say it.
fn silence(work: &Work<'_, '_>) -> Result<Option<Instant>, StoreError> {
    let (rules, at) = (&work.step.rules, work.at());
    let case = ("request", &*work.request.id.to_string());
    let answer = live::may(work.tx, rules, case, "close-request", at)?;
    let missing = answer.shut.iter().flat_map(|gate| &gate.missing);
    let span = missing.filter_map(|words| {
        let before = words.split_once(" pass")?.0;
        let span = before.rsplit_once(" and ").map_or(before, |(_, span)| span);
        span.parse::<Duration>().ok()
    });
    let longest = span.max_by_key(|span| span.rough_micros());
    Ok(longest.map(|span| rules.program.company_calendar().add(at, span)))
}

/// The client says that it is done: by their link, or to one of us, who marks it (`by`). Saying it again changes nothing.
///
/// # Errors
///
/// [`RequestError`]
pub fn confirm_resolution(
    tx: &Write<'_>,
    step: &Step,
    by: Option<&By>,
    at: (RequestId, Option<u32>),
) -> Result<Request, RequestError> {
    let request = match by {
        Some(by) => held(tx, by, at)?,
        None => {
            tx.execute(queries::HOLD, &params![at.0])?;
            queries::any(tx, at.0)?.ok_or(RequestError::Missing)?
        }
    };
    if request.confirmed_at.is_some() {
        return Ok(request);
    }
    not_over(&request)?;
    if request.resolved_at.is_none() {
        return Err(RequestError::State(
            "It is not resolved, so there is nothing to confirm yet.",
        ));
    }
    let mut work = Work::on(tx, step, request);
    work.request.confirmed_at = Some(work.at());
    let said = work.said();
    work.tell("confirm-resolution", &said)?;
    let words = if by.is_some() {
        "The client has confirmed the resolution, marked by one of us"
    } else {
        "The client has confirmed the resolution"
    };
    work.machine(words, "close")?;
    work.finish("ResolutionConfirmed", &serde_json::json!({}))
}
