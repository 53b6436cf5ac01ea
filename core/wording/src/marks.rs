//! Marks that are missing or too many: no space behind a full stop, a comma twice.

use std::ops::Range;

use crate::spelling::{Slip, slip};

/// The slips of marks in a text.
pub(crate) fn slips(text: &str) -> Vec<Slip> {
    let mut slips = Vec::new();
    let mut at = 0;
    for piece in text.split_inclusive(char::is_whitespace) {
        slips.extend(joined(piece, at));
        slips.extend(twice(piece, at));
        at += piece.len();
    }
    slips
}

/// “It is done.We will write.” Names such as `System.Text` and `java.util.List` have a capital before, or more marks.
fn joined(piece: &str, at: usize) -> Option<Slip> {
    let bare = piece.trim_end_matches(|letter: char| !letter.is_alphanumeric());
    let (before, after) = bare.split_once(['.', '!', '?'])?;
    let lower = before.chars().all(char::is_lowercase) && before.chars().nth(1).is_some();
    let mut letters = after.chars();
    let large = letters.next().is_some_and(char::is_uppercase);
    let plain = letters
        .clone()
        .all(|letter| letter.is_lowercase() || matches!(letter, '\'' | '’'));
    let word = letters.next().is_some() || matches!(after, "I" | "A");
    // `kept.Store(` is a piece of a program.
    let rest = piece.get(bare.len()..).unwrap_or_default();
    if !(lower && large && plain && word) || rest.starts_with(['(', '[', '/', '_']) {
        return None;
    }
    let mark = bare.get(before.len()..bare.len() - after.len())?;
    let apart = format!("{before}{mark} {after}");
    let why = "A space is missing between two sentences.";
    Some(slip(true, at..at + bare.len(), why, [apart]))
}

/// “Thank you,, we have it.” and “It is done..”
fn twice(piece: &str, at: usize) -> Option<Slip> {
    let word = piece.trim_end();
    let bare = word.trim_end_matches([',', '.']);
    let marks = word.get(bare.len()..)?;
    let range: Range<usize> = at + bare.len()..at + word.len();
    let of_word = bare.ends_with(char::is_alphabetic);
    let once = match marks {
        ",," => ",",
        ".." => ".",
        _ => return None,
    };
    of_word.then(|| slip(true, range, "One mark is enough.", [once.to_owned()]))
}
