//! The references in prose: rules in backticks, tables, sections (K302). What they are about: [`super::subject`].

use std::ops::Range;

use crate::ast::{RuleKey, TableKey, TextRange};
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::outline::{is_identity, outline};
use crate::register::closest;

use super::set::Set;
use super::subject;

/// Messages after which no nearest name is looked for.
const MOST_GUESSES: usize = 200;

/// A paragraph, a heading, a list item or a row of a table without caption: what one reference is read in.
pub(super) struct Paragraph<'t> {
    pub text: &'t str,
    /// Where it begins in the document.
    pub start: usize,
    /// The position of its clause; none before the first.
    pub clause: Option<usize>,
}

/// A section that prose names, where it exists.
pub(super) struct Section {
    /// The position of the document in the set.
    pub document: usize,
    /// The position of its clause.
    pub clause: usize,
    /// The words, in the paragraph.
    pub words: Range<usize>,
    /// Named with others: `sections 4.1 and 4.2`.
    pub listed: bool,
}

pub(super) fn check(set: &Set<'_>, says: &mut Vec<Diagnostic>) {
    let paragraphs: Vec<Vec<Paragraph<'_>>> = set
        .library
        .documents
        .iter()
        .map(|document| paragraphs(set, document))
        .collect();
    let subjects = subject::Subjects::new(set, &paragraphs);
    for (index, document) in set.library.documents.iter().enumerate() {
        for paragraph in paragraphs.get(index).into_iter().flatten() {
            let mut reader = Reader {
                set,
                index,
                document,
                paragraph,
                sections: Vec::new(),
                says,
            };
            let plain = reader.rules();
            reader.numbers(&plain);
            let sections = reader.sections;
            subjects.check(set, index, paragraph, &sections, says);
        }
    }
}

/// The prose of a document, line by line put together again.
fn paragraphs<'t>(set: &Set<'_>, document: &'t Document) -> Vec<Paragraph<'t>> {
    let lines = outline(set.register, 0, &document.text, &mut Vec::new()).prose;
    let mut found: Vec<TextRange> = Vec::new();
    for line in lines {
        let words = document.words(line);
        if words.is_empty() {
            continue;
        }
        match found.last_mut() {
            Some(last) if continues(document, *last, line.start) && !begins(words) => {
                last.end = line.end;
            }
            _ => found.push(line),
        }
    }
    found
        .into_iter()
        .map(|range| Paragraph {
            text: document.words(range),
            start: range.start,
            clause: document
                .clauses
                .partition_point(|clause| clause.range.start <= range.start)
                .checked_sub(1),
        })
        .collect()
}

/// Whether a line follows the paragraph without an empty line between them.
fn continues(document: &Document, paragraph: TextRange, line: usize) -> bool {
    let words = document.words(paragraph);
    let between = document.text.get(paragraph.end..line).unwrap_or_default();
    !words.starts_with(['#', '|'])
        && between.trim().is_empty()
        && between.bytes().filter(|byte| *byte == b'\n').count() == 1
}

/// Whether a line begins a paragraph of its own.
fn begins(words: &str) -> bool {
    words.starts_with(['#', '|', '>'])
        || words.starts_with("- ")
        || words.starts_with("* ")
        || words.split_once(". ").is_some_and(|(number, _)| {
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        })
}

struct Reader<'p> {
    set: &'p Set<'p>,
    index: usize,
    document: &'p Document,
    paragraph: &'p Paragraph<'p>,
    sections: Vec<Section>,
    says: &'p mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn say(&mut self, words: Range<usize>, what: &str, reason: String, suggestion: String) {
        let start = self.paragraph.start;
        let range = TextRange {
            start: start + words.start,
            end: start + words.end,
        };
        let message = Diagnostic::new("K302", self.index, range, what);
        self.says.push(message.because(reason).suggest(suggestion));
    }

    /// Looks up the rules in backticks; returns the paragraph with all code blotted out.
    fn rules(&mut self) -> String {
        let text = self.paragraph.text;
        let mut plain = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(offset) = text.get(at..).and_then(|rest| rest.find('`')) {
            let open = at + offset;
            let run = text.get(open..).map_or(1, |rest| {
                rest.bytes().take_while(|byte| *byte == b'`').count()
            });
            let fence = "`".repeat(run);
            let inside = open + run;
            let Some(length) = text.get(inside..).and_then(|rest| rest.find(&fence)) else {
                break;
            };
            let code = text.get(inside..inside + length).unwrap_or_default();
            plain.push_str(text.get(at..open).unwrap_or_default());
            if run == 1 && is_identity(code) {
                self.rule(code, open..inside + length + run);
            }
            at = (inside + length + run).min(text.len());
            plain.push_str(&" ".repeat(at - open));
        }
        plain.push_str(text.get(at..).unwrap_or_default());
        plain
    }

    fn rule(&mut self, id: &str, words: Range<usize>) {
        let before = self.paragraph.text.get(..words.start).unwrap_or_default();
        let word = before
            .ends_with(' ')
            .then(|| before.split_whitespace().next_back())
            .flatten()
            .map(|word| word.trim_start_matches(['(', '“', '"']))
            .filter(|word| is_code(word));
        let own = &self.document.header.code;
        // Another word in capitals may stand before a rule of this document.
        let known = word.filter(|word| self.set.code(word));
        let named = |code: &str| RuleKey {
            code: code.to_owned(),
            id: id.to_owned(),
        };
        let key = named(known.unwrap_or(own));
        if self.set.has(&key) {
            return;
        }
        if known.is_none() && word.is_some_and(|word| word.len() > 1) {
            let code = word.unwrap_or_default();
            let reason = format!(
                "No document of the set has the code {code}, and nothing is called `{id}` here."
            );
            self.say(words, "no such rule", reason, String::new());
            return;
        }
        let documents = self.set.library.documents.iter();
        let ids = documents
            .filter(|document| document.header.code == key.code)
            .flat_map(|document| document.rules.iter().map(|rule| rule.key.id.as_str()));
        // A text full of faults is not helped by comparing each with every rule.
        let near = if self.says.len() < MOST_GUESSES {
            closest(id, ids)
        } else {
            None
        };
        let near = near.map(|near| format!("Did you mean `{near}`?"));
        let elsewhere = || {
            let mut documents = self.set.library.documents.iter();
            let found = documents
                .find(|document| self.set.has(&named(&document.header.code)) && id != "review");
            found.map(|document| format!("Did you mean {} `{id}`?", document.header.code))
        };
        let suggestion = elsewhere()
            .or(near)
            .unwrap_or_else(|| "Write it without backticks where no rule is meant.".to_owned());
        let reason = format!("Nothing is called {} `{id}`.", key.code);
        self.say(words, "no such rule", reason, suggestion);
    }

    /// Looks up `table 6.1`, `section 4.3 of SR`, `sections 4.1 and 4.2`.
    fn numbers(&mut self, plain: &str) {
        let words: Vec<Range<usize>> = words(plain).collect();
        for at in 0..words.len() {
            if let Some(mention) = mention(plain, &words, at) {
                let listed = mention.numbers.len() > 1;
                let before = self.sections.len();
                for (number, range) in &mention.numbers {
                    self.number(mention.kind, number, range.clone(), mention.of);
                }
                for section in self.sections.iter_mut().skip(before) {
                    section.listed = listed;
                }
            }
        }
    }

    fn number(&mut self, kind: Kind, number: &str, words: Range<usize>, of: Option<&str>) {
        let code = match of {
            // `section 4 of the contract`: not of this set.
            Some(other) if !is_code(other) && other != "this" => return,
            Some(other) if other != "this" => other.to_owned(),
            _ => self.document.header.code.clone(),
        };
        let documents = &self.set.library.documents;
        let Some(index) = documents
            .iter()
            .position(|document| document.header.code == code)
        else {
            let reason = format!("No document of the set has the code {code}.");
            self.say(
                words,
                "no such document",
                reason,
                format!("Name a document outside the set first: “{code}, section {number}”."),
            );
            return;
        };
        let target = documents.get(index);
        match kind {
            Kind::Table => {
                let key = TableKey {
                    code: code.clone(),
                    number: number.to_owned(),
                };
                if self.set.table(&key).is_none() {
                    let numbers = target.map(|target| {
                        target
                            .tables
                            .iter()
                            .map(|table| table.key.number.as_str())
                            .collect::<Vec<_>>()
                    });
                    let reason = listed(&code, "tables", &numbers.unwrap_or_default());
                    self.say(words, "no such table", reason, String::new());
                }
            }
            Kind::Section => {
                let below = format!("{number}.");
                let clauses = target.map_or(&[][..], |target| &target.clauses);
                let own = clauses.iter().position(|clause| clause.number == number);
                match own.or_else(|| {
                    clauses
                        .iter()
                        .position(|clause| clause.number.starts_with(&below))
                }) {
                    Some(clause) => self.sections.push(Section {
                        document: index,
                        clause,
                        words,
                        listed: false,
                    }),
                    None => {
                        let numbers: Vec<&str> = clauses
                            .iter()
                            .map(|clause| clause.number.as_str())
                            .collect();
                        self.say(
                            words,
                            "no such section",
                            listed(&code, "sections", &numbers),
                            String::new(),
                        );
                    }
                }
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Table,
    Section,
}

/// Tables or sections as prose names them.
struct Mention<'t> {
    kind: Kind,
    numbers: Vec<(String, Range<usize>)>,
    /// The word after `of`.
    of: Option<&'t str>,
}

/// The mention that begins with this word.
fn mention<'t>(text: &'t str, words: &[Range<usize>], at: usize) -> Option<Mention<'t>> {
    let word = |at: usize| {
        let range = words.get(at).cloned().unwrap_or_default();
        text.get(range).unwrap_or_default()
    };
    let first = word(at).trim_start_matches(['(', '“', '"', '*', '_']);
    let (kind, many) = match first.to_ascii_lowercase().as_str() {
        "table" => (Kind::Table, false),
        "tables" => (Kind::Table, true),
        "section" => (Kind::Section, false),
        "sections" => (Kind::Section, true),
        _ => return None,
    };
    // The caption of a table that nothing reads stands as prose, too.
    if at == 0 && kind == Kind::Table && word(1).ends_with(':') {
        return None;
    }
    let mut next = at + 1;
    let mut numbers: Vec<(String, Range<usize>)> = Vec::new();
    let mut of = None;
    while let Some((number, length)) = number(word(next)) {
        let start = words.get(next).map_or(0, |range| range.start);
        let from = words.get(if numbers.is_empty() { at } else { next });
        numbers.push((
            number,
            from.map_or(start, |range| range.start)..start + length,
        ));
        let after = word(next).get(length..).unwrap_or_default();
        next += 1;
        if after.is_empty() && word(next) == "of" {
            of = Some(trimmed(word(next + 1)));
        }
        let and = matches!(word(next), "and" | "or");
        if !(many && (after == "," || after.is_empty() && and)) {
            break;
        }
        next += usize::from(and);
    }
    (!numbers.is_empty()).then_some(Mention { kind, numbers, of })
}

fn listed(code: &str, what: &str, numbers: &[&str]) -> String {
    if let [only] = numbers {
        let one = what.trim_end_matches('s');
        format!("{code} has only {one} {only}.")
    } else if numbers.is_empty() {
        format!("{code} has no {what} with numbers.")
    } else {
        let shown: Vec<&str> = numbers.iter().copied().take(40).collect();
        format!("{code} has the {what} {}.", shown.join(", "))
    }
}

/// Short capitals, as a document's code.
fn is_code(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_ascii_uppercase())
        && word.len() <= 8
        && word
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn trimmed(word: &str) -> &str {
    word.trim_end_matches(['.', ',', ';', ':', ')', '”', '"', '!', '?', '*', '_'])
}

/// The number at the beginning of a word, and where it ends.
fn number(word: &str) -> Option<(String, usize)> {
    let end = word
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(word.len());
    let number = word.get(..end)?.trim_end_matches('.');
    let after = word.get(number.len()..)?;
    let plain = after
        .chars()
        .next()
        .is_none_or(|letter| !letter.is_alphanumeric() && !matches!(letter, '%' | '-'));
    let parts = number.split('.').all(|part| !part.is_empty());
    (plain && parts).then(|| (number.to_owned(), number.len()))
}

/// The words of a text with their places.
pub(super) fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    text.split_whitespace().map(|word| {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        start..start + word.len()
    })
}
