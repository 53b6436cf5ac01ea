//! Deadlines, pauses, warnings and escalation: how time is reckoned.

use kept_kernel::{Duration, Number, Unit};

use crate::ast::{By, DayOrPeriod, Deadline, DeadlineKind, Reopened, Span, SpanKind, Task};
use crate::register::{ActId, FactKind};

use super::change::Reads;
use super::duty::{period_word, span_words};
use super::say::{Say, and, or, or_events};
use super::{Told, Topic};

impl Told {
    pub(super) fn until(&mut self, say: &Say<'_>, task: &Task, reads: &mut Reads) {
        match &task.deadline {
            Some(deadline) => self.deadline(say, deadline, reads),
            None => self.add(
                Topic::Until,
                "There is no deadline: it stays on the list until it is done, and is never late.",
            ),
        }
    }

    pub(super) fn deadline(&mut self, say: &Say<'_>, deadline: &Deadline, reads: &mut Reads) {
        match &deadline.kind {
            DeadlineKind::Within(span, anchor) => {
                reads.span(say, span);
                let from = anchor.as_ref().map_or_else(
                    || match span.kind {
                        SpanKind::Table { .. } => "from that moment".to_owned(),
                        _ => "of that moment".to_owned(),
                    },
                    |anchor| format!("after {}", say.event(&anchor.event)),
                );
                self.add(
                    Topic::Until,
                    format!("Within {} {from}.", span_words(say, span)),
                );
                if let Some(anchor) = anchor {
                    let which = if anchor.first {
                        "the first time"
                    } else {
                        "the last time before it started, else the next time"
                    };
                    self.add(
                        Topic::Until,
                        format!("Of several, {which} counts. Until that has happened there is no date, and it is not late."),
                    );
                }
                self.reckoning_of(say, span);
            }
            DeadlineKind::By(by) => self.by(say, by, reads),
        }
        if deadline.or_next_working_day {
            self.add(
                Topic::Until,
                "If that falls outside working time, it is due by closing time of the next working day.",
            );
        }
    }

    fn by(&mut self, say: &Say<'_>, by: &By, reads: &mut Reads) {
        match by {
            By::Fact(fact) => {
                reads.deadline(fact);
                self.add(Topic::Until, format!("By {}.", say.fact(fact)));
                if say.register[fact.fact].kind == FactKind::Date {
                    self.add(
                        Topic::Until,
                        "That means closing time of that day, or midnight if we are closed on it.",
                    );
                }
            }
            By::Before(duration, fact) => {
                reads.deadline(fact);
                self.add(
                    Topic::Until,
                    format!("By {duration} before {}.", say.fact(fact)),
                );
                self.add(Topic::Until, reckoning(*duration));
            }
            By::EndOf(end) => {
                let said = match end {
                    DayOrPeriod::Day => "By midnight of the day on which it starts.".to_owned(),
                    DayOrPeriod::WorkingDay => {
                        "By closing time of the working day on which it starts.".to_owned()
                    }
                    DayOrPeriod::Period(period) => {
                        format!(
                            "By the end of the {} in which it starts.",
                            period_word(*period)
                        )
                    }
                };
                self.add(Topic::Until, said);
            }
        }
    }

    /// How a length of time is reckoned.
    pub(super) fn reckoning_of(&mut self, say: &Say<'_>, span: &Span) {
        match &span.kind {
            SpanKind::Fixed(duration) => self.add(Topic::Until, reckoning(*duration)),
            SpanKind::FixedOr(duration, fact) => {
                self.add(
                    Topic::Until,
                    format!(
                        "Where {} is known, that is the time; otherwise it is {duration}.",
                        say.fact(fact)
                    ),
                );
                self.add(Topic::Until, reckoning(*duration));
            }
            SpanKind::Table {
                table,
                column,
                frozen,
            } => {
                let Some(found) = say.library.table(&table.key) else {
                    return;
                };
                let caption = format!(
                    "table {} of {}, “{}”",
                    table.key.number, table.key.code, found.caption
                );
                let heading = found
                    .columns
                    .get(*column)
                    .map_or("time", |column| column.heading.as_str());
                self.add(Topic::Until, format!("The {heading} stands in {caption}."));
                let when = if *frozen {
                    "The row is chosen once, when it starts; later changes do not matter."
                } else {
                    "The row follows the facts: when they change, so does the deadline."
                };
                self.add(Topic::Until, when);
                self.add(Topic::Until, reckoning_in(say, table, *column));
                self.all(
                    Topic::Table,
                    super::given::rows(say, &table.key, Some(*column)),
                );
            }
        }
    }

    pub(super) fn pauses(&mut self, say: &Say<'_>, task: &Task) {
        if task.pausing.is_empty() {
            if task.deadline.is_some() {
                self.add(Topic::Until, "Nothing stops this clock.");
            }
            return;
        }
        let states: Vec<String> = task
            .pausing
            .iter()
            .map(|state| say.words(state.range))
            .collect();
        self.add(
            Topic::Pauses,
            format!("The clock stands still while {}.", or(&states)),
        );
        let moves = match task.deadline.as_ref().map(|deadline| &deadline.kind) {
            Some(DeadlineKind::By(_)) => {
                "The deadline is a date, so a pause does not move it; warnings wait until the pause is over."
            }
            Some(DeadlineKind::Within(span, _)) if is_business(say, span) => {
                "The deadline moves by the working time that passed meanwhile. Nothing is late and nobody is warned during a pause; a pause that begins after the deadline changes nothing."
            }
            _ => {
                "The deadline moves by the time that passed meanwhile. Nothing is late and nobody is warned during a pause; a pause that begins after the deadline changes nothing."
            }
        };
        self.add(Topic::Pauses, moves);
    }

    pub(super) fn late(&mut self, say: &Say<'_>, task: &Task) {
        for warning in &task.warnings {
            let whom: Vec<String> = warning.whom.iter().map(|whom| say.whom(whom)).collect();
            let are = if whom.len() > 1 { "are" } else { "is" };
            self.add(
                Topic::Late,
                format!(
                    "{} before the deadline, {} {are} warned.",
                    warning.before,
                    and(&whom)
                ),
            );
        }
        if let Some(escalation) = &task.escalation {
            for level in &escalation.levels {
                let whom = say.whom(&level.to);
                let said = match level.after {
                    None => format!("At the deadline, {whom} is asked to see that it is done."),
                    Some(after) => format!("{after} after the deadline, {whom} is asked too."),
                };
                self.add(Topic::Late, said);
            }
            if escalation.in_working_hours {
                self.add(
                    Topic::Late,
                    "Outside working hours this waits for the next opening.",
                );
            }
            self.add(
                Topic::Late,
                "Anyone who owes it themselves, is away or has left is passed over for the next in line.",
            );
        }
        let clocked =
            task.deadline.is_some() || task.escalation.is_some() || !task.warnings.is_empty();
        if !clocked {
            return;
        }
        if task.escalation.is_none() {
            self.add(
                Topic::Late,
                "After the deadline it is shown as overdue; nobody else is told.",
            );
        }
        self.add(
            Topic::Late,
            "It is still owed after the deadline. Done then, it counts as met late; never done, as missed. That it was late stays on record.",
        );
    }

    /// What ends a duty.
    pub(super) fn ends(&mut self, say: &Say<'_>, task: &Task, reads: &mut Reads, life: Life) {
        if let Some(unless) = &task.unless {
            reads.unless(unless);
            self.add(
                Topic::Ends,
                format!(
                    "Nothing is owed if {}. When that turns true before the deadline, the duty falls away; after it, the duty is missed.",
                    say.condition(unless)
                ),
            );
        }
        let Some(noun) = say.case.map(|case| &say.register[case]) else {
            return;
        };
        match task.reopened {
            Some(Reopened::StartsAgain) => self.add(
                Topic::Ends,
                format!("If the {} is reopened, it starts again with the full time; what was found the first time stays.", noun.says),
            ),
            Some(Reopened::GoesOn) => self.add(
                Topic::Ends,
                format!("If the {} is reopened, it goes on with the time that was left; what was found the first time stays.", noun.says),
            ),
            None if !noun.reopens.is_empty() && life != Life::Returns => self.add(
                Topic::Ends,
                format!("If the {} is reopened, it does not start again.", noun.says),
            ),
            None => {}
        }
        let path = Vec::new();
        let events = |acts: &[ActId]| {
            let events = acts.iter().map(|act| say.act_event(*act, &path));
            or_events(&events.collect::<Vec<_>>())
        };
        if life == Life::Ordinary && !noun.ends.is_empty() && !noun.ends.contains(&task.act.act) {
            self.add(
                Topic::Ends,
                format!(
                    "If {} before it is done, the duty is missed.",
                    events(&noun.ends)
                ),
            );
        }
        if !noun.voids.is_empty() {
            self.add(
                Topic::Ends,
                format!(
                    "It falls away, and is not counted, when {}.",
                    events(&noun.voids)
                ),
            );
        }
    }
}

/// How a duty lives and ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Life {
    /// It ends with its case.
    Ordinary,
    /// It comes round by itself, and needs no reopening.
    Returns,
    /// The end of the case opens it.
    AfterTheEnd,
}

/// Whether a length of time counts working time; a table's by its first answer.
fn is_business(say: &Say<'_>, span: &Span) -> bool {
    match &span.kind {
        SpanKind::Fixed(duration) | SpanKind::FixedOr(duration, _) => duration.is_business(),
        SpanKind::Table { table, column, .. } => super::given::durations(say, &table.key, *column)
            .iter()
            .any(|duration| duration.is_business()),
    }
}

fn reckoning_in(say: &Say<'_>, table: &crate::ast::TableRef, column: usize) -> String {
    let durations = super::given::durations(say, &table.key, column);
    let business = durations
        .iter()
        .filter(|duration| duration.is_business())
        .count();
    if business == durations.len() && business > 0 {
        "Business time: only working time counts; closed hours and holidays do not.".to_owned()
    } else if business == 0 {
        "The times run around the clock: nights, weekends and holidays count.".to_owned()
    } else {
        "Times in business hours or days count working time only; the others run around the clock."
            .to_owned()
    }
}

/// How a duration is reckoned, in one or two sentences.
pub(super) fn reckoning(duration: Duration) -> String {
    match duration.unit() {
        Unit::BusinessMinutes | Unit::BusinessHours => {
            "Business time: only working time counts; closed hours and holidays do not.".to_owned()
        }
        Unit::BusinessDays => {
            let day = if duration.amount() == Number::whole(1) {
                "the next working day".to_owned()
            } else {
                format!("the {} working day after", ordinal(duration.count()))
            };
            format!(
                "Business time: it is due at the same time of day on {day}; closed days do not count. What starts \
                 outside working hours counts from the next opening."
            )
        }
        Unit::Minutes | Unit::Hours => {
            "This runs around the clock: nights, weekends and holidays count.".to_owned()
        }
        _ => "These are days of the calendar: weekends and holidays count, and it is due at the same time of day.".to_owned(),
    }
}

/// How the time of a wait is reckoned.
pub(super) fn waiting(duration: Duration) -> String {
    match duration.unit() {
        Unit::BusinessMinutes | Unit::BusinessHours => "Only working time counts for the wait.",
        Unit::BusinessDays => "Only working days count for the wait.",
        _ => "The wait runs around the clock: nights, weekends and holidays count.",
    }
    .to_owned()
}

/// `2nd`, `11th`, `23rd`
pub(super) fn ordinal(count: i64) -> String {
    let ending = match (count % 10, count % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{count}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_by_ordinals() {
        let said: Vec<String> = [1, 2, 3, 4, 11, 12, 13, 21, 112].map(ordinal).to_vec();
        assert_eq!(
            said,
            [
                "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th"
            ]
        );
    }
}
