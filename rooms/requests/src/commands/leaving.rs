//! What is written and has not left: for ten seconds, so that it can be taken back, or until a time that somebody chose.
//! Nothing of one is told to anybody before it leaves: no clock hears of it, and taking it back leaves nothing behind.

use std::collections::BTreeMap;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use kept_accounts::model::{PersonId, PersonState};
use kept_accounts::queries::person;
use kept_kernel::{Id, Instant};
use kept_mail::Address;
use kept_store::{StoreError, Write, params};
use serde::{Deserialize, Serialize};

use super::resolve::{is_resolved, noticed};
use super::talk::{acknowledged, answered, no_gap};
use super::{Answer, By, Promised, RequestError, Step, held, not_over};
use crate::model::{Expected, Fault, Request, RequestId};
use crate::queries;
use crate::texts::Begun;

/// At this hour the working day begins.
const MORNING: i8 = 9;
/// What waits longer than this has left its writer's eyes: what was said meanwhile holds it back.
const IN_SIGHT: i64 = 60_000_000;

/// When an answer leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaves {
    /// After so many microseconds.
    After(i64),
    /// Then.
    At(Instant),
    /// When the next working day begins where the client is.
    NextMorning,
}

/// What leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outgoing {
    /// An answer.
    #[default]
    Answer,
    /// That we have it, and what to expect.
    Acknowledgement,
    /// What was done, and until when we wait for the client's word.
    Notice {
        /// The occasion whose text is taken.
        occasion: String,
        /// Where they confirm it: a path of ours with a token.
        link: Option<String>,
    },
}

/// What leaves as it is kept until then.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(default)]
    what: Outgoing,
    text: String,
    channel: String,
    done_at: Option<i64>,
    update_at: Option<i64>,
    reason: Option<String>,
    seen: u32,
    cc: Option<Vec<String>>,
    /// By name and address.
    #[serde(default)]
    admits: Vec<(String, String)>,
    #[serde(default)]
    remarked: BTreeMap<String, u32>,
    #[serde(default)]
    promised: Vec<(String, i64)>,
    #[serde(default)]
    otherwise: Option<String>,
    #[serde(default)]
    from: Option<(String, u32)>,
}

/// Keeps words to the client until they leave.
///
/// # Errors
///
/// [`RequestError`]
pub fn keep_outgoing(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    (at, new): ((RequestId, Option<u32>), Id),
    (what, leaves, answer): (&Outgoing, Leaves, &Answer),
) -> Result<Request, RequestError> {
    let request = held(tx, by, at)?;
    let id = request.id;
    not_over(&request)?;
    has_seen_all(tx, &request, answer)?;
    no_gap(&answer.text)?;
    match what {
        Outgoing::Answer if answer.text.trim().is_empty() => return Err(Fault::NoText.into()),
        Outgoing::Acknowledgement if !answer.expected.is_something() => {
            return Err(Fault::NothingExpected.into());
        }
        Outgoing::Answer => {}
        Outgoing::Acknowledgement => none_like_it(tx, id, what)?,
        Outgoing::Notice { .. } => {
            is_resolved(&request)?;
            none_like_it(tx, id, what)?;
        }
    }
    let me = by.person().ok_or(RequestError::NotAllowed)?;
    let now = step.act.at;
    let at = match leaves {
        Leaves::After(micros) => now.plus_micros(micros),
        Leaves::At(at) if at > now => at,
        Leaves::At(_) => return Err(Fault::NoSendTime.into()),
        Leaves::NextMorning => {
            let card = kept_clients::read::client(tx, &by.handle, request.client)?;
            let zone = card.map(|card| card.zone).unwrap_or_default();
            next_morning(now, &zone_of(&zone, step))
        }
    };
    let expected = answer.expected.clone();
    let promised = answer.promised.iter();
    let promised = promised.map(|one| (one.words.clone(), one.due.micros()));
    let kept = Kept {
        what: what.clone(),
        text: answer.text.trim().to_owned(),
        channel: answer.channel.clone(),
        done_at: expected.done_at.map(Instant::micros),
        update_at: expected.update_at.map(Instant::micros),
        reason: expected.reason,
        seen: request.messages,
        cc: answer.cc.clone(),
        admits: answer
            .admits
            .iter()
            .map(|one| (one.name.clone(), one.email.clone()))
            .collect(),
        remarked: answer.remarked.clone(),
        promised: promised.collect(),
        otherwise: answer.otherwise.clone(),
        from: answer
            .from
            .map(|from| (from.template.to_string(), from.version)),
    };
    let draft = serde_json::to_string(&kept).unwrap_or_default();
    tx.execute(queries::DROP_STOPPED, &params![id, me])?;
    let row = params![new, id, me, &draft, now, at];
    tx.execute(queries::KEEP_ANSWER, &row)?;
    Ok(request)
}

/// What a client is told once is not told twice because it takes a moment to leave.
fn none_like_it(tx: &Write<'_>, id: RequestId, what: &Outgoing) -> Result<(), RequestError> {
    let is_like = |one: &Leaving| std::mem::discriminant(&one.what) == std::mem::discriminant(what);
    let mut leaving = leaving_of(tx, id)?.into_iter();
    if leaving.any(|one| one.stopped.is_none() && is_like(&one)) {
        return Err(RequestError::State("The same is about to leave already."));
    }
    Ok(())
}

/// Whoever answers has seen what was said on the request, and what others have written that is about to leave. Together they stay
/// as many when one of these leaves.
pub(super) fn has_seen_all(
    tx: &Write<'_>,
    request: &Request,
    answer: &Answer,
) -> Result<(), RequestError> {
    let Some(seen) = answer.seen else {
        return Ok(());
    };
    let (waiting, _): (i64, i64) = tx.one(queries::HELD, &params![request.id])?;
    if i64::from(seen) == i64::from(request.messages) + waiting {
        Ok(())
    } else {
        Err(RequestError::Changed)
    }
}

/// The zone of a client, or the company's.
pub(crate) fn zone_of(zone: &str, step: &Step) -> TimeZone {
    let company = step.rules.program.company_calendar().time_zone();
    if zone.is_empty() {
        return company.clone();
    }
    TimeZone::get(zone).unwrap_or_else(|_| company.clone())
}

/// When the next working day begins in a zone: at nine, Monday to Friday.
pub(crate) fn next_morning(now: Instant, zone: &TimeZone) -> Instant {
    let start = now.timestamp().to_zoned(zone.clone());
    let mut day = start.date();
    for _ in 0..8 {
        let works = !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let morning = day.at(MORNING, 0, 0, 0).to_zoned(zone.clone());
        if let Ok(morning) = morning
            && works
            && morning > start
        {
            return Instant::from_timestamp(morning.timestamp());
        }
        day = day.saturating_add(jiff::Span::new().days(1));
    }
    now
}

/// Takes back what one has written and has not left: the words are there again, to go on with; where there are none, nothing stays.
///
/// # Errors
///
/// [`RequestError`]
pub fn recall_answer(tx: &Write<'_>, by: &By, id: RequestId) -> Result<Request, RequestError> {
    let request = held(tx, by, (id, None))?;
    let me = by.person().ok_or(RequestError::NotAllowed)?;
    let words = "You took it back.";
    if tx.execute(queries::STOP_MINE, &params![id, me, words])? == 0 {
        return Err(RequestError::State(
            "The answer has left already. It cannot be taken back.",
        ));
    }
    let mine = leaving_of(tx, id)?.into_iter();
    if mine
        .filter(|one| one.writer == me)
        .all(|one| one.text.is_empty())
    {
        tx.execute(queries::DROP_STOPPED, &params![id, me])?;
    }
    Ok(request)
}

/// Has what one has written leave at once.
///
/// # Errors
///
/// [`RequestError`]
pub fn hasten_answer(
    tx: &Write<'_>,
    step: &Step,
    by: &By,
    id: RequestId,
) -> Result<Request, RequestError> {
    let request = held(tx, by, (id, None))?;
    let me = by.person().ok_or(RequestError::NotAllowed)?;
    if tx.execute(queries::HASTEN_MINE, &params![id, me, step.act.at])? == 0 {
        return Err(RequestError::State("The answer has left already."));
    }
    Ok(request)
}

/// Whose answer it is that is to leave now; none: it has left, or was taken back.
pub(crate) fn writer_of(
    read: &kept_store::Read<'_>,
    leaving: Id,
) -> Result<Option<PersonId>, StoreError> {
    let found: Option<(Id,)> = read.maybe(queries::WRITER_OF, &params![leaving])?;
    Ok(found.map(|(id,)| PersonId(id)))
}

/// Lets it leave, by whoever wrote it; the request. None: it has left, or was taken back.
pub(crate) fn leave(
    tx: &Write<'_>,
    step: &Step,
    leaving: Id,
) -> Result<Option<RequestId>, RequestError> {
    let row: Option<(Id, Id, String, Instant, Instant)> =
        tx.maybe(queries::LEAVING, &params![leaving])?;
    let Some((id, writer, draft, made_at, leaves_at)) = row else {
        return Ok(None);
    };
    let id = RequestId(id);
    tx.execute(queries::HOLD, &params![id])?;
    // Claimed before anything is done: of two that let it leave, one finds nothing.
    if tx.execute(queries::DROP_LEAVING, &params![leaving])? == 0 {
        return Ok(None);
    }
    let writer = person(tx, PersonId(writer))?;
    if writer.is_none_or(|writer| writer.state != PersonState::Active) {
        return Err(RequestError::State(
            "Whoever wrote it does not work here any longer.",
        ));
    }
    let request = queries::any(tx, id)?.ok_or(RequestError::Missing)?;
    not_over(&request)?;
    let kept: Kept = serde_json::from_str(&draft)
        .map_err(|_| RequestError::State("It cannot be read any longer."))?;
    let out_of_sight = leaves_at.micros_since(made_at) > IN_SIGHT;
    let since: Option<(u32,)> = tx.maybe(queries::SAID_SINCE, &params![id, kept.seen])?;
    if out_of_sight && since.is_some() {
        return Err(RequestError::State(
            "Something was said after you wrote it. Look at it, then send it again.",
        ));
    }
    let promised = kept.promised.into_iter().map(|(words, due)| Promised {
        words,
        due: Instant::from_micros(due),
    });
    let answer = Answer {
        text: kept.text,
        channel: kept.channel,
        expected: Expected {
            done_at: kept.done_at.map(Instant::from_micros),
            update_at: kept.update_at.map(Instant::from_micros),
            reason: kept.reason,
        },
        seen: None,
        cc: kept.cc,
        admits: kept
            .admits
            .into_iter()
            .map(|(name, email)| Address { name, email })
            .collect(),
        remarked: kept.remarked,
        promised: promised.collect(),
        otherwise: kept.otherwise,
        from: kept.from.and_then(|(template, version)| {
            let template = template.parse().ok()?;
            Some(Begun { template, version })
        }),
    };
    match &kept.what {
        Outgoing::Answer => answered(tx, step, request, &answer)?,
        Outgoing::Acknowledgement => acknowledged(tx, step, request, &answer)?,
        Outgoing::Notice { occasion, link } => {
            noticed(tx, step, request, (occasion, link.as_deref()))?
        }
    };
    Ok(Some(id))
}

/// Keeps an answer here that cannot leave, and why.
pub(crate) fn stop(tx: &Write<'_>, leaving: Id, why: &str) -> Result<(), StoreError> {
    tx.execute(queries::STOP, &params![leaving, why]).map(drop)
}

/// What has not left, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leaving {
    pub(crate) writer: PersonId,
    pub(crate) name: String,
    pub(crate) what: Outgoing,
    pub(crate) text: String,
    /// Those who would take part from it on, as they are typed.
    pub(crate) admits: String,
    /// Who reads it of those who take part; none: all of them.
    pub(crate) cc: Option<Vec<String>>,
    pub(crate) leaves_at: Instant,
    /// Why it stays here.
    pub(crate) stopped: Option<String>,
}

/// What has not left of a request, the oldest first.
pub(crate) fn leaving_of(
    read: &kept_store::Read<'_>,
    id: RequestId,
) -> Result<Vec<Leaving>, StoreError> {
    let rows: Vec<(Id, String, String, Instant, Option<String>)> =
        read.all(queries::LEAVING_OF, &params![id])?;
    let shown = |(writer, name, draft, leaves_at, stopped): (Id, String, String, Instant, _)| {
        let kept: Option<Kept> = serde_json::from_str(&draft).ok();
        let (what, text, admits, cc) = kept
            .map(|kept| (kept.what, kept.text, typed(&kept.admits), kept.cc))
            .unwrap_or_default();
        Leaving {
            writer: PersonId(writer),
            name,
            what,
            text,
            admits,
            cc,
            leaves_at,
            stopped,
        }
    };
    Ok(rows.into_iter().map(shown).collect())
}

/// Addresses as somebody types them.
fn typed(all: &[(String, String)]) -> String {
    let one = |(name, email): &(String, String)| match name.as_str() {
        "" => email.clone(),
        name => format!("{name} <{email}>"),
    };
    all.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::next_morning;
    use jiff::tz::TimeZone;
    use kept_kernel::Instant;

    #[test]
    fn the_next_morning_is_that_of_a_working_day_where_the_client_is() {
        let at = |text: &str| Instant::from_timestamp(text.parse().unwrap());
        for (now, zone, morning) in [
            (
                "2026-01-30T16:30:00Z",
                "Europe/Berlin",
                "2026-02-02T08:00:00Z",
            ),
            (
                "2026-01-30T06:30:00Z",
                "Europe/Berlin",
                "2026-01-30T08:00:00Z",
            ),
            (
                "2026-01-30T08:00:00Z",
                "Europe/Berlin",
                "2026-02-02T08:00:00Z",
            ),
            ("2026-01-30T16:30:00Z", "Asia/Tokyo", "2026-02-02T00:00:00Z"),
            (
                "2026-03-28T16:30:00Z",
                "Europe/Berlin",
                "2026-03-30T07:00:00Z",
            ),
        ] {
            let zone = TimeZone::get(zone).unwrap();
            assert_eq!(next_morning(at(now), &zone), at(morning), "{now} {zone:?}");
        }
    }
}
