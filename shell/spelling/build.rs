//! Installs the dictionaries from npm into the build folder, and says where they lie.

use std::env;
use std::path::PathBuf;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Asked while it runs: a target folder may have been made in another checkout.
    let source = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    match kept_npm::install(&source, &out.join("npm")) {
        Ok(folder) => println!(
            "cargo::rustc-env=DICTIONARIES={}",
            folder.join("node_modules").display()
        ),
        Err(message) => println!("cargo::error={}", message.replace('\n', "\ncargo::error=")),
    }
}
