//! Why a duty is due when it is, in plain words: the same account that the engine reckoned by.

use kept_kernel::Instant;
use kept_language::ast::{DayOrPeriod, Period, RuleKey};

use crate::clock::NEVER;
use crate::dues::{ANCHORED, Deadline};
use crate::event::Record;
use crate::machine::Core;
use crate::obligation::Verdict;
use crate::program::{Kind, RuleInfo, RuleIx, SpanInfo, Until};
use crate::record::{Duty, NO_EVENT, NO_ROW, Note, Phase, RecordIx};
use crate::scenario::time;

impl Core<'_> {
    pub(crate) fn why(&mut self, rule: &RuleKey, case: Record<'_>, at: Instant) -> Vec<String> {
        if let Some(record) = self.known(case) {
            self.fire_before(record, at);
        }
        let duty = self.known(case).and_then(|record| {
            let mut duties = self.records[record].duties.iter();
            let own = |duty: &&Duty| *self.program.rules[duty.rule].key == *rule;
            let duty = duties.rfind(|duty| own(duty) && duty.phase != Phase::Latent)?;
            (duty.phase != Phase::Turn).then_some((record, *duty))
        });
        match duty {
            Some((record, duty)) => self.account(record, &duty),
            None => vec![self.why_not(rule, case, at)],
        }
    }

    fn account(&self, record: RecordIx, duty: &Duty) -> Vec<String> {
        let rule = &self.program.rules[duty.rule];
        let mut lines = vec![self.opening(duty, rule)];
        self.span_words(record, duty, rule, &mut lines);
        self.changes(record, duty, &mut lines);
        lines.push(self.standing(duty));
        lines
    }

    fn opening(&self, duty: &Duty, rule: &RuleInfo) -> String {
        let at = time(self.calendar_of(duty), duty.start);
        let by = match duty.opened_by {
            NO_EVENT => String::new(),
            place => format!(" by event {place}"),
        };
        let why = match &rule.kind {
            Kind::Step => "its turn came".to_owned(),
            Kind::Calendar(period) | Kind::Report(period, _) => {
                format!("a new {} began", period_word(*period))
            }
            Kind::Sample(_) => "it was drawn for a check".to_owned(),
            Kind::Course(_) if duty.cycle > 1 => "the course was done before".to_owned(),
            Kind::Course(_) => "the person joined those who must take it".to_owned(),
            Kind::Review(_) => "its document was last reviewed or approved then".to_owned(),
            Kind::Since(_, anchor) => self.happens(*anchor),
            Kind::When | Kind::Gate(_) | Kind::Retention => self.triggers_of(duty.rule),
        };
        format!("Opened {at}{by}: {why}.")
    }

    /// What opens a rule, in the words of the register.
    fn triggers_of(&self, rule: RuleIx) -> String {
        let uses = self.program.uses.iter();
        let events = uses.filter(|(_, used)| used.triggers.contains(&rule));
        let words: Vec<String> = events.map(|(used, _)| self.happens(used)).collect();
        if words.is_empty() {
            "what its sentence waits for came".to_owned()
        } else {
            words.join(" or ")
        }
    }

    fn happens(&self, used: crate::program::UseIx) -> String {
        let register = &self.program.register;
        let phrase = register[self.program.uses[used].act].happens.first();
        phrase.map_or_else(String::new, |phrase| register.with_the_noun(phrase))
    }

    /// The span, where it is from, and how the calendar reckons it; or the date.
    fn span_words(&self, record: RecordIx, duty: &Duty, rule: &RuleInfo, lines: &mut Vec<String>) {
        let calendar = self.calendar_of(duty);
        let mut trial = *duty;
        let found = self.deadline(record, &mut trial, duty.start);
        let variant = rule.variants.get(usize::from(duty.variant));
        let until = variant.and_then(|variant| variant.deadline.as_ref());
        if let Some(exception) = variant.and_then(|variant| variant.exception.as_ref()) {
            lines.push(format!("The exception {} applies.", exception.id));
        }
        let due = match found {
            Deadline::Known(due) => due,
            Deadline::None => return lines.push("Its sentence names no deadline.".to_owned()),
            Deadline::Waiting => {
                return lines
                    .push("Its time begins with an event that has not happened.".to_owned());
            }
            Deadline::Unknown(missing) => {
                let missing = self.missing_words(missing);
                return lines.push(format!("Its time cannot be told: “{missing}” is unknown."));
            }
        };
        let Some(span) = due.span else {
            let base = time(calendar, due.base);
            return lines.push(match until.map(|until| &until.kind) {
                _ if duty.rest > 0 => {
                    format!("It goes on with the time that was left, until {base}.")
                }
                Some(Until::Fact(_) | Until::Before(..)) => {
                    format!("It is due by a date that was recorded: {base}.")
                }
                Some(Until::EndOf(period)) => {
                    format!(
                        "It is due by the end of the {}: {base}.",
                        stretch_word(*period)
                    )
                }
                _ => format!("It is due at the end of its period: {base}."),
            });
        };
        let source = match until.map(|until| &until.kind) {
            _ if self.granted_span(record, duty.ident, duty.start).is_some() => {
                "a granted exception gives"
            }
            Some(
                Until::Within(SpanInfo::Table { .. }) | Until::After(SpanInfo::Table { .. }, ..),
            ) => "its table gives",
            _ => "its sentence gives",
        };
        let anchored = trial.row != NO_ROW && trial.row & ANCHORED != 0;
        let from = if anchored { trial.from } else { duty.start };
        let whose = &self.program.calendars[duty.calendar].0;
        let from_words = time(calendar, from);
        lines.push(format!("From {from_words} {source} {span}, by {whose}:"));
        let account = calendar.explain_add(from, span).to_string();
        lines.extend(account.lines().map(|line| format!("  {line}")));
    }

    /// Pauses, and what moved the deadline since.
    fn changes(&self, record: RecordIx, duty: &Duty, lines: &mut Vec<String>) {
        let calendar = self.calendar_of(duty);
        let said = |at: Instant| {
            if at == NEVER {
                "no date".to_owned()
            } else {
                time(calendar, at)
            }
        };
        let entries = self.records[record].entries.iter();
        for entry in entries.filter(|entry| entry.serial == duty.serial) {
            let at = time(calendar, entry.at);
            let words = match entry.change {
                Note::Paused => "its clock stopped".to_owned(),
                Note::Resumed(due) => format!("its clock ran on, due {}", said(due)),
                Note::Rebased(from, to) if from == to => {
                    format!("a change was reckoned in; it stays at {}", said(to))
                }
                Note::Rebased(from, to) => {
                    format!("a change moved it from {} to {}", said(from), said(to))
                }
                Note::TriggeredAgain => "it was triggered again, which moves nothing".to_owned(),
                Note::Breached => "the deadline passed".to_owned(),
                _ => continue,
            };
            lines.push(format!("{at}: {words}."));
        }
        if duty.by_hand {
            lines.push("The date was set by hand; nothing moves it.".to_owned());
        }
    }

    fn standing(&self, duty: &Duty) -> String {
        let calendar = self.calendar_of(duty);
        let due = if duty.due == NEVER {
            "without a date".to_owned()
        } else {
            format!("due {}", time(calendar, duty.due))
        };
        match crate::handing::verdict_of(duty) {
            Verdict::CannotBeJudged => "So it cannot be judged yet.".to_owned(),
            Verdict::Paused => {
                format!("So it is {due}, later by as long as the clock stands still.")
            }
            Verdict::Pending | Verdict::Overdue => format!("So it is {due}."),
            verdict => {
                let ended = time(calendar, duty.ended);
                let verdict = crate::scenario::verdict_words(verdict);
                format!("It was {due}; {verdict} {ended}.")
            }
        }
    }
}

const fn period_word(period: Period) -> &'static str {
    match period {
        Period::Day => "day",
        Period::Week => "week",
        Period::Month => "month",
        Period::Quarter => "quarter",
        Period::Year => "year",
    }
}

const fn stretch_word(period: DayOrPeriod) -> &'static str {
    match period {
        DayOrPeriod::Day => "day",
        DayOrPeriod::WorkingDay => "working day",
        DayOrPeriod::Period(period) => period_word(period),
    }
}
