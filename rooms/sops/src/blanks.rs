//! The blanks of a document inside their sentences, and the document with other values in them.

use std::collections::BTreeMap;
use std::ops::Range;

use kept_language::Document;

/// A piece of text that holds blanks: a rule's sentence, or a paragraph of prose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The clause's number: `4.3`; none before the first.
    pub clause: Option<String>,
    /// The rule's identity, where it is a rule.
    pub rule: Option<String>,
    /// Its parts in order.
    pub parts: Vec<Part>,
}

/// A part of a passage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Words.
    Words(String),
    /// A blank where it is asked for: its first place.
    Asked {
        /// Its name.
        name: String,
        /// Its value; quotation marks around a text are left out. Empty: not filled yet.
        value: String,
    },
    /// A blank that was asked for before.
    Named {
        /// Its name.
        name: String,
    },
}

/// Every blank of a document, each asked for where it first stands, in the order of the text.
pub fn passages(document: &Document) -> Vec<Passage> {
    let mut places: Vec<(Range<usize>, &str, bool)> = Vec::new();
    for (name, blank) in &document.blanks {
        let ranges = blank.places.iter().enumerate();
        places.extend(ranges.map(|(at, range)| (range.start..range.end, name.as_str(), at == 0)));
    }
    places.sort_by_key(|(range, ..)| range.start);
    let mut passages = Vec::new();
    let mut until = 0;
    for (place, ..) in places.iter().filter(|(.., first)| *first) {
        if place.start < until {
            continue;
        }
        let (range, rule) = around(document, place.start);
        until = range.end;
        let inside = places
            .iter()
            .filter(|(other, ..)| range.contains(&other.start));
        passages.push(Passage {
            clause: clause_at(document, place.start),
            rule,
            parts: parts(document, range.clone(), inside),
        });
    }
    passages
}

/// The rule or the paragraph that a place stands in.
fn around(document: &Document, place: usize) -> (Range<usize>, Option<String>) {
    let rule = document
        .rules
        .iter()
        .find(|rule| rule.range.start <= place && place < rule.range.end);
    if let Some(rule) = rule {
        return (rule.range.start..rule.range.end, Some(rule.key.id.clone()));
    }
    let (before, after) = document.text.split_at(place);
    let start = before.rfind("\n\n").map_or(0, |at| at + 2);
    let end = after
        .find("\n\n")
        .map_or(document.text.len(), |at| place + at);
    (start..end, None)
}

fn clause_at(document: &Document, place: usize) -> Option<String> {
    let clause = document
        .clauses
        .iter()
        .rfind(|clause| clause.range.start <= place)?;
    Some(clause.number.clone())
}

fn parts<'a>(
    document: &Document,
    range: Range<usize>,
    blanks: impl Iterator<Item = &'a (Range<usize>, &'a str, bool)>,
) -> Vec<Part> {
    let words = |from: usize, to: usize| {
        let text = document.text.get(from..to).unwrap_or_default();
        let spaced = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let (before, after) = (
            text.starts_with(char::is_whitespace),
            text.ends_with(char::is_whitespace),
        );
        Part::Words(match (before && !spaced.is_empty(), after) {
            (true, true) => format!(" {spaced} "),
            (true, false) => format!(" {spaced}"),
            (false, true) => format!("{spaced} "),
            (false, false) => spaced,
        })
    };
    let mut parts = Vec::new();
    let mut from = range.start;
    for (place, name, first) in blanks {
        parts.push(words(from, place.start));
        let name = (*name).to_owned();
        parts.push(if *first {
            let value = document
                .blanks
                .get(&name)
                .and_then(|blank| blank.value.as_deref());
            Part::Asked {
                value: value.unwrap_or_default().trim_matches('"').to_owned(),
                name,
            }
        } else {
            Part::Named { name }
        });
        from = place.end;
    }
    parts.push(words(from, range.end));
    parts
}

/// Why a value cannot stand in a blank.
pub fn objection(value: &str) -> Option<&'static str> {
    if value.contains(['[', ']', '"', '\n']) {
        return Some("A value has no brackets, quotation marks or line breaks.");
    }
    None
}

/// The document's text with other values in its blanks; blanks that are not named stay as they are.
pub fn filled(document: &Document, values: &BTreeMap<String, String>) -> String {
    let mut changes: Vec<(Range<usize>, String)> = Vec::new();
    for (name, value) in values {
        let Some(blank) = document.blanks.get(name) else {
            continue;
        };
        let quoted = blank
            .value
            .as_deref()
            .is_some_and(|old| old.starts_with('"'));
        for (at, place) in blank.places.iter().enumerate() {
            let text = match (at, value.trim(), quoted) {
                (0, "", _) | (1.., ..) => format!("[{name}]"),
                (0, value, true) => format!("[{name}: \"{value}\"]"),
                (0, value, false) => format!("[{name}: {value}]"),
            };
            changes.push((place.start..place.end, text));
        }
    }
    changes.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut text = document.text.clone();
    for (range, new) in changes {
        text.replace_range(range, &new);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Part, filled, passages};
    use crate::set::{Text, library};
    use kept_language::{Document, Register};

    const TEXT: &str = "+++\ncode = \"XX\"\ntitle = \"Try\"\n+++\n\n# Try\n\n[company name: \"Our company\"] is kind.\n\n## 1 Answer\n\nWithin [answer: 2 days] or\nso, [company name] answers.\n";

    fn document() -> Document {
        let text = Text {
            name: "xx.sop.md".into(),
            text: TEXT.into(),
        };
        library(&Register::default(), &[text]).documents.remove(0)
    }

    #[test]
    fn each_blank_is_asked_for_once_in_its_passage() {
        let found = passages(&document());
        assert_eq!(found.len(), 2);
        assert_eq!(
            found[0].parts[1],
            Part::Asked {
                name: "company name".into(),
                value: "Our company".into()
            }
        );
        assert_eq!(found[1].clause.as_deref(), Some("1"));
        assert_eq!(found[1].parts[0], Part::Words("Within ".into()));
        assert_eq!(
            found[1].parts[1],
            Part::Asked {
                name: "answer".into(),
                value: "2 days".into()
            }
        );
        assert_eq!(found[1].parts[2], Part::Words(" or so, ".into()));
        assert_eq!(
            found[1].parts[3],
            Part::Named {
                name: "company name".into()
            }
        );
    }

    #[test]
    fn other_values_stand_in_the_text_afterwards_and_nothing_else_changes() {
        let values: BTreeMap<String, String> =
            [("company name", "Lindqvist & Co"), ("answer", "4 hours")]
                .map(|(a, b)| (a.into(), b.into()))
                .into();
        let text = filled(&document(), &values);
        let expected = TEXT
            .replace("Our company", "Lindqvist & Co")
            .replace("2 days", "4 hours");
        assert_eq!(text, expected);
    }

    #[test]
    fn an_empty_value_leaves_an_empty_blank() {
        let values: BTreeMap<String, String> = [("answer".to_owned(), "  ".to_owned())].into();
        assert!(filled(&document(), &values).contains("Within [answer] or"));
    }
}
