//! Words that are not typed to their end.
//!
//! An index that gathers everything a beginning may become is slow where it becomes much. So beginnings of two and three letters are
//! words of the index themselves; and all longer words stand in a list of their own, where the few that go on from what was typed are
//! looked up. They are asked for one by one then, the newest documents first, as every other word.

use std::collections::BTreeSet;

use kept_store::{Read, StoreError, Value, Write, params, statements};

/// The first letters for which the index has words.
pub(crate) const INDEXED: [usize; 2] = [2, 3];
/// Where more words begin so, they are gathered by the index after all: then each is rare.
const MOST: usize = 32;
/// No folded word goes beyond it.
const LAST: char = char::MAX;

statements! {
    KNOWN = "SELECT word FROM document_vocabulary WHERE word IN LIST($1)";
    LEARN = "INSERT INTO document_vocabulary (word) VALUES ($1) ON CONFLICT DO NOTHING";
    GOES_ON = "SELECT word FROM document_vocabulary WHERE word >= $1 AND word < $2 ORDER BY word LIMIT $3";
}

/// What a beginning may become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Beginning {
    /// The index knows it as such.
    Indexed,
    /// One of these words; none, and nothing is found.
    Words(Vec<String>),
    /// Too many words to name them.
    Many,
}

/// What a beginning may become, as far as documents in the index go.
pub(crate) fn resolve(read: &Read<'_>, beginning: &str) -> Result<Beginning, StoreError> {
    if is_indexed(beginning) {
        return Ok(Beginning::Indexed);
    }
    let end = format!("{beginning}{LAST}");
    let words: Vec<(String,)> = read.all(GOES_ON, &params![beginning, &end, MOST as u32 + 1])?;
    Ok(if words.len() > MOST {
        Beginning::Many
    } else {
        Beginning::Words(words.into_iter().map(|(word,)| word).collect())
    })
}

/// Whether the index has this beginning as a word.
fn is_indexed(beginning: &str) -> bool {
    INDEXED.contains(&beginning.chars().count())
}

/// The beginnings of a word for which the index has words; the word may be one itself.
pub(crate) fn of(word: &str) -> impl Iterator<Item = &str> {
    let ends = word
        .char_indices()
        .map(|(at, letter)| at + letter.len_utf8());
    let beginnings = ends
        .enumerate()
        .filter(|(place, _)| INDEXED.contains(&(place + 1)));
    beginnings.filter_map(|(_, end)| word.get(..end))
}

/// Puts the words of documents that come into the index on the list, those that it does not have yet. In their order, so that two who
/// add the same wait for each other and not in a circle.
pub(crate) fn learn<'w>(
    tx: &Write<'_>,
    words: impl Iterator<Item = &'w str>,
) -> Result<(), StoreError> {
    let words = words.filter(|word| !is_indexed(word) && word.chars().count() > 1);
    let words: BTreeSet<&str> = words.collect();
    let all: Vec<&str> = words.iter().copied().collect();
    let known: Vec<(String,)> = tx.all(KNOWN, &[Value::Texts(&all)])?;
    let known: BTreeSet<&str> = known.iter().map(|(word,)| word.as_str()).collect();
    let rows: Vec<[Value<'_>; 1]> = words
        .difference(&known)
        .map(|word| params![*word])
        .collect();
    tx.put_each(LEARN, &rows)
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_word_has_two_beginnings_that_the_index_knows() {
        let beginnings = |word| of(word).collect::<Vec<_>>();
        assert_eq!(beginnings("москва"), ["мо", "мос"]);
        assert_eq!(beginnings("abc"), ["ab", "abc"]);
        assert_eq!(beginnings("a"), Vec::<&str>::new());
    }
}
