//! The five SOPs and their vocabulary, read once for all tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use kept_language::{Library, Register, RegisterFile, Source, read};

fn texts(folder: &Path, ending: &str) -> Vec<(String, String)> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.retain(|path| path.to_string_lossy().ends_with(ending));
    paths.sort();
    let named = |path: PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, fs::read_to_string(&path).unwrap())
    };
    paths.into_iter().map(named).collect()
}

/// The shipped vocabulary.
pub fn register() -> &'static Register {
    static REGISTER: OnceLock<Register> = OnceLock::new();
    REGISTER.get_or_init(|| {
        let sops = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sops");
        let vocabulary = texts(&sops.join("vocabulary"), ".toml");
        let files: Vec<RegisterFile<'_>> = vocabulary
            .iter()
            .map(|(path, text)| RegisterFile { path, text })
            .collect();
        Register::load(&files).unwrap()
    })
}

/// The five SOPs: name and text.
pub fn sops() -> &'static [(String, String)] {
    static SOPS: OnceLock<Vec<(String, String)>> = OnceLock::new();
    SOPS.get_or_init(|| {
        texts(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sops"),
            ".sop.md",
        )
    })
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
