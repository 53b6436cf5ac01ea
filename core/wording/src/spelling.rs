//! Spelling and grammar: whoever looks at them, and the slips that are known by heart.

use std::ops::Range;
use std::sync::LazyLock;

use crate::about::About;
use crate::marks;
use crate::phrases::{Found, Phrases};
use crate::remark::{Kind, Remark};
use crate::text::{Text, Word};

/// Somebody who looks at the spelling and grammar of English.
pub trait Speller {
    /// The slips of a text, in which quotations, code and addresses are spaces already. The same text gives the same slips.
    /// Ranges are bytes of the text; one that is not between letters of it is passed over.
    fn slips(&self, text: &str) -> Vec<Slip>;
}

/// A slip of spelling or grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// Where it stands, in bytes of the text.
    pub range: Range<usize>,
    /// Whether it is one of grammar; else of spelling.
    pub grammar: bool,
    /// Why, in plain words.
    pub why: String,
    /// What may be meant.
    pub instead: Vec<String>,
}

/// Knows common slips by heart: words that are often misspelt, words that are often mixed up, a word twice, `a` for `an`. A name or
/// a word that it does not know is never a slip.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usual;

/// Whether it is one of grammar, and what is meant; nothing: it only looks like a slip.
type Meant = (bool, &'static str);

static KNOWN: LazyLock<Phrases<Meant>> = LazyLock::new(|| {
    let mut phrases = Phrases::default();
    let tables = [
        (false, include_str!("tables/misspelt.txt")),
        (true, include_str!("tables/mixed_up.txt")),
    ];
    for (grammar, table) in tables {
        let lines = table.lines().filter(|line| !line.starts_with('#'));
        for line in lines {
            if let Some(right) = line.strip_prefix("pass: ") {
                phrases.add_pattern(right.trim(), &(grammar, ""));
            } else if let Some((wrong, right)) = line.split_once(" = ") {
                phrases.add_pattern(wrong.trim(), &(grammar, right.trim()));
            }
        }
    }
    phrases
});

/// What is said of somebody or something at the end of a sentence: “Your wrong.” is “You’re wrong.”, and “your wrong order” is right.
const SAID_OF: [(&str, &str, &[&str]); 2] = [
    (
        "your",
        "you’re",
        &[
            "wrong", "correct", "welcome", "late", "early", "sure", "ready", "mistaken", "happy",
        ],
    ),
    (
        "its",
        "it’s",
        &[
            "late",
            "broken",
            "ready",
            "fine",
            "wrong",
            "possible",
            "impossible",
            "working",
            "closed",
            "done",
            "finished",
            "missing",
            "important",
            "true",
            "easy",
            "better",
            "empty",
        ],
    ),
];

/// Words of a condition: “If it gets better then we close it.”
const CONDITIONS: [&str; 6] = ["if", "when", "once", "until", "unless", "should"];

/// Words that stand twice for a reason.
const TWICE: [&str; 10] = [
    "bye", "had", "ha", "no", "so", "that", "very", "yes", "is", "really",
];

/// Words that begin with a vowel and sound otherwise, by their beginnings.
const SOUNDS_HARD: [&str; 11] = [
    "eu", "once", "one", "ubiq", "uni", "usa", "use", "usi", "usu", "ut", "ewe",
];

/// And those of them that do not.
const SOUNDS_SOFT: [&str; 3] = ["unid", "unim", "unin"];

/// Words with a silent `h`.
const SILENT: [&str; 4] = ["heir", "honest", "honour", "hour"];

/// The remarks on spelling and grammar.
pub(crate) fn remarks(text: &Text<'_>, about: &About<'_>) -> Vec<Remark> {
    let slips = about.speller.map(|speller| speller.slips(&text.seen));
    let slips = slips.unwrap_or_default().into_iter();
    slips
        .map(|slip| {
            let kind = if slip.grammar {
                Kind::Grammar
            } else {
                Kind::Spelling
            };
            Remark::new(kind, slip.range, slip.why).instead(slip.instead)
        })
        .collect()
}

impl Speller for Usual {
    fn slips(&self, text: &str) -> Vec<Slip> {
        let read = Text::read(text);
        let known = KNOWN.find(&read).into_iter();
        let known = known.filter(|found| is_meant(&read, found)).map(|found| {
            let (grammar, meant) = *found.value;
            let why = if grammar { "Mixed up?" } else { "Misspelt?" };
            let meant = as_written(read.at(&found.range), meant);
            slip(grammar, found.range, why, [meant])
        });
        let mut slips: Vec<Slip> = known.collect();
        for sentence in &read.sentences {
            let words = read.words(sentence);
            for (place, (one, two)) in words.iter().zip(words.iter().skip(1)).enumerate() {
                let begins = place == 0;
                slips.extend(twice(&read, (one, two), begins));
                // “Hall A is closed.”
                if begins || read.at(&one.range).starts_with('a') {
                    slips.extend(article(&read, one, two));
                }
            }
            slips.extend(words.iter().filter_map(|word| small_i(&read, word)));
            for (place, (one, two)) in words.iter().zip(words.iter().skip(1)).enumerate() {
                slips.extend(said_of(&read, (one, two), words.get(place + 2)));
            }
        }
        slips.extend(marks::slips(text));
        slips
    }
}

/// Whether a phrase stands together and where it is a slip.
fn is_meant(text: &Text<'_>, found: &Found<'_, Meant>) -> bool {
    let (grammar, meant) = *found.value;
    let words = text.at(&found.range);
    let together = !words.contains([',', ';', ':', '(', ')', '–', '—', '"', '“', '”', '/']);
    if !grammar || meant.is_empty() {
        return !meant.is_empty();
    }
    together && (!words.ends_with("then") || compares(text, found))
}

/// Whether “better then” can be meant as “better than”: something follows that it is compared with, and no condition stands before it.
fn compares(text: &Text<'_>, found: &Found<'_, Meant>) -> bool {
    let after = text.seen.get(found.range.end..).unwrap_or_default();
    let bare = after.trim_start();
    let follows = bare.len() < after.len() && bare.starts_with(char::is_alphanumeric);
    let sentence = text.sentences.get(found.sentence);
    let words = sentence.map_or(&[][..], |sentence| text.words(sentence));
    let mut before = words
        .iter()
        .filter(|word| word.range.end <= found.range.start);
    follows && !before.any(|word| CONDITIONS.contains(&word.folded.as_str()))
}

/// “Your wrong.”
fn said_of(text: &Text<'_>, (one, two): (&Word, &Word), next: Option<&Word>) -> Option<Slip> {
    let (_, meant, words) = SAID_OF.iter().find(|(said, ..)| *said == one.folded)?;
    let apart = |before: &Word, after: &Word| {
        let marks = text.between(before, after);
        marks
            .chars()
            .any(|mark| matches!(mark, ',' | ';' | '.' | '!' | '?'))
    };
    let ends = next.is_none_or(|next| apart(two, next));
    if !ends || apart(one, two) || !words.contains(&two.folded.as_str()) {
        return None;
    }
    let range = one.range.start..two.range.end;
    let meant = as_written(text.at(&one.range), meant);
    let both = format!("{meant} {}", text.at(&two.range));
    Some(slip(true, range, "Mixed up?", [both]))
}

pub(crate) fn slip(
    grammar: bool,
    range: Range<usize>,
    why: &str,
    instead: impl IntoIterator<Item = String>,
) -> Slip {
    Slip {
        range,
        grammar,
        why: why.to_owned(),
        instead: instead.into_iter().collect(),
    }
}

/// With a capital where the writer has one.
fn as_written(written: &str, meant: &str) -> String {
    let mut letters = meant.chars();
    match letters.next() {
        Some(first) if written.chars().next().is_some_and(char::is_uppercase) => {
            first.to_uppercase().chain(letters).collect()
        }
        _ => meant.to_owned(),
    }
}

fn twice(text: &Text<'_>, (one, two): (&Word, &Word), begins: bool) -> Option<Slip> {
    let word = one.folded.as_str();
    let letters = word.chars().all(char::is_alphabetic);
    // Names of programs differ in their capitals: `File file`.
    let written = text.at(&one.range);
    let second = text.at(&two.range);
    let same = written == second || begins && second == word;
    let same = same && letters && !TWICE.contains(&word);
    let apart = text.between(one, two).chars().all(char::is_whitespace);
    let range = one.range.start..two.range.end;
    let once = written.to_owned();
    (same && apart).then(|| slip(true, range, "The same word twice.", [once]))
}

fn article(text: &Text<'_>, one: &Word, two: &Word) -> Option<Slip> {
    let next = two.folded.as_str();
    if !matches!(one.folded.as_str(), "a" | "an") || !is_read(text, one, two) {
        return None;
    }
    let begins = |with: &[&str]| with.iter().any(|begin| next.starts_with(begin));
    let vowel = begins(&["a", "e", "i", "o", "u"]);
    let hard = begins(&SOUNDS_HARD) && !begins(&SOUNDS_SOFT);
    let silent = begins(&SILENT);
    let meant = match (one.folded.as_str(), vowel) {
        ("a", true) if !hard => "an",
        ("a", false) if silent => "an",
        ("an", true) if hard && (next.starts_with("uni") || next == "one") => "a",
        ("an", false) if !silent && !next.starts_with('h') => "a",
        _ => return None,
    };
    let meant = as_written(text.at(&one.range), meant);
    let why = format!("Before “{next}” it is “{}”.", meant.to_lowercase());
    let both = format!("{meant} {}", text.at(&two.range));
    Some(slip(true, one.range.start..two.range.end, &why, [both]))
}

/// Whether the second word follows at once and is read as one: neither a number nor letters in a row.
fn is_read(text: &Text<'_>, one: &Word, two: &Word) -> bool {
    let mut letters = text.at(&two.range).chars();
    let begins = letters.next().is_some_and(char::is_alphabetic);
    let rest = letters.as_str();
    let vowels = two.folded.contains(['a', 'e', 'i', 'o', 'u', 'y']);
    let lower = !rest.is_empty() && rest.chars().all(char::is_lowercase);
    let apart = text.between(one, two).chars().all(char::is_whitespace);
    begins && lower && vowels && apart
}

fn small_i(text: &Text<'_>, word: &Word) -> Option<Slip> {
    let written = text.at(&word.range);
    let meant = match word.folded.as_str() {
        "i" => "I",
        "i'm" => "I’m",
        "i'll" => "I’ll",
        "i've" => "I’ve",
        "i'd" => "I’d",
        _ => return None,
    };
    written.starts_with('i').then(|| {
        slip(
            true,
            word.range.clone(),
            "“I” is written large.",
            [meant.to_owned()],
        )
    })
}
