//! Shouting: words in capitals, and marks in a row.

use std::ops::Range;

use crate::remark::{Kind, Remark};
use crate::text::{Text, Word};

/// Ordinary words that in capitals are meant loud; abbreviations are not.
const LOUD: [&str; 18] = [
    "all",
    "always",
    "attention",
    "cannot",
    "do",
    "immediately",
    "important",
    "must",
    "never",
    "not",
    "now",
    "only",
    "please",
    "stop",
    "urgent",
    "very",
    "warning",
    "you",
];

/// The remarks on shouting.
pub(crate) fn remarks(text: &Text<'_>) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for sentence in &text.sentences {
        let words = text.words(sentence);
        for run in words.chunk_by(|one, two| goes_on(text, one, two)) {
            remarks.extend(capitals(text, run));
        }
    }
    remarks.extend(marks(&text.seen).into_iter().map(|range| {
        let why = "Marks in a row sound like shouting. One is enough.";
        Remark::new(Kind::Shouting, range, why)
    }));
    remarks
}

fn goes_on(text: &Text<'_>, one: &Word, two: &Word) -> bool {
    let marks = text.between(one, two);
    let apart = marks
        .chars()
        .all(|mark| mark.is_whitespace() || mark == ',');
    apart && is_large(text, one) && is_large(text, two)
}

fn is_large(text: &Text<'_>, word: &Word) -> bool {
    let letters = text.at(&word.range);
    // A name of programs: `LOG_ALL`.
    let before = text.seen.get(..word.range.start).unwrap_or_default();
    let after = text.seen.get(word.range.end..).unwrap_or_default();
    if before.ends_with('_') || after.starts_with('_') {
        return false;
    }
    letters.chars().all(char::is_uppercase) && letters.chars().nth(1).is_some()
}

fn capitals(text: &Text<'_>, run: &[Word]) -> Option<Remark> {
    let (first, last) = (run.first()?, run.last()?);
    let loud = is_large(text, first) && (run.len() >= 3 || run.iter().any(is_loud));
    let range = first.range.start..last.range.end;
    let plain = text.at(&range).to_lowercase();
    loud.then(|| {
        Remark::new(Kind::Shouting, range, "Capitals sound like shouting.").instead([plain])
    })
}

fn is_loud(word: &Word) -> bool {
    LOUD.contains(&word.folded.as_str())
}

/// Two or more of `!` and `?` side by side.
fn marks(seen: &str) -> Vec<Range<usize>> {
    let (mut found, mut from) = (Vec::new(), None);
    let end = (seen.len(), ' ');
    for (at, letter) in seen.char_indices().chain([end]) {
        match (matches!(letter, '!' | '?'), from) {
            (true, None) => from = Some(at),
            (false, Some(start)) => {
                if at - start > 1 {
                    found.push(start..at);
                }
                from = None;
            }
            _ => {}
        }
    }
    found
}
