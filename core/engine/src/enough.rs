//! Whether what is judged again after an event is enough: the shipped SOPs over random events, beside an engine that judges
//! everything that could be reached at all, whatever changed.

use std::cell::RefCell;

use jiff::civil::date;
use kept_calendar::Calendar;
use kept_kernel::{Duration, Instant, Number, Unit};
use kept_language::ast::Value;
use kept_language::{
    ActId, FactId, FactKind, Library, NounId, Register, RegisterFile, Source, read,
};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::event::{OwnedActor, OwnedEvent, OwnedWhat};
use crate::scenario::OFFICE_HOURS;
use crate::{Calendars, Engine, People, Program, Version};

/// Files of the folder of SOPs, each with its name.
macro_rules! texts {
    ($($name:literal),+) => {
        [$(($name, include_str!(concat!("../../../sops/", $name)))),+]
    };
}

fn words() -> Register {
    let files = texts!(
        "vocabulary/agreements.toml",
        "vocabulary/announcements.toml",
        "vocabulary/cases.toml",
        "vocabulary/clients.toml",
        "vocabulary/conduct.toml",
        "vocabulary/everywhere.toml",
        "vocabulary/feedback.toml",
        "vocabulary/figures.toml",
        "vocabulary/journey.toml",
        "vocabulary/meetings.toml",
        "vocabulary/messages.toml",
        "vocabulary/more.toml",
        "vocabulary/privacy.toml",
        "vocabulary/projects.toml",
        "vocabulary/promises.toml",
        "vocabulary/quality.toml",
        "vocabulary/requests.toml",
        "vocabulary/sales.toml",
        "vocabulary/sops.toml",
        "vocabulary/training.toml"
    );
    let files = files.map(|(path, text)| RegisterFile { path, text });
    Register::load(&files).unwrap()
}

fn shipped(register: &Register) -> Library {
    let files = texts!(
        "ce.sop.md",
        "cm.sop.md",
        "fu.sop.md",
        "on.sop.md",
        "sr.sop.md"
    );
    read(register, &files.map(|(path, text)| Source { path, text }))
}

fn program(register: &Register, library: &Library) -> Program {
    let version = Version {
        documents: &library.documents,
        from: Instant::MIN,
    };
    let calendar = Calendar::parse(OFFICE_HOURS, &mut |_| Err(String::new())).unwrap();
    let calendars = Calendars::company(calendar);
    Program::compile(register, &[version], calendars, People::default()).unwrap()
}

/// 2026-01-05 09:00 UTC, a Monday.
const START: i64 = 1_767_603_600;
const HOUR: i64 = 3_600;

/// An event as it is drawn: an act, which of the few records of its kind, how many minutes later, and the facts that it carries.
type Drawn = (usize, u8, u16, Vec<(usize, u16)>);

fn value(kind: FactKind, values: usize, drawn: u16) -> Option<Value> {
    let (known, drawn) = (!drawn.is_multiple_of(11), drawn / 11);
    let day = |drawn: u16| date(2026, 1 + (drawn % 12) as i8, 1 + (drawn % 28) as i8);
    known.then(|| match kind {
        FactKind::YesNo => Value::YesNo(drawn.is_multiple_of(2)),
        FactKind::Choice => Value::Choice(drawn % values.max(1) as u16),
        FactKind::Number | FactKind::Percent | FactKind::Money => {
            Value::Number(Number::whole(i64::from(drawn % 120)))
        }
        FactKind::Duration => {
            let hours = Number::whole(1 + i64::from(drawn % 50));
            Value::Duration(Duration::new(hours, Unit::Hours).unwrap())
        }
        FactKind::Date => Value::Date(day(drawn)),
        FactKind::Instant => Value::Instant(Instant::from_seconds(START + HOUR * i64::from(drawn))),
        FactKind::Text | FactKind::Person | FactKind::List => Value::Text(u64::from(drawn % 5)),
    })
}

/// What can happen to a client and to what belongs to it.
struct World<'r> {
    register: &'r Register,
    client: NounId,
    acts: Vec<ActId>,
}

impl<'r> World<'r> {
    fn of(register: &'r Register) -> Self {
        let client = register.noun("client").unwrap();
        let theirs = |noun: NounId| noun == client || register[noun].reaches.contains(&client);
        let acts = register.acts().filter(|(_, act)| theirs(act.case));
        Self {
            register,
            client,
            acts: acts.map(|(id, _)| id).collect(),
        }
    }

    /// The events: to one of six records of each kind, of two clients. Now and then a record goes over to the other client, or is merged
    /// into one like it.
    fn events(&self, drawn: &[Drawn]) -> Vec<OwnedEvent> {
        let mut at = Instant::from_seconds(START);
        let mut moved = [0_u8; 6];
        let mut events = Vec::new();
        for ((act, which, minutes, facts), place) in drawn.iter().zip(1..) {
            at = at.plus_micros(i64::from(*minutes) * 60_000_000);
            let act = self.acts[act % self.acts.len()];
            let noun = self.register[act].case;
            let which = usize::from(*which);
            moved[which] += u8::from(minutes % 40 == 39);
            let client = (which + usize::from(moved[which])) % 2;
            let id = |noun: NounId, which: usize| {
                if noun == self.client {
                    format!("C{client}")
                } else {
                    format!("{}{which}", self.register[noun].id)
                }
            };
            let what = if minutes % 40 == 7 && noun != self.client {
                OwnedWhat::Merged(id(noun, (which + 1) % 6))
            } else {
                OwnedWhat::Act(act)
            };
            let links = self.register[noun].reaches.iter();
            let links = links.filter(|to| self.is_theirs(**to));
            events.push(OwnedEvent {
                place,
                at,
                recorded_at: at,
                what,
                case: (noun, id(noun, which)),
                links: links.map(|to| (*to, id(*to, which))).collect(),
                actor: OwnedActor::Person("Maria".to_owned()),
                facts: self.facts(noun, facts),
                parts: vec![("assignee".to_owned(), "Maria".to_owned())],
                holders: Vec::new(),
                proofs: Vec::new(),
            });
        }
        events
    }

    fn is_theirs(&self, noun: NounId) -> bool {
        noun == self.client || self.register[noun].reaches.contains(&self.client)
    }

    fn facts(&self, noun: NounId, drawn: &[(usize, u16)]) -> Vec<(FactId, Option<Value>)> {
        let all = self.register.facts();
        let of: Vec<_> = all
            .filter(|(_, fact)| fact.noun == noun || fact.noun == self.client)
            .collect();
        let given = drawn.iter().filter_map(|(which, drawn)| {
            let (id, fact) = of.get(which % of.len().max(1))?;
            Some((*id, value(fact.kind, fact.values.len(), *drawn)))
        });
        given.collect()
    }
}

/// What comes of events, in an order of its own.
fn owed(program: &Program, events: &[OwnedEvent]) -> Vec<String> {
    let found = RefCell::new(Vec::new());
    let mut engine = Engine::new(program, 7, |duty| {
        found.borrow_mut().push(format!("{duty:?}"));
    });
    for event in events {
        let _ = event.lend(|event| engine.push(event));
    }
    let last = events
        .last()
        .map_or(Instant::from_seconds(START), |event| event.at);
    engine.finish(last.plus_micros(30 * 24 * HOUR * 1_000_000));
    let mut found = found.into_inner();
    found.sort();
    found
}

#[test]
fn judging_what_an_event_touches_gives_what_judging_everything_gives() {
    let register = words();
    let library = shipped(&register);
    let world = World::of(&register);
    let quick = program(&register, &library);
    let mut whole = program(&register, &library);
    whole.broad = true;
    let facts = prop::collection::vec((0..100_usize, any::<u16>()), 0..4);
    let event = (0..1_000_usize, 0..6_u8, 0..600_u16, facts);
    let events = prop::collection::vec(event, 1..120);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(400));
    let ran = runner.run(&events, |drawn| {
        let events = world.events(&drawn);
        prop_assert_eq!(owed(&quick, &events), owed(&whole, &events));
        Ok(())
    });
    ran.unwrap_or_else(|problem| panic!("{problem}"));
}
