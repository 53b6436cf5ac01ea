//! What was never done is given up after a while, and forgotten requests are brought to an end: nobody keeps a year-old duty
//! on the list.

use std::collections::BTreeMap;

use kept_engine::{Obligation, OwnedActor, OwnedEvent, OwnedWhat, Verdict};
use kept_kernel::Instant;
use kept_language::Register;

use crate::company::SampleCompany;
use crate::desk::Request;
use crate::random::{Random, text_hash};
use crate::scene::{Scene, World};
use crate::tape::Tape;
use crate::time::DAY;
use crate::words::Words;

/// What is overdue for less than this may still be done.
const KEPT_OPEN: i64 = 9 * DAY;
/// A request on which nothing happens for so long is brought to an end.
const FORGOTTEN: i64 = 12 * DAY;

impl SampleCompany {
    /// Gives up what a first run of the engine has found undone for more than nine days: somebody in charge of the SOPs decides
    /// that, one to two weeks after it was due. It stays missed, and leaves the lists.
    pub fn give_up_the_undone(&mut self, obligations: &[Obligation]) {
        let supervisor = self
            .people
            .iter()
            .find(|one| one.has("SOP supervisor"))
            .map(|one| one.name.clone());
        let Some(supervisor) = supervisor else {
            return;
        };
        let world = self.before();
        let mut same: BTreeMap<(&str, &str, &str), Vec<&Obligation>> = BTreeMap::new();
        for duty in obligations.iter().filter(|duty| duty.level == 0) {
            same.entry(key(duty)).or_default().push(duty);
        }
        let undone = obligations
            .iter()
            .filter(|duty| duty.level == 0 && duty.verdict == Verdict::Overdue);
        let given_up = undone.filter_map(|duty| {
            let due = duty.due_at?;
            let name = format!("{}/{}/{}", duty.rule.code, duty.rule.id, duty.subject);
            let mut random = Random::stream(self.seed(), "tidy", text_hash(&name));
            let at = due.plus_micros(KEPT_OPEN + random.between(0, 5 * DAY));
            let at = world.clock.in_hours(at, &mut random);
            // Giving up means the last that is owed: it comes before the rule asks for the same again, or when all else is done.
            let others = || same.get(&key(duty)).into_iter().flatten();
            let later = others().filter(|other| other.opened_at > duty.opened_at);
            let again = later.map(|other| other.opened_at).min();
            let before = again.map_or(at, |again| at.min(again.plus_micros(-1_000_000)));
            let at = if duty.learner.is_none() && due < before {
                before
            } else {
                let ends = others().map(|other| other.ended_at.unwrap_or(other.opened_at));
                at.max(ends.max().unwrap_or(at).plus_micros(DAY))
            };
            (at < self.until).then(|| event(duty, &supervisor, at))
        });
        let given_up = given_up.collect();
        self.add(given_up);
    }
}

impl SampleCompany {
    /// Brings requests to an end on which nothing has happened for long before the sample ends. What was noticed ends by
    /// silence; the others are finished late, and closed by management.
    pub(crate) fn end_the_forgotten(&mut self, register: &Register, world: &World) {
        let words = Words::of(register);
        let mut tape = Tape::new(&words);
        let rows = self.requests(register, &BTreeMap::new());
        let open = rows.iter().filter(|row| row.closed_at.is_none());
        for row in open {
            let last = row.said.last().map_or(row.received_at, |said| said.at);
            if self.until.micros_since(last) > FORGOTTEN {
                let mut scene = Scene::new(world, &mut tape, "forgotten", row.number as usize);
                end(&mut scene, row, last);
            }
        }
        let mut events = tape.events;
        events.retain(|event| event.at < self.until);
        self.add(events);
    }
}

fn end(scene: &mut Scene<'_, '_>, row: &Request, last: Instant) {
    let later = last.plus_micros(8 * DAY + scene.random.between(0, 2 * DAY));
    let at = scene.world.clock.in_hours(later, &mut scene.random);
    let desk = scene.pick("client service representative", at);
    let staff = &scene.world.staff;
    let named = row.assignee.as_deref().and_then(|name| staff.named(name));
    let who = staff.stand_in(named.unwrap_or(desk), at);
    if row.resolved_at.is_none() {
        scene
            .act(at, "resolve-request", &row.id)
            .by(who)
            .text("request.resolution", &row.id);
    }
    let silent = row.resolved_at.is_some() && row.notice_at.is_some();
    let boss = scene.pick("management", at);
    let by = if silent { desk } else { boss };
    let ending = if silent {
        "silence after notice"
    } else {
        "permission"
    };
    scene
        .act(at.plus_micros(240_000_000), "close-request", &row.id)
        .by(by)
        .choice("request.ending", ending)
        .only_if(!silent, |entry| entry.proof("reason"));
}

fn key(duty: &Obligation) -> (&str, &str, &str) {
    (&duty.rule.code, &duty.rule.id, &duty.subject)
}

fn event(duty: &Obligation, by: &str, at: Instant) -> OwnedEvent {
    OwnedEvent {
        place: 0,
        at,
        recorded_at: at,
        what: OwnedWhat::GivenUp((*duty.rule).clone()),
        case: (duty.noun, duty.subject.clone()),
        links: Vec::new(),
        actor: OwnedActor::Person(by.to_owned()),
        facts: Vec::new(),
        parts: Vec::new(),
        holders: Vec::new(),
        proofs: Vec::new(),
    }
}
