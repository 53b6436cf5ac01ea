//! Input that is not what was meant: a clear message, the right status, and soon.

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::runs::{Ran, kept, root, scratch};

/// A replay of the help desk's example with one file exchanged.
fn replay_with(test: &str, option: &str, name: &str, bytes: &[u8]) -> (Ran, PathBuf) {
    let out = scratch(test);
    let path = out.join(name);
    std::fs::write(&path, bytes).unwrap();
    let path = path.display().to_string();
    let events = root()
        .join("kept/tests/program/tickets.csv")
        .display()
        .to_string();
    let mut arguments = vec!["replay".to_owned()];
    for (key, usual) in [
        ("--sop", "examples/helpdesk/helpdesk.sop.md"),
        ("--calendar", "examples/helpdesk/calendar.toml"),
        ("--mapping", "examples/helpdesk/mapping.toml"),
        ("--events", &events),
    ] {
        let value = if key == option { path.as_str() } else { usual };
        arguments.extend([key.to_owned(), value.to_owned()]);
    }
    arguments.extend(["--out".to_owned(), out.display().to_string()]);
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    (kept(&arguments), out)
}

/// The failure, with the file's own folder left out.
fn said(test: &str, option: &str, name: &str, bytes: &[u8]) -> String {
    let (ran, out) = replay_with(test, option, name, bytes);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{}", ran.err);
    ran.err.replace(&format!("{}/", out.display()), "")
}

/// Noise that is the same in every run.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(count);
    while bytes.len() < count {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes
}

#[test]
fn the_tickets_of_these_tests_are_fine() {
    let usual = std::fs::read(root().join("kept/tests/program/tickets.csv")).unwrap();
    let (ran, _) = replay_with("bad-none", "--events", "log.csv", &usual);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
}

#[test]
fn empty_files_are_named() {
    assert_eq!(
        said("empty-log", "--events", "log.csv", b""),
        "error: log.csv: The log is empty.\n"
    );
    let mapping = said("empty-mapping", "--mapping", "mapping.toml", b"");
    assert!(
        mapping.contains("mapping.toml:1:1  The key “time” is missing."),
        "{mapping}"
    );
    let calendar = said("empty-calendar", "--calendar", "calendar.toml", b"");
    assert!(calendar.contains("calendar.toml:1:1"), "{calendar}");
    let sop = said("empty-sop", "--sop", "desk.sop.md", b"");
    assert!(sop.contains("desk.sop.md"), "{sop}");
}

#[test]
fn fifty_megabytes_of_noise_are_refused_soon() {
    let noise = noise(50 << 20);
    for (option, name) in [
        ("--events", "log.csv"),
        ("--mapping", "mapping.toml"),
        ("--calendar", "calendar.toml"),
        ("--sop", "desk.sop.md"),
    ] {
        let begun = Instant::now();
        let (ran, _) = replay_with("noise", option, name, &noise);
        assert_eq!(ran.status, 2, "{option}");
        assert!(ran.err.len() < 3_000, "{option}: {}", ran.err.len());
        // Not a measurement: only that nobody waits for an answer that should come at once.
        assert!(begun.elapsed().as_secs() < 20, "{option}");
    }
}

#[test]
fn noise_after_a_good_header_is_counted_line_by_line() {
    let mut log = b"case_id,activity,timestamp,resource,customer\n".to_vec();
    log.extend(noise(5 << 20));
    let (ran, out) = replay_with("noise-lines", "--events", "log.csv", &log);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert!(
        ran.err.contains("The mapping finds no event"),
        "{}",
        ran.err
    );
    assert!(ran.err.lines().count() < 20, "{}", ran.err);
    let listed = std::fs::read_to_string(out.join("bad-lines.csv")).unwrap();
    assert!(listed.lines().count() > 1_000);
}

#[test]
fn a_column_that_is_not_there_is_named_with_the_nearest_one() {
    let log = "case_id,activty,timestamp,resource,customer\nT1,open,2026-01-30T16:30:00Z,Eve,Ada\n";
    let said = said("no-column", "--events", "log.csv", log.as_bytes());
    assert!(
        said.contains("The log has no column “activity”. Did you mean “activty”?"),
        "{said}"
    );
    assert!(said.contains("mapping.toml:"), "{said}");
}

#[test]
fn a_calendar_without_working_time_is_refused() {
    let said = said(
        "no-work",
        "--calendar",
        "calendar.toml",
        b"zone = \"UTC\"\n",
    );
    assert!(
        said.starts_with("error: The calendar cannot be used.\ncalendar.toml:"),
        "{said}"
    );
}

#[test]
fn an_sop_that_refers_to_itself_is_refused() {
    let desk = std::fs::read_to_string(root().join("examples/helpdesk/helpdesk.sop.md")).unwrap();
    let circle = desk.replace(
        "When a request is received, the client",
        "When `acknowledge` is done, the client",
    );
    let said = said("circle", "--sop", "desk.sop.md", circle.as_bytes());
    assert!(said.contains("error[K305] desk.sop.md:"), "{said}");
}

#[test]
fn an_sop_with_a_mistake_is_not_run() {
    let desk = std::fs::read_to_string(root().join("examples/helpdesk/helpdesk.sop.md")).unwrap();
    let said = said(
        "mistake",
        "--sop",
        "desk.sop.md",
        desk.replace("24 hours", "24").as_bytes(),
    );
    assert!(
        said.contains("The SOPs have errors") && said.contains("error[K401] desk.sop.md:"),
        "{said}"
    );
}

#[test]
fn a_file_that_is_not_there_or_is_a_folder_is_named() {
    let folder = scratch("no-file").display().to_string();
    for (path, reason) in [
        ("nowhere.sop.md", "there is no such file"),
        (folder.as_str(), "it is a folder"),
    ] {
        let ran = kept(&["sop", "check", path]);
        assert_eq!(ran.status, 2);
        assert!(
            ran.err.contains(reason) && ran.err.contains(path),
            "{}",
            ran.err
        );
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let out = scratch("no-folder").join("file");
    std::fs::write(&out, "").unwrap();
    let inside = Path::new(&out).join("result").display().to_string();
    let ran = kept(&[
        "replay",
        "--sop",
        "examples/helpdesk/helpdesk.sop.md",
        "--calendar",
        "examples/helpdesk/calendar.toml",
        "--mapping",
        "examples/helpdesk/mapping.toml",
        "--events",
        "kept/tests/program/tickets.csv",
        "--out",
        &inside,
    ]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("could not be written"), "{}", ran.err);
}
