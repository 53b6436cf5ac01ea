//! What the book must not leave out: every message, every kind of sentence.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use kept_language::Severity;
use kept_language::ast::Sentence;

use crate::chapter::{Chapter, Kind};
use crate::desk;

type Checks = fn(&[Chapter]) -> Result<(), String>;

/// The tests, by name.
pub const TESTS: [(&str, Checks); 3] = [
    (
        "coverage::every_message_has_an_example",
        every_message_has_an_example,
    ),
    (
        "coverage::every_kind_of_sentence_has_a_right_example",
        right_examples,
    ),
    (
        "coverage::every_kind_of_sentence_has_a_wrong_example",
        wrong_examples,
    ),
];

fn every_message_has_an_example(book: &[Chapter]) -> Result<(), String> {
    let mut said = BTreeMap::new();
    codes_of_folder(&desk::root().join("core/language/src"), &mut said);
    let shown: Vec<String> = book
        .iter()
        .flat_map(|chapter| &chapter.examples)
        .flat_map(|example| &example.checks)
        .filter(|block| block.kind == Kind::Messages)
        .flat_map(|block| codes(&block.text, '[', ']'))
        .collect();
    let missing: Vec<String> = said
        .iter()
        .filter(|(code, _)| !shown.contains(code))
        .map(|(code, file)| format!("{code} ({file}) has no example in the book"))
        .collect();
    let unknown = shown
        .iter()
        .filter(|code| !said.contains_key(*code))
        .map(|code| format!("{code} stands in the book, but nothing says it"));
    faults(missing.into_iter().chain(unknown))
}

fn faults(found: impl Iterator<Item = String>) -> Result<(), String> {
    let found: Vec<String> = found.collect();
    if found.is_empty() {
        Ok(())
    } else {
        Err(found.join("\n"))
    }
}

/// The codes that the sources of a folder say, with a file for each.
fn codes_of_folder(folder: &Path, into: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            codes_of_folder(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            // The list of warnings names codes; what says them lies elsewhere.
            if path.file_name().is_some_and(|name| name == "diagnostic.rs") {
                continue;
            }
            for code in codes(&text, '"', '"') {
                into.entry(code)
                    .or_insert_with(|| path.file_name().unwrap().to_string_lossy().into_owned());
            }
        }
    }
}

/// Codes between two marks: `"K101"`, `[K101]`.
fn codes(text: &str, open: char, close: char) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(&format!("{open}K")) {
        let code: String = text[at + 1..].chars().take(4).collect();
        let closed = text[at + 1 + code.len()..].starts_with(close);
        if closed && code[1..].bytes().all(|byte| byte.is_ascii_digit()) {
            found.push(code);
        }
    }
    found
}

const KINDS: [&str; 15] = [
    "duty",
    "rhythm",
    "gate",
    "permission",
    "exception",
    "definition",
    "stages",
    "term",
    "procedure",
    "target",
    "course",
    "retention",
    "sample",
    "report",
    "transition",
];

fn right_examples(book: &[Chapter]) -> Result<(), String> {
    let mut seen = Vec::new();
    for example in book.iter().flat_map(|chapter| &chapter.examples) {
        let Ok(desk) = desk::open(example) else {
            continue;
        };
        if desk
            .said()
            .iter()
            .any(|(_, message)| message.severity == Severity::Error)
        {
            continue;
        }
        let documents = desk.libraries.iter().flat_map(|library| &library.documents);
        let rules = documents.flat_map(|document| &document.rules);
        seen.extend(rules.filter_map(|rule| rule.sentence.as_ref()).map(kind_of));
    }
    missing(&seen, "right")
}

fn wrong_examples(book: &[Chapter]) -> Result<(), String> {
    let mut seen = Vec::new();
    for example in book.iter().flat_map(|chapter| &chapter.examples) {
        let Ok(desk) = desk::open(example) else {
            continue;
        };
        for (library, message) in desk
            .said()
            .iter()
            .filter(|(_, message)| message.severity == Severity::Error)
        {
            let document = &library.documents[message.document];
            let at_fault = document.rules.iter().find(|rule| {
                rule.range.start <= message.range.start && message.range.start < rule.range.end
            });
            seen.extend(at_fault.and_then(|rule| kind_by_words(document.words(rule.range))));
        }
    }
    missing(&seen, "wrong")
}

fn missing(seen: &[&str], which: &str) -> Result<(), String> {
    faults(
        KINDS
            .into_iter()
            .filter(|kind| !seen.contains(kind))
            .map(|kind| format!("the book has no {which} example of a {kind}")),
    )
}

fn kind_of(sentence: &Sentence) -> &'static str {
    match sentence {
        Sentence::Duty(_) => "duty",
        Sentence::Rhythm(_) => "rhythm",
        Sentence::Gate(_) => "gate",
        Sentence::Permission(_) => "permission",
        Sentence::Exception(_) => "exception",
        Sentence::Definition(_) => "definition",
        Sentence::Stages(_) => "stages",
        Sentence::Term(..) => "term",
        Sentence::Procedure(_) => "procedure",
        Sentence::Target(_) => "target",
        Sentence::Course(_) => "course",
        Sentence::Retention(_) => "retention",
        Sentence::Sample(_) => "sample",
        Sentence::Report(_) => "report",
        Sentence::Transition(_) => "transition",
    }
}

/// What a sentence that may not be readable was meant to be.
fn kind_by_words(text: &str) -> Option<&'static str> {
    let begins = |word: &str| text.starts_with(word);
    let says = |words: &str| text.contains(words);
    Some(match () {
        () if begins("Every") && says("receives") => "report",
        () if begins("Every") && says("checks") => "sample",
        () if begins("Every") => "rhythm",
        () if begins("When") || begins("As a step") => "duty",
        () if begins("Exception") => "exception",
        () if begins("Procedure") => "procedure",
        () if begins("Target") || begins("Measure") => "target",
        () if begins("Course") => "course",
        () if begins("Keep") => "retention",
        () if begins("From version") => "transition",
        () if begins("\"") => "term",
        () if says("through the stages") => "stages",
        () if says("must not") => "gate",
        () if says(" may ") => "permission",
        () if says("given by") || says(" if ") => "definition",
        () => return None,
    })
}
