//! Small sets of documents, and what is said about them.

use std::sync::LazyLock;

use kept_language::{
    Context, Diagnostic, Library, Register, RegisterFile, Severity, Source, check, read,
};

use crate::support;

/// What the shipped vocabulary has no need of.
const MORE: &str = r#"
[states.request-parked]
says = "{request} is parked"
from = ["log-request"]

[states.request-shelved]
says = "{request} is shelved"
to = ["log-request"]

[facts."company.odd remark"]
type = "text"

[measures.oddness]
says = "oddness"
type = "number"
population = "all records"
"#;

/// A week from Monday to Friday with a break at noon.
pub const WEEK: &str = r#"
zone = "Europe/Berlin"
[hours]
monday = ["09:00-12:00", "13:00-17:00"]
tuesday = ["09:00-12:00", "13:00-17:00"]
wednesday = ["09:00-12:00", "13:00-17:00"]
thursday = ["09:00-12:00", "13:00-17:00"]
friday = ["09:00-12:00", "13:00-17:00"]
"#;

pub static REGISTER: LazyLock<Register> = LazyLock::new(|| {
    let mut texts = support::texts("vocabulary", ".toml");
    texts.push(("more.toml".to_owned(), MORE.to_owned()));
    let files: Vec<RegisterFile<'_>> = texts
        .iter()
        .map(|(path, text)| RegisterFile { path, text })
        .collect();
    Register::load(&files).unwrap()
});

/// A document with this code, these further header lines and this body.
pub fn document_with(code: &str, header: &str, body: &str) -> String {
    format!(
        "+++\ncode = \"{code}\"\ntitle = \"T\"\nowner = \"SOP supervisor\"\nreview = \"every 12 months\"\n\
         distribution = \"everyone\"\n{header}\n+++\n## 1 Rules\n{body}\n"
    )
}

pub fn document(code: &str, body: &str) -> String {
    document_with(code, "", body)
}

/// Blocks, each with an identity and a sentence.
pub fn rules(rules: &[(&str, &str)]) -> String {
    let blocks: Vec<String> = rules
        .iter()
        .map(|(id, sentence)| format!("```sop {id}\n{sentence}\n```\n"))
        .collect();
    blocks.concat()
}

pub fn library(texts: &[String]) -> Library {
    let names: Vec<String> = (0..texts.len())
        .map(|index| format!("{index}.sop.md"))
        .collect();
    let sources: Vec<Source<'_>> = texts
        .iter()
        .zip(&names)
        .map(|(text, path)| Source { path, text })
        .collect();
    read(&REGISTER, &sources)
}

/// What the checks say about documents of which the reader finds no fault, notes left out.
pub fn said(texts: &[String], context: &Context<'_>) -> Vec<(Diagnostic, String)> {
    let library = library(texts);
    let read: Vec<String> = library
        .diagnostics
        .iter()
        .map(|message| message.render(&library.documents[message.document]))
        .collect();
    assert!(
        read.is_empty(),
        "the reader complains:\n{}",
        read.join("\n")
    );
    check(&REGISTER, &library, context)
        .into_iter()
        .filter(|message| message.severity > Severity::Note)
        .map(|message| {
            let shown = message.render(&library.documents[message.document]);
            (message, shown)
        })
        .collect()
}

/// Holds documents to exactly these messages: the code, and words that the message has.
#[track_caller]
pub fn gives(texts: &[String], context: &Context<'_>, expected: &[(&str, &str)]) {
    let said = said(texts, context);
    let all: Vec<&str> = said.iter().map(|(_, shown)| shown.as_str()).collect();
    let fits = said.len() == expected.len()
        && said
            .iter()
            .zip(expected)
            .all(|((message, shown), (code, words))| {
                message.code == *code && shown.contains(words)
            });
    assert!(
        fits,
        "expected {expected:?}, but said is:\n{}",
        all.join("\n")
    );
}

/// Holds the rules of one document to exactly these messages.
#[track_caller]
pub fn rules_give(texts: &[(&str, &str)], expected: &[(&str, &str)]) {
    gives(
        &[document("X", &rules(texts))],
        &Context::default(),
        expected,
    );
}

/// Holds the rules of one document to silence.
#[track_caller]
pub fn rules_are_silent(texts: &[(&str, &str)]) {
    rules_give(texts, &[]);
}
