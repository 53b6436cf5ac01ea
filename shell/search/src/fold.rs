//! Words as they are compared: small letters without accents. One splitting for the index, the question and the marks.

use std::ops::{ControlFlow, Range};

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// A longer word is cut here, on both sides of a comparison.
const LONGEST: usize = 64;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// As it is compared: `uberfallig`.
    pub folded: String,
    /// Where it stands in the text, in bytes.
    pub range: Range<usize>,
}

/// The words of a text, in order: runs of letters and figures. `Ä` is `a`, `ß` is `ss`, `ﬁ` is `fi`.
pub fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    // Nothing breaks off here.
    let _ = each_word(text, |word| {
        found.push(word);
        ControlFlow::Continue(())
    });
    found
}

/// The words of a text one after the other, as long as they are wanted.
pub(crate) fn each_word(
    text: &str,
    mut take: impl FnMut(Word) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut open: Option<Word> = None;
    for (at, letter) in text.char_indices() {
        if belongs(letter) {
            let word = open.get_or_insert_with(|| Word {
                folded: String::new(),
                range: at..at,
            });
            word.range.end = at + letter.len_utf8();
            fold(letter, &mut word.folded);
        } else if let Some(word) = closed(open.take()) {
            take(word)?;
        }
    }
    closed(open).map_or(ControlFlow::Continue(()), take)
}

/// Whether a letter is part of a word. Most texts are plain, and the tables for all others take their time.
fn belongs(letter: char) -> bool {
    if letter.is_ascii() {
        letter.is_ascii_alphanumeric()
    } else {
        letter.is_alphanumeric() || is_combining_mark(letter)
    }
}

fn closed(word: Option<Word>) -> Option<Word> {
    let mut word = word.filter(|word| !word.folded.is_empty())?;
    if let Some((cut, _)) = word.folded.char_indices().nth(LONGEST) {
        word.folded.truncate(cut);
    }
    Some(word)
}

fn fold(letter: char, word: &mut String) {
    if letter.is_ascii() {
        word.push(letter.to_ascii_lowercase());
        return;
    }
    let decomposed = std::iter::once(letter).nfkd();
    let small = decomposed.flat_map(char::to_lowercase).nfkd();
    for letter in small.filter(|letter| letter.is_alphanumeric() && !is_combining_mark(*letter)) {
        match letter {
            'ß' => word.push_str("ss"),
            'æ' => word.push_str("ae"),
            'œ' => word.push_str("oe"),
            'þ' => word.push_str("th"),
            'ø' => word.push('o'),
            'ł' => word.push('l'),
            'đ' | 'ð' => word.push('d'),
            'ı' => word.push('i'),
            other => word.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    fn folded(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.folded).collect()
    }

    #[test]
    fn words_are_small_and_without_accents() {
        assert_eq!(
            folded("Überfällige Straße, Łódź"),
            ["uberfallige", "strasse", "lodz"]
        );
        assert_eq!(
            folded("cafe\u{301} CAFÉ ﬁn İzmir"),
            ["cafe", "cafe", "fin", "izmir"]
        );
        assert_eq!(
            folded("SR 4.3 – maya@desk.example"),
            ["sr", "4", "3", "maya", "desk", "example"]
        );
        assert!(folded(" … \u{301} ").is_empty());
    }

    #[test]
    fn a_word_knows_where_it_stands() {
        let text = "die Größe zählt";
        let places: Vec<_> = words(text)
            .into_iter()
            .filter_map(|word| text.get(word.range))
            .collect();
        assert_eq!(places, ["die", "Größe", "zählt"]);
    }
}
