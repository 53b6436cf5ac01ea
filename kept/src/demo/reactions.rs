//! What people do because of a duty that only a run can tell: the checks of what was drawn, the calls after a breach.

use std::cell::RefCell;

use kept_engine::{OwnedEvent, Program};
use kept_kernel::Instant;
use kept_language::Register;

use super::story::{Case, Deed, Story, after};
use crate::tell::Failure;

/// The seed of the reactions.
const SEED: u64 = 2_026;

/// Events that are added later have places after all others.
const LATER: u64 = 1 << 40;

/// A duty that somebody may react to.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Opened {
    at: Instant,
    rule: String,
    noun: String,
    subject: String,
    client: String,
}

/// The year with its reactions. The events before keep their places, so that the same items are drawn again.
pub fn added(
    events: Vec<OwnedEvent>,
    program: &Program,
    register: &Register,
    year: (Instant, Instant),
) -> Result<Vec<OwnedEvent>, Failure> {
    let opened: RefCell<Vec<Opened>> = RefCell::default();
    super::run(program, &events, year, |duty| {
        if duty.level == 0 {
            opened.borrow_mut().push(Opened {
                at: duty.opened_at,
                rule: format!("{}/{}", duty.rule.code, duty.rule.id),
                noun: register[duty.noun].id.clone(),
                subject: duty.subject.clone(),
                client: duty.client.clone().unwrap_or_default(),
            });
        }
    });
    let mut story = Story::new(register, program.company_calendar(), SEED, year);
    let mut opened = opened.into_inner();
    opened.sort();
    for (number, duty) in opened.iter().enumerate() {
        react(&mut story, number, duty);
    }
    let unknown = std::mem::take(&mut story.unknown);
    if !unknown.is_empty() {
        return Err(Failure::new(format!(
            "The vocabulary lacks: {}.",
            unknown.join("; ")
        )));
    }
    let mut all = events;
    let more = story.told().into_iter();
    all.extend(more.map(|event| OwnedEvent {
        place: event.place + LATER,
        ..event
    }));
    all.sort_by_key(|event| (event.at, event.place));
    Ok(all)
}

fn react(story: &mut Story<'_>, number: usize, duty: &Opened) {
    let nouns = ["request", "client", "email", "conflict", "sale"];
    let Some(noun) = nouns.into_iter().find(|known| *known == duty.noun) else {
        return;
    };
    let client = Case::new("client", duty.client.clone(), &[]);
    let owed = Case::new(noun, duty.subject.clone(), &[("client", &duty.client)]);
    match duty.rule.as_str() {
        "CM/check-requests" | "CM/check-follow-ups" | "CM/check-emails" | "CM/check-conflicts" => {
            let check = Case::new(
                "quality-check",
                format!("Q-{number}"),
                &[(noun, &duty.subject)],
            );
            later(
                story,
                duty.at,
                ("score-quality-check", "Ewa Kowalska", 620.0, 0.95),
                &check,
                |deed| {
                    deed.fact("quality-check.score", "92")
                        .fact("quality-check.card", "filled in")
                        .tell();
                },
            );
        }
        "SR/tell-late" => {
            later(
                story,
                duty.at,
                ("update-client", "Lena Fischer", 48.0, 0.8),
                &client,
                |deed| {
                    let deed = deed.about(&owed);
                    deed.fact(
                        "request.estimated time to resolution",
                        "2026-01-30T12:00:00Z",
                    )
                    .tell();
                },
            );
        }
        "FU/act-on-first-contact" | "FU/act-on-rhythm" => {
            later(
                story,
                duty.at,
                ("act-on-missed-follow-up", "Victor Lang", 900.0, 0.93),
                &client,
                |deed| {
                    deed.about(&owed)
                        .fact("client.follow-up action", "talk")
                        .tell();
                },
            );
        }
        "CM/look-at-mismatch" => {
            later(
                story,
                duty.at,
                ("review-client", "Marc Vidal", 2_100.0, 0.9),
                &client,
                |deed| {
                    deed.proof("logged-call").tell();
                },
            );
        }
        "CE/outlook" => {
            let minutes = story.random.around(165.0 * 1_440.0).min(200.0 * 1_440.0);
            let at = after(duty.at, minutes);
            let deed = story.deed("record-outlook", &client, at).by("Marc Vidal");
            deed.fact("client.next action", "agreed").tell();
        }
        _ => {}
    }
}

/// Somebody gets to it, or forgets it.
fn later(
    story: &mut Story<'_>,
    at: Instant,
    (act, who, usual, likely): (&str, &str, f64, f64),
    case: &Case,
    rest: impl FnOnce(Deed<'_, '_>),
) {
    let when = story.reached(at, usual, who);
    if story.random.chance(likely) {
        rest(story.deed(act, case, when).by(who));
    }
}
