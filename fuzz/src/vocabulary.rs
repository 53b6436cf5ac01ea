//! The vocabulary that ships, read once; and vocabulary files as an input of their own.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use kept_language::{Register, RegisterFile};

use crate::text;

/// The shipped vocabulary, against which documents and mappings are read.
#[expect(
    clippy::panic,
    reason = "without the repository's own files no target can run"
)]
pub(crate) static REGISTER: LazyLock<Register> = LazyLock::new(|| {
    shipped().unwrap_or_else(|problem| panic!("the vocabulary does not load: {problem}"))
});

/// A vocabulary file of a company, alone.
pub fn vocabulary(bytes: &[u8]) {
    let Some(input) = text(bytes) else { return };
    let file = RegisterFile {
        path: "own.toml",
        text: input,
    };
    if let Err(problems) = Register::load(&[file]) {
        assert!(!problems.is_empty(), "a refusal says why");
        for problem in problems {
            assert!(
                problem.to_string().contains("own.toml"),
                "{problem} names the file"
            );
        }
    }
}

fn shipped() -> Result<Register, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sops/vocabulary");
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| error.to_string())? {
        let path = entry.map_err(|error| error.to_string())?.path();
        let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
        files.push((path.display().to_string(), text));
    }
    files.sort();
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| RegisterFile { path, text })
        .collect();
    Register::load(&files).map_err(|problems| {
        problems
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    })
}
