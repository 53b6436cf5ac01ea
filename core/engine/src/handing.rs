//! Handing obligations out: a duty as the engine keeps it becomes one that others can read.

use std::sync::Arc;

use kept_kernel::Instant;

use crate::clock::NEVER;
use crate::filled::Filled;
use crate::machine::Core;
use crate::obligation::{Entry, EntryChange, Obligation, Verdict};
use crate::program::{LevelInfo, PartyInfo, RuleInfo};
use crate::record::{Duty, NO_EVENT, NOBODY, Note, Noted, Phase, RecordIx};

impl Core<'_> {
    /// Hands out a duty that has its verdict, with the duties of its ladder, and forgets its entries.
    pub(crate) fn hand_out(&mut self, record: RecordIx, place: usize) {
        let Some(duty) = self.records[record].duties.get(place) else {
            return;
        };
        let (serial, ended, climbed) = (duty.serial, duty.ended, duty.level > 0);
        self.hand_out_as(record, place, ended);
        if self.records[record].quiet && !climbed {
            return;
        }
        let entries = &mut self.records[record].entries;
        if entries.iter().all(|entry| entry.serial == serial) {
            entries.clear();
        } else {
            entries.retain(|entry| entry.serial != serial);
        }
    }

    /// What is owed at an instant, the duties of ladders too; nothing leaves.
    pub(crate) fn owed_with_levels(&mut self, at: Instant) -> Vec<Obligation> {
        self.bring_back_waiting();
        let mut owed = Vec::new();
        let all: Vec<RecordIx> = self.records.keys().collect();
        for record in all {
            if !self.records[record].alive {
                continue;
            }
            for duty in &self.records[record].duties {
                if !duty.is_owed() {
                    continue;
                }
                let mut filled = Filled::default();
                self.fill(&mut filled, record, duty, at);
                owed.push(filled.out.clone());
                let rule = &self.program.rules[duty.rule];
                let own = self.records[record].entries.iter();
                for entry in own.filter(|entry| entry.serial == duty.serial) {
                    if let Note::Escalated(level, rung, _, variant) = entry.change
                        && let Some(info) = level_info(rule, variant, rung)
                    {
                        filled.out.level = level;
                        filled.out.verdict = verdict_of(duty);
                        self.fill_level(&mut filled, (record, duty), info, entry.at);
                        owed.push(filled.out.clone());
                    }
                }
            }
        }
        owed
    }

    fn hand_out_as(&mut self, record: RecordIx, place: usize, until: Instant) {
        let mut filled = self.take_scratch();
        let mut climbed = false;
        if let Some(duty) = self.records[record].duties.get(place) {
            climbed = duty.level > 0;
            self.fill(&mut filled, record, duty, until);
            (self.sink)(&filled.out);
        }
        if climbed {
            self.hand_out_levels(&mut filled, record, place);
        }
        self.scratch = Some(filled);
    }

    /// One more duty for each level that was reached: see that it is done.
    fn hand_out_levels(&mut self, filled: &mut Filled, record: RecordIx, place: usize) {
        let found = &self.records[record];
        let Some(duty) = found.duties.get(place) else {
            return;
        };
        let rule = &self.program.rules[duty.rule];
        let own = |entry: &&Noted| entry.serial == duty.serial;
        for entry in found.entries.iter().filter(own) {
            if let Note::Escalated(level, rung, _, variant) = entry.change
                && let Some(info) = level_info(rule, variant, rung)
            {
                filled.out.level = level;
                filled.out.verdict = verdict_of(duty);
                self.fill_level(filled, (record, duty), info, entry.at);
                (self.sink)(&filled.out);
            }
        }
    }

    fn fill_level(
        &self,
        filled: &mut Filled,
        (record, duty): (RecordIx, &Duty),
        level: &LevelInfo,
        at: Instant,
    ) {
        let owner = match level.party {
            Some(PartyInfo::Role(role)) => self.holder(record, role),
            _ => NOBODY,
        };
        filled.set_owner(owner, |owner| self.names.text(owner));
        let out = &mut filled.out;
        let end = out.discharged_at.or(out.ended_at);
        out.opened_at = at;
        out.opened_by = None;
        out.due_at = None;
        set_shared(&mut out.owner_role, &level.role);
        out.verdict = match out.verdict {
            Verdict::MetLate => Verdict::Met,
            Verdict::Overdue | Verdict::Paused => Verdict::Pending,
            other => other,
        };
        let end = end.or(self.finished).unwrap_or(at);
        out.used_business = self.reckoned.between(self.program, duty.calendar, at, end);
        out.used_elapsed = end.micros_since(at).max(0);
        out.paused_business = 0;
        out.paused_elapsed = 0;
        let change = match out.verdict {
            Verdict::Met => Some(EntryChange::Met),
            Verdict::Missed => Some(EntryChange::Missed),
            Verdict::Excused => Some(EntryChange::Excused),
            _ => None,
        };
        out.entries.clear();
        if !self.entries {
            return;
        }
        out.entries.push(Entry {
            at,
            change: EntryChange::Opened { due_at: None },
            cause: None,
        });
        out.entries.extend(change.map(|change| Entry {
            at: end,
            change,
            cause: None,
        }));
    }

    pub(crate) fn fill(&self, filled: &mut Filled, record: RecordIx, duty: &Duty, until: Instant) {
        let found = &self.records[record];
        let program = self.program;
        let rule = &program.rules[duty.rule];
        filled.set_subject(found);
        let client = self.client_of(record);
        filled.set_client(client.map(|client| &self.records[client]));
        filled.set_learner(duty.person, |person| self.names.text(person));
        filled.set_tier(duty.tier, |tier| self.tier_text(tier));
        self.fill_owner(filled, record, duty, rule);
        let unjudged = verdict_of(duty) == Verdict::CannotBeJudged;
        let missing = duty.missing.filter(|_| unjudged);
        filled.set_unknown(missing, |missing| self.missing_words(missing));
        let out = &mut filled.out;
        set_shared(&mut out.rule, &rule.key);
        set_shared(&mut out.version, &rule.version);
        out.noun = rule.noun;
        set_shared(&mut out.calendar, &program.calendars[duty.calendar].0);
        out.cycle = duty.cycle;
        out.level = 0;
        out.opened_at = duty.start;
        out.opened_by = (duty.opened_by != NO_EVENT).then_some(duty.opened_by);
        out.due_at = some(duty.due);
        out.verdict = verdict_of(duty);
        let done = matches!(out.verdict, Verdict::Met | Verdict::MetLate);
        let done_at = if duty.done_at == NEVER {
            duty.ended
        } else {
            duty.done_at
        };
        out.discharged_at = done.then_some(done_at);
        out.ended_at = some(duty.ended);
        self.fill_times(out, duty, until);
        out.marks = duty.marks;
        out.entries.clear();
        if !self.entries {
            return;
        }
        let own = found
            .entries
            .iter()
            .filter(|entry| entry.serial == duty.serial);
        out.entries.extend(own.map(|entry| self.entry(entry, rule)));
    }

    fn fill_times(&self, out: &mut Obligation, duty: &Duty, until: Instant) {
        let between = |from, to| self.reckoned.between(self.program, duty.calendar, from, to);
        let end = out.discharged_at.or(out.ended_at).unwrap_or(until);
        let mut business = duty.paused_business;
        let mut elapsed = duty.paused_elapsed;
        if duty.is_paused() && duty.paused_at < end {
            business = business.saturating_add(between(duty.paused_at, end));
            elapsed = elapsed.saturating_add(end.micros_since(duty.paused_at));
        }
        out.paused_business = business;
        out.paused_elapsed = elapsed;
        let used = between(duty.start, end);
        out.used_business = used.saturating_sub(business).max(0);
        out.used_elapsed = end.micros_since(duty.start).max(0);
    }

    fn tier_text(&self, tier: u16) -> Option<&str> {
        let (fact, _) = self.program.tier?;
        let values = &self.program.register[fact].values;
        values.get(usize::from(tier)).map(String::as_str)
    }

    fn fill_owner(&self, filled: &mut Filled, record: RecordIx, duty: &Duty, rule: &RuleInfo) {
        let variant = rule.variants.get(usize::from(duty.variant));
        if let Some(variant) = variant {
            set_shared(&mut filled.out.owner_role, &variant.owner_words);
        }
        filled.out.exception = variant.and_then(|variant| variant.exception.clone());
        let owner = self.owner_of(record, duty);
        let at = if duty.ended == NEVER {
            self.records[record].now
        } else {
            duty.ended
        };
        match self.stand_in(owner, at) {
            Some(deputy) => filled.set_owner_called(Some(deputy)),
            None => filled.set_owner(owner, |owner| self.names.text(owner)),
        }
    }

    fn entry(&self, noted: &Noted, rule: &RuleInfo) -> Entry {
        let change = match noted.change {
            Note::Opened(due) => EntryChange::Opened { due_at: some(due) },
            Note::Rebased(from, to) => EntryChange::Rebased {
                from: some(from),
                to: some(to),
            },
            Note::Paused => EntryChange::Paused,
            Note::Resumed(due) => EntryChange::Resumed { due_at: some(due) },
            Note::Warned(place, variant) => {
                let variant = rule.variants.get(usize::from(variant));
                let warning = variant.and_then(|v| v.warnings.get(usize::from(place)));
                EntryChange::Warned {
                    whom: warning.map(|w| w.whom.clone()).unwrap_or_default(),
                }
            }
            Note::Breached => EntryChange::Breached,
            Note::Escalated(level, rung, skipped, variant) => EntryChange::Escalated {
                level,
                to: level_info(rule, variant, rung)
                    .map_or(kept_language::ast::Whom::Owner, |level| level.to.clone()),
                skipped,
            },
            Note::Met => EntryChange::Met,
            Note::MetLate => EntryChange::MetLate,
            Note::Missed => EntryChange::Missed,
            Note::Excused => EntryChange::Excused,
            Note::Cancelled(reason) => EntryChange::Cancelled { reason },
            Note::Unknown(missing) => EntryChange::Unknown {
                fact: self.missing_words(missing).into_owned(),
            },
            Note::Reassigned(to) => EntryChange::Reassigned {
                to: (to != NOBODY).then(|| self.names.text(to).unwrap_or_default().to_owned()),
            },
            Note::TriggeredAgain => EntryChange::TriggeredAgain,
        };
        Entry {
            at: noted.at,
            change,
            cause: (noted.cause != NO_EVENT).then_some(noted.cause),
        }
    }

    /// Hands out what is still owed, as it stands.
    pub(crate) fn hand_out_owed(&mut self, record: RecordIx, until: Instant) {
        for place in 0..self.records[record].duties.len() {
            let duty = self.records[record].duties.get(place);
            if duty.is_some_and(Duty::is_owed) {
                self.hand_out_as(record, place, until);
            }
        }
    }
}

fn level_info(rule: &RuleInfo, variant: u16, rung: u8) -> Option<&LevelInfo> {
    let variant = rule.variants.get(usize::from(variant))?;
    variant.levels.get(usize::from(rung))
}

pub(crate) fn verdict_of(duty: &Duty) -> Verdict {
    match duty.phase {
        Phase::Closed => duty.verdict,
        Phase::Unknown => Verdict::CannotBeJudged,
        Phase::Open if duty.breached => Verdict::Overdue,
        Phase::Open if duty.is_paused() => Verdict::Paused,
        _ => Verdict::Pending,
    }
}

fn some(at: Instant) -> Option<Instant> {
    (at != NEVER).then_some(at)
}

/// Counts a holder of what is shared only where it is another than before.
fn set_shared<T: ?Sized>(kept: &mut Arc<T>, given: &Arc<T>) {
    if !Arc::ptr_eq(kept, given) {
        kept.clone_from(given);
    }
}
