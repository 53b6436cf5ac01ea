//! Violations of the policies, suggestions for them, and fields for personal data.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::office::owed;
use crate::scene::Scene;
use crate::time::{Within, pace};

/// A violation now and then: facts, statement, decision, sometimes an appeal.
pub(crate) fn violation(scene: &mut Scene<'_, '_>, month: Date, number: usize) {
    if number % 3 != 1 {
        return;
    }
    let id = format!("violation-{number}");
    let day = month.saturating_add(scene.random.between(2, 20).days());
    let at = scene.world.clock.during(day, &mut scene.random);
    let boss = scene.pick("management", at);
    let person = scene.pick("salesperson", at);
    let stated = scene.random.chance(85.0);
    scene
        .act(at, "record-violation", &id)
        .by(boss)
        .part("person", person)
        .part("reporter", boss)
        .text("violation.facts", &id)
        .only_if(stated, |entry| entry.text("violation.clause", "CM 6.1"));
    let (asked, who) = scene.done(boss, at, pace(Within::WorkDays(2), 80.0));
    scene.act(asked, "ask-for-statement", &id).by(who);
    let given = scene.later(asked, 24.0);
    scene
        .act(given, "give-statement", &id)
        .by(person)
        .text("violation.statement", &id);
    let (decided, who) = scene.done(boss, asked, pace(Within::WorkDays(20), 84.0));
    let decided = decided.max(given.plus_micros(3_600_000_000));
    let decision = scene.random.weighted(&[
        ("no violation", 30.0),
        ("talk", 35.0),
        ("coaching", 25.0),
        ("written warning", 10.0),
    ]);
    scene
        .act(decided, "decide-violation", &id)
        .by(who)
        .choice("violation.decision", decision)
        .proof("reason");
    let (told, who) = scene.done(boss, decided, pace(Within::WorkDays(2), 86.0));
    scene.act(told, "tell-decision", &id).by(who);
    let mut end = scene.world.clock.calendar.add_working_days(told, 11);
    if number.is_multiple_of(2) {
        let appealed = scene.later(told, 20.0);
        scene.act(appealed, "appeal-violation", &id).by(person);
        let (answered, who) = scene.done(boss, appealed, pace(Within::WorkDays(20), 80.0));
        scene
            .act(answered, "answer-appeal", &id)
            .by(who)
            .proof("reason");
        end = answered.plus_micros(86_400_000_000);
    }
    let end = scene.world.clock.in_hours(end, &mut scene.random);
    scene.act(end, "close-violation", &id).by(boss);
}

pub(crate) fn suggestions(scene: &mut Scene<'_, '_>, month: Date, number: usize) {
    for count in 0..scene.random.between(1, 3) {
        let id = format!("suggestion-{number}-{count}");
        let day = month.saturating_add(scene.random.between(0, 27).days());
        let at = scene.world.clock.during(day, &mut scene.random);
        let author = scene.pick("client service representative", at);
        scene
            .act(at, "make-suggestion", &id)
            .by(author)
            .part("author", author)
            .link("sop", "SR")
            .text("suggestion.clause", "SR 4.3");
        let answer = scene
            .random
            .word("accept-suggestion|decline-suggestion|answer-suggestion");
        if let Some((at, who)) = owed(scene, "SOP supervisor", (at, 10, 83.0)) {
            scene.act(at, answer, &id).by(who).proof("reason");
        }
    }
}

/// Fields for personal data.
pub(crate) fn data(scene: &mut Scene<'_, '_>, month: Date, number: usize) {
    if number % 4 == 2 {
        let at = scene
            .world
            .clock
            .during(month.saturating_add(8.days()), &mut scene.random);
        let who = scene.pick("administrator", at);
        let named = scene.random.chance(80.0);
        scene
            .act(at, "add-data-field", &format!("field-{number}"))
            .by(who)
            .only_if(named, |entry| entry.choice("data-field.purpose", "service"));
    }
}
