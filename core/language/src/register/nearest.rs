//! The nearest of the words that could have been meant.
//!
//! Only texts that can be near enough are compared letter by letter: two texts that differ in so many letters,
//! wherever these stand, are at least so far apart.

/// Below this, a text is something else and no slip of the pen.
const NEAR_ENOUGH: f64 = 0.6;

/// Names longer than any phrase of a register are noise; comparing them costs more than it tells.
const LONGEST: usize = 120;

/// The candidate nearest to the name, where one is near enough to be a slip of the pen; of several the first.
pub(crate) fn closest<'a>(
    name: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let mut search = Search::of(name)?;
    for candidate in candidates {
        if search.may_have_length(length(candidate)) {
            search.compare(candidate, &Letters::of(candidate), ());
        }
    }
    search.found().map(|(candidate, ())| candidate)
}

/// A name, and the nearest candidate so far with what it carries.
pub(super) struct Search<'n, 'c, T> {
    name: &'n str,
    letters: Letters,
    best: Option<(f64, &'c str, T)>,
}

impl<'n, 'c, T> Search<'n, 'c, T> {
    /// None where nothing can be near enough.
    pub fn of(name: &'n str) -> Option<Self> {
        (name.len() <= LONGEST).then(|| Self {
            name,
            letters: Letters::of(name),
            best: None,
        })
    }

    /// Takes the candidate where it is nearer than all before.
    pub fn compare(&mut self, candidate: &'c str, letters: &Letters, with: T) {
        if !self.wants(self.letters.likeness_at_most(letters)) {
            return;
        }
        let score = strsim::normalized_damerau_levenshtein(self.name, candidate);
        if self.wants(score) {
            self.best = Some((score, candidate, with));
        }
    }

    /// Whether a text of so many letters could be the nearest.
    fn may_have_length(&self, length: usize) -> bool {
        let (shorter, longer) = (
            self.letters.length.min(length),
            self.letters.length.max(length),
        );
        self.wants(likeness(shorter, longer))
    }

    fn wants(&self, score: f64) -> bool {
        score >= NEAR_ENOUGH && self.best.as_ref().is_none_or(|(top, _, _)| score > *top)
    }

    pub fn found(self) -> Option<(&'c str, T)> {
        self.best.map(|(_, candidate, with)| (candidate, with))
    }
}

/// How often each letter stands in a text. Letters that share a place are counted as one, which makes texts seem
/// nearer than they are, never farther.
#[derive(Clone, Debug)]
pub(super) struct Letters {
    counts: [u8; 32],
    length: usize,
}

impl Letters {
    pub fn of(text: &str) -> Self {
        let mut counts = [0_u8; 32];
        let mut length = 0;
        for letter in text.chars() {
            length += 1;
            if let Some(count) = counts.get_mut(letter as usize % 32) {
                *count = count.saturating_add(1);
            }
        }
        Self { counts, length }
    }

    /// A bound for the likeness of two texts: each letter of the longer one without a partner in the other must be
    /// put in, taken out or exchanged.
    fn likeness_at_most(&self, other: &Self) -> f64 {
        let pairs = self.counts.iter().zip(&other.counts);
        let shared: usize = pairs.map(|(one, other)| usize::from(*one.min(other))).sum();
        likeness(shared, self.length.max(other.length))
    }
}

/// The likeness of two texts, the longer of so many letters, of which so many are in their place.
fn likeness(same: usize, longer: usize) -> f64 {
    if longer == 0 {
        return 1.0;
    }
    1.0 - (longer - same.min(longer)) as f64 / longer as f64
}

fn length(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.chars().count()
    }
}

#[cfg(test)]
mod tests {
    use super::{Letters, closest};

    #[test]
    fn the_first_of_the_nearest_is_offered() {
        let offered = |name| closest(name, ["request", "requests", "quest"].into_iter());
        assert_eq!(offered("reqest"), Some("request"));
        assert_eq!(offered("client"), None);
    }

    #[test]
    fn no_text_is_nearer_than_its_letters_allow() {
        let texts = [
            "",
            "a",
            "ab",
            "ba",
            "aab",
            "abc",
            "cab",
            "äöü",
            "öä",
            "a request",
            "request a",
        ];
        for one in texts {
            for other in texts {
                let bound = Letters::of(one).likeness_at_most(&Letters::of(other));
                let score = strsim::normalized_damerau_levenshtein(one, other);
                assert!(bound >= score, "{one}, {other}: {bound} < {score}");
            }
        }
    }
}
