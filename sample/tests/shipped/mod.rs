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

#[expect(clippy::disallowed_methods, reason = "a test reads what ships")]
fn texts(folder: &Path, ending: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a text");
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
    Register::load(&files).expect("the vocabulary loads")
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
