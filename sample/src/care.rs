//! What clients are owed without asking: check-ins, follow-ups, surveys, outlooks, verified details.

use std::collections::BTreeMap;

use jiff::ToSpan;
use kept_kernel::Instant;

use crate::clients::Client;
use crate::feedback;
use crate::scene::{Scene, World};
use crate::tape::Tape;
use crate::time::{DAY, Within, pace};

/// The rhythms of all clients with an agreement, and of those who came into ongoing support in the course of the year.
/// Written last: a follow-up for another reason that brings an offer starts the rhythm of follow-ups anew.
pub(crate) fn write(world: &World, tape: &mut Tape<'_>, supported: &[(&Client, Instant)]) {
    let mut others: BTreeMap<String, Vec<Instant>> = BTreeMap::new();
    for (client, at) in tape.times("follow-up-with-client", "offer-of-value") {
        others.entry(client).or_default().push(at);
    }
    let from = world.clock.from;
    let old = world.clients.iter().filter(|client| client.active);
    let all = old
        .map(|client| (client, from))
        .chain(supported.iter().copied());
    for (number, (client, from)) in all.enumerate() {
        let mut scene = Scene::new(world, tape, "care", number);
        let known = others.get(&client.id).map_or(&[][..], Vec::as_slice);
        check_ins(&mut scene, client, from);
        follow_ups(&mut scene, client, (from, known));
        surveys(&mut scene, client, from);
        outlooks(&mut scene, client, from);
        verification(&mut scene, client, from);
    }
    changes(world, tape);
}

/// The time of the next round: somewhat before the rhythm is over, or late, or left out.
fn next_round(scene: &mut Scene<'_, '_>, last: Instant, days: i64, usual: f64) -> Instant {
    let share = if scene.random.chance(usual) {
        0.98 - scene.random.unit() * 0.3
    } else {
        1.02 + scene.random.unit() * 0.45
    };
    let at = last.plus_micros(((days * DAY) as f64 * share) as i64);
    let day = scene.world.clock.date(at);
    scene.world.clock.during(day, &mut scene.random)
}

/// How punctual this person is with calls that nobody asks for, in percent; `usual` on an average day.
fn punctuality(scene: &Scene<'_, '_>, name: &str, usual: f64, at: Instant) -> f64 {
    let skill = scene.world.staff.named(name).map_or(0.0, |member| {
        member.skill + scene.world.climate.mood(member.team, at)
    });
    (usual + 10.0 * skill).clamp(35.0, 99.5)
}

fn check_ins(scene: &mut Scene<'_, '_>, client: &Client, from: Instant) {
    let days = client.check_in_days();
    let mut last = from;
    while last < scene.world.clock.until {
        let usual = punctuality(scene, &client.manager, 97.5, last);
        let at = next_round(scene, last, days, usual);
        let who = scene.manager(client, at);
        let mood =
            scene
                .random
                .weighted(&[("positive", 60.0), ("mixed", 30.0), ("negative", 10.0)]);
        let offers = scene.random.chance(if days >= 90 { 98.5 } else { 88.0 });
        scene
            .act(at, "check-in-with-client", &client.id)
            .by(who)
            .choice("client.mood", mood)
            .text(
                "client.changed needs",
                if mood == "positive" { "none" } else { mood },
            )
            .proof("logged-call")
            .only_if(offers, |entry| entry.proof("offer-of-further-services"));
        last = at;
    }
}

fn follow_ups(scene: &mut Scene<'_, '_>, client: &Client, (from, others): (Instant, &[Instant])) {
    let days = client.follow_up_days;
    let mut last = from;
    while last < scene.world.clock.until {
        let usual = punctuality(scene, &client.seller, 98.0, last);
        let at = next_round(scene, last, days, usual);
        if at > last.plus_micros(days * DAY) {
            missed(scene, client, last.plus_micros(days * DAY), others);
        }
        if let Some(other) = others.iter().find(|other| last < **other && **other < at) {
            last = *other;
            continue;
        }
        let who = scene.seller(client, at);
        follow_up(scene, client, at).by(who).proof("offer-of-value");
        if scene.random.chance(11.0) {
            recommend(scene, client, at);
        }
        last = at;
    }
}

/// The sales manager answers a missed follow-up, unless somebody spoke to the client in time for another reason.
fn missed(scene: &mut Scene<'_, '_>, client: &Client, due: Instant, others: &[Instant]) {
    let days = client.follow_up_days * DAY;
    if others
        .iter()
        .any(|other| *other < due && due < other.plus_micros(days))
    {
        return;
    }
    let boss = scene.pick("sales manager", due);
    let action = scene
        .random
        .weighted(&[("talk", 55.0), ("coaching", 20.0), ("excuse", 25.0)]);
    if let Some((at, who)) = scene.tried(boss, due, pace(Within::WorkDays(5), 90.0)) {
        scene
            .act(at, "act-on-missed-follow-up", &client.id)
            .by(who)
            .choice("client.follow-up action", action);
    }
}

/// A follow-up, prepared in most cases.
pub(crate) fn follow_up<'t, 'w>(
    scene: &'t mut Scene<'_, 'w>,
    client: &Client,
    at: Instant,
) -> crate::tape::Entry<'t, 'w> {
    let who = scene.seller(client, at);
    let prepared = scene.random.chance(93.0);
    if prepared {
        let minutes = scene.random.between(3, 50);
        let opened = at.plus_micros(-minutes * 60_000_000);
        scene
            .act(opened, "open-preparation-page", &client.id)
            .by(who);
    }
    let says_why = scene.random.chance(60.0);
    let offers = scene.random.chance(35.0);
    scene
        .act(at, "follow-up-with-client", &client.id)
        .only_if(!prepared && says_why, |entry| entry.proof("reason"))
        .only_if(offers, |entry| entry.proof("offer-of-value"))
}

fn recommend(scene: &mut Scene<'_, '_>, client: &Client, at: Instant) {
    let id = format!("N-{}-{}", client.id, at.micros() / DAY % 10_000);
    let who = scene.seller(client, at);
    scene
        .act(at, "make-recommendation", &id)
        .client(client)
        .by(who)
        .text("recommendation.product", "module");
    let fate = scene
        .random
        .weighted(&[("offered", 25.0), ("declined", 40.0), ("bought", 35.0)]);
    if let Some((at, who)) = scene.tried(who, at, pace(Within::Minutes(60 * 24 * 60), 91.0)) {
        scene
            .act(at, "settle-recommendation", &id)
            .by(who)
            .choice("recommendation.fate", fate);
    }
}

fn surveys(scene: &mut Scene<'_, '_>, client: &Client, from: Instant) {
    let mut last = from;
    for round in 0..40 {
        let at = next_round(scene, last, 181, 98.0);
        if at >= scene.world.clock.until {
            return;
        }
        let automatic = scene.random.chance(70.0);
        let who = scene.pick("client relations manager", at);
        let entry = scene.act(at, "send-survey", &client.id);
        drop(if automatic { entry } else { entry.by(who) });
        if scene.random.chance(62.0) {
            let answered = scene.client_later(at, 40.0);
            feedback::answer(scene, client, answered, &format!("Q-{}-{round}", client.id));
        }
        last = at;
    }
}

fn outlooks(scene: &mut Scene<'_, '_>, client: &Client, from: Instant) {
    let mut last = from;
    while last < scene.world.clock.until {
        let usual = punctuality(scene, &client.manager, 75.0, last);
        let at = next_round(scene, last, 181, usual);
        let who = scene.manager(client, at);
        scene
            .act(at, "record-outlook", &client.id)
            .by(who)
            .text("client.next action", "call before renewal");
        last = at;
    }
}

fn verification(scene: &mut Scene<'_, '_>, client: &Client, from: Instant) {
    let whole = scene.world.clock.until.micros_since(from).min(364 * DAY);
    let share = |scene: &mut Scene<'_, '_>, most: i64| {
        let at = from.plus_micros((scene.random.unit() * most as f64) as i64);
        scene.world.clock.in_hours(at, &mut scene.random)
    };
    let mut at = share(scene, whole);
    while at < scene.world.clock.until {
        let who = scene.manager(client, at);
        if scene.random.chance(97.0) {
            let by_client = scene.random.chance(35.0);
            let entry = scene.act(at, "verify-client-details", &client.id);
            drop(if by_client {
                entry.by_client()
            } else {
                entry.by(who)
            });
        }
        at = next_round(scene, at, 364, 97.0);
    }
    if from == scene.world.clock.from && scene.random.chance(97.0) {
        let at = share(scene, 56 * DAY);
        let who = scene.manager(client, at);
        scene
            .act(at, "offer-retention-programme", &client.id)
            .by(who)
            .proof("offer-of-value");
    }
}

/// Revenue and engagement move; a few clients change tier, and somebody decides who takes care of them.
fn changes(world: &World, tape: &mut Tape<'_>) {
    for (number, client) in world
        .clients
        .iter()
        .enumerate()
        .filter(|(n, c)| c.active && n % 7 == 3)
    {
        let mut scene = Scene::new(world, tape, "changes", number);
        let days = scene.random.between(20, 345);
        let day = world.clock.first.saturating_add(days.days());
        let at = world.clock.during(day, &mut scene.random);
        let share = scene.random.between(55, 190);
        scene.tape.note(at, "client", &client.id).number(
            "client.annual revenue",
            (client.revenue * share / 100).max(900),
        );
        let (chosen, who) = {
            let who = scene.pick("client relations manager", at);
            scene.done(who, at, pace(Within::WorkDays(5), 82.0))
        };
        let manager = scene.manager(client, chosen);
        scene
            .act(chosen, "assign-account-manager", &client.id)
            .by(who)
            .holder("account manager", manager)
            .text("client.account manager", &manager.name);
        if number % 3 == 0 {
            surprise(&mut scene, client, at);
        }
    }
}

/// A big client gone quiet, or a small one full of life; and a tier set by hand.
fn surprise(scene: &mut Scene<'_, '_>, client: &Client, at: Instant) {
    let quiet = matches!(client.engagement, "high" | "medium");
    let engagement = if quiet { "very low" } else { "high" };
    scene
        .tape
        .note(at, "client", &client.id)
        .choice("client.engagement", engagement);
    let manager = scene.manager(client, at);
    if let Some((at, who)) = scene.tried(manager, at, pace(Within::WorkDays(10), 80.0)) {
        scene
            .act(at, "review-client", &client.id)
            .by(who)
            .proof("meeting-note");
    }
    if !quiet {
        let explained = scene.random.chance(85.0);
        let end = scene.world.clock.date(at).saturating_add(6.months());
        scene
            .act(
                at.plus_micros(60_000_000),
                "override-client-tier",
                &client.id,
            )
            .by(manager)
            .choice("client.tier", "Silver")
            .date("client.override end", end)
            .only_if(explained, |entry| {
                entry.text("client.override reason", "growing fast")
            });
    }
}
