//! Chapters of the language book, cut into examples.
//!
//! An example is a run of fenced blocks under one heading: sources first (rules, documents, words), then what is
//! expected of them. Its sources stand together: one that comes after prose, or after an expectation, begins the next
//! example.

use std::ops::Range;

/// A chapter: one Markdown file.
pub struct Chapter {
    /// Its name without the ending: `04-duties`.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Its examples, in order.
    pub examples: Vec<Example>,
}

/// Sources and what is expected of them.
pub struct Example {
    /// The chapter's name.
    pub chapter: String,
    /// The line of its first block, counted from 1.
    pub line: usize,
    /// The heading above it.
    pub heading: String,
    /// Rules, documents, words, calendars, people.
    pub sources: Vec<Block>,
    /// Events and expectations, in order.
    pub checks: Vec<Block>,
}

/// A fenced block.
#[derive(Clone, Debug)]
pub struct Block {
    /// What it is.
    pub kind: Kind,
    /// The words after the kind: an identity, a file's name.
    pub rest: String,
    /// The line of its opening fence, counted from 1.
    pub line: usize,
    /// Where its text lies in the chapter.
    pub body: Range<usize>,
    /// Its text.
    pub text: String,
}

/// What a block is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// One rule of the standing document.
    Rule,
    /// A part of the standing document, with headings, tables and rules.
    Part,
    /// A whole document.
    Document,
    /// More words.
    Vocabulary,
    /// Another calendar than the standing one.
    Calendar,
    /// Who holds which role.
    People,
    /// Expected: what is said about the sources.
    Messages,
    /// Expected: the sources in their fixed form.
    Formatted,
    /// Expected: the rules in plain words.
    Explained,
    /// Expected: the difference between the two documents.
    Redline,
    /// What happens.
    Events,
    /// Expected: what is owed after the events before it.
    Obligations,
    /// Expected: every entry of what is owed after the events before it.
    Entries,
    /// Expected: the answers to the questions among the events before it.
    Answers,
}

impl Kind {
    fn of(info: &str) -> Option<(Self, String)> {
        let (first, rest) = info.split_once(' ').unwrap_or((info, ""));
        let rest = rest.trim();
        let kind = match (first, rest) {
            ("sop", _) => Self::Rule,
            ("sop-part", _) => Self::Part,
            ("sop-document", _) => Self::Document,
            ("toml", "vocabulary") => Self::Vocabulary,
            ("toml", "calendar") => Self::Calendar,
            ("people", _) => Self::People,
            ("messages", _) => Self::Messages,
            ("formatted", _) => Self::Formatted,
            ("explained", _) => Self::Explained,
            ("redline", _) => Self::Redline,
            ("events", _) => Self::Events,
            ("obligations", _) => Self::Obligations,
            ("entries", _) => Self::Entries,
            ("answers", _) => Self::Answers,
            _ => return None,
        };
        Some((kind, rest.to_owned()))
    }

    /// Whether it is given, not expected.
    pub const fn is_source(self) -> bool {
        matches!(
            self,
            Self::Rule
                | Self::Part
                | Self::Document
                | Self::Vocabulary
                | Self::Calendar
                | Self::People
        )
    }
}

impl Example {
    /// The name of its test.
    pub fn name(&self) -> String {
        format!("{}:{}", self.chapter, self.line)
    }
}

impl Chapter {
    /// Cuts a chapter into examples.
    pub fn new(name: &str, text: String) -> Self {
        let mut chapter = Self {
            name: name.to_owned(),
            examples: Vec::new(),
            text,
        };
        let mut heading = String::new();
        let mut open: Option<Example> = None;
        let mut apart = false;
        for piece in pieces(&chapter.text) {
            match piece {
                Piece::Heading(words) => {
                    heading = words;
                    chapter.examples.extend(open.take());
                }
                Piece::Prose => apart = true,
                Piece::Block(block) => {
                    let begins = open.as_ref().is_none_or(|example| {
                        block.kind.is_source() && (apart || !example.checks.is_empty())
                    });
                    apart = false;
                    if begins {
                        chapter.examples.extend(open.replace(Example {
                            chapter: name.to_owned(),
                            line: block.line,
                            heading: heading.clone(),
                            sources: Vec::new(),
                            checks: Vec::new(),
                        }));
                    }
                    let Some(example) = &mut open else { continue };
                    if block.kind.is_source() {
                        example.sources.push(block);
                    } else {
                        example.checks.push(block);
                    }
                }
            }
        }
        chapter.examples.extend(open);
        chapter
    }
}

enum Piece {
    Heading(String),
    Prose,
    Block(Block),
}

/// The headings and the runnable blocks of a text. Other fenced blocks are passed over.
fn pieces(text: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut lines = numbered(text).into_iter();
    while let Some((line, at, words)) = lines.next() {
        let marks = words.len() - words.trim_start_matches('`').len();
        if marks < 3 {
            if let Some(heading) = words.strip_prefix('#') {
                found.push(Piece::Heading(heading.trim_matches(['#', ' ']).to_owned()));
            } else if !words.is_empty() {
                found.push(Piece::Prose);
            }
            continue;
        }
        let start = at + words.len() + 1;
        let mut end = text.len();
        for (_, at, words) in lines.by_ref() {
            let indent = words.len() - words.trim_start().len();
            let inside = words.trim_start();
            if indent < 4 && inside.len() >= marks && inside.bytes().all(|byte| byte == b'`') {
                end = at;
                break;
            }
        }
        let start = start.min(end);
        if let Some((kind, rest)) = Kind::of(words.trim_start_matches('`').trim()) {
            found.push(Piece::Block(Block {
                kind,
                rest,
                line,
                body: start..end,
                text: text[start..end].to_owned(),
            }));
        }
    }
    found
}

/// The lines of a text with their numbers and places.
fn numbered(text: &str) -> Vec<(usize, usize, &str)> {
    let mut at = 0;
    let line = |(index, whole): (usize, &'_ str)| {
        let place = at;
        at += whole.len();
        (index + 1, place, whole.len())
    };
    let places: Vec<(usize, usize, usize)> =
        text.split_inclusive('\n').enumerate().map(line).collect();
    places
        .into_iter()
        .map(|(number, place, length)| (number, place, text[place..place + length].trim_end()))
        .collect()
}

/// Tests of the cutting itself, by name.
pub const TESTS: [(&str, fn()); 4] = [
    ("chapter::prose_between_sources_parts_two_examples", || {
        let text = "```sop a\nx\n```\n\n```sop b\ny\n```\nAnd now:\n```sop c\nz\n```\nsays\n```messages\n```\n";
        let chapter = Chapter::new("c", text.to_owned());
        let sizes: Vec<usize> = chapter.examples.iter().map(|e| e.sources.len()).collect();
        assert_eq!(sizes, [2, 1]);
        assert_eq!(chapter.examples[1].checks.len(), 1);
    }),
    (
        "chapter::a_source_after_an_expectation_begins_the_next_example",
        || {
            let text = "# One\n```sop a\nx\n```\n```messages\n```\n```sop b\ny\n```\n";
            let chapter = Chapter::new("c", text.to_owned());
            assert_eq!(chapter.examples.len(), 2);
            assert_eq!(chapter.examples[1].line, 7);
            assert_eq!(chapter.examples[1].sources[0].text, "y\n");
        },
    ),
    (
        "chapter::a_fence_of_four_marks_holds_fences_of_three",
        || {
            let text = "````sop-part\n```sop a\nx\n```\n````\n";
            let chapter = Chapter::new("c", text.to_owned());
            assert_eq!(chapter.examples[0].sources[0].text, "```sop a\nx\n```\n");
        },
    ),
    (
        "chapter::a_heading_ends_an_example_and_other_fences_do_not",
        || {
            let text =
                "```sop a\nx\n```\n```mermaid\nz\n```\n```sop b\ny\n```\n# Two\n```sop c\nz\n```\n";
            let chapter = Chapter::new("c", text.to_owned());
            let sizes: Vec<usize> = chapter.examples.iter().map(|e| e.sources.len()).collect();
            assert_eq!(sizes, [2, 1]);
            assert_eq!(chapter.examples[1].heading, "Two");
        },
    ),
];
