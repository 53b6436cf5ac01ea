//! Many phrases looked for at once, word by word.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::text::{Text, Word};

/// Phrases by their first word, each with what it stands for.
#[derive(Debug)]
pub(crate) struct Phrases<T> {
    by_first: BTreeMap<String, Vec<(Vec<String>, T)>>,
}

/// A phrase that was found.
#[derive(Debug)]
pub(crate) struct Found<'p, T> {
    pub(crate) range: Range<usize>,
    /// The number of its sentence.
    pub(crate) sentence: usize,
    pub(crate) value: &'p T,
}

impl<T> Default for Phrases<T> {
    fn default() -> Self {
        Self {
            by_first: BTreeMap::new(),
        }
    }
}

impl<T> Phrases<T> {
    /// Adds a phrase, word by word.
    pub(crate) fn add(&mut self, words: Vec<String>, value: T) {
        let Some(first) = words.first() else {
            return;
        };
        let same = self.by_first.entry(first.clone()).or_default();
        let place = same.partition_point(|(other, _)| other.len() >= words.len());
        same.insert(place, (words, value));
    }

    /// Adds all phrases that a pattern means: `we|i are? unable to`, with `|` between words of which one stands there and `?`
    /// after what may be missing.
    pub(crate) fn add_pattern(&mut self, pattern: &str, value: &T)
    where
        T: Clone,
    {
        for words in variants(pattern) {
            self.add(words, value.clone());
        }
    }

    /// The longest phrase that begins with the first of these words: of how many words it is, and what it stands for.
    pub(crate) fn begin(&self, words: &[Word]) -> Option<(usize, &T)> {
        let same = self.by_first.get(&words.first()?.folded)?;
        let fits = |phrase: &[String]| {
            let next = words.get(..phrase.len());
            next.is_some_and(|next| {
                next.iter()
                    .zip(phrase)
                    .all(|(word, part)| word.folded == *part)
            })
        };
        let (phrase, value) = same.iter().find(|(phrase, _)| fits(phrase))?;
        Some((phrase.len(), value))
    }

    /// All of them in a text: from left to right, the longest, none over another.
    pub(crate) fn find(&self, text: &Text<'_>) -> Vec<Found<'_, T>> {
        let mut found = Vec::new();
        for (sentence, part) in text.sentences.iter().enumerate() {
            let mut words = text.words(part);
            while let Some((first, rest)) = words.split_first() {
                let Some((count, value)) = self.begin(words) else {
                    words = rest;
                    continue;
                };
                let last = words.get(count - 1).unwrap_or(first);
                let range = first.range.start..last.range.end;
                found.push(Found {
                    range,
                    sentence,
                    value,
                });
                words = words.get(count..).unwrap_or_default();
            }
        }
        found
    }
}

fn variants(pattern: &str) -> Vec<Vec<String>> {
    let mut all = vec![Vec::new()];
    for slot in pattern.split_whitespace() {
        let (slot, optional) = match slot.strip_suffix('?') {
            Some(slot) => (slot, true),
            None => (slot, false),
        };
        let before = std::mem::take(&mut all);
        for begin in before {
            for word in slot.split('|') {
                let mut longer: Vec<String> = begin.clone();
                longer.push(word.to_owned());
                all.push(longer);
            }
            if optional {
                all.push(begin);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::Phrases;
    use crate::text::Text;

    #[test]
    fn the_longest_phrase_is_found_and_none_lies_over_another() {
        let mut phrases = Phrases::default();
        phrases.add_pattern("as soon as", &1);
        phrases.add_pattern("soon", &2);
        phrases.add_pattern("as soon as possible|feasible", &3);
        let found = |text| -> Vec<i32> {
            let text = Text::read(text);
            phrases.find(&text).iter().map(|one| *one.value).collect()
        };
        assert_eq!(found("As soon as possible, or soon."), [3, 2]);
        assert_eq!(found("As soon as we know."), [1]);
        assert_eq!(found("As soon. As possible"), [2]);
    }
}
