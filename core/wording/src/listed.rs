//! Wordings that are known by heart: refusals and blame, words of the trade, stiff words, promises without a time.
//!
//! They lie in `tables/`, a line each: `pattern = another way; one more`, under the reason that holds for them (`why: …`, or
//! `refusal: …` for what is no refusal where something is offered beside it). `pass: pattern` is left alone.

use std::sync::LazyLock;

use crate::about::About;
use crate::phrases::{Found, Phrases};
use crate::remark::{Kind, Remark};
use crate::text::Text;

/// What is known of a wording.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    kind: Kind,
    why: &'static str,
    instead: Vec<&'static str>,
    refuses: bool,
    passes: bool,
}

const TABLES: [(Kind, &str); 4] = [
    (Kind::Negative, include_str!("tables/negative.txt")),
    (Kind::Jargon, include_str!("tables/jargon.txt")),
    (Kind::Stiff, include_str!("tables/stiff.txt")),
    (Kind::Vague, include_str!("tables/vague.txt")),
];

static KNOWN: LazyLock<Phrases<Known>> = LazyLock::new(|| {
    let mut phrases = Phrases::default();
    for (kind, table) in TABLES {
        for (pattern, known) in entries(kind, table) {
            phrases.add_pattern(&pattern, &known);
        }
    }
    phrases
});

/// What is offered beside a refusal.
static OFFERS: LazyLock<Phrases<()>> = LazyLock::new(|| {
    let mut phrases = Phrases::default();
    for pattern in [
        "we|i|you can|could",
        "instead",
        "alternatively",
        "what we can do",
    ] {
        phrases.add_pattern(pattern, &());
    }
    phrases
});

fn entries(kind: Kind, table: &'static str) -> impl Iterator<Item = (String, Known)> {
    let (mut why, mut refuses) = ("", false);
    let lines = table.lines().filter_map(move |line| {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        if let Some(reason) = line.strip_prefix("why:") {
            (why, refuses) = (reason.trim(), false);
            return None;
        }
        if let Some(reason) = line.strip_prefix("refusal:") {
            (why, refuses) = (reason.trim(), true);
            return None;
        }
        let passes = line.strip_prefix("pass:");
        let (pattern, instead) = line.split_once('=').unwrap_or((line, ""));
        let known = Known {
            kind,
            why,
            instead: Vec::new(),
            refuses,
            passes: passes.is_some(),
        };
        Some((passes.unwrap_or(pattern).trim(), instead.trim(), known))
    });
    lines.flat_map(|(pattern, instead, known)| by_form(pattern, instead, &known))
}

/// A pattern with its other ways. `ticket|tickets = request|requests` gives each form its own.
fn by_form(pattern: &str, instead: &'static str, known: &Known) -> Vec<(String, Known)> {
    let ways: Vec<&str> = instead.split('|').collect();
    let forms = pattern
        .split(' ')
        .find(|slot| ways.len() > 1 && slot.split('|').count() == ways.len());
    let with = |instead: &'static str| {
        // An ellipsis alone: there is nothing to say in its place.
        let ways = instead.split(';').map(str::trim);
        let instead = ways.filter(|one| !matches!(*one, "" | "…")).collect();
        Known {
            instead,
            ..known.clone()
        }
    };
    match forms {
        Some(forms) => forms
            .split('|')
            .zip(ways)
            .map(|(form, way)| (pattern.replacen(forms, form, 1), with(way)))
            .collect(),
        None => vec![(pattern.to_owned(), with(instead))],
    }
}

/// The remarks on wordings that are known.
pub(crate) fn remarks(text: &Text<'_>, about: &About<'_>) -> Vec<Remark> {
    let found = KNOWN.find(text);
    let offers = offers(text);
    let speaks = |one: &&Found<'_, Known>| {
        let known = one.value;
        let understood = known.kind == Kind::Jargon && about.fluent;
        let helped = known.refuses && is_offered(&offers, one);
        !(known.passes || understood || helped)
    };
    found
        .iter()
        .filter(speaks)
        .map(|one| remark(text, one))
        .collect()
}

fn remark(text: &Text<'_>, found: &Found<'_, Known>) -> Remark {
    let written = text.at(&found.range);
    let instead = found.value.instead.iter();
    let instead = instead.map(|way| as_written(written, way));
    Remark::new(found.value.kind, found.range.clone(), found.value.why).instead(instead)
}

/// Another way to say what was written: by the same one (`I` or `we`), and as large.
fn as_written(written: &str, way: &str) -> String {
    let first = written.split([' ', '\'', '’']).next().unwrap_or_default();
    let way = if first.eq_ignore_ascii_case("i") {
        let words = way.split(' ');
        let words = words.map(|word| if word == "we" { "I" } else { word });
        words.collect::<Vec<_>>().join(" ")
    } else {
        way.to_owned()
    };
    if written.chars().next().is_some_and(char::is_uppercase) {
        capital(&way)
    } else {
        way
    }
}

/// Where something is offered: the number of the sentence, and the place of the first word.
fn offers(text: &Text<'_>) -> Vec<(usize, usize)> {
    let mut offers = Vec::new();
    for (sentence, part) in text.sentences.iter().enumerate() {
        let mut words = text.words(part);
        while let Some((first, rest)) = words.split_first() {
            if let Some((count, ())) = OFFERS.begin(words) {
                let next = words.get(count).map(|word| word.folded.as_str());
                if next != Some("not") {
                    offers.push((sentence, first.range.start));
                }
            }
            words = rest;
        }
    }
    offers
}

/// Whether the sentence of a refusal, or the one after it, says what can be done.
fn is_offered(offers: &[(usize, usize)], refusal: &Found<'_, Known>) -> bool {
    let from = offers.partition_point(|(sentence, _)| *sentence < refusal.sentence);
    let mut near = offers
        .iter()
        .skip(from)
        .take_while(|(sentence, _)| *sentence <= refusal.sentence + 1);
    near.any(|(_, place)| !refusal.range.contains(place))
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{TABLES, entries};

    #[test]
    fn every_line_of_the_tables_has_its_reason_and_stands_there_once() {
        let mut seen = BTreeSet::new();
        for (kind, table) in TABLES {
            for (pattern, known) in entries(kind, table) {
                assert!(!pattern.is_empty(), "{known:?}");
                assert!(known.passes || !known.why.is_empty(), "{pattern}");
                assert_eq!(pattern, pattern.to_lowercase());
                assert!(
                    !known.instead.iter().any(|way| way.contains('|')),
                    "{pattern}"
                );
                assert!(seen.insert(pattern.clone()), "{pattern} stands there twice");
            }
        }
        assert!(seen.len() > 300, "{}", seen.len());
    }
}
