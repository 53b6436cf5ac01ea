//! SOP documents: reading them, showing what was found, and writing them anew.

use kept_language::{Context, Library, Source, check, explain, format, read, redline};

use crate::vocabulary::REGISTER;
use crate::{number, text};

/// Parts the documents of one set.
const NEXT: &str = "\n=== document\n";

/// What stands around a sentence that is the whole input: a header, a table, another rule, a blank.
const BEFORE: &str = "+++\ncode = \"X\"\ntitle = \"Tried\"\n+++\n\n## 1 First\n\nWithin [time: 4 hours].\n\n\
                      Table 1: answer times\n\n| tier | **answer time** |\n|---|---|\n| Gold | 4 hours |\n\n\
                      ```sop first\nWhen a request is received, the account manager must acknowledge it within \
                      1 business hour.\n```\n\n## 2 Second\n\n```sop second\n";

/// A set of documents, parted by lines `=== document`.
pub fn sop_document(bytes: &[u8]) {
    let Some(input) = text(bytes) else { return };
    let texts: Vec<&str> = input.split(NEXT).collect();
    let library = laws(&texts);
    assert_eq!(
        library.documents.len(),
        texts.len(),
        "every text is a document"
    );
}

/// One sentence in a document that is well-formed.
pub fn sop_sentence(bytes: &[u8]) {
    let Some(input) = text(bytes) else { return };
    laws(&[&format!("{BEFORE}{input}\n```\n")]);
}

fn laws(texts: &[&str]) -> Library {
    let library = set(texts);
    for message in &library.diagnostics {
        let document = library.documents.get(message.document);
        let shown = document
            .map(|document| message.render(document))
            .unwrap_or_default();
        assert!(
            shown.contains(".sop.md:"),
            "a message names its place: {shown}"
        );
    }
    // All that is done with what was read costs more than reading: one input of eight is formatted, another one is
    // checked, explained and compared.
    let chosen = texts
        .iter()
        .fold(0, |sum, text| sum ^ number(text.as_bytes(), 1));
    if chosen % 8 == 1 {
        told(&library);
    }
    for index in (0..texts.len()).filter(|_| chosen.is_multiple_of(8)) {
        let once = format(&REGISTER, &library, index);
        let mut again = texts.to_vec();
        if let Some(text) = again.get_mut(index) {
            *text = &once;
        }
        let twice = format(&REGISTER, &set(&again), index);
        assert_eq!(once, twice, "formatting twice is formatting once");
    }
    library
}

fn told(library: &Library) {
    for message in check(&REGISTER, library, &Context::default()) {
        let document = library.documents.get(message.document);
        let shown = document.map(|document| message.render(document));
        assert!(shown.is_some(), "a message has a document");
    }
    for rule in library
        .documents
        .iter()
        .flat_map(|document| &document.rules)
    {
        let said = explain(&REGISTER, library, rule).to_string();
        assert!(!said.is_empty(), "every rule can be explained");
    }
    let same = redline(&REGISTER, library, library);
    assert!(same.is_empty(), "nothing differs from itself: {same}");
}

fn set(texts: &[&str]) -> Library {
    let sources: Vec<_> = texts
        .iter()
        .map(|text| Source {
            path: "tried.sop.md",
            text,
        })
        .collect();
    read(&REGISTER, &sources)
}
