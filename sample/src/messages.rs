//! Emails, other messages, calls, conversations and the promises made in them.

use jiff::ToSpan;
use jiff::civil::Date;
use kept_kernel::Instant;

use crate::care;
use crate::clients::{Client, Tier};
use crate::scene::{Scene, World};
use crate::tape::Tape;
use crate::time::{Within, pace};

/// The correspondence of the year.
pub(crate) fn write(world: &World, tape: &mut Tape<'_>) {
    let mut number = 0;
    for day in world.clock.days() {
        let working = world.clock.is_working_day(day);
        number += 1;
        let mut scene = Scene::new(world, tape, "messages", number);
        let volume = world.climate.volume(world.clock.at(day, 600), day.month());
        let share = if working { 1.35 } else { 0.25 };
        for count in 0..scene.random.about(1.7 * volume * share) {
            let at = some_time(&mut scene, day, working);
            email(&mut scene, &format!("E-{number:03}{count}"), at);
        }
        for count in 0..scene.random.about(0.55 * volume * share) {
            let at = some_time(&mut scene, day, working);
            message(&mut scene, &format!("M-{number:03}{count}"), at);
        }
        if !working {
            continue;
        }
        for count in 0..scene.random.about(0.6 * volume) {
            let at = world.clock.during(day, &mut scene.random);
            missed_call(&mut scene, &format!("T-{number:03}{count}"), at);
        }
        for count in 0..scene.random.about(1.0 * volume) {
            let at = world.clock.during(day, &mut scene.random);
            conversation(&mut scene, &format!("I-{number:03}{count}"), at);
        }
        for count in 0..scene.random.about(0.5) {
            let at = world.clock.during(day, &mut scene.random);
            sent(&mut scene, &format!("S-{number:03}{count}"), at);
        }
    }
}

fn some_time(scene: &mut Scene<'_, '_>, day: Date, working: bool) -> Instant {
    if working && scene.random.chance(82.0) {
        return scene.world.clock.during(day, &mut scene.random);
    }
    let minute = scene.random.between(6 * 60, 23 * 60);
    scene.world.clock.at(day, minute)
}

/// An email, its answer by tier, and sometimes the next leg of the conversation.
fn email(scene: &mut Scene<'_, '_>, id: &str, at: Instant) {
    let client = scene.any_client();
    let (minutes, usual) = match client.tier {
        Tier::Platinum => (120, 86.0),
        Tier::Gold => (240, 87.0),
        Tier::Silver => (480, 86.0),
        Tier::Bronze => (1_440, 90.0),
    };
    let mut at = at;
    loop {
        let managed = client.tier >= Tier::Gold && scene.random.chance(65.0);
        let who = if managed {
            scene.manager(client, at)
        } else {
            scene.pick("client service representative", at)
        };
        let role = if managed {
            "account manager"
        } else {
            "client service representative"
        };
        scene
            .act(at, "receive-email", id)
            .of(client)
            .by_client()
            .choice("email.channel", "email")
            .holder(role, who);
        if scene.random.chance(7.0) {
            let (read, who) = scene.done(who, at, pace(Within::Minutes(minutes), usual));
            scene
                .act(read, "mark-email-as-needing-no-answer", id)
                .by(who);
            return;
        }
        let Some((answered, who)) = scene.tried(who, at, pace(Within::Minutes(minutes), usual))
        else {
            return;
        };
        if scene.random.chance(35.0) {
            scene
                .act(answered.plus_micros(-20_000_000), "check-email", id)
                .by(who);
        }
        scene
            .act(answered, "answer-email", id)
            .of(client)
            .by(who)
            .proof("message-to-client");
        if !scene.random.chance(24.0) {
            return;
        }
        at = scene.client_later(answered, 10.0);
    }
}

/// A message by chat or in the portal.
fn message(scene: &mut Scene<'_, '_>, id: &str, at: Instant) {
    let client = scene.any_client();
    let channel = scene.random.word("chat|portal|portal|social media");
    let desk = scene.pick("client service representative", at);
    scene
        .act(at, "receive-message", id)
        .of(client)
        .by_client()
        .choice("message.channel", channel)
        .holder("client service representative", desk);
    if scene.random.chance(6.0) {
        let read = scene.later(at, 1.0);
        scene
            .act(read, "mark-message-as-needing-no-answer", id)
            .by(desk);
    } else if let Some((at, who)) = scene.tried(desk, at, pace(Within::WorkMinutes(240), 91.0)) {
        scene
            .act(at, "answer-message", id)
            .of(client)
            .by(who)
            .proof("message-to-client");
    }
}

fn missed_call(scene: &mut Scene<'_, '_>, id: &str, at: Instant) {
    let client = scene.any_client();
    let desk = scene.pick("client service representative", at);
    scene
        .act(at, "miss-call", id)
        .of(client)
        .holder("client service representative", desk);
    if let Some((at, who)) = scene.tried(desk, at, pace(Within::WorkMinutes(240), 85.0)) {
        scene
            .act(at, "return-call", id)
            .of(client)
            .by(who)
            .proof("logged-call");
    }
}

/// A call or a visit: what was said is written down, and ends with a date, with "none needed", or with a promise.
fn conversation(scene: &mut Scene<'_, '_>, id: &str, at: Instant) {
    let client = scene.any_client();
    let seller = scene.random.chance(40.0);
    let who = if seller {
        scene.seller(client, at)
    } else {
        scene.manager(client, at)
    };
    let channel = scene
        .random
        .weighted(&[("phone", 85.0), ("in person", 15.0)]);
    let touchpoint = scene.random.word("consultation|demonstration|contract negotiation|after-sales support|account management|account management");
    let known = scene.random.chance(98.5);
    scene
        .act(at, "have-interaction", id)
        .of(client)
        .by(who)
        .part("performer", who)
        .choice("interaction.channel", channel)
        .only_if(known, |entry| {
            entry.choice("interaction.touchpoint", touchpoint)
        });
    let Some((recorded, who)) = scene.tried(who, at, pace(Within::WorkDays(1), 87.0)) else {
        return;
    };
    let next = scene
        .random
        .weighted(&[("date", 57.0), ("none", 41.0), ("", 2.0)]);
    let wait = scene.random.between(2, 15);
    let day = scene.world.clock.calendar.add_working_days(recorded, wait);
    let day = scene.world.clock.date(day);
    let entry = scene
        .act(recorded, "record-interaction", id)
        .of(client)
        .by(who)
        .text("interaction.summary", id)
        .text("interaction.feedback", id)
        .text("interaction.next actions", next);
    drop(match next {
        "date" => entry.date("interaction.follow-up date", day),
        "none" => entry.text("interaction.reason for no follow-up", "settled"),
        _ => entry,
    });
    if next == "date" {
        dated_follow_up(scene, (client, id), day);
    }
    if scene.random.chance(33.0) {
        promise(scene, (client, id), recorded);
    }
}

fn dated_follow_up(scene: &mut Scene<'_, '_>, (client, id): (&Client, &str), day: Date) {
    let late = if scene.random.chance(96.5) {
        0
    } else {
        scene.random.between(1, 6)
    };
    let at = scene
        .world
        .clock
        .during(day.saturating_add(late.days()), &mut scene.random);
    if late > 3 && scene.random.chance(50.0) {
        return;
    }
    let who = scene.manager(client, at);
    care::follow_up(scene, client, at)
        .by(who)
        .link("interaction", id)
        .proof("logged-call");
}

fn promise(scene: &mut Scene<'_, '_>, (client, id): (&Client, &str), at: Instant) {
    let who = scene.manager(client, at);
    let days = scene.random.between(1, 6);
    let due = scene.world.clock.calendar.add_working_days(at, days);
    let id = format!("P{id}");
    scene
        .act(at, "make-promise", &id)
        .of(client)
        .by(who)
        .part("promiser", who)
        .instant("promise.due time", due)
        .text("promise.text", &id);
    if scene.random.chance(3.0) {
        scene
            .act(due.plus_micros(-3_600_000_000), "withdraw-promise", &id)
            .by(who)
            .proof("reason");
    } else if let Some((at, who)) = scene.tried(who, at, pace(Within::By(due), 87.0)) {
        scene.act(at, "keep-promise", &id).by(who);
    }
}

/// A message of our own: by the way the client prefers, in most cases.
fn sent(scene: &mut Scene<'_, '_>, id: &str, at: Instant) {
    let client = scene.any_client();
    let who = scene.manager(client, at);
    let survey = scene.random.chance(12.0);
    let fits = scene.random.chance(88.0);
    let explained = scene.random.chance(60.0);
    let checked = scene.random.chance(45.0);
    let channel = if fits { client.channel } else { "letter" };
    if checked {
        scene
            .act(at.plus_micros(-90_000_000), "check-message", id)
            .of(client)
            .by(who);
    }
    scene
        .act(at, "send-message", id)
        .of(client)
        .by(who)
        .choice("message.channel", channel)
        .choice("message.purpose", if survey { "survey" } else { "service" })
        .yes("message.goes by the preferred channel", fits)
        .only_if(!fits && explained, |entry| entry.proof("reason"));
}
