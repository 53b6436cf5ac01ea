//! Where a document stands in the index, so that a kind of documents, or the newest of it, is found without passing others.
//!
//! SQLite goes through its index in the order of the rows. There a kind has a stretch of rows of its own, and within it the documents
//! stand by their numbers: what a word finds in other kinds is never seen.
//!
//! PostgreSQL gathers all rows that have the words before it puts them in order. There each document has a word for the stretch of
//! numbers that it stands in, for small ones and large ones, so that only the newest are gathered as long as they
//! are enough.

use std::fmt::Write as _;

/// So many numbers has a kind in SQLite: a trillion documents.
pub(crate) const NUMBERS: i64 = 1 << 40;
/// Two kinds that share a stretch are told apart by their rows; with so many stretches that is rare.
const STRETCHES: u32 = 1 << 12;
/// The stretches of PostgreSQL, smallest first: the letter of their words, and how many bits of a number lie within one. Each is
/// sixteen times the one before: what is not found often enough in the smaller is found some hundred times in the larger.
const WINDOWS: [(char, u32); 3] = [('l', 9), ('m', 13), ('n', 17)];

/// The first row of a kind in the index of SQLite; the document with number 7 stands at the seventh after it.
pub(crate) fn first_row(kind: &str) -> i64 {
    i64::from(hash(kind) % STRETCHES) * NUMBERS
}

/// The words of PostgreSQL for the stretches that a document stands in.
pub(crate) fn windows_of(kind: &str, number: i64) -> impl Iterator<Item = String> {
    let kind = hash(kind);
    WINDOWS
        .into_iter()
        .map(move |(letter, bits)| window(letter, kind, number >> bits))
}

/// The words for the two stretches before a number, smallest stretches first: what stands there is asked for as long as all that stands
/// below the number is more.
pub(crate) fn windows_before(kind: &str, before: i64) -> impl Iterator<Item = [String; 2]> {
    let kind = hash(kind);
    WINDOWS.into_iter().filter_map(move |(letter, bits)| {
        let last = (before - 1) >> bits;
        (last > 1).then(|| [last, last - 1].map(|place| window(letter, kind, place)))
    })
}

/// It begins with the mark that no word has.
fn window(letter: char, kind: u32, place: i64) -> String {
    let mut word = String::from(crate::documents::MARK);
    let _ = write!(word, "{letter}{kind:x}.{place:x}");
    word
}

/// FNV-1a: the same on every machine and in ten years, for it stands in the index.
fn hash(kind: &str) -> u32 {
    kind.bytes().fold(0x811c_9dc5, |hash: u32, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use super::{first_row, windows_before, windows_of};

    #[test]
    fn what_stands_in_the_newest_stretches_has_their_words() {
        let before = 1_000_000;
        let stretches: Vec<_> = windows_before("request", before).collect();
        assert_eq!(stretches.len(), 3);
        for (number, expected) in [
            (999_999, [true, true, true]),
            (992_000, [false, true, true]),
            (800_000, [false, false, true]),
            (1, [false, false, false]),
        ] {
            let words: Vec<_> = windows_of("request", number).collect();
            let within: Vec<_> = stretches
                .iter()
                .map(|stretch| words.iter().any(|word| stretch.contains(word)))
                .collect();
            assert_eq!(within, expected, "{number}");
        }
        assert_eq!(windows_before("request", 1_000).count(), 0);
    }

    #[test]
    fn kinds_have_rows_of_their_own() {
        assert_ne!(first_row("request"), first_row("client"));
        assert!(first_row("announcement") >= 0);
    }
}
