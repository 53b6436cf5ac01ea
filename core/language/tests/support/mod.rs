//! What the tests of the language share: the shipped vocabulary and documents.

use std::fs;
use std::path::{Path, PathBuf};

use kept_language::{Register, RegisterFile};

/// The files of a folder below `sops/` with this ending: name and text, in order of their names.
pub fn texts(folder: &str, ending: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../sops")
        .join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.retain(|path| path.to_string_lossy().ends_with(ending));
    paths.sort();
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    paths
        .into_iter()
        .map(|path| (name(&path), fs::read_to_string(&path).unwrap()))
        .collect()
}

/// The shipped vocabulary.
pub fn register() -> Register {
    let files = texts("vocabulary", ".toml");
    let files: Vec<RegisterFile<'_>> = files
        .iter()
        .map(|(path, text)| RegisterFile { path, text })
        .collect();
    Register::load(&files).unwrap_or_else(|problems| {
        let list: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("the vocabulary does not load:\n{}", list.join("\n"))
    })
}
