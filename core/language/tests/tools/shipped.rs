//! The five SOPs and their vocabulary, read once for all tests.

use std::sync::OnceLock;

use kept_language::{Library, Register, Source, read};

use super::support;

/// The shipped vocabulary.
pub fn register() -> &'static Register {
    static REGISTER: OnceLock<Register> = OnceLock::new();
    REGISTER.get_or_init(support::register)
}

/// The five SOPs: name and text.
pub fn sops() -> &'static [(String, String)] {
    static SOPS: OnceLock<Vec<(String, String)>> = OnceLock::new();
    SOPS.get_or_init(|| support::texts("", ".sop.md"))
}

/// The five SOPs, read.
pub fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| of(sops()))
}

/// These documents, read.
pub fn of(documents: &[(String, String)]) -> Library {
    let sources: Vec<Source<'_>> = documents
        .iter()
        .map(|(path, text)| Source { path, text })
        .collect();
    read(register(), &sources)
}

/// One document, read.
pub fn one(text: &str) -> Library {
    of(&[("test.sop.md".to_owned(), text.to_owned())])
}

/// A document with this code and these sentences, each a block `rule-1`, `rule-2`, ….
pub fn document(sentences: &[&str]) -> String {
    let blocks: Vec<String> = sentences
        .iter()
        .enumerate()
        .map(|(index, sentence)| {
            if sentence.starts_with("```") {
                format!("{sentence}\n")
            } else {
                format!("```sop rule-{}\n{sentence}\n```\n", index + 1)
            }
        })
        .collect();
    format!(
        "+++\ncode = \"T\"\ntitle = \"Test\"\nowner = \"SOP supervisor\"\nreview = \"every 12 months\"\n\
         distribution = \"everyone\"\n+++\n# Test\n\n## 1 All\n{}",
        blocks.join("\n")
    )
}
