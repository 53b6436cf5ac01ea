//! Blanks: `[name: value]` and `[name]`.

use std::collections::BTreeMap;

use crate::ast::TextRange;
use crate::document::Blank;

use super::Outline;

/// Every blank of a document, in sentences, tables and prose.
pub(super) fn collect(text: &str, outline: &Outline) -> BTreeMap<String, Blank> {
    let mut blanks: BTreeMap<String, Blank> = BTreeMap::new();
    let sentences = outline.blocks.iter().map(|block| (block.body, true));
    let tables = outline.tables.iter().map(|table| (table.range, true));
    let prose = outline.prose.iter().map(|line| (*line, false));
    for (range, runnable) in sentences.chain(tables).chain(prose) {
        for found in in_range(text, range, runnable) {
            let blank = blanks.entry(found.name).or_insert(Blank {
                value: None,
                places: Vec::new(),
            });
            if blank.value.is_none() {
                blank.value = found.value;
            }
            blank.places.push(found.range);
        }
    }
    blanks
}

/// A blank as it stands somewhere.
pub(crate) struct Found {
    pub name: String,
    pub value: Option<String>,
    pub range: TextRange,
}

/// The blanks of a range. In prose, links, footnotes, task boxes and code are none.
pub(crate) fn in_range(text: &str, range: TextRange, runnable: bool) -> Vec<Found> {
    let part = text.get(range.start..range.end).unwrap_or_default();
    let mut found = Vec::new();
    let mut at = 0;
    let mut in_code = false;
    while let Some(offset) = part.get(at..).and_then(|rest| rest.find(['[', '`'])) {
        let open = at + offset;
        at = open + 1;
        if part.as_bytes().get(open) == Some(&b'`') {
            in_code = !in_code && !runnable;
            continue;
        }
        let Some(length) = part.get(at..).and_then(|rest| rest.find(']')) else {
            break;
        };
        let inside = part.get(at..at + length).unwrap_or_default();
        let after = part.as_bytes().get(at + length + 1);
        let (name, value) = inside
            .split_once(':')
            .map_or((inside, None), |(name, value)| (name, Some(value.trim())));
        let link = !runnable && matches!(after, Some(b'(' | b'[' | b':'));
        if in_code || link || !is_name(name.trim(), runnable || value.is_some()) {
            continue;
        }
        found.push(Found {
            name: name.trim().to_owned(),
            value: value.filter(|value| !value.is_empty()).map(str::to_owned),
            range: TextRange {
                start: range.start + open,
                end: range.start + at + length + 1,
            },
        });
        at += length + 1;
    }
    found
}

/// Lower-case words. In prose a name alone needs two letters, so that `[x]` stays a task box.
fn is_name(name: &str, sure: bool) -> bool {
    name.starts_with(|c: char| c.is_lowercase())
        && name
            .chars()
            .all(|c| c.is_lowercase() || c.is_ascii_digit() || matches!(c, ' ' | '-'))
        && (sure || name.len() > 1)
}
