//! The rights against an independent judge, and lists against checks, in random worlds.

mod lists;
mod oracle;
mod printed;

use kept_kernel::{Id, Instant};
use kept_world::World;

use super::{Action, Asker, SHIPPED_ROLES, Subject};
use crate::model::{PersonId, TeamId};

const NOW: Instant = Instant::from_seconds(1_769_790_600);

/// A thing that somebody may or may not see.
struct Thing {
    id: Id,
    owner: Option<PersonId>,
    team: Option<TeamId>,
    assigned: Vec<PersonId>,
}

impl Thing {
    fn subject(&self) -> Subject<'_> {
        Subject {
            id: self.id,
            owner: self.owner,
            team: self.team,
            assigned: &self.assigned,
        }
    }
}

/// People, teams and things, thrown together.
struct Company {
    askers: Vec<Asker>,
    things: Vec<Thing>,
}

/// Dice.
struct Dice(World);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(World::still(NOW, seed))
    }

    fn below(&self, bound: usize) -> usize {
        (u64::from_le_bytes(self.0.random().unwrap()) % bound as u64) as usize
    }

    fn one_in(&self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    fn pick<'a, T>(&self, among: &'a [T]) -> &'a T {
        &among[self.below(among.len())]
    }
}

impl Company {
    fn random(seed: u64, people: usize, things: usize) -> Self {
        let dice = Dice::new(seed);
        let teams: Vec<_> = (0..3).map(|_| TeamId(dice.0.id())).collect();
        let persons: Vec<_> = (0..people).map(|_| PersonId(dice.0.id())).collect();
        let things: Vec<_> = (0..things)
            .map(|_| Thing {
                id: dice.0.id(),
                owner: (!dice.one_in(4)).then(|| *dice.pick(&persons)),
                team: (!dice.one_in(4)).then(|| *dice.pick(&teams)),
                assigned: (0..dice.below(4)).map(|_| *dice.pick(&persons)).collect(),
            })
            .collect();
        let askers = persons
            .iter()
            .map(|person| Asker {
                person: Some(*person),
                team: (!dice.one_in(4)).then(|| *dice.pick(&teams)),
                roles: (0..dice.below(3))
                    .map(|_| (*dice.pick(&SHIPPED_ROLES)).to_owned())
                    .chain(dice.one_in(5).then(|| "roaster".to_owned()))
                    .collect(),
                session: None,
                opened: (0..dice.below(2)).map(|_| dice.pick(&things).id).collect(),
                only: dice
                    .one_in(5)
                    .then(|| (0..6).map(|_| *dice.pick(Action::ALL)).collect()),
            })
            .collect();
        Self { askers, things }
    }
}
