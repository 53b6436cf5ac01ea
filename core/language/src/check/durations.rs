//! Durations in rules, and what can be said of their order without a calendar.

use kept_kernel::{Duration, Unit};

use crate::ast::{
    Beat, By, CellKind, Change, DayOrPeriod, Deadline, DeadlineKind, Escalation, Opens, Passage,
    Period, Sentence, Span, SpanKind, Task, TextRange, Value,
};

use super::set::{Set, task_of};

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// A duration and the words nearest to it.
pub(super) type Said = (Duration, TextRange);

/// The shortest and the longest that an elapsed duration can be, or in how much working time a business one ends;
/// in microseconds. A business day is taken to have 4 to 24 hours.
fn bounds(duration: Duration) -> (i64, i64) {
    let count = duration.count();
    let days = |low: i64, high: i64| {
        (
            count.saturating_mul(low).saturating_mul(DAY),
            count.saturating_mul(high).saturating_mul(DAY),
        )
    };
    match duration.unit() {
        Unit::Months => days(28, 31),
        Unit::Years => days(365, 366),
        Unit::BusinessDays => (count.saturating_mul(4 * HOUR), count.saturating_mul(DAY)),
        _ => (duration.rough_micros(), duration.rough_micros()),
    }
}

/// Whether the first is certainly no longer than the second, whatever the calendar.
pub(super) fn not_longer(one: Duration, other: Duration) -> bool {
    if one.unit() == other.unit() {
        return one.amount() <= other.amount();
    }
    let ((_, high), (low, _)) = (bounds(one), bounds(other));
    match (one.is_business(), other.is_business()) {
        (true, false) => false,
        // So much working time takes at least as long around the clock; several working days span the nights between.
        (false, true) => {
            let nights = if other.unit() == Unit::BusinessDays {
                (other.count() - 1).max(0).saturating_mul(DAY)
            } else {
                0
            };
            high <= low.max(nights)
        }
        _ => high <= low,
    }
}

/// The durations that a span can take: one, or the answers of a table.
pub(super) fn of_span(set: &Set<'_>, span: &Span) -> Vec<Duration> {
    match &span.kind {
        SpanKind::Fixed(duration) | SpanKind::FixedOr(duration, _) => vec![*duration],
        SpanKind::Table { table, column, .. } => {
            let rows = set
                .table(&table.key)
                .map_or(&[][..], |(_, table)| &table.rows);
            rows.iter()
                .filter_map(|row| match row.cells.get(*column)?.kind {
                    CellKind::Answer(Value::Duration(duration)) => Some(duration),
                    _ => None,
                })
                .collect()
        }
    }
}

/// The durations that a deadline can take; none where it hangs on a date.
pub(super) fn of_deadline(set: &Set<'_>, deadline: &Deadline) -> Vec<Duration> {
    match &deadline.kind {
        DeadlineKind::Within(span, _) => of_span(set, span),
        DeadlineKind::By(By::EndOf(end)) => of_end(*end).into_iter().collect(),
        DeadlineKind::By(_) => Vec::new(),
    }
}

/// The longest time to the end of a period.
fn of_end(end: DayOrPeriod) -> Option<Duration> {
    match end {
        DayOrPeriod::Day | DayOrPeriod::WorkingDay => "1 day".parse().ok(),
        DayOrPeriod::Period(period) => of_period(period),
    }
}

pub(super) fn of_period(period: Period) -> Option<Duration> {
    let text = match period {
        Period::Day => "1 day",
        Period::Week => "1 week",
        Period::Month => "1 month",
        Period::Quarter => "3 months",
        Period::Year => "1 year",
    };
    text.parse().ok()
}

/// Every duration that a sentence says for a deadline, a wait, a warning or a level; those of its tables are not
/// among them.
pub(super) fn said(sentence: &Sentence) -> Vec<Said> {
    let mut all = Vec::new();
    if let Some(task) = task_of(sentence) {
        of_task(task, &mut all);
    }
    match sentence {
        Sentence::Rhythm(rhythm) => {
            if let Beat::Since { span, .. } = &rhythm.beat {
                in_span(span, &mut all);
            }
        }
        Sentence::Gate(gate) => {
            if let Opens::Until(passages) = &gate.opens {
                all.extend(passages.iter().filter_map(|passage| match passage {
                    Passage::Silence { span, anchor, .. } => Some((*span, anchor.event.range)),
                    _ => None,
                }));
            }
        }
        Sentence::Exception(exception) => {
            for change in &exception.changes {
                match change {
                    Change::Deadline(deadline) => in_deadline(deadline, &mut all),
                    Change::Escalation(escalation) => in_ladder(escalation, &mut all),
                    _ => {}
                }
            }
        }
        Sentence::Sample(sample) => {
            if let Some(span) = &sample.within {
                in_span(span, &mut all);
            }
        }
        Sentence::Report(report) => in_span(&report.within, &mut all),
        _ => {}
    }
    all
}

fn of_task(task: &Task, all: &mut Vec<Said>) {
    if let Some(deadline) = &task.deadline {
        in_deadline(deadline, all);
    }
    all.extend(
        task.warnings
            .iter()
            .map(|warning| (warning.before, warning.range)),
    );
    if let Some(escalation) = &task.escalation {
        in_ladder(escalation, all);
    }
}

fn in_deadline(deadline: &Deadline, all: &mut Vec<Said>) {
    match &deadline.kind {
        DeadlineKind::Within(span, _) => in_span(span, all),
        DeadlineKind::By(By::Before(duration, _)) => all.push((*duration, deadline.range)),
        DeadlineKind::By(_) => {}
    }
}

fn in_span(span: &Span, all: &mut Vec<Said>) {
    if let SpanKind::Fixed(duration) | SpanKind::FixedOr(duration, _) = &span.kind {
        all.push((*duration, span.range));
    }
}

fn in_ladder(escalation: &Escalation, all: &mut Vec<Said>) {
    let levels = escalation.levels.iter();
    all.extend(levels.filter_map(|level| level.after.map(|after| (after, level.range))));
}

#[cfg(test)]
mod tests {
    use super::not_longer;

    #[test]
    fn only_what_holds_in_every_calendar_is_said_of_the_order_of_two_durations() {
        for (one, other, said) in [
            ("1 hour", "60 minutes", true),
            ("24 hours", "1 day", true),
            ("30 days", "1 month", false),
            ("28 days", "1 month", true),
            ("4 business hours", "1 business day", true),
            ("8 business hours", "1 business day", false),
            ("2 hours", "2 business hours", true),
            ("2 business hours", "2 hours", false),
            ("24 hours", "2 business days", true),
            ("24 hours", "1 business day", false),
        ] {
            let (one, other) = (one.parse().unwrap(), other.parse().unwrap());
            assert_eq!(not_longer(one, other), said, "{one} {other}");
        }
    }
}
