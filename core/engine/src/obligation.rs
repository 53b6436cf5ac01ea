//! What the engine answers: obligations, and the entries of their lives.

use std::sync::Arc;

use kept_kernel::Instant;
use kept_language::NounId;
use kept_language::ast::{RuleKey, Whom};
use serde::Serialize;

/// A duty that one rule opened for one case: what is owed, by whom, until when, why, and how it ended.
#[derive(Clone, Debug)]
pub struct Obligation {
    /// The rule.
    pub rule: Arc<RuleKey>,
    /// The version of its document.
    pub version: Arc<str>,
    /// What the case is.
    pub noun: NounId,
    /// Which one.
    pub subject: String,
    /// The client, where known.
    pub client: Option<String>,
    /// The client's tier when it opened, where known.
    pub tier: Option<String>,
    /// The person for whom it was opened, where the rule says `each`.
    pub learner: Option<String>,
    /// 1, then one more for each reopening or later trigger.
    pub cycle: u32,
    /// For the duty of an escalation: its rung; 0 for the duty itself.
    pub level: u8,
    /// When it began to count.
    pub opened_at: Instant,
    /// The event that opened it, by its place in the journal; none for what time alone opened.
    pub opened_by: Option<u64>,
    /// Until when; none: without a date, or waiting for its anchor.
    pub due_at: Option<Instant>,
    /// When it was discharged: the time of the act itself.
    pub discharged_at: Option<Instant>,
    /// When its verdict was decided, where it has one.
    pub ended_at: Option<Instant>,
    /// How it stands.
    pub verdict: Verdict,
    /// Working time from opening to discharge, or to the end, less pauses, in microseconds.
    pub used_business: i64,
    /// Time around the clock from opening to discharge, or to the end, in microseconds; pauses are not taken off.
    pub used_elapsed: i64,
    /// Working time that it stood still, in microseconds.
    pub paused_business: i64,
    /// Time around the clock that it stood still, in microseconds.
    pub paused_elapsed: i64,
    /// The role or part that owes it, in words.
    pub owner_role: Arc<str>,
    /// The person who owes it, where known.
    pub owner: Option<String>,
    /// The calendar that applied, in words.
    pub calendar: Arc<str>,
    /// The exception that applied, by its identity.
    pub exception: Option<Arc<RuleKey>>,
    /// Things to count beside the figure.
    pub marks: Marks,
    /// The fact without which it cannot be judged.
    pub unknown: Option<String>,
    /// Every change of its life, in order.
    pub entries: Vec<Entry>,
}

impl Obligation {
    /// Whether it is the duty of a rung of a ladder.
    pub const fn is_level(&self) -> bool {
        self.level > 0
    }

    /// One to be filled in.
    pub(crate) fn empty() -> Self {
        Self {
            rule: Arc::new(RuleKey {
                code: String::new(),
                id: String::new(),
            }),
            version: "".into(),
            noun: NounId(0),
            subject: String::new(),
            client: None,
            tier: None,
            learner: None,
            cycle: 1,
            level: 0,
            opened_at: Instant::MIN,
            opened_by: None,
            due_at: None,
            discharged_at: None,
            ended_at: None,
            verdict: Verdict::Pending,
            used_business: 0,
            used_elapsed: 0,
            paused_business: 0,
            paused_elapsed: 0,
            owner_role: "".into(),
            owner: None,
            calendar: "".into(),
            exception: None,
            marks: Marks::default(),
            unknown: None,
            entries: Vec::new(),
        }
    }
}

/// How an obligation stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Owed, not yet due.
    Pending,
    /// Owed, its clock stands still.
    Paused,
    /// Owed, past its deadline.
    Overdue,
    /// Done in time.
    Met,
    /// Done, but late.
    MetLate,
    /// Never done.
    Missed,
    /// Waived by an exception with approver and reason.
    Excused,
    /// No longer owed.
    Cancelled,
    /// A fact was never known.
    CannotBeJudged,
}

/// What is counted beside the figures.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Marks {
    /// Its deadline moved because a fact, an exception or a version changed.
    pub rebased: bool,
    /// Late news or an undo changed its verdict.
    pub corrected: bool,
    /// The discharging act was written down more than a business day after it happened.
    pub recorded_late: bool,
    /// It was discharged by an automatic event.
    pub automatic: bool,
    /// It was discharged through another channel than the one asked for.
    pub other_channel: bool,
    /// An exception could not be judged, because a fact was unknown, and was not applied.
    pub exception_unknown: bool,
}

/// One change in the life of an obligation.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When it took effect.
    pub at: Instant,
    /// What changed.
    pub change: EntryChange,
    /// The event that caused it, by its place; none: time alone.
    pub cause: Option<u64>,
}

/// What changed.
#[derive(Clone, Debug, PartialEq)]
pub enum EntryChange {
    /// It began.
    Opened {
        /// Its first deadline, where it has one.
        due_at: Option<Instant>,
    },
    /// Its deadline moved; both stay on record.
    Rebased {
        /// The old deadline.
        from: Option<Instant>,
        /// The new one.
        to: Option<Instant>,
    },
    /// Its clock stopped.
    Paused,
    /// Its clock runs again.
    Resumed {
        /// The deadline now.
        due_at: Option<Instant>,
    },
    /// A warning went out.
    Warned {
        /// To whom.
        whom: Vec<Whom>,
    },
    /// The deadline passed.
    Breached,
    /// A rung of the ladder.
    Escalated {
        /// Which.
        level: u8,
        /// To whom.
        to: Whom,
        /// Who was passed over, because absent or gone.
        skipped: u8,
    },
    /// Done in time.
    Met,
    /// Done late.
    MetLate,
    /// Never done.
    Missed,
    /// Waived.
    Excused,
    /// No longer owed.
    Cancelled {
        /// Why.
        reason: CancelReason,
    },
    /// It cannot be judged: this fact is unknown.
    Unknown {
        /// In words.
        fact: String,
    },
    /// Late news or an undo changed what had been recorded.
    Corrected {
        /// What was recorded.
        from: Verdict,
        /// What holds.
        to: Verdict,
    },
    /// The case's person for the owner's part changed, or a deputy stands in.
    Reassigned {
        /// To whom.
        to: Option<String>,
    },
    /// A trigger came while it was running; noted, moves nothing.
    TriggeredAgain,
}

/// Why a duty is no longer owed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CancelReason {
    /// Its condition went off before the deadline.
    Condition,
    /// The case was void: a duplicate, spam, merged.
    Void,
    /// A version ended the rule.
    Version,
    /// A rhythm's anchor came round without the act.
    Restarted,
    /// The step was not needed.
    NotNeeded,
    /// What opened it was undone.
    Withdrawn,
}
