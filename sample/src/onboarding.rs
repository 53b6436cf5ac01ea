//! The first weeks of a new client, step by step.

use kept_kernel::Instant;

use crate::clients::Client;
use crate::people::Member;
use crate::sales::days_after;
use crate::scene::Scene;
use crate::time::{DAY, Within, pace};

/// A project and the people who care for it.
pub(crate) struct Project<'s, 'p> {
    pub(crate) id: &'p str,
    pub(crate) kind: &'static str,
    pub(crate) client: &'p Client,
    pub(crate) relations: &'s Member,
    pub(crate) specialist: &'s Member,
}

/// From the signature to the hand-over; returns when the client is in ongoing support, if the project came so far.
pub(crate) fn onboard<'s>(
    scene: &mut Scene<'s, '_>,
    project: &Project<'s, '_>,
    signed: Instant,
) -> Option<Instant> {
    if scene.random.chance(4.0) {
        let at = days_after(scene, signed, 9);
        scene
            .act(at, "cancel-project", project.id)
            .client(project.client)
            .by(project.relations);
        return None;
    }
    let (specialist_named, held) = first_contact(scene, project, signed);
    let profiled = information(scene, project, (specialist_named, held));
    let started = set_up(scene, project, profiled);
    under_way(scene, project, started)
}

fn step<'s>(
    scene: &mut Scene<'s, '_>,
    project: &Project<'s, '_>,
    who: &'s Member,
    (act, start, days, usual): (&str, Instant, i64, f64),
) -> Instant {
    let (at, who) = scene.done(who, start, pace(Within::WorkDays(days), usual));
    let entry = scene
        .act(at, act, project.id)
        .client(project.client)
        .by(who);
    drop(match act {
        "send-welcome" => entry.proof("message-to-client"),
        "schedule-discovery" => entry
            .proof("message-to-client")
            .text("project.agenda", "needs, pains and hopes"),
        "hold-discovery" => entry.proof("logged-call"),
        "assign-specialist" => entry
            .part("onboarding specialist", project.specialist)
            .holder("onboarding specialist", project.specialist)
            .proof("message-to-client"),
        "record-discovery" => entry
            .text("project.expectations", project.id)
            .text("project.deliverables", project.id)
            .text("project.deadlines", project.id),
        "deliver-product" | "set-up-product" => entry.proof("document"),
        _ => entry,
    });
    at
}

fn first_contact<'s>(
    scene: &mut Scene<'s, '_>,
    project: &Project<'s, '_>,
    signed: Instant,
) -> (Instant, Instant) {
    let who = project.relations;
    let welcomed = step(scene, project, who, ("send-welcome", signed, 1, 90.0));
    let booked = step(
        scene,
        project,
        who,
        ("schedule-discovery", welcomed, 2, 86.0),
    );
    let held = step(
        scene,
        project,
        project.specialist,
        ("hold-discovery", booked, 5, 84.0),
    );
    let named = step(scene, project, who, ("assign-specialist", held, 1, 88.0));
    step(
        scene,
        project,
        project.specialist,
        ("record-discovery", held, 1, 82.0),
    );
    (named, held)
}

/// The intake form goes out, is chased, comes back; the profile follows.
fn information<'s>(
    scene: &mut Scene<'s, '_>,
    project: &Project<'s, '_>,
    (named, held): (Instant, Instant),
) -> Instant {
    let (client, who) = (project.client, project.specialist);
    let sent = step(scene, project, who, ("send-intake-form", named, 1, 91.0));
    let returned = scene.client_later(sent, 80.0);
    let mut last = sent;
    for _ in 0..8 {
        let due = last.plus_micros(3 * DAY);
        let (at, who) = scene.done(who, last, pace(Within::By(due), 78.0));
        if at >= returned {
            break;
        }
        scene
            .act(at, "send-form-reminder", project.id)
            .client(client)
            .by(who)
            .proof("message-to-client");
        last = at;
    }
    scene
        .act(returned, "return-intake-form", project.id)
        .client(client)
        .by_client()
        .proof("form");
    let by_hand = scene.random.chance(18.0);
    let taken = if by_hand {
        scene
            .world
            .clock
            .in_hours(returned.plus_micros(3_000_000_000), &mut scene.random)
    } else {
        returned.plus_micros(4_000_000)
    };
    let entry = scene
        .act(taken, "take-over-answers", project.id)
        .client(client);
    drop(if by_hand { entry.by(who) } else { entry });
    let start = taken.max(held);
    let (at, who) = scene.done(who, start, pace(Within::WorkDays(2), 84.0));
    scene
        .act(at, "complete-client-profile", &client.id)
        .link("project", project.id)
        .by(who);
    at
}

/// Plan, delivery, channels, kick-off.
fn set_up<'s>(scene: &mut Scene<'s, '_>, project: &Project<'s, '_>, profiled: Instant) -> Instant {
    let who = project.specialist;
    let (planned, doer) = scene.done(who, profiled, pace(Within::WorkDays(5), 85.0));
    let mut ready = planned;
    let product = project.kind == "product";
    let kick_off = days_after(scene, planned, if product { 20 } else { 11 });
    scene
        .act(planned, "complete-plan", project.id)
        .client(project.client)
        .by(doer)
        .text("project.deliverables", project.id)
        .text("project.dates", project.id)
        .text("project.responsible people", project.id)
        .instant("project.kick-off time", kick_off);
    if product {
        ready = step(scene, project, who, ("deliver-product", ready, 10, 80.0));
        ready = step(scene, project, who, ("set-up-product", ready, 5, 83.0));
    }
    let ahead = kick_off.plus_micros(-DAY);
    let (channels, doer) = scene.done(who, ready, pace(Within::By(ahead), 82.0));
    let in_time = scene.random.chance(94.0);
    let held = if in_time {
        kick_off.max(channels.plus_micros(3_600_000_000))
    } else {
        kick_off.max(ready)
    };
    let held = scene.world.clock.in_hours(held, &mut scene.random);
    scene
        .act(channels, "set-up-channels", project.id)
        .client(project.client)
        .by(doer);
    let doer = scene.world.staff.stand_in(who, held);
    scene
        .act(held, "hold-kick-off", project.id)
        .client(project.client)
        .by(doer)
        .text("project.expectations", project.id)
        .text("project.timeline", project.id)
        .text("project.next steps", project.id)
        .proof("meeting-note");
    held
}

/// Weekly check-ins, half-way feedback, acceptance, hand-over.
fn under_way<'s>(
    scene: &mut Scene<'s, '_>,
    project: &Project<'s, '_>,
    started: Instant,
) -> Option<Instant> {
    let client = project.client;
    let weeks = scene.random.between(4, 10);
    let finished = days_after(scene, started, weeks * 7);
    let manager = scene.manager(client, started);
    let mut last = started;
    let mut half_way = false;
    while last < finished {
        let due = last.plus_micros(7 * DAY);
        let (at, who) = scene.done(
            manager,
            last.plus_micros(4 * DAY),
            pace(Within::By(due), 84.0),
        );
        if at >= finished {
            break;
        }
        let progress =
            (at.micros_since(started) * 100 / finished.micros_since(started).max(1)).clamp(1, 99);
        scene
            .act(at, "check-in-with-client", &client.id)
            .link("project", project.id)
            .by(who)
            .number("project.progress", progress)
            .choice("project.plan status", "as planned")
            .choice("client.mood", "positive")
            .text("client.changed needs", "none")
            .proof("logged-call");
        scene
            .tape
            .note(at, "project", project.id)
            .client(client)
            .number("project.progress", progress);
        if progress >= 50 && !half_way {
            half_way = true;
            halfway(scene, project, at);
        }
        last = at;
    }
    hand_over(scene, project, finished)
}

fn halfway<'s>(scene: &mut Scene<'s, '_>, project: &Project<'s, '_>, at: Instant) {
    let client = project.client;
    let manager = scene.manager(client, at);
    let Some((asked, who)) = scene.tried(manager, at, pace(Within::WorkDays(3), 84.0)) else {
        return;
    };
    scene
        .act(asked, "ask-client-for-feedback", &client.id)
        .link("project", project.id)
        .by(who);
    let given = scene.client_later(asked, 30.0);
    scene
        .act(given, "give-project-feedback", project.id)
        .client(client)
        .by_client();
    let Some((answered, who)) = scene.tried(manager, given, pace(Within::WorkDays(5), 85.0)) else {
        return;
    };
    let changes = scene.random.chance(45.0);
    let entry = scene
        .act(answered, "answer-project-feedback", project.id)
        .client(client)
        .by(who)
        .proof("message-to-client");
    if !changes {
        drop(entry.proof("reason"));
        return;
    }
    drop(entry.text("project.changes", project.id));
    let named = scene.random.chance(90.0);
    scene
        .act(answered.plus_micros(300_000_000), "change-plan", project.id)
        .client(client)
        .by(who)
        .only_if(named, |entry| {
            entry.text("project.change reason", "half-way feedback")
        });
}

fn hand_over<'s>(
    scene: &mut Scene<'s, '_>,
    project: &Project<'s, '_>,
    finished: Instant,
) -> Option<Instant> {
    let client = project.client;
    scene
        .act(finished, "accept-deliverables", project.id)
        .client(client)
        .by_client()
        .number("project.progress", 100);
    let manager = scene.manager(client, finished);
    let destination = scene
        .random
        .weighted(&[("support", 88.0), ("further project", 12.0)]);
    let (handed, who) = scene.done(manager, finished, pace(Within::WorkDays(2), 85.0));
    scene
        .act(handed, "hand-over-project", project.id)
        .client(client)
        .by(who)
        .choice("project.destination", destination)
        .text("project.next steps", project.id);
    let support = (destination == "support").then(|| into_support(scene, project, handed));
    let completed = support.unwrap_or(handed).plus_micros(900_000_000);
    scene
        .act(completed, "complete-project", project.id)
        .client(client)
        .by(who);
    testimonial(scene, project, completed);
    support
}

fn into_support<'s>(
    scene: &mut Scene<'s, '_>,
    project: &Project<'s, '_>,
    handed: Instant,
) -> Instant {
    let client = project.client;
    let manager = scene.manager(client, handed);
    let (support, who) = scene.done(manager, handed, pace(Within::WorkDays(1), 86.0));
    scene
        .act(support, "hand-client-over-to-ongoing-support", &client.id)
        .link("project", project.id)
        .by(who)
        .proof("reason");
    let limit = pace(Within::Minutes(60 * 24 * 60), 84.0);
    let (offered, who) = scene.done(manager, support, limit);
    scene
        .act(offered, "offer-retention-programme", &client.id)
        .by(who)
        .proof("offer-of-value");
    support
}

fn testimonial<'s>(scene: &mut Scene<'s, '_>, project: &Project<'s, '_>, completed: Instant) {
    let client = project.client;
    let manager = scene.manager(client, completed);
    let answer = completed.plus_micros(-1_800_000_000);
    crate::feedback::answer(scene, client, answer, &format!("Q-{}", project.id));
    let Some((asked, who)) = scene.tried(manager, completed, pace(Within::WorkDays(10), 80.0))
    else {
        return;
    };
    scene
        .act(asked, "ask-client-for-testimonial", &client.id)
        .by(who);
    if !scene.random.chance(45.0) {
        return;
    }
    let id = format!("Y-{}", project.id);
    let given = scene.client_later(asked, 90.0);
    scene
        .act(given, "receive-testimonial", &id)
        .of(client)
        .by_client();
    let consents = scene.random.chance(85.0);
    if consents {
        scene
            .act(
                given.plus_micros(60_000_000),
                "record-consent",
                &format!("Z-{id}"),
            )
            .of(client)
            .by_client()
            .choice("consent.purpose", "publication")
            .choice("consent.lawful basis", "consent")
            .text("consent.wording", "form 7")
            .text("consent.source", "email");
    }
}
