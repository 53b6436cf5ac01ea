//! What is asked: words, `"phrases"`, and the beginning of a word at the end, as it is typed.
//!
//! INVARIANT: what a person typed reaches a database only as folded words, which are letters and figures: there is no syntax
//! to escape from.

use kept_kernel::Id;

use crate::beginnings::Beginning;
use crate::documents::{Document, beginning_mark, sequence};
use crate::fold::words;

/// A longer question is cut here.
const LONGEST: usize = 200;
/// Further words are left out.
const MOST: usize = 12;
/// A beginning of fewer letters is taken for a word: it would open too many.
const SHORTEST_BEGINNING: usize = 2;

/// A question that was read. Reading never fails; what has no words asks for nothing.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Query {
    terms: Vec<Term>,
    /// All its words, for a number or a name that is typed whole.
    name: String,
    /// Where an id is typed whole.
    record: Option<Id>,
}

/// A part of a question; all parts must be found.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    Word(String),
    Phrase(Vec<String>),
    Beginning(String),
}

impl Query {
    /// Reads what was typed.
    pub fn parse(typed: &str) -> Self {
        let typed = typed
            .char_indices()
            .nth(LONGEST)
            .map_or(typed, |(cut, _)| typed.get(..cut).unwrap_or_default());
        let mut terms = Vec::new();
        // Every second part stands between quotation marks, also when the last one is still open.
        for (place, part) in typed.split(['"', '“', '”', '„']).enumerate() {
            let found = words(part).into_iter().map(|word| word.folded);
            if place % 2 == 1 {
                let phrase: Vec<_> = found.take(MOST).collect();
                terms.extend((!phrase.is_empty()).then_some(Term::Phrase(phrase)));
            } else {
                terms.extend(found.map(Term::Word));
            }
        }
        terms.truncate(MOST);
        if typed.ends_with(char::is_alphanumeric) {
            begin(&mut terms);
        }
        let all: Vec<_> = words(typed).into_iter().map(|word| word.folded).collect();
        Self {
            terms,
            name: all.join(" "),
            record: typed.trim().parse().ok(),
        }
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Its words as one name, to be compared with the names of documents.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn record(&self) -> Option<Id> {
        self.record
    }

    /// Whether a document answers it: what the index says, word by word.
    pub fn matches(&self, document: &Document) -> bool {
        let sequence = sequence(document);
        !self.is_empty() && self.terms.iter().all(|term| term.is_in(&sequence))
    }

    /// Whether all its words begin words of a short text: for the names of pages, where every word may be unfinished.
    pub fn names(&self, text: &str) -> bool {
        let among = words(text);
        let begins = |word: &String| {
            among
                .iter()
                .any(|other| other.folded.starts_with(word.as_str()))
        };
        self.terms.iter().all(|term| match term {
            Term::Word(word) | Term::Beginning(word) => begins(word),
            Term::Phrase(phrase) => phrase.iter().all(begins),
        })
    }

    /// Whether a folded word is one that was asked for: to be marked.
    pub(crate) fn asks_for(&self, folded: &str) -> bool {
        self.terms.iter().any(|term| match term {
            Term::Word(word) => word == folded,
            Term::Beginning(beginning) => folded.starts_with(beginning.as_str()),
            Term::Phrase(phrase) => phrase.iter().any(|word| word == folded),
        })
    }

    /// The word that is not typed to its end.
    pub(crate) fn beginning(&self) -> Option<&str> {
        self.terms.iter().find_map(|term| match term {
            Term::Beginning(word) => Some(word.as_str()),
            Term::Word(_) | Term::Phrase(_) => None,
        })
    }

    /// For FTS5, within what one of these marks names where there are any.
    pub(crate) fn for_sqlite(
        &self,
        beginning: &Beginning,
        reached_by: Option<&[String]>,
    ) -> String {
        let marks = reached_by.map(|marks| format!("(\"{}\")", marks.join("\" OR \"")));
        let terms = self.terms.iter().map(|term| match (term, beginning) {
            (Term::Word(word), _) => format!("\"{word}\""),
            (Term::Phrase(phrase), _) => format!("\"{}\"", phrase.join(" ")),
            (Term::Beginning(_), Beginning::Words(words)) => {
                format!("(\"{}\")", words.join("\" OR \""))
            }
            (Term::Beginning(word), _) => format!("\"{word}\" *"),
        });
        let all: Vec<_> = marks.into_iter().chain(terms).collect();
        all.join(" AND ")
    }

    /// As a `tsquery`, within what one of these marks names, and one of those where there are any.
    pub(crate) fn for_postgres(
        &self,
        beginning: &Beginning,
        within: &[String],
        reached_by: Option<&[String]>,
    ) -> String {
        let any = |marks: &[String]| format!("('{}')", marks.join("' | '"));
        let terms = self.terms.iter().map(|term| match (term, beginning) {
            (Term::Word(word), _) => format!("'{word}'"),
            (Term::Phrase(phrase), _) => format!("('{}')", phrase.join("' <-> '")),
            (Term::Beginning(_), Beginning::Words(words)) => any(words),
            (Term::Beginning(word), Beginning::Indexed) => format!("'{}'", beginning_mark(word)),
            (Term::Beginning(word), Beginning::Many) => format!("'{word}':*"),
        });
        let marks = [any(within)].into_iter().chain(reached_by.map(any));
        let all: Vec<_> = marks.chain(terms).collect();
        all.join(" & ")
    }
}

/// The last word was typed up to here: it may go on.
fn begin(terms: &mut [Term]) {
    if let Some(last) = terms.last_mut()
        && let Term::Word(word) = last
        && word.chars().count() >= SHORTEST_BEGINNING
    {
        *last = Term::Beginning(std::mem::take(word));
    }
}

impl Term {
    fn is_in(&self, sequence: &[Option<String>]) -> bool {
        let mut words = sequence.iter().flatten();
        match self {
            Self::Word(word) => words.any(|other| other == word),
            Self::Beginning(word) => words.any(|other| other.starts_with(word.as_str())),
            Self::Phrase(phrase) => sequence.windows(phrase.len()).any(|window| {
                let pairs = window.iter().zip(phrase);
                pairs
                    .into_iter()
                    .all(|(one, other)| one.as_ref() == Some(other))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Query, Term};
    use crate::beginnings::Beginning;

    #[test]
    fn words_phrases_and_a_beginning_are_told_apart() {
        let query = Query::parse("Invoice \"is wrong\" über");
        let expected = [
            Term::Word("invoice".into()),
            Term::Phrase(vec!["is".into(), "wrong".into()]),
            Term::Beginning("uber".into()),
        ];
        assert_eq!(query.terms, expected);
        assert_eq!(
            Query::parse("invoice ").terms,
            [Term::Word("invoice".into())]
        );
        assert_eq!(Query::parse("an \"open quo").terms.len(), 2);
        assert_eq!(Query::parse("m").terms, [Term::Word("m".into())]);
    }

    #[test]
    fn no_syntax_of_a_database_comes_through() {
        let query = Query::parse("a' OR 1=1 -- NEAR(b) c* & !d:* \\ \"");
        let sqlite = query.for_sqlite(&Beginning::Many, None);
        assert_eq!(
            sqlite,
            "\"a\" AND \"or\" AND \"1\" AND \"1\" AND \"near\" AND \"b\" AND \"c\" AND \"d\""
        );
        assert!(Query::parse("\"'*&! ").is_empty());
    }
}
