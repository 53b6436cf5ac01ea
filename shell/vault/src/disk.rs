//! Small private files that are there as a whole or not at all, even after a power cut.

use std::cell::Cell;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// The largest key file that is read, in bytes.
const LARGEST: u64 = 64 * 1024;

/// A file could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{path} could not be {doing}: {source}", path = path.display())]
pub struct DiskProblem {
    /// The file or folder.
    pub path: PathBuf,
    /// What was tried: “read”, “written”.
    pub doing: &'static str,
    /// What the system says.
    pub source: io::Error,
}

impl DiskProblem {
    pub(crate) fn is_not_found(&self) -> bool {
        self.source.kind() == io::ErrorKind::NotFound
    }

    pub(crate) fn already_exists(&self) -> bool {
        self.source.kind() == io::ErrorKind::AlreadyExists
    }
}

/// Counts the steps that change something on disk, so that a test can stop after each of them as a crash would.
#[derive(Debug, Default)]
pub(crate) struct Steps(Cell<Option<u32>>);

impl Steps {
    /// Stops before the step with this number, counted from 0.
    #[cfg(test)]
    pub(crate) fn cut_after(steps: u32) -> Self {
        Self(Cell::new(Some(steps)))
    }

    /// A step begins.
    pub(crate) fn next(&self) -> io::Result<()> {
        match self.0.get() {
            Some(0) => Err(io::Error::other("cut by a test")),
            left => {
                self.0.set(left.map(|left| left - 1));
                Ok(())
            }
        }
    }

    /// Whether this stands for a crash: then nothing is tidied up either.
    fn is_cut(&self) -> bool {
        self.0.get() == Some(0)
    }
}

/// Creates a file that only its owner may read, with its folder if need be. Never overwrites.
///
/// # Errors
/// [`DiskProblem`]; [`DiskProblem::already_exists`] when the file is there, also when another process was faster.
pub(crate) fn create(path: &Path, text: &str, steps: &Steps) -> Result<(), DiskProblem> {
    place(path, text, steps, |temporary| {
        // A rename would overwrite what another process made in the meantime; a link does not.
        fs::hard_link(temporary, path)?;
        let _ = fs::remove_file(temporary);
        Ok(())
    })
}

/// Puts a file in place of one that may be there: at any moment either the old or the new one is there.
pub(crate) fn replace(path: &Path, text: &str, steps: &Steps) -> Result<(), DiskProblem> {
    place(path, text, steps, |temporary| fs::rename(temporary, path))
}

fn place(
    path: &Path,
    text: &str,
    steps: &Steps,
    put: impl FnOnce(&Path) -> io::Result<()>,
) -> Result<(), DiskProblem> {
    let mut temporary = None;
    let run = || {
        let folder = folder_of(path);
        create_folder(folder, steps)?;
        steps.next()?;
        let (file, name) = new_beside(path)?;
        let name = temporary.insert(name);
        write(file, text, steps)?;
        steps.next()?;
        put(name)?;
        steps.next()?;
        sync_folder(folder)
    };
    run().map_err(|source| {
        if let Some(temporary) = temporary.filter(|_| !steps.is_cut()) {
            let _ = fs::remove_file(temporary);
        }
        problem(path, "written", source)
    })
}

fn write(mut file: File, text: &str, steps: &Steps) -> io::Result<()> {
    steps.next()?;
    file.write_all(text.as_bytes())?;
    steps.next()?;
    file.sync_all()
}

/// A new empty file beside `path`, for its owner alone.
fn new_beside(path: &Path) -> io::Result<(File, PathBuf)> {
    let mut number = 0_u32;
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".new-{}-{number}", std::process::id()));
        let mut options = OpenOptions::new();
        match options.write(true).create_new(true).mode(0o600).open(&name) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 10_000 => {
                number += 1;
            }
            other => return other.map(|file| (file, name.into())),
        }
    }
}

fn create_folder(folder: &Path, steps: &Steps) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    steps.next()?;
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    sync_folder(folder_of(folder))
}

pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The folder that a file lies in; `.` for a bare name.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// The text of a small file and its permission bits, both of the same open file.
pub(crate) fn read(path: &Path) -> Result<(Zeroizing<String>, u32), DiskProblem> {
    let run = || {
        let file = File::open(path)?;
        let about = file.metadata()?;
        if about.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let mut text = Zeroizing::new(String::with_capacity(about.len().min(LARGEST) as usize + 1));
        file.take(LARGEST).read_to_string(&mut text)?;
        Ok((text, about.permissions().mode() & 0o777))
    };
    run().map_err(|source| problem(path, "read", source))
}

/// Whether something has this name, be it a link to nowhere. Not being allowed to look is a problem, not a no.
pub(crate) fn is_there(path: &Path) -> Result<bool, DiskProblem> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(problem(path, "looked at", error)),
    }
}

pub(crate) fn problem(path: &Path, doing: &'static str, source: io::Error) -> DiskProblem {
    DiskProblem {
        path: path.into(),
        doing,
        source,
    }
}

/// A path with all links resolved, as far as it exists.
pub(crate) fn settled(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.into());
    let mut missing = Vec::new();
    let mut known = path.as_path();
    loop {
        if let Ok(found) = fs::canonicalize(known) {
            return missing
                .iter()
                .rev()
                .fold(found, |path, name| path.join(name));
        }
        match (known.parent(), known.file_name()) {
            (Some(parent), Some(name)) => {
                missing.push(name);
                known = parent;
            }
            _ => return path,
        }
    }
}

/// An empty folder for one test, removed when dropped.
#[cfg(test)]
pub(crate) mod scratch {
    use std::path::{Path, PathBuf};
    use std::sync::atomic::{AtomicU32, Ordering};

    pub(crate) struct Scratch(PathBuf);

    impl Scratch {
        pub(crate) fn new() -> Self {
            static COUNT: AtomicU32 = AtomicU32::new(0);
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            let name = format!("kept-vault-{}-{number}", std::process::id());
            let path = std::env::temp_dir().join(name);
            let _ = std::fs::remove_dir_all(&path);
            std::fs::create_dir_all(&path).unwrap();
            Self(path.canonicalize().unwrap())
        }

        pub(crate) fn path(&self) -> &Path {
            &self.0
        }

        pub(crate) fn names(&self) -> Vec<String> {
            let mut names: Vec<_> = std::fs::read_dir(&self.0)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::scratch::Scratch;
    use super::{Steps, create, read, replace};

    #[test]
    fn a_new_file_is_for_its_owner_alone_and_so_is_its_folder() {
        let scratch = Scratch::new();
        let path = scratch.path().join("deep/folder/a.key");
        create(&path, "text", &Steps::default()).unwrap();
        let (text, mode) = read(&path).unwrap();
        assert_eq!((text.as_str(), mode), ("text", 0o600));
        let folder = path.parent().unwrap().metadata().unwrap();
        assert_eq!(folder.permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_file_that_is_there_is_never_overwritten() {
        let scratch = Scratch::new();
        let path = scratch.path().join("a.key");
        create(&path, "first", &Steps::default()).unwrap();
        let error = create(&path, "second", &Steps::default()).unwrap_err();
        assert!(error.already_exists());
        assert_eq!(read(&path).unwrap().0.as_str(), "first");
        assert_eq!(scratch.names(), ["a.key"], "nothing is left behind");
    }

    #[test]
    fn a_crash_while_replacing_leaves_the_old_or_the_new_file() {
        let scratch = Scratch::new();
        let mut cuts = 0;
        loop {
            let path = scratch.path().join(format!("{cuts}.keys"));
            create(&path, "old", &Steps::default()).unwrap();
            let whole = replace(&path, "new", &Steps::cut_after(cuts)).is_ok();
            let text = read(&path).unwrap().0;
            assert!(
                ["old", "new"].contains(&text.as_str()),
                "after {cuts}: {}",
                *text
            );
            if whole {
                assert_eq!(text.as_str(), "new");
                break;
            }
            cuts += 1;
        }
        assert!(cuts >= 5, "every step was cut, {cuts}");
    }

    #[test]
    fn a_crash_while_creating_leaves_the_whole_file_or_none() {
        let scratch = Scratch::new();
        let mut cuts = 0;
        loop {
            let path = scratch.path().join(format!("{cuts}.keys"));
            let whole = create(&path, "new", &Steps::cut_after(cuts)).is_ok();
            assert!(read(&path).map_or(!whole, |(text, _)| text.as_str() == "new"));
            if whole {
                break;
            }
            cuts += 1;
        }
        assert!(cuts >= 5, "every step was cut, {cuts}");
    }
}
