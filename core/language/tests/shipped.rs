//! The five SOPs that ship with the product, and their vocabulary.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test reads the repository's own files and stops where one is missing"
)]

use std::fs;
use std::path::{Path, PathBuf};

use kept_language::{Library, Register, RegisterFile, Severity, Source, read};

fn sops() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sops")
}

fn texts(folder: &Path, ending: &str) -> Vec<(String, String)> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.retain(|path| path.to_string_lossy().ends_with(ending));
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                fs::read_to_string(&path).unwrap(),
            )
        })
        .collect()
}

fn shipped() -> (Register, Library) {
    let vocabulary = texts(&sops().join("vocabulary"), ".toml");
    let files: Vec<RegisterFile<'_>> = vocabulary
        .iter()
        .map(|(path, text)| RegisterFile { path, text })
        .collect();
    let register = match Register::load(&files) {
        Ok(register) => register,
        Err(problems) => {
            panic!(
                "the vocabulary does not load:\n{}",
                problems
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join("\n")
            )
        }
    };
    let documents = texts(&sops(), ".sop.md");
    let sources: Vec<Source<'_>> = documents
        .iter()
        .map(|(path, text)| Source { path, text })
        .collect();
    let library = read(&register, &sources);
    (register, library)
}

#[test]
fn the_shipped_sops_are_read_without_errors() {
    let (_, library) = shipped();
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
