//! Names and values as scripts write them.

use std::hash::Hasher;

use kept_calendar::Calendar;
use kept_kernel::{Duration, Number};
use kept_language::ast::Value;
use kept_language::{ActId, FactId, FactKind, NounId, Register};
use rustc_hash::FxHasher;

/// A text by its hash, as facts keep it.
pub(crate) fn text_value(text: &str) -> Value {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    Value::Text(hasher.finish())
}

/// Reads a value of a fact's type.
pub(crate) fn value(
    register: &Register,
    calendar: &Calendar,
    fact: FactId,
    text: &str,
) -> Result<Value, String> {
    let text = text.trim();
    let entry = &register[fact];
    let fault = || format!("“{text}” is no value of “{}”.", entry.name);
    let number = |text: &str| {
        text.parse::<Number>()
            .map(Value::Number)
            .map_err(|_| fault())
    };
    match entry.kind {
        FactKind::YesNo => match text {
            "yes" => Ok(Value::YesNo(true)),
            "no" => Ok(Value::YesNo(false)),
            _ => Err(fault()),
        },
        FactKind::Choice => entry
            .values
            .iter()
            .position(|value| value == text)
            .map(|at| Value::Choice(at as u16))
            .ok_or_else(fault),
        FactKind::Number | FactKind::Money => number(text),
        FactKind::Percent => number(text.trim_end_matches('%').trim_end()),
        FactKind::Duration => text
            .parse::<Duration>()
            .map(Value::Duration)
            .map_err(|problem| problem.to_string()),
        FactKind::Date => text.parse().map(Value::Date).map_err(|_| fault()),
        FactKind::Instant => calendar
            .parse_instant(text)
            .map(Value::Instant)
            .map_err(|_| fault()),
        FactKind::Text | FactKind::Person | FactKind::List => Ok(text_value(text)),
    }
}

/// The fact that is meant, of one of these nouns; the first that has it.
pub(crate) fn fact(register: &Register, nouns: &[NounId], name: &str) -> Option<FactId> {
    let (owner, name) = match name.split_once("'s ") {
        Some((owner, name)) => (Some(owner.trim_start_matches("the ")), name),
        None => (None, name),
    };
    let own = nouns
        .iter()
        .filter(|noun| owner.is_none_or(|owner| register[**noun].says == owner));
    own.copied().find_map(|noun| register.fact(noun, name))
}

/// A noun and an id: `request R1`, `the client C1`, `course "First aid"`; what is left of the text.
pub(crate) fn record<'t>(register: &Register, text: &'t str) -> Option<(NounId, String, &'t str)> {
    let text = text.strip_prefix("the ").unwrap_or(text);
    let nouns = register.nouns().filter_map(|(id, noun)| {
        let words = std::iter::once(&noun.says).chain(&noun.also);
        let found = words.filter_map(|word| text.strip_prefix(word.as_str())?.strip_prefix(' '));
        found.min_by_key(|rest| rest.len()).map(|rest| (id, rest))
    });
    let (noun, rest) = nouns.min_by_key(|(_, rest)| rest.len())?;
    if let Some(quoted) = rest.strip_prefix('"') {
        let (id, rest) = quoted.split_once('"')?;
        return Some((noun, id.to_owned(), rest.trim_start()));
    }
    let end = rest
        .find(|c: char| c.is_whitespace() || c == ':' || c == '\'')
        .unwrap_or(rest.len());
    let (id, rest) = rest.split_at(end);
    let is_id = id.chars().any(|c| c.is_ascii_digit() || c.is_uppercase());
    is_id.then(|| (noun, id.to_owned(), rest.trim_start()))
}

/// An event in the register's words: `request R1 is received`.
pub(crate) fn event(register: &Register, text: &str) -> Option<(ActId, NounId, String)> {
    let mut best: Option<(usize, ActId, NounId, String)> = None;
    for (id, act) in register.acts() {
        for phrase in &act.happens {
            let Some((noun, record)) = fits(register, act, phrase, text) else {
                continue;
            };
            if best
                .as_ref()
                .is_none_or(|(length, ..)| phrase.len() > *length)
            {
                best = Some((phrase.len(), id, noun, record));
            }
        }
    }
    best.map(|(_, act, noun, record)| (act, noun, record))
}

fn fits(
    register: &Register,
    act: &kept_language::Act,
    phrase: &str,
    text: &str,
) -> Option<(NounId, String)> {
    if act.case == register.company() && phrase == text {
        return Some((act.case, "company".to_owned()));
    }
    let (before, rest) = phrase.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    let text = text.strip_prefix(before)?;
    let (noun, id, left) = record(register, text)?;
    let fits = register[noun].id == name && left.trim() == after.trim();
    fits.then_some((noun, id))
}
