//! Durations, numbers, dates and typed values.

use jiff::civil::Date;
use kept_kernel::{Duration, DurationError, Number, Unit};

use crate::ast::{Period, TextRange, Value};
use crate::register::{FactId, FactKind, closest};
use crate::words::Kind;

use super::Cursor;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

impl Cursor<'_> {
    /// Whether a duration comes next: a number or an empty blank with a unit, or a number alone.
    pub(super) fn at_duration(&self) -> bool {
        matches!(self.kind(0), Some(Kind::Number | Kind::EmptyBlank))
    }

    /// A duration. `None` after a diagnostic.
    pub(super) fn duration(&mut self) -> Option<Duration> {
        let from = self.at;
        if self.kind(0) == Some(Kind::EmptyBlank) {
            self.at += 1;
            // An empty blank stands for its value; that it is empty is said once for the document (K306).
            let business = self.eat(&["business"]);
            let unit = self
                .word(0)
                .and_then(|word| Unit::of_word(&word.text, business));
            if unit.is_some() {
                self.at += 1;
            }
            return Duration::new(Number::whole(1), unit.unwrap_or(Unit::Days)).ok();
        }
        let amount = self.number()?;
        let business = self.eat(&["business"]);
        let Some(unit) = self
            .word(0)
            .and_then(|word| Unit::of_word(&word.text, business))
        else {
            self.no_unit(from, business);
            return None;
        };
        self.at += 1;
        match Duration::new(amount, unit) {
            Ok(duration) => Some(duration),
            Err(error @ DurationError::TooLong | error) => {
                let range = self.range(from, self.at);
                self.say("K103", range, "unreadable duration", &error.to_string(), "");
                None
            }
        }
    }

    fn no_unit(&mut self, from: usize, business: bool) {
        let units = [
            "minutes", "hours", "days", "weeks", "months", "years", "business",
        ];
        let word = self
            .word(0)
            .filter(|word| word.kind == Kind::Word)
            .map(|word| word.text.clone())
            .unwrap_or_default();
        let near = closest(&word, units.into_iter());
        if let Some(near) = near {
            let range = self.here();
            self.at += 1;
            // `busines hours`: what follows it is read over, so that one fault gives one message.
            if near == "business"
                && self
                    .word(0)
                    .is_some_and(|word| Unit::of_word(&word.text, true).is_some())
            {
                self.at += 1;
            }
            self.say(
                "K103",
                range,
                "word not understood here",
                "A unit of time should stand here.",
                &format!("Did you mean “{near}”?"),
            );
            return;
        }
        let range = self.range(from, self.at);
        let kinds = if business {
            "After “business” stand minutes, hours or days."
        } else {
            "A number alone says no length of time."
        };
        self.say(
            "K401",
            range,
            "duration without unit",
            kinds,
            "Write hours (around the clock) or business hours (working time).",
        );
    }

    /// A number. `None` after a diagnostic.
    pub(super) fn number(&mut self) -> Option<Number> {
        let Some(word) = self
            .word(0)
            .filter(|word| matches!(word.kind, Kind::Number | Kind::EmptyBlank))
        else {
            self.say(
                "K103",
                self.here(),
                "a number is missing",
                "A number should stand here.",
                "Write it in figures, as in 5 or 1,000.",
            );
            return None;
        };
        if word.kind == Kind::EmptyBlank {
            self.at += 1;
            return Some(Number::whole(1));
        }
        let parsed = word.text.parse::<Number>();
        self.at += 1;
        match parsed {
            Ok(number) => Some(number),
            Err(error) => {
                let range = self.range(self.at - 1, self.at);
                self.say("K103", range, "unreadable number", &error.to_string(), "");
                None
            }
        }
    }

    /// A whole number that counts something.
    pub(super) fn count(&mut self) -> Option<u32> {
        let from = self.at;
        let number = self.number()?;
        let whole = number
            .as_whole()
            .and_then(|whole| u32::try_from(whole).ok());
        if whole.is_none() {
            let range = self.range(from, self.at);
            self.say(
                "K103",
                range,
                "unreadable number",
                "A whole number should stand here.",
                "",
            );
        }
        whole
    }

    /// `5 %`, `5%`, `half`.
    pub(super) fn percent(&mut self) -> Option<Number> {
        if self.eat(&["half"]) {
            return Some(Number::whole(50));
        }
        let number = self.number()?;
        if !self.eat(&["%"]) && !self.eat(&["percent"]) {
            // A blank may hold the number alone; elsewhere the sign is asked for.
            let range = self.range(self.at.saturating_sub(1), self.at);
            self.say(
                "K103",
                range,
                "a percentage is missing its sign",
                "A share is written with the sign.",
                "Write it as 5 %.",
            );
        }
        Some(number)
    }

    pub(super) fn at_percent(&self) -> bool {
        self.is(&["half"])
            || self.at_duration()
                && self
                    .word(1)
                    .is_some_and(|word| word.is("%") || word.is("percent"))
    }

    /// `2027-01-01`, `1 January 2027`.
    pub(super) fn date(&mut self) -> Option<Date> {
        let from = self.at;
        let first = self
            .word(0)
            .map(|word| word.text.clone())
            .unwrap_or_default();
        let month = self
            .word(1)
            .and_then(|word| MONTHS.iter().position(|month| word.is(month)));
        let date = if let (Ok(day), Some(month)) = (first.parse::<i8>(), month) {
            let year = self.word(2).and_then(|word| word.text.parse::<i16>().ok());
            self.at += 3;
            year.and_then(|year| Date::new(year, month as i8 + 1, day).ok())
        } else {
            self.at += 1;
            first.parse::<Date>().ok()
        };
        self.at = self.at.min(self.words.len());
        if date.is_none() {
            let range = self.range(from, self.at);
            self.say(
                "K103",
                range,
                "unreadable date",
                "A date should stand here.",
                "Write it as 2027-01-01 or 1 January 2027.",
            );
        }
        date
    }

    /// `day`, `week`, `month`, `quarter`, `year`.
    pub(super) fn period(&mut self) -> Option<Period> {
        let period = self.period_ahead()?;
        self.at += 1;
        Some(period)
    }

    pub(super) fn period_ahead(&self) -> Option<Period> {
        let all = [
            ("day", Period::Day),
            ("week", Period::Week),
            ("month", Period::Month),
            ("quarter", Period::Quarter),
            ("year", Period::Year),
        ];
        all.into_iter()
            .find(|(word, _)| self.is(&[word]))
            .map(|(_, period)| period)
    }

    /// A value of this fact, where one comes next; the position stays where none does.
    pub(super) fn value_of(&mut self, fact: FactId) -> Option<Value> {
        let entry = &self.register()[fact];
        let signed = matches!(
            entry.kind,
            FactKind::Number | FactKind::Percent | FactKind::Money
        );
        if signed && self.eat_minus() {
            return self.unsigned_value_of(fact).map(below_zero);
        }
        self.unsigned_value_of(fact)
    }

    /// Passes a minus sign that stands against a number.
    pub(super) fn eat_minus(&mut self) -> bool {
        let (Some(sign), Some(number)) = (self.word(0), self.word(1)) else {
            return false;
        };
        let found = (sign.is("-") || sign.is("−"))
            && number.kind == Kind::Number
            && sign.range.end == number.range.start;
        self.at += usize::from(found);
        found
    }

    fn unsigned_value_of(&mut self, fact: FactId) -> Option<Value> {
        let entry = &self.register()[fact];
        match entry.kind {
            FactKind::Choice => self.choice(fact).map(|(value, words)| {
                self.at += words;
                value
            }),
            FactKind::Percent if self.at_duration() || self.is(&["half"]) => {
                self.percent().map(Value::Number)
            }
            FactKind::Number if self.at_duration() => self.number().map(Value::Number),
            FactKind::Money if self.at_duration() => {
                let amount = self.number()?;
                self.currency();
                Some(Value::Number(amount))
            }
            FactKind::Duration if self.at_duration() => self.duration().map(Value::Duration),
            FactKind::Date if self.at_duration() => self.date().map(Value::Date),
            FactKind::YesNo => {
                let value = if self.is(&["yes"]) {
                    true
                } else if self.is(&["no"]) {
                    false
                } else {
                    return None;
                };
                self.at += 1;
                Some(Value::YesNo(value))
            }
            _ => None,
        }
    }

    /// Passes a currency code after an amount.
    fn currency(&mut self) {
        let code = self
            .word(0)
            .filter(|word| word.kind == Kind::Word && word.written.len() == 3);
        if code.is_some_and(|word| word.written.bytes().all(|b| b.is_ascii_uppercase())) {
            self.at += 1;
        }
    }

    /// The value of a choice that comes next, the longest that fits, and how many words it takes.
    pub(super) fn choice(&self, fact: FactId) -> Option<(Value, usize)> {
        let mut best: Option<(Value, usize)> = None;
        for (index, words) in self.register().values_of(fact).iter().enumerate() {
            let fits = words.iter().enumerate().all(|(ahead, text)| {
                self.word(ahead).is_some_and(|word| {
                    word.text.eq_ignore_ascii_case(text)
                        || !word.text.is_ascii() && word.text.to_lowercase() == *text
                })
            });
            if fits && best.is_none_or(|(_, length)| words.len() > length) {
                best = Some((Value::Choice(index as u16), words.len()));
            }
        }
        if best.is_none() && self.kind(0) == Some(Kind::EmptyBlank) {
            return Some((Value::Choice(0), 1));
        }
        best
    }

    /// Says that the words here are no value of the fact.
    pub(super) fn no_value(&mut self, fact: FactId, range: TextRange) {
        let entry = &self.register()[fact];
        let said = self.said(
            self.at,
            self.at + self.extent(&["or", "and", "if"]).clamp(1, 4),
        );
        let (reason, near) = match entry.kind {
            FactKind::Choice => (
                format!("The {} is one of {}.", entry.name, entry.values.join(", ")),
                closest(&said, entry.values.iter().map(String::as_str))
                    .map(|near| format!("Did you mean “{near}”?")),
            ),
            FactKind::Text | FactKind::Person | FactKind::List => (
                format!("The {} is free text.", entry.name),
                Some(format!(
                    "Only whether it is known can be asked: “its {} is known”.",
                    entry.name
                )),
            ),
            kind => (format!("The {} is {}.", entry.name, kind_words(kind)), None),
        };
        self.say(
            "K205",
            range,
            "not a value of this fact",
            &reason,
            &near.unwrap_or_default(),
        );
    }
}

/// The value with a minus sign before it.
pub(super) fn below_zero(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(Number::from_millionths(-number.millionths())),
        other => other,
    }
}

/// What a type holds, in words.
pub(crate) fn kind_words(kind: FactKind) -> &'static str {
    match kind {
        FactKind::YesNo => "yes or no",
        FactKind::Choice => "one of a list",
        FactKind::Number => "a number",
        FactKind::Percent => "a percentage",
        FactKind::Money => "an amount of money",
        FactKind::Duration => "a length of time",
        FactKind::Date => "a date",
        FactKind::Instant => "a point in time",
        FactKind::Text => "free text",
        FactKind::Person => "a person",
        FactKind::List => "a list",
    }
}
