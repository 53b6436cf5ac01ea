//! The first weeks of a new client, step by step.

use kept_kernel::Instant;

use crate::clients::Client;
use crate::people::Member;
use crate::projects;
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
    projects::under_way(scene, project, started)
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
        let (at, who) = scene.done(who, last, pace(Within::By(due), 88.0));
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
    let by_hand = scene.random.chance(3.0);
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
    let in_time = scene.random.chance(98.5);
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
