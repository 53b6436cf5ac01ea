//! Until when a duty is owed, from what its rule says and what is known of the case.

use kept_kernel::{Duration, Instant};
use kept_language::ast::Value;

use crate::clock::{Due, NEVER, Shift, closing_of_date, end_of, stretch};
use crate::machine::Core;
use crate::program::{FactUse, Kind, MarkUse, SpanInfo, Until};
use crate::record::{Duty, Missing, NO_ROW, RecordIx};
use crate::rows::Answer;

/// What is known of a deadline.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Deadline {
    /// There is none: never late.
    None,
    /// Its anchor has not happened.
    Waiting,
    /// A fact is missing.
    Unknown(Missing),
    Known(Due),
}

impl Core<'_> {
    /// The deadline of a duty reckoned from `from`; its own start, or now where a change is never to breach it.
    pub(crate) fn deadline(&self, record: RecordIx, duty: &mut Duty, from: Instant) -> Deadline {
        let program = self.program;
        let rule = &program.rules[duty.rule];
        let calendar = self.calendar_of(duty);
        if duty.rest > 0 {
            let (micros, shift) = (duty.rest, duty.rest_shift);
            let base = match shift {
                Shift::Business => calendar.add_working(from, micros),
                _ => from.plus_micros(micros),
            };
            return Deadline::Known(Due {
                base,
                shift,
                span: None,
                next_day: false,
            });
        }
        if let Some(span) = self.granted_span(record, duty.ident, from) {
            return Deadline::Known(self.due_after(duty, from, span, false));
        }
        let variant = rule.variants.get(usize::from(duty.variant));
        let info = variant.and_then(|variant| variant.deadline.as_ref());
        let Some(info) = info else {
            return match &rule.kind {
                Kind::Since(span, _) => self.after(record, duty, span, (from, false)),
                Kind::Calendar(period) | Kind::Report(period, _) => Deadline::Known(Due::at(
                    calendar.end_of(stretch(*period), duty.start),
                    false,
                )),
                Kind::Course(course) => {
                    let span = if duty.cycle <= 1 {
                        course.within
                    } else {
                        course.renewed_every
                    };
                    Deadline::Known(self.due_after(duty, from, span, false))
                }
                Kind::Review(review) => {
                    Deadline::Known(self.due_after(duty, from, review.every, false))
                }
                Kind::Sample(sample) => Deadline::Known(Due::at(
                    calendar.end_of(stretch(sample.every), duty.start),
                    false,
                )),
                _ => Deadline::None,
            };
        };
        match &info.kind {
            Until::Within(span) => self.after(record, duty, span, (from, info.next_day)),
            Until::After(span, mark, first) => match self.anchor(record, duty, mark, *first) {
                Some(anchor) => {
                    let from = if from > duty.start { from } else { anchor };
                    self.after(record, duty, span, (from, info.next_day))
                }
                None => Deadline::Waiting,
            },
            Until::Fact(fact) => self.by(record, duty, fact, None, info.next_day),
            Until::Before(before, fact) => {
                self.by(record, duty, fact, Some(*before), info.next_day)
            }
            Until::EndOf(period) => Deadline::Known(Due::at(
                end_of(calendar, *period, duty.start),
                info.next_day,
            )),
        }
    }

    /// The anchor's latest event up to the trigger, else its first after; kept once it is known.
    fn anchor(
        &self,
        record: RecordIx,
        duty: &mut Duty,
        mark: &MarkUse,
        first: bool,
    ) -> Option<Instant> {
        if duty.row & ANCHORED != 0 && duty.row != NO_ROW {
            return Some(duty.from);
        }
        let mark = self.marks(record, mark);
        let at = if first { mark.first } else { mark.last };
        if at == NEVER {
            return None;
        }
        duty.from = at;
        duty.row = ANCHORED;
        Some(at)
    }

    fn after(
        &self,
        record: RecordIx,
        duty: &mut Duty,
        span: &SpanInfo,
        (from, next_day): (Instant, bool),
    ) -> Deadline {
        match self.length(record, duty, span) {
            Ok(length) => Deadline::Known(self.due_after(duty, from, length, next_day)),
            Err(missing) => Deadline::Unknown(missing),
        }
    }

    fn due_after(&self, duty: &Duty, from: Instant, span: Duration, next_day: bool) -> Due {
        let base = self.reckoned.add(self.program, duty.calendar, from, span);
        Due::after(base, span, next_day)
    }

    /// How long a span is for this case.
    fn length(
        &self,
        record: RecordIx,
        duty: &mut Duty,
        span: &SpanInfo,
    ) -> Result<Duration, Missing> {
        match span {
            SpanInfo::Fixed(length) => Ok(*length),
            SpanInfo::FixedOr(length, fact) => Ok(match self.value(record, fact) {
                Some(Value::Duration(wanted)) => wanted,
                _ => *length,
            }),
            SpanInfo::Table {
                table,
                column,
                frozen,
            } => {
                let kept = (*frozen && duty.row & ANCHORED == 0).then_some(duty.row as usize);
                let answer = match kept.and_then(|row| self.answer_of_row(*table, row, *column)) {
                    Some(value) => Answer::Row(duty.row as usize, value),
                    None => self.answer(record, *table, *column),
                };
                match answer {
                    Answer::Row(row, Value::Duration(length)) => {
                        if *frozen {
                            duty.row = row as u32;
                        }
                        Ok(length)
                    }
                    Answer::Unknown(missing) => Err(missing),
                    Answer::Row(..) | Answer::Nothing => {
                        let mut columns = self.program.tables[*table].columns.iter();
                        let first = columns.find_map(|c| c.fact.as_ref());
                        Err(
                            first.map_or(Missing::Record(self.records[record].group), |fact| {
                                Missing::Fact(fact.fact)
                            }),
                        )
                    }
                }
            }
        }
    }

    /// A date means the closing of that working day.
    fn by(
        &self,
        record: RecordIx,
        duty: &Duty,
        fact: &FactUse,
        before: Option<Duration>,
        next_day: bool,
    ) -> Deadline {
        let calendar = self.calendar_of(duty);
        let at = match self.value(record, fact) {
            Some(Value::Instant(at)) => at,
            Some(Value::Date(day)) => closing_of_date(calendar, day),
            _ => return Deadline::Unknown(Missing::Fact(fact.fact)),
        };
        let at = before.map_or(at, |before| calendar.subtract(at, before));
        Deadline::Known(Due::at(at, next_day))
    }
}

/// In `Duty::row`: the anchor has been found and lies in `Duty::from`.
pub(crate) const ANCHORED: u32 = 1 << 31;
