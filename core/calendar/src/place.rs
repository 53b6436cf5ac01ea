//! Where in a text something stands, and the list of what is wrong there.

use std::ops::Range;

use crate::problem::Problem;

/// As many problems as are reported: whoever mends these learns of the rest.
const MOST: usize = 50;

/// The problems of one text, collected with their places.
pub(crate) struct Report<'t> {
    text: &'t str,
    feed: Option<&'t str>,
    /// Where each line begins.
    lines: Vec<usize>,
    pub(crate) problems: Vec<Problem>,
}

impl<'t> Report<'t> {
    pub(crate) fn of(text: &'t str, feed: Option<&'t str>) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0)
            .chain(breaks.map(|(place, _)| place + 1))
            .collect();
        Self {
            text,
            feed,
            lines,
            problems: Vec::new(),
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.problems.len() >= MOST
    }

    /// Notes what is wrong with the words at a place, and what to do.
    pub(crate) fn note(
        &mut self,
        place: Range<usize>,
        wrong: impl Into<String>,
        advice: impl Into<String>,
    ) {
        if self.is_full() {
            return;
        }
        let problem = self.problem(place, wrong.into(), advice.into());
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// A problem at a place, not yet noted.
    pub(crate) fn problem(&self, place: Range<usize>, wrong: String, advice: String) -> Problem {
        let line = self.line_of(place.start);
        let start = self.lines.get(line - 1).copied().unwrap_or_default();
        let before = self.text.get(start..place.start).unwrap_or_default();
        Problem {
            feed: self.feed.map(str::to_owned),
            line,
            column: before.chars().count() + 1,
            words: self
                .text
                .get(place)
                .map(|words| words.lines().next().unwrap_or_default().trim().to_owned())
                .unwrap_or_default(),
            wrong,
            advice,
        }
    }

    /// The line, from 1, of a place in bytes.
    pub(crate) fn line_of(&self, place: usize) -> usize {
        self.lines.partition_point(|start| *start <= place).max(1)
    }
}

/// A text shortened for a message.
pub(crate) fn quoted(text: &str) -> String {
    const MOST: usize = 60;
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= MOST && line.len() == text.len() {
        format!("“{line}”")
    } else {
        let cut: String = line.chars().take(MOST).collect();
        format!("“{cut}…”")
    }
}

/// The known word nearest to one that is not known, where one is near.
pub(crate) fn nearest<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    if word.len() > 100 {
        return None;
    }
    let folded = word.to_lowercase();
    known
        .into_iter()
        .map(|each| (strsim::jaro_winkler(&folded, &each.to_lowercase()), each))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, each)| each)
}
