//! Rhythms: one duty at a time, due so long after the last event, begun anew by the act or by the event.

use kept_kernel::Instant;

use crate::event::Event;
use crate::machine::{Core, Opening};
use crate::obligation::{CancelReason, Verdict};
use crate::program::{Kind, RuleIx};
use crate::record::{Duty, NOBODY, Note, Phase, RecordIx};

impl Core<'_> {
    /// A cycle begins: with the record, with the rule, after the act.
    pub(crate) fn begin_rhythm(&mut self, rule: RuleIx, record: RecordIx, at: Instant, cause: u64) {
        let info = &self.program.rules[rule];
        if !info.is_in_force(at) || self.records[record].is_over() {
            return;
        }
        if info.is_implicit() {
            return self.begin_review(rule, (at, cause));
        }
        let known = self.find_duty(record, info.ident, NOBODY);
        let old = known.and_then(|place| self.duty(record, place));
        if old.is_some_and(|old| old.is_alive()) {
            return;
        }
        let mut duty = Duty::new(rule, info.ident, at, cause);
        duty.cycle = old.map_or(1, |old| old.cycle.saturating_add(1));
        self.begin(record, known, duty, (at, cause));
    }

    /// A document's review is owed anew: the one before ends with the approval, as a rhythm ends with its event.
    pub(crate) fn begin_review(&mut self, rule: RuleIx, (at, cause): (Instant, u64)) {
        if !self.program.reviews {
            return;
        }
        let (ident, company) = (self.program.rules[rule].ident, self.company);
        let known = self.find_duty(company, ident, NOBODY);
        let old = known.and_then(|place| self.duty(company, place));
        if let (Some(place), Some(old)) = (known, old)
            && old.is_alive()
        {
            let (verdict, note) = if old.breached {
                (Verdict::Missed, Note::Missed)
            } else {
                let reason = CancelReason::Restarted;
                (Verdict::Cancelled, Note::Cancelled(reason))
            };
            self.close(company, place, (at, cause), verdict, note);
        }
        let mut duty = Duty::new(rule, ident, at, cause);
        duty.cycle = old.map_or(1, |old| old.cycle.saturating_add(1));
        self.begin(company, known, duty, (at, cause));
    }

    /// The event that the rhythm counts from happened. Without the act it begins the cycle anew.
    pub(crate) fn anchor_again(&mut self, rule: RuleIx, record: RecordIx, event: &Event<'_>) {
        let info = &self.program.rules[rule];
        if let Kind::Review(review) = &info.kind {
            if self.is_about(&review.code, event) {
                self.queue.push(Opening::Rhythm(rule, record, event.place));
            }
            return;
        }
        let ident = info.ident;
        let Some(place) = self.find_duty(record, ident, NOBODY) else {
            self.queue.push(Opening::Rhythm(rule, record, event.place));
            return;
        };
        let Some(mut duty) = self.duty(record, place) else {
            return;
        };
        match duty.phase {
            // Done but not proved: it waits for its proof.
            Phase::Open if duty.act_at == event.at => {}
            Phase::Open => {
                let (verdict, note) = if duty.breached {
                    (Verdict::Missed, Note::Missed)
                } else {
                    let reason = CancelReason::Restarted;
                    (Verdict::Cancelled, Note::Cancelled(reason))
                };
                self.close(record, place, (event.at, event.place), verdict, note);
                self.queue.push(Opening::Rhythm(rule, record, event.place));
            }
            Phase::Unknown => {
                duty.restart(event.at, event.place);
                self.set_duty(record, place, duty);
            }
            Phase::Closed => {
                self.queue.push(Opening::Rhythm(rule, record, event.place));
            }
            Phase::Latent | Phase::Turn | Phase::Anchor => {}
        }
    }
}
