//! Definitions and stages at work: facts and states that follow from others.

use kept_kernel::Instant;
use kept_language::ast::Value;

use crate::clock::NEVER;
use crate::event::Event;
use crate::machine::{Core, Opening, Turned};
use crate::program::{DefinitionIx, FactTurn, Gives, UseIx};
use crate::reading::Reads;
use crate::record::{Known, RecordIx};
use crate::rows::Answer;
use crate::truth::{Truth, compare, holds};

impl Core<'_> {
    /// Works out again what is given by definitions on these records and on what reads them, and on those to which something happened.
    pub(crate) fn redefine(
        &mut self,
        (seeds, marked): (&[RecordIx], &[RecordIx]),
        at: Instant,
        cause: u64,
    ) {
        if self.program.definitions.len() == 0 {
            return;
        }
        let (mut list, mut changed) = std::mem::take(&mut self.defining);
        list.clear();
        self.search += 1;
        for seed in seeds {
            self.readers(*seed, &mut list);
        }
        for record in marked {
            self.alone(*record, &mut list);
        }
        // Definitions of one record stand in order; one that reads another record may need another round.
        for _ in 0..8 {
            changed.clear();
            for record in &list {
                if self.redefine_one(*record, at, cause) {
                    changed.push(*record);
                }
            }
            if changed.is_empty() {
                break;
            }
            self.search += 1;
            list.clear();
            for record in &changed {
                self.readers(*record, &mut list);
            }
        }
        self.defining = (list, changed);
    }

    fn redefine_one(&mut self, record: RecordIx, at: Instant, cause: u64) -> bool {
        let program = self.program;
        let group = &program.groups[self.records[record].group];
        let mut changed = false;
        let mut recheck = NEVER;
        for definition in &group.definitions {
            let info = &program.definitions[*definition];
            let touched = info.reads.is_touched_by(self.changes);
            if at < info.from || at >= info.until || !touched {
                continue;
            }
            if let Gives::State { condition, .. } | Gives::YesNo { condition, .. } = &info.gives {
                recheck = recheck.min(self.horizon(record, condition, at));
            }
            changed |= self.give(record, *definition, at, cause);
        }
        self.records[record].recheck = recheck;
        let wake = self.records[record].wake;
        self.records[record].wake = wake.min(recheck);
        changed
    }

    fn give(
        &mut self,
        record: RecordIx,
        definition: DefinitionIx,
        at: Instant,
        cause: u64,
    ) -> bool {
        match &self.program.definitions[definition].gives {
            Gives::Table {
                slot,
                fact,
                table,
                column,
            } => {
                let known = self.records[record].facts.get(*slot);
                if known.is_some_and(|known| known.by_hand) {
                    return false;
                }
                let value = match self.answer(record, *table, *column) {
                    Answer::Row(_, value) => Some(value),
                    _ => None,
                };
                self.give_fact(record, (*slot, *fact), value, (at, cause))
            }
            Gives::YesNo {
                slot,
                fact,
                condition,
            } => {
                let value = match self.judge(record, condition, at, None) {
                    Truth::True => Some(Value::YesNo(true)),
                    Truth::False => Some(Value::YesNo(false)),
                    Truth::Unknown(_) => None,
                };
                self.give_fact(record, (*slot, *fact), value, (at, cause))
            }
            Gives::State { bit, condition } => {
                let truth = self.judge(record, condition, at, None);
                let mask = 1_u64 << bit;
                let found = &self.records[record];
                let states = match truth {
                    Truth::True => found.states | mask,
                    _ => found.states & !mask,
                };
                let doubtful = match truth {
                    Truth::Unknown(_) => found.doubtful_states | mask,
                    _ => found.doubtful_states & !mask,
                };
                if (states, doubtful) == (found.states, found.doubtful_states) {
                    return false;
                }
                self.touch_readers(record, at);
                self.changes = self.changes.and(Reads::states(mask));
                self.records[record].states = states;
                self.records[record].doubtful_states = doubtful;
                self.changed.push(record);
                true
            }
            Gives::Stages { .. } => false,
        }
    }

    /// Sets a fact that follows from others, unless it was set by hand.
    fn give_fact(
        &mut self,
        record: RecordIx,
        (slot, fact): (usize, kept_language::FactId),
        value: Option<Value>,
        (at, _cause): (Instant, u64),
    ) -> bool {
        let known = self.records[record].facts.get(slot).copied();
        let known = known.unwrap_or_default();
        if known.by_hand || known.value == value {
            return false;
        }
        self.touch_readers(record, at);
        self.changes = self.changes.and(self.program.reads_of(fact));
        self.records[record].set_fact(slot, value);
        self.changed.push(record);
        self.turns.push(Turned {
            record,
            fact,
            from: known.value,
            to: value,
        });
        true
    }

    /// A value recorded by hand wins over its definition until it is taken back.
    pub(crate) fn set_by_definition(&mut self, record: RecordIx, slot: usize, by_hand: bool) {
        let facts = &mut self.records[record].facts;
        if facts.len() <= slot {
            facts.resize(slot + 1, Known::default());
        }
        if let Some(known) = facts.get_mut(slot) {
            known.by_hand = by_hand;
        }
    }

    /// Time alone changed what a definition looks back on.
    pub(crate) fn recheck(&mut self, record: RecordIx, at: Instant, cause: u64) {
        let outer = (
            std::mem::take(&mut self.changed),
            std::mem::take(&mut self.dirty),
            std::mem::take(&mut self.turns),
        );
        let changes = std::mem::replace(&mut self.changes, Reads::ANYTHING);
        self.redefine((&[record], &[]), at, cause);
        let changed = std::mem::take(&mut self.changed);
        let mut dirty = Vec::new();
        self.search += 1;
        for record in &changed {
            self.readers(*record, &mut dirty);
        }
        for record in &dirty {
            self.pauses(*record, at, cause);
        }
        for record in dirty {
            self.rejudge(record, at, cause);
        }
        let turns = std::mem::take(&mut self.turns);
        for turned in &turns {
            self.queue_turned(turned, cause);
        }
        (self.changed, self.dirty, self.turns) = outer;
        self.changes = changes;
    }

    /// Rules that a turned fact triggers.
    pub(crate) fn queue_turned(&mut self, turned: &Turned, cause: u64) {
        let Some(info) = self.program.fact(turned.fact) else {
            return;
        };
        for trigger in &info.triggers {
            if !fires(trigger.when, turned) {
                continue;
            }
            let mut cases = Vec::new();
            if !self.archive.is_empty() {
                self.bring_back_members(turned.record, &trigger.back, false);
            }
            self.backwards(turned.record, &trigger.back, &mut |case| cases.push(case));
            for case in cases {
                if self.records[case].group != trigger.group {
                    continue;
                }
                if matches!(trigger.when, FactTurn::Reaches(_)) {
                    let fired = &mut self.records[case].rare_mut().fired;
                    if fired.contains(&trigger.rule) {
                        continue;
                    }
                    fired.push(trigger.rule);
                }
                self.queue.push(Opening::Rule(trigger.rule, case, cause));
            }
        }
    }

    /// Stages are entered by their events, not before the stage before has what it needs.
    pub(crate) fn take_stages(
        &mut self,
        record: RecordIx,
        hits: &[(UseIx, RecordIx)],
        event: &Event<'_>,
    ) {
        let program = self.program;
        if !event.proofs.is_empty() {
            self.remember_proofs(record, event);
        }
        for (used, case) in hits {
            for (definition, row) in &program.uses[*used].stages {
                let info = &program.definitions[*definition];
                let in_force = info.from <= event.at && event.at < info.until;
                if let (Gives::Stages { slot, fact, rows }, true) = (&info.gives, in_force) {
                    let before = row.checked_sub(1).and_then(|before| rows.get(before));
                    let ready = before.is_none_or(|(_, needs)| {
                        needs.iter().all(|any| {
                            any.iter().any(|shown| self.is_shown(*case, shown, event))
                                || self.was_shown(*case, any)
                        })
                    });
                    let value = rows.get(*row).map(|(stage, _)| Value::Choice(*stage));
                    if ready {
                        let cause = (event.at, event.place);
                        self.give_fact(*case, (*slot, *fact), value, cause);
                    }
                }
            }
        }
    }

    /// Proofs shown now may be what a stage needs later.
    fn remember_proofs(&mut self, record: RecordIx, event: &Event<'_>) {
        let client = self.client_of(record).filter(|client| *client != record);
        for case in client.into_iter().chain([record]) {
            if self.program.groups[self.records[case].group].staged {
                let shown = &mut self.records[case].rare_mut().shown;
                for proof in event.proofs {
                    if !shown.contains(proof) {
                        shown.push(*proof);
                    }
                }
            }
        }
    }

    /// Whether a fact or a proof that a stage needs has been recorded before.
    fn was_shown(&self, case: RecordIx, any: &[crate::program::Shown]) -> bool {
        any.iter().any(|shown| match shown {
            crate::program::Shown::Fact(fact, _) => self
                .program
                .fact(*fact)
                .and_then(|info| info.slot)
                .is_some_and(|slot| self.records[case].fact(slot).is_some()),
            crate::program::Shown::Kind(proof) => {
                let rare = self.records[case].rare.as_ref();
                rare.is_some_and(|rare| rare.shown.contains(proof))
            }
            crate::program::Shown::Records(..) => false,
        })
    }
}

/// Whether a rule that waits for a turn is triggered by this one: its first recording counts.
fn fires(when: FactTurn, turned: &Turned) -> bool {
    use kept_language::ast::{Becomes, Comparison};
    let Some(to) = turned.to else {
        return false;
    };
    let passes = |how: Comparison, bound: Value| {
        holds(to, how, bound) && !turned.from.is_some_and(|from| holds(from, how, bound))
    };
    match when {
        FactTurn::Changes => true,
        FactTurn::Becomes(Becomes::Equal, value) => {
            compare(to, value) == Some(std::cmp::Ordering::Equal)
        }
        FactTurn::Becomes(Becomes::AtLeast, value) => passes(Comparison::AtLeast, value),
        FactTurn::Becomes(Becomes::AtMost, value) => passes(Comparison::AtMost, value),
        FactTurn::Reaches(percent) => passes(Comparison::AtLeast, Value::Number(percent)),
    }
}
