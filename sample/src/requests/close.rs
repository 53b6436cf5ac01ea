//! A resolved request is confirmed or not, reopened or not, and closed.

use kept_kernel::Instant;

use super::{Request, minutes_after};
use crate::feedback;
use crate::people::Member;
use crate::scene::Scene;
use crate::time::{Within, pace};

/// What follows the resolution.
pub(crate) fn close<'s>(scene: &mut Scene<'s, '_>, request: &mut Request<'s>, resolved: Instant) {
    let mut resolved = resolved;
    if scene.random.chance(5.5) {
        notice(scene, request, resolved);
        resolved = reopened(scene, request, resolved);
    }
    let noticed = notice(scene, request, resolved);
    let way = scene.random.weighted(&[
        ("confirmed", 61.0),
        ("silence", 31.0),
        ("early", 4.5),
        ("permission", 1.5),
        ("open", 2.0),
    ]);
    let closed = match way {
        "confirmed" => confirmed(scene, request, noticed),
        "silence" => Some(silent(scene, request, noticed)),
        "early" => Some(too_early(scene, request, noticed)),
        "permission" => Some(permitted(scene, request, noticed)),
        _ => None,
    };
    if let Some(closed) = closed {
        ask(scene, request, closed);
    }
}

fn notice<'s>(scene: &mut Scene<'s, '_>, request: &Request<'s>, resolved: Instant) -> Instant {
    let automatic = scene.random.chance(45.0);
    let (at, who) = if automatic {
        (resolved.plus_micros(5_000_000), request.desk)
    } else {
        scene.done(request.desk, resolved, pace(Within::WorkDays(1), 91.0))
    };
    let entry = scene
        .act(at, "send-closing-notice", &request.id)
        .proof("message-to-client");
    drop(if automatic { entry } else { entry.by(who) });
    at
}

/// The client was not content after all.
fn reopened<'s>(scene: &mut Scene<'s, '_>, request: &Request<'s>, resolved: Instant) -> Instant {
    let at = scene.client_later(minutes_after(resolved, 60), 20.0);
    scene
        .act(at, "client-writes-again", &request.id)
        .client(request.client)
        .by_client();
    let at = at.plus_micros(60_000_000);
    scene.act(at, "reopen-request", &request.id).by_client();
    let pace = pace(Within::Minutes(request.limit()), 78.0);
    let (finish, who) = scene.done(request.assignee, at, pace);
    scene
        .act(finish, "resolve-request", &request.id)
        .by(who)
        .client(request.client)
        .text("request.resolution", "second");
    finish
}

/// The client says that it is done, or one of us reads a thank-you so.
fn confirmed<'s>(
    scene: &mut Scene<'s, '_>,
    request: &Request<'s>,
    noticed: Instant,
) -> Option<Instant> {
    let mut at = scene.client_later(noticed, 16.0);
    let read_by_us = scene.random.chance(30.0);
    if read_by_us {
        at = scene.world.clock.in_hours(at, &mut scene.random);
    }
    let who = scene.world.staff.stand_in(closer(request), at);
    let entry = scene.act(at, "confirm-resolution", &request.id);
    drop(if read_by_us {
        entry.by(who)
    } else {
        entry.by_client()
    });
    let (closed, who) = scene.tried(closer(request), at, pace(Within::WorkDays(1), 90.0))?;
    end(scene, request, closed, "confirmed by the client").by(who);
    Some(closed)
}

/// Who closes: the one in charge where the vocabulary lets that role, else the representative.
fn closer<'s>(request: &Request<'s>) -> &'s Member {
    let may = [
        "client service representative",
        "account manager",
        "technical support",
    ];
    if may.iter().any(|role| request.assignee.has(role)) {
        request.assignee
    } else {
        request.desk
    }
}

fn end<'t, 'w>(
    scene: &'t mut Scene<'_, 'w>,
    request: &Request<'_>,
    at: Instant,
    ending: &'static str,
) -> crate::tape::Entry<'t, 'w> {
    scene
        .act(at, "close-request", &request.id)
        .client(request.client)
        .choice("request.ending", ending)
}

fn silent<'s>(scene: &mut Scene<'s, '_>, request: &Request<'s>, noticed: Instant) -> Instant {
    let passed = scene.world.clock.calendar.add_working_days(noticed, 5);
    let hours = scene.random.unit() * 6.0 + 0.1;
    let at = scene.later(passed, hours);
    let who = scene.world.staff.stand_in(request.desk, at);
    end(scene, request, at, "silence after notice").by(who);
    at
}

/// Closed before the client had time to answer.
fn too_early<'s>(scene: &mut Scene<'s, '_>, request: &Request<'s>, noticed: Instant) -> Instant {
    let hours = scene.random.unit() * 20.0 + 0.3;
    let at = scene.later(noticed, hours);
    let who = scene.world.staff.stand_in(closer(request), at);
    end(scene, request, at, "silence after notice").by(who);
    at
}

fn permitted<'s>(scene: &mut Scene<'s, '_>, request: &Request<'s>, noticed: Instant) -> Instant {
    let at = scene.later(noticed, 12.0);
    let who = scene.pick("management", at);
    end(scene, request, at, "permission")
        .by(who)
        .proof("reason");
    at
}

/// How did it go?
fn ask<'s>(scene: &mut Scene<'s, '_>, request: &Request<'s>, closed: Instant) {
    let client = request.client;
    if scene.random.chance(4.0) {
        scene
            .tape
            .note(closed.plus_micros(-1_000_000), "request", &request.id)
            .text("request.reason against asking", "not the moment");
        return;
    }
    let Some((at, who)) = scene.tried(request.desk, closed, pace(Within::WorkDays(2), 88.0)) else {
        return;
    };
    scene
        .act(at, "ask-client-for-feedback", &client.id)
        .link("request", &request.id)
        .by(who);
    if scene.random.chance(38.0) {
        let answered = scene.client_later(at, 24.0);
        feedback::answer(scene, client, answered, &format!("Q-{}", request.id));
    }
}
