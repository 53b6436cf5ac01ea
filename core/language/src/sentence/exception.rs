//! Exceptions and transitions.

use crate::ast::{Change, Exception, RuleRef, Transition, TransitionEffect};
use crate::document::Slot;
use crate::words::Kind;

use super::Cursor;

impl Cursor<'_> {
    /// ``Exception to `first-contact`, over `platinum`: if …, …; …, until ….``
    pub(super) fn exception(&mut self) -> Option<Exception> {
        let from = self.at;
        self.at += 2;
        let Some(parent) = self.rule_ref() else {
            self.say(
                "K104",
                self.here(),
                "slot missing: to which rule",
                "An exception names its rule in backticks.",
                "Write “Exception to `resolve`: …”.",
            );
            return None;
        };
        self.case = self.case_of(&parent);
        if self.waits_for.is_some() {
            return None;
        }
        self.eat(&[","]);
        let over = if self.eat(&["over"]) {
            self.rule_refs()
        } else {
            Vec::new()
        };
        self.slot(Slot::Head, from);
        if !self.eat(&[":"]) {
            self.unexpected(&[":", "over"]);
            self.at += self.extent(&["if"]);
            self.eat(&[":"]);
        }
        let condition = self.if_condition();
        let (changes, until) = self.changes();
        self.ended();
        Some(Exception {
            parent,
            over,
            condition,
            changes,
            until,
        })
    }

    fn changes(&mut self) -> (Vec<Change>, Option<jiff::civil::Date>) {
        let mut changes = Vec::new();
        let mut until = None;
        while !self.at_end() && !self.is(&["."]) {
            if !self.eat(&[","]) {
                self.eat(&[";"]);
            }
            let from = self.at;
            let mut slot = Slot::Rest;
            if self.eat(&["until"]) {
                until = self.date();
            } else if let Some(change) = self.change() {
                slot = slot_of(&change);
                changes.push(change);
            } else if self.at == from {
                self.unexpected(&[
                    "within",
                    "by",
                    "pausing",
                    "with",
                    "otherwise",
                    "it does not apply",
                    "until",
                ]);
                self.at += 1;
                self.at += self.extent(&[]);
            }
            self.slot(slot, from);
        }
        if changes.is_empty() && self.says.is_empty() {
            let reason = "An exception says what is different.";
            self.say(
                "K104",
                self.here(),
                "slot missing: what changes",
                reason,
                "Write a deadline, “the sales manager must do it”, or “it does not apply”.",
            );
        }
        (changes, until)
    }

    fn change(&mut self) -> Option<Change> {
        if self.is(&["within"]) || self.is(&["by"]) {
            return self.deadline().map(Change::Deadline);
        }
        if self.is(&["pausing"]) {
            return Some(Change::Pausing(self.pausing()));
        }
        if self.eat(&["with"]) {
            return Some(Change::Evidence(self.evidence()));
        }
        if self.is(&["otherwise"]) {
            return self.escalation().map(Change::Escalation);
        }
        if self.eat(&["it", "does", "not", "apply"]) {
            return Some(Change::DoesNotApply);
        }
        self.has_ahead(&["must", "do", "it"])?;
        let who = self.who()?;
        self.eat(&["must", "do", "it"]).then_some(Change::Who(who))
    }

    /// ``From version 1.1, running duties under `resolve` take the later one.``
    pub(super) fn transition(&mut self) -> Option<Transition> {
        let from = self.at;
        self.at += 2;
        let version = match self.kind(0) {
            Some(Kind::Number | Kind::Quoted | Kind::Word) => self
                .word(0)
                .map(|word| word.written.trim_matches('"').to_owned())?,
            _ => {
                self.say(
                    "K104",
                    self.here(),
                    "slot missing: which version",
                    "A transition names the version that brings it.",
                    "Write “From version 1.1, …”.",
                );
                return None;
            }
        };
        self.at += 1;
        self.eat(&[","]);
        if !self.eat(&["running", "duties", "under"]) {
            self.unexpected(&["running duties under"]);
            return None;
        }
        // A transition may name a rule that is gone: whether there was one is told with the version in force.
        let said = self.says.len();
        let rule: RuleRef = self.rule_ref()?;
        self.says.truncate(said);
        self.slot(Slot::Head, from);
        let start = self.at;
        let all: [(&[&str], TransitionEffect); 4] = [
            (&["keep", "their", "deadline"], TransitionEffect::Keep),
            (&["take", "new", "one"], TransitionEffect::TakeNew),
            (&["take", "later", "one"], TransitionEffect::TakeLater),
            (&["end"], TransitionEffect::End),
        ];
        let Some((_, effect)) = all.into_iter().find(|(words, _)| self.eat(words)) else {
            self.unexpected(&[
                "keep their deadline",
                "take the new one",
                "take the later one",
                "end",
            ]);
            return None;
        };
        self.slot(Slot::Rest, start);
        self.ended();
        Some(Transition {
            version,
            rule,
            effect,
        })
    }
}

/// The slot of the parent that a change replaces.
fn slot_of(change: &Change) -> Slot {
    match change {
        Change::Deadline(_) => Slot::Deadline,
        Change::Who(_) => Slot::Task,
        Change::Pausing(_) => Slot::Pausing,
        Change::Evidence(_) => Slot::Evidence,
        Change::Escalation(_) => Slot::Escalation,
        Change::DoesNotApply => Slot::Rest,
    }
}
