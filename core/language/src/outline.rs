//! The outline of a document: what can be told before any sentence is understood.
//!
//! Header, numbered headings, `sop` blocks, captioned tables and blanks are found line by line; all else is prose and
//! is never looked into beyond its references and blanks.

mod blanks;
mod header;
mod tables;

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::TextRange;
use crate::diagnostic::Diagnostic;
use crate::document::{Blank, Clause, Header};
use crate::register::Register;

pub(crate) use tables::{RawHeading, RawTable};

/// What can be told of a document before its sentences are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outline {
    pub header: Header,
    pub clauses: Vec<Clause>,
    pub blocks: Vec<Block>,
    /// The identities of the blocks.
    pub ids: BTreeSet<String>,
    pub tables: Vec<RawTable>,
    pub blanks: BTreeMap<String, Blank>,
    /// The lines that are prose, for the references in them.
    pub prose: Vec<TextRange>,
}

/// A fenced `sop` block.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// The identity.
    pub id: String,
    /// The info string.
    pub info: TextRange,
    /// The text between the fences.
    pub body: TextRange,
    /// The position of its clause.
    pub clause: Option<usize>,
}

/// A line with its place; without the line break.
#[derive(Clone, Copy)]
pub(crate) struct Line<'t> {
    pub text: &'t str,
    pub start: usize,
}

impl Line<'_> {
    pub fn range(&self) -> TextRange {
        let indent = self.text.len() - self.text.trim_start().len();
        TextRange {
            start: self.start + indent,
            end: self.start + self.text.trim_end().len().max(indent),
        }
    }
}

/// Reads the outline of one document; `document` is its position in the set, for the diagnostics.
pub(crate) fn outline(
    register: &Register,
    document: usize,
    text: &str,
    says: &mut Vec<Diagnostic>,
) -> Outline {
    let lines = lines(text);
    let mut outline = Outline::default();
    let body = header::read(register, document, text, &lines, &mut outline.header, says);
    let mut at = body;
    while let Some(line) = lines.get(at).copied() {
        if let Some(fence) = Fence::opening(line.text) {
            at = block(document, &lines, at, &fence, &mut outline, says);
            continue;
        }
        if let Some(clause) = heading(line) {
            outline.clauses.push(clause);
        } else if let Some((table, next)) = tables::raw(&lines, at) {
            outline.tables.push(table);
            at = next;
            continue;
        }
        outline.prose.push(line.range());
        at += 1;
    }
    outline.blanks = blanks::collect(text, &outline);
    outline.ids = outline
        .blocks
        .iter()
        .map(|block| block.id.clone())
        .collect();
    outline
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    text.split_inclusive('\n')
        .map(|whole| {
            let line = Line {
                text: whole.trim_end_matches(['\n', '\r']),
                start,
            };
            start += whole.len();
            line
        })
        .collect()
}

/// A numbered heading: `## 4.3 Acknowledge`, `# Appendix A Templates`.
fn heading(line: Line<'_>) -> Option<Clause> {
    let marks = line.text.bytes().take_while(|byte| *byte == b'#').count();
    if marks == 0 || marks > 6 || !line.text.get(marks..)?.starts_with(' ') {
        return None;
    }
    let words = line.text.get(marks..)?.trim().trim_end_matches('#').trim();
    let (first, rest) = words.split_once(' ').unwrap_or((words, ""));
    let (number, title) = if first == "Appendix" {
        let (letter, title) = rest.split_once(' ').unwrap_or((rest, ""));
        (
            format!("Appendix {}", letter.trim_end_matches([':', '.'])),
            title,
        )
    } else {
        let number = first.trim_end_matches('.');
        let numbered = number
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
        if !numbered {
            return None;
        }
        (number.to_owned(), rest)
    };
    Some(Clause {
        number,
        title: title.trim().to_owned(),
        range: line.range(),
    })
}

/// The marks that open or close a fenced block.
struct Fence {
    letter: char,
    length: usize,
    indent: usize,
}

impl Fence {
    fn opening(line: &str) -> Option<Self> {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        let letter = trimmed.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let length = trimmed.chars().take_while(|c| *c == letter).count();
        (length >= 3 && indent < 4).then_some(Self {
            letter,
            length,
            indent,
        })
    }

    fn closed_by(&self, line: &str) -> bool {
        let trimmed = line.trim();
        trimmed.len() >= self.length && trimmed.chars().all(|c| c == self.letter)
    }
}

/// Reads a fenced block; returns the position of the line after it. Blocks that are not `sop` are prose.
fn block(
    document: usize,
    lines: &[Line<'_>],
    first: usize,
    fence: &Fence,
    outline: &mut Outline,
    says: &mut Vec<Diagnostic>,
) -> usize {
    let Some(line) = lines.get(first) else {
        return first + 1;
    };
    let last = lines
        .iter()
        .skip(first + 1)
        .position(|line| fence.closed_by(line.text))
        .map(|offset| first + 1 + offset);
    let after = last.map_or(lines.len(), |last| last + 1);
    let info_start = (fence.indent + fence.length).min(line.text.len());
    let info = line.text.get(info_start..).unwrap_or_default();
    let mut words = info.split_whitespace();
    if words.next() != Some("sop") {
        return after;
    }
    let id = words.next().unwrap_or_default().to_owned();
    let info = TextRange {
        start: line.start + info_start,
        end: line.start + line.text.trim_end().len(),
    };
    if id.is_empty() || words.next().is_some() || !is_identity(&id) {
        let found = if id.is_empty() {
            "has no identity"
        } else {
            "has an identity that cannot be read"
        };
        says.push(
            Diagnostic::new("K106", document, info, format!("a sop block {found}"))
                .because("A rule is known by its identity: lower-case letters, digits and hyphens, beginning with a letter.")
                .suggest("Write it after “sop”, as in “```sop acknowledge”."),
        );
    }
    let end_of = |line: &Line<'_>| line.start;
    let start = lines
        .get(first + 1)
        .map_or(line.start + line.text.len(), end_of);
    let end = last.and_then(|last| lines.get(last)).map_or_else(
        || {
            lines
                .last()
                .map_or(start, |line| line.start + line.text.len())
        },
        end_of,
    );
    if last.is_none() {
        says.push(
            Diagnostic::new("K102", document, info, "a sop block is not ended")
                .because("The block runs to the end of the document.")
                .suggest("Close it with a line of three backticks."),
        );
    }
    outline.blocks.push(Block {
        id,
        info,
        body: TextRange {
            start,
            end: end.max(start),
        },
        clause: outline.clauses.len().checked_sub(1),
    });
    after
}

/// `[a-z][a-z0-9-]*`
pub(crate) fn is_identity(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
