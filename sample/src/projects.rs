//! A project from the kick-off on: check-ins, half-way feedback, hand-over.

use kept_kernel::Instant;

use crate::onboarding::Project;
use crate::sales::days_after;
use crate::scene::Scene;
use crate::time::{DAY, Within, pace};

/// Weekly check-ins, half-way feedback, acceptance, hand-over.
pub(crate) fn under_way<'s>(
    scene: &mut Scene<'s, '_>,
    project: &Project<'s, '_>,
    started: Instant,
) -> Option<Instant> {
    let client = project.client;
    let weeks = scene.random.between(4, 10);
    let finished = days_after(scene, started, weeks * 7);
    let manager = scene.manager(client, started);
    let mut last = started;
    let mut half_way = false;
    while last < finished {
        let due = last.plus_micros(7 * DAY);
        let (at, who) = scene.done(
            manager,
            last.plus_micros(4 * DAY),
            pace(Within::By(due), 84.0),
        );
        if at >= finished {
            break;
        }
        let progress =
            (at.micros_since(started) * 100 / finished.micros_since(started).max(1)).clamp(1, 99);
        scene
            .act(at, "check-in-with-client", &client.id)
            .link("project", project.id)
            .by(who)
            .number("project.progress", progress)
            .choice("project.plan status", "as planned")
            .choice("client.mood", "positive")
            .text("client.changed needs", "none")
            .proof("logged-call");
        scene
            .tape
            .note(at, "project", project.id)
            .client(client)
            .number("project.progress", progress);
        if progress >= 50 && !half_way {
            half_way = true;
            halfway(scene, project, at);
        }
        last = at;
    }
    hand_over(scene, project, finished)
}

fn halfway<'s>(scene: &mut Scene<'s, '_>, project: &Project<'s, '_>, at: Instant) {
    let client = project.client;
    let manager = scene.manager(client, at);
    let Some((asked, who)) = scene.tried(manager, at, pace(Within::WorkDays(3), 84.0)) else {
        return;
    };
    scene
        .act(asked, "ask-client-for-feedback", &client.id)
        .link("project", project.id)
        .by(who);
    let given = scene.client_later(asked, 30.0);
    scene
        .act(given, "give-project-feedback", project.id)
        .client(client)
        .by_client();
    let Some((answered, who)) = scene.tried(manager, given, pace(Within::WorkDays(5), 85.0)) else {
        return;
    };
    let changes = scene.random.chance(45.0);
    let entry = scene
        .act(answered, "answer-project-feedback", project.id)
        .client(client)
        .by(who)
        .proof("message-to-client");
    if !changes {
        drop(entry.proof("reason"));
        return;
    }
    drop(entry.text("project.changes", project.id));
    let named = scene.random.chance(96.0);
    scene
        .act(answered.plus_micros(300_000_000), "change-plan", project.id)
        .client(client)
        .by(who)
        .only_if(named, |entry| {
            entry.text("project.change reason", "half-way feedback")
        });
}

fn hand_over<'s>(
    scene: &mut Scene<'s, '_>,
    project: &Project<'s, '_>,
    finished: Instant,
) -> Option<Instant> {
    let client = project.client;
    scene
        .act(finished, "accept-deliverables", project.id)
        .client(client)
        .by_client()
        .number("project.progress", 100);
    let manager = scene.manager(client, finished);
    let destination = scene
        .random
        .weighted(&[("support", 88.0), ("further project", 12.0)]);
    let (handed, who) = scene.done(manager, finished, pace(Within::WorkDays(2), 85.0));
    scene
        .act(handed, "hand-over-project", project.id)
        .client(client)
        .by(who)
        .choice("project.destination", destination)
        .text("project.next steps", project.id);
    let support = (destination == "support").then(|| into_support(scene, project, handed));
    let completed = support.unwrap_or(handed).plus_micros(900_000_000);
    scene
        .act(completed, "complete-project", project.id)
        .client(client)
        .by(who);
    testimonial(scene, project, completed);
    support
}

fn into_support<'s>(
    scene: &mut Scene<'s, '_>,
    project: &Project<'s, '_>,
    handed: Instant,
) -> Instant {
    let client = project.client;
    let manager = scene.manager(client, handed);
    let (support, who) = scene.done(manager, handed, pace(Within::WorkDays(1), 86.0));
    scene
        .act(support, "hand-client-over-to-ongoing-support", &client.id)
        .link("project", project.id)
        .by(who)
        .proof("reason");
    let limit = pace(Within::Minutes(60 * 24 * 60), 84.0);
    let (offered, who) = scene.done(manager, support, limit);
    scene
        .act(offered, "offer-retention-programme", &client.id)
        .by(who)
        .proof("offer-of-value");
    support
}

fn testimonial<'s>(scene: &mut Scene<'s, '_>, project: &Project<'s, '_>, completed: Instant) {
    let client = project.client;
    let manager = scene.manager(client, completed);
    let answer = completed.plus_micros(-1_800_000_000);
    crate::feedback::answer(scene, client, answer, &format!("Q-{}", project.id));
    let Some((asked, who)) = scene.tried(manager, completed, pace(Within::WorkDays(10), 80.0))
    else {
        return;
    };
    scene
        .act(asked, "ask-client-for-testimonial", &client.id)
        .by(who);
    if !scene.random.chance(45.0) {
        return;
    }
    let id = format!("Y-{}", project.id);
    let given = scene.client_later(asked, 90.0);
    scene
        .act(given, "receive-testimonial", &id)
        .of(client)
        .by_client();
    let consents = scene.random.chance(85.0);
    if consents {
        scene
            .act(
                given.plus_micros(60_000_000),
                "record-consent",
                &format!("Z-{id}"),
            )
            .of(client)
            .by_client()
            .choice("consent.purpose", "publication")
            .choice("consent.lawful basis", "consent")
            .text("consent.wording", "form 7")
            .text("consent.source", "email");
    }
}
