//! One event: what it changes, in the fixed order of section 7 of the language.
//!
//! Facts, states and pauses · discharges · judging again and cancelling · ends of cases · openings · deadlines that
//! are past already.

use kept_kernel::Instant;
use kept_language::ActId;
use kept_language::ast::Value;

use crate::clock::NEVER;
use crate::engine::EventProblem;
use crate::event::{Event, What};
use crate::machine::{Core, Opening, Turned};
use crate::program::{Back, Purposes, UseIx};
use crate::reading::Reads;
use crate::record::{NO_EVENT, RecordIx};

impl Core<'_> {
    /// Applies an event that comes after all others of its record.
    pub(crate) fn apply(&mut self, event: &Event<'_>) -> Result<(), EventProblem> {
        let program = self.program;
        let group = program
            .group(event.case.noun)
            .ok_or(EventProblem::UnknownNoun)?;
        let act = match event.what {
            What::Act(act) => {
                program.act(act).ok_or(EventProblem::UnknownAct)?;
                Some(act)
            }
            _ => None,
        };
        if self.first_at == NEVER || event.at < self.first_at {
            self.start_at(event.at);
        }
        let plain = matches!(event.what, What::Act(_) | What::Facts);
        let idle = event.facts.is_empty() && event.links.is_empty();
        if plain && idle && !program.groups[group].used {
            return Ok(());
        }
        let checks = act
            .and_then(|act| program.act(act))
            .is_some_and(|act| act.checks);
        if checks && self.records[self.company].wake < event.at {
            // What it checks must have been drawn.
            self.fire_before(self.company, event.at);
        }
        self.touched.clear();
        self.changed.clear();
        self.marked.clear();
        self.changes = Reads::NOTHING;
        self.round += 1;
        let record = self.find_or_make(event.case, event.place);
        let known = &self.records[record];
        if event.at < known.now && record != self.company {
            return Err(EventProblem::OutOfOrder {
                at: event.at,
                seen: known.now,
            });
        }
        self.touch(record, event.at);
        if self.records[record].noun != event.case.noun.0 {
            self.records[record].noun = event.case.noun.0;
            self.changes = Reads::ANYTHING;
        }
        match event.what {
            What::Act(_) | What::Facts => self.run(record, event, act),
            What::Split { .. } => {
                let act = self.begin_act(record, event);
                self.run(record, event, act);
            }
            What::Merged { into } => {
                self.take_links(record, event);
                self.merge(record, into, event);
                // Now, and not when something happens next: what becomes of a duty that was carried over does not depend on that.
                self.rejudge_dirty(event);
            }
            What::Granted {
                rule,
                handling,
                expires,
            } => self.granted(record, event, rule, (handling, expires)),
            What::GivenUp { rule } => self.given_up(record, event, rule),
            What::DeadlineSet { rule, due_at } => self.set_by_hand(record, event, rule, due_at),
            What::Undone { .. } => {}
        }
        self.flush(event.at);
        self.leave(event);
        Ok(())
    }

    fn run(&mut self, record: RecordIx, event: &Event<'_>, act: Option<ActId>) {
        let (at, program) = (event.at, self.program);
        if self.take_links(record, event) {
            self.changed.push(record);
            self.changes = Reads::ANYTHING;
        }
        let mut hits = std::mem::take(&mut self.hits);
        hits.clear();
        if !self.archive.is_empty() {
            self.wake_sought(record, event, act);
        }
        self.gather(record, event, act, &mut hits);
        for (_, case) in &hits {
            if *case != record {
                self.touch(*case, at);
            }
        }
        self.turns.clear();
        self.take_facts(record, event);
        self.take_people(record, event);
        let purposes = hits.iter().fold(Purposes::default(), |all, (used, _)| {
            all.and(program.purposes[*used])
        });
        if purposes.has(Purposes::GATES) {
            self.judge_gates(&hits, event);
        }
        if let Some(act) = act {
            self.take_states(record, act, event);
        }
        if program.asks_events || purposes.has(Purposes::MARKS) {
            self.take_marks(&hits, event);
        }
        if !event.proofs.is_empty() || purposes.has(Purposes::STAGES) {
            self.take_stages(record, &hits, event);
        }
        if !self.changed.is_empty() || !self.marked.is_empty() {
            self.settle_changes(event);
        }
        if purposes.has(Purposes::DISCHARGES) {
            self.do_discharges(&hits, event);
        }
        // Proof may come in parts: any event of the case may bring some.
        if !event.facts.is_empty() || !event.proofs.is_empty() || event.links.len() > 1 {
            self.add_proof(record, event);
        }
        if purposes.has(Purposes::ANCHORS) {
            self.anchors(&hits, event);
        }
        self.rejudge_dirty(event);
        if let Some(act) = act {
            self.end_case(record, act, event);
        }
        if purposes.has(Purposes::OPENS) {
            self.queue_hits(&hits, event);
        }
        self.queue_openings(record, act, event);
        self.hits = hits;
    }

    fn rejudge_dirty(&mut self, event: &Event<'_>) {
        if self.dirty.is_empty() {
            return;
        }
        let dirty = std::mem::take(&mut self.dirty);
        for case in &dirty {
            self.rejudge(*case, event.at, event.place);
        }
        self.dirty = dirty;
        self.dirty.clear();
    }

    /// Brings back what the event is sought from.
    fn wake_sought(&mut self, record: RecordIx, event: &Event<'_>, act: Option<ActId>) {
        let program = self.program;
        let act = act.and_then(|act| program.act(act));
        let counts = act.filter(|act| act.seeks).map(|act| &act.counts);
        let acts = counts.into_iter().flatten().filter_map(|act| {
            let info = program.act(*act)?;
            Some((info.group, &info.uses))
        });
        let facts = event.facts.iter().filter_map(|(fact, _)| {
            let info = program.fact(*fact).filter(|fact| fact.seeks)?;
            Some((info.group, &info.uses))
        });
        for (group, uses) in acts.chain(facts) {
            for used in uses {
                let info = &program.uses[*used];
                if info.back.is_empty() || self.records[record].group == info.group {
                    continue;
                }
                if let Some(on) = group.and_then(|group| self.reach(record, group)) {
                    self.bring_back_members(on, &info.back, info.only_discharges());
                }
            }
        }
    }

    /// The uses that an event touches, each with the case from which it is seen.
    fn gather(
        &self,
        record: RecordIx,
        event: &Event<'_>,
        act: Option<ActId>,
        hits: &mut Vec<(UseIx, RecordIx)>,
    ) {
        let program = self.program;
        let counts = act.and_then(|act| program.act(act)).map(|act| &act.counts);
        for counted in counts.into_iter().flatten() {
            let Some(info) = program.act(*counted) else {
                continue;
            };
            let Some(on) = info.group.and_then(|group| self.reach(record, group)) else {
                continue;
            };
            for used in &info.uses {
                self.cases_of(*used, on, (record, event), hits);
            }
        }
        for (fact, value) in event.facts {
            let Some(info) = program.fact(*fact) else {
                continue;
            };
            if info.uses.is_empty() || value.is_none() {
                continue;
            }
            let Some(on) = info.group.and_then(|group| self.reach(record, group)) else {
                continue;
            };
            for used in &info.uses {
                self.cases_of(*used, on, (record, event), hits);
            }
        }
    }

    /// The cases from which a record is seen under a use. An event about another record counts only for the cases
    /// that it names, where it names one of their kind.
    fn cases_of(
        &self,
        used: UseIx,
        on: RecordIx,
        (record, event): (RecordIx, &Event<'_>),
        hits: &mut Vec<(UseIx, RecordIx)>,
    ) {
        let program = self.program;
        let info = &program.uses[used];
        if info.back.is_empty() {
            hits.push((used, on));
            return;
        }
        let own = self.records[record].group == info.group;
        let named = |case: RecordIx| {
            let found = &self.records[case];
            if own {
                return case == record;
            }
            let mut of_kind = event
                .links
                .iter()
                .filter(|link| program.group(link.noun) == Some(info.group))
                .peekable();
            of_kind.peek().is_none() || of_kind.any(|link| found.id.is(link.id))
        };
        self.backwards(on, &info.back, &mut |case| {
            if named(case) {
                hits.push((used, case));
            }
        });
    }

    /// Visits the records at the end of a way back.
    pub(crate) fn backwards(&self, on: RecordIx, back: &[Back], visit: &mut dyn FnMut(RecordIx)) {
        match back.split_first() {
            None => visit(on),
            Some((Back::Company, rest)) => self.backwards(self.company, rest, visit),
            Some((Back::Link(link), rest)) => {
                if let Some(to) = self.records[on].link(*link) {
                    self.backwards(to, rest, visit);
                }
            }
            Some((Back::Members(group), rest)) => {
                for member in &self.records[on].members {
                    if self.records[*member].group == *group {
                        self.backwards(*member, rest, visit);
                    }
                }
            }
        }
    }

    fn take_facts(&mut self, record: RecordIx, event: &Event<'_>) {
        for (fact, value) in event.facts {
            let Some(info) = self.program.fact(*fact) else {
                continue;
            };
            let (Some(slot), Some(group)) = (info.slot, info.group) else {
                continue;
            };
            if let Some(target) = self.reach(record, group) {
                self.take_fact(target, (slot, *fact), *value, event);
            }
        }
    }

    fn take_fact(
        &mut self,
        target: RecordIx,
        (slot, fact): (usize, kept_language::FactId),
        value: Option<Value>,
        event: &Event<'_>,
    ) {
        let before = self.records[target].fact(slot);
        if self.program.fact(fact).is_some_and(|info| info.defined) {
            self.set_by_definition(target, slot, value.is_some());
            if value.is_none() {
                self.changed.push(target);
            }
        }
        if before == value {
            return;
        }
        self.touch_readers(target, event.at);
        self.records[target].set_fact(slot, value);
        self.changed.push(target);
        self.changes = self.changes.and(self.program.reads_of(fact));
        self.turns.push(Turned {
            record: target,
            fact,
            from: before,
            to: value,
        });
    }

    /// Whatever reads a record is brought up to an instant before the record changes.
    pub(crate) fn touch_readers(&mut self, record: RecordIx, at: Instant) {
        let group = &self.program.groups[self.records[record].group];
        self.touch(record, at);
        if !group.read_below && !group.read_above {
            return;
        }
        let mut readers = Vec::new();
        self.search += 1;
        self.readers(record, &mut readers);
        for reader in readers {
            self.touch(reader, at);
        }
    }

    /// A record and whatever reads it, each once in a search.
    pub(crate) fn readers(&mut self, record: RecordIx, readers: &mut Vec<RecordIx>) {
        if self.records[record].found_in == self.search {
            return;
        }
        self.records[record].found_in = self.search;
        readers.push(record);
        let group = &self.program.groups[self.records[record].group];
        if group.read_below {
            let members = std::mem::take(&mut self.records[record].members);
            for member in &members {
                self.readers(*member, readers);
            }
            self.records[record].members = members;
        }
        if group.read_above {
            for slot in 0..self.records[record].links.len() {
                if let Some(to) = self.records[record].link(slot) {
                    self.readers(to, readers);
                }
            }
        }
    }

    /// A record, and nothing that reads it.
    pub(crate) fn alone(&mut self, record: RecordIx, found: &mut Vec<RecordIx>) {
        if self.records[record].found_in != self.search {
            self.records[record].found_in = self.search;
            found.push(record);
        }
    }

    fn take_states(&mut self, record: RecordIx, act: ActId, event: &Event<'_>) {
        let program = self.program;
        let Some(info) = program.act(act) else {
            return;
        };
        for counted in &info.counts {
            let Some(info) = program.act(*counted) else {
                continue;
            };
            let idle = info.states_on.is_empty() && info.states_off.is_empty();
            if idle && !info.reopens && info.mark.is_none() {
                continue;
            }
            let Some(on) = info.group.and_then(|group| self.reach(record, group)) else {
                continue;
            };
            if let Some(mark) = info.mark {
                self.records[on].set_mark(mark, event.at);
            }
            if info.reopens {
                self.records[on].reopened = event.at;
                self.records[on].ended = NEVER;
            }
            if idle {
                continue;
            }
            let mut states = self.records[on].states;
            for bit in &info.states_off {
                states &= !(1 << bit);
            }
            for bit in &info.states_on {
                states |= 1 << bit;
            }
            if states != self.records[on].states {
                self.touch_readers(on, event.at);
                let turned = states ^ self.records[on].states;
                self.changes = self.changes.and(Reads::states(turned));
                self.records[on].states = states;
                self.changed.push(on);
            }
        }
    }

    fn take_marks(&mut self, hits: &[(UseIx, RecordIx)], event: &Event<'_>) {
        for (used, case) in hits {
            let info = &self.program.uses[*used];
            if let Some(mark) = info.mark {
                self.records[*case].set_mark(mark, event.at);
            }
            let group = self.records[*case].group;
            // Only a condition that asks for its time can follow from the event itself; each case that asks is among the hits.
            if self.program.asks_events && !self.program.groups[group].definitions.is_empty() {
                self.marked.push(*case);
                if self.program.broad {
                    self.changed.push(*case);
                }
            }
            for (gate, passage, wait) in &info.waits {
                self.wait(*case, (*gate, *passage), *wait, event.at);
            }
        }
    }

    /// Definitions follow what changed; clocks stop and run on; what reads it is to be judged again.
    pub(crate) fn settle_changes(&mut self, event: &Event<'_>) {
        let changed = std::mem::take(&mut self.changed);
        let mut marked = std::mem::take(&mut self.marked);
        if self.program.defining.is_touched_by(self.changes) {
            self.redefine((&changed, &marked), event.at, event.place);
        }
        let mut dirty = std::mem::take(&mut self.dirty);
        dirty.clear();
        self.search += 1;
        let more = std::mem::take(&mut self.changed);
        for record in changed.iter().chain(&more) {
            self.readers(*record, &mut dirty);
        }
        for record in marked.drain(..) {
            self.alone(record, &mut dirty);
        }
        self.marked = marked;
        for record in &dirty {
            self.pauses(*record, event.at, event.place);
        }
        self.dirty = dirty;
        self.changed = changed;
        self.changed.clear();
    }

    fn queue_hits(&mut self, hits: &[(UseIx, RecordIx)], event: &Event<'_>) {
        let program = self.program;
        for (used, case) in hits {
            let info = &program.uses[*used];
            for rule in &info.triggers {
                self.queue.push(Opening::Rule(*rule, *case, event.place));
            }
            for procedure in &info.starts {
                self.start_procedure(*procedure, *case, (event.at, event.place));
            }
            for rule in &info.samples {
                self.frame(*rule, *case, event);
            }
        }
    }

    fn queue_openings(&mut self, record: RecordIx, act: Option<ActId>, event: &Event<'_>) {
        let program = self.program;
        let turns = std::mem::take(&mut self.turns);
        for turned in &turns {
            self.queue_turned(turned, event.place);
        }
        self.turns = turns;
        let Some(info) = act.and_then(|act| program.act(act)) else {
            return;
        };
        if info.reopens {
            self.reopen(record, event);
        }
        if info.begins {
            self.records[record].begun_by = act;
        }
    }

    /// What is queued opens; closing and opening may queue more.
    pub(crate) fn flush(&mut self, at: Instant) {
        let mut next = 0;
        // INVARIANT: a rule that triggers itself in a circle of `is done` would never end; the checker reports it
        // (K305), and here a run of openings at one instant is cut off.
        while let Some(opening) = self.queue.get(next).copied() {
            next += 1;
            if next > 10_000 {
                break;
            }
            match opening {
                Opening::Again(rule, record, person) => {
                    let cause = NO_EVENT;
                    self.open_for(rule, record, person, (at, cause));
                }
                Opening::Rule(rule, record, cause) => self.open_rule(rule, record, at, cause),
                Opening::Rhythm(rule, record, cause) => self.begin_rhythm(rule, record, at, cause),
                Opening::Steps(record, cause) => self.advance_steps(record, at, cause),
            }
        }
        self.queue.clear();
    }

    /// Leaves the records that an event touched: past deadlines fire, the next is noted, what is over is forgotten.
    fn leave(&mut self, event: &Event<'_>) {
        let touched = std::mem::take(&mut self.touched);
        for record in &touched {
            if !self.records[*record].alive {
                continue;
            }
            self.set_wake(*record, event.at);
            if self.records[*record].wake < event.at {
                self.fire_before(*record, event.at);
            }
            self.forget_if_over(*record);
        }
        self.touched = touched;
        self.touched.clear();
    }
}
