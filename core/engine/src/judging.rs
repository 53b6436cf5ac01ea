//! Whether a rule applies to a case, under which exception, and what changes when that changes.

use kept_kernel::{Duration, Instant};

use crate::clock::NEVER;
use crate::dues::Deadline;
use crate::event::Handling;
use crate::machine::Core;
use crate::obligation::{CancelReason, Verdict};
use crate::program::{ExceptionInfo, IdentIx, RuleIx};
use crate::reading::Reads;
use crate::record::{Duty, Grant, Missing, Note, Phase, RecordIx};
use crate::truth::Truth;

/// A rule's answer for a case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Judged {
    pub(crate) applies: Truth,
    pub(crate) variant: u16,
    pub(crate) exception_unknown: bool,
}

impl Judged {
    const ALWAYS: Self = Self {
        applies: Truth::True,
        variant: 0,
        exception_unknown: false,
    };
}

impl Core<'_> {
    /// Answers the tests of a rule that are judged once and have no answer yet.
    pub(crate) fn fix_tests(&self, record: RecordIx, rule: RuleIx, at: Instant, bits: u64) -> u64 {
        let rule = &self.program.rules[rule];
        if rule.fixed == 0 {
            return bits;
        }
        let conditions = rule.condition.iter().chain(&rule.unless);
        let bits = conditions.fold(bits, |bits, condition| {
            self.fix(record, condition, at, bits)
        });
        self.fix_exceptions(record, &rule.exceptions, at, bits)
    }

    fn fix_exceptions(
        &self,
        record: RecordIx,
        exceptions: &[ExceptionInfo],
        at: Instant,
        bits: u64,
    ) -> u64 {
        exceptions.iter().fold(bits, |bits, exception| {
            let conditions = exception.condition.iter();
            let bits = conditions.fold(bits, |bits, condition| {
                self.fix(record, condition, at, bits)
            });
            self.fix_exceptions(record, &exception.inner, at, bits)
        })
    }

    pub(crate) fn applies(
        &self,
        record: RecordIx,
        rule: RuleIx,
        at: Instant,
        fixed: u64,
    ) -> Judged {
        if self.program.briefs[rule].always {
            return Judged::ALWAYS;
        }
        let info = &self.program.rules[rule];
        let mut applies = Truth::True;
        if let Some(condition) = &info.condition {
            applies = self.judge(record, condition, at, Some(fixed));
        }
        if let Some(condition) = &info.unless {
            applies = applies.and(self.judge(record, condition, at, Some(fixed)).not());
        }
        let mut judged = Judged {
            applies,
            variant: 0,
            exception_unknown: false,
        };
        if !info.exceptions.is_empty() && applies == Truth::True {
            let chosen = self.exception(record, &info.exceptions, (at, fixed), &mut judged);
            judged.variant = chosen.unwrap_or(0);
            let variant = info.variants.get(usize::from(judged.variant));
            if variant.is_some_and(|variant| !variant.applies) {
                judged.applies = Truth::False;
            }
        }
        judged
    }

    /// The strongest exception that applies; inside it, the strongest of its own.
    fn exception(
        &self,
        record: RecordIx,
        exceptions: &[ExceptionInfo],
        (at, fixed): (Instant, u64),
        judged: &mut Judged,
    ) -> Option<u16> {
        for exception in exceptions {
            if at < exception.from || at >= exception.until {
                continue;
            }
            let truth = exception
                .condition
                .as_ref()
                .map_or(Truth::True, |condition| {
                    self.judge(record, condition, at, Some(fixed))
                });
            match truth {
                Truth::True => {
                    let inner = self.exception(record, &exception.inner, (at, fixed), judged);
                    return inner.or(Some(exception.variant as u16));
                }
                Truth::Unknown(_) => judged.exception_unknown = true,
                Truth::False => {}
            }
        }
        None
    }

    /// Judges again everything on a record that may have changed.
    /// What reads nothing of what has changed is left alone.
    pub(crate) fn rejudge(&mut self, record: RecordIx, at: Instant, cause: u64) {
        let stale =
            self.granted || self.program.broad || std::mem::take(&mut self.records[record].stale);
        let changes = if stale { Reads::ANYTHING } else { self.changes };
        let briefs = &self.program.briefs;
        let touched = |duty: &Duty| {
            let rule = &briefs[duty.rule];
            let live = duty.is_alive() && duty.phase != Phase::Turn;
            live && rule.reads.is_touched_by(changes) && (stale || !rule.steady)
        };
        let mut next = 0;
        while let Some(place) = self.next_duty(record, next, touched) {
            next = place + 1;
            self.rejudge_one(record, place, at, cause);
        }
        if self.records[record].rare.is_some() {
            self.advance_steps(record, at, cause);
        }
    }

    pub(crate) fn rejudge_one(&mut self, record: RecordIx, place: usize, at: Instant, cause: u64) {
        let Some(duty) = self.records[record].duties.get(place) else {
            return;
        };
        let fixed = self.fix_tests(record, duty.rule, at, duty.fixed);
        let judged = self.applies(record, duty.rule, at, fixed);
        if matches!(duty.phase, Phase::Open | Phase::Anchor) && judged.applies == Truth::True {
            // What happens most: it still applies.
            if let Some(duty) = self.records[record].duties.get_mut(place) {
                duty.fixed = fixed;
                duty.marks.exception_unknown |= judged.exception_unknown;
                duty.variant = judged.variant;
            }
            return self.rebase(record, place, at, cause);
        }
        let mut duty = *duty;
        duty.fixed = fixed;
        let is_rhythm = self.program.rules[duty.rule].is_rhythm();
        match (duty.phase, judged.applies) {
            (Phase::Latent | Phase::Unknown, Truth::True) => {
                if is_rhythm && duty.phase == Phase::Latent {
                    duty.restart(at, cause);
                }
                duty.marks.exception_unknown |= judged.exception_unknown;
                duty.variant = judged.variant;
                self.set_duty(record, place, duty);
                self.start_clock(record, place, at, cause);
            }
            (Phase::Latent, Truth::Unknown(missing)) => {
                duty.phase = Phase::Unknown;
                duty.missing = Some(missing);
                if is_rhythm {
                    duty.restart(at, cause);
                }
                self.note_unknown(record, &duty, at, cause, missing);
                self.set_duty(record, place, duty);
            }
            (Phase::Unknown, Truth::False) => self.forget_unknown(record, place),
            (Phase::Unknown, Truth::Unknown(missing)) => {
                duty.missing = Some(missing);
                self.set_duty(record, place, duty);
            }
            (Phase::Open | Phase::Anchor, Truth::False) => {
                self.set_duty(record, place, duty);
                self.condition_off(record, place, at, cause);
            }
            (Phase::Open | Phase::Anchor, Truth::Unknown(missing)) => {
                if !duty.breached {
                    duty.phase = Phase::Unknown;
                    duty.missing = Some(missing);
                    duty.wake = NEVER;
                    self.records[record].note(duty.serial, at, cause, Note::Unknown(missing));
                }
                self.set_duty(record, place, duty);
            }
            _ => {}
        }
    }

    pub(crate) fn note_unknown(
        &mut self,
        record: RecordIx,
        duty: &Duty,
        at: Instant,
        cause: u64,
        missing: Missing,
    ) {
        let record = &mut self.records[record];
        record.note(duty.serial, duty.start, duty.opened_by, Note::Opened(NEVER));
        record.note(duty.serial, at, cause, Note::Unknown(missing));
    }

    /// A duty that was never to be judged turns out not to apply: it waits for its condition, unseen.
    fn forget_unknown(&mut self, record: RecordIx, place: usize) {
        let Some(mut duty) = self.duty(record, place) else {
            return;
        };
        duty.phase = Phase::Latent;
        duty.missing = None;
        let serial = duty.serial;
        self.records[record]
            .entries
            .retain(|entry| entry.serial != serial);
        self.set_duty(record, place, duty);
    }

    /// The condition of an open duty went off: cancelled, or missed if it was overdue. It may come back.
    fn condition_off(&mut self, record: RecordIx, place: usize, at: Instant, cause: u64) {
        let Some(duty) = self.duty(record, place) else {
            return;
        };
        let rule = &self.program.rules[duty.rule];
        let (verdict, note) = if duty.breached {
            (Verdict::Missed, Note::Missed)
        } else {
            let reason = CancelReason::Condition;
            (Verdict::Cancelled, Note::Cancelled(reason))
        };
        let comes_back = rule.latent && (rule.is_rhythm() || !duty.breached);
        self.close(record, place, (at, cause), verdict, note);
        if comes_back && !self.records[record].is_over() {
            let mut next = Duty::new(duty.rule, duty.ident, duty.start, duty.opened_by);
            next.person = duty.person;
            next.cycle = duty.cycle.saturating_add(1);
            next.calendar = duty.calendar;
            next.tier = duty.tier;
            next.fixed = duty.fixed;
            next.paused_business = duty.paused_business;
            next.paused_elapsed = duty.paused_elapsed;
            next.serial = self.next_serial(record);
            self.set_duty(record, place, next);
        }
    }

    /// The deadline of an open duty is reckoned again from its original start. It never falls before now by a
    /// change alone: then it is the earlier of the old one and the new span from now. A breach stands.
    pub(crate) fn rebase(&mut self, record: RecordIx, place: usize, at: Instant, cause: u64) {
        let Some(mut duty) = self.duty(record, place) else {
            return;
        };
        if duty.breached || duty.by_hand {
            return;
        }
        let was_anchor = duty.phase == Phase::Anchor;
        let start = duty.start;
        match self.deadline(record, &mut duty, start) {
            Deadline::Known(due) => {
                if due.base == duty.promise && !was_anchor {
                    return self.set_duty(record, place, duty);
                }
                let old = if was_anchor { NEVER } else { duty.due };
                self.settle_pause(&mut duty, at, was_anchor);
                duty.promise = due.base;
                duty.phase = Phase::Open;
                let (business, elapsed) = duty.paused_for_deadline();
                let moved = due.moved(self.calendar_of(&duty), business, elapsed);
                if moved >= at || was_anchor {
                    duty.base = due.base;
                    duty.shift = due.shift;
                    duty.next_day = due.next_day;
                    duty.due = moved;
                } else {
                    self.no_earlier_than_now(record, &mut duty, due, at);
                }
                duty.marks.rebased |= !was_anchor;
                let note = Note::Rebased(old, duty.due);
                self.records[record].note(duty.serial, at, cause, note);
                self.schedule(&mut duty, at);
                self.set_duty(record, place, duty);
            }
            Deadline::Unknown(missing) => {
                duty.phase = Phase::Unknown;
                duty.missing = Some(missing);
                duty.wake = NEVER;
                self.records[record].note(duty.serial, at, cause, Note::Unknown(missing));
                self.set_duty(record, place, duty);
            }
            Deadline::Waiting | Deadline::None => self.set_duty(record, place, duty),
        }
    }

    fn no_earlier_than_now(
        &self,
        record: RecordIx,
        duty: &mut Duty,
        due: crate::clock::Due,
        at: Instant,
    ) {
        let fresh = due
            .span
            .map(|_| self.deadline(record, &mut duty.clone(), at));
        let Some(Deadline::Known(fresh)) = fresh else {
            return;
        };
        if fresh.base < duty.due {
            duty.base = fresh.base;
            duty.shift = fresh.shift;
            duty.next_day = fresh.next_day;
            duty.settled_business = duty.paused_business;
            duty.settled_elapsed = duty.paused_elapsed;
            duty.due = fresh.moved(self.calendar_of(duty), 0, 0);
        }
    }

    /// The grant that holds for this rule and case, its own or its client's.
    pub(crate) fn grant(&self, record: RecordIx, ident: IdentIx, at: Instant) -> Option<Grant> {
        if !self.granted {
            return None;
        }
        let of = |record: RecordIx| {
            let rare = self.records[record].rare.as_ref()?;
            let grants = rare.grants.iter().rev();
            grants
                .copied()
                .find(|grant| grant.ident == ident && at < grant.expires)
        };
        of(record).or_else(|| self.client_of(record).and_then(of))
    }

    pub(crate) fn granted_span(
        &self,
        record: RecordIx,
        ident: IdentIx,
        at: Instant,
    ) -> Option<Duration> {
        self.grant(record, ident, at).and_then(|grant| grant.span())
    }

    pub(crate) fn is_waived(&self, record: RecordIx, ident: IdentIx, at: Instant) -> bool {
        self.grant(record, ident, at)
            .is_some_and(|grant| grant.handling == Handling::Waived)
    }
}
