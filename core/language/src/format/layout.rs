//! Pieces of a sentence on lines.

use super::tokens::{Kind, Token};

/// The widest line, in columns.
pub(super) const WIDTH: usize = 110;

/// A line shorter than this is not left for the sake of the next piece.
const SHORT: usize = 30;

/// What stands before a piece.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Before {
    /// Nothing but a space.
    Space,
    /// A comma.
    Comma,
    /// A semicolon.
    Semicolon,
    /// A colon.
    Colon,
}

/// Where a piece stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// On the line of the one before, where it fits.
    Same,
    /// On a line of its own.
    New,
}

/// A piece of a sentence: mostly a slot.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub tokens: Vec<Token>,
    pub before: Before,
    pub place: Place,
}

/// The pieces on lines. The last one ends with `end`; lines after the first are indented.
pub(super) fn lines(pieces: &[Piece], end: &str, indent: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        let mark = pieces.get(index + 1).map_or(end, |next| next.before.mark());
        let mut atoms = atoms(&piece.tokens);
        if let Some(last) = atoms.last_mut() {
            last.push_str(mark);
        }
        let room = |line: &String| width(line) + 1 + joined_width(&atoms) <= WIDTH;
        match lines.last_mut() {
            Some(line) if piece.place == Place::Same && room(line) => {
                line.push(' ');
                line.push_str(&atoms.join(" "));
            }
            Some(line) if piece.place == Place::Same && width(line) < SHORT => {
                let begun = lines.pop().unwrap_or_default();
                atoms.insert(0, begun.trim_start().to_owned());
                fill(&mut lines, &atoms, indent);
            }
            _ => fill(&mut lines, &atoms, indent),
        }
    }
    lines
}

impl Before {
    const fn mark(self) -> &'static str {
        match self {
            Self::Space => "",
            Self::Comma => ",",
            Self::Semicolon => ";",
            Self::Colon => ":",
        }
    }
}

/// Tokens that stand against each other, joined.
fn atoms(tokens: &[Token]) -> Vec<String> {
    let mut atoms: Vec<String> = Vec::new();
    for token in tokens {
        match atoms.last_mut() {
            Some(last) if token.tight => last.push_str(&token.text),
            _ => atoms.push(token.text.clone()),
        }
    }
    atoms
}

/// A piece from the start of a line; broken where it is wider than a line.
fn fill(lines: &mut Vec<String>, atoms: &[String], indent: usize) {
    let mut rest = atoms;
    while !rest.is_empty() {
        let margin = if lines.is_empty() { 0 } else { indent };
        let count = count_that_fits(rest, WIDTH.saturating_sub(margin));
        let (now, later) = rest.split_at(count.min(rest.len()));
        lines.push(format!("{}{}", " ".repeat(margin), now.join(" ")));
        rest = later;
    }
}

/// How many words go on a line: all, else up to its last comma or joining word, unless the line becomes too short, else
/// as many as fit.
fn count_that_fits(atoms: &[String], room: usize) -> usize {
    let mut used = 0;
    let mut fits = 0;
    let mut after_comma = None;
    let mut before_word = None;
    for (index, atom) in atoms.iter().enumerate() {
        used += width(atom) + usize::from(index > 0);
        if used > room {
            break;
        }
        fits = index + 1;
        if used * 3 > room {
            if atom.ends_with([',', ';', ':']) {
                after_comma = Some(index + 1);
            }
            if !joins(atom) && atoms.get(index + 1).is_some_and(|next| joins(next)) {
                before_word = Some(index + 1);
            }
        }
    }
    if fits == atoms.len() {
        return fits;
    }
    after_comma.or(before_word).unwrap_or(fits).max(1)
}

fn joins(word: &str) -> bool {
    matches!(
        word,
        "and"
            | "or"
            | "within"
            | "by"
            | "until"
            | "unless"
            | "if"
            | "through"
            | "after"
            | "from"
            | "with"
            | "while"
    )
}

fn joined_width(atoms: &[String]) -> usize {
    atoms
        .iter()
        .map(|atom| width(atom) + 1)
        .sum::<usize>()
        .saturating_sub(1)
}

fn width(text: &str) -> usize {
    text.chars().count()
}

/// Puts a comma before the token at a position, where none is.
pub(super) fn comma_before(tokens: &mut Vec<Token>, at: usize) {
    let marked = at
        .checked_sub(1)
        .and_then(|before| tokens.get(before))
        .is_none_or(|before| before.kind == Kind::Mark);
    if !marked && at < tokens.len() {
        tokens.insert(at, Token::comma());
    }
    if let Some(token) = tokens.get_mut(at + usize::from(!marked)) {
        token.tight = false;
    }
}

/// Takes the comma before the token at a position away.
pub(super) fn no_comma_before(tokens: &mut Vec<Token>, at: usize) {
    let comma = at
        .checked_sub(1)
        .filter(|before| tokens.get(*before).is_some_and(Token::is_comma));
    if let Some(comma) = comma {
        tokens.remove(comma);
    }
}
