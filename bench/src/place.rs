//! Where files are, and how much memory is used.

use std::fs;
use std::path::{Path, PathBuf};

/// The repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The folder of real data.
pub fn shared() -> PathBuf {
    std::env::var_os("KEPT_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from)
}

/// The text of a file of the repository.
pub fn text(path: &str) -> Result<String, String> {
    fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}"))
}

/// A file, or the files of a folder with this ending: names and texts in order.
pub fn with_ending(path: &str, ending: &str) -> Result<Vec<(String, String)>, String> {
    if ending.is_empty() {
        return Ok(vec![(path.to_owned(), text(path)?)]);
    }
    let folder = fs::read_dir(root().join(path)).map_err(|error| format!("{path}: {error}"))?;
    let mut names: Vec<String> = folder
        .filter_map(Result::ok)
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(ending))
        .collect();
    names.sort();
    names
        .into_iter()
        .map(|name| Ok((name.clone(), text(&format!("{path}/{name}"))?)))
        .collect()
}

/// How long the process has been on a processor, as Linux tells it; none elsewhere. On a machine shared with others
/// this is what one core to itself would take, and a little more.
pub fn processor_seconds() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/schedstat").ok()?;
    let nanoseconds: f64 = status.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

/// How long all threads of the process that still run have been on a processor.
pub fn all_processor_seconds() -> Option<f64> {
    let threads = fs::read_dir("/proc/self/task").ok()?;
    let of = |thread: fs::DirEntry| {
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<f64>().ok()
    };
    let nanoseconds: f64 = threads.filter_map(Result::ok).filter_map(of).sum();
    Some(nanoseconds / 1e9)
}

/// The most memory that the process has held, as Linux tells it; nought elsewhere.
pub fn resident_megabytes() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1024.0
}

/// The memory that a process holds now, as Linux tells it; nought elsewhere.
pub fn resident_megabytes_of(process: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1024.0
}

/// How long all threads of a process have been on a processor, those that have ended too, in steps of a hundredth of a
/// second.
pub fn spent_by(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name of the program stands in brackets and may hold anything.
    let (_, rest) = status.rsplit_once(')')?;
    let mut words = rest.split_whitespace().skip(11);
    let user: f64 = words.next()?.parse().ok()?;
    let system: f64 = words.next()?.parse().ok()?;
    Some((user + system) / 100.0)
}
