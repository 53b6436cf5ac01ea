//! Every seed, and every input that once failed, runs in the ordinary tests.
#![expect(
    clippy::unwrap_used,
    reason = "a seed that cannot be read must stop the test"
)]

use std::fs;
use std::path::Path;

fn each_of(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("seeds")
        .join(target);
    let mut tried = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        run(&fs::read(entry.unwrap().path()).unwrap());
        tried += 1;
    }
    assert!(tried > 0, "{} has no seeds", folder.display());
}

#[test]
fn the_seeds_of_calendar_files_obey_the_laws() {
    each_of("calendar_file", kept_fuzz::calendar_file);
}

#[test]
fn the_seeds_of_calendar_feeds_obey_the_laws() {
    each_of("calendar_feed", kept_fuzz::calendar_feed);
}

#[test]
fn the_seeds_of_documents_obey_the_laws() {
    each_of("sop_document", kept_fuzz::sop_document);
}

#[test]
fn the_seeds_of_sentences_obey_the_laws() {
    each_of("sop_sentence", kept_fuzz::sop_sentence);
}

#[test]
fn the_seeds_of_mails_obey_the_laws() {
    each_of("mail", kept_fuzz::mail);
}

#[test]
fn the_seeds_of_mappings_obey_the_laws() {
    each_of("mapping", kept_fuzz::mapping);
}

#[test]
fn the_seeds_of_logs_obey_the_laws() {
    each_of("log", kept_fuzz::log);
}

#[test]
fn the_seeds_of_vocabularies_obey_the_laws() {
    each_of("vocabulary", kept_fuzz::vocabulary);
}
