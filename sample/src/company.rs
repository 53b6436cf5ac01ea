//! The whole company, put together.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kept_calendar::Calendar;
use kept_engine::{Obligation, OwnedActor, OwnedEvent, OwnedWhat, People};
use kept_kernel::Instant;
use kept_language::Register;

use crate::calendar;
use crate::care;
use crate::clients::{self, Client};
use crate::climate::Climate;
use crate::feedback;
use crate::meetings;
use crate::messages;
use crate::office;
use crate::people::{Member, Staff, engine_people};
use crate::prospects;
use crate::requests;
use crate::sales;
use crate::scene::World;
use crate::tape::Tape;
use crate::time::Clock;
use crate::training;
use crate::words::Words;

/// A made-up company with everything that happened in it.
#[derive(Clone, Debug)]
pub struct SampleCompany {
    /// Its name.
    pub name: &'static str,
    /// Its zone.
    pub zone: &'static str,
    /// Its working hours, as a calendar file.
    pub calendar: String,
    /// The staff.
    pub people: Vec<Member>,
    /// The clients, those who came in the course of the sample last.
    pub clients: Vec<Client>,
    /// The turning points of the year.
    pub climate: Climate,
    /// When the sample begins.
    pub from: Instant,
    /// When it ends; what is open then stays open.
    pub until: Instant,
    /// What happened, in the order of time and place.
    pub events: Vec<OwnedEvent>,
    /// Words that the register does not have. What needs them is left out; empty with the vocabulary that ships.
    pub missing_words: Vec<String>,
    /// How many clients there were when the sample began.
    pub(crate) at_the_start: usize,
    seed: u64,
    first: Date,
    months: u32,
}

/// The company's name; nobody is called so.
const NAME: &str = "Harrowmere Instruments";

impl SampleCompany {
    /// Writes the company of a seed: `months` months from a day on, in the words of a register.
    pub fn generate(seed: u64, register: &Register, from: Date, months: u32) -> Self {
        let text = calendar::text(from, months);
        let world = world(seed, &text, from, months);
        let words = Words::of(register);
        let mut tape = Tape::new(&words);
        let found = prospects::new_clients(&world);
        clients::take_over(&world, &mut tape);
        office::write(&world, &mut tape);
        training::courses(&world, &mut tape);
        requests::write(&world, &mut tape);
        messages::write(&world, &mut tape);
        meetings::write(&world, &mut tape);
        sales::write(&world, &mut tape);
        let supported = prospects::write(&world, &mut tape, &found);
        feedback::write(&world, &mut tape);
        care::write(&world, &mut tape, &supported);
        training::checks(&world, &mut tape);
        let Tape {
            mut events,
            missing,
            ..
        } = tape;
        events.retain(|event| world.clock.from <= event.at && event.at < world.clock.until);
        number(&mut events);
        let at_the_start = world.clients.len();
        let clients = world
            .clients
            .into_iter()
            .chain(found.into_iter().map(|(client, _)| client));
        Self {
            name: NAME,
            zone: calendar::ZONE,
            calendar: text,
            people: world.staff.members,
            clients: clients.collect(),
            climate: world.climate,
            from: world.clock.from,
            until: world.clock.until,
            events,
            missing_words: missing.into_iter().collect(),
            at_the_start,
            seed,
            first: from,
            months,
        }
    }

    /// Lets quality control score what the engine drew. The sample draws cases of its own, because it has no engine;
    /// with the obligations of a first run, those that were drawn there take their place, and a second run finds
    /// them checked. Nothing else changes, so the draws stay the same.
    pub fn answer_checks(&mut self, register: &Register, obligations: &[Obligation]) {
        let world = world(self.seed, &self.calendar, self.first, self.months);
        let words = Words::of(register);
        let mut tape = Tape::new(&words);
        let checks = words.nouns.get("quality-check");
        let draws = words.nouns.get("company");
        let is_draw =
            |event: &OwnedEvent| event.what == OwnedWhat::Facts && Some(&event.case.0) == draws;
        self.events
            .retain(|event| Some(&event.case.0) != checks && !is_draw(event));
        let performers = self.performers();
        let own = obligations
            .iter()
            .filter(|o| o.level == 0 && o.rule.code == "CM");
        let drawn = own.filter_map(|obligation| {
            let (card, noun) = training::card_of(&obligation.rule.id)?;
            Some(training::Drawn {
                card,
                noun,
                id: obligation.subject.clone(),
                performer: last_before(&performers, &obligation.subject, obligation.opened_at),
                at: obligation.opened_at,
            })
        });
        let mut drawn: Vec<training::Drawn> = drawn.collect();
        drawn.sort_by(|one, other| {
            (one.at, one.card, &one.id).cmp(&(other.at, other.card, &other.id))
        });
        training::score(&world, &mut tape, &drawn);
        let inside = |event: &OwnedEvent| self.from <= event.at && event.at < self.until;
        let added: Vec<OwnedEvent> = tape.events.into_iter().filter(inside).collect();
        self.events.extend(added);
        number(&mut self.events);
    }

    /// The seed, for what follows from it.
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// The company before anything happens, and the words of a register: for what is added to the sample later.
    pub(crate) fn before(&self) -> World {
        world(self.seed, &self.calendar, self.first, self.months)
    }

    /// Adds what was written, in its place.
    pub(crate) fn add(&mut self, events: Vec<OwnedEvent>) {
        self.events.extend(events);
        number(&mut self.events);
    }

    /// Who did something to each record, in the order of time.
    fn performers(&self) -> BTreeMap<&str, Vec<(Instant, &str)>> {
        let mut all: BTreeMap<&str, Vec<(Instant, &str)>> = BTreeMap::new();
        for event in &self.events {
            if let OwnedActor::Person(name) = &event.actor {
                all.entry(&event.case.1).or_default().push((event.at, name));
            }
        }
        all
    }

    /// The staff as the engine needs it: roles, absences, deputies, teams.
    pub fn staff(&self, register: &Register) -> People {
        engine_people(&self.people, register)
    }
}

/// Who last did something to a record before an instant.
fn last_before(
    performers: &BTreeMap<&str, Vec<(Instant, &str)>>,
    id: &str,
    before: Instant,
) -> Option<String> {
    let of = performers.get(id)?;
    let place = of.partition_point(|(at, _)| *at < before);
    let (_, name) = of.get(place.checked_sub(1)?)?;
    Some((*name).to_owned())
}

/// The company before anything happens.
pub(crate) fn world(seed: u64, calendar: &str, from: Date, months: u32) -> World {
    let clock = Clock::new(parsed(calendar), from, months.max(1));
    let climate = Climate::of(&clock);
    let staff = Staff::hire(seed, &clock, &climate);
    let clients = clients::all(seed, &staff);
    let weights = clients.iter().map(Client::weight).collect();
    World {
        seed,
        clock,
        climate,
        staff,
        clients,
        weights,
    }
}

#[expect(
    clippy::expect_used,
    reason = "the text is written by this crate, and its tests read it for many years"
)]
fn parsed(text: &str) -> Calendar {
    Calendar::parse(text, &mut |name| Err(format!("there is no feed {name}")))
        .expect("a calendar that can be read")
}

/// Puts events in order and numbers them. Events at one instant keep the order in which they were written.
fn number(events: &mut [OwnedEvent]) {
    events.sort_by_key(|event| event.at);
    for (place, event) in events.iter_mut().enumerate() {
        event.place = place as u64 + 1;
    }
}
