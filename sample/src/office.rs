//! What the company owes itself: versions signed and announced, reviews, audits, violations, suggestions.

use jiff::ToSpan;
use jiff::civil::Date;
use kept_kernel::Instant;

use crate::conduct;
use crate::people::Member;
use crate::scene::{Scene, World};
use crate::tape::Tape;
use crate::time::{Within, pace};

/// The record that stands for the whole company.
pub(crate) const COMPANY: &str = "company";

/// The work of the office through the year.
pub(crate) fn write(world: &World, tape: &mut Tape<'_>) {
    versions(&mut Scene::new(world, tape, "versions", 0));
    for (number, month) in world.clock.months().enumerate() {
        let mut scene = Scene::new(world, tape, "month", number);
        monthly(&mut scene, month);
        if month.month() % 3 == 1 {
            quarterly(&mut scene, month);
        }
        if month.month() == 1 || number == 0 {
            yearly(&mut scene, month);
        }
        conduct::violation(&mut scene, month, number);
        conduct::suggestions(&mut scene, month, number);
        conduct::data(&mut scene, month, number);
    }
    turns(&mut Scene::new(world, tape, "turns", 0));
}

/// All five documents are approved and take effect in the first days; everyone signs.
fn versions(scene: &mut Scene<'_, '_>) {
    let clock = &scene.world.clock;
    let first = clock.in_hours(clock.from, &mut scene.random);
    for (place, code) in ["SR", "CM", "CE", "FU", "ON"].into_iter().enumerate() {
        let id = format!("{code} 1.0");
        let author = scene.pick("SOP supervisor", first);
        let approver = scene.pick("approver", first);
        let start = first.plus_micros(place as i64 * 600_000_000);
        scene
            .act(start, "submit-version", &id)
            .by(author)
            .part("author", author)
            .link("sop", code);
        let judged = scene.later(start, 2.0);
        scene
            .act(judged, "judge-version", &id)
            .by(author)
            .text("version.effect on satisfaction", "none known")
            .text("version.effect on efficiency", "none known");
        let attached = scene.random.chance(80.0);
        if attached {
            scene.act(judged.plus_micros(60_000_000), "attach-what-if", &id);
        }
        let approved = scene.later(judged, 1.0);
        scene
            .act(approved, "approve-version", &id)
            .by(approver)
            .proof("signature");
        let effect = scene.later(approved, 10.0);
        scene.act(effect, "version-takes-effect", &id);
        let (announced, who) = scene.done(author, effect, pace(Within::WorkDays(1), 85.0));
        scene.act(announced, "announce-version", &id).by(who);
        sign(scene, &id, effect);
    }
}

fn sign(scene: &mut Scene<'_, '_>, id: &str, effect: Instant) {
    let world = scene.world;
    for member in &world.staff.members {
        if !member.is_employed(effect) {
            continue;
        }
        let (at, _) = scene.done(member, effect, pace(Within::Minutes(14 * 24 * 60), 88.0));
        if member.is_employed(at) && scene.random.chance(98.0) {
            scene
                .act(at, "sign-version", id)
                .by(member)
                .proof("signature");
        }
    }
}

pub(crate) fn owed<'s>(
    scene: &mut Scene<'s, '_>,
    role: &str,
    (start, days, usual): (Instant, i64, f64),
) -> Option<(Instant, &'s Member)> {
    let who = scene.pick(role, start);
    scene.tried(who, start, pace(Within::WorkDays(days), usual))
}

fn monthly(scene: &mut Scene<'_, '_>, month: Date) {
    let start = scene.world.clock.at(month, 0);
    if let Some((at, who)) = owed(scene, "SOP supervisor", (start, 10, 86.0)) {
        findings(scene, "check-adherence", at).by(who);
    }
    if let Some((at, who)) = owed(scene, "management", (start, 10, 78.0)) {
        findings(scene, "review-workload", at).by(who);
    }
    if let Some((at, who)) = owed(
        scene,
        "specialised customer service team",
        (start, 10, 84.0),
    ) {
        scene
            .act(at, "review-themes", COMPANY)
            .by(who)
            .text("company.causes", "delivery times")
            .text("company.actions", "new packing list");
    }
    let reports = [
        ("Interactions, sales and feedback", 5),
        ("Follow-ups by person and rule", 5),
    ];
    for (name, days) in reports {
        report(scene, name, start, days);
    }
}

fn findings<'t, 'w>(
    scene: &'t mut Scene<'_, 'w>,
    act: &str,
    at: Instant,
) -> crate::tape::Entry<'t, 'w> {
    scene
        .act(at, act, COMPANY)
        .text("company.findings", act)
        .text("company.actions", act)
}

/// A report is delivered, by the program in most months.
fn report(scene: &mut Scene<'_, '_>, name: &str, start: Instant, days: i64) {
    if let Some((at, who)) = owed(scene, "SOP supervisor", (start, days, 91.0)) {
        scene
            .tape
            .act_if_known(at, "deliver-report", name)
            .by(who)
            .proof("document");
    }
}

fn quarterly(scene: &mut Scene<'_, '_>, month: Date) {
    let start = scene.world.clock.at(month, 0);
    report(
        scene,
        "Trends in interactions, sales and feedback",
        start,
        5,
    );
    report(scene, "Client-centric engagement", start, 10);
    if let Some((at, who)) = owed(scene, "SOP supervisor", (start, 10, 86.0)) {
        findings(scene, "review-figures", at)
            .by(who)
            .text("company.trends", "acknowledgement")
            .text("company.causes", "illness");
    }
    if let Some((at, who)) = owed(scene, "SOP supervisor", (start, 15, 82.0)) {
        collected(scene, at).by(who);
        let conclusions = pace(Within::Minutes(30 * 24 * 60), 85.0);
        let (reviewed, who) = scene.done(who, at, conclusions);
        findings(scene, "review-this-sop", reviewed)
            .by(who)
            .proof("proposal-for-sop");
    }
    if let Some((at, who)) = owed(scene, "data auditor", (start, 20, 84.0)) {
        scene
            .act(at, "review-data-fields", COMPANY)
            .by(who)
            .proof("document");
    }
    let judged = start.plus_micros((74 - 2 * i64::from(month.month())) * crate::time::DAY);
    if let Some((at, who)) = owed(scene, "sales manager", (judged, 4, 82.0)) {
        scene
            .act(at, "judge-results", COMPANY)
            .by(who)
            .proof("training-need");
    }
    audit(scene, start);
}

fn collected<'t, 'w>(scene: &'t mut Scene<'_, 'w>, at: Instant) -> crate::tape::Entry<'t, 'w> {
    scene
        .act(at, "collect-sop-feedback", COMPANY)
        .text("company.themes", "times to resolve")
        .text("company.findings", "times to resolve")
}

/// The data audit and its findings, each with an owner and a date.
fn audit(scene: &mut Scene<'_, '_>, start: Instant) {
    let at = start.plus_micros(76 * crate::time::DAY);
    let Some((at, who)) = owed(scene, "data auditor", (at, 8, 82.0)) else {
        return;
    };
    scene
        .act(at, "complete-data-audit", COMPANY)
        .by(who)
        .text("company.checklist", "list 4")
        .text("company.findings", "two notes")
        .proof("document");
    for number in 0..scene.random.between(1, 4) {
        let id = format!("finding-{}-{number}", at.micros() / crate::time::DAY);
        let owner = scene.pick("administrator", at);
        let days = scene.random.between(10, 40);
        let due = scene.world.clock.date(at).saturating_add(days.days());
        let severity = scene.random.word("low|medium|high");
        scene
            .act(at.plus_micros(60_000_000), "record-finding", &id)
            .by(who)
            .part("assignee", owner)
            .choice("finding.severity", severity)
            .date("finding.due date", due);
        let due_at = scene.world.clock.at(due, 16 * 60);
        if let Some((settled, who)) = scene.tried(owner, at, pace(Within::By(due_at), 80.0)) {
            scene.act(settled, "settle-finding", &id).by(who);
            let closed = scene.later(settled, 9.0);
            scene.act(closed, "close-finding", &id).by(who);
        }
    }
}

fn yearly(scene: &mut Scene<'_, '_>, month: Date) {
    let start = scene.world.clock.at(month, 0);
    let session = start.plus_micros(50 * crate::time::DAY);
    if let Some((at, who)) = owed(scene, "SOP supervisor", (session, 20, 85.0)) {
        scene.act(at, "hold-review-session", COMPANY).by(who);
        let world = scene.world;
        for member in world.staff.holders("client service representative") {
            if member.is_present(at) {
                scene
                    .act(at.plus_micros(60_000_000), "attend-review-session", COMPANY)
                    .by(member)
                    .text("company.points raised", &member.name);
            }
        }
    }
}

/// What changes the way the company works, and the reviews that follow.
fn turns(scene: &mut Scene<'_, '_>) {
    let climate = &scene.world.climate;
    let turns = [
        (
            "client-feedback-changes",
            climate.fortnight_at.plus_micros(16 * crate::time::DAY),
        ),
        ("business-process-changes", climate.launch_at),
        ("market-changes", climate.joiner_at),
    ];
    for (act, at) in turns {
        let at = scene.world.clock.in_hours(at, &mut scene.random);
        let who = scene.pick("management", at);
        scene.act(at, act, COMPANY).by(who);
        if let Some((at, who)) = owed(scene, "SOP supervisor", (at, 20, 82.0)) {
            findings(scene, "review-this-sop", at)
                .by(who)
                .proof("reason");
        }
    }
}
