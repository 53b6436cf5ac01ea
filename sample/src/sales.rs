//! Sales, and what grows out of them: first contacts, loyalty, referrals.

use jiff::ToSpan;
use jiff::civil::Date;
use kept_engine::Handling;
use kept_kernel::Instant;

use crate::care;
use crate::clients::{Client, Tier};
use crate::people::Member;
use crate::scene::{Scene, World};
use crate::tape::Tape;
use crate::time::{Within, pace};

/// The sales of the year, more of them towards the end of a quarter.
pub(crate) fn write(world: &World, tape: &mut Tape<'_>) {
    let days: Vec<Date> = world
        .clock
        .days()
        .filter(|day| world.clock.is_working_day(*day))
        .collect();
    let mut members: Vec<String> = Vec::new();
    for (number, day) in days.into_iter().enumerate() {
        let mut scene = Scene::new(world, tape, "sales", number);
        let closing = if day.month() % 3 == 0 && day.day() > 14 {
            1.7
        } else {
            0.9
        };
        for count in 0..scene.random.about(0.95 * closing) {
            let at = world.clock.during(day, &mut scene.random);
            let client = scene.any_client();
            let id = format!("O-{number:03}{count}");
            sale(&mut scene, client, &id, at);
            loyalty(&mut scene, client, at, &mut members);
        }
        if scene.random.chance(9.0) {
            let at = world.clock.during(day, &mut scene.random);
            referral(&mut scene, &format!("W-{number:03}"), at);
        }
    }
}

/// A sale and the first contact after it.
pub(crate) fn sale(scene: &mut Scene<'_, '_>, client: &Client, id: &str, at: Instant) {
    let seller = scene.seller(client, at);
    let amount = (client.revenue / scene.random.between(5, 30)).max(400);
    let sensitive = scene.random.chance(3.0);
    scene
        .act(at, "make-sale", id)
        .client(client)
        .by(seller)
        .part("salesperson", seller)
        .number("sale.amount", amount)
        .text("sale.product", id)
        .yes("sale.sensitive", sensitive)
        .proof("document");
    if scene.random.chance(1.5) {
        let voided = scene.later(at, 3.0);
        scene.act(voided, "void-sale", id).by(seller);
        return;
    }
    let days = if sensitive || client.tier == Tier::Platinum {
        1
    } else {
        3
    };
    let who = if sensitive {
        scene.pick("sales manager", at)
    } else {
        seller
    };
    if scene.random.chance(0.8) {
        excused(scene, id, at);
    }
    let done = scene.tried(who, at, pace(Within::WorkDays(days), 88.0));
    let due = scene.world.clock.due(at, Within::WorkDays(days));
    if done.is_none_or(|(at, _)| at > due) {
        acted_on(scene, client, id, due);
    }
    let Some((at, who)) = done else {
        return;
    };
    let help = scene.random.chance(98.0);
    care::follow_up(scene, client, at)
        .by(who)
        .link("sale", id)
        .proof("logged-call")
        .only_if(help, |entry| entry.proof("offer-of-help"));
    if scene.random.chance(4.0) {
        let refunded = scene.later(at, 80.0);
        scene.act(refunded, "refund-sale", id).by(who);
    }
}

/// The sales manager grants another way for one client.
fn excused(scene: &mut Scene<'_, '_>, id: &str, at: Instant) {
    let boss = scene.pick("sales manager", at);
    let expires = at.plus_micros(60 * crate::time::DAY);
    scene
        .tape
        .note(at.plus_micros(120_000_000), "sale", id)
        .by(boss)
        .granted("FU", "first-contact", Handling::Waived, expires)
        .proof("reason");
}

fn acted_on(scene: &mut Scene<'_, '_>, client: &Client, sale: &str, due: Instant) {
    let boss = scene.pick("sales manager", due);
    let action = scene
        .random
        .weighted(&[("talk", 60.0), ("coaching", 20.0), ("excuse", 20.0)]);
    if let Some((at, who)) = scene.tried(boss, due, pace(Within::WorkDays(5), 90.0)) {
        scene
            .act(at, "act-on-missed-follow-up", &client.id)
            .link("sale", sale)
            .by(who)
            .choice("client.follow-up action", action);
    }
}

/// The loyalty programme is offered once; whoever joins hears what it brings.
fn loyalty(scene: &mut Scene<'_, '_>, client: &Client, at: Instant, members: &mut Vec<String>) {
    if members.contains(&client.id) {
        return;
    }
    let seller = scene.seller(client, at);
    let Some((offered, who)) = scene.tried(seller, at, pace(Within::Minutes(30 * 24 * 60), 91.0))
    else {
        return;
    };
    scene
        .act(offered, "offer-loyalty", &client.id)
        .by(who)
        .proof("message-to-client");
    if !scene.random.chance(35.0) {
        return;
    }
    members.push(client.id.clone());
    let joined = scene.client_later(offered, 60.0);
    let id = format!("L-{}", client.id);
    scene
        .act(joined, "join-loyalty", &id)
        .client(client)
        .by_client();
    let seller = scene.seller(client, joined);
    if let Some((told, who)) = scene.tried(seller, joined, pace(Within::WorkDays(2), 90.0)) {
        scene
            .act(told, "confirm-loyalty-benefits", &id)
            .by(who)
            .proof("message-to-client");
    }
    if scene.random.chance(6.0) {
        let left = scene.client_later(joined, 3_000.0);
        scene
            .act(left, "leave-loyalty", &id)
            .client(client)
            .by_client();
    }
}

/// A client names somebody who might like to hear from us.
fn referral(scene: &mut Scene<'_, '_>, id: &str, at: Instant) {
    let client = scene.any_client();
    let seller: &Member = scene.seller(client, at);
    scene
        .act(at, "record-referral", id)
        .client(client)
        .by(seller)
        .text("referral.referred person", id);
    let Some((approached, who)) = scene.tried(seller, at, pace(Within::WorkDays(5), 86.0)) else {
        return;
    };
    scene
        .act(approached, "approach-referral", id)
        .by(who)
        .proof("message-to-client");
    let settled = scene.later(approached, 150.0);
    let won = scene.random.chance(38.0);
    scene
        .act(settled, "settle-referral", id)
        .by(who)
        .choice("referral.outcome", if won { "won" } else { "lost" });
    if won {
        let boss = scene.pick("sales manager", settled);
        if let Some((at, who)) =
            scene.tried(boss, settled, pace(Within::Minutes(30 * 24 * 60), 84.0))
        {
            scene
                .act(at, "reward-referral", id)
                .by(who)
                .text("referral.reward", "credit note");
        }
    }
}

/// The day so many days after another, inside working time.
pub(crate) fn days_after(scene: &mut Scene<'_, '_>, at: Instant, days: i64) -> Instant {
    let day = scene.world.clock.date(at).saturating_add(days.days());
    let at_least = at.plus_micros(60_000_000);
    scene
        .world
        .clock
        .during(day, &mut scene.random)
        .max(at_least)
}
