//! Complaints and conflicts: heard, handed on, settled, closed.

use kept_kernel::Instant;

use crate::clients::Client;
use crate::people::Member;
use crate::scene::Scene;
use crate::time::{Within, pace};

pub(crate) fn complaint(scene: &mut Scene<'_, '_>, id: &str, at: Instant) {
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

pub(crate) fn conflict(scene: &mut Scene<'_, '_>, id: &str, at: Instant) {
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
