//! What time alone does: warnings, breaches, levels, periods, versions.

use kept_kernel::{Duration, Instant};

use crate::clock::NEVER;
use crate::machine::{Core, Opening};
use crate::program::{ExceptionInfo, Variant};
use crate::record::{Duty, NO_EVENT, Note, Phase, RecordIx};

impl Core<'_> {
    /// Fires everything on a record that comes before an instant, each at its own time, and moves the record there.
    pub(crate) fn touch(&mut self, record: RecordIx, at: Instant) {
        if self.records[record].touched_in != self.round {
            self.records[record].touched_in = self.round;
            self.touched.push(record);
        }
        if self.records[record].wake < at {
            self.fire_before(record, at);
        }
        let record = &mut self.records[record];
        record.now = record.now.max(at);
    }

    /// Fires what comes before an instant.
    pub(crate) fn fire_before(&mut self, record: RecordIx, limit: Instant) {
        // What the event at hand has queued waits for its own time.
        let waiting = std::mem::take(&mut self.queue);
        while self.records[record].wake < limit {
            let next = self.records[record].wake;
            let apart = self.apart_until(record, limit);
            if next < apart {
                let last = self.fire_apart(record, apart);
                self.set_wake(record, last);
            } else {
                self.fire(record, next);
                self.flush(next);
                self.set_wake(record, next);
            }
        }
        self.queue = waiting;
    }

    /// Up to when time passes for each duty of a record on its own, so that none need wait for another: until a
    /// version, a period, a definition that looks back, an exception that begins or ends, or a breach that opens a rule.
    fn apart_until(&self, record: RecordIx, limit: Instant) -> Instant {
        let (program, found) = (self.program, &self.records[record]);
        if record == self.company {
            return found.wake;
        }
        let version = program.boundaries.partition_point(|at| *at < found.wake);
        let version = program.boundaries.get(version).copied().unwrap_or(NEVER);
        let mut until = limit.min(found.recheck).min(version);
        for duty in &found.duties {
            if duty.wake < until && program.briefs[duty.rule].stirs {
                until = duty.wake;
            }
        }
        until
    }

    /// Fires each duty up to an instant, one after the other; tells when the last of it happened.
    fn fire_apart(&mut self, record: RecordIx, until: Instant) -> Instant {
        let found = &mut self.records[record];
        let mut last = found.wake;
        // None of them sees another, so they can be lent out while they are gone over.
        let mut duties = std::mem::take(&mut found.duties);
        for duty in &mut duties {
            while duty.wake < until {
                last = last.max(duty.wake);
                self.fire_duty(record, duty, duty.wake);
            }
        }
        let found = &mut self.records[record];
        found.duties = duties;
        found.now = found.now.max(last);
        last
    }

    fn fire(&mut self, record: RecordIx, at: Instant) {
        let before = self.records[record].now;
        self.records[record].now = before.max(at);
        if self.program.boundaries.binary_search(&at).is_ok() {
            self.versions(record, at);
        }
        if self.records[record].recheck <= at {
            self.recheck(record, at, NO_EVENT);
        }
        if record == self.company {
            self.periods(at);
        }
        let mut next = 0;
        while let Some(place) = self.next_duty(record, next, |duty| duty.wake <= at) {
            next = place + 1;
            // What fires sees no other duty, so they can be lent out meanwhile.
            let mut duties = std::mem::take(&mut self.records[record].duties);
            let duty = duties.get_mut(place);
            let turns = duty.is_some_and(|duty| {
                self.fire_duty(record, duty, at);
                turns_at(&self.program.rules[duty.rule].exceptions, at)
            });
            self.records[record].duties = duties;
            if turns {
                self.rejudge_one(record, place, at, NO_EVENT);
            }
        }
    }

    /// What time does to a duty at an instant: a warning, its breach, levels. Its next time is set.
    fn fire_duty(&mut self, record: RecordIx, duty: &mut Duty, at: Instant) {
        let program = self.program;
        let rule = &program.rules[duty.rule];
        let Some(variant) = rule.variants.get(usize::from(duty.variant)) else {
            // INVARIANT: a duty has a variant of its rule.
            duty.wake = NEVER;
            return;
        };
        if duty.phase != Phase::Open || duty.is_paused() {
            return self.schedule(duty, at.plus_micros(1));
        }
        // A breached duty wakes for its next level; where an exception may have turned, that is reckoned anew.
        let level_known = duty.breached && rule.exceptions.is_empty();
        if !duty.breached {
            self.warn(record, duty, variant, at);
            if duty.due <= at {
                self.breach(record, duty);
            }
        }
        let mut next = duty.wake;
        if duty.breached && !level_known {
            next = self.level_at(duty, variant);
        }
        while duty.breached && next <= at {
            self.escalate(record, duty, variant, next);
            next = self.level_at(duty, variant);
        }
        duty.wake = if duty.breached {
            next
        } else {
            self.next_warning(duty, variant, at.plus_micros(1))
                .min(duty.due)
        };
        self.schedule_turn(duty, at.plus_micros(1));
    }

    fn breach(&mut self, record: RecordIx, duty: &mut Duty) {
        duty.breached = true;
        self.records[record].note(duty.serial, duty.due, NO_EVENT, Note::Breached);
        for next in &self.program.idents[duty.ident].when_overdue {
            self.queue.push(Opening::Rule(*next, record, NO_EVENT));
        }
    }

    fn warn(&mut self, record: RecordIx, duty: &mut Duty, variant: &Variant, at: Instant) {
        for (place, warning) in variant.warnings.iter().enumerate().take(32) {
            let bit = 1_u32 << place;
            if duty.warned & bit == 0 && self.warning_at(duty, warning.before) == at {
                duty.warned |= bit;
                let note = Note::Warned(place as u8, duty.variant);
                self.records[record].note(duty.serial, at, NO_EVENT, note);
            }
        }
    }

    /// When the next level of the ladder is due; each counts from the deadline.
    pub(crate) fn level_at(&self, duty: &Duty, variant: &Variant) -> Instant {
        let Some(level) = variant.levels.get(usize::from(duty.level)) else {
            return NEVER;
        };
        let (program, calendar) = (self.program, duty.calendar);
        let at = level.after.map_or(duty.due, |after| {
            self.reckoned.add(program, calendar, duty.due, after)
        });
        if variant.in_working_hours {
            self.reckoned.next_opening(program, calendar, at)
        } else {
            at
        }
    }

    fn escalate(&mut self, record: RecordIx, duty: &mut Duty, variant: &Variant, at: Instant) {
        let first = usize::from(duty.level);
        let usable = variant
            .levels
            .iter()
            .enumerate()
            .skip(first)
            .find(|(_, level)| self.may_hear((record, duty), variant, level, at));
        let rung = usable.map_or(first, |(rung, _)| rung);
        duty.level = duty.level.saturating_add(1);
        let skipped = usable.map_or(0, |_| (rung - first) as u8);
        let note = Note::Escalated(duty.level, rung as u8, skipped, duty.variant);
        self.records[record].note(duty.serial, at, NO_EVENT, note);
    }

    /// When time next does something to a duty, from an instant on.
    pub(crate) fn schedule(&self, duty: &mut Duty, from: Instant) {
        let rule = &self.program.rules[duty.rule];
        let mut wake = NEVER;
        if duty.phase == Phase::Open
            && !duty.is_paused()
            && let Some(variant) = rule.variants.get(usize::from(duty.variant))
        {
            wake = if duty.breached {
                self.level_at(duty, variant)
            } else {
                self.next_warning(duty, variant, from).min(duty.due)
            };
        }
        duty.wake = wake;
        self.schedule_turn(duty, from);
    }

    /// An exception may begin or end to be in force earlier than anything else happens.
    fn schedule_turn(&self, duty: &mut Duty, from: Instant) {
        let exceptions = &self.program.rules[duty.rule].exceptions;
        if duty.is_alive() && !exceptions.is_empty() {
            duty.wake = duty.wake.min(next_turn(exceptions, from));
        }
    }

    fn warning_at(&self, duty: &Duty, before: Duration) -> Instant {
        let (program, calendar) = (self.program, duty.calendar);
        self.reckoned.subtract(program, calendar, duty.due, before)
    }

    fn next_warning(&self, duty: &Duty, variant: &Variant, from: Instant) -> Instant {
        if variant.warnings.is_empty() || duty.due == NEVER {
            return NEVER;
        }
        let warnings = variant.warnings.iter().enumerate().take(32);
        let open = warnings.filter(|(place, _)| duty.warned & (1 << place) == 0);
        open.map(|(_, warning)| self.warning_at(duty, warning.before))
            .filter(|at| *at >= from)
            .min()
            .unwrap_or(NEVER)
    }

    /// When time next does something to a record.
    pub(crate) fn set_wake(&mut self, record: RecordIx, after: Instant) {
        let found = &self.records[record];
        let mut wake = found.recheck;
        for duty in &found.duties {
            wake = wake.min(duty.wake);
        }
        let program = self.program;
        if !program.boundaries.is_empty() {
            let next = program.boundaries.partition_point(|at| *at <= after);
            let alive = found.duties.iter().any(Duty::is_alive);
            let group = &program.groups[found.group];
            if alive || !group.rhythms.is_empty() || !group.definitions.is_empty() {
                wake = wake.min(program.boundaries.get(next).copied().unwrap_or(NEVER));
            }
        }
        if record == self.company {
            wake = wake.min(self.next_period(after));
        }
        self.records[record].wake = wake;
    }
}

/// When an exception next begins or ends to be in force.
fn next_turn(exceptions: &[ExceptionInfo], from: Instant) -> Instant {
    let mut next = NEVER;
    for exception in exceptions {
        for at in [exception.from, exception.until] {
            if at >= from {
                next = next.min(at);
            }
        }
        next = next.min(next_turn(&exception.inner, from));
    }
    next
}

fn turns_at(exceptions: &[ExceptionInfo], at: Instant) -> bool {
    exceptions.iter().any(|exception| {
        exception.from == at || exception.until == at || turns_at(&exception.inner, at)
    })
}
