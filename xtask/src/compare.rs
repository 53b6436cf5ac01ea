//! Measures what a user would otherwise take: the Python programs of `bench/compare`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::repository::Repository;

/// Events of the source log.
const SOURCE_EVENTS: u64 = 141_712;

const SOURCE: &str = "data/requests/itsm_servicenow_events.csv.gz";

/// The measurements: program, its method, and the most events that it gets through in a few minutes.
const MEASUREMENTS: [(&str, Option<&str>, u64); 5] = [
    ("addition.py", None, 0),
    ("clocks.py", Some("businesstimedelta"), SOURCE_EVENTS),
    ("clocks.py", Some("numpy"), u64::MAX),
    ("conformance.py", Some("tokens"), u64::MAX),
    ("conformance.py", Some("profile"), 1_000_000),
];

/// Installs the packages, makes the long log, and prints one line of JSON for each measurement.
///
/// # Errors
/// When the real data or Python is missing, or a program fails; with what to do.
pub fn run(repository: &Repository, events: u64) -> Result<(), String> {
    let python = environment(repository)?;
    let folder = repository.target().join("bench");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let log = long_log(repository, &python, &folder, events)?;
    let mut results = String::new();
    for (program, method, most) in MEASUREMENTS {
        let line = measure(repository, &python, program, method, &log, events.min(most))?;
        print!("{line}");
        results.push_str(&line);
    }
    let file = folder.join("compare.jsonl");
    fs::write(&file, results).map_err(|error| format!("{}: {error}", file.display()))?;
    eprintln!("written to {}", file.display());
    Ok(())
}

fn measure(
    repository: &Repository,
    python: &str,
    program: &str,
    method: Option<&str>,
    log: &str,
    events: u64,
) -> Result<String, String> {
    let script = format!("bench/compare/{program}");
    let count = events.to_string();
    let mut arguments = vec![script.as_str()];
    if let Some(method) = method {
        arguments.extend(["--log", log, "--events", &count, "--method", method]);
        eprintln!("measuring {program} {method} on {events} events");
    } else {
        eprintln!("measuring {program}");
    }
    repository.output(python, &arguments)
}

/// The interpreter of an environment with the packages of `requirements.txt`.
fn environment(repository: &Repository) -> Result<String, String> {
    let place = repository.root.join("bench/.venv");
    let python = place.join("bin/python").to_string_lossy().into_owned();
    let wanted = fs::read_to_string(repository.root.join("bench/compare/requirements.txt"))
        .map_err(|error| format!("bench/compare/requirements.txt: {error}"))?;
    let stamp = place.join("installed.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    eprintln!("installing Python packages into bench/.venv");
    repository.output("python3", &["-m", "venv", "bench/.venv"])?;
    let install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "-r",
        "bench/compare/requirements.txt",
    ];
    repository.output(&python, &install)?;
    fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))?;
    Ok(python)
}

/// The repeated log of that many events, made when it is not there yet.
fn long_log(
    repository: &Repository,
    python: &str,
    folder: &Path,
    events: u64,
) -> Result<String, String> {
    let log: PathBuf = folder.join(format!("servicenow-{events}.csv.gz"));
    let path = log.to_string_lossy().into_owned();
    if log.is_file() {
        return Ok(path);
    }
    let source = repository.shared().join(SOURCE);
    if !source.is_file() {
        let missing = source.display();
        return Err(format!(
            "{missing} is missing; set KEPT_SHARED to the folder with the real data"
        ));
    }
    eprintln!("making {path}");
    let source = source.to_string_lossy().into_owned();
    let count = events.to_string();
    repository.output(
        python,
        &[
            "bench/compare/repeat.py",
            "--from",
            &source,
            "--to",
            &path,
            "--events",
            &count,
        ],
    )?;
    Ok(path)
}
