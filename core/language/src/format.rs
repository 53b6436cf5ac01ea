//! The canonical form of a document.
//!
//! The rules, as a writer sees them:
//!
//! 1. One thought on a line: what opens the duty with its conditions; who must do what, until when; then each further
//!    slot on a line of its own. `As a step` and `Every month` share the line of the owner.
//! 2. Slots stand in their fixed order. Commas stand before conditions, before the owner and before *pausing while*,
//!    *unless* and *with*; semicolons before *if reopened*, before warnings and before *otherwise*. No comma stands
//!    before *within* and *by*, nor before the *until*, *unless* and *while* of a gate.
//! 3. A line has at most 110 columns. What does not fit goes on the next line, after a comma where there is one.
//! 4. The steps of a procedure are numbered from 1; a step that does not fit on its line goes on below, indented.
//! 5. The columns of a captioned table stand one below the other.
//! 6. Words and articles stay as written, so do prose and header, byte for byte, and every rule that cannot be read.

mod layout;
mod pieces;
mod tables;
pub(crate) mod tokens;

use crate::ast::{Sentence, TextRange};
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{Document, Rule, Slot};
use crate::meaning::meaning;
use crate::read::{Library, read_again};
use crate::register::Register;

/// A part of the text that is written anew.
struct Edit {
    range: TextRange,
    text: String,
    /// For a rule: its block and what it said before.
    block: Option<(usize, String)>,
}

/// The document in canonical form (see the module's rules); an empty text where the library has no such document.
///
/// The result says the same as the document did: a rule is written anew only where reading it again gives the same
/// meaning. Formatting twice is the same as formatting once.
pub fn format(register: &Register, library: &Library, document_index: usize) -> String {
    let Some(document) = library.documents.get(document_index) else {
        return String::new();
    };
    let mut edits = rule_edits(library, document_index, document);
    let tables = document.tables.iter().filter_map(|table| {
        let text = tables::aligned(document.words(table.range))?;
        Some(Edit {
            range: table.range,
            text,
            block: None,
        })
    });
    edits.extend(tables);
    edits.retain(|edit| document.words(edit.range) != edit.text);
    edits.sort_by_key(|edit| edit.range.start);
    let text = apply(document, &edits);
    let changed: Vec<usize> = edits
        .iter()
        .filter_map(|edit| edit.block.as_ref().map(|(block, _)| *block))
        .collect();
    if changed.is_empty() {
        return text;
    }
    let read = read_again(register, library, document_index, &text, &changed);
    let same: Vec<bool> = read
        .iter()
        .zip(edits.iter().filter_map(|edit| edit.block.as_ref()))
        .map(|((now, clean), (_, before))| {
            *clean && now.as_ref().is_some_and(|now| meaning(now) == *before)
        })
        .collect();
    if same.iter().all(|same| *same) {
        return text;
    }
    let mut same = same.into_iter();
    edits.retain(|edit| edit.block.is_none() || same.next() == Some(true));
    apply(document, &edits)
}

/// The canonical text of one rule, without its block; none where it is left as it is.
pub(crate) fn sentence(document: &Document, rule: &Rule) -> Option<String> {
    let newline = newline(&document.text);
    pieces::rule(document, rule).map(|lines| lines.join(newline))
}

fn apply(document: &Document, edits: &[Edit]) -> String {
    let mut text = String::with_capacity(document.text.len() + 64);
    let mut at = 0;
    for edit in edits
        .iter()
        .filter(|edit| edit.range.start <= edit.range.end)
    {
        if edit.range.start < at {
            continue;
        }
        text.push_str(document.text.get(at..edit.range.start).unwrap_or_default());
        text.push_str(&edit.text);
        at = edit.range.end;
    }
    text.push_str(document.text.get(at..).unwrap_or_default());
    text
}

fn rule_edits(library: &Library, index: usize, document: &Document) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (block, rule) in blocks(document).into_iter().enumerate() {
        if has_errors(library, index, rule) {
            continue;
        }
        let (Some(said), Some(text)) = (&rule.sentence, sentence(document, rule)) else {
            continue;
        };
        edits.push(Edit {
            range: without_blank_lines(&document.text, rule.range),
            text,
            block: Some((block, meaning(said))),
        });
    }
    edits
}

/// The rules that have a block of their own, in the order of the blocks: all but the steps written in place.
pub(crate) fn blocks(document: &Document) -> Vec<&Rule> {
    let mut end = 0;
    let mut blocks = Vec::new();
    for rule in &document.rules {
        if rule.range.start < end && matches!(rule.sentence, Some(Sentence::Duty(_))) {
            continue;
        }
        if matches!(rule.sentence, Some(Sentence::Procedure(_))) {
            end = rule.range.end;
        }
        blocks.push(rule);
    }
    blocks
}

/// Whether reading this rule found anything but a slot out of place: then its words are left as they are.
fn has_errors(library: &Library, index: usize, rule: &Rule) -> bool {
    // They stand in the order of the texts.
    let place = |said: &Diagnostic| (said.document, said.range.start);
    let from = library
        .diagnostics
        .partition_point(|said| place(said) < (index, rule.range.start.saturating_sub(1)));
    let of_rule = library.diagnostics.get(from..).unwrap_or_default();
    of_rule
        .iter()
        .take_while(|said| place(said) <= (index, rule.range.end))
        .filter(|said| said.severity == Severity::Error)
        .any(|said| match said.code {
            "K105" => said.what != "slot out of place" || is_rhythm_with_deadline(rule),
            "K401" | "K406" | "K504" | "K605" => true,
            code => code.starts_with("K1") || code.starts_with("K2"),
        })
}

fn is_rhythm_with_deadline(rule: &Rule) -> bool {
    let has = |slot| rule.slots.iter().any(|found| found.slot == slot);
    matches!(rule.sentence, Some(Sentence::Rhythm(_)))
        && (has(Slot::Condition) || has(Slot::Deadline) && has_since(rule))
}

fn has_since(rule: &Rule) -> bool {
    matches!(
        &rule.sentence,
        Some(Sentence::Rhythm(rhythm)) if matches!(rhythm.beat, crate::ast::Beat::Since { .. })
    )
}

/// The range with the blank lines around it, inside its block.
fn without_blank_lines(text: &str, range: TextRange) -> TextRange {
    let before = text.get(..range.start).unwrap_or_default();
    let blank = before.len() - before.trim_end().len();
    let start = before
        .get(before.len() - blank..)
        .and_then(|space| space.find('\n'))
        .map_or(range.start, |newline| before.len() - blank + newline + 1);
    let after = text.get(range.end..).unwrap_or_default();
    let space = after
        .get(..after.len() - after.trim_start().len())
        .unwrap_or_default();
    // The line break before the closing marks stays, with the indentation of the marks.
    let end = space.rfind('\n').map_or(range.end, |newline| {
        let kept = newline
            - usize::from(
                space
                    .get(..newline)
                    .is_some_and(|rest| rest.ends_with('\r')),
            );
        range.end + kept
    });
    TextRange { start, end }
}

fn newline(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}
