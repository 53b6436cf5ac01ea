//! The lines of an iCalendar text: folded lines joined, names and values told apart.

use std::ops::Range;

/// One property.
pub(crate) struct Line {
    /// In capitals.
    pub(crate) name: String,
    pub(crate) value: String,
    /// Where its first line stands.
    pub(crate) place: Range<usize>,
}

/// The properties of a text, in order. Lines without a colon are left out.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Line> + '_ {
    let mut rest = physical(text).peekable();
    std::iter::from_fn(move || {
        loop {
            let (place, first) = rest.next()?;
            let mut whole = first.to_owned();
            while let Some((_, more)) = rest.next_if(|(_, line)| line.starts_with([' ', '\t'])) {
                whole.push_str(more.get(1..).unwrap_or_default());
            }
            if let Some(line) = property(&whole, place) {
                return Some(line);
            }
        }
    })
}

fn physical(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let content = line.trim_end_matches(['\r', '\n']);
        let place = start..start + content.len();
        start += line.len();
        (place, content)
    })
}

fn property(line: &str, place: Range<usize>) -> Option<Line> {
    let mut quoted = false;
    let colon = line.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b':' && !quoted
    })?;
    let (head, value) = (line.get(..colon)?, line.get(colon + 1..)?);
    let name = head.split(';').next().unwrap_or_default();
    Some(Line {
        name: name
            .trim_start_matches('\u{feff}')
            .trim()
            .to_ascii_uppercase(),
        value: value.to_owned(),
        place,
    })
}
