//! What a new version does to what is running, and what is decided by hand: grants, dates, giving up, merging.

use kept_kernel::Instant;
use kept_language::ActId;
use kept_language::ast::{RuleKey, TransitionEffect};

use crate::clock::{NEVER, Shift};
use crate::dues::Deadline;
use crate::event::{Event, Handling, What};
use crate::machine::{Core, Opening};
use crate::obligation::{CancelReason, Verdict};
use crate::program::{IdentIx, RuleIx};
use crate::reading::Reads;
use crate::record::{Duty, Grant, NO_EVENT, Note, Phase, RecordIx};

impl Core<'_> {
    /// A version takes effect.
    pub(crate) fn versions(&mut self, record: RecordIx, at: Instant) {
        let program = self.program;
        let mut place = 0;
        while let Some(duty) = self.duty(record, place) {
            let ends = program.rules[duty.rule].until == at;
            if duty.is_alive() && ends {
                let stated = program
                    .transitions
                    .iter()
                    .find(|stated| stated.at == at && stated.ident == duty.ident);
                if let Some(stated) = stated {
                    self.transition(record, place, stated.effect, at);
                }
            }
            place += 1;
        }
        let group = &program.groups[self.records[record].group];
        for rule in &group.rhythms {
            if program.rules[*rule].from == at {
                self.queue.push(Opening::Rhythm(*rule, record, NO_EVENT));
            }
        }
        if !group.definitions.is_empty() {
            self.recheck(record, at, NO_EVENT);
        }
    }

    fn transition(
        &mut self,
        record: RecordIx,
        place: usize,
        effect: TransitionEffect,
        at: Instant,
    ) {
        let Some(duty) = self.duty(record, place) else {
            return;
        };
        let next = self.program.in_force(duty.ident, at);
        match (effect, next) {
            (TransitionEffect::End, _) => {
                let note = Note::Cancelled(CancelReason::Version);
                if duty.is_owed() {
                    self.close(record, place, (at, NO_EVENT), Verdict::Cancelled, note);
                } else if let Some(mut duty) = self.duty(record, place) {
                    duty.phase = Phase::Closed;
                    self.set_duty(record, place, duty);
                }
            }
            (TransitionEffect::TakeNew, Some(rule)) => {
                self.take_rule(record, place, (duty, rule), at);
            }
            (TransitionEffect::TakeLater, Some(rule)) => {
                let mut trial = duty;
                trial.rule = rule;
                trial.row = crate::record::NO_ROW;
                trial.fixed = self.fix_tests(record, rule, at, u64::MAX);
                trial.variant = self.applies(record, rule, at, trial.fixed).variant;
                let start = duty.start;
                if let Deadline::Known(due) = self.deadline(record, &mut trial, start) {
                    let (business, elapsed) = duty.paused_for_deadline();
                    let moved = due.moved(self.calendar_of(&duty), business, elapsed);
                    if moved > duty.due {
                        self.take_rule(record, place, (duty, rule), at);
                    }
                }
            }
            (TransitionEffect::Keep, _)
            | (TransitionEffect::TakeNew | TransitionEffect::TakeLater, None) => {}
        }
    }

    fn take_rule(
        &mut self,
        record: RecordIx,
        place: usize,
        (mut duty, rule): (Duty, RuleIx),
        at: Instant,
    ) {
        if duty.breached {
            return;
        }
        duty.rule = rule;
        duty.variant = 0;
        duty.row = crate::record::NO_ROW;
        duty.fixed = self.fix_tests(record, rule, at, u64::MAX);
        self.set_duty(record, place, duty);
        self.rejudge_one(record, place, at, NO_EVENT);
        self.pauses(record, at, NO_EVENT);
    }

    /// The act with which a split case begins: that of the case it came from.
    pub(crate) fn begin_act(&mut self, record: RecordIx, event: &Event<'_>) -> Option<ActId> {
        let What::Split { from } = event.what else {
            return None;
        };
        let group = self.records[record].group;
        let parent = self.find(group, from);
        let own = parent.and_then(|parent| self.records[parent].begun_by);
        let noun = &self.program.register[event.case.noun];
        own.or_else(|| noun.begins.first().copied())
    }

    fn ident_of(&self, key: &RuleKey) -> Option<IdentIx> {
        let mut idents = self.program.idents.iter();
        let named = |known: &RuleKey| known == key;
        idents
            .find(|(_, ident)| {
                ident.key.as_deref().is_some_and(named)
                    || ident
                        .rules
                        .iter()
                        .any(|rule| named(&self.program.rules[*rule].key))
            })
            .map(|(ident, _)| ident)
    }

    /// An exception is granted for a case, or for all cases of a client.
    pub(crate) fn granted(
        &mut self,
        record: RecordIx,
        event: &Event<'_>,
        rule: &RuleKey,
        (handling, expires): (Handling, Option<Instant>),
    ) {
        self.granted = true;
        self.take_links(record, event);
        let Some(ident) = self.ident_of(rule) else {
            return;
        };
        self.records[record].rare_mut().grants.push(Grant {
            ident,
            handling,
            expires: expires.unwrap_or(NEVER),
        });
        let mut cases = vec![record];
        if self.client_of(record) == Some(record) {
            self.bring_back_waiting();
            // A grant is rare: its cases are looked for, so that the members of a client need not be listed.
            let others = self.records.keys().filter(|other| {
                *other != record
                    && self.records[*other].alive
                    && self.client_of(*other) == Some(record)
            });
            cases.extend(others);
        }
        for case in cases {
            self.touch(case, event.at);
            for place in 0..self.records[case].duties.len() {
                let Some(duty) = self.duty(case, place) else {
                    continue;
                };
                if duty.ident != ident || !duty.is_owed() {
                    continue;
                }
                match handling {
                    Handling::Waived => {
                        let at = (event.at, event.place);
                        self.close(case, place, at, Verdict::Excused, Note::Excused);
                    }
                    Handling::Within(_) => self.rebase(case, place, event.at, event.place),
                }
            }
        }
    }

    fn owed_under(&self, record: RecordIx, rule: &RuleKey) -> Option<(usize, Duty)> {
        let ident = self.ident_of(rule)?;
        let mut duties = self.records[record].duties.iter().copied().enumerate();
        duties.rfind(|(_, duty)| duty.ident == ident && duty.is_owed())
    }

    pub(crate) fn given_up(&mut self, record: RecordIx, event: &Event<'_>, rule: &RuleKey) {
        if let Some((place, _)) = self.owed_under(record, rule) {
            let at = (event.at, event.place);
            self.close(record, place, at, Verdict::Missed, Note::Missed);
        }
    }

    /// A deadline set by hand is moved by nothing but another hand. A breach stands.
    pub(crate) fn set_by_hand(
        &mut self,
        record: RecordIx,
        event: &Event<'_>,
        rule: &RuleKey,
        due_at: Instant,
    ) {
        let Some((place, mut duty)) = self.owed_under(record, rule) else {
            return;
        };
        if duty.breached || duty.phase == Phase::Unknown {
            return;
        }
        let old = duty.due;
        duty.phase = Phase::Open;
        duty.by_hand = true;
        duty.base = due_at;
        duty.due = due_at;
        duty.shift = Shift::None;
        duty.next_day = false;
        duty.marks.rebased = true;
        let note = Note::Rebased(old, due_at);
        self.records[record].note(duty.serial, event.at, event.place, note);
        self.schedule(&mut duty, event.at);
        self.set_duty(record, place, duty);
    }

    /// A case is merged into another: per rule the earlier deadline lives on, with its own opening event.
    pub(crate) fn merge(&mut self, record: RecordIx, into: &str, event: &Event<'_>) {
        let named = crate::event::Record {
            noun: event.case.noun,
            id: into,
        };
        let survivor = self.find_or_make(named, event.place);
        if survivor == record {
            return;
        }
        self.touch(survivor, event.at);
        for place in 0..self.records[record].duties.len() {
            let Some(duty) = self.duty(record, place) else {
                continue;
            };
            if !duty.is_owed() {
                continue;
            }
            let other = self.find_duty(survivor, duty.ident, duty.person);
            match other.and_then(|other| self.duty(survivor, other).map(|d| (other, d))) {
                Some((other, kept)) if kept.is_owed() => {
                    if duty.due < kept.due {
                        let note = Note::Cancelled(CancelReason::Void);
                        let at = (event.at, event.place);
                        self.close(survivor, other, at, Verdict::Cancelled, note);
                        self.carry(record, place, survivor, Some(other));
                    }
                }
                Some(_) => {}
                None => self.carry(record, place, survivor, None),
            }
        }
        self.end(record, true, event.at, event.place);
        // Its links may be new, and what was carried was judged on another record.
        let mut readers = Vec::new();
        self.search += 1;
        for changed in [record, survivor] {
            self.readers(changed, &mut readers);
        }
        for reader in readers {
            self.records[reader].stale = true;
        }
        self.changed.extend([record, survivor]);
        self.changes = Reads::ANYTHING;
        self.settle_changes(event);
    }

    /// Moves a duty and its entries to another record.
    fn carry(&mut self, from: RecordIx, place: usize, to: RecordIx, over: Option<usize>) {
        let Some(mut duty) = self.duty(from, place) else {
            return;
        };
        let serial = duty.serial;
        let mut gone = duty;
        gone.phase = Phase::Closed;
        self.set_duty(from, place, gone);
        duty.serial = self.next_serial(to);
        let mut entries = std::mem::take(&mut self.records[from].entries);
        for entry in entries.iter().filter(|entry| entry.serial == serial) {
            self.records[to].note(duty.serial, entry.at, entry.cause, entry.change);
        }
        entries.retain(|entry| entry.serial != serial);
        self.records[from].entries = entries;
        match over {
            Some(place) => self.set_duty(to, place, duty),
            None => self.records[to].duties.push(duty),
        }
    }
}
