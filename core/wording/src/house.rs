//! The words of the house: what is said here, and what is not.

use crate::about::HouseWord;
use crate::phrases::Phrases;
use crate::remark::{Kind, Remark};
use crate::text::{Text, Word, words_of};

/// The remarks on words that the house says otherwise.
pub(crate) fn remarks(text: &Text<'_>, house: &[HouseWord]) -> Vec<Remark> {
    let mut phrases = Phrases::default();
    for word in house {
        phrases.add(folded_words(&word.avoid), word);
        // What is wanted is left alone, also where something unwanted is part of it.
        let says = folded_words(&word.say);
        if says != folded_words(&word.avoid) {
            phrases.add(says, word);
        }
    }
    let found = phrases.find(text).into_iter();
    found
        .filter_map(|one| {
            let word: &HouseWord = one.value;
            let written = text.at(&one.range);
            let is_avoided = folded_words(written) == folded_words(&word.avoid);
            let says = word.say.trim();
            (is_avoided && written != says).then(|| {
                let why = match word.why.trim() {
                    "" if says.is_empty() => "We do not say this here.",
                    "" => "We say it otherwise here.",
                    why => why,
                };
                let instead = Some(says).filter(|says| !says.is_empty());
                Remark::new(Kind::House, one.range, why).instead(instead)
            })
        })
        .collect()
}

fn folded_words(text: &str) -> Vec<String> {
    let mut words: Vec<Word> = Vec::new();
    words_of(text, 0, &mut words);
    words.into_iter().map(|word| word.folded).collect()
}
