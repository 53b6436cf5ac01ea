//! One copy of the ServiceNow log in memory, handed out again and again.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::File;

use kept_engine::{Actor, Event, Record, What};
use kept_kernel::Instant;
use kept_language::ast::Value;
use kept_language::{FactId, NounId, Register};
use kept_logs::{BadLine, Mapping, ReadOptions, Watch, read};

use crate::place;

/// How far apart two copies lie: whole weeks, so that weekdays stay weekdays.
const PERIOD_DAYS: i64 = 357;

/// The events of one copy, in order.
pub struct Copies {
    events: Vec<Kept>,
    lines: u64,
}

/// An event as it is kept.
struct Kept {
    at: Instant,
    act: Option<kept_language::ActId>,
    noun: NounId,
    id: String,
    links: Vec<(NounId, String)>,
    actor: Option<String>,
    facts: Vec<(FactId, Option<Value>)>,
    parts: Vec<(String, String)>,
}

struct Silent;

impl Watch for Silent {
    fn bad(&mut self, _: &BadLine) {}
    fn rows(&mut self, _: u64) {}
}

impl Copies {
    /// Reads the log through the mapping of the example.
    pub fn read(register: &Register) -> Result<Self, String> {
        let mapping = place::text("examples/servicenow/mapping.toml")?;
        let mapping =
            Mapping::parse(&mapping, register).map_err(|problems| format!("{problems:?}"))?;
        let path = place::shared().join("data/requests/itsm_servicenow_events.csv.gz");
        let file = File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let events = read(
            Box::new(file),
            &mapping,
            register,
            &ReadOptions::default(),
            &mut Silent,
        )
        .map_err(|error| error.to_string())?;
        let mut kept = Vec::new();
        let summary = events
            .for_each(|event| {
                kept.push(Kept::of(event));
                Ok::<(), std::io::Error>(())
            })
            .map_err(|error| error.to_string())?;
        Ok(Self {
            events: kept,
            lines: summary.rows,
        })
    }

    /// How many events one copy has.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// How many lines of the log they came from.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// How many incidents one copy has.
    pub fn incidents(&self) -> usize {
        self.events
            .iter()
            .map(|event| event.id.as_str())
            .collect::<BTreeSet<_>>()
            .len()
    }

    /// Hands out so many events, copy after copy.
    pub fn for_each(&self, events: u64, mut each: impl FnMut(&Event<'_>)) {
        let mut id = String::new();
        let mut links = Vec::new();
        let mut parts = Vec::new();
        for place in 0..events {
            let (copy, index) = (
                place / self.events.len() as u64,
                place as usize % self.events.len(),
            );
            let Some(kept) = self.events.get(index) else {
                return;
            };
            id.clear();
            let _ = write!(id, "{}-{copy}", kept.id);
            links.clear();
            links.extend(
                kept.links
                    .iter()
                    .map(|(noun, id)| Record { noun: *noun, id }),
            );
            parts.clear();
            parts.extend(
                kept.parts
                    .iter()
                    .map(|(part, name)| (part.as_str(), name.as_str())),
            );
            let at = kept
                .at
                .plus_micros(copy as i64 * PERIOD_DAYS * 86_400_000_000);
            each(&Event {
                place,
                at,
                recorded_at: at,
                what: kept.act.map_or(What::Facts, What::Act),
                case: Record {
                    noun: kept.noun,
                    id: &id,
                },
                links: &links,
                actor: kept.actor.as_deref().map_or(Actor::Client, Actor::Person),
                facts: &kept.facts,
                parts: &parts,
                holders: &[],
                proofs: &[],
            });
        }
    }
}

impl Kept {
    fn of(event: &Event<'_>) -> Self {
        Self {
            at: event.at,
            act: if let What::Act(act) = event.what {
                Some(act)
            } else {
                None
            },
            noun: event.case.noun,
            id: event.case.id.to_owned(),
            links: event
                .links
                .iter()
                .map(|link| (link.noun, link.id.to_owned()))
                .collect(),
            actor: if let Actor::Person(name) = event.actor {
                Some(name.to_owned())
            } else {
                None
            },
            facts: event.facts.to_vec(),
            parts: event
                .parts
                .iter()
                .map(|(part, name)| ((*part).to_owned(), (*name).to_owned()))
                .collect(),
        }
    }
}
