//! Courses and random checks.

use kept_kernel::Instant;

use crate::office::COMPANY;
use crate::people::Member;
use crate::scene::{Scene, World};
use crate::tape::Tape;
use crate::time::{DAY, Within, pace};

/// Courses: name, whether there is a test, the audience, and within how many days.
const COURSES: [(&str, bool, &str, i64); 8] = [
    ("Client management policy", true, "", 30),
    ("Data privacy and security", true, "", 30),
    ("Engagement fundamentals", false, "", 90),
    (
        "Advanced communication",
        false,
        "client service representative|account manager|salesperson",
        180,
    ),
    (
        "Handling client feedback",
        false,
        "client service representative|account manager|specialised customer service team",
        90,
    ),
    (
        "Conflict resolution",
        true,
        "account manager|conflict resolution team|specialised customer service team",
        90,
    ),
    (
        "Product and service deep dive",
        false,
        "salesperson|account manager|onboarding specialist|technical support",
        90,
    ),
    (
        "Follow-up",
        false,
        "salesperson|sales manager|client service representative",
        60,
    ),
];

/// The courses of the year: after joining, and the big training of the service team.
pub(crate) fn courses(world: &World, tape: &mut Tape<'_>) {
    let mut scene = Scene::new(world, tape, "courses", 0);
    let training = world.climate.training_at;
    for (name, test, audience, days) in COURSES {
        for member in &world.staff.members {
            if !audience.is_empty() && !audience.split('|').any(|role| member.has(role)) {
                continue;
            }
            let joined = member.joined_at.unwrap_or(world.clock.from);
            let limit = pace(Within::Minutes(days * 24 * 60), 87.0);
            if let Some((at, _)) = scene.tried(member, joined, limit) {
                let at = world.clock.in_hours(at, &mut scene.random);
                pass(
                    &mut scene,
                    (member, name, test),
                    joined.plus_micros(60_000_000),
                    at,
                );
                renewals(&mut scene, (member, name, test), at);
            }
            if name == "Handling client feedback" && member.team == "service" {
                let at = world.clock.in_hours(training, &mut scene.random);
                pass(
                    &mut scene,
                    (member, name, test),
                    training,
                    at.plus_micros(7 * 3_600_000_000),
                );
            }
        }
    }
}

/// Every year again, in most cases before the year is over.
fn renewals(
    scene: &mut Scene<'_, '_>,
    (member, name, test): (&Member, &str, bool),
    first: Instant,
) {
    let mut last = first;
    loop {
        let share = if scene.random.chance(96.0) {
            0.97 - scene.random.unit() * 0.12
        } else {
            1.01 + scene.random.unit() * 0.05
        };
        let at = last.plus_micros((365.0 * DAY as f64 * share) as i64);
        if at >= scene.world.clock.until {
            return;
        }
        let at = scene.world.clock.in_hours(at, &mut scene.random);
        let assigned = at.plus_micros(-14 * DAY);
        pass(scene, (member, name, test), assigned, at);
        last = at;
    }
}

fn pass(
    scene: &mut Scene<'_, '_>,
    (member, name, test): (&Member, &str, bool),
    assigned: Instant,
    at: Instant,
) {
    if !member.is_employed(at) {
        return;
    }
    scene
        .act(assigned, "assign-course", name)
        .part("learner", member);
    let act = if test { "pass-course" } else { "attend-course" };
    scene
        .act(at, act, name)
        .by(member)
        .part("learner", member)
        .only_if(test, |entry| entry.proof("test"));
}

/// The random checks, by card, the act from whose cases they are drawn, and how many a week.
const CARDS: [(&str, &str, &str, usize); 4] = [
    ("Request", "request", "close-request", 4),
    ("Follow-up", "client", "follow-up-with-client", 4),
    ("Email", "email", "answer-email", 4),
    ("Conflict", "conflict", "close-conflict", 1),
];

/// A case that was drawn for a check.
pub(crate) struct Drawn {
    pub(crate) card: &'static str,
    pub(crate) noun: &'static str,
    pub(crate) id: String,
    pub(crate) performer: Option<String>,
    pub(crate) at: Instant,
}

/// The weekly checks, drawn here for want of an engine.
pub(crate) fn checks(world: &World, tape: &mut Tape<'_>) {
    let mut drawn = Vec::new();
    for monday in world.clock.mondays().skip(1) {
        let at = world.clock.at(monday, 0);
        for (card, noun, act, count) in CARDS {
            let found = tape.between(act, at.plus_micros(-7 * DAY), at);
            let step = (found.len() / count).max(1);
            let chosen = found.into_iter().step_by(step).take(count);
            drawn.extend(chosen.map(|(id, performer)| Drawn {
                card,
                noun,
                id,
                performer,
                at,
            }));
        }
    }
    score(world, tape, &drawn);
}

/// The card and the noun of the checks under a rule of CM.
pub(crate) fn card_of(rule: &str) -> Option<(&'static str, &'static str)> {
    let place = match rule {
        "check-requests" => 0,
        "check-follow-ups" => 1,
        "check-emails" => 2,
        "check-conflicts" => 3,
        _ => return None,
    };
    CARDS.get(place).map(|(card, noun, ..)| (*card, *noun))
}

/// How the drawn cases were scored, and what followed from a bad score.
pub(crate) fn score(world: &World, tape: &mut Tape<'_>, drawn: &[Drawn]) {
    // The draw itself is an entry of the company, so that it comes before the first check.
    for monday in world.clock.mondays() {
        let at = world.clock.at(monday, 0).plus_micros(30_000_000);
        tape.note(at, "company", COMPANY);
    }
    for (number, drawn) in drawn.iter().enumerate() {
        let mut scene = Scene::new(world, tape, "checks", number);
        check(&mut scene, &format!("check-{number:04}"), drawn);
    }
}

fn check(scene: &mut Scene<'_, '_>, id: &str, drawn: &Drawn) {
    let start = drawn.at.plus_micros(60_000_000);
    scene
        .act(start, "draw-quality-check", id)
        .link(drawn.noun, &drawn.id);
    let checker = scene.pick("quality control", start);
    let Some((at, who)) = scene.tried(checker, start, pace(Within::WorkDays(5), 89.0)) else {
        return;
    };
    let better = 6.0 * scene.world.climate.share(at);
    let score = (86.0 + better + 9.0 * scene.random.normal()).clamp(20.0, 100.0) as i64;
    let performer = drawn.performer.as_deref();
    let performer = performer.and_then(|name| scene.world.staff.named(name));
    let entry = scene
        .act(at, "score-quality-check", id)
        .link(drawn.noun, &drawn.id)
        .by(who)
        .part("reviewer", who)
        .number("quality-check.score", score)
        .text("quality-check.card", drawn.card);
    drop(match performer {
        Some(performer) => entry.part("performer", performer),
        None => entry,
    });
    let after = at.plus_micros(120_000_000);
    if score >= 75 {
        scene.act(after, "pass-quality-check", id).by(who);
        return;
    }
    scene.act(after, "fail-quality-check", id).by(who);
    let supervisor = scene.pick("SOP supervisor", after);
    let limit = pace(Within::WorkDays(5), 82.0);
    let Some((acted, who)) = scene.tried(supervisor, after, limit) else {
        return;
    };
    let next = scene.random.word("talk|better template|clearer rule");
    scene
        .act(acted, "act-on-quality-check", id)
        .by(who)
        .text("quality-check.action", next);
}
