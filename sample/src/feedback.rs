//! What clients say: answers to surveys, feedback, complaints, conflicts.

use kept_kernel::Instant;

use crate::clients::Client;
use crate::people::Member;
use crate::scene::{Scene, World};
use crate::tape::Tape;
use crate::time::{Within, pace};

/// The feedback, complaints and conflicts of the year.
pub(crate) fn write(world: &World, tape: &mut Tape<'_>) {
    let days: Vec<_> = world
        .clock
        .days()
        .filter(|day| world.clock.is_working_day(*day))
        .collect();
    for (number, day) in days.into_iter().enumerate() {
        let mut scene = Scene::new(world, tape, "feedback", number);
        let busy = if world.climate.is_launch(world.clock.at(day, 600)) {
            2.5
        } else {
            1.0
        };
        for count in 0..scene.random.about(0.4 * busy) {
            let at = world.clock.during(day, &mut scene.random);
            case(&mut scene, &format!("F-{number:03}{count}"), at);
        }
        for count in 0..scene.random.about(0.16 * busy) {
            let at = world.clock.during(day, &mut scene.random);
            complaint(&mut scene, &format!("B-{number:03}{count}"), at);
        }
        if scene.random.chance(7.0) {
            let at = world.clock.during(day, &mut scene.random);
            conflict(&mut scene, &format!("D-{number:03}"), at);
        }
    }
}

/// An answer to a survey; a poor one is a call for help.
pub(crate) fn answer(scene: &mut Scene<'_, '_>, client: &Client, at: Instant, id: &str) {
    let climate = &scene.world.climate;
    let gloomy = if climate.is_fortnight(at) || climate.is_launch(at) {
        3.0
    } else {
        1.0
    };
    let better = 1.0 + 0.4 * climate.share(at);
    let rating = scene.random.weighted(&[
        ("top box", 76.0 * better),
        ("middle box", 16.0 * gloomy),
        ("bottom box", 8.0 * gloomy),
    ]);
    let satisfaction = match rating {
        "top box" => scene.random.between(80, 100),
        "middle box" => scene.random.between(50, 79),
        _ => scene.random.between(5, 49),
    };
    scene
        .act(at, "receive-survey-answer", id)
        .of(client)
        .by_client()
        .choice("survey-answer.rating", rating)
        .text("survey-answer.improvement", id)
        .number("client.satisfaction", satisfaction);
    if rating == "bottom box" {
        let manager = scene.manager(client, at);
        if let Some((at, who)) = scene.tried(manager, at, pace(Within::WorkDays(2), 83.0)) {
            scene
                .act(at, "contact-client", &client.id)
                .link("survey-answer", id)
                .by(who)
                .proof("logged-call");
        }
    }
}

/// A feedback case in its six steps.
fn case(scene: &mut Scene<'_, '_>, id: &str, at: Instant) {
    let client = scene.any_client();
    let desk = scene.pick("client service representative", at);
    let channel = scene.random.weighted(&[
        ("email", 40.0),
        ("web form", 30.0),
        ("phone", 20.0),
        ("portal", 10.0),
    ]);
    scene
        .act(at, "receive-feedback", id)
        .of(client)
        .by_client()
        .choice("feedback.channel", channel)
        .part("assignee", desk)
        .holder("client service representative", desk);
    if let Some((at, who)) = scene.tried(desk, at, pace(Within::WorkMinutes(60), 90.0)) {
        scene
            .act(at, "acknowledge-feedback", id)
            .by(who)
            .proof("message-to-client");
    }
    let class = scene.random.weighted(&[
        ("praise", 25.0),
        ("concern", 30.0),
        ("complaint", 20.0),
        ("suggestion", 25.0),
    ]);
    let needs = matches!(class, "concern" | "complaint") && scene.random.chance(85.0);
    let likely = class == "complaint" && scene.random.chance(45.0);
    let Some((classified, who)) = scene.tried(desk, at, pace(Within::WorkMinutes(240), 89.0))
    else {
        return;
    };
    let kind = scene.random.word("product|service|experience");
    let urgency = scene.random.word("low|medium|high");
    let tone = match class {
        "praise" => "positive",
        "complaint" => "negative",
        _ => "mixed",
    };
    scene
        .act(classified, "classify-feedback", id)
        .by(who)
        .choice("feedback.kind", kind)
        .choice("feedback.class", class)
        .choice("feedback.urgency", urgency)
        .choice("feedback.tone", tone)
        .yes("feedback.potential for escalation", likely)
        .yes("feedback.need for resolution", needs);
    if likely {
        let manager = scene.manager(client, classified);
        if let Some((at, who)) = scene.tried(manager, classified, pace(Within::Minutes(240), 82.0))
        {
            scene
                .act(at, "contact-client", &client.id)
                .link("feedback", id)
                .by(who)
                .proof("logged-call");
        }
    }
    if needs {
        resolution(scene, (client, desk), id, (at, classified));
    } else {
        let closed = scene.later(classified, 2.0);
        scene.act(closed, "close-feedback", id).by(who);
    }
}

/// Assess, plan, carry out, ask again, learn.
fn resolution<'s>(
    scene: &mut Scene<'s, '_>,
    (client, desk): (&'s Client, &'s Member),
    id: &str,
    (received, classified): (Instant, Instant),
) {
    if scene.random.chance(9.0) {
        scene.act(classified, "ask-help-with-feedback", id).by(desk);
        let boss = scene.pick("sales manager", classified);
        if let Some((at, who)) = scene.tried(boss, classified, pace(Within::WorkDays(1), 85.0)) {
            scene.act(at, "help-with-feedback", id).by(who);
        }
    }
    let (mut last, mut steps) = (classified, Vec::new());
    let limits = [
        ("assess-feedback", 8 * 60, 92.0),
        ("plan-resolution", 12 * 60, 94.0),
        ("carry-out-plan", 24 * 60, 90.0),
    ];
    for (act, minutes, usual) in limits {
        let (at, who) = scene.done(desk, received, pace(Within::Minutes(minutes), usual));
        last = at.max(last.plus_micros(300_000_000));
        steps.push((act, last, who));
    }
    let planned = scene.world.clock.date(last);
    for (act, at, who) in steps {
        let entry = scene.act(at, act, id).by(who);
        drop(match act {
            "assess-feedback" => entry.text("feedback.cause", id),
            "plan-resolution" => entry
                .text("feedback.departments", "service")
                .date("feedback.planned date", planned),
            _ => entry.proof("message-to-client"),
        });
    }
    progress(scene, desk, id, (classified, last));
    let (asked, who) = scene.done(desk, last, pace(Within::WorkDays(2), 86.0));
    let heard = scene.random.chance(90.0);
    if heard {
        scene
            .act(asked, "confirm-satisfaction-with-feedback", id)
            .by(who)
            .proof("message-to-client");
    }
    let (learned, who) = scene.done(desk, asked, pace(Within::WorkDays(10), 81.0));
    scene
        .act(learned, "record-lesson", id)
        .by(who)
        .text("feedback.lesson", id)
        .text("feedback.improvement", id);
    let closed = scene.later(learned, 2.0);
    scene
        .act(closed, "close-feedback", id)
        .by(who)
        .client(client);
}

/// News every few hours while it is in resolution.
fn progress<'s>(
    scene: &mut Scene<'s, '_>,
    desk: &'s Member,
    id: &str,
    (from, until): (Instant, Instant),
) {
    let mut last = from;
    for _ in 0..8 {
        let Some((at, who)) = scene.tried(desk, last, pace(Within::WorkMinutes(240), 93.0)) else {
            return;
        };
        if at >= until {
            return;
        }
        scene
            .act(at, "update-feedback", id)
            .by(who)
            .proof("message-to-client");
        last = at;
    }
}

fn complaint(scene: &mut Scene<'_, '_>, id: &str, at: Instant) {
    let client = scene.any_client();
    let desk = scene.pick("client service representative", at);
    let channel = scene.random.word("phone|email|email|web form");
    let kind = scene.random.word("product|service|service|experience");
    let urgency = scene.random.word("low|medium|high");
    scene
        .act(at, "receive-complaint", id)
        .of(client)
        .by_client()
        .choice("complaint.channel", channel)
        .choice("complaint.kind", kind)
        .choice("complaint.urgency", urgency)
        .part("assignee", desk)
        .holder("client service representative", desk);
    let (answered, who) = scene.done(desk, at, pace(Within::WorkMinutes(120), 88.0));
    scene
        .act(answered, "answer-complaint", id)
        .client(client)
        .by(who)
        .proof("message-to-client");
    let at_once = scene.random.chance(45.0);
    let resolved = if at_once {
        let (at, who) = scene.done(desk, answered, pace(Within::WorkDays(1), 88.0));
        scene
            .act(at, "resolve-complaint", id)
            .by(who)
            .yes("complaint.solved at first contact", true);
        at
    } else {
        escalated(scene, (client, desk), id, at)
    };
    let confirmed = scene.client_later(resolved, 30.0);
    let says_so = scene.random.chance(80.0);
    if says_so {
        scene
            .act(confirmed, "confirm-satisfaction-with-complaint", id)
            .by_client();
    }
    let wait = if says_so || scene.random.chance(30.0) {
        (confirmed, 1)
    } else {
        (resolved, 10)
    };
    let closed = scene.world.clock.calendar.add_working_days(wait.0, wait.1);
    let closed = scene.later(closed, 1.0);
    let who = scene.world.staff.stand_in(desk, closed);
    scene.act(closed, "close-complaint", id).by(who);
    if scene.random.chance(5.0) {
        let again = scene.client_later(closed, 60.0);
        scene.act(again, "reopen-complaint", id).by_client();
        let (at, who) = scene.done(desk, again, pace(Within::WorkDays(1), 85.0));
        scene.act(at, "resolve-complaint", id).by(who);
        let closed = scene.later(at, 90.0);
        scene.act(closed, "close-complaint", id).by(who);
    }
}

/// What the first contact could not solve goes to the specialised team.
fn escalated<'s>(
    scene: &mut Scene<'s, '_>,
    (client, desk): (&'s Client, &'s Member),
    id: &str,
    at: Instant,
) -> Instant {
    let (up, who) = scene.done(desk, at, pace(Within::WorkDays(1), 84.0));
    scene.act(up, "escalate-complaint", id).by(who);
    let expert = scene.pick("specialised customer service team", up);
    let (mut at, who) = scene.done(expert, up, pace(Within::Minutes(24 * 60), 80.0));
    if scene.random.chance(20.0) {
        let asked = scene.later(up, 1.0);
        let back = scene.client_later(asked, 8.0);
        scene.act(asked, "set-complaint-waiting", id).by(who);
        scene
            .act(back, "client-writes-again-on-complaint", id)
            .client(client)
            .by_client();
        at = at.plus_micros(back.micros_since(asked));
    }
    scene
        .act(at, "resolve-complaint", id)
        .by(who)
        .text("complaint.cause", id);
    at
}

fn conflict(scene: &mut Scene<'_, '_>, id: &str, at: Instant) {
    let client = scene.any_client();
    let kind = scene.random.weighted(&[
        ("dispute with a client", 70.0),
        ("dispute among staff", 20.0),
        ("conflict of interest", 10.0),
    ]);
    let outside = kind == "dispute with a client";
    let manager = if outside {
        scene.manager(client, at)
    } else {
        scene.pick("management", at)
    };
    let reporter = scene.pick("client service representative", at);
    scene
        .act(at, "report-conflict", id)
        .only_if(outside, |entry| entry.of(client))
        .by(reporter)
        .choice("conflict.kind", kind)
        .text("conflict.facts", id)
        .part("reporter", reporter);
    let (assessed, who) = scene.done(manager, at, pace(Within::Minutes(24 * 60), 82.0));
    let seriousness = scene
        .random
        .weighted(&[("minor", 50.0), ("serious", 40.0), ("grave", 10.0)]);
    scene
        .act(assessed, "assess-conflict", id)
        .by(who)
        .choice("conflict.seriousness", seriousness)
        .text("conflict.assessment", id);
    let own = !outside || scene.random.chance(72.0);
    let days = if outside { 2 } else { 10 };
    let due = scene.world.clock.due(assessed, Within::WorkDays(days));
    let alone = scene.done(manager, assessed, pace(Within::WorkDays(days), 85.0));
    let stuck = outside && alone.0 > due && scene.random.chance(75.0);
    let (solved, who) = match (own, stuck) {
        (true, false) => alone,
        (true, true) => handed_on(scene, manager, id, due),
        _ => handed_on(scene, manager, id, assessed),
    };
    scene
        .act(solved, "solve-conflict", id)
        .by(who)
        .text("conflict.solution", id);
    let closed = scene.later(solved, 20.0);
    scene.act(closed, "close-conflict", id).by(who);
}

fn handed_on<'s>(
    scene: &mut Scene<'s, '_>,
    manager: &'s Member,
    id: &str,
    start: Instant,
) -> (Instant, &'s Member) {
    let (on, who) = scene.done(manager, start, pace(Within::WorkMinutes(240), 82.0));
    scene.act(on, "hand-on-conflict", id).by(who);
    let team = scene.pick("conflict resolution team", on);
    let (over, who) = scene.done(team, on, pace(Within::WorkMinutes(240), 87.0));
    scene.act(over, "take-over-conflict", id).by(who);
    scene.done(team, over, pace(Within::WorkDays(5), 86.0))
}
