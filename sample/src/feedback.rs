//! What clients say: answers to surveys, feedback, complaints, conflicts.

use kept_kernel::Instant;

use crate::clients::Client;
use crate::grievances;
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
            grievances::complaint(&mut scene, &format!("B-{number:03}{count}"), at);
        }
        if scene.random.chance(7.0) {
            let at = world.clock.during(day, &mut scene.random);
            grievances::conflict(&mut scene, &format!("D-{number:03}"), at);
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
        ("assess-feedback", 8 * 60, 98.5),
        ("plan-resolution", 12 * 60, 98.5),
        ("carry-out-plan", 24 * 60, 96.0),
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
    let heard = scene.random.chance(97.0);
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
