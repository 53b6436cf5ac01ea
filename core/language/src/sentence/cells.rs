//! The cells of decision tables.

use crate::ast::{ActUse, CellKind, Evidence, Value};
use crate::register::FactId;
use crate::tables::{STAGE_EVENTS, bound};
use crate::words::Kind;

use super::Cursor;
use super::value::below_zero;

impl Cursor<'_> {
    /// A condition cell: values, or a range.
    pub(crate) fn cell(&mut self, fact: FactId) -> Option<CellKind> {
        let ends: [(&[&str], bool, bool); 4] = [
            (&["above"], true, false),
            (&["below"], false, false),
            (&["at", "least"], true, true),
            (&["at", "most"], false, true),
        ];
        for (words, is_low, included) in ends {
            if self.eat(words) {
                let value = self.value_of(fact)?;
                let range = if is_low {
                    CellKind::Range(Some(bound(value, included)), None)
                } else {
                    CellKind::Range(None, Some(bound(value, included)))
                };
                return self.at_end().then_some(range);
            }
        }
        let first = self.value_of(fact)?;
        if self.eat(&["up", "to"]) {
            let last = self.value_of(fact)?;
            return self.at_end().then_some(CellKind::Range(
                Some(bound(first, true)),
                Some(bound(last, false)),
            ));
        }
        if self.eat(&["to"]) || self.eat(&["–"]) {
            let last = self.value_of(fact)?;
            return self.at_end().then_some(CellKind::Range(
                Some(bound(first, true)),
                Some(bound(last, true)),
            ));
        }
        let mut values = vec![first];
        while self.eat(&[","]) || self.eat(&["or"]) {
            values.push(self.value_of(fact)?);
        }
        self.at_end().then_some(CellKind::OneOf(values))
    }

    /// The whole cell as a value of a choice.
    pub(crate) fn whole_choice(&mut self, fact: FactId) -> Option<Value> {
        let (value, words) = self.choice(fact)?;
        self.at += words;
        self.at_end().then_some(value)
    }

    /// The whole cell as a duration, a percentage or a number.
    pub(crate) fn whole_answer(&mut self) -> Option<Value> {
        if self.eat_minus() {
            let value = self.whole_answer()?;
            return matches!(value, Value::Number(_)).then(|| below_zero(value));
        }
        if !matches!(self.kind(0), Some(Kind::Number | Kind::EmptyBlank)) {
            return None;
        }
        let value = if self.at_percent() {
            self.percent().map(Value::Number)
        } else if self.word(1).is_some() {
            self.duration().map(Value::Duration)
        } else {
            self.number().map(Value::Number)
        };
        value.filter(|_| self.at_end() && self.says.is_empty())
    }

    /// Events joined by `or`.
    pub(crate) fn events(&mut self) -> Vec<ActUse> {
        let mut events = Vec::new();
        loop {
            match self.act_use(STAGE_EVENTS) {
                Some(event) => events.push(event),
                None => {
                    let from = self.at;
                    self.unknown_event(from);
                }
            }
            self.eat(&[","]);
            if !self.eat(&["or"]) {
                break;
            }
        }
        if !self.at_end() {
            self.unexpected(&["or"]);
        }
        events
    }

    /// Proofs separated by commas or `and`.
    pub(crate) fn proofs(&mut self) -> Vec<Evidence> {
        let proofs = self.evidence();
        if !self.at_end() {
            self.unexpected(&["and", "or"]);
        }
        proofs
    }
}
