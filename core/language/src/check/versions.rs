//! What a version does to the one before: its number (K108), blanks (K307), identities (K308) and transitions (K302).

use std::cmp::Ordering;
use std::collections::BTreeSet;

use kept_kernel::{Duration, Number};

use crate::ast::{RuleKey, Sentence, TextRange};
use crate::diagnostic::Diagnostic;
use crate::document::{Blank, Document};

use super::set::Set;

pub(super) fn check(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    for (index, document) in set.library.documents.iter().enumerate() {
        two_values(index, document, says);
        let before = set.context.in_force.and_then(|library| {
            let mut documents = library.documents.iter();
            documents.find(|before| before.header.code == document.header.code)
        });
        if let Some(before) = before {
            says.extend(not_later(index, document, before));
            blanks(index, document, before, says);
            vanished(index, document, before, says);
        }
    }
    transitions(set, says);
}

/// What is wrong with the version of a document that follows another one: it must be greater, unless nothing changed.
/// `index` is the position of the later document in its set.
pub fn not_later(index: usize, later: &Document, before: &Document) -> Option<Diagnostic> {
    let (new, old) = (&later.header.version, &before.header.version);
    if later.text == before.text || order(new, old).is_gt() {
        return None;
    }
    let said = if new == old {
        format!("The version before is {old} too.")
    } else {
        format!("The version before is {old}.")
    };
    Some(
        Diagnostic::new("K108", index, version_line(later), "the version does not rise")
            .because(format!(
                "{said} Figures, signatures and running duties are told apart by the version, so a changed document has a greater one."
            ))
            .suggest(format!("Write “version = \"{}\"”.", next(old))),
    )
}

/// The order of two versions: part by part, numbers as numbers.
fn order(one: &str, other: &str) -> Ordering {
    let (mut ones, mut others) = (one.split('.'), other.split('.'));
    loop {
        let ordered = match (ones.next(), others.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(one), Some(other)) => match (one.parse::<u64>(), other.parse::<u64>()) {
                (Ok(one), Ok(other)) => one.cmp(&other),
                _ => one.cmp(other),
            },
        };
        if ordered.is_ne() {
            return ordered;
        }
    }
}

/// The version after this one: its last number raised by one.
fn next(version: &str) -> String {
    let (head, last) = version
        .rsplit_once('.')
        .map_or(("", version), |(head, last)| (head, last));
    match last.parse::<u64>() {
        Ok(last) if head.is_empty() => format!("{}", last.saturating_add(1)),
        Ok(last) => format!("{head}.{}", last.saturating_add(1)),
        Err(_) => format!("{version}.1"),
    }
}

/// The line of the header that says the version, or the first line.
fn version_line(document: &Document) -> TextRange {
    let mut at = 0;
    let mut marks = 0;
    for line in document.text.split_inclusive('\n') {
        let text = line.trim();
        marks += usize::from(text == "+++");
        let named = text.strip_prefix("version");
        if marks == 1 && named.is_some_and(|rest| rest.trim_start().starts_with('=')) {
            return TextRange {
                start: at,
                end: at + line.trim_end().len(),
            };
        }
        if marks > 1 {
            break;
        }
        at += line.len();
    }
    TextRange {
        start: 0,
        end: 3.min(document.text.len()),
    }
}

/// A blank whose value is given more than once, and not alike.
fn two_values(index: usize, document: &Document, says: &mut Vec<Diagnostic>) {
    for (name, blank) in &document.blanks {
        let Some(value) = &blank.value else {
            continue;
        };
        let other = blank.places.iter().find_map(|place| {
            given(document, *place)
                .filter(|given| given != value)
                .map(|given| (place, given))
        });
        if let Some((place, other)) = other {
            says.push(
                Diagnostic::new(
                    "K307",
                    index,
                    *place,
                    format!("the blank “{name}” has two values"),
                )
                .because(format!("It is given as “{value}” and as “{other}”."))
                .suggest(format!("Give it once, and write “[{name}]” elsewhere.")),
            );
        }
    }
}

/// The value that stands at one place of a blank.
fn given(document: &Document, place: TextRange) -> Option<String> {
    let inside = document.words(place).strip_prefix('[')?.strip_suffix(']')?;
    let (_, value) = inside.split_once(':')?;
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// A blank whose value is of another type than in the version in force.
fn blanks(index: usize, document: &Document, before: &Document, says: &mut Vec<Diagnostic>) {
    for (name, blank) in &document.blanks {
        let old = before
            .blanks
            .get(name)
            .and_then(|old: &Blank| old.value.as_deref());
        let (Some(old), Some(new)) = (old, blank.value.as_deref()) else {
            continue;
        };
        let (was, is) = (kind(old), kind(new));
        if was != is {
            let place = blank
                .places
                .iter()
                .find(|place| given(document, **place).is_some());
            let range = place.copied().unwrap_or_default();
            says.push(
                Diagnostic::new("K307", index, range, format!("the blank “{name}” is of another type"))
                    .because(format!("In force it is {was}, “{old}”; here it is {is}."))
                    .suggest("Keep the type and change the value only, or give the new value a name of its own."),
            );
        }
    }
}

/// What a value is, in words.
fn kind(value: &str) -> &'static str {
    let value = value.trim();
    if value == "half a day" {
        return "a length of time around the clock";
    }
    if let Ok(duration) = value.parse::<Duration>() {
        return if duration.is_business() {
            "a length of working time"
        } else {
            "a length of time around the clock"
        };
    }
    let share = value
        .strip_suffix('%')
        .or_else(|| value.strip_suffix("percent"));
    if value == "half" || share.is_some_and(|share| share.trim().parse::<Number>().is_ok()) {
        return "a percentage";
    }
    let amount = value.split_whitespace().next().unwrap_or_default();
    if value.parse::<jiff::civil::Date>().is_ok() {
        "a date"
    } else if amount.parse::<Number>().is_ok() && value.split_whitespace().count() <= 2 {
        "a number"
    } else {
        "words"
    }
}

/// A rule of the version in force that is gone, without a word on what it is called now or what its duties become.
fn vanished(index: usize, document: &Document, before: &Document, says: &mut Vec<Diagnostic>) {
    let here: BTreeSet<&str> = document
        .rules
        .iter()
        .map(|rule| rule.key.id.as_str())
        .collect();
    let ended: BTreeSet<&RuleKey> = document
        .rules
        .iter()
        .filter_map(|rule| match &rule.sentence {
            Some(Sentence::Transition(transition)) => Some(&transition.rule.key),
            _ => None,
        })
        .collect();
    for rule in &before.rules {
        let id = rule.key.id.as_str();
        if id.is_empty()
            || here.contains(id)
            || document.header.renamed.contains_key(id)
            || ended.contains(&rule.key)
        {
            continue;
        }
        let range = TextRange {
            start: 0,
            end: 3.min(document.text.len()),
        };
        says.push(
            Diagnostic::new("K308", index, range, format!("the rule “{id}” has vanished"))
                .because("It is in force; its figures, signatures and running duties hang on its identity.")
                .suggest(format!(
                    "Write “renamed = {{ {id} = \"…\" }}” in the header, or “From version {}, running duties under `{id}` end.”",
                    document.header.version
                )),
        );
    }
}

/// Transitions bring the version of their own document, and speak of a rule of it or of the version in force.
fn transitions(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    for place in &set.rules {
        let (Sentence::Transition(transition), Some(document)) =
            (place.sentence, set.document(place.document))
        else {
            continue;
        };
        let rule = &transition.rule;
        if transition.version != document.header.version {
            says.push(
                Diagnostic::new("K302", place.document, place.rule.range, "no such version")
                    .because(format!(
                        "This document is version {}; it cannot bring version {}.",
                        document.header.version, transition.version
                    ))
                    .suggest(format!(
                        "Write “From version {}, …”.",
                        document.header.version
                    )),
            );
        } else if !set.has(&rule.key)
            && set
                .context
                .in_force
                .is_none_or(|library| library.rule(&rule.key).is_none())
        {
            says.push(
                Diagnostic::new("K302", place.document, rule.range, "no such rule")
                    .because(format!(
                        "Nothing is called {} `{}`, here or in the version in force.",
                        rule.key.code, rule.key.id
                    ))
                    .suggest("Name a rule whose duties may be running."),
            );
        }
    }
}
