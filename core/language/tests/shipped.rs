//! The five SOPs that ship with the product, and their vocabulary.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test reads the repository's own files and stops where one is missing"
)]

mod support;

use kept_language::ast::Sentence;
use kept_language::{Context, Severity, Source, check, format, read};

#[test]
fn the_shipped_sops_are_read_and_checked_without_errors() {
    let register = support::register();
    let documents = support::texts("", ".sop.md");
    let sources: Vec<Source<'_>> = documents
        .iter()
        .map(|(path, text)| Source { path, text })
        .collect();
    let library = read(&register, &sources);
    let checked = check(&register, &library, &Context::default());
    let errors: Vec<String> = library
        .diagnostics
        .iter()
        .chain(&checked)
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

#[test]
fn feedback_is_acknowledged_by_its_own_act_and_not_by_that_of_a_complaint() {
    let register = support::register();
    let documents = support::texts("", ".sop.md");
    let sources: Vec<Source<'_>> = documents
        .iter()
        .map(|(path, text)| Source { path, text })
        .collect();
    let library = read(&register, &sources);
    let engagement = library
        .documents
        .iter()
        .find(|document| document.header.code == "CE")
        .unwrap();
    for (rule, act) in [
        ("acknowledge", "acknowledge-feedback"),
        ("assess", "assess-feedback"),
    ] {
        let Some(Sentence::Duty(duty)) = &engagement.rule(rule).unwrap().sentence else {
            panic!("CE/{rule} is a duty");
        };
        assert_eq!(register[duty.task.act.act].id, act);
    }
}

#[test]
fn the_shipped_sops_stand_in_their_canonical_form() {
    let register = support::register();
    let documents = support::texts("", ".sop.md");
    let sources: Vec<Source<'_>> = documents
        .iter()
        .map(|(path, text)| Source { path, text })
        .collect();
    let library = read(&register, &sources);
    for (index, (path, text)) in documents.iter().enumerate() {
        let formatted = format(&register, &library, index);
        assert!(
            formatted == *text,
            "{path}: `kept sop fmt` would write it anew"
        );
    }
}
