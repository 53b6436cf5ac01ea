//! What the engine keeps of a record while a rule may still need it.

use kept_kernel::{Duration, Instant};
use kept_language::ast::Value;
use kept_language::{FactId, ProofId, RoleId, StateId};

use crate::clock::{NEVER, Shift};
use crate::event::Handling;
use crate::ids::Id;
use crate::list::positions;
use crate::obligation::{CancelReason, Marks, Verdict};
use crate::program::{CalendarIx, GroupIx, IdentIx, ProcedureIx, RuleIx};

positions! {
    /// A record in the engine's memory.
    RecordIx;
    /// A name of a person.
    NameIx;
}

/// No name.
pub(crate) const NOBODY: NameIx = NameIx(u32::MAX);
/// No event.
pub(crate) const NO_EVENT: u64 = u64::MAX;
/// No record.
pub(crate) const NO_RECORD: RecordIx = RecordIx(u32::MAX);

/// A record: what is known of it, and what is owed on it. What finds it and brings it up to an event lies in one line of the
/// cache, then what rules ask.
#[derive(Clone, Debug, Default)]
#[repr(C, align(64))]
pub(crate) struct Record {
    pub(crate) id: Id,
    pub(crate) group: GroupIx,
    pub(crate) noun: u16,
    pub(crate) alive: bool,
    /// Some duty of it has ended.
    pub(crate) served: bool,
    /// Up to when it has been judged.
    pub(crate) now: Instant,
    /// When time alone changes something next.
    pub(crate) wake: Instant,
    /// The last event that touched it.
    pub(crate) touched_in: u64,

    pub(crate) duties: Vec<Duty>,
    pub(crate) links: Vec<Link>,
    /// When a definition may change by time alone.
    pub(crate) recheck: Instant,
    /// The last search that found it.
    pub(crate) found_in: u64,

    pub(crate) facts: Vec<Known>,
    /// Which one it is of all that have been made.
    pub(crate) born: u64,
    pub(crate) states: u64,
    pub(crate) parts: Vec<(NameIx, NameIx)>,

    pub(crate) entries: Vec<Noted>,
    pub(crate) ended: Instant,
    pub(crate) serial: u32,
    /// How many records belong to it.
    pub(crate) held: u32,
    pub(crate) rare: Option<Box<Rare>>,
    pub(crate) doubtful_states: u64,
    /// Only the rungs of its ladders are noted.
    pub(crate) quiet: bool,
    /// Something changed under its duties without their being judged again: next time all are.
    pub(crate) stale: bool,

    pub(crate) hash: u64,
    pub(crate) reopened: Instant,
    pub(crate) marks: Vec<Mark>,
    /// What belongs to it, where some rule asks.
    pub(crate) members: Vec<RecordIx>,
    pub(crate) holders: Vec<(RoleId, NameIx)>,
    /// The act by which it began.
    pub(crate) begun_by: Option<kept_language::ActId>,
}

/// What few records have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rare {
    pub(crate) runs: Vec<Run>,
    pub(crate) waits: Vec<Waiting>,
    pub(crate) grants: Vec<Grant>,
    /// Rules that fire once per case and have.
    pub(crate) fired: Vec<RuleIx>,
    /// How many records of a kind have belonged to it.
    pub(crate) counts: Vec<(GroupIx, u32)>,
    /// The kinds of proof that its events have brought, where stages ask for some.
    pub(crate) shown: Vec<ProofId>,
    /// Where in the archive records lie that belong to it.
    pub(crate) resting: Vec<RecordIx>,
}

impl Rare {
    /// Whether anything of it may matter after its record is over.
    pub(crate) fn matters(&self) -> bool {
        let idle = self.waits.is_empty() && self.grants.is_empty() && self.counts.is_empty();
        !idle || !self.fired.is_empty() || !self.shown.is_empty()
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Known {
    pub(crate) value: Option<Value>,
    /// Recorded by hand although a definition gives it.
    pub(crate) by_hand: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub(crate) to: RecordIx,
    /// Its place among the members of that record.
    pub(crate) place: u32,
    /// The hash of that record's id.
    pub(crate) hash: u64,
}

impl Default for Link {
    fn default() -> Self {
        Self {
            to: NO_RECORD,
            place: 0,
            hash: 0,
        }
    }
}

/// When an act happened first and last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub(crate) first: Instant,
    pub(crate) last: Instant,
}

impl Default for Mark {
    fn default() -> Self {
        Self {
            first: NEVER,
            last: NEVER,
        }
    }
}

/// A running wait of a gate: so long after …, without ….
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    pub(crate) gate: RuleIx,
    pub(crate) passage: usize,
    pub(crate) since: Instant,
    pub(crate) voided: Instant,
}

/// A granted exception.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grant {
    pub(crate) ident: IdentIx,
    pub(crate) handling: Handling,
    pub(crate) expires: Instant,
}

impl Grant {
    pub(crate) fn span(&self) -> Option<Duration> {
        match self.handling {
            Handling::Within(span) => Some(span),
            Handling::Waived => None,
        }
    }
}

/// A procedure that runs on this record.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) procedure: ProcedureIx,
    pub(crate) steps: Vec<StepState>,
    pub(crate) over: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum StepState {
    Waits,
    Opened,
    Done,
}

/// Where a duty is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Phase {
    /// Its condition does not hold, but may.
    #[default]
    Latent,
    /// A fact is missing.
    Unknown,
    /// A step before its turn.
    Turn,
    /// Open, without a date until its anchor happens.
    Anchor,
    /// Open: pending, paused or overdue.
    Open,
    /// It has its verdict.
    Closed,
}

/// What is missing where something cannot be judged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Missing {
    Fact(FactId),
    State(StateId),
    Record(GroupIx),
}

/// A duty on a record. What every event looks at stands first.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct Duty {
    pub(crate) rule: RuleIx,
    pub(crate) ident: IdentIx,
    pub(crate) person: NameIx,
    pub(crate) variant: u16,
    pub(crate) phase: Phase,
    pub(crate) breached: bool,
    pub(crate) wake: Instant,
    pub(crate) due: Instant,
    /// Whether its clock stands still, and since when.
    pub(crate) paused_at: Instant,
    pub(crate) done_at: Instant,
    pub(crate) start: Instant,
    pub(crate) opened_by: u64,
    pub(crate) cycle: u32,
    pub(crate) serial: u32,
    /// When the act was done, proof or not.
    pub(crate) act_at: Instant,
    pub(crate) base: Instant,
    pub(crate) fixed: u64,
    pub(crate) proof: u32,
    pub(crate) row: u32,
    pub(crate) verdict: Verdict,
    pub(crate) shift: Shift,
    pub(crate) next_day: bool,
    pub(crate) by_hand: bool,
    pub(crate) level: u8,
    pub(crate) tier: u16,
    pub(crate) calendar: CalendarIx,
    pub(crate) warned: u32,
    /// Where its span starts.
    pub(crate) from: Instant,
    /// The deadline that its rule last promised, whatever became of it.
    pub(crate) promise: Instant,
    pub(crate) paused_business: i64,
    pub(crate) paused_elapsed: i64,
    /// Pauses up to here are in the base already.
    pub(crate) settled_business: i64,
    pub(crate) settled_elapsed: i64,
    /// The event that did it.
    pub(crate) done_by: u64,
    /// Time left when it was met, in microseconds of its own kind; for one that goes on when reopened.
    pub(crate) left: i64,
    pub(crate) marks: Marks,
    pub(crate) missing: Option<Missing>,
    pub(crate) ended: Instant,
    /// A span given instead of the rule's, in microseconds: what was left when it was met. Nought: none.
    pub(crate) rest: i64,
    pub(crate) rest_shift: Shift,
}

/// No row chosen for good, no tier known.
pub(crate) const NO_ROW: u32 = u32::MAX;
pub(crate) const NO_TIER: u16 = u16::MAX;

impl Duty {
    pub(crate) fn new(rule: RuleIx, ident: IdentIx, start: Instant, cause: u64) -> Self {
        Self {
            rule,
            ident,
            variant: 0,
            person: NOBODY,
            cycle: 1,
            serial: 0,
            phase: Phase::Latent,
            verdict: Verdict::Pending,
            start,
            from: start,
            opened_by: cause,
            base: NEVER,
            due: NEVER,
            promise: NEVER,
            shift: Shift::None,
            next_day: false,
            by_hand: false,
            paused_at: NEVER,
            paused_business: 0,
            paused_elapsed: 0,
            settled_business: 0,
            settled_elapsed: 0,
            act_at: NEVER,
            done_at: NEVER,
            done_by: NO_EVENT,
            proof: 0,
            wake: NEVER,
            warned: 0,
            level: 0,
            breached: false,
            fixed: 0,
            row: NO_ROW,
            left: 0,
            calendar: CalendarIx(0),
            tier: NO_TIER,
            marks: Marks::default(),
            missing: None,
            ended: NEVER,
            rest: 0,
            rest_shift: Shift::None,
        }
    }

    /// Whether it is owed: open, or open but not to be judged yet.
    pub(crate) fn is_owed(&self) -> bool {
        matches!(self.phase, Phase::Open | Phase::Anchor | Phase::Unknown)
    }

    /// Whether an event may still matter to it.
    pub(crate) fn is_alive(&self) -> bool {
        self.phase != Phase::Closed
    }

    pub(crate) fn is_paused(&self) -> bool {
        self.paused_at != NEVER
    }

    /// The original start of a rhythm's next cycle is now.
    pub(crate) fn restart(&mut self, at: Instant, cause: u64) {
        self.start = at;
        self.from = at;
        self.opened_by = cause;
        self.paused_business = 0;
        self.paused_elapsed = 0;
        self.done_at = NEVER;
        self.act_at = NEVER;
        self.proof = 0;
        if self.is_paused() {
            self.paused_at = at;
        }
    }

    /// The paused time that moves its deadline, working and around the clock.
    pub(crate) fn paused_for_deadline(&self) -> (i64, i64) {
        (
            self.paused_business.saturating_sub(self.settled_business),
            self.paused_elapsed.saturating_sub(self.settled_elapsed),
        )
    }
}

/// An entry as it is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noted {
    pub(crate) serial: u32,
    pub(crate) at: Instant,
    pub(crate) cause: u64,
    pub(crate) change: Note,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Note {
    Opened(Instant),
    Rebased(Instant, Instant),
    Paused,
    Resumed(Instant),
    Warned(u8, u16),
    Breached,
    /// The level, which rung it went to, how many were passed over, and under which variant.
    Escalated(u8, u8, u8, u16),
    Met,
    MetLate,
    Missed,
    Excused,
    Cancelled(CancelReason),
    Unknown(Missing),
    Reassigned(NameIx),
    TriggeredAgain,
}

impl Record {
    /// Makes a used place new.
    pub(crate) fn reset(&mut self) {
        self.alive = true;
        self.ended = NEVER;
        self.reopened = Instant::MIN;
        self.now = Instant::MIN;
        self.wake = NEVER;
        self.recheck = NEVER;
        self.states = 0;
        self.doubtful_states = 0;
        self.serial = 0;
        self.served = false;
        self.stale = false;
        self.begun_by = None;
        self.touched_in = 0;
        self.found_in = 0;
        self.held = 0;
        self.facts.clear();
        self.links.clear();
        self.members.clear();
        self.marks.clear();
        self.duties.clear();
        self.entries.clear();
        self.parts.clear();
        self.holders.clear();
        self.rare = None;
    }

    /// How many records of a kind have belonged to it.
    pub(crate) fn counted(&self, group: GroupIx) -> u32 {
        let counts = self.rare.as_ref().map(|rare| rare.counts.as_slice());
        let mut counts = counts.unwrap_or_default().iter();
        counts
            .find(|(known, _)| *known == group)
            .map_or(0, |(_, count)| *count)
    }

    pub(crate) fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_with(Box::default)
    }

    pub(crate) fn fact(&self, slot: usize) -> Option<Value> {
        self.facts.get(slot).and_then(|known| known.value)
    }

    /// Sets a value; tells whether it differs from the one before.
    pub(crate) fn set_fact(&mut self, slot: usize, value: Option<Value>) -> bool {
        if self.facts.len() <= slot {
            self.facts.resize(slot + 1, Known::default());
        }
        match self.facts.get_mut(slot) {
            Some(known) if known.value != value => {
                known.value = value;
                true
            }
            _ => false,
        }
    }

    pub(crate) fn mark(&self, slot: usize) -> Mark {
        self.marks.get(slot).copied().unwrap_or_default()
    }

    pub(crate) fn set_mark(&mut self, slot: usize, at: Instant) {
        if self.marks.len() <= slot {
            self.marks.resize(slot + 1, Mark::default());
        }
        if let Some(mark) = self.marks.get_mut(slot) {
            mark.first = mark.first.min(at);
            mark.last = at;
        }
    }

    pub(crate) fn link(&self, slot: usize) -> Option<RecordIx> {
        self.links
            .get(slot)
            .map(|link| link.to)
            .filter(|to| *to != NO_RECORD)
    }

    pub(crate) fn is_over(&self) -> bool {
        self.ended != NEVER
    }

    pub(crate) fn note(&mut self, serial: u32, at: Instant, cause: u64, change: Note) {
        if self.quiet && !matches!(change, Note::Escalated(..)) {
            return;
        }
        self.entries.push(Noted {
            serial,
            at,
            cause,
            change,
        });
    }
}
