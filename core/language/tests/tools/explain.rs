//! Rules in plain words.

use kept_language::{explain, explain_short};

use super::shipped::{library, register};

/// The explanation of a shipped rule.
fn of(code: &str, id: &str) -> String {
    let document = library()
        .documents
        .iter()
        .find(|document| document.header.code == code)
        .unwrap();
    explain(register(), library(), document.rule(id).unwrap()).to_string()
}

#[test]
fn every_shipped_rule_is_explained() {
    let mut all = String::new();
    let mut lines = String::new();
    for document in &library().documents {
        for rule in &document.rules {
            let told = explain(register(), library(), rule);
            assert!(!told.sections.is_empty(), "{}", told.rule);
            for sentence in told.sections.iter().flat_map(|section| &section.sentences) {
                assert!(
                    !sentence.contains(['[', ']', '{', '}']),
                    "{}: {sentence}",
                    told.rule
                );
                assert!(!sentence.contains("  "), "{}: {sentence}", told.rule);
            }
            let short = explain_short(register(), library(), rule);
            assert!(
                !short.contains('\n') && short.ends_with('.'),
                "{}: {short}",
                told.rule
            );
            lines.push_str(&format!("{}: {short}\n", told.rule));
            all.push_str(&told.to_string());
            all.push_str("\n----------\n");
        }
    }
    if let Ok(folder) = std::env::var("KEPT_SHOW_EXPLAINED") {
        std::fs::write(format!("{folder}/explained.txt"), all).unwrap();
        std::fs::write(format!("{folder}/short.txt"), lines).unwrap();
    }
}

#[test]
fn show() {
    println!("{}", of("SR", "acknowledge"));
}
