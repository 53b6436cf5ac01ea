//! The difference of two texts, word by word.

use serde::Serialize;

use crate::format::tokens::split;

/// Some words that stayed, went or came.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct WordPiece {
    /// What happened to them.
    pub change: WordChange,
    /// The words.
    pub text: String,
}

/// What happened to some words.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WordChange {
    /// They stayed.
    Kept,
    /// They are gone.
    Struck,
    /// They are new.
    Added,
}

/// The most words of a text that are compared one by one; longer texts differ as a whole.
const MOST: usize = 600;

/// The words of both texts in order, those that both share once.
pub(super) fn difference(old: &str, new: &str) -> Vec<WordPiece> {
    let (old, new) = (words(old), words(new));
    let mut pieces = Vec::new();
    for (change, word) in aligned(&old, &new) {
        push(&mut pieces, change, &word);
    }
    pieces
}

/// How many items of two lists are struck and added, in the shortest way from one to the other.
pub(super) fn count(old: &[String], new: &[String]) -> (usize, usize) {
    let changes = aligned(old, new);
    let of = |wanted| {
        changes
            .iter()
            .filter(|(change, _)| *change == wanted)
            .count()
    };
    (of(WordChange::Struck), of(WordChange::Added))
}

fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for token in split(text) {
        // A blank changes in its value: its words are compared too.
        let parts: Vec<&str> = token.text.split(' ').collect();
        for (index, part) in parts.iter().enumerate() {
            match words.last_mut() {
                Some(last) if index == 0 && token.tight => last.push_str(part),
                _ => words.push((*part).to_owned()),
            }
        }
    }
    words
}

fn push(pieces: &mut Vec<WordPiece>, change: WordChange, word: &str) {
    match pieces.last_mut() {
        Some(last) if last.change == change => {
            last.text.push(' ');
            last.text.push_str(word);
        }
        _ => pieces.push(WordPiece {
            change,
            text: word.to_owned(),
        }),
    }
}

/// Both lists in one order: by the longest list of items that both share.
fn aligned(old: &[String], new: &[String]) -> Vec<(WordChange, String)> {
    let same = |one: &[String], other: &[String]| {
        one.iter()
            .zip(other)
            .take_while(|(one, other)| one == other)
            .count()
    };
    let head = same(old, new);
    let (shared, old) = old.split_at(head);
    let (_, new) = new.split_at(head);
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(one, other)| one == other)
        .count();
    let (old, ending) = old.split_at(old.len() - tail);
    let (new, _) = new.split_at(new.len() - tail);
    let mut all: Vec<(WordChange, String)> = Vec::new();
    all.extend(shared.iter().map(|word| (WordChange::Kept, word.clone())));
    all.extend(middle(old, new));
    all.extend(ending.iter().map(|word| (WordChange::Kept, word.clone())));
    all
}

fn middle(old: &[String], new: &[String]) -> Vec<(WordChange, String)> {
    let struck = |words: &[String]| {
        words
            .iter()
            .map(|word| (WordChange::Struck, word.clone()))
            .collect::<Vec<_>>()
    };
    let added = |words: &[String]| {
        words
            .iter()
            .map(|word| (WordChange::Added, word.clone()))
            .collect::<Vec<_>>()
    };
    if old.len() > MOST || new.len() > MOST {
        return [struck(old), added(new)].concat();
    }
    // The lengths of the longest shared lists from each pair of places on.
    let width = new.len() + 1;
    let mut lengths = vec![0_u16; (old.len() + 1) * width];
    let at = |lengths: &[u16], one: usize, other: usize| {
        lengths.get(one * width + other).copied().unwrap_or(0)
    };
    for one in (0..old.len()).rev() {
        for other in (0..new.len()).rev() {
            let length = if old.get(one) == new.get(other) {
                at(&lengths, one + 1, other + 1) + 1
            } else {
                at(&lengths, one + 1, other).max(at(&lengths, one, other + 1))
            };
            if let Some(place) = lengths.get_mut(one * width + other) {
                *place = length;
            }
        }
    }
    let (mut one, mut other) = (0, 0);
    let mut all = Vec::new();
    while let (Some(before), Some(after)) = (old.get(one), new.get(other)) {
        if before == after {
            all.push((WordChange::Kept, before.clone()));
            (one, other) = (one + 1, other + 1);
        } else if at(&lengths, one + 1, other) >= at(&lengths, one, other + 1) {
            all.push((WordChange::Struck, before.clone()));
            one += 1;
        } else {
            all.push((WordChange::Added, after.clone()));
            other += 1;
        }
    }
    all.extend(struck(old.get(one..).unwrap_or_default()));
    all.extend(added(new.get(other..).unwrap_or_default()));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str) -> String {
        let mark = |piece: WordPiece| match piece.change {
            WordChange::Kept => piece.text,
            WordChange::Struck => format!("-{}-", piece.text),
            WordChange::Added => format!("+{}+", piece.text),
        };
        difference(old, new)
            .into_iter()
            .map(mark)
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn what_both_texts_share_is_kept() {
        assert_eq!(
            shown("within 4 business hours", "within 2 hours"),
            "within -4 business- +2+ hours"
        );
        assert_eq!(shown("a b", "a b"), "a b");
        assert_eq!(shown("", "a b"), "+a b+");
    }

    #[test]
    fn the_value_of_a_blank_is_compared_by_words() {
        assert_eq!(shown("[a: 1 day]", "[a: 2 days]"), "[a: -1 day]- +2 days]+");
    }
}
