//! Words as they are compared: small letters without accents. One splitting for the index, the question and the marks.

use std::ops::Range;

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
    let mut open: Option<Word> = None;
    for (at, letter) in text.char_indices() {
        let end = at + letter.len_utf8();
        if letter.is_alphanumeric() || is_combining_mark(letter) {
            let word = open.get_or_insert_with(|| Word {
                folded: String::new(),
                range: at..at,
            });
            word.range.end = end;
            fold(letter, &mut word.folded);
        } else {
            close(&mut found, open.take());
        }
    }
    close(&mut found, open);
    found
}

fn close(found: &mut Vec<Word>, word: Option<Word>) {
    let Some(mut word) = word.filter(|word| !word.folded.is_empty()) else {
        return;
    };
    if let Some((cut, _)) = word.folded.char_indices().nth(LONGEST) {
        word.folded.truncate(cut);
    }
    found.push(word);
}

fn fold(letter: char, word: &mut String) {
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
