//! What is said about a document: where, what, why, and what to do.

use std::fmt::Write as _;

use crate::ast::TextRange;
use crate::document::Document;

/// How much a diagnostic weighs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// Only counted.
    Note,
    /// Listed in the approval.
    Warning,
    /// Stops the approval.
    Error,
}

/// One message about a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// The stable code: `K202`.
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// The position of the document in its set.
    pub document: usize,
    /// The words at fault.
    pub range: TextRange,
    /// What is wrong, in a few words.
    pub what: String,
    /// Why it is wrong, or what the reader expected.
    pub reason: String,
    /// What to do.
    pub suggestion: String,
}

impl Diagnostic {
    /// A diagnostic with the severity that its code has.
    pub fn new(
        code: &'static str,
        document: usize,
        range: TextRange,
        what: impl Into<String>,
    ) -> Self {
        Self {
            code,
            severity: severity_of(code),
            document,
            range,
            what: what.into(),
            reason: String::new(),
            suggestion: String::new(),
        }
    }

    /// With the reason.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }

    /// With what to do.
    #[must_use]
    pub fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = suggestion.into();
        self
    }

    /// The line and column of its first word in the document, both counted from 1; columns in characters.
    pub fn position(&self, document: &Document) -> (usize, usize) {
        position(&document.text, self.range.start)
    }

    /// The message with its line and the words underlined, as a terminal shows it.
    pub fn render(&self, document: &Document) -> String {
        let (line, column) = self.position(document);
        let mut shown = format!(
            "{}[{}] {}:{line}:{column}  {}",
            self.severity.word(),
            self.code,
            document.path,
            self.what
        );
        if let Some(rule) = document
            .rules
            .iter()
            .find(|rule| contains(rule.range, self.range.start))
        {
            let _ = write!(shown, "    {} {}", document.clause_of(rule), rule.key.id);
        }
        let start = document
            .text
            .get(..self.range.start)
            .and_then(|before| before.rfind('\n'));
        let from = start.map_or(0, |newline| newline + 1);
        let rest = document.text.get(from..).unwrap_or_default();
        let source = rest.lines().next().unwrap_or_default();
        let (part, before) = excerpt(source, column - 1);
        let words = document
            .words(self.range)
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .count();
        let width = words.clamp(1, part.chars().count().saturating_sub(before).max(1));
        let _ = write!(shown, "\n   {}", part.trim_end());
        let _ = write!(shown, "\n   {}{}", " ".repeat(before), "^".repeat(width));
        let said = [self.reason.as_str(), self.suggestion.as_str()]
            .iter()
            .filter(|s| !s.is_empty())
            .copied()
            .collect::<Vec<_>>();
        if !said.is_empty() {
            let _ = write!(shown, "\n   {}", said.join(" "));
        }
        shown
    }
}

impl Severity {
    /// `error`, `warning` or `note`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// How much of a line is shown.
const SHOWN: usize = 160;

/// The part of a line to show, and how many of its characters stand before this column. An ordinary line is shown whole;
/// one of noise may be as long as the file, and only the part around the column is.
fn excerpt(line: &str, column: usize) -> (String, usize) {
    let letters: Vec<char> = line.chars().take(column + SHOWN).collect();
    let whole = letters.len() <= SHOWN;
    let mut skip = if whole { 0 } else { column.saturating_sub(60) };
    // It begins with a whole word, where one is near.
    let word = letters.get(skip..column).unwrap_or_default();
    if let Some(space) = word.iter().position(|c| *c == ' ').filter(|_| skip > 0) {
        skip += space;
    }
    let plain = |c: &char| if c.is_control() { ' ' } else { *c };
    let mut part: String = letters.iter().skip(skip).take(SHOWN).map(plain).collect();
    let mut before = column - skip;
    if skip > 0 {
        part.insert(0, '…');
        before += 1;
    }
    (part, before)
}

fn contains(range: TextRange, at: usize) -> bool {
    range.start <= at && at < range.end.max(range.start + 1)
}

/// The line and column of a byte, both counted from 1; columns in characters.
pub(crate) fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = 1 + before.bytes().filter(|byte| *byte == b'\n').count();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = 1 + before.get(start..).map_or(0, |part| part.chars().count());
    (line, column)
}

/// Codes that do not stop an approval.
fn severity_of(code: &str) -> Severity {
    match code {
        "K303" | "K308" | "K402" | "K403" | "K405" | "K407" | "K704" => Severity::Warning,
        "K703" => Severity::Note,
        _ => Severity::Error,
    }
}
