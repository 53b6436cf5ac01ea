//! Procedures that run: whose turn it is.

use kept_kernel::Instant;

use crate::machine::{Core, Scope};
use crate::obligation::{CancelReason, Verdict};
use crate::program::{IdentIx, ProcedureIx};
use crate::record::{Duty, NOBODY, Note, Phase, RecordIx, Run, StepState};
use crate::truth::Truth;

impl Core<'_> {
    /// Starts a procedure on the record on which its duties hang. While it runs there, nothing happens.
    pub(crate) fn start_procedure(
        &mut self,
        procedure: ProcedureIx,
        case: RecordIx,
        (at, cause): (Instant, u64),
    ) {
        let program = self.program;
        let info = &program.procedures[procedure];
        let in_force = info.from <= at && at < info.until;
        let holds = info.condition.as_ref().map_or(Truth::True, |condition| {
            self.judge(case, condition, at, None)
        });
        let Some(record) = self.end_of(case, &info.record) else {
            return;
        };
        if !in_force || holds != Truth::True || self.scope == Scope::Company {
            return;
        }
        self.touch(record, at);
        let runs = self.records[record].rare_mut();
        let running = runs
            .runs
            .iter()
            .any(|run| !run.over && program.procedures[run.procedure].key == info.key);
        if running {
            return;
        }
        runs.runs.retain(|run| !run.over);
        runs.runs.push(Run {
            procedure,
            steps: vec![StepState::Waits; info.items.len()],
            over: false,
        });
        for item in &info.items {
            self.wait_for_turn(record, item.step, (at, cause));
        }
        self.advance_steps(record, at, cause);
    }

    /// A step before its turn: what is done for it now counts.
    fn wait_for_turn(&mut self, record: RecordIx, step: IdentIx, (at, cause): (Instant, u64)) {
        let Some(rule) = self.program.in_force(step, at) else {
            return;
        };
        let known = self.find_duty(record, step, NOBODY);
        let old = known.and_then(|place| self.duty(record, place));
        if old.is_some_and(|old| old.is_alive()) {
            return;
        }
        let mut duty = Duty::new(rule, step, at, cause);
        duty.phase = Phase::Turn;
        duty.cycle = old.map_or(1, |old| old.cycle.saturating_add(1));
        match known {
            Some(place) => self.set_duty(record, place, duty),
            None => self.records[record].duties.push(duty),
        }
    }

    /// Opens the steps whose turn has come.
    pub(crate) fn advance_steps(&mut self, record: RecordIx, at: Instant, cause: u64) {
        let Some(rare) = &mut self.records[record].rare else {
            return;
        };
        if rare.runs.is_empty() {
            return;
        }
        let mut runs = std::mem::take(&mut rare.runs);
        for run in &mut runs {
            while !run.over && self.advance_run(record, run, (at, cause)) {}
        }
        self.records[record].rare_mut().runs = runs;
    }

    /// One round over the steps of a run; tells whether something moved.
    fn advance_run(
        &mut self,
        record: RecordIx,
        run: &mut Run,
        (at, cause): (Instant, u64),
    ) -> bool {
        let program = self.program;
        let info = &program.procedures[run.procedure];
        let mut moved = false;
        for (place, item) in info.items.iter().enumerate() {
            let state = run.steps.get(place).copied().unwrap_or(StepState::Done);
            let next = match state {
                StepState::Done => continue,
                StepState::Opened => {
                    let found = self.find_duty(record, item.step, NOBODY);
                    let duty = found.and_then(|place| self.duty(record, place));
                    if duty.is_some_and(|duty| duty.is_alive()) {
                        continue;
                    }
                    StepState::Done
                }
                StepState::Waits => {
                    let done = |before: &usize| run.steps.get(*before) == Some(&StepState::Done);
                    if !item.after.iter().all(done) {
                        continue;
                    }
                    let needed = item.condition.as_ref().map_or(Truth::True, |condition| {
                        self.judge(record, condition, at, None)
                    });
                    match needed {
                        Truth::Unknown(_) => continue,
                        Truth::True => {
                            self.open_step(record, item.step, (at, cause));
                            StepState::Opened
                        }
                        Truth::False => {
                            self.not_needed(record, item.step, (at, cause));
                            StepState::Done
                        }
                    }
                }
            };
            moved = true;
            if let Some(kept) = run.steps.get_mut(place) {
                *kept = next;
            }
        }
        run.over = run.steps.iter().all(|step| *step == StepState::Done);
        moved
    }

    fn open_step(&mut self, record: RecordIx, step: IdentIx, (at, cause): (Instant, u64)) {
        let Some(rule) = self.program.in_force(step, at) else {
            return;
        };
        let Some(place) = self.find_duty(record, step, NOBODY) else {
            return;
        };
        let Some(waiting) = self.duty(record, place).filter(|d| d.phase == Phase::Turn) else {
            return;
        };
        let mut duty = Duty::new(rule, step, at, cause);
        duty.cycle = waiting.cycle;
        duty.act_at = waiting.act_at;
        duty.done_at = waiting.done_at;
        duty.done_by = waiting.done_by;
        duty.proof = waiting.proof;
        duty.marks = waiting.marks;
        self.begin(record, Some(place), duty, (at, cause));
        // An exception may leave the step out: then it is not needed.
        let left = self.duty(record, place);
        if left.is_some_and(|duty| duty.phase == Phase::Turn) {
            self.not_needed(record, step, (at, cause));
        }
    }

    fn not_needed(&mut self, record: RecordIx, step: IdentIx, (at, cause): (Instant, u64)) {
        let Some(place) = self.find_duty(record, step, NOBODY) else {
            return;
        };
        let Some(mut duty) = self.duty(record, place) else {
            return;
        };
        if duty.phase != Phase::Turn {
            return;
        }
        duty.start = at;
        duty.opened_by = cause;
        duty.serial = self.next_serial(record);
        let opened = Note::Opened(crate::clock::NEVER);
        self.records[record].note(duty.serial, at, cause, opened);
        self.set_duty(record, place, duty);
        let note = Note::Cancelled(CancelReason::NotNeeded);
        self.close(record, place, (at, cause), Verdict::Cancelled, note);
    }
}
