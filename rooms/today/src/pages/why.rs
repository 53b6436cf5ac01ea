//! The card of a duty's clause: the sentence, who owes it, and how its deadline came about.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{Html as Bare, IntoResponse as _, Response};
use kept_accounts::Signed;
use kept_accounts::access::Action;
use kept_engine::{Engine, OwnedEvent, Record};
use kept_journal::obligations::{self, Owed};
use kept_journal::{InForce, events};
use kept_kernel::Instant;
use kept_language::explain_short;
use kept_store::StoreError;
use kept_ui::Failure;
use kept_ui::parts::{ClauseCard, ClockState, Step};

use super::got;
use crate::room::Room;
use crate::say::{self, Here};
use crate::who;

/// So many events of a case are looked at while somebody hovers; a longer one is explained on its page.
const MOST_EVENTS: u32 = 500;

/// The card: a piece of a page, no whole one.
pub async fn card(
    State(room): State<Room>,
    signed: Signed,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let number: i64 = number.parse().map_err(|_| missing())?;
    let rules = room.rules.now();
    let codec = Arc::clone(&rules.codec);
    let found = room.store.read(move |read| {
        let Some(owed) = obligations::these(read, &[number])?.pop() else {
            return Ok::<_, StoreError>(None);
        };
        let record = (owed.noun.as_str(), owed.subject.as_str());
        let events = events::of_record(read, &codec, record, MOST_EVENTS)?;
        Ok(Some((owed, events)))
    });
    let (owed, events) = got(found)
        .await?
        .filter(|(owed, _)| may_see(&rules, &signed, owed))
        .ok_or_else(missing)?;
    let now = room.world.now();
    Ok(Bare(drawn(&rules, &owed, &events, now).to_string()).into_response())
}

fn missing() -> Failure {
    Failure::not_found("There is no such duty")
}

/// One's own, those of one's roles, and those whose adherence one may see.
fn may_see(rules: &InForce, signed: &Signed, owed: &Owed) -> bool {
    let roles = who::owners(rules, signed.roles());
    let scope = signed.scope(Action::ReadAdherence);
    match &owed.owner {
        None => scope.is_everything() || roles.contains(&owed.owner_role),
        Some(owner) if *owner == signed.person.to_string() => true,
        Some(_) if scope.is_nothing() => false,
        Some(owner) => who::people(rules, &scope).is_none_or(|people| people.contains(owner)),
    }
}

fn drawn(rules: &InForce, owed: &Owed, events: &[OwnedEvent], now: Instant) -> ClauseCard {
    let here = Here::at(rules, now);
    let found = rules.library.rule(&say::key(owed));
    let (name, sentence) = found.map_or_else(
        || (owed.rule.replace('-', " "), String::new()),
        |(document, rule)| {
            let words = document.words(rule.range);
            (
                explain_short(&rules.register, &rules.library, rule),
                words.split_whitespace().collect::<Vec<_>>().join(" "),
            )
        },
    );
    let who = match &owed.owner {
        Some(owner) => rules.directory.name(owner).to_owned(),
        None => format!("any {}", owed.owner_role),
    };
    let step = |name: &str, words: String, result: String| Step {
        name: name.to_owned(),
        words,
        result,
        state: None,
    };
    let mut steps = vec![step("Owed by", who, owed.owner_role.clone())];
    let told = why(rules, owed, events, now);
    steps.extend(told.into_iter().map(|line| step("", line, String::new())));
    if let Some(due) = owed.due_at {
        let late = due < now && owed.verdict != "paused";
        steps.push(Step {
            state: late.then_some(ClockState::Overdue),
            ..step("Due", here.clock(owed).words(), here.short(due))
        });
    }
    ClauseCard {
        mark: say::mark(rules, &owed.code, &owed.rule),
        href: format!("/sops/{}#{}", owed.code, owed.rule),
        name,
        version: format!("version {}", owed.version),
        sentence: (sentence, String::new(), String::new()),
        steps,
        figure: None,
    }
}

/// The account of an open duty, from the events of its case.
fn why(rules: &InForce, owed: &Owed, events: &[OwnedEvent], now: Instant) -> Vec<String> {
    let Some(noun) = rules.register.noun(&owed.noun) else {
        return Vec::new();
    };
    if events.len() >= MOST_EVENTS as usize {
        return vec!["The case is long: its page tells how the deadline came about.".to_owned()];
    }
    let at = owed.settled_at.unwrap_or(now);
    let mut engine = Engine::new(&rules.program, kept_journal::live::SEED, |_| {});
    for event in events.iter().filter(|event| event.at <= at) {
        // What was refused when it was judged is refused here too.
        let _ = event.lend(|event| engine.push(event));
    }
    let case = Record {
        noun,
        id: &owed.subject,
    };
    let lines = engine.why(&say::key(owed), case, at);
    if lines.len() < 2 {
        return Vec::new();
    }
    lines.into_iter().map(without_place).collect()
}

/// An event's place among those of this case says nothing to people.
fn without_place(line: String) -> String {
    let Some((before, after)) = line.split_once(" by event ") else {
        return line;
    };
    let rest = after.trim_start_matches(|letter: char| letter.is_ascii_digit());
    format!("{before}{rest}")
}
