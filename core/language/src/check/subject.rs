//! Whether a section that prose names is about what the prose says of it (K303).
//!
//! What the sentence attaches to a reference is the part between commas, colons and brackets in which it stands; where
//! that part holds nothing else between brackets, as in “training (section 9)”, the part before. These words are compared with titles. It
//! is said that the reference leads to another subject where all of these hold: the part names one section only; none of
//! its words stands in the section's title or in those of the sections above and below it; all words of the title of
//! exactly one other section of the same document stand in the part; and none of that title's words stands in the text
//! of the section that was named. So a reference is doubted only where the right one is at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::ast::TextRange;
use crate::diagnostic::Diagnostic;
use crate::document::Clause;

use super::prose::{Paragraph, Section, words};
use super::set::Set;

/// Words that a title shares with any text.
const SMALL: [&str; 39] = [
    "a", "an", "and", "are", "as", "at", "by", "each", "every", "for", "from", "how", "in", "is",
    "it", "its", "not", "of", "on", "or", "our", "that", "the", "their", "this", "to", "we",
    "what", "when", "where", "which", "who", "with", "client", "clients", "sop", "section",
    "document", "rule",
];

/// References in one paragraph, beyond which it is a list.
const MOST_REFERENCES: usize = 20;

type Words = BTreeSet<String>;

/// The words of each section of each document.
pub(super) struct Subjects {
    sections: Vec<Vec<Subject>>,
}

#[derive(Default)]
struct Subject {
    title: Words,
    /// The titles of the sections above and below too.
    family: Words,
    /// The text of the section and of those below.
    text: Words,
}

impl Subjects {
    pub fn new(set: &Set<'_>, paragraphs: &[Vec<Paragraph<'_>>]) -> Self {
        let documents = set.library.documents.iter().zip(paragraphs);
        Self {
            sections: documents
                .map(|(document, paragraphs)| subjects(&document.clauses, paragraphs))
                .collect(),
        }
    }

    /// Says of which section of a paragraph another is meant.
    pub fn check(
        &self,
        set: &Set<'_>,
        index: usize,
        paragraph: &Paragraph<'_>,
        sections: &[Section],
        says: &mut Vec<Diagnostic>,
    ) {
        // A list of references says little about each.
        for section in sections
            .iter()
            .filter(|_| sections.len() <= MOST_REFERENCES)
        {
            let part = part_around(paragraph.text, &section.words);
            let here = sections
                .iter()
                .filter(|other| part.contains(&other.words.start));
            let alone = here.count() <= 1;
            let clauses = set
                .document(section.document)
                .map_or(&[][..], |target| &target.clauses);
            // A heading or a title page that names its own section proves nothing.
            let own = section.document == index && paragraph.clause == Some(section.clause);
            if !alone || own || section.listed {
                continue;
            }
            let said = content(paragraph.text.get(part).unwrap_or_default());
            let Some(other) = self.meant(section, &said) else {
                continue;
            };
            let (Some(clause), Some(other)) = (clauses.get(section.clause), clauses.get(other))
            else {
                continue;
            };
            let range = TextRange {
                start: paragraph.start + section.words.start,
                end: paragraph.start + section.words.end,
            };
            says.push(
                Diagnostic::new("K303", index, range, "the section is about another subject")
                    .because(format!("Section {} is “{}”.", clause.number, clause.title))
                    .suggest(format!(
                        "Did you mean section {}, “{}”?",
                        other.number, other.title
                    )),
            );
        }
    }

    /// The other section that the sentence is about.
    fn meant(&self, section: &Section, said: &Words) -> Option<usize> {
        let subjects = self.sections.get(section.document)?;
        let named = subjects.get(section.clause)?;
        if named.title.is_empty() || !named.family.is_disjoint(said) {
            return None;
        }
        let mut fitting = subjects.iter().enumerate().filter(|(index, other)| {
            *index != section.clause
                && !other.title.is_empty()
                && other.title.is_subset(said)
                && other.title.is_disjoint(&named.text)
        });
        let (found, _) = fitting.next()?;
        fitting.next().is_none().then_some(found)
    }
}

fn subjects(clauses: &[Clause], paragraphs: &[Paragraph<'_>]) -> Vec<Subject> {
    let mut all: Vec<Subject> = clauses
        .iter()
        .map(|clause| Subject {
            title: content(&clause.title),
            ..Subject::default()
        })
        .collect();
    for paragraph in paragraphs {
        if let Some(subject) = paragraph.clause.and_then(|clause| all.get_mut(clause)) {
            subject.text.extend(content(paragraph.text));
        }
    }
    let numbers: BTreeMap<&str, usize> = clauses
        .iter()
        .enumerate()
        .map(|(index, clause)| (clause.number.as_str(), index))
        .collect();
    let own: Vec<(Words, Words)> = all
        .iter()
        .map(|subject| (subject.title.clone(), subject.text.clone()))
        .collect();
    for (index, clause) in clauses.iter().enumerate() {
        let (title, text) = own.get(index).cloned().unwrap_or_default();
        extend(&mut all, index, &title, &text);
        let mut number = clause.number.as_str();
        // The sections above take in the words of this one, and it takes in their titles.
        while let Some((above, _)) = number.rsplit_once('.') {
            number = above;
            if let Some(above) = numbers.get(above).copied() {
                extend(&mut all, above, &title, &text);
                let above_title = own
                    .get(above)
                    .map(|(title, _)| title.clone())
                    .unwrap_or_default();
                extend(&mut all, index, &above_title, &Words::new());
            }
        }
    }
    all
}

fn extend(all: &mut [Subject], index: usize, title: &Words, text: &Words) {
    if let Some(subject) = all.get_mut(index) {
        subject.family.extend(title.iter().cloned());
        subject.text.extend(text.iter().cloned());
    }
}

/// The words of a text that carry meaning, without their endings.
fn content(text: &str) -> Words {
    words(text)
        .filter_map(|range| text.get(range))
        .flat_map(|word| word.split(|letter: char| !letter.is_alphanumeric()))
        .filter(|word| {
            !word.is_empty() && !word.starts_with(|letter: char| letter.is_ascii_digit())
        })
        .map(str::to_lowercase)
        .filter(|word| !SMALL.contains(&word.as_str()))
        .map(|word| stem(&word))
        .collect()
}

/// A word without the endings that plural and verb forms add: enough to hold `meetings` and `meeting` for one.
fn stem(word: &str) -> String {
    for ending in [
        "ations", "ation", "ings", "ing", "ies", "ed", "es", "s", "e", "y",
    ] {
        if let Some(stem) = word.strip_suffix(ending)
            && stem.chars().count() >= 4
        {
            return stem.to_owned();
        }
    }
    word.to_owned()
}

/// The part of a sentence that a reference stands in; the one before where it holds the reference alone.
fn part_around(text: &str, reference: &Range<usize>) -> Range<usize> {
    let ends = |at: usize, letter: char| {
        let after = text.get(at + letter.len_utf8()..).unwrap_or_default();
        matches!(letter, ',' | ';' | ':' | '(' | ')')
            || matches!(letter, '.' | '!' | '?')
                && after.starts_with(|next: char| next.is_whitespace())
    };
    let before = text.get(..reference.start).unwrap_or_default();
    let mut cuts = before
        .char_indices()
        .rev()
        .filter(|(at, letter)| ends(*at, *letter))
        .map(|(at, _)| at);
    let start = cuts.next();
    let rest = text.get(reference.end..).unwrap_or_default();
    let end = rest
        .char_indices()
        .find(|(at, letter)| ends(reference.end + at, *letter));
    let end = end.map_or(text.len(), |(at, _)| reference.end + at);
    let from = start.map_or(0, |at| at + 1);
    let words = [from..reference.start, reference.end..end];
    let alone = words
        .into_iter()
        .all(|range| content(text.get(range).unwrap_or_default()).is_empty());
    match start {
        Some(start) if alone && text.get(start..).is_some_and(|rest| rest.starts_with('(')) => {
            cuts.next().map_or(0, |at| at + 1)..start
        }
        _ => from..end,
    }
}
