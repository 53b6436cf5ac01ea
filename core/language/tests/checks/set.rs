//! Small sets of documents, and what is said about them.

use std::sync::LazyLock;

use kept_language::{Context, Diagnostic, Library, Register, Source, check, read};

use crate::support;

pub static REGISTER: LazyLock<Register> = LazyLock::new(support::register);

/// A document with this code and body.
pub fn document(code: &str, body: &str) -> String {
    format!(
        "+++\ncode = \"{code}\"\ntitle = \"T\"\nowner = \"SOP supervisor\"\nreview = \"every 12 months\"\n\
         distribution = \"everyone\"\n+++\n## 1 Rules\n{body}\n"
    )
}

/// Blocks, each with an identity and a sentence.
pub fn rules(rules: &[(&str, &str)]) -> String {
    rules
        .iter()
        .map(|(id, sentence)| format!("```sop {id}\n{sentence}\n```\n"))
        .collect()
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

/// What the checks say about these documents. Reading them must give no errors.
pub fn said(texts: &[String], context: &Context<'_>) -> Vec<(Diagnostic, String)> {
    let library = library(texts);
    let read: Vec<String> = library
        .diagnostics
        .iter()
        .map(|message| message.render(&library.documents[message.document]))
        .collect();
    assert!(read.is_empty(), "{}", read.join("\n"));
    let shown = |message: Diagnostic| {
        let rendered = message.render(&library.documents[message.document]);
        (message, rendered)
    };
    check(&REGISTER, &library, context)
        .into_iter()
        .map(shown)
        .collect()
}
