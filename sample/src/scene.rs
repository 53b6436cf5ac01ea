//! What every story has at hand: the company, the tape, and its own stream of chance.

use kept_kernel::Instant;

use crate::clients::Client;
use crate::climate::Climate;
use crate::people::{Member, Staff};
use crate::random::Random;
use crate::tape::{Entry, Tape};
use crate::time::{Clock, Pace};

/// The company before anything happens.
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) clock: Clock,
    pub(crate) climate: Climate,
    pub(crate) staff: Staff,
    pub(crate) clients: Vec<Client>,
    /// How likely each client is to turn up.
    pub(crate) weights: Vec<f64>,
}

/// A story in the making.
pub(crate) struct Scene<'s, 'w> {
    pub(crate) world: &'s World,
    pub(crate) tape: &'s mut Tape<'w>,
    pub(crate) random: Random,
}

impl<'s, 'w> Scene<'s, 'w> {
    pub(crate) fn new(world: &'s World, tape: &'s mut Tape<'w>, name: &str, number: usize) -> Self {
        Self {
            world,
            tape,
            random: Random::stream(world.seed, name, number as u64),
        }
    }

    /// An act, written down.
    pub(crate) fn act(&mut self, at: Instant, act: &str, id: &str) -> Entry<'_, 'w> {
        self.tape.act(at, act, id)
    }

    /// When this person is done, and who does it: a deputy while the person is away.
    pub(crate) fn done(
        &mut self,
        who: &'s Member,
        start: Instant,
        pace: Pace,
    ) -> (Instant, &'s Member) {
        let shift = self.world.climate.mood(who.team, start);
        let at = self
            .world
            .clock
            .done(&mut self.random, who, start, pace, shift);
        (at, self.world.staff.stand_in(who, at))
    }

    /// Like [`Scene::done`], but what is late is sometimes forgotten altogether.
    pub(crate) fn tried(
        &mut self,
        who: &'s Member,
        start: Instant,
        pace: Pace,
    ) -> Option<(Instant, &'s Member)> {
        let done = self.done(who, start, pace);
        let late = done.0 > self.world.clock.due(start, pace.within);
        (!late || !self.random.chance(14.0)).then_some(done)
    }

    /// Somebody who holds the role and is there.
    pub(crate) fn pick(&mut self, role: &str, at: Instant) -> &'s Member {
        self.world.staff.pick(role, at, &mut self.random)
    }

    /// The client's account manager, or who stands in.
    pub(crate) fn manager(&self, client: &Client, at: Instant) -> &'s Member {
        let staff = &self.world.staff;
        let found = staff
            .named(&client.manager)
            .or_else(|| staff.holders("account manager").next());
        match found {
            Some(manager) => staff.stand_in(manager, at),
            None => staff.pick("account manager", at, &mut Random::stream(0, "", 0)),
        }
    }

    /// The client's salesperson, or who stands in.
    pub(crate) fn seller(&mut self, client: &Client, at: Instant) -> &'s Member {
        let staff = &self.world.staff;
        match staff.named(&client.seller) {
            Some(seller) => staff.stand_in(seller, at),
            None => self.pick("salesperson", at),
        }
    }

    /// A client: the bigger, the likelier.
    pub(crate) fn any_client(&mut self) -> &'s Client {
        let clients = &self.world.clients;
        let place = self.random.place(&self.world.weights);
        pick_of(clients, place)
    }

    /// A moment in working time some hours later, as long after as working time passes.
    pub(crate) fn later(&mut self, at: Instant, hours: f64) -> Instant {
        let micros = (hours * crate::time::HOUR as f64) as i64;
        crate::time::to_the_second(
            self.world
                .clock
                .calendar
                .add_working(at, micros.max(1_000_000)),
        )
    }

    /// A moment some hours later around the clock, between eight in the morning and nine in the evening: clients
    /// keep other hours than we do.
    pub(crate) fn client_later(&mut self, at: Instant, median_hours: f64) -> Instant {
        let hours = self.random.log_normal(median_hours, 0.8);
        let at = at.plus_micros((hours * crate::time::HOUR as f64) as i64);
        let clock = &self.world.clock;
        let day = clock.date(at);
        let (early, late) = (clock.at(day, 8 * 60), clock.at(day, 21 * 60));
        let at = if at < early {
            early.plus_micros(self.random.between(0, 90 * 60) * 1_000_000)
        } else if at > late {
            late.plus_micros((11 * 3_600 + self.random.between(0, 90 * 60)) * 1_000_000)
        } else {
            at
        };
        crate::time::to_the_second(at)
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "a company without clients is not made"
)]
fn pick_of(clients: &[Client], place: usize) -> &Client {
    &clients[place.min(clients.len() - 1)]
}
