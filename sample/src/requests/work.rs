//! Somebody works on a request until it is resolved, and the client hears of it on the way.

use kept_kernel::Instant;

use super::{Request, minutes_after};
use crate::people::Member;
use crate::scene::Scene;
use crate::time::{Pace, Within, pace, to_the_second};

/// The work from the assignment on. Returns when it was resolved, if ever.
pub(crate) fn work<'s>(
    scene: &mut Scene<'s, '_>,
    request: &mut Request<'s>,
    assigned: Instant,
) -> Option<Instant> {
    first_step(scene, request, assigned);
    let (waited, due) = waiting(scene, request, assigned);
    let mut finish = finishing(scene, request, assigned).plus_micros(waited);
    finish = scene.world.clock.in_hours(finish, &mut scene.random);
    let support = matches!(request.category, "problem" | "access") && scene.random.chance(22.0);
    if support {
        finish = escalated(scene, request, (assigned, finish, due));
    }
    finish = to_the_second(finish.max(minutes_after(assigned, scene.random.between(4, 30))));
    name_a_time(scene, request, (assigned, finish));
    news(scene, request, (assigned, finish, due));
    if scene.random.chance(0.8) {
        return None;
    }
    Some(last_steps(scene, request, (assigned, finish)))
}

/// Examined or held against what was agreed.
fn first_step<'s>(scene: &mut Scene<'s, '_>, request: &Request<'s>, assigned: Instant) {
    let (act, usual) = match request.category {
        "problem" | "access" => ("examine-request", 86.0),
        "order" | "change" => ("check-request-against-agreement", 84.0),
        _ => return,
    };
    let pace = pace(Within::WorkMinutes(80), usual);
    if let Some((at, who)) = scene.tried(request.assignee, assigned, pace) {
        let entry = scene.act(at, act, &request.id).by(who);
        entry.only_if(act == "examine-request", |e| {
            e.text("request.cause", &request.id)
        });
    }
}

/// The client is asked something in some cases. Returns for how long we waited, and when the request is due then.
fn waiting<'s>(
    scene: &mut Scene<'s, '_>,
    request: &mut Request<'s>,
    assigned: Instant,
) -> (i64, Instant) {
    let due = minutes_after(request.received, request.limit());
    if !scene.random.chance(21.0) {
        return (0, due);
    }
    let hours = scene.random.unit() * 1.5 + 0.2;
    let asked = scene.later(assigned, hours);
    let who = scene.world.staff.stand_in(request.assignee, asked);
    scene
        .act(asked, "answer-request", &request.id)
        .by(who)
        .client(request.client)
        .proof("message-to-client");
    let set = asked.plus_micros(30_000_000);
    scene
        .act(set, "set-waiting-for-client", &request.id)
        .by(who);
    request.last_news = asked;
    let back = scene.client_later(set, 7.0);
    scene
        .act(back, "client-writes-again", &request.id)
        .client(request.client)
        .by_client();
    let waited = back.micros_since(set);
    (waited, due.plus_micros(if set < due { waited } else { 0 }))
}

/// When the work is done, without what we waited for the client.
fn finishing<'s>(scene: &mut Scene<'s, '_>, request: &Request<'s>, assigned: Instant) -> Instant {
    let usual = match request.category {
        "question" => 96.0,
        "billing" => 93.0,
        "access" => 92.0,
        "order" | "change" => 90.0,
        _ => 88.0,
    };
    let pace: Pace = pace(Within::Minutes(request.limit()), usual);
    let (at, _) = scene.done(request.assignee, request.received, pace);
    at.max(minutes_after(assigned, 3))
}

/// Technical support takes over its part; returns when the whole is finished.
fn escalated<'s>(
    scene: &mut Scene<'s, '_>,
    request: &mut Request<'s>,
    (assigned, finish, due): (Instant, Instant, Instant),
) -> Instant {
    let hours = scene.random.unit() * 1.2 + 0.1;
    let at = scene.later(assigned, hours);
    let left = due.micros_since(at).max(2 * 3_600_000_000);
    let agreed = to_the_second(at.plus_micros(left / 2));
    let at_once = scene.random.chance(84.0);
    let desk = request.desk;
    scene
        .act(at, "escalate-request", &request.id)
        .by(desk)
        .only_if(at_once, |entry| {
            entry.instant("request.agreed time", agreed)
        });
    if !at_once {
        let pace = pace(Within::WorkMinutes(60), 78.0);
        if let Some((noted, who)) = scene.tried(desk, at, pace) {
            scene
                .act(noted, "note-request", &request.id)
                .by(who)
                .instant("request.agreed time", agreed.max(noted));
        }
    }
    let expert = scene.pick("technical support", at);
    let pace = pace(Within::Minutes(agreed.micros_since(at) / 60_000_000), 88.0);
    let (settled, who) = scene.done(expert, at, pace);
    scene.act(settled, "settle-escalation", &request.id).by(who);
    finish.max(minutes_after(settled, 10))
}

/// Somebody names a time where the first confirmation did not.
fn name_a_time<'s>(
    scene: &mut Scene<'s, '_>,
    request: &mut Request<'s>,
    (assigned, finish): (Instant, Instant),
) {
    if request.estimate.is_some() || scene.random.chance(13.0) {
        return;
    }
    let (at, who) = scene.done(
        request.assignee,
        assigned,
        pace(Within::WorkMinutes(150), 85.0),
    );
    let promised = super::begin::estimate(scene, request, at);
    if at < finish {
        say(scene, request, (at, who), promised);
    }
}

/// What the client hears while it takes time: promises kept or renewed, news every other day, word of a delay.
fn news<'s>(
    scene: &mut Scene<'s, '_>,
    request: &mut Request<'s>,
    (assigned, finish, due): (Instant, Instant, Instant),
) {
    let late = tell_late(scene, request, (finish, due));
    let calendar = &scene.world.clock.calendar;
    let mut last = request.last_news.max(request.received);
    for _ in 0..12 {
        let promises = [request.next_news, request.estimate].into_iter().flatten();
        let next = promises
            .filter(|promise| *promise > last.max(assigned))
            .min();
        let silence = calendar.add_working_days(last, 2);
        let next = next.map_or(silence, |promise| promise.min(silence));
        if let Some(told) = late.filter(|told| last < *told && *told < next) {
            last = told;
            continue;
        }
        let done = scene.tried(
            request.assignee,
            last.max(assigned),
            pace(Within::By(next), 87.0),
        );
        let Some((at, who)) = done.filter(|(at, _)| *at > last) else {
            last = next;
            continue;
        };
        if at >= finish {
            return;
        }
        request.next_news = request.next_news.filter(|news| *news > next);
        let promised = super::begin::estimate(scene, request, at);
        let promised = promised.filter(|_| !scene.random.chance(15.0));
        say(scene, request, (at, who), promised);
        last = at;
    }
}

/// The time is over: the client hears so, and what to expect now. Who is nearly done often only answers.
fn tell_late<'s>(
    scene: &mut Scene<'s, '_>,
    request: &mut Request<'s>,
    (finish, due): (Instant, Instant),
) -> Option<Instant> {
    if finish <= due {
        return None;
    }
    let (at, who) = scene.tried(request.assignee, due, pace(Within::WorkMinutes(120), 93.0))?;
    if at >= finish && !scene.random.chance(90.0) {
        return None;
    }
    say(scene, request, (at, who), None);
    Some(at)
}

/// Word from a person: with a new time, or with the reason why there is none.
fn say<'s>(
    scene: &mut Scene<'s, '_>,
    request: &mut Request<'s>,
    (at, who): (Instant, &'s Member),
    promised: Option<Instant>,
) {
    request.estimate = promised;
    let entry = match promised {
        Some(promised) => scene
            .act(at, "answer-request", &request.id)
            .client(request.client)
            .instant("request.estimated time to resolution", promised),
        None => scene
            .act(at, "update-client", &request.client.id)
            .link("request", &request.id)
            .proof("reason"),
    };
    drop(entry.by(who).proof("message-to-client"));
}

/// Carried out, tried out or answered, and resolved.
fn last_steps<'s>(
    scene: &mut Scene<'s, '_>,
    request: &Request<'s>,
    (assigned, finish): (Instant, Instant),
) -> Instant {
    let who = scene.world.staff.stand_in(request.assignee, finish);
    let before = finish.micros_since(assigned).max(3);
    if matches!(request.category, "question" | "billing") {
        scene
            .act(finish, "answer-request", &request.id)
            .by(who)
            .client(request.client)
            .proof("message-to-client");
    } else {
        let done = to_the_second(finish.plus_micros(-(before / 3).min(25 * 60_000_000)));
        scene.act(done, "carry-out-request", &request.id).by(who);
    }
    let forgets = scene.random.chance(9.0);
    if matches!(request.category, "problem" | "access") && !forgets {
        scene.act(finish, "test-request", &request.id).by(who);
    }
    let resolved = finish.plus_micros(20_000_000);
    let written = scene.random.chance(97.0);
    scene
        .act(resolved, "resolve-request", &request.id)
        .by(who)
        .client(request.client)
        .only_if(written, |entry| {
            entry.text("request.resolution", &request.id)
        });
    resolved
}
