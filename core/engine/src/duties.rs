//! The life of a duty: it opens, its clock stands still and runs on, it ends.

use kept_kernel::Instant;

use crate::clock::{Due, NEVER, Shift};
use crate::dues::Deadline;
use crate::machine::{Core, Opening, Scope};
use crate::obligation::Verdict;
use crate::program::{CalendarIx, Kind, Owner, RuleIx};
use crate::record::{Duty, NO_TIER, NOBODY, NameIx, Note, Phase, RecordIx};
use crate::truth::Truth;

impl Core<'_> {
    pub(crate) fn duty(&self, record: RecordIx, place: usize) -> Option<Duty> {
        self.records[record].duties.get(place).copied()
    }

    pub(crate) fn set_duty(&mut self, record: RecordIx, place: usize, duty: Duty) {
        if let Some(kept) = self.records[record].duties.get_mut(place) {
            *kept = duty;
        }
    }

    /// The place of the next duty of a record, from a place on, that passes.
    pub(crate) fn next_duty(
        &self,
        record: RecordIx,
        from: usize,
        pass: impl Fn(&Duty) -> bool,
    ) -> Option<usize> {
        let rest = self.records[record].duties.get(from..)?;
        rest.iter().position(pass).map(|place| from + place)
    }

    pub(crate) fn next_serial(&mut self, record: RecordIx) -> u32 {
        let record = &mut self.records[record];
        record.serial = record.serial.wrapping_add(1);
        record.serial
    }

    /// Opens a rule's duty, or one for each person who owes it.
    pub(crate) fn open_rule(&mut self, rule: RuleIx, record: RecordIx, at: Instant, cause: u64) {
        let program = self.program;
        let info = &program.rules[rule];
        if !info.is_in_force(at) {
            return;
        }
        let people = &program.people;
        match info.variants.first().map(|variant| &variant.owner) {
            Some(Owner::Each(role)) => {
                for person in people.holders(*role, at) {
                    let name = self.names.of(&person.id);
                    self.open_for(rule, record, name, (at, cause));
                }
            }
            Some(Owner::Everyone(roles)) => {
                for person in people.iter() {
                    let listed = roles
                        .as_ref()
                        .is_none_or(|roles| roles.iter().any(|role| person.has_role(*role, at)));
                    if person.employed.holds(at) && listed {
                        let name = self.names.of(&person.id);
                        self.open_for(rule, record, name, (at, cause));
                    }
                }
            }
            _ => self.open_for(rule, record, NOBODY, (at, cause)),
        }
    }

    /// The place of the duty of this rule on this record, of this person.
    pub(crate) fn find_duty(
        &self,
        record: RecordIx,
        ident: crate::program::IdentIx,
        person: NameIx,
    ) -> Option<usize> {
        self.records[record]
            .duties
            .iter()
            .rposition(|duty| duty.ident == ident && duty.person == person)
    }

    pub(crate) fn open_for(
        &mut self,
        rule: RuleIx,
        record: RecordIx,
        person: NameIx,
        (at, cause): (Instant, u64),
    ) {
        let info = &self.program.rules[rule];
        if !self.runs(rule) {
            return;
        }
        let mut duty = Duty::new(rule, info.ident, at, cause);
        duty.person = person;
        let known = self.find_duty(record, info.ident, person);
        let place = match known.and_then(|place| self.duty(record, place).map(|d| (place, d))) {
            Some((place, old)) if old.is_owed() && matches!(info.kind, Kind::Retention) => {
                return self.keep_longer(record, (place, old), duty);
            }
            Some((_, old)) if old.is_owed() && !info.is_periodic() => {
                let note = Note::TriggeredAgain;
                self.records[record].note(old.serial, at, cause, note);
                return;
            }
            Some((place, old)) => {
                duty.cycle = match old.phase {
                    Phase::Latent | Phase::Turn => old.cycle,
                    _ => old.cycle.saturating_add(1),
                };
                (!(info.is_periodic() && old.is_alive())).then_some(place)
            }
            None => {
                let before = self.cycles_before(record, info.ident, person);
                duty.cycle = before.saturating_add(1);
                None
            }
        };
        self.begin(record, place, duty, (at, cause));
    }

    /// Another record of the kind that is kept: the time counts from it. What was not due leaves no trace.
    fn keep_longer(&mut self, record: RecordIx, (place, old): (usize, Duty), mut duty: Duty) {
        let (at, cause) = (duty.start, duty.opened_by);
        duty.cycle = old.cycle;
        if old.breached {
            duty.cycle = old.cycle.saturating_add(1);
            self.close(record, place, (at, cause), Verdict::Missed, Note::Missed);
        } else {
            let entries = &mut self.records[record].entries;
            entries.retain(|entry| entry.serial != old.serial);
        }
        self.begin(record, Some(place), duty, (at, cause));
    }

    /// Whether this machine runs the rule.
    pub(crate) fn runs(&self, rule: RuleIx) -> bool {
        let of_company = || {
            let info = &self.program.rules[rule];
            self.program.belongs_to_company(info)
        };
        match self.scope {
            Scope::All => true,
            Scope::Cases => !of_company(),
            Scope::Company => of_company(),
        }
    }

    /// Puts a new duty on a record and starts it as far as it can be judged.
    pub(crate) fn begin(
        &mut self,
        record: RecordIx,
        place: Option<usize>,
        mut duty: Duty,
        (at, cause): (Instant, u64),
    ) {
        let rule = duty.rule;
        let info = &self.program.rules[rule];
        if !self.runs(rule) {
            return;
        }
        duty.serial = self.next_serial(record);
        duty.calendar = self.calendar_for(record, &duty);
        duty.tier = self.tier_of(record);
        duty.fixed = self.fix_tests(record, rule, at, u64::MAX);
        let judged = self.applies(record, rule, at, duty.fixed);
        duty.variant = judged.variant;
        duty.marks.exception_unknown = judged.exception_unknown;
        match judged.applies {
            Truth::False if !info.latent || self.records[record].is_over() => return,
            Truth::Unknown(missing) => {
                duty.phase = Phase::Unknown;
                duty.missing = Some(missing);
                self.note_unknown(record, &duty, at, cause, missing);
            }
            Truth::False | Truth::True => {}
        }
        self.begin_pause(record, &mut duty, at);
        let starts = judged.applies == Truth::True;
        if starts {
            self.reckon(record, &mut duty, at, cause);
        }
        let place = match place {
            Some(place) => {
                self.set_duty(record, place, duty);
                place
            }
            None => {
                let duties = &mut self.records[record].duties;
                if duties.capacity() == 0 {
                    duties.reserve_exact(self.program.groups[info.group].rules.min(12));
                }
                duties.push(duty);
                duties.len() - 1
            }
        };
        if starts {
            self.done_before(record, place, at, cause);
        }
    }

    /// The clock of a duty starts: at its trigger, or later with its original start once that can be judged.
    pub(crate) fn start_clock(&mut self, record: RecordIx, place: usize, at: Instant, cause: u64) {
        let Some(mut duty) = self.duty(record, place) else {
            return;
        };
        self.reckon(record, &mut duty, at, cause);
        self.set_duty(record, place, duty);
        self.done_before(record, place, at, cause);
    }

    /// Reckons the deadline of a duty whose clock starts.
    fn reckon(&mut self, record: RecordIx, duty: &mut Duty, at: Instant, cause: u64) {
        let unseen = duty.phase != Phase::Unknown;
        let start = duty.start;
        let deadline = self.deadline(record, duty, start);
        if let Deadline::Unknown(missing) = deadline {
            if unseen {
                self.note_unknown(record, duty, at, cause, missing);
            }
            duty.phase = Phase::Unknown;
            duty.missing = Some(missing);
            return;
        }
        duty.missing = None;
        duty.phase = match deadline {
            Deadline::Waiting => Phase::Anchor,
            _ => Phase::Open,
        };
        let mut promised = NEVER;
        if let Deadline::Known(due) = deadline {
            self.settle_pause(duty, at, false);
            promised = self.set_due(duty, due);
        }
        if unseen {
            let note = Note::Opened(promised);
            self.records[record].note(duty.serial, start, duty.opened_by, note);
            self.note_deputy(record, duty, at);
        }
        if duty.done_at == NEVER {
            self.whole_span_from_now(record, duty, at);
        }
        if duty.due != promised || (!unseen && promised != NEVER) {
            let from = if unseen { promised } else { NEVER };
            duty.marks.rebased = true;
            let note = Note::Rebased(from, duty.due);
            self.records[record].note(duty.serial, at, cause, note);
        }
        self.schedule(duty, at);
    }

    /// What was done before its clock started ends a duty as it starts; so does an exception that waives it.
    fn done_before(&mut self, record: RecordIx, place: usize, at: Instant, cause: u64) {
        let Some(duty) = self.records[record].duties.get(place) else {
            return;
        };
        let (ident, done_at, done_by) = (duty.ident, duty.done_at, duty.done_by);
        if duty.phase == Phase::Unknown {
            return;
        }
        if done_at != NEVER {
            let at = done_at.max(duty.start);
            self.discharge(record, place, at, done_by);
        } else if self.granted && self.is_waived(record, ident, at) {
            self.close(record, place, (at, cause), Verdict::Excused, Note::Excused);
        }
    }

    /// Whoever owes it is away as it opens: the deputy stands in, and the record says so.
    fn note_deputy(&mut self, record: RecordIx, duty: &Duty, at: Instant) {
        if self.program.people.is_empty() {
            return;
        }
        let owner = self.owner_of(record, duty);
        if let Some(deputy) = self.stand_in(owner, at) {
            let deputy = self.names.of(deputy);
            let note = Note::Reassigned(deputy);
            self.records[record].note(duty.serial, at, duty.opened_by, note);
        }
    }

    /// A duty that opens late, its deadline past, has its whole span from now.
    fn whole_span_from_now(&self, record: RecordIx, duty: &mut Duty, at: Instant) {
        if duty.due >= at || duty.start >= at {
            return;
        }
        if let Deadline::Known(due) = self.deadline(record, &mut duty.clone(), at) {
            duty.settled_business = duty.paused_business;
            duty.settled_elapsed = duty.paused_elapsed;
            duty.base = due.base.max(at);
            duty.shift = due.shift;
            duty.next_day = due.next_day;
            duty.due = due.moved(self.calendar_of(duty), 0, 0).max(at);
        }
    }

    /// Sets a deadline reckoned from the original start; returns it.
    fn set_due(&self, duty: &mut Duty, due: Due) -> Instant {
        duty.promise = due.base;
        duty.base = due.base;
        duty.shift = due.shift;
        duty.next_day = due.next_day;
        let (business, elapsed) = duty.paused_for_deadline();
        duty.due = due.moved(self.calendar_of(duty), business, elapsed);
        duty.due
    }

    /// Adds a running pause up to now to the sums. `afresh` drops what was before: the clock starts only now.
    pub(crate) fn settle_pause(&self, duty: &mut Duty, at: Instant, afresh: bool) {
        if duty.is_paused() && duty.paused_at < at {
            let calendar = self.calendar_of(duty);
            let business = calendar.between(duty.paused_at, at);
            let elapsed = at.micros_since(duty.paused_at);
            duty.paused_business = duty.paused_business.saturating_add(business);
            duty.paused_elapsed = duty.paused_elapsed.saturating_add(elapsed);
            duty.paused_at = at;
        }
        if afresh {
            duty.settled_business = duty.paused_business;
            duty.settled_elapsed = duty.paused_elapsed;
        }
    }

    fn stands_still(&self, record: RecordIx, duty: &Duty) -> bool {
        let rule = &self.program.rules[duty.rule];
        let variant = rule.variants.get(usize::from(duty.variant));
        variant.is_some_and(|variant| {
            let mut states = variant.pausing.iter();
            states.any(|state| self.state(record, state) == Truth::True)
        })
    }

    fn begin_pause(&self, record: RecordIx, duty: &mut Duty, at: Instant) {
        if self.program.briefs[duty.rule].pauses && self.stands_still(record, duty) {
            duty.paused_at = at;
        }
    }

    /// Clocks stop and run on as the states of a record say. After the deadline nothing stops them.
    pub(crate) fn pauses(&mut self, record: RecordIx, at: Instant, cause: u64) {
        let mut next = 0;
        while let Some(place) = self.next_to_turn(record, next) {
            next = place + 1;
            self.turn_clock(record, place, (at, cause));
        }
    }

    /// The next duty whose clock stands still and should run, or the other way round.
    fn next_to_turn(&self, record: RecordIx, from: usize) -> Option<usize> {
        let briefs = &self.program.briefs;
        self.next_duty(record, from, |duty| {
            let counts = matches!(duty.phase, Phase::Open | Phase::Unknown | Phase::Latent);
            let may = counts && !duty.breached && (duty.is_paused() || briefs[duty.rule].pauses);
            may && self.stands_still(record, duty) != duty.is_paused()
        })
    }

    fn turn_clock(&mut self, record: RecordIx, place: usize, (at, cause): (Instant, u64)) {
        let Some(mut duty) = self.duty(record, place) else {
            return;
        };
        let open = duty.phase == Phase::Open;
        if duty.is_paused() {
            self.settle_pause(&mut duty, at, false);
            duty.paused_at = NEVER;
            if open {
                self.move_due(&mut duty);
                let note = Note::Resumed(duty.due);
                self.records[record].note(duty.serial, at, cause, note);
            }
        } else {
            duty.paused_at = at;
            if open {
                self.records[record].note(duty.serial, at, cause, Note::Paused);
            }
        }
        self.schedule(&mut duty, at);
        self.set_duty(record, place, duty);
    }

    /// The deadline after the pauses so far.
    pub(crate) fn move_due(&self, duty: &mut Duty) {
        if duty.base == NEVER {
            return;
        }
        let due = Due {
            base: duty.base,
            shift: duty.shift,
            span: None,
            next_day: duty.next_day,
        };
        let (business, elapsed) = duty.paused_for_deadline();
        duty.due = due.moved(self.calendar_of(duty), business, elapsed);
    }

    /// The act is done, with all its proof.
    pub(crate) fn discharge(&mut self, record: RecordIx, place: usize, at: Instant, cause: u64) {
        let Some(mut duty) = self.duty(record, place) else {
            return;
        };
        if duty.is_paused() {
            self.settle_pause(&mut duty, at, false);
            self.move_due(&mut duty);
            duty.paused_at = NEVER;
        }
        let in_time = duty.phase == Phase::Anchor || at <= duty.due;
        if self.program.rules[duty.rule].reopened.is_some() && duty.due != NEVER && in_time {
            duty.left = match duty.shift {
                Shift::Business => self.calendar_of(&duty).between(at, duty.due),
                _ => duty.due.micros_since(at),
            };
        }
        let (verdict, note) = if in_time && !duty.breached {
            (Verdict::Met, Note::Met)
        } else {
            (Verdict::MetLate, Note::MetLate)
        };
        self.set_duty(record, place, duty);
        self.close(record, place, (at, cause), verdict, note);
    }

    /// Gives a duty its verdict, hands it out, and notes what that sets off.
    pub(crate) fn close(
        &mut self,
        record: RecordIx,
        place: usize,
        (at, cause): (Instant, u64),
        verdict: Verdict,
        note: Note,
    ) {
        let Some(duty) = self.records[record].duties.get_mut(place) else {
            return;
        };
        if duty.is_paused() {
            let mut duty = *duty;
            self.settle_pause(&mut duty, at, false);
            if duty.phase == Phase::Open && !duty.breached {
                self.move_due(&mut duty);
            }
            duty.paused_at = NEVER;
            self.set_duty(record, place, duty);
        }
        let found = &mut self.records[record];
        let Some(duty) = found.duties.get_mut(place) else {
            return;
        };
        duty.phase = Phase::Closed;
        duty.verdict = verdict;
        duty.ended = at;
        duty.wake = NEVER;
        let (rule, ident, person, serial) = (duty.rule, duty.ident, duty.person, duty.serial);
        found.note(serial, at, cause, note);
        found.served = true;
        self.hand_out(record, place);
        let program = self.program;
        if matches!(verdict, Verdict::Met | Verdict::MetLate) {
            if matches!(program.rules[rule].kind, Kind::Course(_)) {
                self.queue.push(Opening::Again(rule, record, person));
            }
            for next in &program.idents[ident].when_done {
                self.queue.push(Opening::Rule(*next, record, cause));
            }
            if program.rules[rule].is_rhythm()
                && let Some(next) = program.in_force(ident, at)
            {
                self.queue.push(Opening::Rhythm(next, record, cause));
            }
        }
        if !program.idents[ident].procedures.is_empty() {
            self.queue.push(Opening::Steps(record, cause));
        }
    }

    /// The calendar that applies: the client's own, else the responsible team's, else the company's.
    fn calendar_for(&self, record: RecordIx, duty: &Duty) -> CalendarIx {
        let program = self.program;
        if !program.client_calendars.is_empty() {
            let client = self.client_of(record);
            let own =
                client.and_then(|c| program.client_calendars.get(self.records[c].id.as_str()));
            if let Some(own) = own {
                return *own;
            }
        }
        if !program.team_calendars.is_empty() {
            let owner = self.owner_of(record, duty);
            let person = self.names.text(owner).and_then(|p| program.people.get(p));
            let team = person.and_then(|person| person.team.as_ref());
            if let Some(team) = team.and_then(|team| program.team_calendars.get(team)) {
                return *team;
            }
        }
        CalendarIx(0)
    }

    fn tier_of(&self, record: RecordIx) -> u16 {
        let known = self.program.tier.and_then(|(_, slot)| {
            let client = self.client_of(record)?;
            self.records[client].fact(slot)
        });
        match known {
            Some(kept_language::ast::Value::Choice(tier)) => tier,
            _ => NO_TIER,
        }
    }
}
