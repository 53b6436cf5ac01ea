//! The people at a client: what they are told, what they consent to, and how we see them.

use kept_kernel::Instant;

use crate::clients::Client;
use crate::people::Member;
use crate::scene::{Scene, World};
use crate::tape::Tape;
use crate::time::{Within, pace};

/// A contact is added, and told what the data is for.
pub(crate) fn contact(scene: &mut Scene<'_, '_>, client: &Client, id: &str, at: Instant) {
    let desk = scene.pick("client service representative", at);
    scene
        .act(at, "add-contact", id)
        .client(client)
        .choice("contact.preferred channel", client.channel)
        .text("contact.country", client.country);
    let automatic = scene.random.chance(60.0);
    if automatic {
        scene
            .act(
                at.plus_micros(30_000_000),
                "tell-contact-how-data-is-used",
                id,
            )
            .client(client);
    } else if let Some((at, who)) = scene.tried(desk, at, pace(Within::WorkDays(1), 84.0)) {
        scene
            .act(at, "tell-contact-how-data-is-used", id)
            .client(client)
            .by(who);
    }
    let consents = scene.random.chance(70.0);
    if consents {
        let given = scene.client_later(at, 20.0);
        let consent = format!("Z-{id}");
        scene
            .act(given, "record-consent", &consent)
            .link("contact", id)
            .client(client)
            .by_client()
            .choice("consent.purpose", "marketing")
            .choice("consent.lawful basis", "consent")
            .text("consent.wording", "form 3")
            .text("consent.source", "intake form");
        if scene.random.chance(18.0) {
            withdrawal(scene, &consent, desk, given);
        }
    }
}

fn withdrawal<'s>(scene: &mut Scene<'s, '_>, consent: &str, desk: &'s Member, given: Instant) {
    let at = scene.client_later(given, 700.0);
    scene.act(at, "withdraw-consent", consent).by_client();
    if let Some((at, who)) = scene.tried(desk, at, pace(Within::WorkDays(1), 88.0)) {
        scene
            .act(at, "confirm-withdrawal", consent)
            .by(who)
            .proof("message-to-client");
    }
}

/// A map of what a contact says, thinks, does and feels.
pub(crate) fn draw_map(scene: &mut Scene<'_, '_>, client: &Client, contact: &str, start: Instant) {
    let manager = scene.manager(client, start);
    let limit = pace(Within::Minutes(30 * 24 * 60), 82.0);
    if let Some((at, who)) = scene.tried(manager, start, limit) {
        scene
            .act(at, "draw-empathy-map", contact)
            .client(client)
            .by(who)
            .text("contact.pains", contact)
            .text("contact.gains", contact);
    }
}

/// New people at old clients: an empathy map for each.
pub(crate) fn more_contacts(world: &World, tape: &mut Tape<'_>) {
    let days: Vec<_> = world
        .clock
        .days()
        .filter(|day| world.clock.is_working_day(*day))
        .collect();
    for (number, day) in days.into_iter().enumerate().filter(|(n, _)| n % 4 == 1) {
        let mut scene = Scene::new(world, tape, "contacts", number);
        let client = scene.any_client();
        let at = world.clock.during(day, &mut scene.random);
        let id = format!("K-M{number:03}");
        contact(&mut scene, client, &id, at);
        draw_map(&mut scene, client, &id, at);
    }
}
