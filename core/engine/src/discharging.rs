//! Acts that discharge duties, proof that comes in parts, cases that end, void, merge or come back.

use kept_kernel::Instant;
use kept_language::ActId;
use kept_language::ast::{Reopened, Value};

use crate::clock::{NEVER, Shift};
use crate::event::{Actor, Event};
use crate::machine::{Core, Opening};
use crate::obligation::{CancelReason, Verdict};
use crate::program::{Kind, Shown, ThroughInfo, UseIx, Variant};
use crate::reading::Reads;
use crate::record::{Duty, NO_RECORD, Note, Phase, RecordIx};

const MINUTE: i64 = 60_000_000;

impl Core<'_> {
    pub(crate) fn do_discharges(&mut self, hits: &[(UseIx, RecordIx)], event: &Event<'_>) {
        for (used, case) in hits {
            if self.program.uses[*used].discharges {
                self.do_act(*used, *case, event);
            }
        }
    }

    fn do_act(&mut self, used: UseIx, case: RecordIx, event: &Event<'_>) {
        let program = self.program;
        let mut next = 0;
        let asked = |duty: &Duty| {
            let waits = duty.is_alive() && duty.done_at == NEVER;
            waits && program.briefs[duty.rule].act == Some(used)
        };
        while let Some(place) = self.next_duty(case, next, asked) {
            next = place + 1;
            self.do_duty(case, place, event);
        }
    }

    fn do_duty(&mut self, case: RecordIx, place: usize, event: &Event<'_>) {
        let Some(seen) = self.records[case].duties.get(place) else {
            return;
        };
        let rule = &self.program.rules[seen.rule];
        if !self.may_do(case, seen, rule, event) {
            return;
        }
        let late = self.is_recorded_late(seen, event);
        let variant = rule.variants.get(usize::from(seen.variant));
        let other = variant.is_some_and(|variant| self.is_other_channel(case, variant, event));
        if let Some(duty) = self.records[case].duties.get_mut(place) {
            duty.act_at = event.at;
            duty.marks.automatic |= event.actor == Actor::System;
            duty.marks.recorded_late |= late;
            duty.marks.other_channel |= other;
        }
        self.prove(case, place, event);
    }

    pub(crate) fn add_proof(&mut self, case: RecordIx, event: &Event<'_>) {
        let program = self.program;
        let facts = event.facts.iter();
        let shown = facts.fold(Reads::NOTHING, |shown, (fact, _)| {
            shown.and(program.reads_of(*fact))
        });
        // What is shown by records of a kind is touched by anything, so links need no look of their own.
        let only_facts = event.proofs.is_empty();
        let asks = |duty: &Duty| {
            let brief = &program.briefs[duty.rule];
            let waits = duty.is_alive() && duty.done_at == NEVER;
            // Another variant may ask for less, so that what was shown before is enough now.
            let ready = duty.act_at != NEVER && !brief.plain;
            waits && brief.proves && (!only_facts || ready || brief.shown.is_touched_by(shown))
        };
        let mut next = 0;
        while let Some(place) = self.next_duty(case, next, asks) {
            next = place + 1;
            let duty = self.records[case].duties.get(place);
            let variant = duty.and_then(|duty| {
                let variants = &program.rules[duty.rule].variants;
                variants.get(usize::from(duty.variant))
            });
            if variant.is_some_and(|variant| !variant.evidence.is_empty()) {
                self.prove(case, place, event);
            }
        }
    }

    /// Takes what an event shows; the duty is done when the act and the last part of its proof are there.
    fn prove(&mut self, case: RecordIx, place: usize, event: &Event<'_>) {
        let Some(duty) = self.records[case].duties.get(place) else {
            return;
        };
        let rule = &self.program.rules[duty.rule];
        let Some(variant) = rule.variants.get(usize::from(duty.variant)) else {
            return;
        };
        let mut proof = duty.proof;
        for (item, any) in variant.evidence.iter().enumerate() {
            if any.iter().any(|shown| self.is_shown(case, shown, event)) {
                proof |= 1 << item;
            }
        }
        let wanted = (1_u64 << variant.evidence.len()) - 1;
        let done = duty.act_at != NEVER && u64::from(proof) & wanted == wanted;
        let ends = done && matches!(duty.phase, Phase::Open | Phase::Anchor);
        if let Some(duty) = self.records[case].duties.get_mut(place) {
            duty.proof = proof;
            if done {
                duty.done_at = event.at;
                duty.done_by = event.place;
            }
        }
        if ends {
            self.discharge(case, place, event.at, event.place);
        }
    }

    pub(crate) fn is_shown(&self, case: RecordIx, shown: &Shown, event: &Event<'_>) -> bool {
        match shown {
            Shown::Fact(fact, _) => event
                .facts
                .iter()
                .any(|(known, value)| known == fact && value.is_some()),
            Shown::Kind(kind) => event.proofs.contains(kind),
            Shown::Records(count, group) => {
                let links = &self.records[case].links;
                // A request shows its contact by belonging to one, a client its needs by having them.
                let belongs = links
                    .iter()
                    .any(|link| link.to != NO_RECORD && self.records[link.to].group == *group);
                let shown = self.records[case].counted(*group);
                shown.max(u32::from(belongs)) >= *count
            }
        }
    }

    fn is_recorded_late(&self, duty: &Duty, event: &Event<'_>) -> bool {
        if event.recorded_at <= event.at {
            return false;
        }
        let limit = self.calendar_of(duty).add_working_days(event.at, 1);
        event.recorded_at > limit
    }

    /// Whether the act went through another channel than the one asked for; an unknown wish asks nothing.
    fn is_other_channel(&self, case: RecordIx, variant: &Variant, event: &Event<'_>) -> bool {
        let carried = |fact| {
            let mut facts = event.facts.iter();
            facts
                .find(|(known, _)| *known == fact)
                .and_then(|(_, value)| *value)
        };
        match &variant.through {
            None => false,
            Some(ThroughInfo::Channel(facts, wanted)) => {
                let used = facts.iter().find_map(|fact| carried(*fact));
                used.is_some_and(|used| used != *wanted)
            }
            Some(ThroughInfo::Wish(wish, channels)) => {
                let wanted = self.value(case, wish);
                let mut channels = channels.iter();
                let used = channels.find_map(|(fact, same)| match carried(*fact)? {
                    Value::Choice(at) => Some(same.get(usize::from(at)).copied().flatten()),
                    other => Some(Some(other)),
                });
                match (wanted, used) {
                    (Some(wanted), Some(used)) => used != Some(wanted),
                    _ => false,
                }
            }
        }
    }

    /// Duties without a date get one when their anchor happens.
    pub(crate) fn anchors(&mut self, hits: &[(UseIx, RecordIx)], event: &Event<'_>) {
        for (used, case) in hits {
            let info = &self.program.uses[*used];
            if info.anchors {
                for place in 0..self.records[*case].duties.len() {
                    let duty = self.records[*case].duties.get(place);
                    if duty.is_some_and(|duty| duty.phase == Phase::Anchor) {
                        self.rebase(*case, place, event.at, event.place);
                    }
                }
            }
            for rule in &info.rhythms {
                if self.program.rules[*rule].is_in_force(event.at) {
                    self.anchor_again(*rule, *case, event);
                }
            }
        }
    }

    /// The act ends the case, or voids it.
    pub(crate) fn end_case(&mut self, record: RecordIx, act: ActId, event: &Event<'_>) {
        let program = self.program;
        let Some(info) = program.act(act) else {
            return;
        };
        for counted in &info.counts {
            let Some(info) = program.act(*counted) else {
                continue;
            };
            if !info.ends && !info.voids {
                continue;
            }
            if let Some(on) = info.group.and_then(|group| self.reach(record, group)) {
                self.touch(on, event.at);
                if !self.records[on].is_over() {
                    self.end(on, info.voids, event.at, event.place);
                }
            }
        }
    }

    pub(crate) fn end(&mut self, record: RecordIx, void: bool, at: Instant, cause: u64) {
        self.records[record].ended = at;
        for place in 0..self.records[record].duties.len() {
            let Some(duty) = self.records[record].duties.get(place) else {
                continue;
            };
            let rhythm = self.program.rules[duty.rule].is_rhythm();
            // What is kept is erased in its own time, long after its case.
            let kept = matches!(self.program.rules[duty.rule].kind, Kind::Retention);
            if kept && !void && duty.is_owed() {
                continue;
            }
            let (verdict, note) = match duty.phase {
                Phase::Closed => continue,
                Phase::Latent | Phase::Turn => {
                    self.drop_duty(record, place);
                    continue;
                }
                _ if void => {
                    let reason = CancelReason::Void;
                    (Verdict::Cancelled, Note::Cancelled(reason))
                }
                Phase::Unknown => {
                    let missing = duty.missing.map_or(Note::Missed, Note::Unknown);
                    (Verdict::CannotBeJudged, missing)
                }
                // A rhythm that is not yet due ends with what it runs for.
                Phase::Open if rhythm && !duty.breached => {
                    let reason = CancelReason::Condition;
                    (Verdict::Cancelled, Note::Cancelled(reason))
                }
                Phase::Open | Phase::Anchor => (Verdict::Missed, Note::Missed),
            };
            self.close(record, place, (at, cause), verdict, note);
        }
        if let Some(rare) = &mut self.records[record].rare {
            rare.runs.clear();
            rare.waits.clear();
        }
    }

    /// A duty that was never owed is forgotten.
    fn drop_duty(&mut self, record: RecordIx, place: usize) {
        if let Some(mut duty) = self.duty(record, place) {
            duty.phase = Phase::Closed;
            duty.verdict = Verdict::Cancelled;
            duty.cycle = duty.cycle.saturating_sub(1);
            duty.wake = NEVER;
            self.set_duty(record, place, duty);
        }
    }

    /// The case is open again: only rules that say so have another cycle, in the version now in force.
    pub(crate) fn reopen(&mut self, record: RecordIx, event: &Event<'_>) {
        let program = self.program;
        for place in 0..self.records[record].duties.len() {
            let Some(old) = self.duty(record, place) else {
                continue;
            };
            let Some(rule) = program.in_force(old.ident, event.at) else {
                continue;
            };
            if old.is_alive() || old.cycle == 0 {
                continue;
            }
            match program.rules[rule].reopened {
                None => {}
                Some(Reopened::StartsAgain) => {
                    self.queue.push(Opening::Rule(rule, record, event.place));
                }
                Some(Reopened::GoesOn) => {
                    let mut duty = Duty::new(rule, old.ident, event.at, event.place);
                    duty.person = old.person;
                    duty.cycle = old.cycle.saturating_add(1);
                    (duty.rest, duty.rest_shift) = self.rest_of(&old);
                    duty.marks.rebased = old.left <= 0;
                    self.begin(record, Some(place), duty, (event.at, event.place));
                }
            }
        }
    }

    /// The time left when it was met; none left: a tenth of its span, at least a minute.
    fn rest_of(&self, old: &Duty) -> (i64, Shift) {
        if old.left > 0 {
            return (old.left, old.shift);
        }
        let whole = match old.shift {
            Shift::Business => self.calendar_of(old).between(old.from, old.base),
            _ => old.base.micros_since(old.from),
        };
        ((whole / 10).max(MINUTE), old.shift)
    }
}
