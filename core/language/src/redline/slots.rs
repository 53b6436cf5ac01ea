//! The slots of two versions of a rule, compared.

use crate::ast::Sentence;
use crate::document::{Document, Rule, Slot};
use crate::format::tokens::split;

use super::SlotChange;
use super::words::difference;

/// The slots whose words differ.
pub(super) fn slots(old: (&Document, &Rule), new: (&Document, &Rule)) -> Vec<SlotChange> {
    let (before, after) = (slot_texts(old.0, old.1), slot_texts(new.0, new.1));
    let mut slots: Vec<Slot> = before.iter().chain(&after).map(|(slot, _)| *slot).collect();
    slots.sort();
    slots.dedup();
    let kind = new.1.sentence.as_ref().or(old.1.sentence.as_ref());
    let mut changes = Vec::new();
    for slot in slots {
        let of = |texts: &[(Slot, String)]| {
            let found: Vec<String> = texts
                .iter()
                .filter(|(other, _)| *other == slot)
                .map(|(_, text)| text.clone())
                .collect();
            found
        };
        let (mut before, mut after) = (of(&before), of(&after));
        // What both have is no difference: of three steps or warnings only the changed ones are shown.
        let kept: Vec<String> = before
            .iter()
            .filter(|text| after.contains(text))
            .cloned()
            .collect();
        let same_order = after
            .iter()
            .filter(|text| before.contains(text))
            .eq(kept.iter());
        if same_order && (before.len() > 1 || after.len() > 1) {
            before.retain(|text| !kept.contains(text));
            after.retain(|text| !kept.contains(text));
        }
        let (before, after) = (before.join("; "), after.join("; "));
        if before != after {
            changes.push(slot_change(label(slot, kind), before, after));
        }
    }
    changes
}

/// A rule that is new or gone, as one slot.
pub(super) fn whole(
    old: Option<(&Document, &Rule)>,
    new: Option<(&Document, &Rule)>,
) -> Vec<SlotChange> {
    let text = |side: Option<(&Document, &Rule)>| {
        side.map_or_else(String::new, |(document, rule)| {
            resolved(document, document.words(rule.range))
        })
    };
    vec![slot_change("rule", text(old), text(new))]
}

fn slot_change(slot: &str, old: String, new: String) -> SlotChange {
    let words = difference(&old, &new);
    SlotChange {
        slot: slot.to_owned(),
        old: (!old.is_empty()).then_some(old),
        new: (!new.is_empty()).then_some(new),
        words,
    }
}

/// The slots of a rule, each in one line with the values of its blanks. A rule without slots is one.
fn slot_texts(document: &Document, rule: &Rule) -> Vec<(Slot, String)> {
    if rule.slots.is_empty() || matches!(rule.sentence, Some(Sentence::Term(..)) | None) {
        return vec![(Slot::Rest, resolved(document, document.words(rule.range)))];
    }
    rule.slots
        .iter()
        .map(|slot| {
            let words = document.words(document.with_whole_blanks(slot.range));
            (slot.slot, resolved(document, words))
        })
        .collect()
}

/// A text in one line with the values of its blanks.
fn resolved(document: &Document, text: &str) -> String {
    let mut said = String::new();
    for token in split(text) {
        let inner = token
            .text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        let value = inner.and_then(|inner| match inner.split_once(':') {
            Some((_, value)) => Some(value.trim().to_owned()),
            None => document
                .blanks
                .get(inner)
                .and_then(|blank| blank.value.clone()),
        });
        if !(said.is_empty() || token.tight) {
            said.push(' ');
        }
        said.push_str(value.as_ref().unwrap_or(&token.text));
    }
    let end = said.trim_end_matches([',', ';', '.']).len();
    said.truncate(end);
    said
}

/// What a slot is called.
fn label(slot: Slot, sentence: Option<&Sentence>) -> &'static str {
    match (sentence, slot) {
        (Some(Sentence::Gate(_)), Slot::Rest) => "what opens it",
        (Some(Sentence::Permission(_)), Slot::Deadline) => "for how long",
        (Some(Sentence::Permission(_)), Slot::Rest) => "which gate",
        (Some(Sentence::Target(_)), Slot::Rest) => "goal",
        (Some(Sentence::Target(_)), Slot::Each) => "cases",
        (Some(Sentence::Target(_)), Slot::Deadline) => "measured",
        (Some(Sentence::Course(_)), Slot::Each) => "audience",
        (Some(Sentence::Course(_)), Slot::Rest) => "renewal",
        (Some(Sentence::Course(_)), Slot::Escalation) => "without it",
        (Some(Sentence::Retention(_)), Slot::Deadline) => "kept for",
        (Some(Sentence::Transition(_)), Slot::Rest) => "running duties",
        (Some(Sentence::Term(..)), _) => "meaning",
        (Some(Sentence::Duty(_) | Sentence::Rhythm(_)), Slot::Head) => "opening",
        (_, Slot::Head) => "beginning",
        (_, Slot::Condition) => "condition",
        (_, Slot::Each) => "for",
        (_, Slot::While) => "while",
        (_, Slot::Task) => "who and what",
        (_, Slot::Deadline) => "deadline",
        (_, Slot::Pausing) => "pauses",
        (_, Slot::Unless) => "unless",
        (_, Slot::Evidence) => "evidence",
        (_, Slot::Reopened) => "if reopened",
        (_, Slot::Warning) => "warning",
        (_, Slot::Escalation) => "escalation",
        (_, Slot::Step) => "steps",
        (_, Slot::Rest) => "rest",
    }
}
