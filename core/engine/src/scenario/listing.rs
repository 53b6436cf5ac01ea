//! Obligations in lines that people read and tests compare.

use std::fmt::Write as _;

use kept_calendar::Calendar;
use kept_kernel::Instant;
use kept_language::Register;
use kept_language::ast::{Party, Whom};

use crate::obligation::{CancelReason, Entry, EntryChange, Obligation, Verdict};

/// How much a listing says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detail {
    /// One line for each obligation.
    Verdicts,
    /// With a line for each entry of its life.
    Entries,
}

/// Lists obligations: rule, subject, cycle and level, verdict, when it opened, was due and done, and what was used.
pub fn listing(
    register: &Register,
    calendar: &Calendar,
    obligations: &[Obligation],
    detail: Detail,
) -> String {
    let mut text = String::new();
    for obligation in obligations {
        let line = line(calendar, obligation);
        let _ = writeln!(text, "{line}");
        if detail == Detail::Entries {
            for entry in &obligation.entries {
                let line = entry_line(register, calendar, entry);
                let _ = writeln!(text, "  {line}");
            }
        }
    }
    text
}

fn line(calendar: &Calendar, obligation: &Obligation) -> String {
    let shown = |at: Option<Instant>| at.map(|at| time(calendar, at));
    let mut text = format!("{} {}", obligation.rule.id, obligation.subject);
    if let Some(learner) = &obligation.learner {
        let _ = write!(text, " ({learner})");
    }
    if obligation.cycle > 1 {
        let _ = write!(text, " cycle {}", obligation.cycle);
    }
    if obligation.level > 0 {
        let _ = write!(text, " level {}", obligation.level);
    }
    let _ = write!(text, ": {}", verdict_words(obligation.verdict));
    if let Some(reason) = cancelled_because(obligation) {
        let _ = write!(text, " ({reason})");
    }
    if let Some(unknown) = &obligation.unknown {
        let _ = write!(text, " ({unknown} unknown)");
    }
    let _ = write!(text, "; opened {}", time(calendar, obligation.opened_at));
    if let Some(due) = shown(obligation.due_at) {
        let _ = write!(text, ", due {due}");
    }
    if let Some(done) = shown(obligation.discharged_at) {
        let _ = write!(text, ", done {done}");
    }
    if let Some(exception) = &obligation.exception {
        let _ = write!(text, "; exception {}", exception.id);
    }
    for mark in marks(obligation) {
        let _ = write!(text, "; {mark}");
    }
    text
}

fn marks(obligation: &Obligation) -> impl Iterator<Item = &'static str> {
    let marks = obligation.marks;
    [
        (marks.rebased, "re-based"),
        (marks.corrected, "corrected"),
        (marks.recorded_late, "recorded late"),
        (marks.automatic, "automatic"),
        (marks.other_channel, "other channel"),
        (marks.exception_unknown, "exception unknown"),
    ]
    .into_iter()
    .filter_map(|(set, words)| set.then_some(words))
}

fn cancelled_because(obligation: &Obligation) -> Option<&'static str> {
    obligation
        .entries
        .iter()
        .rev()
        .find_map(|entry| match entry.change {
            EntryChange::Cancelled { reason } => Some(match reason {
                CancelReason::Condition => "condition",
                CancelReason::Void => "void",
                CancelReason::Version => "version",
                CancelReason::Restarted => "restarted",
                CancelReason::NotNeeded => "not needed",
                CancelReason::Withdrawn => "withdrawn",
            }),
            _ => None,
        })
}

fn entry_line(register: &Register, calendar: &Calendar, entry: &Entry) -> String {
    let shown =
        |at: Option<Instant>| at.map_or_else(|| "no date".to_owned(), |at| time(calendar, at));
    let words = match &entry.change {
        EntryChange::Opened { due_at } => match due_at {
            Some(due) => format!("opened, due {}", time(calendar, *due)),
            None => "opened without a date".to_owned(),
        },
        EntryChange::Rebased { from, to } => {
            format!("re-based from {} to {}", shown(*from), shown(*to))
        }
        EntryChange::Paused => "paused".to_owned(),
        EntryChange::Resumed { due_at } => format!("resumed, due {}", shown(*due_at)),
        EntryChange::Warned { whom } => {
            let whom: Vec<String> = whom.iter().map(|whom| whom_words(register, whom)).collect();
            format!("warned {}", whom.join(" and "))
        }
        EntryChange::Breached => "breached".to_owned(),
        EntryChange::Escalated { level, to, skipped } => {
            let to = whom_words(register, to);
            match skipped {
                0 => format!("escalated, level {level}, to {to}"),
                skipped => format!("escalated, level {level}, to {to}, {skipped} passed over"),
            }
        }
        EntryChange::Met => "met".to_owned(),
        EntryChange::MetLate => "met late".to_owned(),
        EntryChange::Missed => "missed".to_owned(),
        EntryChange::Excused => "excused".to_owned(),
        EntryChange::Cancelled { .. } => "cancelled".to_owned(),
        EntryChange::Unknown { fact } => format!("cannot be judged: {fact} unknown"),
        EntryChange::Corrected { from, to } => format!(
            "corrected from {} to {}",
            verdict_words(*from),
            verdict_words(*to)
        ),
        EntryChange::Reassigned { to } => {
            format!("reassigned to {}", to.as_deref().unwrap_or("nobody"))
        }
        EntryChange::TriggeredAgain => "triggered again".to_owned(),
    };
    format!("{} {words}", time(calendar, entry.at))
}

fn whom_words(register: &Register, whom: &Whom) -> String {
    match whom {
        Whom::Owner => "the owner".to_owned(),
        Whom::Party(Party::Role(role)) => register[*role].says.clone(),
        Whom::Party(Party::Part(part)) => part.clone(),
    }
}

/// How a verdict is said.
pub(crate) const fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pending => "pending",
        Verdict::Paused => "paused",
        Verdict::Overdue => "overdue",
        Verdict::Met => "met",
        Verdict::MetLate => "met late",
        Verdict::Missed => "missed",
        Verdict::Excused => "excused",
        Verdict::Cancelled => "cancelled",
        Verdict::CannotBeJudged => "cannot be judged",
    }
}

/// `Mon 2026-01-12 13:00`, with seconds where there are some, in the calendar's zone.
pub(crate) fn time(calendar: &Calendar, at: Instant) -> String {
    let zoned = at.timestamp().to_zoned(calendar.time_zone().clone());
    let form = if at.micros() % 60_000_000 == 0 {
        "%a %Y-%m-%d %H:%M"
    } else {
        "%a %Y-%m-%d %H:%M:%S"
    };
    zoned.strftime(form).to_string()
}
