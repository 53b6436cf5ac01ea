//! The help desk of the examples, with the vocabulary that ships: the rules that the desks of tests work under.

use std::path::{Path, PathBuf};

use kept_calendar::Calendar;
use kept_engine::{Calendars, People, Program, Version};
use kept_kernel::Instant;
use kept_language::{Library, Register, RegisterFile, Source};

/// Rules in force, without what belongs to a journal.
pub struct Helpdesk {
    /// The vocabulary that ships.
    pub register: Register,
    /// The SOPs.
    pub library: Library,
    /// They, in force from the beginning, with their calendar.
    pub program: Program,
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A file of the repository.
///
/// # Panics
///
/// When it is not there.
#[expect(clippy::panic, reason = "the test has failed")]
pub fn text(path: &str) -> String {
    let full = root().join(path);
    std::fs::read_to_string(full).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The vocabulary that ships.
///
/// # Panics
///
/// When it is not there, or has faults.
#[expect(clippy::expect_used, reason = "the test has failed")]
pub fn vocabulary() -> Register {
    let folder = std::fs::read_dir(root().join("sops/vocabulary")).expect("the vocabulary");
    let mut names: Vec<String> = folder
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    let texts: Vec<(String, String)> = names
        .into_iter()
        .map(|name| {
            let text = text(&format!("sops/vocabulary/{name}"));
            (name, text)
        })
        .collect();
    let files: Vec<_> = texts
        .iter()
        .map(|(path, text)| RegisterFile { path, text })
        .collect();
    Register::load(&files).expect("a vocabulary without faults")
}

/// The rules.
///
/// # Panics
///
/// When they are not there, or have faults.
pub fn helpdesk() -> Helpdesk {
    helpdesk_with("", |_| People::default())
}

/// The rules, with further clauses at the end of the SOP and people who work there.
///
/// # Panics
///
/// When they are not there, or have faults.
pub fn helpdesk_with(clauses: &str, people: impl FnOnce(&Register) -> People) -> Helpdesk {
    let sop = text("examples/helpdesk/helpdesk.sop.md") + clauses;
    let calendar = text("examples/helpdesk/calendar.toml");
    compiled(&[("helpdesk.sop.md".to_owned(), sop)], &calendar, people)
}

/// SOPs that ship, by their codes, in force from the beginning with a calendar and without people.
///
/// # Panics
///
/// When they are not there, or have faults.
pub fn shipped_sops(codes: &[&str], calendar: &str) -> Helpdesk {
    let sop = |code: &&str| {
        let path = format!("sops/{}.sop.md", code.to_lowercase());
        let text = text(&path);
        (path, text)
    };
    let sops: Vec<_> = codes.iter().map(sop).collect();
    compiled(&sops, calendar, |_| People::default())
}

#[expect(clippy::expect_used, reason = "the test has failed")]
fn compiled(
    sops: &[(String, String)],
    calendar: &str,
    people: impl FnOnce(&Register) -> People,
) -> Helpdesk {
    let register = vocabulary();
    let sources: Vec<_> = sops
        .iter()
        .map(|(path, text)| Source { path, text })
        .collect();
    let library = kept_language::read(&register, &sources);
    let calendar = Calendar::parse(calendar, &mut |name| Err(name.to_owned()));
    let versions = [Version {
        documents: &library.documents,
        from: Instant::MIN,
    }];
    let calendars = Calendars::company(calendar.expect("a calendar without faults"));
    let program = Program::compile(&register, &versions, calendars, people(&register));
    Helpdesk {
        program: program.expect("rules without faults"),
        library,
        register,
    }
}
