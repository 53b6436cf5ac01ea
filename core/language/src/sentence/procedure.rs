//! Procedures: a head and a list of steps.

use crate::ast::{Duty, Item, Opening, Procedure, RuleKey, RuleRef, TextRange, Turn};
use crate::document::{Slot, SlotText};
use crate::register::{NounId, PhraseForm};
use crate::words::{Kind, Word};

use super::{Cursor, Scope};

/// A step that is written in place: a rule of its own.
pub(crate) struct InPlace {
    pub key: RuleKey,
    pub duty: Duty,
    pub range: TextRange,
    pub slots: Vec<SlotText>,
}

/// The range of the head of a procedure and of each of its listed steps.
pub(crate) fn item_ranges(text: &str, body: TextRange) -> (TextRange, Vec<TextRange>) {
    let inside = text.get(body.start..body.end).unwrap_or_default();
    let mut starts = Vec::new();
    let mut at = body.start;
    for line in inside.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0
            && trimmed
                .get(digits..)
                .is_some_and(|rest| rest.starts_with(". "))
        {
            starts.push((at, at + line.len() - trimmed.len() + digits + 1));
        }
        at += line.len();
    }
    let ends: Vec<usize> = starts
        .iter()
        .skip(1)
        .map(|(start, _)| *start)
        .chain([body.end])
        .collect();
    let head = TextRange {
        start: body.start,
        end: starts.first().map_or(body.end, |(start, _)| *start),
    };
    let items = starts
        .iter()
        .zip(ends)
        .map(|((_, start), end)| TextRange { start: *start, end })
        .collect();
    (head, items)
}

impl Cursor<'_> {
    /// The head: `Procedure "…" starts when …, if …, for its …:`
    pub(super) fn procedure(&mut self) -> Option<Procedure> {
        let from = self.at;
        self.at += 1;
        if self.kind(0) != Some(Kind::Quoted) {
            self.say(
                "K104",
                self.here(),
                "slot missing: name",
                "A procedure has a name in quotes.",
                "Write “Procedure \"Onboarding\" starts when …”.",
            );
            return None;
        }
        let name = self
            .word(0)
            .map(|word| word.text.clone())
            .unwrap_or_default();
        self.at += 1;
        if !self.eat(&["starts", "when"]) {
            self.unexpected(&["starts when"]);
            return None;
        }
        let mut starts = Vec::new();
        loop {
            let Some(hit) = self.phrase(PhraseForm::Happens) else {
                let start = self.at;
                self.unknown_event(start);
                break;
            };
            starts.extend(self.act_use(PhraseForm::Happens));
            self.case = self.case.or(Some(hit.noun));
            self.eat(&[","]);
            if !self.eat(&["or"]) {
                break;
            }
        }
        self.slot(Slot::Head, from);
        let condition = self.if_condition();
        self.eat(&[","]);
        let start = self.at;
        let mut record = Vec::new();
        if self.eat(&["for", "its"]) {
            if let Some(named) = self.any_noun(self.at, false) {
                self.at = named.end;
                match self.reach(named.noun) {
                    Some(path) => record = path,
                    None => self.unreached(named.noun, start, named.end),
                }
            } else {
                self.unexpected(&[]);
                self.at += self.extent(&[]);
            }
            self.slot(Slot::Each, start);
        }
        if !self.eat(&[":"]) {
            self.unexpected(&[":", "if", "or", "for its"]);
        }
        if starts.is_empty() {
            return None;
        }
        Some(Procedure {
            name,
            case: self.case?,
            starts,
            condition,
            record,
            items: Vec::new(),
        })
    }

    /// One listed step: ``After `a`, `b`, if …: the … must …``
    pub(crate) fn item(&mut self, record: NounId) -> Option<(Item, Option<InPlace>)> {
        self.case = Some(record);
        let from = self.at;
        let turn = self.turn();
        let Some(rule) = self.rule_ref() else {
            self.say(
                "K104",
                self.here(),
                "slot missing: which step",
                "A step names its rule in backticks.",
                "Write “1. `welcome`”.",
            );
            return None;
        };
        let condition = self.if_condition();
        // The step as listed, with its turn and condition, is a slot of the procedure; what stands after the colon
        // is a rule of its own.
        self.slots.clear();
        self.slot(Slot::Step, from);
        let step = self.slots.pop();
        let mut in_place = None;
        if self.eat(&[":"]) {
            let start = self.at;
            let task = self.task();
            let range = self.range(start, self.at);
            if let Some(task) = task {
                let duty = Duty {
                    case: record,
                    opening: Opening::Step,
                    task,
                };
                in_place = Some(InPlace {
                    key: rule.key.clone(),
                    duty,
                    range,
                    slots: std::mem::take(&mut self.slots),
                });
            }
        }
        self.eat(&["."]);
        self.eat(&[";"]);
        if !self.at_end() {
            self.unexpected(&["if", ":"]);
        }
        self.slots = step.into_iter().collect();
        let duty = in_place.as_ref().map(|step| Box::new(step.duty.clone()));
        Some((
            Item {
                rule,
                turn,
                condition,
                in_place: duty,
            },
            in_place,
        ))
    }

    fn turn(&mut self) -> Turn {
        if self.eat(&["at", "same", "time"]) {
            self.eat(&[","]);
            return Turn::SameTime;
        }
        if self.eat(&["after"]) {
            let refs: Vec<RuleRef> = self.earlier_steps();
            self.eat(&[","]);
            return Turn::After(refs);
        }
        Turn::Next
    }

    /// The steps waited for: the last reference before the comma-separated own one is not among them.
    fn earlier_steps(&mut self) -> Vec<RuleRef> {
        let mut refs: Vec<RuleRef> = Vec::new();
        while let Some(rule) = self.rule_ref() {
            refs.push(rule);
            if self.eat(&["and"])
                || self.is(&[","]) && self.more_earlier_steps() && self.eat(&[","])
            {
                self.eat(&["and"]);
                continue;
            }
            break;
        }
        refs
    }

    /// Whether after this comma and the next reference another reference follows: then the next one is waited for too.
    fn more_earlier_steps(&self) -> bool {
        let kinds: Vec<Option<Kind>> = (1..5).map(|ahead| self.kind(ahead)).collect();
        let joined = self
            .word(2)
            .is_some_and(|word| word.is("and") || word.is(",") && self.kind(3) == Some(Kind::Code));
        kinds.first() == Some(&Some(Kind::Code)) && joined
    }
}

/// A cursor on the words of one listed step.
pub(crate) fn item_cursor<'s>(
    scope: &'s Scope<'s>,
    words: Vec<Word>,
    range: TextRange,
) -> Cursor<'s> {
    Cursor::new(scope, words, range)
}
