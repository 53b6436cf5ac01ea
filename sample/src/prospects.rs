//! From the first word to the signature: prospects, their needs, proposals, agreements.

use kept_kernel::Instant;

use crate::clients::{self, Client, Tier};
use crate::contacts;
use crate::meetings;
use crate::names;
use crate::onboarding;
use crate::random::Random;
use crate::sales::{self, days_after};
use crate::scene::{Scene, World};
use crate::tape::Tape;
use crate::time::{Within, pace};

/// Who may become a client in the course of the year, about four a month.
pub(crate) fn new_clients(world: &World) -> Vec<(Client, Instant)> {
    let mut random = Random::stream(world.seed, "prospects", 0);
    let mut names: Vec<String> = world
        .clients
        .iter()
        .map(|client| client.name.clone())
        .collect();
    let mut found = Vec::new();
    for day in world
        .clock
        .days()
        .filter(|day| world.clock.is_working_day(*day))
    {
        if !random.chance(19.0) {
            continue;
        }
        let name = names::company(&mut random, &names);
        names.push(name.clone());
        let share = random.unit();
        let tier = match share {
            share if share < 0.03 => Tier::Platinum,
            share if share < 0.12 => Tier::Gold,
            share if share < 0.40 => Tier::Silver,
            _ => Tier::Bronze,
        };
        let number = world.clients.len() + found.len() + 1;
        let mut client = clients::client(number, name, (tier, false), &world.staff, &mut random);
        let at = world.clock.during(day, &mut random);
        client.active = random.chance(58.0);
        found.push((client, at));
    }
    found
}

/// The stories of all prospects. `active` is said of those who sign in the end. Returns who came into ongoing support,
/// and when.
pub(crate) fn write<'c>(
    world: &World,
    tape: &mut Tape<'_>,
    found: &'c [(Client, Instant)],
) -> Vec<(&'c Client, Instant)> {
    let mut supported = Vec::new();
    for (number, (client, at)) in found.iter().enumerate() {
        let mut scene = Scene::new(world, tape, "prospect", number);
        if let Some(support) = journey(&mut scene, client, *at, number) {
            supported.push((client, support));
        }
    }
    contacts::more_contacts(world, tape);
    supported
}

fn journey(
    scene: &mut Scene<'_, '_>,
    client: &Client,
    at: Instant,
    number: usize,
) -> Option<Instant> {
    let seller = scene.seller(client, at);
    scene
        .act(at, "add-client", &client.id)
        .by(seller)
        .holder("salesperson", seller)
        .choice("client.preferred channel", client.channel)
        .number("client.annual revenue", client.revenue)
        .yes("client.new", true);
    contacts::contact(scene, client, &client.contact, at.plus_micros(60_000_000));
    let (first, who) = scene.tried(seller, at, pace(Within::WorkDays(1), 87.0))?;
    scene
        .act(first, "record-first-contact", &client.id)
        .by(who)
        .proof("logged-call");
    let needs = needs(scene, client, first);
    if scene.random.chance(20.0) {
        return None;
    }
    let met = days_after(scene, needs, 6);
    let id = format!("V-N{number:02}");
    meetings::meeting(scene, (client, seller), &id, (met, true));
    let presented = days_after(scene, met, 9);
    let opinion = proposal(scene, client, &format!("G-{number:02}"), presented);
    if !client.active {
        return None;
    }
    let signed = days_after(scene, opinion, 12);
    sign(scene, client, signed, number)
}

/// Needs, challenges and objectives, each as an item of its own.
fn needs(scene: &mut Scene<'_, '_>, client: &Client, first: Instant) -> Instant {
    let seller = scene.seller(client, first);
    let (at, who) = scene.done(seller, first, pace(Within::WorkDays(5), 88.0));
    let complete = scene.random.chance(92.0);
    for (place, kind) in ["need", "need", "challenge", "objective"]
        .into_iter()
        .enumerate()
    {
        if kind == "challenge" && !complete {
            continue;
        }
        let id = format!("{kind}-{}-{place}", client.id);
        let before = at
            .plus_micros(-(40 - place as i64 * 10) * 1_000_000)
            .max(first.plus_micros(1_000_000));
        let (act, fact) = match kind {
            "need" => ("record-need", "need.text"),
            "challenge" => ("record-challenge", "challenge.text"),
            _ => ("record-objective", "objective.text"),
        };
        scene
            .act(before, act, &id)
            .client(client)
            .by(who)
            .text(fact, &id);
        if kind == "need" {
            let motive = scene.random.word("rational|emotional");
            if let Some((at, who)) = scene.tried(seller, before, pace(Within::WorkDays(5), 86.0)) {
                scene
                    .act(at, "note-need", &id)
                    .client(client)
                    .by(who)
                    .choice("need.motive", motive);
            }
        }
    }
    scene.act(at, "record-client-needs", &client.id).by(who);
    at
}

/// A proposal and the client's opinion of it.
fn proposal(scene: &mut Scene<'_, '_>, client: &Client, id: &str, at: Instant) -> Instant {
    let seller = scene.seller(client, at);
    let named = scene.random.chance(98.0);
    scene
        .act(at, "present-proposal", id)
        .client(client)
        .by(seller)
        .part("presenter", seller)
        .only_if(named, |entry| entry.text("proposal.needs", id))
        .proof("document");
    let (asked, who) = scene.done(seller, at, pace(Within::WorkDays(3), 85.0));
    scene
        .act(asked, "ask-feedback-on-proposal", id)
        .client(client)
        .by(who)
        .proof("message-to-client");
    let heard = scene.client_later(asked, 40.0);
    let reaction =
        scene
            .random
            .weighted(&[("positive", 55.0), ("mixed", 30.0), ("negative", 15.0)]);
    scene
        .act(heard, "record-feedback-on-proposal", id)
        .client(client)
        .by_client()
        .choice("proposal.reaction", reaction)
        .text("proposal.opinion", id)
        .proof("form");
    let (settled, who) = scene.done(seller, heard, pace(Within::WorkDays(5), 86.0));
    if reaction == "mixed" {
        scene
            .act(settled, "adjust-proposal", id)
            .client(client)
            .by(who)
            .text("proposal.adjustments", id);
    } else {
        scene
            .act(settled, "settle-feedback-on-proposal", id)
            .client(client)
            .by(who)
            .proof("reason");
    }
    let ended = settled.plus_micros(120_000_000);
    let end = if client.active {
        "accept-proposal"
    } else {
        "decline-proposal"
    };
    scene.act(ended, end, id).client(client).by_client();
    ended
}

/// The agreement is signed; the project begins with it.
fn sign(scene: &mut Scene<'_, '_>, client: &Client, at: Instant, number: usize) -> Option<Instant> {
    let (agreement, project) = (format!("A-N{number:02}"), format!("X-{number:02}"));
    let seller = scene.seller(client, at);
    let relations = scene.pick("client relations manager", at);
    let specialist = scene.pick("onboarding specialist", at);
    let kind = scene
        .random
        .weighted(&[("service", 60.0), ("product", 40.0)]);
    scene
        .act(at, "start-project", &project)
        .client(client)
        .link("agreement", &agreement)
        .holder("client relations manager", relations)
        .choice("project.kind", kind);
    let signed = at.plus_micros(1_000_000);
    scene
        .act(signed, "sign-agreement", &agreement)
        .client(client)
        .link("project", &project)
        .by_client()
        .choice("agreement.kind", kind)
        .number("agreement.value", client.revenue)
        .proof("signature");
    if let Some((at, who)) = scene.tried(relations, signed, pace(Within::WorkDays(1), 88.0)) {
        let manager = scene.manager(client, at);
        scene
            .act(at, "assign-account-manager", &client.id)
            .by(who)
            .holder("account manager", manager)
            .text("client.account manager", &manager.name);
    }
    if let Some((at, who)) = scene.tried(seller, signed, pace(Within::WorkDays(1), 92.0)) {
        scene
            .act(at, "explain-next-steps", &agreement)
            .client(client)
            .by(who)
            .proof("message-to-client");
    }
    record(scene, client, &agreement, signed);
    contacts::draw_map(scene, client, &client.contact, signed);
    let sold = signed.plus_micros(600_000_000);
    sales::sale(scene, client, &format!("O-N{number:02}"), sold);
    let project = onboarding::Project {
        id: &project,
        kind,
        client,
        relations,
        specialist,
    };
    onboarding::onboard(scene, &project, signed)
}

fn record(scene: &mut Scene<'_, '_>, client: &Client, agreement: &str, signed: Instant) {
    let seller = scene.seller(client, signed);
    let Some((at, who)) = scene.tried(seller, signed, pace(Within::WorkDays(2), 93.0)) else {
        return;
    };
    let start = scene.world.clock.date(at);
    let complete = scene.random.chance(93.0);
    scene
        .act(at, "complete-agreement-record", agreement)
        .client(client)
        .by(who)
        .number("agreement.value", client.revenue)
        .date("agreement.start date", start)
        .duration("agreement.term", "12 months")
        .only_if(complete, |entry| {
            entry.date("agreement.renewal date", start)
        })
        .text("agreement.signed document", agreement)
        .text("agreement.next steps", agreement);
}
