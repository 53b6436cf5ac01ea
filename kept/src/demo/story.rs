//! The events of a made-up company, told one by one in the words of the register.

use kept_calendar::Calendar;
use kept_engine::{OwnedActor, OwnedEvent, OwnedWhat};
use kept_kernel::{Duration, Instant, Number};
use kept_language::ast::Value;
use kept_language::{FactKind, Register};

use super::random::Random;

/// A record and the records that it belongs to.
#[derive(Clone, Debug)]
pub struct Case {
    pub noun: &'static str,
    pub id: String,
    pub links: Vec<(&'static str, String)>,
}

impl Case {
    /// A record that belongs to these.
    pub fn new(noun: &'static str, id: impl Into<String>, links: &[(&'static str, &str)]) -> Self {
        Self {
            noun,
            id: id.into(),
            links: links
                .iter()
                .map(|(noun, id)| (*noun, (*id).to_owned()))
                .collect(),
        }
    }
}

/// Collects events.
pub struct Story<'s> {
    pub register: &'s Register,
    pub calendar: &'s Calendar,
    pub random: Random,
    /// Words that the register does not have; empty when all is well.
    pub unknown: Vec<String>,
    events: Vec<OwnedEvent>,
    /// The first instant of the year, and the first after it.
    pub year: (Instant, Instant),
}

const MINUTE: f64 = 60_000_000.0;

impl<'s> Story<'s> {
    pub fn new(
        register: &'s Register,
        calendar: &'s Calendar,
        seed: u64,
        year: (Instant, Instant),
    ) -> Self {
        Self {
            register,
            calendar,
            random: Random::new(seed),
            unknown: Vec::new(),
            events: Vec::new(),
            year,
        }
    }

    /// Begins an event.
    pub fn deed(&mut self, act: &str, case: &Case, at: Instant) -> Deed<'_, 's> {
        let register = self.register;
        let found = register.act(act);
        let noun = register.noun(case.noun);
        if found.is_none() || noun.is_none() {
            self.unknown.push(format!("{act} of {}", case.noun));
        }
        let links = case.links.iter();
        let links = links.filter_map(|(noun, id)| Some((register.noun(noun)?, id.clone())));
        let event = found.zip(noun).map(|(act, noun)| OwnedEvent {
            place: 0,
            at,
            recorded_at: at,
            what: OwnedWhat::Act(act),
            case: (noun, case.id.clone()),
            links: links.collect(),
            actor: OwnedActor::Unknown,
            facts: Vec::new(),
            parts: Vec::new(),
            holders: Vec::new(),
            proofs: register[act].proof.into_iter().collect(),
        });
        Deed { story: self, event }
    }

    /// So many minutes of working time later.
    pub fn worked(&self, at: Instant, minutes: f64) -> Instant {
        self.calendar.add_working(at, (minutes * MINUTE) as i64)
    }

    /// When someone gets to it who usually takes so many minutes of working time: bad weeks and slow colleagues take
    /// longer.
    pub fn reached(&mut self, at: Instant, usual: f64, who: &str) -> Instant {
        let minutes = self.random.around(usual) * self.mood(at) * skill(who);
        self.worked(at, minutes)
    }

    /// How much longer everything takes in that week: two bad stretches a year, the rest near one.
    fn mood(&self, at: Instant) -> f64 {
        let week = at.micros_since(self.year.0) / (7 * 86_400_000_000);
        match week {
            9..=11 => 2.1,
            31..=33 => 2.6,
            49..=50 => 1.7,
            _ => 0.85,
        }
    }

    /// Whether it lies in the year.
    pub fn in_year(&self, at: Instant) -> bool {
        at >= self.year.0 && at < self.year.1
    }

    /// All events of the year, in order.
    pub fn told(mut self) -> Vec<OwnedEvent> {
        let end = self.year.1;
        self.events.retain(|event| event.at < end);
        self.events.sort_by_key(|event| event.at);
        for (place, event) in self.events.iter_mut().enumerate() {
            event.place = place as u64 + 1;
        }
        self.events
    }
}

/// So many minutes later, around the clock.
pub fn after(at: Instant, minutes: f64) -> Instant {
    at.plus_micros((minutes * MINUTE) as i64)
}

/// How quick a colleague is: the same person is always as quick.
fn skill(who: &str) -> f64 {
    let sum: u32 = who.bytes().map(u32::from).sum();
    0.65 + f64::from(sum % 7) * 0.12
}

/// An event that is being told.
pub struct Deed<'d, 's> {
    story: &'d mut Story<'s>,
    event: Option<OwnedEvent>,
}

impl Deed<'_, '_> {
    /// A member of staff did it.
    pub fn by(self, person: &str) -> Self {
        self.with(|event, _| event.actor = OwnedActor::Person(person.to_owned()))
    }

    /// The client did it.
    pub fn by_client(self) -> Self {
        self.with(|event, _| event.actor = OwnedActor::Client)
    }

    /// A program did it.
    pub fn by_system(self) -> Self {
        self.with(|event, _| event.actor = OwnedActor::System)
    }

    /// The case names a person from now on.
    pub fn part(self, part: &str, person: &str) -> Self {
        self.with(|event, _| event.parts.push((part.to_owned(), person.to_owned())))
    }

    /// It also belongs to that record.
    pub fn about(self, case: &Case) -> Self {
        self.with(|event, register| {
            if let Some(noun) = register.noun(case.noun) {
                event.links.push((noun, case.id.clone()));
            }
        })
    }

    /// It came with a proof.
    pub fn proof(mut self, proof: &str) -> Self {
        let found = self
            .story
            .register
            .proofs()
            .find(|(_, entry)| entry.id == proof);
        match (found, &mut self.event) {
            (Some((id, _)), Some(event)) => event.proofs.push(id),
            _ => self.story.unknown.push(format!("proof {proof}")),
        }
        self
    }

    /// It carries a fact: `request.urgency`.
    pub fn fact(mut self, name: &str, text: &str) -> Self {
        let register = self.story.register;
        let found = name
            .split_once('.')
            .and_then(|(noun, fact)| register.fact(register.noun(noun)?, fact));
        let value = found.and_then(|id| value(register[id].kind, &register[id].values, text));
        match (found.zip(value), &mut self.event) {
            (Some((id, value)), Some(event)) => event.facts.push((id, Some(value))),
            _ => self.story.unknown.push(format!("{name} = {text}")),
        }
        self
    }

    /// It is told.
    pub fn tell(self) {
        if let Some(event) = self.event
            && event.at < self.story.year.1
        {
            self.story.events.push(event);
        }
    }

    fn with(mut self, change: impl FnOnce(&mut OwnedEvent, &Register)) -> Self {
        if let Some(event) = &mut self.event {
            change(event, self.story.register);
        }
        self
    }
}

fn value(kind: FactKind, values: &[String], text: &str) -> Option<Value> {
    Some(match kind {
        FactKind::YesNo => Value::YesNo(text == "yes"),
        FactKind::Choice => Value::Choice(values.iter().position(|value| value == text)? as u16),
        FactKind::Number | FactKind::Percent | FactKind::Money => {
            Value::Number(text.parse::<Number>().ok()?)
        }
        FactKind::Duration => Value::Duration(text.parse::<Duration>().ok()?),
        FactKind::Date => Value::Date(text.get(..10)?.parse().ok()?),
        FactKind::Instant => Value::Instant(text.parse().ok()?),
        FactKind::Text | FactKind::Person | FactKind::List => {
            Value::Text(kept_logs::fingerprint(text))
        }
    })
}
