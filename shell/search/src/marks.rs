//! Where the words that were asked for stand in a text: places, and no HTML.

use std::ops::{ControlFlow, Range};

use crate::fold::{each_word, words};
use crate::query::Query;

/// How many letters of a text are shown around a word.
const AROUND: usize = 160;
/// How many of them stand before it.
const BEFORE: usize = 50;

/// A text, and the places in it that were asked for.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Marked {
    /// The text.
    pub text: String,
    /// The places, in bytes, in order, apart from each other.
    pub marks: Vec<Range<usize>>,
}

impl Marked {
    /// The text in pieces, and whether each is one that was asked for: for a page, which escapes them.
    pub fn pieces(&self) -> Vec<(bool, &str)> {
        let mut pieces = Vec::new();
        let mut at = 0;
        for mark in &self.marks {
            pieces.extend(self.text.get(at..mark.start).map(|text| (false, text)));
            pieces.extend(self.text.get(mark.clone()).map(|text| (true, text)));
            at = mark.end;
        }
        pieces.extend(self.text.get(at..).map(|text| (false, text)));
        pieces.retain(|(_, text)| !text.is_empty());
        pieces
    }
}

/// A text with its marks.
pub fn marked(query: &Query, text: &str) -> Marked {
    let asked = words(text)
        .into_iter()
        .filter(|word| query.asks_for(&word.folded));
    Marked {
        text: text.to_owned(),
        marks: asked.map(|word| word.range).collect(),
    }
}

/// The place of a longer text where the first of the words stands, or its beginning.
pub fn excerpt(query: &Query, text: &str) -> Marked {
    let mut first = None;
    let _ = each_word(text, |word| {
        if !query.asks_for(&word.folded) {
            return ControlFlow::Continue(());
        }
        first = Some(word.range.start);
        ControlFlow::Break(())
    });
    let start = first.map_or(0, |first| back(text, first));
    let end = forth(text, start);
    let piece = text.get(start..end).unwrap_or_default();
    let mut said = piece.split_whitespace().collect::<Vec<_>>().join(" ");
    if start > 0 {
        said.insert_str(0, "… ");
    }
    if end < text.len() {
        said.push_str(" …");
    }
    marked(query, &said)
}

/// A beginning of a word, not far before a place.
fn back(text: &str, place: usize) -> usize {
    let before = text.get(..place).unwrap_or_default();
    let far = before.char_indices().rev().nth(BEFORE).map(|(at, _)| at);
    let Some(far) = far else { return 0 };
    let rest = text.get(far..place).unwrap_or_default();
    rest.find(char::is_whitespace).map_or(place, |space| {
        let skipped = rest.get(space..).unwrap_or_default();
        place - skipped.trim_start().len()
    })
}

/// An end of a word, some letters after a place.
fn forth(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    let Some((far, _)) = rest.char_indices().nth(AROUND) else {
        return text.len();
    };
    let cut = rest
        .get(..far)
        .and_then(|piece| piece.rfind(char::is_whitespace));
    start + cut.filter(|cut| *cut > 0).unwrap_or(far)
}

#[cfg(test)]
mod tests {
    use super::{excerpt, marked};
    use crate::query::Query;

    #[test]
    fn marks_stand_on_whole_words_whatever_their_accents() {
        let found = marked(
            &Query::parse("groß uber"),
            "Über die GROSSEN und die großen",
        );
        let said: Vec<_> = found.pieces();
        assert_eq!(said.first(), Some(&(true, "Über")));
        assert_eq!(
            found.marks.len(),
            1,
            "the first word was finished: `gross` is not `grossen`"
        );
        let beginning = marked(&Query::parse("groß"), "GROSSEN").marks;
        assert_eq!(beginning.first(), Some(&(0..7)));
    }

    #[test]
    fn an_excerpt_shows_the_words_that_were_asked_for() {
        let text = format!("{} the needle {}", "hay ".repeat(200), "straw ".repeat(200));
        let found = excerpt(&Query::parse("needle "), &text);
        assert!(
            found.text.starts_with("… hay") && found.text.ends_with(" …"),
            "{}",
            found.text
        );
        assert_eq!(found.marks.len(), 1);
        assert!(found.text.chars().count() < 200);
    }

    #[test]
    fn any_text_can_be_cut() {
        for text in [
            "",
            "ß",
            "日本語の長い文章".repeat(60).as_str(),
            "a\u{301}".repeat(300).as_str(),
        ] {
            let _ = excerpt(&Query::parse("a 文"), text);
        }
    }
}
