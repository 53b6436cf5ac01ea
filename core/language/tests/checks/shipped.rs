use kept_language::{Context, Severity, Source, check, read};

use crate::set::REGISTER;
use crate::support;

#[test]
fn the_shipped_sops_pass_the_checks() {
    let documents = support::texts("", ".sop.md");
    let sources: Vec<Source<'_>> = documents
        .iter()
        .map(|(path, text)| Source { path, text })
        .collect();
    let library = read(&REGISTER, &sources);
    let messages = check(&REGISTER, &library, &Context::default());
    let shown: Vec<String> = messages
        .iter()
        .filter(|message| message.severity > Severity::Note)
        .map(|message| message.render(&library.documents[message.document]))
        .collect();
    assert!(shown.is_empty(), "{}", shown.join("\n"));
}
