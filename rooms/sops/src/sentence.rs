//! A runnable sentence as people read it: its hinges in bold, its blanks marked, on as many lines as it lists steps.

use kept_language::ast::Sentence;
use kept_language::{Document, Rule, Slot};

/// A piece of a sentence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// Its words.
    pub text: String,
    /// What they are.
    pub kind: PieceKind,
}

/// What the words of a piece are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PieceKind {
    /// Words.
    Plain,
    /// A hinge of the sentence: `When`, `within`, `otherwise`.
    Hinge,
    /// The value of a blank.
    Blank,
    /// A blank without a value.
    Empty,
    /// A new line.
    Break,
}

/// What a slot may begin with; the longest stands first.
const HINGES: [&str; 24] = [
    "The following counts as",
    "Exception to",
    "for each",
    "pausing while",
    "if reopened",
    "otherwise",
    "As a step",
    "Procedure",
    "Measure:",
    "Target:",
    "Course",
    "within",
    "unless",
    "Every",
    "every",
    "until",
    "while",
    "When",
    "with",
    "Keep",
    "From",
    "if",
    "by",
    "A step",
];

/// The pieces of a rule's sentence.
pub fn pieces(document: &Document, rule: &Rule) -> Vec<Piece> {
    let start = rule.range.start;
    let text = document.words(rule.range);
    let mut bold: Vec<(usize, usize)> = Vec::new();
    for slot in &rule.slots {
        let words = document.words(slot.range);
        if let Some(length) = hinge(slot.slot, words) {
            let from = slot.range.start.saturating_sub(start);
            bold.push((from, from + length));
        }
    }
    if matches!(
        rule.sentence,
        Some(Sentence::Gate(_) | Sentence::Permission(_))
    ) {
        for word in ["must not", "until", "unless"] {
            bold.extend(
                text.match_indices(word)
                    .map(|(at, word)| (at, at + word.len())),
            );
        }
    }
    bold.sort_unstable();
    let mut out = Vec::new();
    let mut at = 0;
    for (from, to) in bold {
        if from < at || to > text.len() {
            continue;
        }
        plain(document, text.get(at..from).unwrap_or_default(), &mut out);
        push(
            &mut out,
            text.get(from..to).unwrap_or_default(),
            PieceKind::Hinge,
        );
        at = to;
    }
    plain(document, text.get(at..).unwrap_or_default(), &mut out);
    out
}

/// How many bytes of a slot are its hinge: of a task, who must.
fn hinge(slot: Slot, words: &str) -> Option<usize> {
    if slot == Slot::Task {
        let at = words.find("must")?;
        let after = words.get(at + 4..)?;
        let not = if after.starts_with(" not") { 4 } else { 0 };
        // A name in brackets is a blank, which is marked by itself.
        return (!words.get(..at)?.contains('[')).then_some(at + 4 + not);
    }
    let found = HINGES.iter().find(|hinge| words.starts_with(**hinge));
    found.map(|hinge| hinge.len())
}

/// Words without hinges: blanks become their values, and a listed step begins a line.
fn plain(document: &Document, text: &str, out: &mut Vec<Piece>) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let (blank, after) = after.split_once(']').unwrap_or((after, ""));
        lines(before, out);
        out.push(value_of(document, blank));
        rest = after;
    }
    lines(rest, out);
}

/// The value of a blank, or its name where it has none.
pub fn value_of(document: &Document, blank: &str) -> Piece {
    let (name, value) = match blank.split_once(':') {
        Some((name, value)) => (name.trim(), Some(value.trim())),
        None => (blank.trim(), None),
    };
    let known = document.blanks.get(name);
    let known = known.and_then(|blank| blank.value.as_deref());
    match value.or(known) {
        Some(value) => Piece {
            text: value.trim_matches('"').to_owned(),
            kind: PieceKind::Blank,
        },
        None => Piece {
            text: name.to_owned(),
            kind: PieceKind::Empty,
        },
    }
}

fn lines(text: &str, out: &mut Vec<Piece>) {
    for (place, line) in text.split('\n').enumerate() {
        let listed = line
            .trim_start()
            .split_once(". ")
            .is_some_and(|(number, _)| {
                !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
            });
        if place > 0 && listed {
            push(out, "", PieceKind::Break);
        } else if place > 0 {
            push(out, " ", PieceKind::Plain);
        }
        push(out, line, PieceKind::Plain);
    }
}

fn push(out: &mut Vec<Piece>, text: &str, kind: PieceKind) {
    if !text.is_empty() || kind == PieceKind::Break {
        out.push(Piece {
            text: text.to_owned(),
            kind,
        });
    }
}

/// The words alone, on one line.
pub fn words(pieces: &[Piece]) -> String {
    let text: String = pieces
        .iter()
        .map(|piece| match piece.kind {
            PieceKind::Break => " ",
            _ => &piece.text,
        })
        .collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
