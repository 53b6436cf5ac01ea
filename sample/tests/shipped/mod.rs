//! The vocabulary and the SOPs that ship, for the tests.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};
use kept_language::{Library, Register, RegisterFile, Source, read};

/// The first day of the sample year.
pub const FROM: Date = date(2026, 1, 1);

fn sops() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../sops")
}

#[expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads the repository's own files and stops where one is missing"
)]
fn texts(folder: &Path, ending: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (
                path.file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
                text,
            )
        })
        .collect();
    found.sort();
    found
}

/// The vocabulary.
pub fn register() -> Register {
    let texts = texts(&sops().join("vocabulary"), ".toml");
    let files: Vec<RegisterFile<'_>> = texts
        .iter()
        .map(|(path, text)| RegisterFile { path, text })
        .collect();
    Register::load(&files)
        .unwrap_or_else(|problems| panic!("the vocabulary does not load: {problems:#?}"))
}

/// The five documents, each changed as said.
pub fn documents(register: &Register, change: impl Fn(&str, &str) -> String) -> Library {
    let texts: Vec<(String, String)> = texts(&sops(), ".sop.md")
        .into_iter()
        .map(|(path, text)| {
            let text = change(&path, &text);
            (path, text)
        })
        .collect();
    let sources: Vec<Source<'_>> = texts
        .iter()
        .map(|(path, text)| Source { path, text })
        .collect();
    read(register, &sources)
}
