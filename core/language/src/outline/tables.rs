//! Captioned Markdown tables, as text.

use crate::ast::TextRange;

use super::Line;

/// A captioned table before its headings and cells are understood.
#[derive(Clone, Debug)]
pub(crate) struct RawTable {
    /// The number in the caption: `6.1`.
    pub number: String,
    /// The caption after the number.
    pub caption: String,
    /// The headings.
    pub headings: Vec<RawHeading>,
    /// The rows of cells; a row may be shorter or longer than the headings.
    pub rows: Vec<(Vec<TextRange>, TextRange)>,
    /// The whole table with its caption.
    pub range: TextRange,
}

/// A heading of a table.
#[derive(Clone, Debug)]
pub(crate) struct RawHeading {
    /// Its words without marks and unit, in lower case.
    pub name: String,
    /// The unit in brackets at its end.
    pub unit: Option<String>,
    /// Whether it is bold.
    pub bold: bool,
    /// Where it stands.
    pub range: TextRange,
}

/// The table whose caption is this line, and the position of the line after it.
pub(super) fn raw(lines: &[Line<'_>], at: usize) -> Option<(RawTable, usize)> {
    let caption_line = lines.get(at)?;
    let (number, caption) = caption(caption_line.text)?;
    let mut head = at + 1;
    while lines
        .get(head)
        .is_some_and(|line| line.text.trim().is_empty())
    {
        head += 1;
    }
    let (heading_line, rule) = (lines.get(head)?, lines.get(head + 1)?);
    if !heading_line.text.trim_start().starts_with('|') || !is_rule(rule.text) {
        return None;
    }
    let headings = cells(heading_line)
        .into_iter()
        .map(|range| heading(heading_line, range))
        .collect();
    let mut rows = Vec::new();
    let mut next = head + 2;
    while let Some(line) = lines
        .get(next)
        .filter(|line| line.text.trim_start().starts_with('|'))
    {
        rows.push((cells(line), line.range()));
        next += 1;
    }
    let last = lines.get(next - 1)?;
    let range = TextRange {
        start: caption_line.range().start,
        end: last.range().end,
    };
    Some((
        RawTable {
            number,
            caption,
            headings,
            rows,
            range,
        },
        next,
    ))
}

/// `Table 6.1: Time to answer an email`
fn caption(line: &str) -> Option<(String, String)> {
    let rest = line.trim().strip_prefix("Table ")?;
    let (number, caption) = rest.split_once(':')?;
    let plain = !number.is_empty()
        && number.len() < 12
        && number
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '.');
    plain.then(|| (number.to_owned(), caption.trim().to_owned()))
}

fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('|')
        && line.contains('-')
        && line
            .chars()
            .all(|c| matches!(c, '|' | '-' | ':' | ' ' | '\t'))
}

/// The cells of a line, trimmed. `\|` does not end a cell.
fn cells(line: &Line<'_>) -> Vec<TextRange> {
    let mut bounds = Vec::new();
    let mut escaped = false;
    for (offset, letter) in line.text.char_indices() {
        if letter == '|' && !escaped {
            bounds.push(offset);
        }
        escaped = letter == '\\' && !escaped;
    }
    let ends_open = !line.text.trim_end().ends_with('|');
    if ends_open {
        bounds.push(line.text.len());
    }
    bounds
        .windows(2)
        .filter_map(|pair| {
            let (from, to) = (pair.first()? + 1, *pair.last()?);
            let cell = line.text.get(from..to)?;
            let lead = cell.len() - cell.trim_start().len();
            let start = line.start + from + lead;
            Some(TextRange {
                start,
                end: start + cell.trim().len(),
            })
        })
        .collect()
}

fn heading(line: &Line<'_>, range: TextRange) -> RawHeading {
    let text = line
        .text
        .get(range.start - line.start..range.end - line.start)
        .unwrap_or_default();
    let bold = text.starts_with("**") && text.ends_with("**") && text.len() > 4;
    let plain = text.trim_matches('*').trim();
    let (name, unit) = match plain
        .strip_suffix(')')
        .and_then(|inner| inner.rsplit_once('('))
    {
        Some((name, unit)) if !name.trim().is_empty() && unit != "note" => {
            (name.trim(), Some(unit.trim().to_owned()))
        }
        _ => (plain, None),
    };
    RawHeading {
        name: name.to_lowercase(),
        unit,
        bold,
        range,
    }
}
