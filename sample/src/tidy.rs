//! What was never done is given up after a while: nobody keeps a year-old duty on the list.

use kept_engine::{Obligation, OwnedActor, OwnedEvent, OwnedWhat, Verdict};
use kept_kernel::Instant;

use crate::company::SampleCompany;
use crate::random::{Random, text_hash};
use crate::time::DAY;

/// What is overdue for less than this may still be done.
const KEPT_OPEN: i64 = 9 * DAY;

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
        let undone = obligations.iter().filter(|duty| {
            duty.level == 0 && duty.verdict == Verdict::Overdue && duty.learner.is_none()
        });
        let given_up = undone.filter_map(|duty| {
            let due = duty.due_at?;
            let name = format!("{}/{}/{}", duty.rule.code, duty.rule.id, duty.subject);
            let mut random = Random::stream(self.seed(), "tidy", text_hash(&name));
            let at = due.plus_micros(KEPT_OPEN + random.between(0, 5 * DAY));
            let at = world.clock.in_hours(at, &mut random);
            (at < self.until).then(|| event(duty, &supervisor, at))
        });
        let given_up = given_up.collect();
        self.add(given_up);
    }
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
