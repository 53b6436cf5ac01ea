//! All duties of one case, each with the account of why it was due when it was.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::tz::TimeZone;
use kept_engine::{Engine, OwnedEvent, Record};
use kept_journal::obligations::{self, Owed};
use kept_journal::{InForce, events};
use kept_kernel::Instant;
use kept_language::ast::{RuleKey, Sentence};
use kept_ui::parts::{ClauseMark, Clock, Crumb, Notice};
use kept_ui::{Failure, Frame, page};

use super::got;
use super::overview::path;
use super::said::{Time, clock, plural, verdict_words};
use super::shown_or_not_found;
use crate::room::Room;
use crate::scope::{Reach, Reader};

/// So many events of a case are looked at.
const MOST_EVENTS: u32 = 5_000;

#[derive(Template)]
#[template(path = "adherence/case.html")]
struct CasePage {
    frame: Frame,
    crumb: Crumb,
    noun: String,
    id: String,
    lead: String,
    cut: Option<Notice>,
    duties: Vec<DutyOf>,
}

/// A duty of the case.
struct DutyOf {
    mark: ClauseMark,
    name: String,
    href: String,
    who: String,
    opened: Time,
    due: Option<Time>,
    done: Option<Time>,
    clock: Option<Clock>,
    words: String,
    why: Vec<String>,
}

/// The page.
pub async fn case(
    State(room): State<Room>,
    Path((noun, id)): Path<(String, String)>,
    reach: Reach,
    reader: Reader,
    frame: Frame,
) -> Result<Response, Failure> {
    let shown = shown_or_not_found(&room).await?;
    let rules = room.rules().now();
    let (codec, record) = (Arc::clone(&rules.codec), (noun.clone(), id.clone()));
    let (duties, events) = got(room.store().read(move |read| {
        let record = (&*record.0, &*record.1);
        let duties = obligations::of_record(read, record)?;
        Ok((
            duties,
            events::of_record(read, &codec, record, MOST_EVENTS)?,
        ))
    }))
    .await?;
    if duties.is_empty() || !reach.holds(&duties, &rules.directory) {
        return Err(Failure::not_found("There is no such case").way_on("/adherence", "Adherence"));
    }
    let client = duties.iter().find_map(|duty| duty.client.as_deref());
    if client.is_some() || rules.is_of_clients(&noun) {
        (reader.noted)(&noun, &id, client.filter(|client| *client != id));
    }
    let zone = rules.program.company_calendar().time_zone().clone();
    let until = shown.judgement.until;
    let whys = whys(&rules, (&noun, &id), &events, &duties, until);
    let own = duties.iter().zip(whys).filter(|(duty, _)| duty.level == 0);
    let duties: Vec<_> = own
        .map(|(duty, why)| duty_of(&rules, duty, why, (until, &zone)))
        .collect();
    let frame = frame
        .titled(format!("{noun} {id}"))
        .at("adherence")
        .showing("adherence");
    Ok(page(&CasePage {
        crumb: Crumb::new([("Adherence", "/adherence")]),
        lead: format!(
            "{} from {}, judged up to {}.",
            match duties.len() {
                1 => "1 duty".to_owned(),
                number => format!("{number} duties"),
            },
            plural(events.len() as u64, "event"),
            Time::at(until, &zone).words
        ),
        cut: (events.len() >= MOST_EVENTS as usize).then(|| {
            Notice::caution(
                "The case is too long to be explained in full",
                "Only its first 5,000 events were looked at; later deadlines stand without their account.",
            )
        }),
        frame,
        noun,
        id,
        duties,
    }))
}

/// Instead of the account of a duty that no event of its case has opened: courses follow who works here.
const ELSEWHERE: &str = "No event of this case opened it: it follows from the calendar, or from who works here in which role.";

/// The account of each duty, in their order: the case's own events, run again, asked at the moment before each was settled.
fn whys(
    rules: &InForce,
    (noun, id): (&str, &str),
    events: &[OwnedEvent],
    duties: &[Owed],
    until: Instant,
) -> Vec<Vec<String>> {
    let mut told = vec![Vec::new(); duties.len()];
    let Some(noun) = rules.register.noun(noun) else {
        return told;
    };
    let case = Record { noun, id };
    let ask = |duty: &Owed| duty.settled_at.unwrap_or(until).min(until);
    let mut order: Vec<_> = duties.iter().zip(&mut told).collect();
    order.sort_by_key(|(duty, _)| ask(duty));
    let mut engine = Engine::new(&rules.program, 1, |_| {});
    let mut left = events.iter().peekable();
    for (duty, told) in order {
        let at = ask(duty);
        // What settled it is left for later: then the engine would speak of the next one, or of none.
        while let Some(event) =
            left.next_if(|event| event.at < at || (duty.settled_at.is_none() && event.at == at))
        {
            // What was refused when the journal was judged is refused here too.
            let _ = event.lend(|event| engine.push(event));
        }
        let rule = RuleKey {
            code: duty.code.clone(),
            id: duty.rule.clone(),
        };
        // A course is owed by many in one case, and the engine speaks of the last of them.
        let found = rules.library.rule(&rule);
        if found.is_some_and(|(_, rule)| matches!(rule.sentence, Some(Sentence::Course(_)))) {
            *told = vec![ELSEWHERE.to_owned()];
            continue;
        }
        let why = engine.why(&rule, case, at);
        *told = match why.len() {
            // The duty is there, so what the engine lacks is not among the events of the case.
            0 | 1 => vec![ELSEWHERE.to_owned()],
            _ => why.into_iter().map(without_place).collect(),
        };
    }
    told
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
    rules: &InForce,
    duty: &Owed,
    why: Vec<String>,
    (until, zone): (Instant, &TimeZone),
) -> DutyOf {
    let key = RuleKey {
        code: duty.code.clone(),
        id: duty.rule.clone(),
    };
    let found = rules.library.rule(&key);
    let mark = found.map_or_else(
        || duty.code.clone(),
        |(document, rule)| document.clause_of(rule),
    );
    let name = found.map_or_else(
        || duty.rule.replace('-', " "),
        |(_, rule)| kept_language::explain_short(&rules.register, &rules.library, rule),
    );
    let clock = clock(duty, until, zone);
    let time = |at: Instant| Time::at(at, zone);
    let words = match (&duty.more.unknown, &clock) {
        (Some(fact), _) => format!("cannot be judged: {fact} is not known"),
        (None, None) => verdict_words(&duty.verdict).to_owned(),
        (None, Some(_)) => String::new(),
    };
    DutyOf {
        mark: ClauseMark::new(mark, format!("/sops/{}#{}", duty.code, duty.rule))
            .card(format!("/sops/clause/{}/{}", duty.code, duty.rule)),
        name,
        href: path(&duty.code, &duty.rule),
        who: match &duty.owner {
            Some(owner) => format!("{}, {}", rules.directory.name(owner), duty.owner_role),
            None => duty.owner_role.clone(),
        },
        opened: time(duty.opened_at),
        due: duty.due_at.map(time),
        done: duty.discharged_at.map(time),
        clock,
        words,
        why,
    }
}
