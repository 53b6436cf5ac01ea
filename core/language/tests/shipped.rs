//! The five SOPs that ship with the product, and their vocabulary.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test reads the repository's own files and stops where one is missing"
)]

mod support;

use kept_language::{Severity, Source, read};

#[test]
fn the_shipped_sops_are_read_without_errors() {
    let register = support::register();
    let documents = support::texts("", ".sop.md");
    let sources: Vec<Source<'_>> = documents
        .iter()
        .map(|(path, text)| Source { path, text })
        .collect();
    let library = read(&register, &sources);
    let errors: Vec<String> = library
        .diagnostics
        .iter()
        .filter(|message| message.severity == Severity::Error)
        .map(|message| message.render(&library.documents[message.document]))
        .collect();
    assert!(
        errors.is_empty(),
        "{} errors\n{}",
        errors.len(),
        errors.join("\n")
    );
}
