//! Installs what the pages take from npm into the build folder, makes the assets there, and lists them and the icons for
//! the crate. The source tree is only read.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() {
    if let Err(message) = build() {
        println!("cargo::error={}", message.replace('\n', "\ncargo::error="));
    }
}

fn build() -> Result<(), String> {
    // Asked while it runs: a target folder may have been made in another checkout.
    let source = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    for watched in [
        "build.rs",
        "assets.mjs",
        "icons.svg",
        "mark.svg",
        "styles",
        "scripts",
    ] {
        println!("cargo::rerun-if-changed={watched}");
    }
    let npm = kept_npm::install(&source, &out.join("npm"))?;
    let assets = out.join("assets");
    let mut make = Command::new("node");
    make.current_dir(npm)
        .arg(source.join("assets.mjs"))
        .arg(&source)
        .arg(&assets);
    kept_npm::run(&mut make, "making the assets")?;
    let code = [assets_code(&assets)?, icons_code(&source)?].concat();
    fs::write(out.join("assets.rs"), code).map_err(|error| format!("assets.rs: {error}"))
}

/// A constant for each asset, with its bytes in every form there is.
fn assets_code(folder: &Path) -> Result<String, String> {
    let list = fs::read_to_string(folder.join("assets.tsv"))
        .map_err(|error| format!("assets.tsv: {error}"))?;
    let mut code = String::new();
    let mut names = Vec::new();
    for line in list.lines() {
        let [name, file, kind] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("assets.tsv: `{line}` is no line of three"));
        };
        let constant = constant(name);
        let bytes = |ending: &str| {
            let path = folder.join(format!("{file}{ending}"));
            if path.is_file() {
                format!("Some(include_bytes!({:?}))", path.display().to_string())
            } else {
                "None".to_owned()
            }
        };
        let plain = folder.join(file).display().to_string();
        let _ = writeln!(
            code,
            "/// `{name}`.\npub const {constant}: Asset = Asset {{ path: \"/assets/{file}\", kind: {kind:?}, \
             plain: include_bytes!({plain:?}), brotli: {}, gzip: {} }};",
            bytes(".br"),
            bytes(".gz")
        );
        names.push(constant);
    }
    let _ = writeln!(
        code,
        "/// All of them.\npub const ALL: [Asset; {}] = [{}];",
        names.len(),
        names.join(", ")
    );
    Ok(code)
}

/// A constant for each symbol of the sprite, so that a page cannot name an icon that is not drawn.
fn icons_code(source: &Path) -> Result<String, String> {
    let sprite = fs::read_to_string(source.join("icons.svg"))
        .map_err(|error| format!("icons.svg: {error}"))?;
    let mut code = String::from("impl Icon {\n");
    let mut names = Vec::new();
    for name in sprite
        .split("<symbol id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
    {
        let constant = constant(name);
        let _ = writeln!(
            code,
            "    /// `{name}`.\n    pub const {constant}: Self = Self({name:?});"
        );
        names.push(format!("Self::{constant}"));
    }
    let _ = writeln!(
        code,
        "    /// All of them.\n    pub const ALL: [Self; {}] = [{}];\n}}",
        names.len(),
        names.join(", ")
    );
    Ok(code)
}

fn constant(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}
