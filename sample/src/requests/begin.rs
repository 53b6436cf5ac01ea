//! A request is received, written down, confirmed, judged and given to somebody.

use kept_kernel::Instant;

use super::{Request, minutes_after};
use crate::clients::Tier;
use crate::scene::Scene;
use crate::time::{Within, pace};

/// The request arrives. Returns whether there is anything to do: spam, duplicates and requests that the client takes
/// back end here.
pub(crate) fn receive<'s>(scene: &mut Scene<'s, '_>, request: &mut Request<'s>) -> bool {
    let at = request.received;
    let spam = request.channel == "web form" && scene.random.chance(16.0);
    // Now and then a call is typed in only on another day.
    let typed_in = if request.is_spoken() && scene.random.chance(2.0) {
        scene.later(at, 11.0)
    } else {
        at
    };
    let spoken = request.is_spoken();
    let by_system = matches!(request.channel, "API" | "web form" | "portal");
    let desk = request.desk;
    let mut entry = scene
        .act(at, "receive-request", &request.id)
        .choice("request.channel", request.channel);
    entry = if spoken || matches!(request.channel, "letter" | "social media") {
        entry.by(desk)
    } else if by_system {
        entry
    } else {
        entry.by_client()
    };
    if !spam {
        entry = entry
            .of(request.client)
            .instant("request.time of contact", at);
    }
    drop(
        entry
            .choice("request.touchpoint", "service inquiry")
            .holder("client service representative", desk)
            .recorded(typed_in),
    );
    !ends_at_once(scene, request, spam)
}

fn ends_at_once<'s>(scene: &mut Scene<'s, '_>, request: &Request<'s>, spam: bool) -> bool {
    let ending = match scene.random.unit() * 100.0 {
        _ if spam => "mark-request-as-spam",
        share if share < 2.4 && !request.is_spoken() => "mark-request-as-duplicate",
        share if share > 98.4 => "withdraw-request",
        _ => return false,
    };
    let pace = pace(Within::WorkMinutes(50), 80.0);
    let (at, who) = scene.done(request.desk, request.received, pace);
    let reason = scene.random.chance(98.0);
    let entry = scene.act(at, ending, &request.id);
    let entry = if ending == "withdraw-request" {
        entry.by_client()
    } else {
        entry.by(who)
    };
    entry.only_if(reason, |entry| {
        entry.text("request.reason for ending", ending)
    });
    true
}

/// From the first confirmation to the person in charge; returns when that person has it.
pub(crate) fn take_in<'s>(scene: &mut Scene<'s, '_>, request: &mut Request<'s>) -> Instant {
    if request.is_spoken() {
        write_down(scene, request);
    } else if matches!(request.channel, "letter" | "social media") {
        name_channels(scene, request);
    }
    acknowledge(scene, request);
    look_over(scene, request);
    let prioritised = prioritise(scene, request);
    let assigned = assign(scene, request, prioritised);
    reroute(scene, request, assigned)
}

/// What was said on the phone is typed in at once and read back.
fn write_down<'s>(scene: &mut Scene<'s, '_>, request: &mut Request<'s>) {
    let at = request.received;
    let shift = scene.world.climate.mood("service", at);
    // Typed in while talking: around the clock, and never put off to the morning.
    let share = scene.random.log_normal(1.5 - shift.min(1.0) * 0.4, 0.6);
    let logged = at.plus_micros((share * 60_000_000.0) as i64);
    let logged = crate::time::to_the_second(logged).max(at.plus_micros(1_000_000));
    let (client, desk) = (request.client, request.desk);
    scene
        .act(logged, "log-request", &request.id)
        .of(client)
        .by(desk)
        .text("request.nature", &request.id)
        .instant("request.time of contact", at);
    let limit = pace(Within::WorkMinutes(15), 90.0);
    let Some((at, who)) = scene.tried(desk, at, limit) else {
        return;
    };
    let promised = scene
        .random
        .chance(45.0)
        .then(|| estimate(scene, request, at))
        .flatten();
    let entry = scene.act(at, "read-request-back", &request.id).by(who);
    if let Some(promised) = promised {
        request.estimate = Some(promised);
        drop(
            entry
                .instant("request.estimated time to resolution", promised)
                .proof("message-to-client"),
        );
    }
}

fn name_channels<'s>(scene: &mut Scene<'s, '_>, request: &Request<'s>) {
    let pace = pace(Within::WorkDays(1), 82.0);
    if let Some((at, who)) = scene.tried(request.desk, request.received, pace) {
        scene
            .act(at, "tell-client-open-channels", &request.id)
            .by(who)
            .proof("message-to-client");
    }
}

/// When we expect to be done: the close of one of the next working days.
pub(crate) fn estimate(
    scene: &mut Scene<'_, '_>,
    request: &Request<'_>,
    at: Instant,
) -> Option<Instant> {
    let days = match request.priority() {
        "urgent" | "high" => 1,
        "medium" => scene.random.between(1, 2),
        _ => scene.random.between(2, 3),
    };
    let plain = matches!(request.category, "question" | "billing");
    let days = days - i64::from(plain);
    let promised = scene.world.clock.calendar.add_working_days(at, days);
    let promised = scene.world.clock.calendar.closing_of_day(promised);
    (promised > at).then_some(promised)
}

fn acknowledge<'s>(scene: &mut Scene<'s, '_>, request: &mut Request<'s>) {
    if request.estimate.is_some() {
        return;
    }
    let automatic = match request.channel {
        "portal" | "API" => 80.0,
        "web form" | "email" => 25.0,
        _ => 0.0,
    };
    let received = request.received;
    if scene.random.chance(automatic) {
        let at = received.plus_micros(scene.random.between(2, 50) * 1_000_000);
        let news = scene.world.clock.calendar.add_working_days(at, 2);
        request.next_news = Some(news);
        scene
            .act(at, "acknowledge-request", &request.id)
            .instant("request.next update time", news)
            .proof("message-to-client");
        return;
    }
    let pace = pace(Within::WorkMinutes(60), 93.0);
    let Some((at, who)) = scene.tried(request.desk, received, pace) else {
        return;
    };
    let kind = scene
        .random
        .weighted(&[("time", 72.0), ("news", 18.0), ("reason", 7.0), ("", 3.0)]);
    let promised = estimate(scene, request, at);
    let news = scene.world.clock.calendar.add_working_days(at, 2);
    let mut entry = scene
        .act(at, "acknowledge-request", &request.id)
        .by(who)
        .proof("message-to-client");
    match (kind, promised) {
        ("time", Some(promised)) => {
            entry = entry.instant("request.estimated time to resolution", promised);
            request.estimate = Some(promised);
        }
        ("news", _) => {
            entry = entry.instant("request.next update time", news);
            request.next_news = Some(news);
        }
        ("reason", _) => entry = entry.proof("reason"),
        _ => {}
    }
    drop(entry);
}

/// The account manager looks at what high-value clients ask, and at what is complex.
fn look_over<'s>(scene: &mut Scene<'s, '_>, request: &Request<'s>) {
    let client = request.client;
    let manager = scene.manager(client, request.received);
    if client.tier >= Tier::Gold {
        let pace = pace(Within::WorkMinutes(240), 84.0);
        if let Some((at, who)) = scene.tried(manager, request.received, pace) {
            scene.act(at, "oversee-request", &request.id).by(who);
        }
    }
    if scene.random.chance(6.0) {
        let (marked, who) = scene.done(
            request.desk,
            request.received,
            pace(Within::WorkMinutes(90), 70.0),
        );
        scene
            .act(marked, "mark-request-as-complex", &request.id)
            .by(who);
        let look = pace(Within::WorkMinutes(240), 80.0);
        if let Some((at, who)) = scene.tried(manager, marked, look) {
            scene.act(at, "oversee-request", &request.id).by(who);
        }
    }
}

fn prioritise<'s>(scene: &mut Scene<'s, '_>, request: &Request<'s>) -> Instant {
    let pace = pace(Within::WorkMinutes(60), 91.0);
    let (at, who) = scene.done(request.desk, request.received, pace);
    scene
        .act(at, "prioritise-request", &request.id)
        .by(who)
        .choice("request.category", request.category)
        .choice("request.urgency", request.urgency)
        .choice("request.impact", request.impact);
    at
}

fn assign<'s>(scene: &mut Scene<'s, '_>, request: &mut Request<'s>, start: Instant) -> Instant {
    let role = match request.category {
        "problem" | "access" => "technical support",
        "order" => "salesperson",
        "change" => "onboarding specialist",
        _ => "client service representative",
    };
    request.assignee = scene.pick(role, start);
    let (at, who) = scene.done(request.desk, start, pace(Within::WorkMinutes(60), 95.0));
    let assignee = request.assignee;
    scene
        .act(at, "assign-request", &request.id)
        .by(who)
        .part("assignee", assignee);
    at
}

/// The first guess was wrong in a few cases.
fn reroute<'s>(scene: &mut Scene<'s, '_>, request: &mut Request<'s>, assigned: Instant) -> Instant {
    if !scene.random.chance(4.0) {
        return assigned;
    }
    let at = scene
        .world
        .clock
        .calendar
        .add_working(assigned, 60_000_000 * scene.random.between(10, 90));
    let at = crate::time::to_the_second(at);
    let old = request.assignee;
    request.assignee = scene.pick("client service representative", at);
    let (reason, new) = (scene.random.chance(91.0), request.assignee);
    scene
        .act(at, "reroute-request", &request.id)
        .by(old)
        .part("assignee", new)
        .choice("request.department", "customer service")
        .only_if(reason, |entry| {
            entry.text("request.reason for rerouting", "wrong department")
        });
    minutes_after(at, 1)
}
