//! A message as paragraphs, sentences and words with their places.

use std::ops::Range;

use crate::mask::masked;

/// A word, without the marks around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) range: Range<usize>,
    /// In small letters, with straight apostrophes.
    pub(crate) folded: String,
}

/// A sentence, or a paragraph: its place, and the places of its words in [`Text::words`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) range: Range<usize>,
    pub(crate) words: Range<usize>,
}

/// A message that was read.
#[derive(Clone, Debug)]
pub(crate) struct Text<'t> {
    pub(crate) whole: &'t str,
    /// The text with spaces where something is passed over.
    pub(crate) seen: String,
    pub(crate) words: Vec<Word>,
    pub(crate) sentences: Vec<Part>,
    /// Paragraphs; each point of a list is one.
    pub(crate) paragraphs: Vec<Part>,
}

impl<'t> Text<'t> {
    pub(crate) fn read(whole: &'t str) -> Self {
        let seen = masked(whole);
        let (mut words, mut sentences, mut paragraphs) = (Vec::new(), Vec::new(), Vec::new());
        for block in blocks(&seen) {
            let first = words.len();
            let text = seen.get(block.clone()).unwrap_or_default();
            let mut from = 0;
            for to in sentence_ends(text) {
                let begin = words.len();
                words_of(
                    text.get(from..to).unwrap_or_default(),
                    block.start + from,
                    &mut words,
                );
                sentences.extend(part(&words, begin, block.start + to, &seen));
                from = to;
            }
            paragraphs.extend(part(&words, first, block.end, &seen));
        }
        Self {
            whole,
            seen,
            words,
            sentences,
            paragraphs,
        }
    }

    /// The words of a part.
    pub(crate) fn words(&self, part: &Part) -> &[Word] {
        self.words.get(part.words.clone()).unwrap_or_default()
    }

    /// What stands at a place, as it was written.
    pub(crate) fn at(&self, range: &Range<usize>) -> &'t str {
        self.whole.get(range.clone()).unwrap_or_default()
    }

    /// What stands between two words, as far as it is looked at.
    pub(crate) fn between(&self, one: &Word, two: &Word) -> &str {
        self.seen
            .get(one.range.end..two.range.start)
            .unwrap_or_default()
    }
}

/// The part of the words from `first` on, which ends at most at `end`; none: it has no words.
fn part(words: &[Word], first: usize, end: usize, seen: &str) -> Option<Part> {
    let start = words.get(first)?.range.start;
    let said = seen.get(start..end)?.trim_end();
    Some(Part {
        range: start..start + said.len(),
        words: first..words.len(),
    })
}

/// Paragraphs by empty lines, and each point of a list.
fn blocks(seen: &str) -> Vec<Range<usize>> {
    let (mut blocks, mut open, mut at) = (Vec::new(), None::<Range<usize>>, 0);
    for line in seen.split_inclusive('\n') {
        let end = at + line.len();
        if line.trim().is_empty() {
            blocks.extend(open.take());
        } else if let Some(block) = open.as_mut().filter(|_| !is_point(line)) {
            block.end = end;
        } else {
            blocks.extend(open.replace(at..end));
        }
        at = end;
    }
    blocks.extend(open);
    blocks
}

fn is_point(line: &str) -> bool {
    let line = line.trim_start();
    let bullet = ["- ", "* ", "+ ", "• ", "– ", "#"];
    let digits = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let numbered = digits.len() < line.len() && digits.len() + 4 > line.len();
    bullet.iter().any(|mark| line.starts_with(mark))
        || numbered && (digits.starts_with(". ") || digits.starts_with(") "))
}

/// Where the sentences of a paragraph end; the last is the paragraph's own end.
fn sentence_ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    for (at, letter) in text.char_indices() {
        let end = at + letter.len_utf8();
        let rest = || text.get(end..).unwrap_or_default();
        let is_end = match letter {
            '.' => is_full_stop(text.get(..at).unwrap_or_default(), rest()),
            '!' | '?' | '…' | '。' => closes(rest()),
            '\n' => begins_anew(rest()),
            _ => false,
        };
        if is_end {
            ends.push(end);
        }
    }
    if ends.last() != Some(&text.len()) {
        ends.push(text.len());
    }
    ends
}

/// Words that end in a full stop in the middle of a sentence.
const SHORTENED: [&str; 22] = [
    "approx", "ca", "cf", "co", "corp", "dept", "dr", "e.g", "etc", "ext", "fig", "i.e", "inc",
    "ltd", "mr", "mrs", "ms", "no", "prof", "ref", "st", "vs",
];

fn is_full_stop(before: &str, rest: &str) -> bool {
    if !closes(rest) {
        return false;
    }
    let last = before
        .rsplit(|letter: char| letter.is_whitespace() || letter == '(')
        .next()
        .unwrap_or_default();
    let initial = last.chars().count() == 1 && last.chars().all(char::is_uppercase);
    let shortened = SHORTENED.iter().any(|word| word.eq_ignore_ascii_case(last));
    // “No.” ends a sentence where it is all of it.
    let alone = before.trim() == last;
    (alone || !initial && !shortened) && begins_anew(rest)
}

fn closes(rest: &str) -> bool {
    let rest = rest.trim_start_matches(['"', '”', '’', '\'', '»', ')', ']', '*', '_']);
    rest.chars().next().is_none_or(char::is_whitespace)
}

fn begins_anew(rest: &str) -> bool {
    let next = rest.trim_start().chars().next();
    next.is_none_or(|letter| !letter.is_lowercase())
}

/// The words of a piece of text that begins at `offset`.
pub(crate) fn words_of(text: &str, offset: usize, words: &mut Vec<Word>) {
    let mut from = None;
    for (at, letter) in text.char_indices() {
        let inside = letter.is_alphanumeric()
            || from.is_some() && (is_accent(letter) || joins(text, at, letter));
        match (inside, from) {
            (true, None) => from = Some(at),
            (false, Some(start)) => {
                words.extend(word(text, start..at, offset));
                from = None;
            }
            _ => {}
        }
    }
    if let Some(start) = from {
        words.extend(word(text, start..text.len(), offset));
    }
}

fn word(text: &str, range: Range<usize>, offset: usize) -> Option<Word> {
    Some(Word {
        folded: folded(text.get(range.clone())?),
        range: range.start + offset..range.end + offset,
    })
}

/// In small letters, with straight apostrophes.
pub(crate) fn folded(word: &str) -> String {
    let straight = |letter| if letter == '’' { '\'' } else { letter };
    word.chars()
        .flat_map(char::to_lowercase)
        .map(straight)
        .collect()
}

fn is_accent(letter: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&letter)
}

/// Whether a mark belongs to the word around it: `we'll`, `15:30`, `3.2`, `2026-12-14`, `e.g.`
fn joins(text: &str, at: usize, mark: char) -> bool {
    if !matches!(mark, '\'' | '’' | ':' | '/' | '-' | '.') {
        return false;
    }
    let mut back = text.get(..at).unwrap_or_default().chars().rev();
    let mut forth = text.get(at + mark.len_utf8()..).unwrap_or_default().chars();
    let (Some(left), Some(right)) = (back.next(), forth.next()) else {
        return false;
    };
    let digits = left.is_ascii_digit() && right.is_ascii_digit();
    let letters = left.is_alphabetic() && right.is_alphabetic();
    match mark {
        '\'' | '’' => letters,
        '.' if letters => {
            let alone = |next: Option<char>| next.is_none_or(|letter| !letter.is_alphanumeric());
            alone(back.next()) && alone(forth.next())
        }
        _ => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    fn sentences(text: &str) -> Vec<&str> {
        let read = Text::read(text);
        read.sentences
            .iter()
            .map(|one| read.at(&one.range))
            .collect()
    }

    #[test]
    fn sentences_end_where_a_reader_would_say() {
        for (text, parts) in [
            ("One. Two? Three!", vec!["One.", "Two?", "Three!"]),
            (
                "Version 3.2 is out. It helps.",
                vec!["Version 3.2 is out.", "It helps."],
            ),
            (
                "Ask Dr. Berg, e.g. today.",
                vec!["Ask Dr. Berg, e.g. today."],
            ),
            (
                "Hello Sanna,\nYour log is here",
                vec!["Hello Sanna,", "Your log is here"],
            ),
            ("A line that\nruns on.", vec!["A line that\nruns on."]),
            ("- one thing\n- another", vec!["one thing", "another"]),
            ("At 5 p.m. we close.", vec!["At 5 p.m. we close."]),
            ("No. Yes.", vec!["No.", "Yes."]),
        ] {
            assert_eq!(sentences(text), parts);
        }
    }

    #[test]
    fn words_keep_what_belongs_to_them() {
        let read = Text::read("We’ll call at 15:30 on 2026-12-14, e.g. about follow-ups (3.2).");
        let words: Vec<&str> = read.words.iter().map(|word| word.folded.as_str()).collect();
        assert_eq!(
            words,
            [
                "we'll",
                "call",
                "at",
                "15:30",
                "on",
                "2026-12-14",
                "e.g",
                "about",
                "follow",
                "ups",
                "3.2"
            ]
        );
    }
}
