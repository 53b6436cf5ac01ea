//! Duties, clocks and times in words.

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use kept_journal::InForce;
use kept_journal::obligations::Owed;
use kept_kernel::Instant;
use kept_language::ast::{RuleKey, Sentence, Task};
use kept_ui::parts::{Clock, ClockState, Tier, span_words};

/// What a rule asks for, as a verb and as the act's id.
pub(crate) struct Asks {
    /// `Acknowledge`, where the record follows; `Open the request for the client`, where it does not.
    pub(crate) verb: String,
    /// `acknowledge-request`.
    pub(crate) act: Option<String>,
}

/// What is to be done under a rule.
pub(crate) fn asks(rules: &InForce, owed: &Owed) -> Asks {
    let key = key(owed);
    let found = rules.library.rule(&key);
    let sentence = found.and_then(|(_, rule)| rule.sentence.as_ref());
    let (verb, act) = match sentence {
        Some(Sentence::Duty(duty)) => of_task(rules, &duty.task),
        Some(Sentence::Rhythm(rhythm)) => of_task(rules, &rhythm.task),
        Some(Sentence::Course(course)) => (format!("Take the course “{}”", course.name), None),
        Some(Sentence::Report(report)) => (format!("Send “{}”", report.name), None),
        Some(Sentence::Sample(_)) => ("Check".to_owned(), None),
        _ => (capital(&owed.rule.replace('-', " ")), None),
    };
    if owed.level > 0 {
        let mut rest = verb.chars();
        let small: String = rest
            .next()
            .into_iter()
            .flat_map(char::to_lowercase)
            .collect();
        return Asks {
            verb: format!("See to it: {small}{}", rest.as_str()),
            act,
        };
    }
    Asks { verb, act }
}

fn of_task(rules: &InForce, task: &Task) -> (String, Option<String>) {
    let act = &rules.register[task.act.act];
    let id = Some(act.id.clone());
    if let Some(fact) = task.act.fact {
        return (format!("Record {} of", rules.register[fact].name), id);
    }
    if act.phrase.is_empty() {
        return (capital(&act.id.replace('-', " ")), id);
    }
    let verb = match act.phrase.split_once('{') {
        Some((before, rest)) if rest.ends_with('}') => {
            before.trim_end().trim_end_matches(" the").to_owned()
        }
        _ => rules.register.with_the_noun(&act.phrase),
    };
    (capital(&verb), id)
}

/// The rule of a duty.
pub(crate) fn key(owed: &Owed) -> RuleKey {
    RuleKey {
        code: owed.code.clone(),
        id: owed.rule.clone(),
    }
}

/// `SR 4.3`.
pub(crate) fn mark(rules: &InForce, code: &str, rule: &str) -> String {
    let key = RuleKey {
        code: code.to_owned(),
        id: rule.to_owned(),
    };
    let found = rules.library.rule(&key);
    found.map_or_else(
        || code.to_owned(),
        |(document, rule)| document.clause_of(rule),
    )
}

pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// A tier as rising steps, by its place among those of the vocabulary.
pub(crate) fn tier(rules: &InForce, name: &str) -> Tier {
    let register = &rules.register;
    let client = register.noun("client");
    let known = register
        .facts()
        .find(|(_, fact)| Some(fact.noun) == client && fact.name == "tier");
    let place = known.and_then(|(_, fact)| fact.values.iter().position(|value| value == name));
    let steps = place.map_or(0, |place| place as u8 + 1);
    Tier::new(capital(name), steps)
}

/// Now, and where that is said.
#[derive(Clone)]
pub(crate) struct Here {
    pub(crate) now: Instant,
    pub(crate) zone: TimeZone,
    /// The end of today.
    pub(crate) day_end: Instant,
    /// The end of the week in which the company works next.
    pub(crate) week_end: Instant,
    /// Whether that is this week.
    pub(crate) is_this_week: bool,
}

impl Here {
    pub(crate) fn at(rules: &InForce, now: Instant) -> Self {
        use kept_calendar::Period;
        let calendar = rules.program.company_calendar();
        Self {
            now,
            zone: calendar.time_zone().clone(),
            day_end: calendar.end_of(Period::Day, now),
            week_end: calendar.end_of(Period::Week, calendar.next_opening(now)),
            is_this_week: calendar.end_of(Period::Week, now) > calendar.next_opening(now),
        }
    }

    fn said(&self, at: Instant, form: &str) -> String {
        at.timestamp()
            .to_zoned(self.zone.clone())
            .strftime(form)
            .to_string()
    }

    /// `Tuesday 20 January`.
    pub(crate) fn day(&self) -> String {
        self.said(self.now, "%A %-d %B")
    }

    /// `16:00`.
    pub(crate) fn time(&self, at: Instant) -> String {
        self.said(at, "%H:%M")
    }

    /// `today 16:00`, `Thu 14:00`, `3 Feb 14:00`; the day alone where it is in another year.
    pub(crate) fn short(&self, at: Instant) -> String {
        let away = at.micros_since(self.now).abs();
        let week = 6 * 86_400_000_000;
        let day = |at: Instant, form: &str| self.said(at, form);
        let date = "%Y-%m-%d";
        if day(at, date) == day(self.now, date) {
            format!("today {}", self.time(at))
        } else if away < week {
            self.said(at, "%a %H:%M")
        } else if day(at, "%Y") == day(self.now, "%Y") {
            self.said(at, "%-d %b %H:%M")
        } else {
            self.said(at, "%-d %b %Y")
        }
    }

    /// `Tuesday 20 January 2026, 16:00 Europe/Berlin`.
    pub(crate) fn exactly(&self, at: Instant) -> String {
        self.said(at, "%A %-d %B %Y, %H:%M %Q")
    }

    /// The clock of a duty that is owed.
    pub(crate) fn clock(&self, owed: &Owed) -> Clock {
        let Some(due) = owed.due_at else {
            let since = span(owed.opened_at, self.now);
            return if owed.level > 0 {
                Clock::overdue(since).exactly(format!("since {}", self.exactly(owed.opened_at)))
            } else {
                Clock::on_time_until("no date", 0.5)
            };
        };
        let left = span(self.now, due);
        let share = share_left(owed.opened_at, due, self.now);
        let clock = if owed.verdict == "paused" {
            Clock::paused(left)
        } else if due < self.now {
            Clock::overdue(left)
        } else if due < self.day_end {
            Clock::due_today(&self.time(due), share)
        } else if share <= 0.25 {
            Clock::soon(left, share)
        } else {
            Clock::on_time_until(&self.short(due), share)
        };
        clock.exactly(format!("due {}", self.exactly(due)))
    }
}

/// Whether a duty asks for somebody soon: the last quarter of its time has begun.
pub(crate) fn is_at_risk(clock: &Clock) -> bool {
    clock.state() == ClockState::Soon
}

pub(crate) fn span(from: Instant, to: Instant) -> SignedDuration {
    SignedDuration::from_micros(to.micros_since(from))
}

pub(crate) fn spoken(from: Instant, to: Instant) -> String {
    span_words(span(from, to))
}

fn share_left(opened: Instant, due: Instant, now: Instant) -> f64 {
    let whole = due.micros_since(opened).max(1);
    due.micros_since(now).max(0) as f64 / whole as f64
}

/// `no duty`, `one duty`, `three duties`; in figures from ten on.
pub(crate) fn counted(number: usize, one: &str, many: &str) -> String {
    const WORDS: [&str; 10] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    ];
    let noun = if number == 1 { one } else { many };
    match WORDS.get(number) {
        Some(word) => format!("{word} {noun}"),
        None => format!("{number} {noun}"),
    }
}
