//! All duties of one case, each with the account of why it was due when it was, once that is asked for.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::tz::TimeZone;
use kept_engine::{Engine, OwnedEvent, Record};
use kept_journal::obligations::{self, Owed};
use kept_journal::{InForce, events};
use kept_kernel::Instant;
use kept_language::ast::{RuleKey, Sentence};
use kept_ui::parts::{Button, ClauseMark, Clock, Crumb, Notice};
use kept_ui::{Failure, Frame, page};
use serde::Deserialize;

use super::got;
use super::overview::{CLIENT, path};
use super::said::{Time, clock, verdict_words};
use super::shown_or_not_found;
use crate::room::{Room, Shown};
use crate::scope::{Reach, Reader};
use crate::written::Spoken;

/// So many events of a case are looked at.
const MOST_EVENTS: u32 = 5_000;

#[derive(Template)]
#[template(path = "adherence/case.html")]
struct CasePage {
    frame: Frame,
    crumb: Crumb,
    heading: String,
    lead: String,
    client: Option<(String, String)>,
    open: Option<Button>,
    cut: Option<Notice>,
    duties: Vec<DutyOf>,
}

/// What is asked of a case.
#[derive(Deserialize)]
pub struct Asked {
    /// The duty whose account is asked for, as [`asked_by`] has it.
    why: Option<String>,
}

/// A duty of the case.
struct DutyOf {
    /// Its account is fetched by this name.
    name_of: String,
    mark: ClauseMark,
    name: String,
    href: String,
    who: String,
    opened: Time,
    due: Option<Time>,
    done: Option<Time>,
    clock: Option<Clock>,
    words: String,
    /// Its account, where it is asked for.
    why: Option<Vec<String>>,
}

/// The page.
pub async fn case(
    State(room): State<Room>,
    Path((noun, id)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    reach: Reach,
    reader: Reader,
    frame: Frame,
) -> Result<Response, Failure> {
    let shown = shown_or_not_found(&room).await?;
    let rules = room.rules().now();
    let (codec, record) = (Arc::clone(&rules.codec), (noun.clone(), id.clone()));
    let explained = asked.why.is_some();
    let pages = room.pages().clone();
    let open = Arc::clone(&reader.open);
    let (duties, events, names, open) = got(room.store().read(move |read| {
        let record = (&*record.0, &*record.1);
        let duties = obligations::of_record(read, record)?;
        let events = if explained {
            events::of_record(read, &codec, record, MOST_EVENTS)?
        } else {
            Vec::new()
        };
        let clients = duties.iter().filter_map(|duty| duty.client.as_deref());
        let clients = clients.map(|id| (CLIENT, id));
        let names = pages.names(read, clients.chain([record]))?;
        let open = open(read, record.0, record.1)?;
        Ok((duties, events, names, open))
    }))
    .await?;
    // Whoever works on a record sees when each of its duties is due, and why.
    if duties.is_empty() || !(open || reach.holds(&duties, &rules.directory)) {
        return Err(Failure::not_found("There is no such case").way_on("/adherence", "Adherence"));
    }
    let client = duties.iter().find_map(|duty| duty.client.as_deref());
    if client.is_some() || rules.is_of_clients(&noun) {
        (reader.noted)(&noun, &id, client.filter(|client| *client != id));
    }
    let linked = |noun: &str, id: &str| {
        let name = names.get(noun, id)?.to_owned();
        Some((name, room.pages().href(noun, id)?))
    };
    let named = names.get(&noun, &id).map(str::to_owned);
    let heading = named.unwrap_or_else(|| format!("{} {id}", capital(&noun)));
    let open = linked(&noun, &id).map(|(_, page)| Button::link(format!("Open the {noun}"), page));
    let client = client
        .filter(|client| *client != id)
        .and_then(|client| linked(CLIENT, client));
    let zone = rules.program.company_calendar().time_zone().clone();
    let until = shown.judgement.until;
    let own: Vec<&Owed> = duties.iter().filter(|duty| duty.level == 0).collect();
    let duties: Vec<_> = asked_by(&own)
        .into_iter()
        .zip(own)
        .map(|(name, duty)| {
            let asked = asked.why.as_deref() == Some(&*name);
            let why = asked.then(|| why(&rules, (&noun, &id), &events, (duty, until)));
            duty_of((&shown, &rules), duty, (name, why), (until, &zone))
        })
        .collect();
    let frame = frame
        .titled(heading.clone())
        .at("adherence")
        .showing("adherence");
    Ok(page(&CasePage {
        crumb: Crumb::new([("Adherence", "/adherence")]),
        lead: format!(
            "{}, judged up to {}.",
            match duties.len() {
                1 => "1 duty".to_owned(),
                number => format!("{number} duties"),
            },
            Time::at(until, &zone).words
        ),
        cut: (events.len() >= MOST_EVENTS as usize).then(|| {
            Notice::caution(
                "The case is too long to be explained in full",
                "Only its first 5,000 events were looked at, so the account of a later deadline may be wrong.",
            )
        }),
        frame,
        heading,
        client,
        open,
        duties,
    }))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// Instead of the account of a duty that no event of its case has opened: courses follow who works here.
const ELSEWHERE: &str = "No event of this case opened it: it follows from the calendar, or from who works here in which role.";

/// What each duty is asked for by: its rule and cycle, and its place where several people owe the same.
fn asked_by(duties: &[&Owed]) -> Vec<String> {
    let mut seen: HashMap<(&str, &str, u32), u32> = HashMap::new();
    let names = duties.iter().map(|duty| {
        let turn = seen
            .entry((&duty.code, &duty.rule, duty.cycle))
            .and_modify(|turn| *turn += 1)
            .or_insert(1);
        format!("{}-{}-{}-{turn}", duty.code, duty.rule, duty.cycle)
    });
    names.collect()
}

/// The account of a duty: the case's own events, run again, asked at the moment before it was settled.
fn why(
    rules: &InForce,
    (noun, id): (&str, &str),
    events: &[OwnedEvent],
    (duty, until): (&Owed, Instant),
) -> Vec<String> {
    let Some(noun) = rules.register.noun(noun) else {
        return Vec::new();
    };
    let rule = RuleKey {
        code: duty.code.clone(),
        id: duty.rule.clone(),
    };
    // A course is owed by many in one case, and the engine speaks of the last of them.
    let found = rules.library.rule(&rule);
    if found.is_some_and(|(_, rule)| matches!(rule.sentence, Some(Sentence::Course(_)))) {
        return vec![ELSEWHERE.to_owned()];
    }
    let at = duty.settled_at.unwrap_or(until).min(until);
    let mut engine = Engine::new(&rules.program, 1, |_| {});
    // What settled it is left out: then the engine would speak of the next one, or of none.
    let before = events
        .iter()
        .take_while(|event| event.at < at || (duty.settled_at.is_none() && event.at == at));
    for event in before {
        // What was refused when the journal was judged is refused here too.
        let _ = event.lend(|event| engine.push(event));
    }
    let why = engine.why(&rule, Record { noun, id }, at);
    match why.len() {
        // The duty is there, so what the engine lacks is not among the events of the case.
        0 | 1 => vec![ELSEWHERE.to_owned()],
        _ => why.into_iter().map(without_place).collect(),
    }
}

/// An event's place among those of this case says nothing to people.
fn without_place(line: String) -> String {
    let Some((before, after)) = line.split_once(" by event ") else {
        return line;
    };
    let rest = after.trim_start_matches(|letter: char| letter.is_ascii_digit());
    format!("{before}{rest}")
}

fn duty_of(
    (shown, rules): (&Shown, &Arc<InForce>),
    duty: &Owed,
    (name_of, why): (String, Option<Vec<String>>),
    (until, zone): (Instant, &TimeZone),
) -> DutyOf {
    let Spoken { mark, name } = shown.spoken(rules, (&duty.code, &duty.rule));
    let time = |at: Instant| Time::at(at, zone);
    let due = duty.due_at.map(time);
    let clock = clock(duty, until, due.as_ref());
    let words = match (&duty.more.unknown, &clock) {
        (Some(fact), _) => format!("cannot be judged: {fact} is not known"),
        (None, None) => verdict_words(&duty.verdict).to_owned(),
        (None, Some(_)) => String::new(),
    };
    DutyOf {
        name_of,
        mark: ClauseMark::new(mark, format!("/sops/{}#{}", duty.code, duty.rule))
            .card(format!("/sops/clause/{}/{}", duty.code, duty.rule)),
        name,
        href: path(&duty.code, &duty.rule),
        who: match &duty.owner {
            Some(owner) => format!("{}, {}", rules.directory.name(owner), duty.owner_role),
            None => duty.owner_role.clone(),
        },
        opened: time(duty.opened_at),
        due,
        done: duty.discharged_at.map(time),
        clock,
        words,
        why,
    }
}
