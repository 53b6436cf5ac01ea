//! A place among the words of a sentence.

use crate::text::{Text, Word};

/// A place among words, from which they are taken one by one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'w, 't> {
    text: &'w Text<'t>,
    words: &'w [Word],
    at: usize,
}

impl<'w, 't> Cursor<'w, 't> {
    pub(super) const fn on(text: &'w Text<'t>, words: &'w [Word]) -> Self {
        Self { text, words, at: 0 }
    }

    /// How many words were taken.
    pub(super) const fn taken(&self) -> usize {
        self.at
    }

    /// The next word in small letters; empty at the end.
    pub(super) fn next(&self) -> &'w str {
        self.words
            .get(self.at)
            .map_or("", |word| word.folded.as_str())
    }

    /// Whether the next word is written with a capital.
    pub(super) fn is_large(&self) -> bool {
        let next = self.words.get(self.at);
        let written = next.map_or("", |word| self.text.at(&word.range));
        written.chars().next().is_some_and(char::is_uppercase)
    }

    /// Takes the next word.
    pub(super) fn step(&mut self) {
        self.at = (self.at + 1).min(self.words.len());
    }

    /// Takes the next word where it is one of these.
    pub(super) fn takes(&mut self, words: &[&str]) -> bool {
        let fits = words.contains(&self.next());
        if fits {
            self.step();
        }
        fits
    }

    /// Takes these words, all or none.
    pub(super) fn takes_all(&mut self, phrase: &str) -> bool {
        let before = self.at;
        let all = phrase.split(' ').all(|word| self.takes(&[word]));
        if !all {
            self.at = before;
        }
        all
    }

    /// What a reader finds here; where it finds nothing, nothing is taken.
    pub(super) fn tries<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = self.at;
        let found = read(self);
        if found.is_none() {
            self.at = before;
        }
        found
    }
}
