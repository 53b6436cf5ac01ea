//! From the rows of one subject to events.

use std::io;

use kept_engine::{Actor, Record};
use kept_kernel::Instant;
use kept_language::{ActId, Register};

use crate::bad::{BadLine, BadReason};
use crate::codec::Packer;
use crate::mapping::{By, EventPlan, Kind, Mapping, Only, Test, TestKind, Ties};
use crate::read::Watch;
use crate::rows::{GoodRow, read_time};
use crate::sort::Sorter;
use crate::summary::Summary;
use crate::time::TimeReader;
use crate::value::value_of;

/// What an event is, in a packed event.
pub mod code {
    pub const ACT: u16 = 0;
    pub const FACTS: u16 = 1;
    pub const MERGED: u16 = 2;
    pub const SPLIT: u16 = 3;
}

/// Makes events of rows and puts them into the sorter.
pub struct Emitter<'m> {
    mapping: &'m Mapping,
    register: &'m Register,
    times: TimeReader,
    packer: Packer,
    key: Vec<u8>,
    pub sorter: Sorter,
    /// How many events were pushed.
    pub pushed: u64,
}

/// An event to be: where it comes from in the mapping, and when it happened.
struct Made<'p> {
    position: usize,
    plan: &'p EventPlan,
    at: Instant,
}

impl<'m> Emitter<'m> {
    /// Sends events to the sorter.
    pub fn new(mapping: &'m Mapping, register: &'m Register, sorter: Sorter) -> Self {
        Self {
            mapping,
            register,
            times: TimeReader::new(mapping.time.formats.clone(), mapping.time.zone.clone()),
            packer: Packer::default(),
            key: Vec::new(),
            sorter,
            pushed: 0,
        }
    }

    /// The column of the subject's id.
    pub const fn subject_column(&self) -> usize {
        self.mapping.subject.id
    }

    /// How many times stood in a skipped or repeated hour.
    pub const fn doubtful(&self) -> u64 {
        self.times.doubtful()
    }

    /// Makes the events of one subject, whose rows stand in order.
    pub fn group(
        &mut self,
        rows: &[GoodRow],
        summary: &mut Summary,
        watch: &mut dyn Watch,
    ) -> io::Result<()> {
        let mut gave = vec![false; rows.len()];
        self.states(rows, &mut gave)?;
        for (position, plan) in self.mapping.events.iter().enumerate() {
            for index in matching(plan, rows) {
                let Some(row) = rows.get(index) else { continue };
                let made = match self.time_of(plan, row) {
                    Ok(Some(at)) => Made { position, plan, at },
                    Ok(None) => continue,
                    Err(reason) => {
                        summary.bad(reason.kind());
                        let text = String::new();
                        watch.bad(&BadLine {
                            line: row.line,
                            reason,
                            text,
                        });
                        continue;
                    }
                };
                if self.event(&made, row)?
                    && let Some(gave) = gave.get_mut(index)
                {
                    *gave = true;
                }
            }
        }
        summary.rows_without_event += gave.iter().filter(|gave| !**gave).count() as u64;
        Ok(())
    }

    /// When an event of this row happened; none: it did not, its column is empty.
    fn time_of(&mut self, plan: &EventPlan, row: &GoodRow) -> Result<Option<Instant>, BadReason> {
        let at = match plan.at {
            Some(column) => read_time(&mut self.times, self.mapping, row, column)?,
            None => Some(row.at),
        };
        let floor = match plan.not_before {
            Some(column) => read_time(&mut self.times, self.mapping, row, column)?,
            None => None,
        };
        Ok(at.map(|at| floor.map_or(at, |floor| at.max(floor))))
    }

    /// The starts and ends of spans.
    fn states(&mut self, rows: &[GoodRow], gave: &mut [bool]) -> io::Result<()> {
        let mapping = self.mapping;
        for (position, plan) in mapping.states.iter().enumerate() {
            let mut inside = false;
            for (index, row) in rows.iter().enumerate() {
                let before = index.checked_sub(1).and_then(|index| rows.get(index));
                let matches = holds(&plan.tests, row, before);
                if matches || inside {
                    gave.iter_mut()
                        .skip(index)
                        .take(1)
                        .for_each(|gave| *gave = true);
                }
                if matches != inside {
                    inside = matches;
                    // What ends at a row ends before anything else begins there: one act may end several states, and would
                    // end the one that has just begun.
                    let (position, act) = if inside {
                        (mapping.states.len() + position, plan.starts)
                    } else {
                        (position, plan.ends)
                    };
                    self.toggle(position, act, row)?;
                }
            }
        }
        Ok(())
    }

    fn toggle(&mut self, position: usize, act: ActId, row: &GoodRow) -> io::Result<()> {
        let plan = EventPlan {
            what: Kind::Act(act),
            subject: self.mapping.subject,
            tests: Vec::new(),
            only: Only::Every,
            at: None,
            not_before: None,
            by: By::Row,
            proofs: self.register[act].proof.into_iter().collect(),
        };
        let made = Made {
            position,
            plan: &plan,
            at: row.at,
        };
        self.pack(&made, row);
        self.push(row.at, position, row)
    }

    /// Packs an event and pushes it; false where its subject is not known.
    fn event(&mut self, made: &Made<'_>, row: &GoodRow) -> io::Result<bool> {
        if row.cell(made.plan.subject.id).is_empty() {
            return Ok(false);
        }
        self.pack(made, row);
        // States come first among the events of a row, so that a wait has ended before what ended it is judged.
        let position = 2 * self.mapping.states.len() + made.position;
        self.push(made.at, position, row)?;
        Ok(true)
    }

    fn push(&mut self, at: Instant, position: usize, row: &GoodRow) -> io::Result<()> {
        let rank = match self.mapping.time.ties {
            Ties::Lines => 0,
            Ties::Events => position as i64,
            Ties::Column(_) => row.tie,
        };
        self.key.clear();
        for part in [at.micros(), rank, row.line as i64] {
            self.key.extend_from_slice(&ordered(part));
        }
        self.key.extend_from_slice(&(position as u16).to_be_bytes());
        self.pushed += 1;
        self.sorter.push(&self.key, self.packer.bytes())
    }

    fn pack(&mut self, made: &Made<'_>, row: &GoodRow) {
        let Made { plan, at, .. } = made;
        self.packer.clear();
        self.packer.large(at.micros());
        let recorded = row.recorded.map_or(*at, |recorded| recorded.max(*at));
        self.packer.large(recorded.micros());
        self.packer.record(Record {
            noun: plan.subject.noun,
            id: row.cell(plan.subject.id),
        });
        let (code, act, other) = match plan.what {
            Kind::Act(act) => (code::ACT, act.0, ""),
            Kind::Facts => (code::FACTS, 0, ""),
            Kind::Merged(column) => (code::MERGED, 0, row.cell(column)),
            Kind::Split(column) => (code::SPLIT, 0, row.cell(column)),
        };
        self.packer.small(code);
        self.packer.small(act);
        self.packer.text(other);
        let actor = self.actor(plan, row);
        self.packer.actor(actor);
        self.pack_lists(plan, row);
    }

    fn pack_lists(&mut self, plan: &EventPlan, row: &GoodRow) {
        let mapping = self.mapping;
        let filled = |column: &usize| !row.cell(*column).is_empty();
        let links = || {
            let own = |noun| plan.subject.noun == noun;
            let links = mapping.links.iter().filter(move |(noun, _)| !own(*noun));
            links.filter(|(_, column)| filled(column))
        };
        self.packer.small(links().count() as u16);
        for (noun, column) in links() {
            let id = row.cell(*column);
            self.packer.record(Record { noun: *noun, id });
        }
        let facts: Vec<_> = mapping
            .facts
            .iter()
            .filter_map(|fact| {
                let cell = row.cell(fact.column);
                let value = match (cell.is_empty(), fact.listed) {
                    (true, _) => None,
                    (false, true) => fact.values.get(cell).copied(),
                    (false, false) => value_of(&self.register[fact.fact], cell, &mut self.times),
                };
                Some((fact.fact, value?))
            })
            .collect();
        self.packer.small(facts.len() as u16);
        for (fact, value) in facts {
            self.packer.small(fact.0);
            self.packer.value(value);
        }
        let parts = || mapping.parts.iter().filter(|(_, column)| filled(column));
        self.packer.small(parts().count() as u16);
        for (part, column) in parts() {
            self.packer.text(part);
            self.packer.text(row.cell(*column));
        }
        let holders = || mapping.holders.iter().filter(|(_, column)| filled(column));
        self.packer.small(holders().count() as u16);
        for (role, column) in holders() {
            self.packer.small(role.0);
            self.packer.text(row.cell(*column));
        }
        self.packer.small(plan.proofs.len() as u16);
        for proof in &plan.proofs {
            self.packer.small(proof.0);
        }
    }

    fn actor<'r>(&self, plan: &EventPlan, row: &'r GoodRow) -> Actor<'r> {
        let person = |column| match row.cell(column) {
            "" => Actor::Unknown,
            name => Actor::Person(name),
        };
        match (plan.by, &self.mapping.actor) {
            (By::Client, _) => Actor::Client,
            (By::System, _) => Actor::System,
            (By::Unknown, _) | (By::Row, None) => Actor::Unknown,
            (By::Person(column), _) => person(column),
            (By::Row, Some(actor)) => {
                let name = row.cell(actor.column);
                let one_of = |names: &[String]| names.iter().any(|other| other == name);
                if one_of(&actor.system) {
                    Actor::System
                } else if one_of(&actor.client) {
                    Actor::Client
                } else {
                    person(actor.column)
                }
            }
        }
    }
}

/// A number as bytes that compare as it does.
fn ordered(number: i64) -> [u8; 8] {
    (number as u64 ^ (1 << 63)).to_be_bytes()
}

/// The rows that give the event.
fn matching(plan: &EventPlan, rows: &[GoodRow]) -> Vec<usize> {
    let holds_at = |index: &usize| {
        let before = index.checked_sub(1).and_then(|index| rows.get(index));
        rows.get(*index)
            .is_some_and(|row| holds(&plan.tests, row, before))
    };
    let all = 0..rows.len();
    match plan.only {
        Only::Every => all.filter(holds_at).collect(),
        Only::First => all.into_iter().find(holds_at).into_iter().collect(),
        Only::Last => all.rev().find(holds_at).into_iter().collect(),
    }
}

fn holds(tests: &[Test], row: &GoodRow, before: Option<&GoodRow>) -> bool {
    tests.iter().all(|test| {
        let cell = row.cell(test.column);
        match &test.kind {
            TestKind::Is(values) => values.iter().any(|value| value == cell),
            TestKind::IsNot(values) => values.iter().all(|value| value != cell),
            TestKind::Filled(yes) => cell.is_empty() != *yes,
            TestKind::Changes => before.map_or("", |row| row.cell(test.column)) != cell,
        }
    })
}
