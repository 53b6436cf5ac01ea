//! Installs packages from npm for build scripts: into the build folder, by lock file, without running what they bring. The source tree
//! is only read.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

/// Once for each state of these; anything else leaves the installed packages as they are.
const FILES: [&str; 2] = ["package.json", "package-lock.json"];

/// `npm ci` in a folder of the build, when the lock file of `source` is another than the one installed there. Gives the folder back, in
/// which `node_modules` lies, and tells cargo to look again when either file changes.
///
/// # Errors
///
/// In words for whoever builds: a file that cannot be read, npm that is missing or fails.
pub fn install(source: &Path, folder: &Path) -> Result<PathBuf, String> {
    let mut wanted = String::new();
    for file in FILES {
        println!("cargo::rerun-if-changed={file}");
        wanted +=
            &fs::read_to_string(source.join(file)).map_err(|error| format!("{file}: {error}"))?;
    }
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(folder.to_owned());
    }
    let failed = |error: io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(folder).map_err(failed)?;
    for file in FILES {
        fs::copy(source.join(file), folder.join(file)).map_err(failed)?;
    }
    let mut npm = Command::new("npm");
    npm.current_dir(folder).args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]);
    let lock = source.join("package-lock.json");
    run(
        &mut npm,
        &format!("installing the packages of {}", lock.display()),
    )?;
    fs::write(&stamp, wanted).map_err(failed)?;
    Ok(folder.to_owned())
}

/// Runs a program of Node.js to its end.
///
/// # Errors
///
/// In words for whoever builds: it is missing, or what it said when it failed. `doing` begins that sentence.
pub fn run(command: &mut Command, doing: &str) -> Result<(), String> {
    let program = command.get_program().display().to_string();
    let done = command.output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!(
            "`{program}` was not found. Kept is built with Node.js 20 or later and its npm: install them \
             (Debian: apt-get install nodejs npm) and build again."
        ),
        _ => format!("`{program}` could not be started: {error}"),
    })?;
    if done.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&done.stderr);
    Err(format!(
        "{doing} failed ({}).\n{}",
        done.status,
        said.trim()
    ))
}
