//! Words: the smallest pieces of a sentence, with their places in the document.

use crate::ast::TextRange;

/// What a word is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// Letters, with hyphens and apostrophes inside.
    Word,
    /// Digits, with commas and points inside: `1,000`, `0.5`, `6.1`, `2027-01-01`.
    Number,
    /// `"…"`.
    Quoted,
    /// `` `…` ``.
    Code,
    /// One of `, ; . : %`, or any other sign.
    Sign,
    /// A blank that has no value anywhere.
    EmptyBlank,
}

/// A word of a sentence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Word {
    /// What it is.
    pub kind: Kind,
    /// Its letters: folded to lower case for words, without the marks for quoted and code.
    pub text: String,
    /// Its letters as written.
    pub written: String,
    /// Where it stands. The words of a repeated blank stand where the blank does.
    pub range: TextRange,
}

impl Word {
    /// Whether it is this word or sign.
    pub fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Sign) && self.text == text
    }

    /// Whether it chooses nothing.
    pub fn is_article(&self) -> bool {
        self.kind == Kind::Word && is_article(&self.text)
    }
}

/// Whether a word chooses nothing.
pub(crate) fn is_article(word: &str) -> bool {
    matches!(word, "a" | "an" | "the")
}

/// Splits the text of a range into words. `blank` gives the value of a blank by name.
pub(crate) fn split(
    text: &str,
    range: TextRange,
    blank: &dyn Fn(&str) -> Option<String>,
) -> Vec<Word> {
    let mut words = Vec::new();
    split_into(text, range, blank, &mut words);
    words
}

fn split_into(
    text: &str,
    range: TextRange,
    blank: &dyn Fn(&str) -> Option<String>,
    words: &mut Vec<Word>,
) {
    let mut at = range.start;
    while at < range.end {
        let Some(first) = text.get(at..range.end).and_then(|rest| rest.chars().next()) else {
            break;
        };
        let end = match first {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '"' | '“' => delimited(text, at, range.end, &['"', '”'], Kind::Quoted, words),
            '`' => delimited(text, at, range.end, &['`'], Kind::Code, words),
            '[' => bracketed(
                text,
                TextRange {
                    start: at,
                    end: range.end,
                },
                blank,
                words,
            ),
            c if c.is_ascii_digit() => run(text, at, range.end, Kind::Number, words),
            c if c.is_alphabetic() => run(text, at, range.end, Kind::Word, words),
            c => {
                let end = at + c.len_utf8();
                push(text, at, end, Kind::Sign, words);
                end
            }
        };
        at = end.max(at + 1);
    }
}

fn push(text: &str, start: usize, end: usize, kind: Kind, words: &mut Vec<Word>) {
    let written = text.get(start..end).unwrap_or_default().to_owned();
    let folded = if kind == Kind::Word {
        written.to_lowercase().replace('’', "'")
    } else {
        written.clone()
    };
    words.push(Word {
        kind,
        text: folded,
        written,
        range: TextRange { start, end },
    });
}

/// A run of letters or digits, with the signs that may stand inside it. Returns its end.
fn run(text: &str, start: usize, limit: usize, kind: Kind, words: &mut Vec<Word>) -> usize {
    let inside: &[char] = if kind == Kind::Number {
        &['.', ',', '-']
    } else {
        &['-', '\'', '’']
    };
    let rest = text.get(start..limit).unwrap_or_default();
    let mut letters = rest.char_indices().peekable();
    let mut end = start;
    while let Some((offset, letter)) = letters.next() {
        let next_belongs = letters.peek().is_some_and(|(_, next)| {
            if kind == Kind::Number {
                next.is_ascii_digit()
            } else {
                next.is_alphanumeric()
            }
        });
        let belongs = if kind == Kind::Number {
            letter.is_ascii_digit()
        } else {
            letter.is_alphanumeric()
        };
        let possessive = kind == Kind::Word && matches!(letter, '\'' | '’');
        if !(belongs || inside.contains(&letter) && (next_belongs || possessive)) {
            break;
        }
        end = start + offset + letter.len_utf8();
    }
    push(text, start, end, kind, words);
    end
}

/// Text between marks. Without the closing mark it runs to the end, and the sentence is not ended (K102).
fn delimited(
    text: &str,
    start: usize,
    limit: usize,
    closing: &[char],
    kind: Kind,
    words: &mut Vec<Word>,
) -> usize {
    let open = text
        .get(start..)
        .and_then(|rest| rest.chars().next())
        .map_or(1, char::len_utf8);
    let inside = text.get(start + open..limit).unwrap_or_default();
    let (content, end) = match inside
        .char_indices()
        .find(|(_, letter)| closing.contains(letter))
    {
        Some((offset, letter)) => (
            inside.get(..offset).unwrap_or_default(),
            start + open + offset + letter.len_utf8(),
        ),
        None => (inside, limit),
    };
    words.push(Word {
        kind,
        text: content.to_owned(),
        written: text.get(start..end).unwrap_or_default().to_owned(),
        range: TextRange { start, end },
    });
    end
}

/// A blank: the words of its value where it gives one, else of the value given elsewhere.
fn bracketed(
    text: &str,
    range: TextRange,
    blank: &dyn Fn(&str) -> Option<String>,
    words: &mut Vec<Word>,
) -> usize {
    let inside = text.get(range.start + 1..range.end).unwrap_or_default();
    let Some(close) = inside.find(']') else {
        push(text, range.start, range.start + 1, Kind::Sign, words);
        return range.start + 1;
    };
    let end = range.start + 1 + close + 1;
    let content = inside.get(..close).unwrap_or_default();
    let whole = TextRange {
        start: range.start,
        end,
    };
    if let Some((_, value)) = content.split_once(':') {
        let start = end - 1 - value.len();
        split_into(
            text,
            TextRange {
                start,
                end: end - 1,
            },
            &|_| None,
            words,
        );
    } else if let Some(value) = blank(content.trim()) {
        let mut inner = split(
            &value,
            TextRange {
                start: 0,
                end: value.len(),
            },
            &|_| None,
        );
        for word in &mut inner {
            word.range = whole;
        }
        words.append(&mut inner);
    } else {
        words.push(Word {
            kind: Kind::EmptyBlank,
            text: content.trim().to_owned(),
            written: text.get(range.start..end).unwrap_or_default().to_owned(),
            range: whole,
        });
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        split(
            text,
            TextRange {
                start: 0,
                end: text.len(),
            },
            &|name| (name == "rhythm").then(|| "90 days".to_owned()),
        )
        .into_iter()
        .map(|word| word.text)
        .collect()
    }

    #[test]
    fn a_sentence_falls_into_words_numbers_and_signs() {
        assert_eq!(
            texts("The client's tier is 1,000, or 5 %."),
            [
                "the", "client's", "tier", "is", "1,000", ",", "or", "5", "%", "."
            ]
        );
        assert_eq!(texts("in table 6.1."), ["in", "table", "6.1", "."]);
    }

    #[test]
    fn a_blank_stands_for_its_value() {
        assert_eq!(
            texts("within [ack: 1 business hour];"),
            ["within", "1", "business", "hour", ";"]
        );
        assert_eq!(
            texts("Every [rhythm] since"),
            ["every", "90", "days", "since"]
        );
        assert_eq!(
            texts("Every [nothing] since"),
            ["every", "nothing", "since"]
        );
    }

    #[test]
    fn marks_without_an_end_run_to_the_end() {
        assert_eq!(texts("say \"hello. And"), ["say", "hello. And"]);
    }
}
