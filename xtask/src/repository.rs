//! The files of the repository, as git sees them: tracked ones, and new ones that are not ignored.

use std::path::PathBuf;
use std::process::Command;

/// The repository that this program was built from.
pub struct Repository {
    /// Absolute path of the folder with the workspace manifest.
    pub root: PathBuf,
}

/// One file of the repository.
pub struct Source {
    /// Path from the root, with `/` between folders.
    pub path: String,
    /// Its content; bytes that are not UTF-8 stand as replacement characters.
    pub text: String,
    /// Its length on disk in bytes.
    pub bytes: u64,
}

impl Repository {
    /// The repository around this crate.
    ///
    /// # Errors
    /// When the crate has been moved out of the workspace.
    pub fn here() -> Result<Self, String> {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .map(PathBuf::from)
            .ok_or("xtask must lie in a folder of the workspace")?;
        Ok(Self { root })
    }

    /// The folder that cargo builds into.
    pub fn target(&self) -> PathBuf {
        self.root
            .join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
    }

    /// The folder with the real data, whether it is there or not.
    pub fn shared(&self) -> PathBuf {
        self.root
            .join(std::env::var_os("KEPT_SHARED").unwrap_or_else(|| "../shared".into()))
    }

    /// Paths of all files, sorted.
    ///
    /// # Errors
    /// When git cannot be run or the folder is no git repository.
    pub fn paths(&self) -> Result<Vec<String>, String> {
        let listing = self.output(
            "git",
            &[
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ],
        )?;
        let mut paths: Vec<String> = listing
            .split('\0')
            .filter(|path| !path.is_empty() && self.root.join(path).is_file())
            .map(String::from)
            .collect();
        paths.sort();
        paths.dedup();
        Ok(paths)
    }

    /// All files with their content, sorted by path.
    ///
    /// # Errors
    /// When git cannot be run or a file cannot be read.
    pub fn sources(&self) -> Result<Vec<Source>, String> {
        self.paths()?
            .into_iter()
            .map(|path| self.source(path))
            .collect()
    }

    fn source(&self, path: String) -> Result<Source, String> {
        let bytes = std::fs::read(self.root.join(&path))
            .map_err(|error| format!("{path} cannot be read: {error}"))?;
        Ok(Source {
            path,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            bytes: bytes.len() as u64,
        })
    }

    /// What a command prints when run in the root.
    ///
    /// # Errors
    /// When it cannot be started or ends with a failure; with what it said.
    pub fn output(&self, program: &str, arguments: &[&str]) -> Result<String, String> {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(&self.root)
            .output()
            .map_err(|error| format!("`{program}` cannot be run: {error}"))?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            Err(format!(
                "`{program} {}` failed: {}",
                arguments.join(" "),
                said.trim()
            ))
        }
    }
}
