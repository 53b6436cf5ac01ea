//! Meetings, and what is owed after them.

use kept_kernel::Instant;

use crate::care;
use crate::clients::Client;
use crate::people::Member;
use crate::scene::{Scene, World};
use crate::tape::Tape;
use crate::time::{Within, pace, to_the_second};

/// The meetings of the year.
pub(crate) fn write(world: &World, tape: &mut Tape<'_>) {
    let days: Vec<_> = world
        .clock
        .days()
        .filter(|day| world.clock.is_working_day(*day))
        .collect();
    for (number, day) in days.into_iter().enumerate() {
        let mut scene = Scene::new(world, tape, "meetings", number);
        for count in 0..scene.random.about(0.75) {
            let client = scene.any_client();
            let at = world.clock.during(day, &mut scene.random);
            let first = scene.random.chance(14.0);
            let who = scene.manager(client, at);
            meeting(
                &mut scene,
                (client, who),
                &format!("V-{number:03}{count}"),
                (at, first),
            );
        }
    }
}

/// A meeting that is scheduled, held or not, written up and followed up.
pub(crate) fn meeting<'s>(
    scene: &mut Scene<'s, '_>,
    (client, who): (&Client, &'s Member),
    id: &str,
    (at, first): (Instant, bool),
) {
    let days = scene.random.between(2, 9);
    let scheduled = scene.world.clock.calendar.subtract_working_days(at, days);
    scene
        .act(scheduled, "schedule-meeting", id)
        .of(client)
        .by(who)
        .part("host", who);
    if scene.random.chance(4.0) {
        scene.act(at, "client-misses-meeting", id).by(who);
        return;
    }
    if scene.random.chance(4.0) {
        scene
            .act(
                to_the_second(at.plus_micros(-7_200_000_000)),
                "cancel-meeting",
                id,
            )
            .by(who);
        return;
    }
    let kind = scene
        .random
        .word("consultation|demonstration|negotiation|review|check-in|other meeting");
    let channel = scene.random.word("in person|phone|phone");
    scene
        .act(at, "hold-meeting", id)
        .of(client)
        .by(who)
        .yes("meeting.initial meeting", first)
        .choice("meeting.kind", kind)
        .choice("meeting.channel", channel);
    if let Some((at, who)) = scene.tried(who, at, pace(Within::WorkDays(1), 83.0)) {
        scene
            .act(at, "write-listening-notes", id)
            .by(who)
            .text("meeting.quoted words", id)
            .proof("meeting-note");
    }
    if !first && scene.random.chance(18.0) {
        let at = at.plus_micros(600_000_000);
        scene
            .act(at, "note-meeting", id)
            .by(who)
            .text("meeting.reason for no follow-up", "settled");
        return;
    }
    let limit = if first {
        Within::Minutes(48 * 60)
    } else {
        Within::WorkDays(1)
    };
    let Some((at, who)) = scene.tried(who, at, pace(limit, 91.0)) else {
        return;
    };
    care::follow_up(scene, client, at)
        .by(who)
        .link("meeting", id)
        .proof("message-to-client");
}
