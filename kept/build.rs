//! Lists the SOPs and the vocabulary that ship with the program, so that they are compiled in.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root =
        Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../sops");
    let mut code = String::new();
    let lists = [
        ("SOPS", root.clone(), ".sop.md"),
        ("VOCABULARY", root.join("vocabulary"), ".toml"),
    ];
    for (name, folder, ending) in lists {
        println!("cargo::rerun-if-changed={}", folder.display());
        let _ = writeln!(code, "pub const {name}: &[Shipped] = &[");
        for file in files(&folder, ending) {
            println!("cargo::rerun-if-changed={}", file.display());
            let name = file.file_name().unwrap_or_default().display().to_string();
            let path = file.display().to_string();
            let _ = writeln!(
                code,
                "    Shipped {{ name: {name:?}, text: include_str!({path:?}) }},"
            );
        }
        code.push_str("];\n");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    if let Err(error) = fs::write(out.join("shipped.rs"), code) {
        println!("cargo::error=the list of shipped SOPs could not be written: {error}");
    }
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let mut files: Vec<_> = paths
        .filter_map(|path| path.canonicalize().ok())
        .filter(|path| path.display().to_string().ends_with(ending))
        .collect();
    files.sort();
    files
}
