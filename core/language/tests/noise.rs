//! Reading never fails: whatever the words, it returns a document and messages that can be shown.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test reads the repository's own files and stops where one is missing"
)]

mod support;

use kept_language::{Register, Source, read};
use proptest::prelude::*;

const FRAME: &str = "+++\ncode = \"X\"\n+++\n## 1 A\nTable 1: x\n\n| tier | **answer time** |\n|---|---|\n| Gold | 4 hours |\n\n";

fn show_all(register: &Register, text: &str) {
    let library = read(
        register,
        &[Source {
            path: "noise.sop.md",
            text,
        }],
    );
    for message in &library.diagnostics {
        let shown = message.render(&library.documents[0]);
        assert!(shown.contains("noise.sop.md:"), "{shown}");
    }
}

#[test]
fn words_of_real_sentences_in_any_order_are_read_without_a_fall() {
    let register = support::register();
    let texts = support::texts("", ".sop.md");
    let words: Vec<&str> = texts
        .iter()
        .flat_map(|(_, text)| text.split_whitespace())
        .collect();
    let sentence = prop::collection::vec(0..words.len(), 1..40);
    proptest!(ProptestConfig::with_cases(1_500), |(picks in sentence)| {
        let chosen: Vec<&str> = picks.iter().map(|pick| words[*pick]).collect();
        show_all(&register, &format!("{FRAME}```sop a\n{}\n```\n", chosen.join(" ")));
    });
}

#[test]
fn any_text_is_read_without_a_fall() {
    let register = support::register();
    proptest!(ProptestConfig::with_cases(1_500), |(text in "\\PC{0,200}")| {
        show_all(&register, &text);
        show_all(&register, &format!("{FRAME}```sop a\n{text}\n```\n"));
        show_all(&register, &format!("+++\n{text}\n+++\nTable 2: {text}\n\n| {text} |\n|---|\n| {text} |\n"));
    });
}
