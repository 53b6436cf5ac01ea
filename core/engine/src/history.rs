//! Late news and undo: the history of cases is kept, and a case is judged again from where it was wrong.
//!
//! Records that are linked share a history. Each has a machine of its own; when something is told late or taken back,
//! a fresh machine goes over the corrected history, and what differs is said in `corrected` entries. Entries that
//! went out stay as they are.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use kept_kernel::Instant;
use kept_language::NounId;
use rustc_hash::FxHashMap;

use crate::engine::EventProblem;
use crate::event::{Event, OwnedEvent, What};
use crate::machine::{Core, Scope, Sink};
use crate::obligation::{CancelReason, Entry, EntryChange, Obligation, Verdict};
use crate::program::Program;

pub(crate) struct History<'p> {
    program: &'p Program,
    seed: u64,
    sink: Sink<'p>,
    parts: Vec<Part<'p>>,
    by_record: FxHashMap<(u32, String), usize>,
    by_place: FxHashMap<u64, usize>,
    /// Undo events and what they name.
    undos: BTreeMap<u64, u64>,
    /// The company's own calendar: the first of the parts.
    has_company: bool,
}

/// Records that are linked, and all that happened to them.
struct Part<'p> {
    core: Core<'p>,
    closed: Rc<RefCell<Vec<Obligation>>>,
    events: Vec<OwnedEvent>,
    undone: BTreeSet<u64>,
    seen: Instant,
    scope: Scope,
    frozen: BTreeMap<Key, Frozen>,
    gone: BTreeMap<Key, Obligation>,
}

/// What names an obligation in every run over its history.
type Key = (String, String, String, Option<String>, u32, u8, Option<u64>);

/// What had been said of an obligation when it was judged again.
#[derive(Clone)]
struct Frozen {
    entries: Vec<Entry>,
    until: Instant,
}

fn key(obligation: &Obligation) -> Key {
    (
        obligation.rule.code.clone(),
        obligation.rule.id.clone(),
        obligation.subject.clone(),
        obligation.learner.clone(),
        obligation.cycle,
        obligation.level,
        obligation.opened_by,
    )
}

impl<'p> History<'p> {
    pub(crate) fn new(program: &'p Program, seed: u64, sink: Sink<'p>) -> Self {
        let courses = program
            .rules
            .iter()
            .any(|(_, rule)| matches!(rule.kind, crate::program::Kind::Course(_)));
        let has_company = courses || program.reviews || !program.calendar_rules.is_empty();
        let mut history = Self {
            program,
            seed,
            sink,
            parts: Vec::new(),
            by_record: FxHashMap::default(),
            by_place: FxHashMap::default(),
            undos: BTreeMap::new(),
            has_company,
        };
        if has_company {
            history.parts.push(Part::new(program, seed, Scope::Company));
        }
        history
    }

    pub(crate) fn push(&mut self, event: &Event<'_>) -> Result<(), EventProblem> {
        if self.program.group(event.case.noun).is_none() {
            return Err(EventProblem::UnknownNoun);
        }
        if let What::Undone { place } = event.what {
            self.undo(event, place);
            return Ok(());
        }
        if self.has_company
            && let Some(company) = self.parts.first_mut()
        {
            company.take(self.program, self.seed, event)?;
        }
        let part = self.part_of(event);
        self.by_place.insert(event.place, part);
        match self.parts.get_mut(part) {
            Some(part) => part.take(self.program, self.seed, event),
            None => Ok(()),
        }
    }

    /// The part that an event belongs to; those that it links become one.
    /// The machine of the company's own calendar, where there is one.
    pub(crate) fn company_core(&mut self) -> Option<&mut Core<'p>> {
        let has_company = self.has_company;
        let company = self.parts.first_mut().filter(|_| has_company);
        company.map(|part| &mut part.core)
    }

    fn part_of(&mut self, event: &Event<'_>) -> usize {
        let program = self.program;
        let into = match event.what {
            What::Merged { into } => Some((event.case.noun, into)),
            What::Split { from } => Some((event.case.noun, from)),
            _ => None,
        };
        let named: Vec<(NounId, &str)> = std::iter::once((event.case.noun, event.case.id))
            .chain(event.links.iter().map(|link| (link.noun, link.id)))
            .chain(into)
            .collect();
        let mut keys = Vec::new();
        for (noun, id) in named {
            match program.group(noun) {
                Some(group) if group != program.company => keys.push((group.0, id.to_owned())),
                _ => {}
            }
        }
        if keys.is_empty() {
            keys.push((program.company.0, "company".to_owned()));
        }
        let mut known: Vec<usize> = keys
            .iter()
            .filter_map(|key| self.by_record.get(key).copied())
            .collect();
        known.sort_unstable();
        known.dedup();
        let part = match known.split_first() {
            None => {
                self.parts.push(Part::new(program, self.seed, Scope::Cases));
                self.parts.len() - 1
            }
            Some((first, others)) => {
                for other in others {
                    self.join(*first, *other);
                }
                *first
            }
        };
        for key in keys {
            self.by_record.insert(key, part);
        }
        part
    }

    /// Two parts turn out to be linked.
    fn join(&mut self, into: usize, from: usize) {
        let (program, seed) = (self.program, self.seed);
        let Some(gone) = self.parts.get_mut(from) else {
            return;
        };
        let gone = std::mem::replace(gone, Part::new(program, seed, Scope::Cases));
        for part in self.by_record.values_mut() {
            if *part == from {
                *part = into;
            }
        }
        for event in &gone.events {
            self.by_place.insert(event.place, into);
        }
        let Some(kept) = self.parts.get_mut(into) else {
            return;
        };
        let seen = kept.seen.max(gone.seen);
        let mut before = kept.published(seen);
        let mut gone = gone;
        before.extend(gone.published(seen));
        kept.events.append(&mut gone.events);
        kept.events.sort_by_key(|event| (event.at, event.place));
        kept.undone.append(&mut gone.undone);
        kept.frozen.append(&mut gone.frozen);
        kept.gone.append(&mut gone.gone);
        kept.run_again(program, seed, &before, seen);
    }

    fn undo(&mut self, event: &Event<'_>, place: u64) {
        self.undos.insert(event.place, place);
        // An undo of an undo brings back what that one had taken.
        let (target, taken) = match self.undos.get(&place) {
            Some(target) => (*target, false),
            None => (place, true),
        };
        let named = self.by_place.get(&target).copied();
        let company = self.has_company.then_some(0);
        for part in named.into_iter().chain(company) {
            if let Some(part) = self.parts.get_mut(part) {
                part.undo(self.program, self.seed, (target, taken), event.recorded_at);
            }
        }
    }

    pub(crate) fn finish(mut self, until: Instant) {
        for part in &mut self.parts {
            for obligation in part.published_after(until) {
                (self.sink)(&obligation);
            }
        }
    }

    pub(crate) fn owed(&mut self, at: Instant) -> Vec<Obligation> {
        let parts = self.parts.iter_mut();
        parts.flat_map(|part| part.core.owed(at)).collect()
    }

    /// The machine that knows a record.
    pub(crate) fn core_of(&mut self, noun: NounId, id: &str) -> Option<&mut Core<'p>> {
        let group = self.program.group(noun)?;
        let part = self.by_record.get(&(group.0, id.to_owned()))?;
        self.parts.get_mut(*part).map(|part| &mut part.core)
    }
}

impl<'p> Part<'p> {
    fn new(program: &'p Program, seed: u64, scope: Scope) -> Self {
        let (core, closed) = machine(program, seed, scope);
        Self {
            core,
            closed,
            events: Vec::new(),
            undone: BTreeSet::new(),
            seen: Instant::MIN,
            scope,
            frozen: BTreeMap::new(),
            gone: BTreeMap::new(),
        }
    }

    /// Takes an event at the time at which it was recorded.
    fn take(
        &mut self,
        program: &'p Program,
        seed: u64,
        event: &Event<'_>,
    ) -> Result<(), EventProblem> {
        let now = event.recorded_at.max(event.at);
        let last = self.events.last().map_or(Instant::MIN, |last| last.at);
        let late = event.at < now || event.at < last || event.at < self.seen;
        if !late {
            self.core.apply(event)?;
            self.events.push(OwnedEvent::of(event));
            self.seen = now;
            return Ok(());
        }
        self.core.advance(now);
        self.seen = self.seen.max(now);
        let before = self.published(self.seen);
        let place = self
            .events
            .partition_point(|known| (known.at, known.place) <= (event.at, event.place));
        self.events.insert(place, OwnedEvent::of(event));
        self.run_again(program, seed, &before, now);
        Ok(())
    }

    fn undo(
        &mut self,
        program: &'p Program,
        seed: u64,
        (target, taken): (u64, bool),
        now: Instant,
    ) {
        self.core.advance(now);
        self.seen = self.seen.max(now);
        let before = self.published(self.seen);
        if taken {
            self.undone.insert(target);
        } else {
            self.undone.remove(&target);
        }
        self.run_again(program, seed, &before, now);
    }

    /// A fresh machine goes over the history; what differs from before is noted.
    fn run_again(&mut self, program: &'p Program, seed: u64, before: &[Obligation], now: Instant) {
        let (core, closed) = machine(program, seed, self.scope);
        self.core = core;
        self.closed = closed;
        for event in &self.events {
            if !self.undone.contains(&event.place) {
                // What was taken before is taken again; only its order can have changed, and that is sorted.
                let again = event.lend(|event| self.core.apply(event));
                debug_assert!(again.is_ok(), "{again:?}");
            }
        }
        self.core.advance(self.seen);
        let mut after: BTreeMap<Key, Obligation> = self
            .raw(self.seen)
            .into_iter()
            .map(|obligation| (key(&obligation), obligation))
            .collect();
        for old in before {
            let name = key(old);
            match after.remove(&name) {
                Some(new) if new.verdict == old.verdict && new.due_at == old.due_at => {}
                Some(new) => {
                    let mut entries = old.entries.clone();
                    entries.push(corrected(now, old.verdict, new.verdict));
                    self.gone.remove(&name);
                    let until = now;
                    self.frozen.insert(name, Frozen { entries, until });
                }
                None => {
                    self.gone.entry(name).or_insert_with(|| withdrawn(old, now));
                }
            }
        }
    }

    /// What the machine says, without what had been said before.
    fn raw(&mut self, at: Instant) -> Vec<Obligation> {
        let mut all = self.closed.borrow().clone();
        all.extend(self.core.owed_with_levels(at));
        all
    }

    /// What has been said of each obligation.
    fn published(&mut self, at: Instant) -> Vec<Obligation> {
        let all = self.raw(at);
        self.with_frozen(all)
    }

    fn published_after(&mut self, until: Instant) -> Vec<Obligation> {
        self.core.finish(until);
        let all = self.closed.take();
        self.with_frozen(all)
    }

    fn with_frozen(&self, all: Vec<Obligation>) -> Vec<Obligation> {
        let mut out: Vec<Obligation> = Vec::with_capacity(all.len() + self.gone.len());
        for mut obligation in all {
            if let Some(frozen) = self.frozen.get(&key(&obligation)) {
                let mut entries = frozen.entries.clone();
                let later = obligation.entries.drain(..);
                entries.extend(later.filter(|entry| entry.at > frozen.until));
                obligation.entries = entries;
                obligation.marks.corrected = true;
            }
            out.push(obligation);
        }
        for gone in self.gone.values() {
            let mut gone = gone.clone();
            if gone.level > 0 {
                follow(&mut gone, &out);
            }
            out.push(gone);
        }
        out
    }
}

/// A level went out that would not have: its duty ends with the one that it serves.
fn follow(level: &mut Obligation, all: &[Obligation]) {
    let served = all.iter().find(|one| {
        one.level == 0
            && one.rule == level.rule
            && one.subject == level.subject
            && one.cycle == level.cycle
            && one.learner == level.learner
    });
    let Some(served) = served else {
        return;
    };
    level.discharged_at = served.discharged_at;
    level.ended_at = served.ended_at;
    level.verdict = match served.verdict {
        Verdict::MetLate => Verdict::Met,
        Verdict::Overdue | Verdict::Paused => Verdict::Pending,
        other => other,
    };
    let verdict = level.verdict;
    level
        .entries
        .retain(|entry| !matches!(entry.change, EntryChange::Cancelled { .. }));
    // Its correction says what became of it, not that it should never have opened.
    if let Some(Entry {
        change: EntryChange::Corrected { to, .. },
        ..
    }) = level.entries.last_mut()
    {
        *to = verdict;
    }
}

fn corrected(at: Instant, from: Verdict, to: Verdict) -> Entry {
    Entry {
        at,
        change: EntryChange::Corrected { from, to },
        cause: None,
    }
}

/// An obligation that should never have opened.
fn withdrawn(old: &Obligation, at: Instant) -> Obligation {
    let mut gone = old.clone();
    gone.verdict = Verdict::Cancelled;
    gone.ended_at = Some(at);
    gone.discharged_at = None;
    gone.marks.corrected = true;
    gone.entries
        .push(corrected(at, old.verdict, Verdict::Cancelled));
    gone.entries.push(Entry {
        at,
        change: EntryChange::Cancelled {
            reason: CancelReason::Withdrawn,
        },
        cause: None,
    });
    gone
}

fn machine(program: &Program, seed: u64, scope: Scope) -> (Core<'_>, Rc<RefCell<Vec<Obligation>>>) {
    let closed = Rc::new(RefCell::new(Vec::new()));
    let sink = Rc::clone(&closed);
    let mut core = Core::new(
        program,
        seed,
        Box::new(move |obligation: &Obligation| sink.borrow_mut().push(obligation.clone())),
    );
    core.scope = scope;
    (core, closed)
}
